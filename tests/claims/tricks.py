"""Claims of notebook 05: five seeds trained live, and those of data/results/tricks.json."""

import math

from claims import mean
from course_utils import experiments
from course_utils.exercises import EXERCISES

TABLE = experiments.load("tricks")["runs"]
ROWS = {on: [key[: -len(on) - 2] for key in TABLE if key.endswith(f", {on}")] for on in ("ring", "digits")}


def runs(trick, on, score):
    """One score of all seeds of a trick on a baseline; R1 alone may not be in the table yet. → list"""
    key = f"{trick}, {on}"
    return TABLE[key if key in TABLE else f"R1 and EMA of G, {on}"][score]


def average(trick, on, score):
    return mean(runs(trick, on, score))


def n_all(trick):
    """How many of ten seeds cover all eight modes of the ring."""
    return runs(trick, "ring", "modes").count(8)


def n_rescued(trick):
    """How many of ten seeds have all modes of the ring and half of the points at one."""
    good, modes = runs(trick, "ring", "good"), runs(trick, "ring", "modes")
    return sum(m == 8 and g >= 0.5 for m, g in zip(modes, good, strict=True))


def n_nearly_all(trick):
    """How many of ten seeds cover seven or eight modes of the ring."""
    return sum(m >= 7 for m in runs(trick, "ring", "modes"))


def helped(trick):
    """Is a trick better than plain on any baseline, in modes or in the Fréchet distance?"""
    more = any(average(trick, on, "modes") > average("plain", on, "modes") for on in ("ring", "grid"))
    return more or average(trick, "digits", "fcd") < average("plain", "digits", "fcd")


def only_the_share(trick):
    """More points of the grid at a mode than plain, on average; but fewer modes."""
    more = average(trick, "grid", "good") > average("plain", "grid", "good")
    return more and average(trick, "grid", "modes") < average("plain", "grid", "modes") / 2


def best_on_digits():
    """Have least squares, minibatch discrimination and R1 (once it is in the table) the lowest distances?"""
    best = {"least squares", "minibatch discrimination"} | ({"R1"} & set(ROWS["digits"]))
    return set(sorted(ROWS["digits"], key=lambda t: average(t, "digits", "fcd"))[: len(best)]) == best


def from_three_runs():
    """What part of plain's points at a mode the two whole rings and the best run of one mode bring."""
    pairs = list(zip(runs("plain", "ring", "modes"), runs("plain", "ring", "good"), strict=True))
    rings, ones = ([good for modes, good in pairs if modes == n] for n in (8, 1))
    return (sum(rings) + max(ones)) / sum(good for _, good in pairs)


def live(s, trick, score, row=None):
    """The mean score of the five seeds that the notebook trains, or of another row of the same table."""
    return s[f"05 {trick}"][f"{row or trick}: {score}"]


def push(alpha, beta, at):
    """The push d/dx log D* on a fake, at p_data = N(1.5, 1) and p_g = N(−2.5, 1), by differences."""

    def log_D(x):
        p_data, p_g = (math.exp(-((x - centre) ** 2) / 2) for centre in (1.5, -2.5))
        return math.log((alpha * p_data + beta * p_g) / (p_data + p_g))

    return (log_D(at + 1e-3) - log_D(at - 1e-3)) / 2e-3


def two_layers():
    """Least and most that meet along one axis after two layers, kernel 5 and stride 2. → two integers"""
    pixels = [1] * 12
    for _ in range(2):
        spread = [0] * (2 * len(pixels) + 3)
        for i, pixel in enumerate(pixels):
            for k in range(5):
                spread[2 * i + k] += pixel
        pixels = spread
    return min(pixels[14:-14]), max(pixels[14:-14])


def holes(s, name, where="% of zeros inside"):
    return s["05 zero gradients"][f"{name}: {where}"]


def balance(s, row, score):
    return s["05 balance"][f"{row}: {score}"]


def rescue(s, score, row="as it is"):
    return s["05 rescue"][f"{row}: {score}"]


