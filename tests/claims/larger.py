"""Claims of notebook 11."""

from statistics import NormalDist

from claims import ALL, mean, runs
from course_utils import experiments, pretrained
from course_utils.exercises.larger.levels import unknown_levels


def stretched(s, layer):
    return s["11 stretch"][f"{layer}: stretch"]


def lapgan(score, start):
    return runs("lapgan", "LapGAN", f"{score} from {start}")


def first_two(score):
    """By how much a score falls when real 7 × 7 images take the place of noise, and 14 × 14 ones of these."""
    starts = (lapgan(score, start) for start in ("noise", "real 7", "real 14"))
    return [(noise - seven, seven - fourteen) for noise, seven, fourteen in zip(*starts, strict=True)]


def moved(s, side, what):
    return s["11 decides"][f"noise of {side} × {side}: {what}"]


def of_ema(way, score="fcd", statistics=", fresh"):
    return runs("biggan", way, f"{score} of EMA{statistics}")


def at(threshold, score):
    """`score` may end in ", fresh": with statistics of such noise."""
    name, _, more = score.partition(", ")
    return runs("biggan", "all", f"{name} at {threshold}" + (f", {more}" if more else ""))


def unknown(changed, score):
    return experiments.load("biggan_unknown")["runs"][changed][score]


def faulty(letter, start):
    return unknown_levels(experiments.load("lapgan_unknown")["runs"])[letter][f"misread from {start}"]


def ema(s, score):
    return s["11 EMA"][f"EMA, copied statistics: {score}"] / s["11 EMA"][f"G: {score}"]


def anew(s, score):
    """At t = 0.5 with statistics taken anew, beside no truncation."""
    return s["11 anew"][f"t = 0.5, taken anew: {score}"] / s["11 anew"][f"not truncated: {score}"]


def cut(s, t, score):
    """Of the shipped network, in the notebook's table."""
    return s["11 truncation"][f"t = {t}: {score}"]


