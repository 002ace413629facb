"""Claims of notebook 12, sections 4 to 6; symbols.py adds them to its own."""

import torch

from course_utils import data, losses, session

from . import ALL, mean, runs

CLAIMS = {}  # of a notebook of this name, which there is not
RATIO, BONUS, COST = "log D − log(1 − D)", "−log(1 − D)", "log D"


def lake(setting, score):
    return runs("lake", setting, score)


def ranked(kind, score, clicks):
    return runs("irgan", f"{kind}, clicks {clicks}", score)


def early(clicks):
    """The update at which D ranks best, for each seed."""
    found = []
    for seed in range(5):
        curve = {t: ranked("irgan", f"D at {t}", clicks)[seed] for t in range(0, 1_201, 100)}
        found.append(max(curve, key=curve.get))
    return found


def shown():
    """The places of the expert's walks, as the notebook draws them."""
    with session.seeded(0):
        return data.Lake().expert_moves(20)[0]


def measured(scores, name, measure):
    return scores["12 measures"][f"{name}: {measure}"]


def windows(scores, name):
    return scores["12 windows"][f"{name}: nats, width 0.4"]


def forgets(s):
    return s["12 IRGAN"]["G"] > s["12 IRGAN"]["best_of_D"] > s["12 IRGAN"]["D"] + 0.1


def averages_first(s):
    return windows(s, "averages") > windows(s, "10,000 known") > windows(s, "unseen digits")


def dozens_apart(s):
    return abs(windows(s, "GAN") - windows(s, "unseen digits")) > 24


def as_far_as_unseen(s):
    moved, unseen = (measured(s, name, "to the nearest known") for name in ("moved", "unseen digits"))
    return abs(moved / unseen - 1) < 0.1


