"""Claims of notebook 04."""

import json
import math
from functools import cache
from pathlib import Path

from claims import ALL, SCALES, mean, runs
from course_utils.game import Game
from course_utils.session import ROOT

LOG_2 = math.log(2)


def pull(frame):
    return frame.pull.norm(dim=1).mean().item()


@cache
def alone(who, rule="non-saturating", n_first=200):
    """What is seen before and after one player has played alone. → Frame, Frame, G's and D's verdict there"""
    game = Game(rule=rule)
    if n_first:
        game.advance(n_first)
    before = game.look()
    game.set("who", who)
    game.advance(1_000)
    after = game.look()
    return before, after, game.D(after.fake).sigmoid().mean().item()


@cache
def slow_discriminator():
    game = Game(lr_D=1e-5)
    game.advance(300)
    return game.look()


def clean(frame):
    """The share of the plane of which D is sure."""
    return ((frame.verdict < 0.1) | (frame.verdict > 0.9)).float().mean().item()


def two_colours():
    before, after, _ = alone("D only")
    return clean(before) < 0.05 and clean(after) > 0.5


def to_the_bluest_place():
    _, after, verdict = alone("G only")
    return after.fake.std(0).max() < 0.1 and abs(verdict - after.verdict.max().item()) < 0.02


def after(n, gamma):
    return lambda s: s["04 distance in the Dirac-GAN"][f"R1 with γ = {gamma}: after {n}"]


def creeps(s):
    """Each doubling of the time shrinks the distance by less than a third; R1 shrinks it to nothing."""
    d = [after(n, 0.0)(s) for n in (200, 400, 800)]
    return 0.7 < d[1] / d[0] < 0.9 and 0.7 < d[2] / d[1] < 0.9


def with_r1(s):
    return all(after(800, gamma)(s) < 0.005 for gamma in (0.3, 1.0))


def loss(s, game, name):
    return s["04 losses"][f"game {game}: {name}"]


def modes(s, row, score="modes", table="04 modes"):
    return s[table][f"{row}: {score}"]


def unrolled(s, name, score):
    return [modes(s, f"{name}, seed {seed}", score, "04 unrolled") for seed in range(3)]


def ablation(setting, score="fcd"):
    return runs("gan_ablation", setting, score)


def one_that_counts():
    return min(ablation("TTUR")) > 2 * max(ablation("R1"))


def ema_takes_off():
    """A little, and in each run."""
    averaged, plain = ablation("R1", "fcd_of_ema"), ablation("R1")
    in_each = all(a < b for a, b in zip(averaged, plain, strict=True))
    return in_each and mean(averaged) > 0.9 * mean(plain)


def a_third(s):
    """Of the DCGAN's images about a third look real."""
    return 0.3 < s["04 DCGAN"]["precision"] < 0.38


def minutes():
    files = (Path(ROOT) / "data" / "pretrained" / f"{name}.json" for name in ("gan", "dcgan", "cgan"))
    return [json.loads(file.read_text(encoding="utf-8"))["seconds"] / 60 for file in files]


def film(s, when):
    return s["04 variety in the film"][when]


def curve(s, what):
    return s["04 accuracy of D"][what]


def nearest(s, of):
    return s["04 squared error to the nearest training image"][of]


def unrolled_stays_near(s):
    """All eight modes with each seed, and nearer to the data than noise."""
    found, far = (unrolled(s, "unrolled by 5", score) for score in ("modes", "distance"))
    return found == [8, 8, 8] and max(far) < 0.85 * modes(s, "noise", "distance")


def spoiled(s, how):
    return s["04 Fréchet distance of spoiled digits"][how]


def moved(s):
    return spoiled(s, "moved by two pixels")


def walk(s):
    """The middle step of a walk is small, the largest more than twice as large."""
    steps = s["04 squared error on the walk"]
    middle = steps["median_step"]
    return middle < steps["first_to_last"] / 8 and steps["largest_step"] > 2 * middle


def card(s, generator, score):
    return s["04 all generators"][f"{generator}: {score}"]


FOUR = ["plain GAN", "with TTUR, R1, EMA", "DCGAN", "conditional GAN"]

