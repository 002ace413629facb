"""Claims of notebook 07."""

import json
from functools import partial
from pathlib import Path
from statistics import NormalDist

from claims import ALL, ahead, collapses, seeds
from course_utils import experiments
from course_utils.experiments import random_architectures
from course_utils.models import ARCHITECTURES
from course_utils.session import ROOT

WAYS = ("one uniform ε for each item", "one ε for the batch", "ε from a Normal")
CLIPPED = ("c = 0.1", "c = 0.01", "c = 0.001")
RANDOM = experiments.load("random_architectures")
THRESHOLD = RANDOM["settings"]["threshold"]
SHAPES = {seed: random_architectures.architecture(seed) for seed in range(32)}


def powers(s, c):
    return s["07 clipped"][f"{c}: powers of 10"]


def up_and_down(s):
    """The gradient from the last layer to the first, for three values of c."""
    return (
        5.5 < powers(s, "c = 0.1") < 6.5
        and -14.5 < powers(s, "c = 0.01") < -13.5
        and powers(s, "c = 0.001") < -25
    )


def factor(s, c):
    """By what the gradient is multiplied at each of the eleven layers, in the geometric mean."""
    return 10 ** (powers(s, c) / 11)


def outside():
    """How often a number from a Normal is not between 0 and 1."""
    return 1 - (NormalDist().cdf(1) - NormalDist().cdf(0))


def mixed(s, row):
    return s["07 mixers"][f"{row}: estimate"]


def mixers_agree(s):
    """Wherever the penalty is asked for, the estimate is within 15 % of the best plan."""
    return all(abs(mixed(s, way) / mixed(s, "best plan") - 1) < 0.15 for way in WAYS)


def two_points(s, weight, what="after 400"):
    return s["07 two points"][f"λ = {weight}: {what}"]


def above_as_the_formula(s):
    """Above W = 2, within a tenth of what the formula says, and the more so the smaller λ is."""
    estimates = [two_points(s, weight) for weight in (10.0, 1.0, 0.5)]
    formula = [2 * (1 + 2 / (2 * weight)) for weight in (10.0, 1.0, 0.5)]
    return 2.02 < estimates[0] < estimates[1] < estimates[2] and all(
        0.9 < a / b < 1.1 for a, b in zip(estimates, formula, strict=True)
    )


def exact(s, row, what="estimate"):
    return s["07 exact"][f"{row}: {what}"]


def is_flat(s):
    return abs(s["07 penalized"]["powers_of_10"]) < 0.35 and s["07 penalized"]["largest_over_smallest"] < 2.5


def peaks(s, critic, of):
    return s["07 peaks"][f"{critic}: peaks, {of} Gaussians"]


def norms(s, norm, what):
    return s["07 norms"][f"{norm}: {what}"]


def side(s, cloud, row, what="estimate"):
    return s["07 sides"][f"{cloud}, {row}: {what}"]


def agree_far_apart(s):
    return abs(side(s, "far apart", "two-sided") / side(s, "far apart", "one-sided") - 1) < 0.1


def a_third(s):
    return 0.28 < side(s, "blurred", "two-sided") / side(s, "blurred", "one-sided") < 0.42


def finds_hills(s):
    """Of the best plan's cost on blurred clouds the one-sided critic sees nearly all, the other a third."""
    seen = {n: side(s, "blurred", f"{n}-sided") / side(s, "blurred", "best plan") for n in ("one", "two")}
    return seen["two"] < 0.4 < 0.9 < seen["one"] < 1.05


def better_norms(s):
    """Is the gradient norm of the two-sided critic nearer to 1, and does it vary less?"""
    two, one = (partial(side, s, "blurred", row) for row in ("two-sided", "one-sided"))
    norm, std = "mean gradient norm at x_mix", "its std"
    return abs(two(norm) - 1) < 0.3 * abs(one(norm) - 1) and two(std) < 0.6 * one(std)


