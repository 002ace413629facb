"""Claims of notebook 09."""

from claims import mean, runs
from course_utils import models


def orders(s, model):
    return [s["09 orders"][f"{name}: {model}"] for name in ("reading", "backwards", "mixed")]


def nats(s, name):
    return s["09 strengths"][f"{name}: nats"]


ODD = "turned by 180°", "mirrored", "shuffled", "noise", "ink for white"


def too_many(s):
    """By how many nats the weights miss the tables, for each order."""
    return [a - b for a, b in zip(orders(s, "logistic"), orders(s, "tables"), strict=True)]


def seconds(s, name):
    return s["09 seconds"][f"{name}: seconds for 64 images"]


def free_weights(net):
    """How many weights no mask takes away."""
    hidden = sum((part.mask == 0).expand(part.weight.shape).sum().item() for part in masked(net))
    return models.parameters(net) - hidden


def masked(net):
    return [part for part in net.modules() if hasattr(part, "mask")]


def odd(s, name, score="nats"):
    return s["09 odd"][f"{name}: {score}"]


def above(s, name):
    return odd(s, name, "above a test digit, %")


def no_even_rows(s):
    return abs(s["09 pairs"]["on_even_rows"] - 64 / 512) < 0.001


def better_early(s):
    return s["09 CD"]["CD_1_early"] > s["09 CD"]["CD_1_late"] + 0.1


def shows_long(s):
    return s["09 sweeps"]["half_left_by"] > 100 and s["09 sweeps"]["kept_after_1000"] > 0.15


CLAIMS = {
    "orders-look": [
        (
            "two columns that are the same everywhere",
            lambda s: (
                max(orders(s, "tables")) - min(orders(s, "tables")) < 1e-3
                and max(orders(s, "largest difference")) < 1e-3
            ),
            "class",
            "bundled",
        ),
        (
            "and one that is not",
            lambda s: max(orders(s, "logistic")) - min(orders(s, "logistic")) > 0.003,
            "class",
        ),
        (
            "it stays above the tables in all three",
            lambda s: min(orders(s, "logistic")) > max(orders(s, "tables")) + 0.03,
            "class",
        ),
        (
            "by hardly more in one order than in another",
            lambda s: max(too_many(s)) < 1.1 * min(too_many(s)),
            "class",
            "bundled",
        ),
    ],
    "predict-09-p2-text": [
        (
            "(c) about 100: neighbours say most of it",
            lambda s: abs(nats(s, "logistic") - 100) < 5,
            "class",
            "bundled",
        ),
    ],
    "predict-09-p4-text": [
        (
            "(b) 10 to 300",
            lambda s: 10 < seconds(s, "PixelCNN, pass by pass") / seconds(s, "PixelCNN, layers kept") < 300,
            "class",
            "bundled",
        ),
    ],
    "predict-09-p5-text": [
        (
            "(c) the image without ink",
            lambda s: (
                odd(s, "no ink") < min(odd(s, name) for name in ("test digits", *ODD))
                and min(odd(s, name) for name in ODD) > odd(s, "test digits")
            ),
            "class",
            "bundled",
        ),
    ],
    "prediction 09.p2": [
        (
            "Half of all nats were for what neighbours tell",
            lambda s: 0.45 < nats(s, "logistic") / nats(s, "each pixel by itself") < 0.55,
            "class",
            "bundled",
        ),
    ],
    "prediction 09.p5": [
        (
            "a little wherever a stroke might have begun, and no more",
            lambda s: odd(s, "no ink") < 0.7 * odd(s, "test digits"),
            "class",
            "bundled",
        ),
    ],
    "blind-look": [
        (
            "With 20 a wedge to the right remains",
            lambda s: 0 < s["09 blind spot"]["20_layers"] < s["09 blind spot"]["4_layers"],
            "class",
        ),
        ("and no blind spot", lambda s: s["09 blind spot"]["gated,_20_layers"] == 0, "class"),
    ],
    "cnn-look": [
        (
            "fewer nats than MADE's",
            lambda s: s["09 PixelCNN"]["nats"] < s["09 MADE"]["nats"],
            "class",
        ),
        (
            "with a sixtieth of its free weights",
            lambda s: 55 < free_weights(models.MADE(hidden=500)) / free_weights(models.PixelCNN()) < 65,
            "class",
        ),
    ],
    "odd-look": [
        (
            "noise and shuffled pixels, far above every digit",
            lambda s: above(s, "noise") > 99.9 and above(s, "shuffled") > 99.9,
            "class",
        ),
        (
            "Turned and mirrored digits are often taken for usual ones",
            lambda s: above(s, "turned by 180°") < 75 and above(s, "mirrored") < 75,
            "class",
        ),
        (
            "needs fewer nats than seven of eight test digits",
            lambda s: odd(s, "no ink", "of test digits above it, %") > 87.5,
            "class",
        ),
    ],
    "recap": [
        ("Markov chains move slowly", lambda s: s["09 sweeps"]["kept_after_10"] > 0.6, "class"),
        (
            "784 of them still take far longer than one pass",
            lambda s: seconds(s, "PixelCNN, layers kept") > 100 * seconds(s, "a GAN, one pass"),
            "class",
            "bundled",
        ),
        (
            "the empty one needs fewer than most digits",
            lambda s: odd(s, "no ink", "of test digits above it, %") > 75,
            "class",
            "bundled",
        ),
    ],
}


