"""What else notebook 06 asks: predictions, three rows to read, a price, a project, a self-test."""

from ..engine.tasks import Exercise, Prediction, Project, SelfTest

Prediction(
    "06.p1",
    "b",
    "A unit carried from 0 to 3 costs 3² = 9; carried from 0 to 1, and another one from 1 to 3, it is 1² + "
    "2² = 5. With the square it pays to pass dirt on.",
)
Prediction(
    "06.p2",
    "c",
    "Each further step costs as much as the one before, and so W has a corner at 0. JS is round at 0 and "
    "flat far away: it pulls in between only.",
)
Prediction(
    "06.p3",
    "a",
    "In the plane it falls about like √(log n / n), which would leave 0.29. Whole regions have too many or "
    "too few points. In d > 2 dimensions it is n to the power −1/d: in ten, 32 times as many points leave "
    "0.7.",
)
Prediction(
    "06.p4",
    "a",
    "(−f(x)) · (−f(g)) = f(x) · f(g): the product asks for different signs, and does not say which side is "
    "to be positive. The initial weights decide.",
)
Prediction(
    "06.p5",
    "c",
    "The loss is linear in the score: it has no minimum to stop at, and most weights go on in one direction "
    "until the bound stops them.",
)
Prediction(
    "06.p6",
    "b",
    "Three layers, each with weights four times as large: 4 · 4 · 4. The estimate's scale is the network's, "
    "not the data's.",
)
Prediction(
    "06.p7",
    "c",
    "A critic estimates a distance to the data, but in its own scale, and a few updates do not make it the "
    "best one: W fell with it in three seeds of five. A discriminator is the other player in a game: G's "
    "loss tells who is ahead.",
)
Prediction(
    "06.p8",
    "b",
    "Only where the GAN collapses. Elsewhere, with equal updates of the opponent, G has a third as many; and "
    "a clipped critic probably has little to say. The paper's claim is not that it is better wherever a GAN "
    "works.",
)
Prediction(
    "06.p9",
    "a",
    "Perhaps the clipped critic sees first what all digits have in common: its ten scores share all layers "
    "but the last. (So do those of notebook 04's discriminator, which is not clipped.)",
)

# The rows of section 7's experiment, in no order.
_ROWS = {"A": "WGAN, 5 updates of C", "B": "GAN", "C": "GAN, 5 updates of D"}


def unnamed_rows():
    """What stands in the rows A to C of section 7. → {letter: name}"""
    return dict(_ROWS)


Exercise(
    "06.10",
    "Three rows without a name",
    kind="read",
    reference="b",
    why="B collapses in every seed: its discriminator has a tenth of G's learning rate, and one update. A "
    "and C have all eight modes in every seed, with five updates each; and their shares at a mode overlap. "
    "One has a critic (A), the other a discriminator.",
    hints=(
        "First find the row that has lost the data: which of the three games is it?",
        "Two rows are left. What have their games in common, and in what do they differ?",
        "One of the two that are mended is a GAN. What was changed in it, and what was not?",
    ),
    mistakes=dict(
        hoped=(
            "a",
            "two rows are mended, and only one of them is a WGAN's: then its distance is not the cause.",
        ),
        luck=("c", "look again at the seeds of A and of C: in both rows some are far better than others."),
        nothing=("d", "row B has lost the data in all five seeds, A and C in none: these can be told apart."),
    ),
)

Exercise(
    "06.12",
    "Count the passes",
    reference=round(41 / 13, 3),
    tolerance=0.01,
    why="An update of D or C takes 7: G forward 1, the opponent forward on two batches 2, and back 4. An "
    "update of G takes 6: both forward 2, both back 4. So 5 · 7 + 6 = 41 against 7 + 6 = 13. No logarithm "
    "costs anything here.",
    hints=(
        "List what one update of the opponent does: which networks run forward, on how many batches, and "
        "which of them backward?",
        "Fakes are drawn without gradient: G runs forward only, 1. The opponent sees two batches, forward "
        "and back: 2 · 3. In all 7.",
        "G's update: both networks forward and back, 6. So 5 · 7 + 6 against 7 + 6.",
    ),
    mistakes=dict(
        five=(5.0, "G moves once in both, and a GAN's step has an update of D, too."),
        three=(
            3.0,
            "so it would be if both updates cost the same: (5 + 1) / (1 + 1). Count the passes of each.",
        ),
        no_G=(35 / 13, "that is the critic alone; its step has an update of G, too."),
        six=(6.0, "you counted updates of one step only: what does a GAN's step cost?"),
        with_gradient=(
            (5 * 9 + 6) / 15,
            "in the opponent's update G runs forward only, under no_grad: no way back through it.",
        ),
        one_batch=((5 * 4 + 6) / 10, "the opponent sees two batches, real and fake: 2 forward, 4 back."),
        passes=(41.0, "that is the WGAN's step; asked is how many times as much as a GAN's."),
        upside_down=(13 / 41, "upside down: the WGAN's step is the dearer one."),
    ),
)

Project(
    "06",
    "A better bound",
    rubric=(
        (1, "one question, and a guess written down before the first run"),
        (2, "clipping first: several c, three seeds each, with their spread"),
        (2, "another bound on the weights, written by yourself, with a reason why it bounds K"),
        (2, "the bar is reached in three seeds, with the settings that do it"),
        (2, "one change at a time: what brings the gain, the bound or the activation?"),
        (1, "what you cannot conclude: other data, more dimensions"),
    ),
)

SelfTest(
    "06",
    answers=(
        ("d", "1", "½ · 3² + ½ · 1²; with |x − y| it would be 2."),
        ("a", "2", "They do not overlap: log 2, however near; every point moves by 0.01."),
        ("c", "3", "The bias of the estimate may be as large: two samples of one distribution show it."),
        ("b", "4", "u and v have the same total, so a constant in f cancels; 2f is too steep."),
        ("b", "5", "A constant in C cancels in W, but not in L_G."),
        ("c", "6", "Four layers, each with a third of its weights: 3 · 3 · 3 · 3 = 81."),
        ("a", "7", "opt.C moves C's weights alone; the way back through G is computed for nothing."),
        ("d", "6", "A critic gives a lower bound of W; plans for samples are above it, on average (3)."),
    ),
)