def unknown(s, letter, what="norm between"):
    return s["07 unknown"][f"{letter}: {what}"]


def spread(s, letter):
    return unknown(s, letter, "std between") / unknown(s, letter)


def below_half(s):
    return estimate(s, "W_at_the_end") < 0.5 * estimate(s, "to_the_nearest_training_image")


def a_quarter(s):
    return 0.1 < estimate(s, "W_at_the_end") / estimate(s, "to_the_nearest_training_image") < 0.27


def as_long(s):
    """The seconds of WGAN-GP are at most a third above the GAN's."""
    return s["07 objectives"]["WGAN-GP: seconds"] < 1.33 * s["07 objectives"]["GAN: seconds"]


def penalized(architecture):
    """WGAN-GP's distance, the middle one of three seeds."""
    return seeds(architecture, "WGAN-GP")[1]


def times_the_gan(architecture):
    return penalized(architecture) / seeds(architecture, "GAN")[1]


def minutes(objective):
    return sum(sum(seeds(name, objective, "seconds")) for name in ARCHITECTURES) / 60


def beats_clipping(s):
    return len(ahead("WGAN-GP", "WGAN")) == 5


def trains_all(s):
    """All ten digits, in all architectures and all seeds."""
    return all(seeds(name, "WGAN-GP", "n_digits") == [10, 10, 10] for name in ARCHITECTURES)


def n_success(objective, which=lambda shape: True):
    return sum(
        RANDOM["runs"][f"{seed}, {objective}"]["distance"] < THRESHOLD
        for seed, shape in SHAPES.items()
        if which(shape)
    )


def success(which):
    """How many architectures, and how many of them succeed as GAN and as WGAN-GP."""
    n = sum(map(which, SHAPES.values()))
    return n, n_success("GAN", which), n_success("WGAN-GP", which)


def with_norm(shape):
    return shape.norm_in_D


def as_well():
    """Where a GAN succeeds, the mean distances of both objectives are within a tenth."""
    runs = [(RANDOM["runs"][f"{seed}, GAN"], RANDOM["runs"][f"{seed}, WGAN-GP"]) for seed in SHAPES]
    pairs = [(a["distance"], b["distance"]) for a, b in runs if a["distance"] < THRESHOLD]
    gan, wgan_gp = (sum(distances) for distances in zip(*pairs, strict=True))
    return 0.9 < gan / wgan_gp < 1.15


def more_come_near(distance):
    return random_architectures.share_below(RANDOM, "WGAN-GP", distance) > random_architectures.share_below(
        RANDOM, "GAN", distance
    )


def hours():
    return (
        json.loads((Path(ROOT) / "data/pretrained/wgan_gp.json").read_text(encoding="utf-8"))["seconds"]
        / 3600
    )


def own(s, objective, score):
    return s["07 own"][f"{objective}: {score}"]


def estimate(s, what):
    return s["07 estimate"][what]


def falls(s):
    return estimate(s, "W_at_the_end") < 0.5 * estimate(s, "W_highest")


def one_order(s):
    scores = [s["07 objectives"][f"{o}: fcd"] for o in ("GAN", "LSGAN", "WGAN-GP")]
    return max(scores) < 2 * min(scores)


ALL_32 = (32, 9, 28)

