"""What the notebooks claim, and the recorded numbers that bear it.

A file here is named after its notebook, and has CLAIMS, {cell: [(words, check), …]}. The words stand in that
cell (or in a heading's line to say, an exercise's hints and explanation, a prediction's why: `say ID`,
`exercise ID`, `prediction ID`). The check is a function of the scores that the notebook recorded at one
scale, as {what: {score: number}}; it holds for the class and for the full run on MNIST, or for the scales
named after it.
"""

import json

from course_utils import experiments, modules_of
from course_utils.experiments import column
from course_utils.scores.recorded import EXPECTED

SCORES = json.loads(EXPECTED.read_text(encoding="utf-8"))
SCALES = {scale: SCORES[f"MNIST, {scale} scale"] for scale in ("class", "full")}
SCALES["bundled"] = SCORES["bundled UCI digits, class scale"]


def runs(table, setting, score):
    """One score of all runs of a setting in data/results. → list"""
    return column(experiments.load(table), setting, score)


def mean(numbers):
    return sum(numbers) / len(numbers)


def all_claims():
    """→ (notebook, cell, words, check, scales)"""
    for module in modules_of(__name__):
        for cell, claims in module.CLAIMS.items():
            for words, check, *scales in claims:
                yield module.__name__.rpartition(".")[2], cell, words, check, scales or ["class", "full"]
