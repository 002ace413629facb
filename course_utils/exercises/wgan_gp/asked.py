"""What else notebook 07 asks: predictions, a table to read, a project, a self-test."""

from ..engine.tasks import Exercise, Prediction, Project, SelfTest

Prediction(
    "07.p1",
    "a",
    "Clipping drives weights to ±c; a layer of 64 then multiplies the gradient by a number of the order "
    "of 64 c: more "
    "than 1 for c = 0.1, less for the others. Twelve layers make that a power of twelve.",
)
Prediction(
    "07.p2",
    "c",
    "A Normal number lies between 0 and 1 with probability 0.34. The other two thirds are behind the "
    "fake or "
    "beyond the real item.",
)
Prediction(
    "07.p3",
    "c",
    "A penalty is a spring, no wall: at a slope of 1 it costs nothing yet, and a little more slope "
    "still gains.",
)
Prediction(
    "07.p4",
    "c",
    "A bound on each weight leaves simple functions only. A bound on the gradient norm leaves every "
    "function "
    "that is not too steep, and a small peak need not be steep.",
)
Prediction(
    "07.p5",
    "a",
    "The penalty is satisfied by a number that mixes all items of the batch. In evaluation each item "
    "stands alone, "
    "and its gradient norm was never asked for.",
)
Prediction(
    "07.p6",
    "c",
    "Between random pairs of blurred clouds the best critic goes up and down, and its norm is often "
    "below 1. To "
    "get 1 there all the same, the critic gives up the small hills that hold the distance.",
)
Prediction(
    "07.p7",
    "a",
    "At first the critic knows nothing, and W is small whatever the images are like. It learns fast, "
    "then G catches up.",
)
Prediction(
    "07.p8",
    "a",
    "Small networks on a small problem fail often, too, as GAN: the objective does not forgive a depth, "
    "an activation "
    "or a norm that the penalty forgives.",
)
Prediction(
    "07.p9",
    "b",
    "These two networks suit each other under any objective. A better objective shows in the networks that "
    "would have failed.",
)

Exercise(
    "07.9",
    "Three rows without a name",
    kind="read",
    reference="BCA",
    why="C, with noisy strokes and the largest distance wherever a network is shallow enough to train "
    "at all, is clipping: few "
    "functions are left to its critic. B has had three times as many updates of G: it is ahead where "
    "training is easy. A "
    "is far ahead where depth makes it hard.",
    hints=(
        "One row has noise in its strokes and the largest distance in most columns: whose critic can "
        "represent least?",
        "Of the other two, one G had three times as many updates: where training is easy, it leads.",
        "In the deepest pair of networks one row beats both others by far: what was the promise of the "
        "penalty?",
    ),
    mistakes=dict(
        gan_and_gp=(
            "ACB",
            "GAN and WGAN-GP are exchanged: G had three times as many updates as GAN. In which columns "
            "does that "
            "help, and in which does a well-kept gradient?",
        ),
        clip_and_gan=(
            "CBA",
            "look at *tanh everywhere*: a distance three times that of another row is a critic with "
            "little to say.",
        ),
        clip_and_gp=("BAC", "WGAN and WGAN-GP are exchanged: noisy strokes come from a clipped critic."),
        from_above=("ABC", "that is their order from above; read the columns."),
        turned=("CAB", "begin with the row that is worst in most columns."),
    ),
)

Project(
    "07",
    "Four that failed all the same",
    rubric=(
        (1, "one question, and a guess written down before the first run"),
        (2, "what the four failures have in common, with numbers from all 32 architectures"),
        (2, "one setting changed at a time, the same budget, three seeds or more, their spread"),
        (2, "the bar is reached, with the settings that do it"),
        (2, "a gradient norm, or another measured number, that shows *why* it was not reached before"),
        (1, "what it costs architectures that had not failed, and what you cannot conclude"),
    ),
)

SelfTest(
    "07",
    answers=(
        ("d", "1", "A layer multiplies by about 1.5: twelve of them make 1.5¹² = 130."),
        ("b", "2", "The norm of (3, 4) is 5: 10 · (5 − 1)² = 160."),
        ("c", "2", "Without a second derivative the penalty is a number for the curve, not for the weights."),
        ("a", "3", "1 + 6 / 20 = 1.3: it is 30 % too large."),
        ("d", "5", "Group norm takes its mean and variance inside one item."),
        ("b", "6", "Only the second item is above 1: (0 + 0.25 + 0) / 3."),
        ("c", "7", "Five times a batch for C, none for G: L_G needs no real items."),
        (
            "a",
            "8",
            "The critic sees only what its network can find; fakes that are far may still look near to it.",
        ),
    ),
)

# The rows of section 9, in no order.
_ROWS = {"A": "WGAN-GP", "B": "GAN", "C": "WGAN"}


def unnamed_rows():
    """What stands in the rows A to C of section 9. → {letter: objective}"""
    return dict(_ROWS)