HERE = {
    "say s4": [
        (
            "what a reward pays for is not always what was meant",
            lambda s: (
                min(lake(RATIO, "goal at 500")) > 0.9
                and max(lake(BONUS, "goal at 500")) < 0.3
                and min(lake(COST, "water at 100")) > 0.9
            ),
        )
    ],
    "predict-12-p5-text": [
        (
            "it would arrive in 98 of 100 walks",
            lambda s: round(100 * data.Lake("R").how_it_ends(data.Lake("R").expert)["goal"]) == 98,
        ),
        (
            "where none of the 20 walks has been",
            lambda s: not (shown() == data.Lake("R").start).any(),
        ),
    ],
    "imitated-look": [
        (
            "cloning arrives in 25 to 57 of 100 walks, imitation in 64 to 87",
            lambda s: (
                [round(100 * v) for v in (min(lake("cloned", "goal")), max(lake("cloned", "goal")))]
                == [25, 57]
                and [round(100 * v) for v in (min(lake("imitated", "goal")), max(lake("imitated", "goal")))]
                == [64, 87]
            ),
        ),
        ("(here 61)", lambda s: round(100 * s["12 elsewhere"]["imitated: goal"]) == 61, *ALL),
        (
            "the judge charges for moves where the expert never was",
            lambda s: s["12 lower rows"]["D_pays_a_move"] < -0.5 and not (shown() >= 24).any(),
            *ALL,
        ),
    ],
    "anywhere-look": [
        (
            "arrows right below the water. Why does it do *that*?",
            lambda s: (
                s["12 below the lake"]["imitated_in_the_water"]
                > s["12 below the lake"]["cloned_in_the_water"] + 0.1
            ),
            *ALL,
        )
    ],
    "gail-text": [
        (
            "Section 2's baseline returns as the **critic**",
            lambda s: s["12 spread"]["less_the_critic"] < 0.6 * s["12 spread"]["of_what_is_to_go"],
            *ALL,
        )
    ],
    "predict-12-p6-text": [
        (
            "until actor and expert walk alike",
            lambda s: s["12 inverse"]["in the game: goal"] > 0.93,
            *ALL,
        ),
        (
            "(b) walks on until the time is over",
            lambda s: s["12 inverse"]["by its last reward: still_walking"] > 0.6,
            *ALL,
        ),
    ],
    "inverse-look": [
        (
            "What $D$ pays in the end leads nowhere",
            lambda s: s["12 inverse"]["by its last reward: goal"] < 0.3,
            *ALL,
        ),
        (
            "as often as the clone: where the expert *was*, cloning is as good",
            lambda s: (
                abs(mean(lake("cloned", "goal from S")) - mean(lake("imitated", "goal from S"))) < 0.02
                and abs(s["12 inverse"]["in the game: goal"] - s["12 cloned"]["goal"]) < 0.02
            ),
            *ALL,
        ),
    ],
    "unknown-text": [
        (
            "the judge pays *more* where a move looks more like the expert's",
            lambda s: all(
                (f(torch.linspace(-5, 5, 50)).diff() > 0).all()
                for f in (losses.ratio_reward, losses.bonus_reward, losses.cost_reward)
            ),
        )
    ],
    "exercise 12.11": [
        (
            "C reaches the goal in one walk of six",
            lambda s: abs(lake(BONUS, "goal at 500")[0] - 1 / 6) < 0.01,
        ),
        (
            "Which run has the longest walks",
            lambda s: (
                min(lake(BONUS, "moves at 500"))
                > 2 * max(lake(RATIO, "moves at 500") + lake(COST, "moves at 500"))
            ),
        ),
        (
            "four moves from the start",
            lambda s: lake(COST, "water at 100")[0] > 0.9 and round(lake(COST, "moves at 100")[0]) == 4,
        ),
        (
            "it hurries along the shore",
            lambda s: (
                all(
                    a < b - 1
                    for a, b in zip(lake(COST, "moves at 500"), lake(RATIO, "moves at 500"), strict=True)
                )
                and mean(lake(COST, "water at 500")) > mean(lake(RATIO, "water at 500"))
            ),
        ),
    ],
    "prediction 12.p7": [
        ("and it forgets", forgets, *ALL),
        (
            "G keeps what D once paid for",
            lambda s: all(
                g > d + 0.25
                for n in (1, 3)
                for g, d in zip(ranked("irgan", "G at 1200", n), ranked("irgan", "D at 1200", n), strict=True)
            ),
        ),
    ],
    "prediction 12.p8": [("not even ten for one make up for it", averages_first, *ALL)],
    "irgan-look": [
        (
            "the two curves crossing",
            forgets,
            *ALL,
        ),
        ("$D$'s best time is early", lambda s: max(early(1) + early(3)) <= 400),
    ],
    "irgan-plain": [
        (
            "with one click for a query and with three. $G$ comes next, and $D$ last of the three that learn",
            lambda s: all(
                mean(ranked("supervised", "supervised", n))
                > mean(ranked("irgan", "G at 1200", n))
                > mean(ranked("irgan", "D at 1200", n))
                for n in (1, 3)
            ),
        ),
        (
            "has many relevant documents that nobody clicked",
            lambda s: s["12 library"]["by_chance"] > 0.08,
            *ALL,
        ),
    ],
    "say s6": [
        (
            "for each a sampler that fools it without a digit of its own",
            lambda s: (
                windows(s, "averages") > windows(s, "unseen digits") + 50
                and measured(s, "copies", "Fréchet") < 0.6 * measured(s, "GAN", "Fréchet")
            ),
            *ALL,
        )
    ],
    "noise-look": [
        (
            "The GAN and real digits differ by dozens of nats",
            dozens_apart,
            *ALL,
        )
    ],
    "exercise 12.14": [
        (
            "Models of digits differ by more than that",
            dozens_apart,
            *ALL,
        )
    ],
    "exercise 12.15": [
        (
            "which windows love more than real digits; the classifier does not",
            lambda s: (
                measured(s, "averages", "windows, nats") > measured(s, "unseen digits", "windows, nats") + 50
                and measured(s, "averages", "Fréchet") > 5 * measured(s, "unseen digits", "Fréchet")
            ),
            *ALL,
        ),
        ("about as far from the training images as unseen digits are", as_far_as_unseen, *ALL),
        (
            "for windows more so than unseen digits are",
            lambda s: (
                measured(s, "moved", "windows, nats") < measured(s, "unseen digits", "windows, nats") - 10
            ),
            *ALL,
        ),
        (
            "E's Fréchet distance is far above C's and D's",
            lambda s: (
                measured(s, "GAN", "Fréchet")
                > 2 * max(measured(s, name, "Fréchet") for name in ("unseen digits", "copies"))
            ),
            *ALL,
        ),
        (
            "copies, which look more real than the GAN's E",
            lambda s: measured(s, "copies", "Fréchet") < 0.6 * measured(s, "GAN", "Fréchet"),
            *ALL,
        ),
    ],
    "predict-12-p8-text": [
        (
            "(a) the 10,000 known digits; (b) the 1,000 averages; (c) 1,000 unseen digits",
            averages_first,
            *ALL,
        ),
    ],
    "self-test-text": [
        (
            "Windows on 1,000 real digits score test digits far worse than windows on 10,000 real digits",
            lambda s: windows(s, "unseen digits") < windows(s, "10,000 known") - 50,
            *ALL,
        ),
    ],
    "named-look": [
        (
            "Averages win by windows, far ahead of as many real digits",
            lambda s: (
                measured(s, "averages", "windows, nats")
                > max(
                    measured(s, name, "windows, nats") for name in ("unseen digits", "GAN", "copies", "moved")
                )
                + 50
            ),
            *ALL,
        ),
        (
            "Copies pass for real by look: they are well ahead of the GAN",
            lambda s: measured(s, "copies", "Fréchet") < 0.6 * measured(s, "GAN", "Fréchet"),
            *ALL,
        ),
        (
            "about as far away from all known images as unseen digits are",
            as_far_as_unseen,
            *ALL,
        ),
    ],
}
