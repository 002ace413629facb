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
    return runs("biggan", "all", f"{score} at {threshold}, fresh")


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
            "With copied statistics `G_ema` is the worst of the three, with fresh ones the best",
            lambda s: all(
                fresh < plain < copied
                for fresh, plain, copied in zip(
                    of_ema("all"), runs("biggan", "all", "fcd"), of_ema("all", statistics=""), strict=True
                )
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
    "s4": [
        (
            "raises **precision**",
            lambda s: mean(at(0.5, "precision")) > mean(of_ema("all", "precision")),
        ),
        ("and lowers **recall**", lambda s: max(at(0.5, "recall")) < min(of_ema("all", "recall"))),
    ],
}
