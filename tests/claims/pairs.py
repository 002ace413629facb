"""Claims of notebook 10, sections 5 to 8; codes.py adds them to its own."""

import torch

from course_utils import pretrained
from course_utils.exercises import EXERCISES
from course_utils.exercises.codes.inverting import unknown_pairs
from course_utils.exercises.codes.naming import error_after_asking
from course_utils.experiments import load

from . import mean, runs

CLAIMS = {}  # of a notebook of this name, which there is not
FIRST = [error_after_asking(lambda p: torch.arange(20), seed) for seed in range(3)]


def catgan(setting, score="error"):
    return runs("catgan", setting, score)


HERE = {
    "ex-10-12-text": [
        (
            "two sets of draws from the prior are 0.02 apart",
            lambda s: round(mean(runs("bigan", "whole", "draws to the prior")), 2) == 0.02,
        ),
        (
            "Nothing is wrong in one of them",
            lambda s: min(unknown_pairs(load("bigan")).items(), key=lambda kv: kv[1]["misread, %"])[0] == "C",
        ),
    ],
    "exercise 10.15": [
        ("B is surer than D", lambda s: max(catgan("not unsure", "H")) < min(catgan("all three", "H"))),
        (
            "in networks as small as these it does not",
            lambda s: mean(catgan("all three")) > mean(catgan("not unsure")) - 5,
        ),
    ],
    "ex-10-16-text": [
        ("The first twenty images give 46 %", lambda s: abs(mean(FIRST) - 46) < 1.5),
        (
            "the groups are wrong in 28 %",
            lambda s: round(pretrained.info("catgan")["scores"]["group_error"]) == 28,
        ),
        ("at most **35 %** error", lambda s: EXERCISES["10.16"].contest.bar == 35),
    ],
    "board-end": [
        (
            "A few labels, spent well, do the rest",
            lambda s: max(catgan("100 labels")) < min(catgan("20 groups") + catgan("all three")),
        ),
    ],
}
