"""What else notebook 05 asks: predictions, unknown games to read, half-lives, a project, a self-test."""

import math

from ..engine.tasks import Exercise, Prediction, Project, SelfTest

Prediction(
    "05.p1",
    "c",
    "Of 2,500 even points each mode gets two by accident, and one is enough to count it. So modes covered "
    "says little by itself; the share of points at a mode says more.",
)
Prediction(
    "05.p2",
    "a",
    "Where fakes alone lie, D* is β there and all around: a constant has no slope. Only a label of 0 lets "
    "log D* fall on and on, however few real points are near.",
)
Prediction(
    "05.p3",
    "b",
    "The derivative D − 1 changes its sign at 1: to the squared error 3 is as wrong as −1. To a sigmoid with "
    "cross-entropy a larger logit is always better.",
)
Prediction(
    "05.p4",
    "c",
    "Both are made for players who circle and forget. This baseline has another trouble, a D too slow for G "
    "(section 12), and no memory makes it faster.",
)
Prediction(
    "05.p5",
    "a",
    "Each batch by itself gets mean 0 and variance 1, real or fake: a wrong mean, the plainest sign of a "
    "fake, is taken from D's sight.",
)
Prediction(
    "05.p6",
    "a",
    "With a stride all places pass a gradient on, unless their ReLU is off. Max pooling sends it to one of "
    "four, whatever the activation: 75 % are zero even with a leak.",
)
Prediction(
    "05.p7",
    "c",
    "Dropout is no small noise: each draw is another network. Training cannot make all of them meet within "
    "0.01.",
)
Prediction(
    "05.p8",
    "b",
    "Many reach the modes, few bring the points: virtual batch norm in G alone, on this baseline.",
)

# The four games of section 11: settings that differ from those of `game.Game`, in no order.
_GAMES = {
    "A": dict(n_d=10, lr_D=1e-2, lr_G=1e-4),
    "B": dict(),
    "C": dict(rule="minimax", n_d=10, lr_D=1e-2, lr_G=1e-4),
    "D": dict(lr_D=1e-5),
}


def unknown_games():
    """The settings of four games, to be told apart by their curves alone. → {letter: settings}"""
    return {letter: dict(settings) for letter, settings in _GAMES.items()}


Exercise(
    "05.11",
    "Four unknown games",
    kind="read",
    reference="DBCA",
    why="D: its loss rises far above 2 log 2 = 1.39, G moves on and D does not follow. B: D's loss stays "
    "near 1.39. In C and A, D is right from the start; in C the pull fades to nothing (the minimax loss is "
    "flat where D is sure), in A it is the largest of all (the non-saturating loss is steep there).",
    hints=(
        "Begin with the pull: in which game is there next to none although D is always right? That is the "
        "saturated loss.",
        "Of two games with a D that is nearly always right, the non-saturating one has the largest pull of "
        "all.",
        "Two are left. Whose D is slow: there the losses hardly move at first. The other one is balanced.",
    ),
    mistakes=dict(
        losses_swapped=(
            "DBAC",
            "the two games with a D far ahead are exchanged: which loss is flat where D is sure of a fake, "
            "and so leaves no pull?",
        ),
        slow_and_balanced_swapped=(
            "BDCA",
            "the slow and the balanced one are exchanged: a slow D has a small pull, and G walks far away "
            "along it.",
        ),
        both_swapped=(
            "BDAC",
            "both pairs are exchanged: a sure D with a saturated loss leaves no pull; a slow D a small one.",
        ),
        slow_is_saturated=(
            "CBDA",
            "little pull has two causes: a D that has learned nothing, and one that is always right. Look at "
            "its accuracy.",
        ),
    ),
)

Exercise(
    "05.12",
    "What an average remembers",
    reference=round(math.log(0.5) / math.log(0.995), 2),
    tolerance=6e-3,
    why="The share of a step's weights is 0.005 · 0.995^k after k more steps; 0.995^k = ½ for k = 138. "
    "After 800 steps 1.8 % of the EMA is still what G was before its first step.",
    hints=(
        "Write the EMA after two, after three steps: with what share does the first of them still count?",
        "Each step multiplies all older shares by 0.995: after k steps by 0.995^k.",
        "k = log ½ / log 0.995",
    ),
    mistakes=dict(
        mean_age=(
            200,
            "1/(1 − 0.995) = 200 is the mean age of what is in the average; asked is its half-life.",
        ),
        straight=(
            100,
            "0.5 / 0.005: so it would be if each step took away the same amount. Each takes the same *part*.",
        ),
        of_a_mean=(
            1,
            "in the mean of all steps a share falls from 1/t to 1/(2t) when t doubles; the EMA forgets at a "
            "constant pace.",
        ),
        upside_down=(0.0072, "that is log 0.995 / log ½: the other way round."),
        negative=(-138.28, "the size is right; both logarithms are negative."),
        without_a_log=(0.5**0.995, "the k is in the exponent: 0.995^k = ½; take logarithms."),
    ),
)

Project(
    "05",
    "Do tricks add up?",
    rubric=(
        (1, "one question, and a guess written down before the first run"),
        (2, "each trick alone and all of them together, the same budget, the same seeds"),
        (2, "three seeds or more of each, and their spread beside the mean"),
        (2, "the bar is reached in three seeds, with the settings that do it"),
        (2, "one trick taken out at a time: which of them counts, which does not"),
        (1, "what you cannot conclude from these runs"),
    ),
)

SelfTest(
    "05",
    answers=(
        ("c", "1", "Noise has 0.5 %: six times that is more than noise, and far from data, which have 99 %."),
        ("a", "2", "D* is the mean label there, 0.3, and stays 0.3 all around: no slope, no push."),
        (
            "b",
            "3",
            "The mean of the feature is 0 for the data and for the constant 0: the loss asks no more.",
        ),
        ("d", "4", "63 others at distance 0, each counts exp(0) = 1."),
        (
            "b",
            "5",
            "The mean stays what it was made of: the first weights, and the penalty pulls back to them.",
        ),
        ("a", "6", "Mean and variance come from the reference and from the item itself, from no other item."),
        ("d", "8", "One of nine places passes the gradient on: eight of nine are zero."),
        ("c", "12", "½ · ½ · ½ = ⅛ of 24: three would win everywhere by luck alone."),
    ),
)