def std_within(t):
    """The std of a Normal of which nothing lies beyond ±t. → float"""
    normal = NormalDist()
    return (1 - 2 * t * normal.pdf(t) / (2 * normal.cdf(t) - 1)) ** 0.5


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
            "no two of them are more than a third apart",
            lambda s: all(
                max(three) < 1.25 * min(three)
                for three in zip(
                    of_ema("all"), of_ema("all", statistics=""), runs("biggan", "all", "fcd"), strict=True
                )
            ),
        ),
    ],
    "parts-look": [
        (
            "the rows that leave `all` on one side with all three seeds",
            lambda s: (
                min(of_ema("batch 32")) > 1.3 * max(of_ema("all"))
                and max(of_ema("batch 512")) < 0.85 * min(of_ema("all"))
                and min(of_ema("batch 512", "recall")) > max(of_ema("all", "recall"))
                and min(of_ema("no spectral norm")) > max(of_ema("all"))
            ),
        ),
        (
            "Where does it help to take a part away",
            lambda s: all(
                max(of_ema(way, "misread")) < min(of_ema("all", "misread"))
                and min(of_ema(way, "precision")) > max(of_ema("all", "precision"))
                for way in ("no spectral norm", "log loss")
            ),
        ),
        (
            "which famous ones does the FCD not tell from `all`",
            lambda s: all(
                abs(mean(of_ema(way)) - mean(of_ema("all"))) < 0.1 for way in ("label as input", "log loss")
            ),
        ),
    ],
    "predict-11-p6-text": [
        (
            "hardly moves at first, and then rises",
            lambda s: (
                abs(cut(s, 1.5, "fcd") / cut(s, 3.0, "fcd") - 1) < 0.15
                and rises([cut(s, t, "fcd") for t in (1.5, 1.0, 0.7, 0.5, 0.3)])
            ),
        ),
    ],
    "truncation-look": [
        (
            "on average precision rises down to a threshold of 1, and falls below",
            lambda s: (
                rises([mean(at(t, "precision")) for t in (0.3, 0.5, 0.7, 1.0)])
                and rises([mean(at(t, "precision")) for t in (2.0, 1.5, 1.0)])
                and mean(at(2.0, "precision")) > mean(of_ema("all", "precision"))
            ),
        ),
        (
            "Three networks trained more briefly",
            lambda s: (
                len(of_ema("all")) == 3
                and experiments.load("biggan")["settings"]["steps"] < pretrained.info("biggan")["steps"]
            ),
        ),
        (
            "the bend",
            lambda s: (
                cut(s, 1.0, "precision") > cut(s, 3.0, "precision") + 0.02
                and cut(s, 0.3, "precision") < cut(s, 1.0, "precision") - 0.05
            ),
        ),
    ],
    "decides-look": [
        (
            "Nearly all is decided at 7 × 7",
            lambda s: (
                moved(s, 7, "image moves") > 0.9
                and max(moved(s, side, "image moves") for side in (14, 28)) < 0.1
                and min(runs("lapgan", "LapGAN", "pixels moved at 7")) > 0.9
                and max(
                    runs("lapgan", "LapGAN", "pixels moved at 14")
                    + runs("lapgan", "LapGAN", "pixels moved at 28")
                )
                < 0.1
            ),
        ),
    ],
    "seeds-look": [
        (
            "which of the first two levels costs more FCD, which more recall? Is it so with every seed?",
            lambda s: (
                all(first > second for first, second in first_two("fcd"))
                and all(second < 2 * first < 0 for first, second in first_two("recall"))
            ),
        ),
    ],
    "prediction 11.p5": [
        (
            "is nearly G",
            lambda s: (
                0.8 < ema(s, "fcd") < 1.05
                and abs(mean(of_ema("all", statistics="")) / mean(runs("biggan", "all", "fcd")) - 1) < 0.1
            ),
            *ALL,
        ),
    ],
    "prediction 11.p7": [
        ("Noise with 0.28 of the std", lambda s: round(std_within(0.5), 2) == 0.28),
        (
            "nearly all of the truncation is normalized away",
            lambda s: abs(anew(s, "fcd") - 1) < 0.05 and anew(s, "recall") > 0.95,
            *ALL,
        ),
    ],
    "exercise 11.4": [
        (
            "A is right from real 14 × 14 images, and not from 7 × 7 ones",
            lambda s: faulty("A", "real 14") < 3 and faulty("A", "real 7") > 80,
        ),
        (
            "C is right from both",
            lambda s: all(
                faulty("C", start) < 1.05 * max(lapgan("misread", start)) for start in ("real 7", "real 14")
            ),
        ),
        (
            "B is left for the last level",
            lambda s: faulty("B", "real 14") > 4 * max(lapgan("misread", "real 14")),
        ),
    ],
    "exercise 11.11": [
        (
            "recall is gone",
            lambda s: (
                unknown("thirty vectors", "recall") < 0.1 * unknown("as it is", "recall")
                and unknown("thirty vectors", "precision") > unknown("as it is", "precision")
            ),
        ),
        (
            "precision up, more than a quarter of the recall lost",
            lambda s: (
                unknown("truncated", "precision") > unknown("as it is", "precision") + 0.05
                and 0.67 < unknown("truncated", "recall") / unknown("as it is", "recall") < 0.75
            ),
        ),
        (
            "so nothing moves; the classes by themselves do",
            lambda s: (
                all(
                    abs(unknown("labels exchanged", score) / unknown("as it is", score) - 1) < 0.02
                    for score in ("fcd", "precision", "recall")
                )
                and unknown("labels exchanged", "fcd of a class, mean")
                > 3 * unknown("as it is", "fcd of a class, mean")
            ),
        ),
    ],
    "prediction 11.p6": [
        (
            "what is gained in quality makes up for what is lost in variety",
            lambda s: (
                abs(cut(s, 1.5, "fcd") / cut(s, 3.0, "fcd") - 1) < 0.15
                and cut(s, 1.5, "precision") > cut(s, 3.0, "precision")
                and cut(s, 1.5, "recall") < cut(s, 3.0, "recall")
            ),
        ),
        (
            "below 1, quality is lost, too",
            lambda s: (
                rises([cut(s, t, "precision") for t in (0.3, 0.5, 0.7, 1.0)])
                and cut(s, 0.3, "misread, %") > 1.5 * cut(s, 1.0, "misread, %")
            ),
        ),
    ],
    "prediction 11.p3": [
        (
            "hardly moves even these",
            lambda s: max(moved(s, side, "image moves") for side in (14, 28)) < 0.05,
        ),
    ],
    "recap": [
        (
            "can understate what is lost within one",
            lambda s: (
                unknown("thirty vectors", "fcd of a class, mean")
                / unknown("as it is", "fcd of a class, mean")
                > 1.2 * unknown("thirty vectors", "fcd") / unknown("as it is", "fcd")
            ),
        ),
        (
            "does not see whether it is the class that was asked for",
            lambda s: (
                abs(unknown("labels exchanged", "fcd") / unknown("as it is", "fcd") - 1) < 0.05
                and unknown("labels exchanged", "fcd of a class, mean")
                > 3 * unknown("as it is", "fcd of a class, mean")
            ),
        ),
        (
            "Here the batch is worth most",
            lambda s: (
                max(
                    abs(mean(of_ema(way)) - mean(of_ema("all")))
                    for way in ("label as input", "log loss", "no spectral norm")
                )
                < min(abs(mean(of_ema(way)) - mean(of_ema("all"))) for way in ("batch 32", "batch 512"))
            ),
        ),
        (
            "where the label goes in, and which loss, is a tie in FCD",
            lambda s: all(
                abs(mean(of_ema(way)) - mean(of_ema("all"))) < 0.1 for way in ("label as input", "log loss")
            ),
        ),
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