CLAIMS = {
    "deep-look": [
        (
            "six orders of magnitude up with $c = 0.1$, fourteen down with $0.01$, about 26 with $0.001$",
            up_and_down,
            *ALL,
        ),
    ],
    "s1": [
        ("between five and six orders of magnitude", lambda s: 5 < powers(s, "c = 0.1") < 6, *ALL),
        ("(c) falls by about fourteen", lambda s: -14.5 < powers(s, "c = 0.01") < -13.5, *ALL),
    ],
    "between-look": [("two thirds of the points lie beyond the ends", lambda s: 0.6 < outside() < 0.7)],
    "predict-07-p2-text": [("(a) All three", mixers_agree, *ALL)],
    "mixers-look": [("how little the three estimates differ", mixers_agree, *ALL)],
    "s3": [
        (
            "(b) 2.2 and 6.0",
            lambda s: abs(two_points(s, 10.0) - 2.2) < 0.05 and abs(two_points(s, 0.5) - 6) < 0.05,
            *ALL,
        )
    ],
    "say s2": [("with a Normal ε many lie outside", lambda s: outside() > 0.5)],
    "two-points-look": [
        (
            "without a penalty the estimate grows without end",
            lambda s: two_points(s, 0.0) > 2 * two_points(s, 0.0, "after 200 updates"),
            *ALL,
        ),
        (
            "The others have converged, each to a number of its own",
            lambda s: all(
                abs(two_points(s, w) / two_points(s, w, "after 200 updates") - 1) < 0.02
                for w in (10.0, 1.0, 0.5)
            ),
            *ALL,
        ),
    ],
    "prediction 07.p1": [
        ("it multiplies by about 64 c / 2 = 3.2", lambda s: 2.9 < factor(s, "c = 0.1") < 3.5, *ALL),
        (
            "random signs give c √(64 / 2) = 0.057",
            lambda s: 0.05 < factor(s, "c = 0.01") < 0.063 and 0.0045 < factor(s, "c = 0.001") < 0.0063,
            *ALL,
        ),
    ],
    "prediction 07.p2": [
        (
            "no number of this toy shows them",
            lambda s: max(mixed(s, way) for way in WAYS) < 1.05 * min(mixed(s, way) for way in WAYS),
            *ALL,
        ),
    ],
    "prediction 07.p3": [
        ("here to a slope of 3", lambda s: abs(two_points(s, 0.5) / 2 - 3) < 0.05, *ALL),
    ],
    "prediction 07.p6": [
        ("finds the small hills in these 500 updates", finds_hills, *ALL),
        ("the other one's norms look all the better", better_norms, *ALL),
    ],
    "prediction 07.p8": [
        (
            "It is 1 of 13 (a hint, no more), and 8 of the 19 without a norm",
            lambda s: (success(with_norm)[1], success(lambda a: not with_norm(a))[:2]) == (1, (19, 8)),
        ),
        ("as WGAN-GP 11 of the 13 succeed", lambda s: success(with_norm) == (13, 1, 11)),
    ],
    "exercise 07.4": [
        (
            "a bound on weights leaves gradient norms small, and different from place to place",
            lambda s: unknown(s, "C") < 0.4 and spread(s, "C") > 5 * spread(s, "A"),
        ),
        (
            "1 + W / 2λ: 1.64 with λ = 1, 1.06 with λ = 10",
            lambda s: [round(unknown(s, letter), 2) for letter in "AD"] == [1.64, 1.06],
        ),
        (
            "two critics have nearly the same norm everywhere",
            lambda s: max(spread(s, x) for x in "AD") < 0.05 < 0.3 < min(spread(s, x) for x in "BC"),
        ),
        ("the largest numbers belong to no bound at all", lambda s: unknown(s, "B") > 1_000),
        ("W is 1.27", lambda s: abs(exact(s, "best plan") - 1.27) < 0.01),
    ],
    "exercise 07.3": [("the mean of d (1 + d / (2λ))", above_as_the_formula, *ALL)],
    "exact-look": [
        (
            "a mean gradient norm that the law predicts",
            lambda s: (
                abs(
                    exact(s, "critic, λ = 10", "mean gradient norm at x_mix") - 1 - exact(s, "best plan") / 20
                )
                < 0.05
            ),
            *ALL,
        ),
        (
            "an estimate within a tenth of the truth",
            lambda s: abs(exact(s, "critic, λ = 10") / exact(s, "best plan") - 1) < 0.1,
            *ALL,
        ),
        (
            "The clipped critics of notebook 06 saw half of $W$",
            lambda s: all(
                0.4
                < s["06 bound"][f"critic, c = {c}: estimate / K"] / s["06 bound"]["closed form: estimate"]
                < 0.6
                for c in (0.05, 0.2)
            ),
            *ALL,
        ),
    ],
    "say s4": [
        ("the gradient stays near 1 at every layer", is_flat, *ALL),
    ],
    "deep-gp-look": [
        ("a line that stays near 1, within a factor of about two", is_flat, *ALL),
        (
            "a peak on at most two modes of each set",
            lambda s: max(peaks(s, "weights clipped", n) for n in (8, 25)) <= 2,
            *ALL,
        ),
        (
            "(a) all",
            lambda s: peaks(s, "gradient penalty", 8) == 8,
            *ALL,
        ),
    ],
    "whose-look": [
        ("(b) near 0", lambda s: abs(norms(s, "batch norm", "estimate in training")) < 0.5, *ALL),
        (
            "near 3.5, like those of the two others",
            lambda s: all(
                abs(norms(s, n, "estimate in training") - 3.5) < 0.2 for n in ("no norm", "layer norm")
            ),
            *ALL,
        ),
    ],
    "predict-07-p6-text": [
        (
            "about 0.98 with two sides, 0.86 to 0.9 with one",
            lambda s: (
                abs(side(s, "blurred", "two-sided", "mean gradient norm at x_mix") - 0.98) < 0.02
                and abs(side(s, "blurred", "one-sided", "mean gradient norm at x_mix") - 0.88) < 0.025
            ),
            *ALL,
        ),
        ("(a) about a third of it", a_third, *ALL),
    ],
    "s8": [("(c) below $n / 2$", below_half)],
    "s10": [
        ("As GAN 9 of the 32 succeed, as WGAN-GP 28", lambda s: success(lambda a: True) == ALL_32),
        ("(b) 2 or fewer", lambda s: success(lambda a: a.norm_in_D) == (13, 1, 11)),
    ],
    "s11": [("(a) not twice as long", as_long)],
    "surfaces-look": [
        ("one broad hill", lambda s: max(peaks(s, "weights clipped", n) for n in (8, 25)) < 3, *ALL),
        (
            "a peak on each of the eight Gaussians",
            lambda s: peaks(s, "gradient penalty", 8) == 8,
            *ALL,
        ),
    ],
    "norms-look": [
        (
            "a small penalty in all three",
            lambda s: all(
                norms(s, n, "penalty in training") < 0.1 for n in ("no norm", "layer norm", "batch norm")
            ),
            *ALL,
        ),
        (
            "the estimate of this critic is far below $W$",
            lambda s: norms(s, "batch norm", "estimate") < 0.7 * norms(s, "best plan", "estimate"),
            *ALL,
        ),
        (
            "its gradient norms spread widely",
            lambda s: norms(s, "batch norm", "its std") > 5 * norms(s, "no norm", "its std"),
            *ALL,
        ),
        (
            "Layer norm, which looks at one item at a time, leaves the estimate nearly as it is",
            lambda s: abs(norms(s, "layer norm", "estimate") / norms(s, "no norm", "estimate") - 1) < 0.1,
            *ALL,
        ),
    ],
    "sides-look": [
        ("the same critic where the clouds are far apart", agree_far_apart, *ALL),
        ("the two-sided critic's estimate is a third of the one-sided's", a_third, *ALL),
        (
            "both critics find only chance differences",
            lambda s: all(
                side(s, "the same twice", row) < 0.3 * side(s, "the same twice", "best plan")
                for row in ("two-sided", "one-sided")
            ),
            *ALL,
        ),
    ],
    "say s8": [("After its first peak W falls", falls)],
    "digits-look": [
        ("it rises while the critic learns, then falls as $G$ catches up", falls),
        ("the critic's estimate is about a quarter of the distance to the nearest image, or less", a_quarter),
    ],
    "dcgan-look": [("trained for most of an hour", lambda s: 0.75 < hours() < 1)],
    "say s11": [("Scores of one order", one_order)],
    "objectives-look": [("Fréchet distances of the same order of magnitude", one_order)],
    "exercise 07.9": [
        (
            "B loses the MLP generator with every seed",
            collapses,
        ),
        ("is behind A in every column", beats_clipping),
        ("A loses nothing", trains_all),
    ],
    "forms-look": [
        (
            "all five architectures draw all ten digits, with each of the three seeds",
            trains_all,
        ),
        (
            "in every column it is ahead of clipping, with every seed",
            beats_clipping,
        ),
        ("The GAN loses the MLP generator", collapses),
        (
            "with the deepest networks it is far behind",
            lambda s: "very deep ResNet" in ahead("WGAN-GP", "GAN", by=1.5),
        ),
        (
            "In the three other columns it is about as good",
            lambda s: sum(0.75 < times_the_gan(name) < 1.33 for name in ARCHITECTURES) == 3,
        ),
        (
            "Its fifteen runs took 55 to 75 minutes",
            lambda s: all(55 < minutes(objective) < 75 for objective in ("GAN", "WGAN", "WGAN-GP")),
        ),
        (
            "worst column has about five times the distance of its best",
            lambda s: 4 < max(map(penalized, ARCHITECTURES)) / min(map(penalized, ARCHITECTURES)) < 6,
        ),
    ],
    "say s10": [
        ("28 of 32 architectures succeed, against 9", lambda s: success(lambda shape: True) == ALL_32),
    ],
    "architectures-look": [
        ("9 of 32 architectures succeed as GAN, 28 as WGAN-GP", lambda s: success(lambda a: True) == ALL_32),
        ("it is 1 of 13 against 11", lambda s: success(lambda a: a.norm_in_D) == (13, 1, 11)),
        ("it is 8 of 19 against 17", lambda s: success(lambda a: not a.norm_in_D) == (19, 8, 17)),
        (
            "with 128 units it is 1 of 12 against 11",
            lambda s: success(lambda a: a.width == 128) == (12, 1, 11),
        ),
        ("where a GAN succeeds, it comes about as near, on average, as a WGAN-GP", lambda s: as_well()),
        (
            "at most distances more architectures come that near as WGAN-GP than as GAN",
            lambda s: sum(more_come_near(d / 20) for d in range(2, 41)) > 30,
        ),
    ],
    "project-text": [
        ("four fail with the penalty, too", lambda s: n_success("WGAN-GP") == 32 - 4),
        (
            "architecture 29 has a distance of 0.78",
            lambda s: round(RANDOM["runs"]["29, WGAN-GP"]["distance"], 2) == 0.78,
        ),
    ],
    "own-look": [
        (
            "as GAN its points lie inside the ring, as WGAN-GP most lie at the eight modes",
            lambda s: own(s, "GAN", "good") < 0.05 and own(s, "WGAN-GP", "good") > 0.5,
            *ALL,
        ),
    ],
    "recap": [
        (
            "depth and detail are the price",
            lambda s: up_and_down(s) and peaks(s, "weights clipped", 8) < peaks(s, "gradient penalty", 8),
            *ALL,
        ),
        ("the estimate is above $W$ (by $d^2 / 2\\lambda$", above_as_the_formula, *ALL),
        (
            "on blurred clouds it was far below after 500 updates",
            lambda s: side(s, "blurred", "two-sided") < 0.5 * side(s, "blurred", "best plan"),
            *ALL,
        ),
        ("on digits it was about a quarter of a lower bound, or less", a_quarter),
        ("28 of 32 random architectures succeed, of GANs 9", lambda s: success(lambda a: True) == ALL_32),
        ("17 of 19, of GANs 8", lambda s: success(lambda a: not a.norm_in_D) == (19, 8, 17)),
    ],
    "say recap": [("It gains fewer failures", lambda s: n_success("WGAN-GP") > 2 * n_success("GAN"))],
}
