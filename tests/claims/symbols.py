"""Claims of notebook 12, sections 1 to 3; those of sections 4 to 6 are in choosing.py."""

import math

from claims import choosing, mean, runs
from course_utils import experiments
from course_utils.exercises.symbols.text import anonymous

WAYS = ("start", "MLE", "SeqGAN", "Gumbel")
T = (0.1, 0.2, 0.4, 0.7, 1.0, 2.0, 4.0)


def baseline(s, name, what="spread"):
    return s["12 baselines"][f"{name}: {what}"]


def estimate(s, way, t, what):
    return s["12 estimates"][f"{way}, T = {t}: {what}"]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def slope(x):
    """Of the judge, over 4 (c − a): −4 at the corner a, 0 at b, 4 at c."""
    return round(sigmoid(x) * sigmoid(-x), 9)


def over_t(s, way, what):
    return [estimate(s, way, t, what) for t in T]


def falls(numbers):
    return all(a > b for a, b in zip(numbers, numbers[1:], strict=False))


def writer(s, name, what):
    return s["12 writers"][f"{name}: {what}"]


def cooler(s, t, what):
    return s["12 cooler"][f"T = {t}: {what}"]


def of(way, score):
    return runs("text_gans", way, score)


def paid(way, score):
    return runs("text_rewards", way, score)


def faulty(letter, score):
    return anonymous(experiments.load("text_unknown")["runs"])[0][letter][score]


def means(score):
    return {way: mean(of(way, score)) for way in WAYS}


def always_best(score, largest):
    """Maximum likelihood is ahead of all others with each of the three seeds."""
    sign = 1 if largest else -1
    return all(
        sign * of("MLE", score)[i] > sign * of(way, score)[i]
        for way in WAYS
        if way != "MLE"
        for i in range(3)
    )


def keeps_to_what_is_safe(s):
    most = max(paid("SeqGAN paid log D", "kinds") + paid("Gumbel GAN paid log D", "kinds"))
    return most < min(of("start", "kinds"))


def same_as_the_gumbel_gan(s):
    """At T = 0.6: valid within 3 points, kinds within a quarter, and a KL at most 0.8 of the other."""
    return (
        abs(cooler(s, 0.6, "valid") - writer(s, "Gumbel GAN", "valid")) < 0.03
        and cooler(s, 0.6, "kinds") > 0.8 * writer(s, "Gumbel GAN", "kinds")
        and cooler(s, 0.6, "KL") < 0.8 * writer(s, "Gumbel GAN", "KL")
    )


def above_the_line(s):
    """At no temperature the beginning has as many kinds as SeqGAN and as many true sums."""
    kinds, valid = (writer(s, "SeqGAN", what) for what in ("kinds", "valid"))
    return all(
        cooler(s, t, "valid") < valid - 0.05
        for t in (0.8, 0.9, 1.0, 1.2, 1.5)
        if cooler(s, t, "kinds") >= 0.8 * kinds
    )


def quiet_when_warm(s):
    """Relaxed draws spread less than REINFORCE from T = 0.7 on, and more below 0.4."""
    relaxed = dict(zip(T, over_t(s, "relaxed", "spread"), strict=True))
    return all((relaxed[t] < baseline(s, "less E[judge]")) == (t >= 0.7) for t in T)


def kept(s, name):
    return s["12 kinds"][f"{name}: of its true sums, result 0 to 3, %"]


