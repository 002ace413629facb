"""What the notebooks claim, and the recorded numbers that bear it.

A file here is named after its notebook, and has CLAIMS, {cell: [(words, check), …]}. The words stand in that
cell (or in a heading's line to say, an exercise's hints and explanation, a prediction's why: `say ID`,
`exercise ID`, `prediction ID`). The check is a function of the scores that the notebook recorded at one
scale, as {what: {score: number}}; it holds for the class and for the full run on MNIST, or for the scales
named after it.
"""

import json

from course_utils import experiments, modules_of
from course_utils.experiments import column, five_architectures
from course_utils.models import ARCHITECTURES
from course_utils.scores.recorded import EXPECTED

SCORES = json.loads(EXPECTED.read_text(encoding="utf-8"))
SCALES = {scale: SCORES[f"MNIST, {scale} scale"] for scale in ("class", "full")}
SCALES["bundled"] = SCORES["bundled UCI digits, class scale"]
ALL = tuple(SCALES)  # for a claim that holds at each
FIVE = experiments.load("five_architectures")


def runs(table, setting, score):
    """One score of all runs of a setting in data/results. → list"""
    return column(experiments.load(table), setting, score)


def seeds(architecture, objective, score="fcd"):
    """A score of three runs of one of the five architectures, from the best run to the worst. → list"""
    return [run[score] for run in five_architectures.runs(FIVE, architecture, objective)]


def ahead(objective, other, by=1.0):
    """The architectures whose runs under one objective all beat those under the other, `by` times. → list"""
    return [name for name in ARCHITECTURES if by * seeds(name, objective)[-1] < seeds(name, other)[0]]


def collapses(s):
    """As a GAN the MLP generator draws one digit, in each of the three runs."""
    return seeds("MLP generator", "GAN", "n_digits") == [1, 1, 1]


def mean(numbers):
    return sum(numbers) / len(numbers)


def all_claims():
    """→ (notebook, cell, words, check, scales)"""
    for module in modules_of(__name__):
        for cell, claims in module.CLAIMS.items():
            for words, check, *scales in claims:
                yield module.__name__.rpartition(".")[2], cell, words, check, scales or ["class", "full"]
