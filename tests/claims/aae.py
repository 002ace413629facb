"""Claims of notebook 03."""

import json
import math
from statistics import median

from claims import ALL, SCALES, mean, runs
from course_utils import experiments, pretrained
from course_utils.exercises import EXERCISES

PAPER = {"100 labels": 1.90, "1000 labels": 1.60, "60000 labels": 0.85}  # test error in %, table of deck 000
N_LABELS = (100, 1_000, 60_000)
PRIORS = ("Gaussian", "mixture", "Swiss roll")


def aae(labels):
    return mean(runs("aae_semi", labels, "aae"))


def alone(labels):
    return mean(runs("aae_semi", labels, "by_labels_alone"))


def errors(way, n_labels):
    return runs("aae_semi", f"{way}, {n_labels} labels", "error")


def agreeing(way, n_labels):
    return mean(errors(way, n_labels))


def grouped(way, n_groups):
    return runs("aae_groups", f"{way}, {n_groups} groups", "error")


def in_use(way, n_groups):
    return runs("aae_groups", f"{way}, {n_groups} groups", "in_use")


def settings(table):
    return experiments.load(table)["settings"]


def shipped_steps(name):
    return json.loads((pretrained.FOLDER / f"{name}.json").read_text(encoding="utf-8"))["steps"]


def spread(labels):
    numbers = runs("aae_semi", labels, "by_labels_alone")
    return max(numbers) - min(numbers)


def match(s, name):
    return s[f"03 match with {name}"]


def half_are_split(s):
    return s["03 five petals"]["split_digits"] >= 5


def kept(s, name):
    return s["03 kept by a three"][name]


def nats_of_the_spread(s):
    """What the KL gains in each dimension if all codes together become as wide as the prior."""
    variance = s["03 spread of the VAE's codes"]["standard_deviation"] ** 2
    return (variance - 1 - math.log(variance)) / 2


def half_to_two_thirds(s):
    scores = s["03 semi-supervised"]
    return 0.45 < scores["test_error_in_percent"] / scores["by_labels_alone"] < 0.7


def largest_in_row(s, factor):
    return sorted(s["03 entangled"][f"R² of {factor}: z{d}"] for d in range(1, 5))


def stands_out(s, row):
    """How many times larger the largest entry of a row is than the second."""
    *_, second, first = largest_in_row(s, row)
    return first / second


