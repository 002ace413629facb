"""Claims of notebook 10, sections 1 to 4; those of sections 5 to 8 are in pairs.py."""

from claims import ALL, mean, pairs, runs

CLASS, LONG = 3_500, 12_000


def of(variant, score, updates):
    return runs("infogan", variant, f"{score} at {updates}")


def median(numbers):
    return sorted(numbers)[len(numbers) // 2]


def correlated(measure, number):
    return runs("infogan", "InfoGAN", f"{measure} and number {number}")


def leans(run):
    """Which number has more to do with slant in this run, and which way. → (1 or 2, sign)"""
    both = [correlated("slant", number)[run] for number in (1, 2)]
    i = 0 if abs(both[0]) > abs(both[1]) else 1
    return i + 1, both[i] > 0


def strongest(measure):
    """In each run, the size of its correlation with the number that has more to do with it."""
    return [max(map(abs, both)) for both in zip(*(correlated(measure, i) for i in (1, 2)), strict=True)]


def leaning(counts):
    """How many of the categories, a row each, are of one digit by half or more."""
    return sum(max(row) > 0.5 * sum(row) for row in counts)


def early(s):
    return s["10 bound"]["early_unread"] < 0.23


CLAIMS = {
    "readers-look": [
        (
            "Where does the bound touch the information?",
            lambda s: (
                abs(s["10 readers"]["best"] - s["10 readers"]["I"]) < 1e-3
                and abs(s["10 readers"]["at_s"] - 1) < 0.01
                and s["10 readers"]["wrong"] < -1
            ),
            *ALL,
        )
    ],
    "say s3": [
        (
            "labels can, and seeds differ",
            lambda s: max(of("InfoGAN", "error", CLASS)) > 1.5 * min(of("InfoGAN", "error", CLASS)),
        )
    ],
    "predict-10-p3-text": [
        (
            "$Q$ reads nearly every drawing of $G$ rightly",
            lambda s: s["10 bound"]["read_rightly_in_percent"] > 97,
            *ALL,
        )
    ],
    "prediction 10.p2": [("takes the cheap one first", early, *ALL)],
    "prediction 10.p3": [
        (
            "most categories lean to one digit",
            lambda s: min(map(leaning, runs("infogan", "InfoGAN", "counts"))) >= 8,
        )
    ],
    "prediction 10.p4": [
        ("What they come to mean is decided by chance", lambda s: len(set(map(leans, range(5)))) > 2)
    ],
    "seeds-text": [
        (
            "where $Q$ has layers of its own and reads as well as it can",
            lambda s: max(of("λ = 0", "bound", CLASS)) < 1.0,
        )
    ],
    "seeds-look": [
        ("two panels that do not go together", lambda s: median(of("InfoGAN", "error", CLASS)) > 20),
        (
            "within 0.02 nats of log 10",
            lambda s: min(of("InfoGAN", "bound", CLASS) + of("InfoGAN", "bound", LONG)) > 2.3026 - 0.02,
        ),
        (
            "from 31 to 49 %, and later from 8 to 34 % (medians 37 and 22 %)",
            lambda s: (
                [round(pick(of("InfoGAN", "error", n))) for n in (CLASS, LONG) for pick in (min, max, median)]
                == [31, 49, 37, 8, 34, 22]
            ),
        ),
        (
            "they keep falling",
            lambda s: all(
                late < soon
                for soon, late in zip(*(of("InfoGAN", "error", n) for n in (CLASS, LONG)), strict=True)
            ),
        ),
        (
            "Without the two numbers the errors are about the same",
            lambda s: (
                abs(median(of("no numbers", "error", CLASS)) - median(of("InfoGAN", "error", CLASS))) < 5
            ),
        ),
    ],
    "s4": [
        (
            "the best of the five seeds",
            lambda s: abs(min(of("InfoGAN", "error", LONG)) - s["10 shipped"]["error_in_percent"]) < 0.5,
            "class",
        )
    ],
    "predict-10-p4-text": [
        (
            "(c) no: it may be either (or both), and either way",
            lambda s: len({leans(run) for run in range(5)}) > 1,
        )
    ],
    "measured-look": [
        (
            "both slant the digits, one to each side; and both widen them",
            lambda s: (
                s["10 numbers"]["slant: number 1"] * s["10 numbers"]["slant: number 2"] < -300
                and s["10 numbers"]["width: number 1"] * s["10 numbers"]["width: number 2"] > 0.3
            ),
            *ALL,
        ),
        (
            "slant lies along one *diagonal* of the two numbers, and width along the other",
            lambda s: (
                abs(s["10 numbers"]["slant: number 1"] + s["10 numbers"]["slant: number 2"])
                < 0.1 * abs(s["10 numbers"]["slant: number 1"])
            ),
            *ALL,
        ),
    ],
    "real-look": [
        (
            "the first row, and its signs: as in the drawings",
            lambda s: all(
                s["10 numbers"][f"slant: number {i}"] * s["10 read from real"][f"slant: number {i}"] > 0
                for i in (1, 2)
                if abs(s["10 numbers"][f"slant: number {i}"]) > 10
            ),
            *ALL,
        ),
        (
            "measures slant all the same",
            lambda s: max(abs(s["10 read from real"][f"slant: number {i}"]) for i in (1, 2)) > 0.5,
            *ALL,
        ),
    ],
    "project-text": [
        (
            "slant came by itself in all five seeds, width in most",
            lambda s: min(strongest("slant")) > 0.6 and sum(r > 0.4 for r in strongest("width")) == 4,
        )
    ],
    "exercise 10.7": [
        (
            "What favours it are the networks",
            lambda s: max(of("InfoGAN", "error", CLASS)) < 75,  # by chance nearly 90
        )
    ],
    "recap": [
        (
            "CatGAN's error falls from 48 to 11 %",
            lambda s: (
                [round(mean(runs("catgan", way, "error"))) for way in ("all three", "100 labels")] == [48, 11]
            ),
        ),
        (
            "A reader of $G$'s own images does it better",
            lambda s: all(
                s["10 ways back"][f"latent regressor: {score}"] < s["10 ways back"][f"BiGAN: {score}"]
                for score in ("misread", "latent error")
            ),
            *ALL,
        ),
        (
            "are worth more than naming these groups afterwards",
            lambda s: max(runs("catgan", "100 labels", "error")) < min(runs("catgan", "20 groups", "error")),
        ),
        (
            "is read within seconds",
            early,
            *ALL,
        ),
        (
            "several seeds tell",
            lambda s: mean(of("InfoGAN", "bound", CLASS)) > 2.2 and max(of("InfoGAN", "error", CLASS)) > 15,
        ),
    ],
}
CLAIMS |= pairs.HERE