HERE = {
    "predict-12-p2-text": [
        (
            "bias stays near 0, its spread grows more than tenfold",
            lambda s: (
                baseline(s, "10 more", "bias") < 4 * baseline(s, "10 more", "by chance")
                and baseline(s, "10 more") > 10 * baseline(s, "rewards as they are")
            ),
        ),
    ],
    "estimates-look": [
        (
            "REINFORCE (less $E$) pays with spread, at no bias",
            lambda s: baseline(s, "less E[judge]", "bias") < 4 * baseline(s, "less E[judge]", "by chance"),
        ),
        (
            "Relaxed draws pay with bias when hot, with spread when cold",
            lambda s: falls(over_t(s, "relaxed", "spread")) and falls(over_t(s, "relaxed", "bias")[::-1]),
        ),
        (
            "at the corners, where this judge is flatter (a, c) or steeper (b) than between them",
            lambda s: slope(-4) < (sigmoid(0) - sigmoid(-4)) / 4 < slope(0) and slope(4) == slope(-4),
        ),
        (
            "Straight through keeps a bias even when cold",
            lambda s: min(over_t(s, "straight", "bias")) > 0.3 and estimate(s, "relaxed", 0.1, "bias") < 0.08,
        ),
    ],
    "predict-12-p4-text": [
        ("77 % are true sums", lambda s: abs(writer(s, "the beginning", "valid") - 0.77) < 0.02),
        ("it will be over 90 %", lambda s: writer(s, "Gumbel GAN", "valid") > 0.9),
        ("grows", lambda s: min(of("Gumbel", "KL")) > max(of("start", "KL"))),
    ],
    "prediction 12.p4": [
        ("fewer kinds of sentences", lambda s: max(of("Gumbel", "kinds")) < 0.65 * min(of("start", "kinds"))),
        ("a writer keeps to what is safe", keeps_to_what_is_safe),
    ],
    "exercise 12.8": [
        (
            "the judge is still sure",
            lambda s: faulty("C", "kinds") < 1.01 and faulty("C", "L_D, last") < 0.2,
        ),
        (
            "L_D has even risen",
            lambda s: (
                faulty("A", "kinds") < 1.3
                and faulty("A", "L_D, last") > max(1.386, faulty("A", "L_D, first") + 0.1)
            ),
        ),
        (
            "kinds are lost and the judge is nearly fooled",
            lambda s: (
                2 < faulty("B", "kinds") < 0.6 * min(of("start", "kinds"))
                and abs(faulty("B", "L_D, last") - 1.386) < 0.1
            ),
        ),
        (
            "each sentence is true",
            lambda s: min(faulty(letter, "valid") for letter in "AC") > 0.99,
        ),
    ],
    "kinds-look": [
        (
            "bright in a few squares, those on top",
            lambda s: kept(s, "Gumbel GAN") > 65 and abs(kept(s, "maximum likelihood") - 40) < 8,
        ),
    ],
    "seeds-look": [
        (
            "**Maximum likelihood is best in all three**",
            lambda s: always_best("valid", True) and always_best("kinds", True) and always_best("KL", False),
        ),
        (
            "in the fewest seconds",
            lambda s: (
                writer(s, "maximum likelihood", "seconds")
                < 0.7 * min(writer(s, name, "seconds") for name in ("SeqGAN", "Gumbel GAN"))
            ),
        ),
        (
            "SeqGAN improves on the beginning in valid, and halves its KL, at the price of some kinds",
            lambda s: (
                means("KL")["SeqGAN"] < 0.55 * means("KL")["start"]
                and max(of("SeqGAN", "KL")) < min(of("start", "KL"))
                and min(of("SeqGAN", "valid")) > max(of("start", "valid"))
                and means("kinds")["SeqGAN"] < means("kinds")["start"] - 1
            ),
        ),
        (
            "as many true sums as SeqGAN, from about half as many kinds",
            lambda s: (
                abs(means("valid")["Gumbel"] - means("valid")["SeqGAN"]) < 0.01
                and 0.4 < means("kinds")["Gumbel"] / means("kinds")["SeqGAN"] < 0.6
            ),
        ),
        ("its KL is the worst", lambda s: means("KL")["Gumbel"] == max(means("KL").values())),
    ],
    "paid-look": [
        (
            "what is paid decides",
            lambda s: (
                max(paid("SeqGAN paid log D", "kinds") + paid("Gumbel GAN paid log D", "kinds"))
                < min(paid("SeqGAN paid D", "kinds") + paid("Gumbel GAN paid D", "kinds"))
            ),
        ),
        (
            "paid $D$, it does not even keep its true sums",
            lambda s: max(paid("Gumbel GAN paid D", "valid")) < min(of("start", "valid")) - 0.15,
        ),
    ],
    "recap": [
        (
            "0.07 nats from the truth, SeqGAN 0.15, the Gumbel GAN 0.55 (means of three seeds)",
            lambda s: [round(means("KL")[way], 2) for way in WAYS[1:]] == [0.07, 0.15, 0.55],
        ),
        ("by score unbiased but noisy; by soft draws biased, and quiet only when warm", quiet_when_warm),
        (
            "Paid $\\log D$, a writer keeps to what is safe",
            keeps_to_what_is_safe,
        ),
        (
            "where examples end, an imitator that has tried arrives more often than a clone",
            lambda s: all(
                a > b
                for a, b in zip(
                    choosing.lake("imitated", "goal"), choosing.lake("cloned", "goal"), strict=True
                )
            ),
        ),
    ],
    "temperature-look": [
        (
            "as many true sums as the Gumbel GAN, as many kinds, and a better KL",
            same_as_the_gumbel_gan,
        ),
        ("it lies clearly above", above_the_line),
    ],
}
CLAIMS = HERE | getattr(choosing, "HERE", {})
