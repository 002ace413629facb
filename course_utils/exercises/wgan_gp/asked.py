"""What else notebook 07 asks: predictions, a table to read, a project, a self-test."""

from ..engine.tasks import Exercise, Prediction, Project, SelfTest

Prediction(
    "07.p1",
    "c",
    "With c = 0.1 the gradient reaches the layers, and all rows of a layer learn one direction, up to sign: "
    "it multiplies by about 64 c / 2 = 3.2. With 0.01 nothing reaches them, their signs stay random, and "
    "random signs give c √(64 / 2) = 0.057. Not only each weight is smaller; they also stop pulling "
    "together.",
)
Prediction(
    "07.p2",
    "a",
    "The slope of such a critic hardly changes along a way, nor, it seems, beyond its ends. So it hardly "
    "matters where it is asked for. The faults are real, and no number of this toy shows them.",
)
Prediction(
    "07.p3",
    "b",
    "A penalty is a spring, no wall: a slope of 1 costs nothing yet, and a little more slope still gains. "
    "The weaker the spring, the further it gives way, here to a slope of 3.",
)
Prediction(
    "07.p4",
    "a",
    "Its weights may have any size, only its slope is held: so the surface can bend often enough for eight "
    "hills within 1,200 updates.",
)
Prediction(
    "07.p5",
    "b",
    "Real items and fakes come in two batches, and each is normalized by itself: what is only moved looks "
    "the same afterwards. In training mode this critic cannot see a shift at all, however far.",
)
Prediction(
    "07.p6",
    "a",
    "Most random pairs join a mode to a fake of another. Off the plan's ways a gradient norm may be less "
    "than 1: one side allows that, two sides charge for it. So the one-sided critic has more freedom, and "
    "finds the small hills in these 500 updates; the other one's norms look all the better.",
)
Prediction(
    "07.p7",
    "c",
    "No plan is cheaper, and the law would add to it. But a critic may find only those differences among 784 "
    "numbers that a few updates can find, and G works against just these. (Random pairs, which are not the "
    "plan's, may take their share.)",
)
Prediction(
    "07.p8",
    "b",
    "It is 1 of 13 (a hint, no more), and 8 of the 19 without a norm. Batch norm may be why: an item's score "
    "depends on its batch (section 5, and notebook 05). The critic's is layer norm: as WGAN-GP 11 of the 13 "
    "succeed.",
)
Prediction(
    "07.p9",
    "a",
    "The critic's update costs more. But an update of G goes through both networks and back, and there are a "
    "third as many of them: that makes up for most of it, or all.",
)

Exercise(
    "07.9",
    "Three rows without a name",
    kind="read",
    reference="BCA",
    why="B loses the MLP generator with every seed, and gives one image again and again: notebook 06 showed "
    "the GAN do so. C, with noise in its strokes, is behind A in every column: few functions are left to a "
    "clipped critic. A loses nothing.",
    hints=(
        "One row loses a column with every seed. You have seen these networks fail before: in notebook 06.",
        "Of the other two, one has noise in its strokes, and the larger distances in every column: whose "
        "critic can represent least?",
        "Clipping and the penalty are left. Which of them was made to mend the other?",
    ),
    mistakes=dict(
        gan_and_gp=(
            "ACB",
            "GAN and WGAN-GP are exchanged: one of them loses the MLP generator. Notebook 06 showed which.",
        ),
        clip_and_gan=("CBA", "B gives a single image in one column: notebook 06 shows whose that is."),
        clip_and_gp=("BAC", "WGAN and WGAN-GP are exchanged: noisy strokes come from a clipped critic."),
        from_above=("ABC", "that is their order from above; read the columns."),
        turned=("CAB", "begin with the column in which one row gives a single image."),
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
        (
            "c",
            "1",
            "Random signs multiply by c √(64 / 2), the 2 from ReLU: that is 1 for c = 1 / √32 = 0.18.",
        ),
        (
            "a",
            "2",
            "The norm at the place 2ε is 2ε: the mean of (2ε − 1)² over ε from 0 to 1 is 1/3, though the "
            "mean norm is 1.",
        ),
        (
            "d",
            "7",
            "`descend` moves only what its optimizer holds, here C. The way through G is kept for nothing.",
        ),
        ("b", "3", "d is 4 now, and the law is not linear: 4 (1 + 4 / 20) = 4.8."),
        (
            "d",
            "5",
            "A standard deviation over the batch mixes items; the other three treat each item by itself.",
        ),
        ("c", "6", "The spring is stretched above 1, where both penalties are the same."),
        (
            "a",
            "7",
            "Per critic update 128 real, 128 fake and 128 mixed items, then 128 for G: 5 · 384 + 128.",
        ),
        (
            "b",
            "8",
            "W is at least 12 / 1.2 = 10 if no slope is above 1.2, and 10 is also the least that a plan "
            "costs: they may agree.",
        ),
    ),
)

# The rows of section 9, in no order.
_ROWS = {"A": "WGAN-GP", "B": "GAN", "C": "WGAN"}


def unnamed_rows():
    """What stands in the rows A to C of section 9. → {letter: objective}"""
    return dict(_ROWS)
