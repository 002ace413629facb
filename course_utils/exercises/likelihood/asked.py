"""What else notebook 09 asks of its first half: predictions; the project and the self-test of the whole."""

from ..engine.tasks import Prediction, Project, SelfTest

Prediction(
    "09.p1",
    "b",
    "Each factor is a ratio of two sums of the same joint, and in the product all but the first and the last "
    "cancel, in any order. Only *models* of the factors may find one order easier than another.",
)
Prediction(
    "09.p2",
    "c",
    "A stroke is a few pixels wide: whoever sees the pixel to the left and those above knows most pixels "
    "almost surely, and a sum of weights is enough to say so. Half of all nats were for what neighbours "
    "tell.",
)
Prediction(
    "09.p3",
    "a",
    "One row up, a 3×3 kernel reaches one column to the right, so each further column costs a further row. "
    "What lies in the row above, far to the right, no path of kernels reaches.",
)
Prediction(
    "09.p4",
    "b",
    "The arithmetic shrinks by the number of places, 784; but small products are done less well than large "
    "ones, and 784 turns of a Python loop cost their time, however little there is to do.",
)
Prediction(
    "09.p5",
    "c",
    "Most pixels of any digit are white and cost nothing, and each stroke has to begin somewhere, which is a "
    "surprise each time. An image without ink pays a little wherever a stroke might have begun, and no more: "
    "probable is not the same as typical.",
)

Project(
    "09",
    "Beat 88 nats with 30,000 weights",
    rubric=(
        (1, "the question: what is to be changed, and what is expected of it"),
        (2, "no test image was trained on, nor any setting chosen by one"),
        (2, "the bar, within the budget, mean of three seeds; masks proved by gradients"),
        (2, "one change at a time: a table that tells which of them helped, and by how much"),
        (2, "the test digit that your model finds least likely, its surprise map, and why"),
        (1, "an honest last paragraph: what was tried in vain, what remains open"),
    ),
)

SelfTest(
    "09",
    (
        (
            "c",
            "1",
            "The chain rule holds in any order, but its factors are other ones, and a sum of weights fits "
            "them better or worse.",
        ),
        ("d", "2", "Only pixels from number 784 on may look at such a unit, and there are none."),
        (
            "a",
            "3",
            "One strict step on each path is enough: from a past that includes the place, A takes the rest.",
        ),
        (
            "b",
            "5",
            "Pixel by pixel the likelier one: no step looks ahead, so the whole need not be the most "
            "probable image.",
        ),
        (
            "a",
            "6",
            "exp(−3) is a factor of each of these terms, so shares among them stay; only the odds fall.",
        ),
        ("d", "6", "This evenness *is* a pair: 00 and 11. No weight is large enough to exclude 01 and 10."),
        ("b", "7", "The model's own draws may be far from any data, and far lower in free energy."),
        (
            "c",
            "8",
            "The estimate of Z is right on average, but hurried chains rarely find where the mass is, so it "
            "is nearly always too small: the likelihood is flattered.",
        ),
    ),
)