# ── B: sections 6 to 9 ───────────────────────────────────────────────────────────────────────────


def late(variant, score):
    return mean(runs("boltzmann", variant, f"{score} at 6000"))


def middle(variant, score):
    return mean(runs("boltzmann", variant, f"{score} at 2000"))


def rebound(variant):
    """By how much the nats rise again."""
    return late(variant, "nats") - middle(variant, "nats")


CLAIMS |= {
    "two-sets-look": [
        (
            "they are enough for bars and stripes",
            lambda s: s["09 pairs"]["on_bars_and_stripes"] > 0.95,
            "class",
        ),
        (
            "Of even rows the machine learns nothing at all",
            no_even_rows,
            "class",
        ),
    ],
    "hidden-look": [
        (
            "pairs alone get no farther than nine fair coins. Twelve hidden units come near the best",
            lambda s: (
                s["09 hidden"]["nats"] - s["09 hidden"]["best"] < 0.1
                and abs(s["09 hidden"]["of_pairs"] - 9 * 0.6931) < 0.01
            ),
            "class",
        )
    ],
    "agreement-look": [
        (
            "the more sweeps, the nearer to the exact gradient",
            lambda s: (
                s["09 CD"]["CD_1_late"]
                < s["09 CD"]["CD_3_late"]
                < s["09 CD"]["CD_10_late"]
                < s["09 CD"]["CD_100_late"]
            ),
            "class",
        ),
        (
            "it changes while the model learns",
            better_early,
            "class",
        ),
    ],
    "chains-look": [
        (
            "Where a chain starts still shows after hundreds of sweeps",
            shows_long,
            "class",
        )
    ],
    "prediction 09.p6": [("nothing is left to learn from", no_even_rows, "class", "bundled")],
    "prediction 09.p7": [("Small weights let one sweep forget", better_early, "class", "bundled")],
    "prediction 09.p8": [("the valley has to be crossed by chance", shows_long, "class")],
    "prediction 09.p9": [
        (
            "The likelihood and the look of samples are two scores",
            lambda s: s["09 where"]["GAN: frechet"] < 0.9 * s["09 where"]["PixelCNN: frechet"],
            "class",
        )
    ],
    "say s8": [
        (
            "the score that is easily measured misleads",
            lambda s: (
                late("CD-1", "reconstruction") < middle("CD-1", "reconstruction")
                and late("CD-1", "nats") > middle("CD-1", "nats")
            ),
            "class",
        ),
    ],
    "exercise 09.13": [
        ("while the nats turn and rise", lambda s: rebound("CD-1") > 10, "class"),
        (
            "the reconstruction gets better and better",
            lambda s: all(
                max(runs("boltzmann", "CD-1", f"reconstruction at {later}"))
                < min(runs("boltzmann", "CD-1", f"reconstruction at {n}"))
                for n, later in ((500, 1000), (1000, 2000), (2000, 3000), (3000, 4500), (4500, 6000))
            ),
            "class",
        ),
        (
            "In two runs the nats rise again, in one of them more",
            lambda s: rebound("CD-1") > rebound("CD-5") + 5 > 10 and rebound("PCD") < 0,
            "class",
        ),
        (
            "it reconstructs worst",
            lambda s: (
                late("PCD", "reconstruction") - 2
                > max(late(variant, "reconstruction") for variant in ("CD-1", "CD-5"))
            ),
            "class",
        ),
        (
            "C reconstructs best",
            lambda s: all(
                one < min(five, kept)
                for one, five, kept in zip(
                    *(runs("boltzmann", v, "reconstruction at 6000") for v in ("CD-1", "CD-5", "PCD")),
                    strict=True,
                )
            ),
            "class",
        ),
        (
            "and is the best model",
            lambda s: late("PCD", "nats") < min(late("CD-1", "nats"), late("CD-5", "nats")),
            "class",
        ),
    ],
    "exercise 09.15": [
        ("each doubles the time", lambda s: 1.5 < s["09 Z"]["times_as_long"] < 2.7, "class", "bundled")
    ],
    "exercise 09.16": [
        (
            "about a thousand times longer",
            lambda s: all(
                500
                < s["09 where"]["PixelCNN: seconds_for_64"] / s["09 where"][f"{name}: seconds_for_64"]
                < 2_000
                for name in ("GAN", "VAE")
            ),
            "class",
            "bundled",
        ),
        (
            "tell: A 4.7, D 1.8",
            lambda s: (
                abs(s["09 where"]["VAE: frechet"] - 4.7) < 0.05
                and abs(s["09 where"]["GAN: frechet"] - 1.8) < 0.05
            ),
            "class",
        ),
        (
            "so neighbours are alike: a chain",
            lambda s: (
                s["09 where"]["RBM: alike_neighbours"] > 0.15
                and all(
                    abs(s["09 where"][f"{name}: alike_neighbours"]) < 0.05
                    for name in ("VAE", "GAN", "PixelCNN")
                )
            ),
            "class",
        ),
        (
            "the GAN is nearer to MNIST",
            lambda s: s["09 where"]["GAN: frechet"] < s["09 where"]["VAE: frechet"],
            "class",
        ),
    ],
}