LIVE = ["class", "full"]  # trained on points: the same whatever the digits are
SEVEN = [
    "least squares",
    "feature matching",
    "minibatch discrimination",
    "packing",
    "batch norm in G",
    "virtual batch norm in G",
    "R1 and EMA of G",
    "R1",
]
RESCUE = EXERCISES["05.13"].contest
SLOW = "D far too slow"
LOSSES = ["minimax", "non-saturating"]
FASTER_D = ["larger learning rate of D", "two updates of D"]
COLLAPSED = [
    g
    for m, g in zip(*(runs("soft, noisy labels", "ring", w) for w in ("modes", "good")), strict=True)
    if m < 2
]
FULL_SOFT = [
    g
    for m, g in zip(*(runs("soft, noisy labels", "ring", w) for w in ("modes", "good")), strict=True)
    if m == 8
]

CLAIMS = {
    "s1": [
        (
            "that is enough to make most runs collapse",
            lambda s: sum(m <= 3 for m in runs("plain", "ring", "modes")) > 5,
        ),
    ],
    "plain-look": [
        (
            "two rings with points at all eight modes, three collapsed",
            lambda s: live(s, "plain", "all_8") == 0.4,
            *LIVE,
        ),
        (
            "Noise (0.5 % good)",
            lambda s: (
                live(s, "plain", "modes", "noise") == 7 and 0.004 < live(s, "plain", "good", "noise") < 0.006
            ),
            *LIVE,
        ),
    ],
    "two-sided-look": [
        (
            "While the fakes' label is 0, smoothing the *real* label does not change this push",
            lambda s: all(abs(push(0.7, 0, at) - push(1, 0, at)) < 1e-6 for at in (-4, -2.5, 0)),
        ),
        (
            "but a fakes' label of only 0.01 already takes away more than 95 % of it",
            lambda s: push(0.9, 0.01, -2.5) < 0.05 * push(0.9, 0, -2.5),
        ),
        ("near zero where the fakes are", lambda s: push(0.9, 0.2, -2.5) < 0.01),
    ],
    "labels-look": [
        (
            "one-sided smoothing changes little",
            lambda s: (
                abs(n_all("one-sided smoothing") - n_all("plain")) <= 1
                and abs(live(s, "one-sided smoothing", "modes") - live(s, "plain", "modes")) < 1
            ),
            *LIVE,
        ),
        (
            "Soft, noisy labels change more",
            lambda s: live(s, "soft, noisy labels", "modes") > live(s, "plain", "modes") + 2,
            *LIVE,
        ),
        (
            "five reach all eight modes (plain: two)",
            lambda s: (n_all("soft, noisy labels"), n_all("plain")) == (5, 2),
        ),
        (
            "with 4 to 23 % of their points at one",
            lambda s: (round(min(FULL_SOFT), 2), round(max(FULL_SOFT), 2)) == (0.04, 0.23),
        ),
        ("four collapse", lambda s: len(COLLAPSED) == 4 and max(COLLAPSED) < 0.01),
    ],
    "say s3": [
        (
            "Both losses reach the whole ring",
            lambda s: min(live(s, loss, "modes") for loss in ("least squares", "feature matching")) > 7.5,
            *LIVE,
        ),
    ],
    "losses-look": [
        (
            "with both losses every seed reaches seven or eight modes",
            lambda s: (
                n_nearly_all("least squares") == n_nearly_all("feature matching") == 10
                and live(s, "least squares", "modes") == live(s, "feature matching", "modes") == 8
            ),
            *LIVE,
        ),
        (
            "Feature matching has 3 to 4 % of its points at one",
            lambda s: (
                0.025
                < average("feature matching", "ring", "good")
                < live(s, "feature matching", "good")
                < 0.045
            ),
            *LIVE,
        ),
        (
            "for this baseline it helps, but in no seed do half of the points lie at a mode",
            lambda s: (
                n_all("least squares") > 3 * n_all("plain")
                and max(runs("least squares", "ring", "good")) < 0.5
            ),
        ),
    ],
    "say s4": [
        (
            "does not let one point pass for a ring",
            lambda s: all(live(s, t, "modes") > 7.5 for t in SEVEN[2:4]),
            *LIVE,
        ),
    ],
    "variety-look": [
        (
            "seven or eight modes in nearly every seed",
            lambda s: n_nearly_all("minibatch discrimination") == 10 and n_nearly_all("packing") == 9,
        ),
        (
            "23 to 28 % of them lie at a mode with minibatch discrimination",
            lambda s: (
                0.225 < average("minibatch discrimination", "ring", "good") < 0.285
                and 0.225 < live(s, "minibatch discrimination", "good") < 0.285
            ),
            *LIVE,
        ),
        (
            "9 to 10 % with packing",
            lambda s: (
                0.085 <= round(live(s, "packing", "good"), 3) < average("packing", "ring", "good") < 0.105
            ),
            *LIVE,
        ),
    ],
    "say s6": [
        (
            "normalization in G helps",
            lambda s: live(s, "virtual batch norm in G", "good") > 3 * live(s, "plain", "good"),
            *LIVE,
        ),
        (
            "batch norm in D does not",
            lambda s: all(
                live(s, t, score) < live(s, "plain", score)
                for t in ("batch norm in D", "batch norm in D, mixed")
                for score in ("all_8", "good")
            ),
            *LIVE,
        ),
    ],
    "statistics-look": [
        (
            "every seed reaches all eight modes, with half of the points at one",
            lambda s: (
                live(s, "virtual batch norm in G", "all_8") == 1
                and 0.45 < live(s, "virtual batch norm in G", "good") < 0.57
            ),
            *LIVE,
        ),
        (
            "hardly any point lies at a mode (on average at most 0.6 %)",
            lambda s: all(
                live(s, t, "good") < 0.0065 and average(t, "ring", "good") < 0.0065
                for t in ("batch norm in D", "batch norm in D, mixed")
            ),
            *LIVE,
        ),
        (
            "cover fewer modes than mixed ones, here and on the grid of section 12",
            lambda s: (
                live(s, "batch norm in D", "modes") < live(s, "batch norm in D, mixed", "modes") / 2
                and all(
                    average("batch norm in D", on, "modes")
                    < average("batch norm in D, mixed", on, "modes") / 2
                    for on in ("ring", "grid")
                )
            ),
            *LIVE,
        ),
        (
            "on digits they are far worse",
            lambda s: (
                min(runs("batch norm in D", "digits", "fcd"))
                > 5 * max(runs("batch norm in D, mixed", "digits", "fcd"))
            ),
        ),
    ],
    "say s7": [
        (
            "DRAGAN's gradient norm is what was asked for",
            lambda s: 0.9 < s["05 gradient norm of D's logit around the data"]["DRAGAN"] < 1.1,
            *LIVE,
        ),
        ("the modes are not", lambda s: live(s, "DRAGAN", "modes") < 1, *LIVE),
    ],
    "slopes-look": [
        (
            "what was asked for (1 for DRAGAN)",
            lambda s: 0.9 < s["05 gradient norm of D's logit around the data"]["DRAGAN"] < 1.1,
            *LIVE,
        ),
        (
            "but few modes",
            lambda s: (
                live(s, "DRAGAN", "all_8") == 0
                and live(s, "instance noise", "all_8") <= live(s, "plain", "all_8")
            ),
            *LIVE,
        ),
        (
            "R1, which asks for a flat $D$ only *at* the data, helps",
            lambda s: n_nearly_all("R1") >= 9 and average("R1", "ring", "good") > 0.3,
        ),
    ],
    "holes-look": [
        (
            "At the image itself none of these networks has a zero",
            lambda s: all(
                holes(s, name, "% at the image") == 0
                for name in ("ReLU, pooling", "ReLU, stride", "leaky, pooling", "leaky, stride")
            ),
        ),
        (
            "55 % of that are fewer places than 16 % of the whole",
            lambda s: (round(holes(s, "ReLU, pooling")), round(holes(s, "ReLU, stride"))) == (84, 45),
        ),
        ("84 → 75 % zeros with pooling", lambda s: round(holes(s, "leaky, pooling")) == 75),
        ("45 → 0 % with the stride", lambda s: holes(s, "leaky, stride") == 0),
    ],
    "say s10": [
        (
            "far wider than a mode is",
            lambda s: s["05 points of one z"]["standard_deviation"] > 10 * 0.01,
            *LIVE,
        ),
    ],
    "scales-look": [
        (
            "a cloud of more than ten times the width of a mode",
            lambda s: s["05 points of one z"]["standard_deviation"] > 10 * 0.01,
            *LIVE,
        ),
        (
            "seldom hit through it (1 % of the points; noise 0.5 %)",
            lambda s: (
                0.005 < average("dropout in G", "ring", "good") < 0.015
                and 0.005 < live(s, "dropout in G", "good") < 0.015
            ),
            *LIVE,
        ),
        (
            "no worse (Fréchet distance 111, plain 139)",
            lambda s: (
                (
                    round(average("pixels from 0 to 1", "digits", "fcd")),
                    round(average("plain", "digits", "fcd") + 1e-9),
                )
                == (111, 139)
            ),
        ),
        (
            "uniform $z$ is worse on digits and on the ring",
            lambda s: (
                average("uniform z", "digits", "fcd") > 1.2 * average("plain", "digits", "fcd")
                and average("uniform z", "ring", "modes") < 0.5 * average("plain", "ring", "modes")
            ),
        ),
        (
            "in the five seeds here it is not, by modes and distance",
            lambda s: (
                live(s, "uniform z", "modes") > live(s, "plain", "modes")
                and live(s, "uniform z", "distance") < live(s, "plain", "distance")
            ),
            *LIVE,
        ),
        (
            "it covers two modes more with half as many points at one",
            lambda s: (
                1.5 < average("uniform z", "grid", "modes") - average("plain", "grid", "modes") < 2.5
                and 0.45 < average("uniform z", "grid", "good") / average("plain", "grid", "good") < 0.55
            ),
        ),
    ],
    "say s11": [
        (
            "D is always right, and G feels next to no pull",
            lambda s: (
                balance(s, "D far ahead, minimax", "accuracy_of_D") == 1
                and balance(s, "D far ahead, minimax", "pull_on_a_fake") < 1e-3
            ),
            *LIVE,
        ),
    ],
    "balance-look": [
        (
            "a $D$ that is always right and no pull",
            lambda s: (
                balance(s, "D far ahead, minimax", "accuracy_of_D") == 1
                and balance(s, "D far ahead, minimax", "pull_on_a_fake") < 1e-3
            ),
            *LIVE,
        ),
        (
            "some ninety times the balanced one",
            lambda s: (
                75
                < balance(s, "D far ahead, non-saturating", "pull_on_a_fake")
                / balance(s, "balanced", "pull_on_a_fake")
                < 105
            ),
            *LIVE,
        ),
        (
            "ends about as far from the data",
            lambda s: (
                0.8
                < balance(s, "D far ahead, non-saturating", "distance")
                / balance(s, "D far ahead, minimax", "distance")
                < 1.2
            ),
            *LIVE,
        ),
        (
            "in this run $G$ has followed it far away",
            lambda s: balance(s, "D far too slow", "distance") > 6,
            *LIVE,
        ),
    ],
    "table-look": [
        (
            "with 43 to 45 % of their points at one (plain 5 %, noise 0.5 %)",
            lambda s: (
                all(n_all(t) == 10 and 0.425 < average(t, "ring", "good") < 0.455 for t in FASTER_D)
                and 0.045 < average("plain", "ring", "good") < 0.055
                and 0.004 < live(s, "plain", "good", "noise") < 0.006
            ),
            *LIVE,
        ),
        (
            "Seven tricks reach seven or eight modes in nearly every seed",
            lambda s: all((n_nearly_all(t) >= 9) == (t in SEVEN + FASTER_D) for t in ROWS["ring"]),
        ),
        (
            "between 3 % (feature matching) and 56 % (virtual batch norm) of their points lie at a mode",
            lambda s: (
                (
                    round(average("feature matching", "ring", "good"), 2),
                    round(average("virtual batch norm in G", "ring", "good"), 2),
                )
                == (0.03, 0.56)
            ),
        ),
        (
            "nothing brings more than 10 % of the points to a mode on average (plain 4 %, noise 2.5 %)",
            lambda s: (
                0.09 < max(average(t, "grid", "good") for t in ROWS["ring"]) < 0.1
                and round(average("plain", "grid", "good"), 2) == 0.04
                and 0.0245 < 25 * math.pi * 0.15**2 / (2 * 4.15) ** 2 < 0.0265
            ),
        ),
        (
            "add three to four modes, and raise the share at one a little, to 5 or 6 %",
            lambda s: all(
                2.5 < average(t, "grid", "modes") - average("plain", "grid", "modes") < 4.5
                and average("plain", "grid", "good") + 0.005 < average(t, "grid", "good")
                and round(100 * average(t, "grid", "good")) in (5, 6)
                for t in ("instance noise", "spectral norm", "R1 and EMA of G")
            ),
        ),
        (
            "is read as one digit only, in four seeds of five",
            lambda s: runs("plain", "digits", "n_digits").count(1) == 4,
        ),
        ("least squares, minibatch discrimination and R1 without EMA help most", lambda s: best_on_digits()),
        (
            "one-sided smoothing little",
            lambda s: (
                0.8 < average("one-sided smoothing", "digits", "fcd") / average("plain", "digits", "fcd") < 1
                and abs(average("one-sided smoothing", "ring", "modes") - average("plain", "ring", "modes"))
                < 1
            ),
        ),
        (
            "replay and dropout in $D$ a little on digits",
            lambda s: all(
                0.7 < average(t, "digits", "fcd") / average("plain", "digits", "fcd") < 0.9
                and all(
                    average(t, on, "modes") < average("plain", on, "modes") + 0.5 for on in ("ring", "grid")
                )
                for t in ("replay of old fakes", "dropout in D")
            ),
        ),
        (
            "historical averaging in none of these columns; DRAGAN only raises the grid's share at a mode, "
            "and loses modes",
            lambda s: not any(map(helped, ("historical averaging", "DRAGAN"))) and only_the_share("DRAGAN"),
        ),
        (
            "Packing harms on digits, as do the EMA, instance noise, uniform $z$ and dropout in $G$",
            lambda s: (
                all(
                    min(runs(t, "digits", "fcd")) > max(runs("plain", "digits", "fcd"))
                    for t in ("packing", "EMA of G")
                )
                and all(
                    average(t, "digits", "fcd") > 1.2 * average("plain", "digits", "fcd")
                    for t in ("instance noise", "uniform z", "dropout in G")
                )
            ),
        ),
        (
            "DRAGAN covers fewest modes on the grid, batch norm in $D$ is worst on digits",
            lambda s: (
                min(ROWS["ring"], key=lambda t: average(t, "grid", "modes")) == "DRAGAN"
                and max(ROWS["digits"], key=lambda t: average(t, "digits", "fcd")) == "batch norm in D"
            ),
        ),
    ],
    "rescue-look": [
        ("two modes at most", lambda s: rescue(s, "all_8") == 0 and rescue(s, "modes") < 1, *LIVE),
    ],
    "say recap": [
        ("does D learn fast enough?", lambda s: all(n_all(t) > 4 * n_all("plain") for t in FASTER_D)),
    ],
    "exercise 05.9": [
        ("sin(π/8) = 0.383 away", lambda s: round(math.sin(math.pi / 8), 3) == 0.383),
        (
            "σ(1.815) = 0.860",
            lambda s: round(1 / (1 + math.exp(math.sin(math.pi / 8)) / 9), 3) == 0.860,
        ),
    ],
    "exercise 05.10": [
        ("8/5 = 1.6 along one axis, 2.56 in a picture", lambda s: two_layers() == (5, 8)),
    ],
    "exercise 05.11": [
        (
            "in C the pull fades to nothing",
            lambda s: balance(s, "D far ahead, minimax", "pull_on_a_fake") < 1e-6,
            *LIVE,
        ),
        (
            "in A it is the largest of all",
            lambda s: (
                balance(s, "D far ahead, non-saturating", "pull_on_a_fake")
                == max(v for row, v in s["05 balance"].items() if "pull" in row)
            ),
            *LIVE,
        ),
        (
            "Of two games with a D that is nearly always right",
            lambda s: all(balance(s, f"D far ahead, {loss}", "accuracy_of_D") > 0.95 for loss in LOSSES),
            *LIVE,
        ),
        (
            "a slow D has a small pull, and G walks far away along it",
            lambda s: (
                balance(s, SLOW, "pull_on_a_fake") < 0.1 * balance(s, "balanced", "pull_on_a_fake")
                and balance(s, SLOW, "distance") > 10 * balance(s, "balanced", "distance")
            ),
            *LIVE,
        ),
    ],
    "exercise 05.13": [
        (
            "Alone it stays a little below the bar",
            lambda s: 0.9 < RESCUE.controls["virtual batch norm alone"] / RESCUE.bar < 1,
        ),
    ],
    "prediction 05.p3": [
        ("and from one lucky collapse", lambda s: n_all("plain") == 2 and from_three_runs() > 0.85),
    ],
    "prediction 05.p4": [
        (
            "a D too slow for G (section 12)",
            lambda s: n_all("plain") < 3 and all(n_all(t) == 10 for t in FASTER_D),
        ),
    ],
    "prediction 05.p8": [
        (
            "With R1 on the ring it costs nothing",
            lambda s: all(
                average("R1 and EMA of G", "ring", score) >= average("R1", "ring", score)
                for score in ("modes", "good")
            ),
        ),
    ],
    "exercise 05.12": [
        (
            "their mean age is 0.995 / 0.005 = 199",
            lambda s: abs(sum(0.005 * 0.995**k * k for k in range(10_000)) - 199) < 1e-3,
        ),
        ("0.995^800 = 1.8 % of the EMA is still what G was", lambda s: round(0.995**800, 3) == 0.018),
    ],
    "predict-05-p2-text": [
        (
            "(c) more than 90 %",
            lambda s: push(1, 0.01, -2.5) < 0.1 * push(1, 0, -2.5),
        ),
    ],
    "predict-05-p3-text": [
        (
            "reached 2.4 modes on average (ten seeds), with 5 % of its points at one",
            lambda s: (
                round(average("plain", "ring", "modes"), 1) == 2.4
                and round(average("plain", "ring", "good"), 2) == 0.05
            ),
        ),
        ("every seed reaches seven or eight", lambda s: n_nearly_all("feature matching") == 10),
        ("(a) About 3 %", lambda s: round(average("feature matching", "ring", "good"), 2) == 0.03),
    ],
    "predict-05-p4-text": [
        (
            "lifts *modes* by one, or *good* by 5 percentage points, above the plain baseline",
            lambda s: all(
                live(s, t, score) <= live(s, "plain", score)
                for t in ("historical averaging", "replay of old fakes")
                for score in ("modes", "good", "all_8")
            ),
            *LIVE,
        ),
    ],
    "predict-05-p5-text": [
        (
            "Which covers more modes?",  # expected: the mixed batch, and not nearly all
            lambda s: live(s, "batch norm in D", "modes") < live(s, "batch norm in D, mixed", "modes") < 5,
            *LIVE,
        ),
    ],
    "s8": [
        ("About half of its outputs are negative", lambda s: 40 < holes(s, "ReLU, stride") < 60),
        (
            "(b) in about a third",
            lambda s: 0.28 < 1 - 4 * (1 - holes(s, "ReLU, pooling") / 100) < 0.42,
        ),
    ],
    "predict-05-p7-text": [
        (
            "Two of these changes, alone, make the digits of the table worse than plain",  # not the pixels
            lambda s: (
                average("pixels from 0 to 1", "digits", "fcd")
                < average("plain", "digits", "fcd")
                < min(average(t, "digits", "fcd") for t in ("dropout in G", "uniform z"))
            ),
        ),
    ],
    "predict-05-p8-text": [
        (
            "On digits R1 brings the Fréchet distance from 139 to 37",
            lambda s: (
                (round(average("plain", "digits", "fcd") + 1e-9), round(average("R1", "digits", "fcd")))
                == (139, 37)
            ),
        ),
        (
            "(c) about twice as large",
            lambda s: (
                1.8 < average("R1 and EMA of G", "digits", "fcd") / average("R1", "digits", "fcd") < 2.2
            ),
        ),
    ],
    "project-text": [
        (
            "no trick alone brings more than 56 % of the points to a mode",
            lambda s: round(max(average(t, "ring", "good") for t in ROWS["ring"]), 2) == 0.56,
        ),
    ],
    "recap": [
        (
            "virtual batch norm in $G$ brought all modes, *and* half of the points to them, in most recorded "
            "seeds",
            lambda s: [t for t in ROWS["ring"] if n_rescued(t) > 5] == ["virtual batch norm in G"],
        ),
        (
            "R1, with or without EMA, gained modes on ring and grid, and came nearer to the digits, as did "
            "least squares and soft, noisy labels",
            lambda s: (
                all(
                    average(trick, on, "modes") > average("plain", on, "modes") + 2
                    and average(trick, "digits", "fcd") < average("plain", "digits", "fcd")
                    for trick in ("R1", "R1 and EMA of G", "soft, noisy labels")
                    for on in ("ring", "grid")
                )
                and all(
                    average("least squares", on, "modes") > average("plain", on, "modes") + 0.5
                    for on in ("ring", "grid")
                )
            ),
        ),
        (
            "least squares, minibatch discrimination and R1 without EMA gained most on digits",
            lambda s: best_on_digits(),
        ),
        (
            "Historical averaging gained neither modes nor share, and nothing on digits; DRAGAN only raised",
            lambda s: not any(map(helped, ("historical averaging", "DRAGAN"))) and only_the_share("DRAGAN"),
        ),
    ],
}
