"""Claims of notebook 10, sections 5 to 8; codes.py adds them to its own."""

import math

import torch

from course_utils import pretrained
from course_utils.exercises import EXERCISES
from course_utils.exercises.codes.groups import unknown_wishes
from course_utils.exercises.codes.inverting import unknown_pairs
from course_utils.exercises.codes.naming import error_after_asking
from course_utils.experiments import load

from . import ALL, mean, runs

CLAIMS = {}  # of a notebook of this name, which there is not


def bigan(setting, score):
    return runs("bigan", setting, score)


def catgan(setting, score="error"):
    return runs("catgan", setting, score)


def pair(letter, score):
    return unknown_pairs(load("bigan"))[letter][score]


def wish(letter, score):
    return unknown_wishes(load("catgan"))[letter][score]


ENCODERS = "BiGAN", "latent regressor", "ALAE"


def probed(s, name, n_labels):
    return s["10 probe"][f"{name}: {n_labels} labels"]


def another_digit(s):
    return s["10 BiGAN"]["misread"] > 25


HERE = {
    "toy-look": [
        (
            "where the pairs cannot be told, $E$ is the inverse of $G$",
            lambda s: s["10 toy"]["helpless"] == s["10 toy"]["of_these_E_undoes_G"] == 6,
            *ALL,
        )
    ],
    "around-look": [
        (
            "−log 4 = −1.386: this couple has won the game",
            lambda s: (
                abs(s["10 around"]["value"] + math.log(4)) < 1e-3 and s["10 around"]["comes_back"] < 0.34
            ),
            *ALL,
        )
    ],
    "predict-10-p6-text": [
        ("at least every fourth time of another digit", another_digit, *ALL),
    ],
    "prediction 10.p6": [("that it is the same digit, only the theorem's end promises", another_digit, *ALL)],
    "ex-10-12-text": [
        (
            "two sets of draws from the prior are 0.02 apart",
            lambda s: round(mean(bigan("whole", "draws to the prior")), 2) == 0.02,
        ),
        (
            "One of them is as it should be",
            lambda s: min(unknown_pairs(load("bigan")).items(), key=lambda kv: kv[1]["misread, %"])[0] == "C",
        ),
    ],
    "exercise 10.12": [
        (
            "its images are noise",
            lambda s: pair("B", "samples, Fréchet") > 100 * pair("C", "samples, Fréchet"),
        ),
        (
            "with samples as good as C's",
            lambda s: 0.8 < pair("D", "samples, Fréchet") / pair("C", "samples, Fréchet") < 1.2,
        ),
        (
            "whose samples are good, and whose codes are nowhere near the prior",
            lambda s: (
                pair("D", "samples, Fréchet") < 1.2 * min(pair(x, "samples, Fréchet") for x in "ABCD")
                and pair("D", "codes to the prior") > 10 * pair("C", "codes to the prior")
            ),
        ),
        (
            "G's lesson suffers",
            lambda s: pair("A", "samples, Fréchet") > 50 * pair("D", "samples, Fréchet"),
        ),
        (
            "cannot bring the right digit back more often than chance",
            lambda s: min(pair("A", "misread, %"), pair("D", "misread, %")) > 89,
        ),
        ("which run brings digits back", lambda s: pair("C", "misread, %") < 55),
    ],
    "predict-10-p7-text": [
        (
            "(a) The regressor's",
            lambda s: (
                s["10 ways back"]["latent regressor: misread"] < s["10 ways back"]["BiGAN: misread"] - 1
            ),
            *ALL,
        )
    ],
    "predict-10-p8-text": [
        ("(a) smaller", lambda s: mean(catgan("20 groups")) < mean(catgan("all three")) - 5)
    ],
    "exercise 10.15": [
        (
            "its H is as large as the H of the mean",
            lambda s: wish("C", "H") > wish("C", "H of the mean") - 0.001 > 2.3,
        ),
        ("all are in one group", lambda s: wish("A", "groups used") == 1 and wish("A", "H") < 0.05),
        (
            "two rows use their groups, and one of them is the surer",
            lambda s: wish("B", "groups used") == wish("D", "groups used") == 10,
        ),
        ("B is surer than D", lambda s: max(catgan("not unsure", "H")) < min(catgan("all three", "H"))),
        (
            "in networks as small as these it does not",
            lambda s: mean(catgan("all three")) > mean(catgan("not unsure")) - 5,
        ),
    ],
    "probe-look": [
        (
            "Only what is better than it says something about learning",
            lambda s: all(
                probed(s, name, n) < probed(s, "random E", n) for name in ENCODERS for n in ("100", "10,000")
            ),
        ),
        (
            "only ALAE's codes are better than the pixels",
            lambda s: all(
                (probed(s, name, n) < probed(s, "pixels", n)) == (name == "ALAE")
                for name in ("random E", *ENCODERS)
                for n in ("100", "10,000")
            ),
        ),
    ],
    "groups-look": [
        (
            "runs differ widely",
            lambda s: all(max(catgan(way)) > 1.2 * min(catgan(way)) for way in ("all three", "20 groups")),
        )
    ],
    "board-end": [
        (
            "ALAE one that brings more digits back",
            lambda s: s["10 ways back"]["ALAE: misread"] < s["10 ways back"]["BiGAN: misread"],
            *ALL,
        ),
        (
            "A few labels, spent well, do the rest",
            lambda s: max(catgan("100 labels")) < min(catgan("20 groups") + catgan("all three")),
        ),
    ],
}


FIRST = [error_after_asking(lambda p: torch.arange(20), seed) for seed in range(3)]
HERE["ex-10-16-text"] = [
    ("The first twenty images give 46 %", lambda s: abs(mean(FIRST) - 46) < 1.5),
    (
        "the groups are wrong in 28 %",
        lambda s: round(pretrained.info("catgan")["scores"]["group_error"]) == 28,
    ),
    ("at most **36 %** error", lambda s: EXERCISES["10.16"].contest.bar == 36),
]
