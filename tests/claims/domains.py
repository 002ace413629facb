"""Claims of notebook 13."""

from claims import mean, runs

LAYERS = [f"layer {i}" for i in (1, 2, 3, 4)]


def decided(s, what, part):
    return s["13 decided"][f"{what}: {part}"]


def styles(way, score):
    return runs("styles", way, score)


def kept(way, score="kept"):
    return runs("domains", way, score)


def truncation(s, psi, what):
    return s["13 truncation"][f"ψ = {psi:g}: {what}"]


def hidden(s, noise, of):
    return s["13 hidden"][f"noise {noise:g}: {of}"]


def both(s, name, what):
    return s["13 both"][f"{name}: {what}"]


CLAIMS = {
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
            lambda s: min(kept("turned · MLP", "returned")) > 80,
        ),
        ("about 1 in 10", lambda s: max(kept("turned · MLP")) < 30),
    ],
    "seeds-look": [
        (
            "differ widely in *kept*, and hardly in *returned*",
            lambda s: (
                mean(kept("hollow · convolutions")) - mean(kept("hollow · MLP")) > 60
                and abs(
                    mean(kept("hollow · convolutions", "returned")) - mean(kept("hollow · MLP", "returned"))
                )
                < 12
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
            lambda s: min(styles("two styles", "fcd")) > max(styles("one style", "fcd")),
        ),
    ],
}