CLAIMS = {
    "say s1": [
        (
            "its gradient shows the codes the way",
            lambda s: s["03 judge"]["D_half_a_unit_along"] > 5 * s["03 judge"]["D_at_the_codes"],
        ),
    ],
    "judge-look": [
        (
            "Half a unit along the arrows, $D$ says *real* for most codes",
            lambda s: s["03 judge"]["D_at_the_codes"] < 0.1 and s["03 judge"]["D_half_a_unit_along"] > 0.5,
        ),
        (
            "the arrows are shorter than near the boundary, though $1 - D$ is larger",
            lambda s: (
                0.2
                < s["03 judge"]["arrows_where_D_says_fake"] / s["03 judge"]["arrows_at_the_boundary"]
                < 0.7
            ),
        ),
    ],
    "predict-03-p1-text": [
        (
            "(b) those near the boundary, by more than a quarter",
            lambda s: (
                s["03 judge"]["arrows_at_the_boundary"] > 1.5 * s["03 judge"]["arrows_where_D_says_fake"]
            ),
        ),
    ],
    "predict-03-p2-text": [
        ("ended near $2 \\log 2$", lambda s: abs(s["03 curves"]["L_D_at_last"] - 1.386) < 0.02),
        ("(a) above 1.3", lambda s: s["03 a new D"]["its_L_D_at_last"] > 1.35),
    ],
    "predict-03-p3-text": [
        (
            "a standard deviation above 1 here",
            lambda s: s["03 spread of the VAE's codes"]["standard_deviation"] > 1.08,
        ),
    ],
    "predict-03-p4-text": [
        (
            "(c) they differ by less than 0.1",
            lambda s: (
                abs(
                    s["03 mixture with labels"]["purity_without_labels"]
                    - s["03 Swiss roll with labels"]["purity_without_labels"]
                )
                < 0.1
            ),
        ),
    ],
    "predict-03-p5-text": [
        (
            "(b) the width",
            lambda s: all(
                s["03 kept by a three"]["width"] < s["03 kept by a three"][name] - 0.05
                for name in ("slant", "ink")
            ),
        ),
    ],
    "predict-03-p6-text": [("(a) A fifth to three quarters", half_to_two_thirds)],
    "predict-03-p9-text": [
        (
            "(a) Neither is better by more than 5 %",
            lambda s: (
                abs(s["03 VAE"]["reconstruction_error"] / s["03 AAE"]["reconstruction_error"] - 1) < 0.04
            ),
        ),
    ],
    "predict-03-p10-text": [
        ("(c) four or more", half_are_split),
    ],
    "prediction 03.p10": [
        ("At least half of them are split, and petals are shared", half_are_split),
    ],
    "prediction 03.p1": [
        (
            "the logit gets flatter",  # by more than 1 − D grows, which can double
            lambda s: (
                s["03 judge"]["arrows_where_D_says_fake"] < 0.5 * s["03 judge"]["arrows_at_the_boundary"]
            ),
        ),
    ],
    "prediction 03.p2": [
        (
            "finds hardly anything to go by in a thousand steps",
            lambda s: abs(s["03 a new D"]["its_L_D_at_last"] - 1.386) < 0.02,
        ),
    ],
    "prediction 03.p3": [
        (
            "L_rec has spread them",
            lambda s: s["03 spread of the VAE's codes"]["standard_deviation"] > 1.08,
        ),
        ("the KL gains little by undoing it", lambda s: nats_of_the_spread(s) < 0.05),
    ],
    "prediction 03.p4": [
        (
            "Far above chance, a tenth or so",
            lambda s: min(s[f"03 {p} with labels"]["purity_without_labels"] for p in PRIORS[1:]) > 0.35,
            *ALL,
        ),
    ],
    "prediction 03.p5": [
        (
            "All three stay in part, slant most",
            lambda s: 0.4 < kept(s, "width") < kept(s, "ink") < kept(s, "slant") - 0.1,
        ),
    ],
    "prediction 03.p7": [
        (
            "without an AAE it is worth nearly as much",
            lambda s: (
                alone("100 labels") - agreeing("agreement alone", 100)
                > 0.9 * (alone("100 labels") - agreeing("agreement", 100))
            ),
        ),
    ],
    "prediction 03.p9": [
        (
            "limits that they share",
            lambda s: (
                abs(s["03 VAE"]["reconstruction_error"] / s["03 AAE"]["reconstruction_error"] - 1) < 0.03
            ),
            *ALL,
        ),
    ],
    "exercise 03.9": [
        (
            "Rows with several large numbers are impure: B saw no labels",
            lambda s: (
                s["03 mixture with labels"]["purity_without_labels"]
                < 0.6 * s["03 mixture with labels"]["purity"]
            ),
            *ALL,
        ),
        (
            "C's large numbers stand on the diagonal",
            lambda s: s["03 mixture with labels"]["in_its_own_component"] > 0.9,
            *ALL,
        ),
    ],
    "aae-curves-look": [
        (
            "it swings at first",
            lambda s: s["03 curves"]["its_swing_at_first"] > 5 * s["03 curves"]["its_swing_at_last"],
        ),
        (
            "then settles, while $L_{rec}$ goes on falling",
            lambda s: s["03 curves"]["L_rec_at_last"] < 0.95 * s["03 curves"]["L_rec_after_a_fifth"],
        ),
    ],
    "match-look": [
        ("the distance is near the sampling floor", lambda s: s["03 gaussian"]["times_the_floor"] < 1.5),
    ],
    "say s2": [
        ("the AAE's codes lie along it", lambda s: match(s, "Swiss roll")["aae_times_the_floor"] < 2.5),
        (
            "the VAE's stay a round cloud",
            lambda s: match(s, "Gaussian")["vae"] < 0.25 * match(s, "Swiss roll")["vae"],
        ),
    ],
    "priors-look": [
        (
            "on MNIST each is at most about twice the floor",
            lambda s: all(match(s, name)["aae_times_the_floor"] < 2.2 for name in PRIORS),
        ),
        (
            "more than three times as far from each prior",
            lambda s: all(match(s, name)["aae_share_of_vae"] < 1 / 3 for name in PRIORS),
        ),
        (
            "farthest from the roll",
            lambda s: max(PRIORS, key=lambda name: match(s, name)["vae"]) == "Swiss roll",
        ),
    ],
    "say s3": [
        (
            "Each digit has its own petal",
            lambda s: s["03 mixture with labels"]["in_its_own_component"] > 0.9,
        ),
    ],
    "label-load-text": [
        (
            "trained with the same step for 15,000 steps on MNIST",
            lambda s: shipped_steps("aae_swiss_roll") == 15_000,
        ),
        (
            "On the bundled digits they do worse",
            lambda s: (
                s["03 Swiss roll with labels"]["purity"]
                < 0.7 * SCALES["class"]["03 Swiss roll with labels"]["purity"]
            ),
            "bundled",
        ),
    ],
    "purity-look": [
        (
            "each digit has its own petal, and its own piece of the Swiss roll",
            lambda s: all(s[f"03 {name} with labels"]["in_its_own_component"] > 0.85 for name in PRIORS[1:]),
        ),
        (
            "Without labels the purity was about a half",
            lambda s: all(
                0.45 < s[f"03 {p} with labels"]["purity_without_labels"] < 0.55 for p in PRIORS[1:]
            ),
        ),
    ],
    "say s4": [
        (
            "Along a petal the digit stays",
            lambda s: s["03 petals"]["read_as_the_digit_of_the_row"] > 0.95,
        ),
    ],
    "petals-look": [
        ("one digit per row", lambda s: s["03 petals"]["read_as_the_digit_of_the_row"] > 0.95),
    ],
    "roll-look": [
        (
            "each tenth of the way is one digit",
            lambda s: s["03 along the roll"]["read_as_the_digit_of_the_tenth"] > 0.95,
        ),
    ],
    "style-look": [
        (
            "The four numbers of style hardly tell the label",
            lambda s: s["03 style"]["label_read_from_the_code"] < 0.2,
        ),
        (
            "in most rows it stays, the amount of ink less so",
            lambda s: s["03 kept by a three"]["slant"] > 0.75 > s["03 kept by a three"]["ink"] > 0.5,
        ),
    ],
    "say s5": [
        (
            "Move the label alone: the digit changes",
            lambda s: s["03 kept by a three"]["read_as_a_three"] > 0.9,
        ),
    ],
    "semi-look": [
        (
            "6,000 steps for the AAE, for labels alone 500, 1,000 and 6,000",
            lambda s: (
                [settings("aae_semi")["steps"], *settings("aae_semi")["steps_by_labels_alone"].values()]
                == [6_000, 500, 1_000, 6_000]
            ),
        ),
        ("half to two thirds of the errors of labels alone", half_to_two_thirds),
        (
            "some styles break some digits",
            lambda s: s["03 classes in all styles"]["of_the_worst_class"] < 0.9,
        ),
    ],
    "semi-table-look": [
        (
            "where unlabelled images help: with 100 and 1,000 labels",
            lambda s: all(aae(n) < 0.7 * alone(n) for n in ("100 labels", "1000 labels")),
        ),
        (
            "when all have labels, it is a tie",
            lambda s: abs(aae("60000 labels") - alone("60000 labels")) < spread("60000 labels"),
        ),
        (
            "Our AAE's errors are larger than the paper's",
            lambda s: all(aae(n) > 1.5 * paper for n, paper in PAPER.items()),
        ),
    ],
    "predict-03-p7-text": [
        ("(b) below 6 %", lambda s: agreeing("agreement alone", 100) < 6),
        (
            "the error falls from the AAE's 11 to 2.3 % on average",
            lambda s: (round(aae("100 labels")), round(agreeing("agreement", 100), 1)) == (11, 2.3),
        ),
        ("labels alone, 24 %", lambda s: round(alone("100 labels")) == 24),
    ],
    "agree-look": [
        (
            "the run above, with the first draw's labels again, ended near 4",
            lambda s: 3.5 < s["03 with agreement"]["test_error_in_percent"] < 4.5,
        ),
        (
            "2.3 % on average (three draws of them, at 1.9 to 2.8",
            lambda s: [round(f(errors("agreement", 100)), 1) for f in (min, max)] == [1.9, 2.8],
        ),
        (
            "1,000 at 1.5 and all at 1.1 %",
            lambda s: [round(agreeing("agreement", n), 1) for n in N_LABELS] == [2.3, 1.5, 1.1],
        ),
        (
            "agreement on warped images reaches 3.6, 2.0 and 1.1 %",
            lambda s: [round(agreeing("agreement alone", n), 1) for n in N_LABELS] == [3.6, 2.0, 1.1],
        ),
        (
            "Most of the gain needs no groups that an AAE finds",
            lambda s: all(
                aae(f"{n} labels") - agreeing("agreement alone", n)
                > 0.6 * (aae(f"{n} labels") - agreeing("agreement", n))
                for n in N_LABELS
            ),
        ),
    ],
    "groups-text": [
        ("in each of five runs a single group is left", lambda s: in_use("views, no balance", 16) == [1] * 5),
    ],
    "groups-look": [
        (
            "All sixteen groups are in use",
            lambda s: s["03 groups without a label"]["in_use"] == 16,
            *ALL,
        ),
        (
            "With 600 updates a fifth to a quarter of the images are in a group named after another digit",
            lambda s: 0.18 < s["03 groups without a label"]["error_in_percent"] / 100 < 0.27,
            "class",
        ),
        (
            "with 2,400, as in the picture, a tenth",
            lambda s: 0.09 < s["03 groups without a label"]["error_in_percent"] / 100 < 0.11,
            "full",
        ),
    ],
    "predict-03-p8-text": [
        (
            "with a hundred labels it had 11",
            lambda s: round(aae("100 labels")) == 11,
        ),
        ("(c) above 25 %", lambda s: median(grouped("game", 16)) > 25),
    ],
    "groups-table-look": [
        (
            "at 11.9 and 6.0 % in the median, somewhat above the paper's 9.55 ± 2.05 and 4.10 ± 1.13; "
            "$D_y$'s game, as we play it, at 48 and 45",
            lambda s: (
                [round(median(grouped("views", n)), 1) for n in (16, 30)] == [11.9, 6.0]
                and [round(median(grouped("game", n))) for n in (16, 30)] == [48, 45]
            ),
        ),
        (
            "in every run at least a quarter of its groups have 1 % of the images or less",
            lambda s: all(max(in_use("game", n)) <= 0.75 * n for n in (16, 30)),
        ),
        (
            "how can 16 groups have fewer errors than exercise 03.13 allows",
            lambda s: (
                median(grouped("views", 16)) < 13 < max(grouped("views", 16)) < EXERCISES["03.13"].reference
            ),
        ),
    ],
    "say s7": [
        (
            "lie together",
            lambda s: s["03 molecules"]["share_with_a_neighbour_of_its_family"] > 0.8,
        ),
    ],
    "molecules-look": [
        (
            "for about nine of ten molecules the nearest is of the same family",
            lambda s: round(s["03 molecules"]["share_with_a_neighbour_of_its_family"], 1) == 0.9,
        ),
        ("about six come out wrong", lambda s: round(s["03 molecules"]["wrong_bits_of_166"]) == 6),
        (
            "about a quarter of the errors of the commonest bits",
            lambda s: (
                0.22
                < s["03 molecules"]["wrong_bits_of_166"] / s["03 molecules"]["by_the_commonest_bits"]
                < 0.28
            ),
        ),
    ],
    "side-look": [
        (
            "they differ by less than 3 %",
            lambda s: (
                abs(s["03 VAE"]["reconstruction_error"] / s["03 AAE"]["reconstruction_error"] - 1) < 0.03
            ),
        ),
        (
            "Both are greyer than real digits",
            lambda s: (
                min(s["03 share of grey pixels"][name] for name in ("VAE", "AAE"))
                > 1.5 * s["03 share of grey pixels"]["real"]
            ),
        ),
    ],
    "s9": [
        (
            "**It needs examples**",
            lambda s: (
                s["03 hundred examples"]["test_images"]
                > 1.3 * s["03 hundred examples"]["test_images_with_all_examples"]
            ),
        ),
    ],
    "drawback-prior-look": [
        (
            "petals that hold several digits",
            lambda s: s["03 five petals"]["petals_with_several_digits"] > 1,
        ),
        ("digits that are split between petals", lambda s: s["03 five petals"]["split_digits"] > 1),
        (
            "The codes follow the prior, but for some bridges between petals",
            lambda s: s["03 five petals"]["times_the_floor"] < 3,
        ),
    ],
    "drawback-entangled-look": [
        (
            "in one of the two tables one dimension stands out, with over three times any other",
            lambda s: (
                max(stands_out(s, "slant"), stands_out(s, "slant, turned")) > 3.2
                and min(stands_out(s, "slant"), stands_out(s, "slant, turned")) < 2.5
            ),
        ),
    ],
    "drawback-pixels-look": [
        (
            "on MNIST eight of ten, that are nearer to an image of another digit",
            lambda s: s["03 moved by two"]["digits_nearer_to_another"] == 8,
        ),
    ],
    "self-test-text": [
        (
            "0.15 with them",
            lambda s: abs(s["03 style"]["label_read_from_the_code"] - 0.15) < 0.005,
            "class",
        ),
    ],
    "recap": [("leave about half to two thirds of the errors of a hundred labels alone", half_to_two_thirds)],
    "say recap": [
        (
            "so they stay blurred",
            lambda s: s["03 share of grey pixels"]["AAE"] > 1.5 * s["03 share of grey pixels"]["real"],
        ),
    ],
}
