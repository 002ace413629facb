"""What else notebook 05 asks: predictions, unknown games to read, averages, a project, a self-test."""

import math

from ..engine.tasks import Exercise, Prediction, Project, SelfTest

Prediction(
    "05.p1",
    "c",
    "Of 2,500 points spread evenly a mode gets 1.7 on average, and one is enough to count it. So modes "
    "covered says little by itself; the share of points at a mode says more.",
)
Prediction(
    "05.p2",
    "c",
    "Four standard deviations away reals are e⁻⁸ = 0.0003 times as frequent as fakes; against that the label "
    "0.01 is large. D* is all but constant there, and a constant has no slope.",
)
Prediction(
    "05.p3",
    "a",
    "The right means are asked for, and points spread between the modes can have them, as points at them "
    "have. Plain's 5 % come mostly from two whole rings, and from one lucky collapse.",
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
    "b",
    "Four independent places would all be off in one square of sixteen. But neighbours see nearly the same "
    "pixels, and on flat ground exactly the same: they are off together.",
)
Prediction(
    "05.p7",
    "c",
    "D begins with a linear layer, which can shift and scale as it likes. The other two change what G has to "
    "do. Why they harm is not shown here; the noise of dropout, at least, no later layer can take back.",
)
Prediction(
    "05.p8",
    "c",
    "An average lags some 200 steps behind, and in 800 steps on digits G changes fast. With R1 on the ring "
    "it costs nothing.",
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
    why="D: its loss first rises far above 2 log 2 = 1.39, G moves on and D does not follow. B: D's loss "
    "stays near 1.39. In C and A, D is right from the start; in C the pull fades to nothing (the minimax "
    "loss is flat where D is sure), in A it is the largest of all (the non-saturating loss is steep there).",
    hints=(
        "Begin with the pull: in which game is there next to none although D is always right? That is the "
        "saturated loss.",
        "Of two games with a D that is nearly always right, the non-saturating one has the largest pull of "
        "all.",
        "Two are left. Where D is slow, G gets away from it, and its loss rises. The other one is balanced.",
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
            "little pull has two causes: a D that hardly moves, and one that is always right. Look at its "
            "accuracy in the first 200 steps.",
        ),
    ),
)

Exercise(
    "05.12",
    "What an average remembers",
    reference=199.0,
    tolerance=2e-3,
    why="The share of the step k steps ago is 0.005 · 0.995^k, so their mean age is 0.995 / 0.005 = 199. On "
    "digits that is a quarter of the run: 0.995^800 = 1.8 % of the EMA is still what G was at the start.",
    hints=(
        "Write the EMA after two, after three steps: with what share does the step of k steps ago count?",
        "0.005 · 0.995^k. A weight that drifts by 1 a step was k lower k steps ago: average k with these "
        "shares.",
        "Or ask when the lag stays as it is. Before a step it is L, the drift makes it L + 1, and the "
        "average goes 0.005 of that way: L = 0.995 (L + 1).",
    ),
    mistakes=dict(
        one_too_many=(
            200,
            "nearly: 1/(1 − 0.995) is the lag after the weight has moved and before the average has "
            "followed; then it goes 0.005 of the way.",
        ),
        half_life=(
            round(math.log(0.5) / math.log(0.995), 2),
            "that is the half-life, after which a share has halved; asked is the mean age.",
        ),
        half_life_rounded=(
            138,
            "that is the half-life, after which a share has halved; asked is the mean age.",
        ),
        straight=(100, "0.5 / 0.005: so it would be if all of the last 200 steps counted the same."),
        drift_of_the_average=(0.005, "that is the share of the newest step; how old is a step on average?"),
        last_step=(
            1,
            "that would be so if the average were the weight of the last step; older ones count as well.",
        ),
        none=(0, "it moves as fast as the weight in the end, but behind it: by how much?"),
        signed=(-199, "the size is right; behind is counted as positive."),
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
        (
            "c",
            "1",
            "Half a million points of noise put some at every mode; points between the modes count for none.",
        ),
        ("a", "2", "D* = 0.3 + 0.6 · ½ where both are as likely: the mean of the two labels, 0.6."),
        (
            "b",
            "3",
            "The means of x and of x² are 0 and 1 for the data and for N(0, 1): the loss asks no more.",
        ),
        ("d", "4", "A group of twins counts once, however large: 62 · 1/62 + 1 + 1 = 3."),
        (
            "b",
            "5",
            "The mean stays what it was made of: the first weights, and the penalty pulls back to them.",
        ),
        (
            "a",
            "6",
            "With M rows: off its mean by M δ/(M + 1), standard deviation √M δ/(M + 1). The quotient is √M.",
        ),
        (
            "d",
            "8",
            "One of nine places passes the gradient on: eight of nine are zero, and a leak changes nothing.",
        ),
        ("c", "12", "½ · ½ · ½ = ⅛ of 24: three would win everywhere by luck alone."),
    ),
)
