"""Claims of notebook 13."""

from claims import ALL, mean, runs
from course_utils import experiments

LAYERS = [f"layer {i}" for i in (1, 2, 3, 4)]


def decided(s, what, part):
    return s["13 decided"][f"{what}: {part}"]


def styles(way, score):
    return runs("styles", way, score)


def mixing_costs(s):
    return min(styles("two styles", "fcd")) > max(styles("one style", "fcd"))


def kept(way, score="kept"):
    return runs("domains", way, score)


def truncation(s, psi, what):
    return s["13 truncation"][f"ψ = {psi:g}: {what}"]


def hidden(s, noise, of):
    return s["13 hidden"][f"noise {noise:g}: {of}"]


def turned_and_back(s):
    return min(kept("turned · MLP", "returned")) > 80


def both(s, name, what):
    return s["13 both"][f"{name}: {what}"]


CLAIMS = {
    "exercise 13.2": [
        (
            "new layers 1 and 2 change whole shapes, layer 3 some, layer 4 strokes, and the noise next to "
            "nothing",
            lambda s: (
                min(decided(s, "pixels", layer) for layer in LAYERS[:2]) > 0.6
                and 0.3 < decided(s, "pixels", "layer 3") < 0.5
                and decided(s, "pixels", "layer 4") < 0.15
                and decided(s, "pixels", "noise") < 0.001
            ),
            *ALL,
        ),
        (
            "whose strokes get bolder or finer, the last layer is new",
            lambda s: (
                decided(s, "thickness", "layer 4")
                > 3 * max(decided(s, "thickness", layer) for layer in LAYERS[:3])
            ),
            *ALL,
        ),
    ],
    "prediction 13.p2": [
        (  # a share of 0.56 is a new digit in half of the images
            "a new style in layer 1 or in layer 2 mostly breaks it",
            lambda s: min(decided(s, "digit", layer) for layer in LAYERS[:2]) > 0.65,
            *ALL,
        ),
    ],
    "prediction 13.p3": [
        (
            "Even without practice mixed images are hardly worse than plain ones",
            lambda s: all(
                0.9 < mixed / plain < 1.1
                for mixed, plain in zip(
                    styles("one style", "fcd of mixed"), styles("one style", "fcd"), strict=True
                )
            ),
        ),
        ("What mixing costs stands in the left one", mixing_costs),
        (
            "a tenth of what it practises on",
            lambda s: experiments.load("styles")["settings"]["shares"]["two styles"] == 0.9,
        ),
    ],
    "prediction 13.p6": [
        (
            "stroke by stroke, with or without a cycle",
            lambda s: min(kept("hollow · convolutions") + kept("hollow · convolutions · no cycle")) > 80,
        ),
    ],
    "prediction 13.p8": [
        ("the MLP finds one", lambda s: turned_and_back(s) and max(kept("turned · MLP")) < 30),
    ],
    "predict-13-p2-text": [
        ("clearly more than 1", lambda s: s["13 decided"]["digit: sum"] > 1.2),
    ],
    "predict-13-p3-text": [
        (
            "about the same, within a fifth",
            lambda s: (
                0.8
                < mean(styles("two styles", "fcd of mixed")) / mean(styles("one style", "fcd of mixed"))
                < 1.2
            ),
        ),
    ],
    "predict-13-p5-text": [
        (
            "Of the MLP's round trips, 9 in 10 return the digit",
            lambda s: both(s, "MLP", "returned") > 86,
        ),
        ("1 in 4, or fewer", lambda s: both(s, "MLP", "kept") < 25 and max(kept("hollow · MLP")) < 25),
    ],
    "predict-13-p6-text": [
        ("3 in 4, or more", lambda s: min(kept("hollow · convolutions · no cycle")) > 70),
    ],
    "predict-13-p7-text": [
        (
            "that of AB's drawing",
            lambda s: hidden(s, 0, "from AB(a)") < 0.8 * hidden(s, 0, "from the truth"),
        ),
    ],
    "predict-13-p8-text": [
        (
            "round trips return 9 in 10 digits",
            turned_and_back,
        ),
        ("about 1 in 10", lambda s: max(kept("turned · MLP")) < 30),
    ],
    "seeds-look": [
        (
            "differ widely in *kept*, and far less in *returned*",
            lambda s: (
                mean(kept("hollow · convolutions")) - mean(kept("hollow · MLP")) > 60
                and abs(
                    mean(kept("hollow · convolutions", "returned")) - mean(kept("hollow · MLP", "returned"))
                )
                < 12
            ),
        ),
        (
            "what the cycle buys the convolutions, and what not",
            lambda s: (
                min(kept("hollow · convolutions", "returned"))
                > max(kept("hollow · convolutions · no cycle", "returned")) + 5
                and mean(kept("hollow · convolutions")) < mean(kept("hollow · convolutions · no cycle")) + 5
            ),
        ),
    ],
    "three-look": [
        (
            "where it does harm",
            lambda s: (
                max(kept("negative · convolutions · identity")) < min(kept("negative · convolutions")) - 10
            ),
        ),
        (
            "In `turned` both kinds of networks miss the truth",
            lambda s: max(kept("turned · MLP") + kept("turned · convolutions")) < 30,
        ),
    ],
    "decided-look": [
        (
            "rows whose sum is far above 1",
            lambda s: s["13 decided"]["digit: sum"] > 1.5 and s["13 decided"]["pixels: sum"] > 1.5,
        ),
    ],
    "recap": [
        (
            "recall is traded for precision",
            lambda s: (
                truncation(s, 0.7, "precision")
                > truncation(s, 1, "precision")
                > truncation(s, 1.5, "precision")
                and truncation(s, 0.7, "recall") < truncation(s, 1, "recall") < truncation(s, 1.5, "recall")
            ),
        ),
        (
            "an identity loss is a belief about the domains",
            lambda s: (
                max(kept("hollow · convolutions · identity")) < min(kept("hollow · convolutions"))
                and max(kept("negative · convolutions · identity")) < min(kept("negative · convolutions"))
            ),
        ),
    ],
    "mixing-look": [
        (
            "what mixing does to images of one style",
            mixing_costs,
        ),
    ],
}
