"""Claims of notebook 11."""

from claims import mean, runs


def stretched(s, layer):
    return s["11 stretch"][f"{layer}: stretch"]


def lapgan(score, start):
    return runs("lapgan", "LapGAN", f"{score} from {start}")


def moved(s, side, what):
    return s["11 decides"][f"noise of {side} × {side}: {what}"]


def of_ema(way, score="fcd", statistics=", fresh"):
    return runs("biggan", way, f"{score} of EMA{statistics}")


def at(threshold, score):
    """`score` may end in ", fresh": with statistics of such noise."""
    name, _, more = score.partition(", ")
    return runs("biggan", "all", f"{name} at {threshold}" + (f", {more}" if more else ""))


def over(score):
    """From 2 down to 0.3."""
    return [at(t, score) for t in (2.0, 1.5, 1.0, 0.7, 0.5, 0.3)]


def rises(numbers):
    return all(a < b for a, b in zip(numbers, numbers[1:], strict=False))


def costs(s):
    """What each level adds to the FCD. → three numbers"""
    fcd = [
        s["11 budget"][f"{start}: fcd"] for start in ("noise", "real 7 × 7", "real 14 × 14", "real images")
    ]
    return [fcd[i] - fcd[i + 1] for i in range(3)]


CLAIMS = {
    "predict-11-p2-text": [("The first", lambda s: costs(s)[0] == max(costs(s)))],
    "predict-11-p3-text": [("Less than 0.15", lambda s: moved(s, 28, "image moves") < 0.15)],
    "predict-11-p4-text": [
        ("More than 1.3 times", lambda s: stretched(s, "convolution, 3 × 3") > 1.3),
    ],
    "predict-11-p5-text": [
        (
            "all three lie within a tenth of each other",
            lambda s: all(
                max(three) < 1.1 * min(three)
                for three in zip(
                    of_ema("all"), of_ema("all", statistics=""), runs("biggan", "all", "fcd"), strict=True
                )
            ),
        ),
    ],
    "predict-11-p6-text": [
        ("rises from the start", lambda s: rises([*map(mean, (of_ema("all", statistics=""), *over("fcd")))])),
    ],
    "predict-11-p7-text": [
        (
            "about what it is without truncation",
            lambda s: (
                mean(at(0.5, "recall, fresh")) > 0.8 * mean(of_ema("all", "recall"))
                and mean(at(0.5, "recall")) < 0.2 * mean(of_ema("all", "recall"))
            ),
        ),
    ],
    "stretched-look": [
        (
            "For a linear layer the norm is exact. For a convolution it holds up to a factor",
            lambda s: (
                abs(stretched(s, "linear") - 1) < 0.02
                and min(stretched(s, f"convolution, {k}") for k in ("3 × 3", "4 × 4, stride 2")) > 1.05
            ),
        ),
    ],
}