CLAIMS = {
    "say s2": [
        (
            "D agrees with D* where there are samples",
            lambda s: s["04 largest error of D"]["among_samples"] < 0.1,
            *ALL,
        ),
        (
            "where there are none, it is arbitrary",
            lambda s: s["04 largest error of D"]["elsewhere"] > 0.5,
            *ALL,
        ),
    ],
    "judge-look": [
        (
            "close to $D^*$ where there are samples",
            lambda s: s["04 largest error of D"]["among_samples"] < 0.1,
            *ALL,
        ),
    ],
    "say s5": [
        (
            "in the last figure R1 pulls inward",
            lambda s: after(400, 1.0)(s) < after(400, 0.3)(s) < 0.1 * after(400, 0.0)(s),
        ),
    ],
    "dirac-look": [
        ("without R1 a slow, wide swing around the equilibrium", lambda s: after(400, 0.0)(s) > 0.5),
        ("it creeps inward, the more slowly, the nearer it comes", creeps),
        ("With R1 it converges", with_r1),
        (
            "at γ = 1 the fastest, at γ = 4 more slowly than at γ = 0.3",
            lambda s: after(800, 1.0)(s) < after(800, 0.3)(s) < after(800, 4.0)(s),
        ),
        (
            "at γ = 4 so slowly that the path ends before it",
            lambda s: after(800, 4.0)(s) > 0.05,
        ),
    ],
    "game-look": [
        ("the plane takes two clean colours", lambda s: two_colours()),
        ("the lines grow long", lambda s: pull(alone("D only")[1]) > 10 * pull(alone("D only")[0])),
        ("all points run to one place, the bluest", lambda s: to_the_bluest_place()),
        ("no lines at all", lambda s: pull(alone("D only", "minimax", 0)[1]) < 1e-3),
        ("the points run far out of the picture", lambda s: slow_discriminator().fake.norm(dim=1).mean() > 6),
    ],
    "read-look": [
        (
            "$L_D$ under $2 \\log 2$, $L_G$ over $\\log 2$",
            lambda s: loss(s, "A", "L_D") < 0.9 * 2 * LOG_2 and loss(s, "A", "L_G") > 1.2 * LOG_2,
            *ALL,
        ),
        (
            "$L_D$ at $2 \\log 2$, $L_G$ at $\\log 2$",
            lambda s: (
                abs(loss(s, "B", "L_D") / LOG_2 - 2) < 0.05 and abs(loss(s, "B", "L_G") / LOG_2 - 1) < 0.05
            ),
            *ALL,
        ),
        ("C: $L_D$ low", lambda s: loss(s, "C", "L_D") < 0.7 * loss(s, "A", "L_D"), *ALL),
        ("$G$ runs far out", lambda s: modes(s, "game D", "distance") > 6, *ALL),
        (
            "the curves that reach the theory's values belong to the game that collapsed",
            lambda s: (
                modes(s, "game A", "good") > 0.5 and modes(s, "game A") == 8 and modes(s, "game B") <= 1
            ),
            *ALL,
        ),
    ],
    "say s8": [("noise, too, covers all eight", lambda s: modes(s, "noise") == 8, *ALL)],
    "count-look": [
        (
            "noise covers all eight modes, too, with 3 % of its points",
            lambda s: modes(s, "noise") == 8 and 0.025 < modes(s, "noise", "good") < 0.035,
            *ALL,
        ),
        (
            "Game C covers every mode, and yet most of its points are near none",
            lambda s: modes(s, "game C") == 8 and modes(s, "game C", "good") < 0.5,
            *ALL,
        ),
    ],
    "unrolled-look": [
        (
            "With each of three seeds (one is shown) the unrolled game is nearer to the data than noise",
            unrolled_stays_near,
            *ALL,
        ),
        (
            "the plain game with none",
            lambda s: min(unrolled(s, "plain", "distance")) > modes(s, "noise", "distance"),
            *ALL,
        ),
        (
            "7 to 10 % of its points lie at one",
            lambda s: (
                0.065
                < min(unrolled(s, "unrolled by 5", "good"))
                < max(unrolled(s, "unrolled by 5", "good"))
                < 0.105
            ),
            *ALL,
        ),
        (
            "the plain one draws a line through one mode",
            lambda s: modes(s, "plain, seed 0", "modes", "04 unrolled") == 1,
            *ALL,
        ),
    ],
    "ladder-look": [
        ("R1 in place of dropout, less than half the distance", lambda s: one_that_counts()),
        (
            "TTUR (here $D$'s rate doubled) brings nothing *here*",
            lambda s: (
                mean(ablation("plain")) < mean(ablation("TTUR")) < 1.1 * mean(ablation("plain"))
                and min(ablation("TTUR")) < max(ablation("plain"))
            ),
        ),
        ("The EMA takes off a little, in each of the five runs", lambda s: ema_takes_off()),
        (
            "KL 0.07, before 0.09",
            lambda s: (
                (
                    round(mean(ablation("relativistic", "kl_of_ema")), 2),
                    round(mean(ablation("R1", "kl_of_ema")), 2),
                )
                == (0.07, 0.09)
            ),
        ),
        (
            "its recall is lower and its Fréchet distance higher",
            lambda s: (
                max(ablation("relativistic", "recall_of_ema")) < min(ablation("R1", "recall_of_ema"))
                and min(ablation("relativistic", "fcd_of_ema")) > max(ablation("R1", "fcd_of_ema"))
            ),
        ),
        ("here all ten digits are there without it", lambda s: min(ablation("R1", "n_digits")) == 10),
    ],
    "prediction 04.p2": [
        (
            "nothing in L_D says what D should be",
            lambda s: s["04 largest error of D"]["elsewhere"] > 0.6,
            *ALL,
        ),
    ],
    "prediction 04.p4": [
        ("it pulls in, the more weakly, the nearer", creeps, *ALL),
        (
            "the steps' own drift outward is smaller",
            lambda s: after(800, 0.0)(s) < 0.9 * after(400, 0.0)(s),
            *ALL,
        ),
    ],
    "prediction 04.p5": [
        (
            "which grows as D alone plays",
            lambda s: pull(alone("D only")[1]) > 10 * pull(alone("D only")[0]),
        ),
        ("in a long *D only* to 0", lambda s: pull(alone("D only", "minimax", 0)[1]) < 1e-3),
    ],
    "prediction 04.p6": [
        (
            "Looking ahead keeps G near all modes here",
            unrolled_stays_near,
            *ALL,
        ),
        (
            "by itself it does not put points onto them",
            lambda s: max(unrolled(s, "unrolled by 5", "good")) < 0.15,
            *ALL,
        ),
    ],
    "prediction 04.p7": [
        (
            "blur moves their distribution the most",
            lambda s: spoiled(s, "blurred") > 1.3 * max(spoiled(s, "0 to 4 alone"), moved(s)),
            *ALL,
        ),
        (
            "half of the kinds missing less, and so does a move",
            lambda s: spoiled(s, "blurred") > 1.3 * max(spoiled(s, "0 to 4 alone"), moved(s)),
            *ALL,
        ),
    ],
    "prediction 04.p8": [
        (
            "blur spreads strokes thin, and comes nearer to training images",
            lambda s: nearest(s, "blurred") < 0.95 * nearest(s, "test"),
            *ALL,
        ),
    ],
    "prediction 04.p10": [
        (
            "A sharp guess, made without knowing which future will come, pays about twice",
            lambda s: (
                1.75
                < s["04 next frame"]["adversarial loss: error to a random future"]
                / s["04 next frame"]["squared error: error to a random future"]
                < 2.1
            ),
            *ALL,
        ),
        (
            "The mean pays once, and looks like none of them",
            lambda s: (
                s["04 next frame"]["squared error: to the nearest one"]
                > 0.8 * s["04 next frame"]["squared error: error to a random future"]
            ),
            *ALL,
        ),
    ],
    "exercise 04.11": [
        ("A drifts away from 2 log 2", lambda s: loss(s, "A", "L_D") < 0.9 * 2 * LOG_2, *ALL),
        (
            "B stays where theory ends, and has collapsed",
            lambda s: abs(loss(s, "B", "L_D") / LOG_2 - 2) < 0.05 and modes(s, "game B") <= 1,
            *ALL,
        ),
        ("C: negative losses of G", lambda s: loss(s, "C", "L_G") < -0.2, *ALL),
        (
            "All eight modes: C, whose D is sure, and spares none",
            lambda s: (
                [modes(s, f"game {game}") == 8 for game in "ABCD"] == [True, False, True, False]
                and loss(s, "C", "L_D") < 0.7 * loss(s, "A", "L_D")
            ),
            *ALL,
        ),
        ("in D the points swing far past every mode", lambda s: modes(s, "game D", "distance") > 6, *ALL),
    ],
    "prediction 04.p9": [
        (
            "the digits a little more even, recall lower",
            lambda s: (
                max(ablation("relativistic", "kl_of_ema")) < min(ablation("R1", "kl_of_ema"))
                and max(ablation("relativistic", "recall_of_ema")) < min(ablation("R1", "recall_of_ema"))
            ),
        ),
        ("The averaged weights take off less than a tenth", lambda s: ema_takes_off()),
        (
            "the distance larger by more than half",
            lambda s: mean(ablation("relativistic", "fcd_of_ema")) > 1.5 * mean(ablation("R1", "fcd_of_ema")),
        ),
    ],
    "dcgan-look": [
        (
            "(*precision*); of those of section 10's fully connected network (MLP) with R1, nearly twice "
            "as many",
            lambda s: a_third(s) and 1.75 < s["04 first three"]["precision"] / s["04 DCGAN"]["precision"] < 2,
        ),
    ],
    "say s11": [
        ("only about a third look real", a_third),
        ("on the walk most steps are small, some large", walk),
    ],
    "scoreboard-text": [
        ("20 to 42 minutes each", lambda s: (round(min(minutes())), round(max(minutes()))) == (20, 42)),
    ],
    "frames-look": [
        (
            "its error to a random future is the smaller one",
            lambda s: (
                1.5 * s["04 next frame"]["squared error: error to a random future"]
                < s["04 next frame"]["adversarial loss: error to a random future"]
            ),
            *ALL,
        ),
        (
            "To the *nearest* future the adversarial one is nearer",
            lambda s: (
                s["04 next frame"]["adversarial loss: to the nearest one"]
                < 0.9 * s["04 next frame"]["squared error: to the nearest one"]
            ),
            *ALL,
        ),
        (
            "on the class scale not yet quite at one",
            lambda s: (
                s["04 next frame"]["adversarial loss: to the nearest one"]
                > 5 * SCALES["full"]["04 next frame"]["adversarial loss: to the nearest one"]
            ),
            "class",
        ),
    ],
    "say s9": [
        (
            "much the same at first",
            lambda s: film(s, "after_100_steps") < 0.7 * film(s, "at_the_end"),
            "class",
        ),
        (
            "in the curves D stays above 50 %",
            lambda s: curve(s, "lowest_accuracy") > 0.55,
            "class",
        ),
    ],
    "digits-look": [
        (
            "the images differ less than at the end",
            lambda s: film(s, "after_100_steps") < 0.7 * film(s, "at_the_end"),
            "class",
        ),
    ],
    "digits-curves-look": [
        (
            "near 60 % in the first twentieth of the steps, about two thirds at the end",
            lambda s: (
                curve(s, "lowest_in_part") == 1
                and 0.55 < curve(s, "lowest_accuracy") < 0.65
                and 0.63 < curve(s, "at_the_end") < 0.7
            ),
            "class",
        ),
        (
            "the healthy game A ends with $L_D$ under $2 \\log 2$",
            lambda s: loss(s, "A", "L_D") < 0.9 * 2 * LOG_2,
            *ALL,
        ),
    ],
    "how-good": [
        (
            "MNIST's training images score 0.17",
            lambda s: round(card(s, "real training images", "fcd"), 2) == 0.17,
            "class",
        ),
        (
            "real images and noise show the range",
            lambda s: (
                card(s, "real training images", "fcd") < card(s, "plain GAN", "fcd") < card(s, "noise", "fcd")
            ),
            "class",
        ),
    ],
    "better-look": [
        (
            "all ten digits are there in every run of the table",
            lambda s: all(
                min(ablation(how, "n_digits")) == 10 for how in ("plain", "TTUR", "R1", "relativistic")
            ),
        ),
        (
            "real training images score 0.17",
            lambda s: round(card(s, "real training images", "fcd"), 2) == 0.17,
            "class",
        ),
    ],
    "say s-nearest": [
        ("Relatives, not copies", lambda s: nearest(s, "generated") > nearest(s, "test"), "class")
    ],
    "nearest-look": [
        (
            "farther from the training images than real test digits are",
            lambda s: nearest(s, "generated") > 1.2 * nearest(s, "test"),
            "class",
        ),
        (
            "blurred test digits are the nearest",
            lambda s: nearest(s, "blurred") < 0.95 * nearest(s, "test"),
            "class",
        ),
    ],
    "walk-look": [
        ("half of the steps change less than an eighth of what lies between", walk),
        ("the largest more than twice as much as the median step", walk),
    ],
    "cgan-look": [
        (
            "with a correlation of 0.7 to 0.8 on the class scale",
            lambda s: 0.68 < s["04 conditional GAN"]["correlation_of_ink"] < 0.82,
            "class",
        ),
    ],
    "scoreboard-look": [
        ("it reads noise as a single one", lambda s: card(s, "noise", "n_digits") == 1, *ALL),
        (
            "the plain GAN has by far the lowest recall of the four",
            lambda s: (
                card(s, "plain GAN", "recall") < 0.5 * min(card(s, name, "recall") for name in FOUR[1:])
            ),
            "class",
        ),
    ],
    "recap": [
        (
            "R1 in place of dropout takes two small networks from a Fréchet distance near 10 to one near 4",
            lambda s: 9.5 < mean(ablation("TTUR")) < 10.5 and 3.5 < mean(ablation("R1")) < 4.5,
        ),
        (
            "on the ring plain GANs drop modes and depend on luck",
            lambda s: max(unrolled(s, "plain", "modes")) == 8 and min(unrolled(s, "plain", "modes")) < 2,
        ),
    ],
}
