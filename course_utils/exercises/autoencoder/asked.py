"""What notebook 01 asks besides its exercises: predictions, a project, a self-test."""

from ..engine.tasks import Prediction, Project, SelfTest

Prediction(
    "01.p1",
    expected="a",
    why="The class is the sign of W·x, and W/2 has the same sign. Only p changes: it moves toward ½.",
)

Prediction(
    "01.p2",
    expected="b",
    why="Three numbers mostly tell which digit it is; much of the handwriting is lost.",
)

Prediction(
    "01.p3",
    expected="c",
    why="ReLU gives at least 0, and σ(0) = ½: at the threshold ½ every input counts as positive.",
)

Prediction(
    "01.p4",
    expected="b",
    why="Each further number helps less than the one before: what is left are details that differ from "
    "writer to writer.",
)

Prediction(
    "01.p5",
    expected="c",
    why="PCA is the best *linear* summary; the activations let Lab 1's three numbers follow a curved one.",
)

Prediction(
    "01.p6",
    expected="a",
    why="How much is lost depends on the code and on the training more than on the kind of layer. What "
    "convolutions save is weights: 50,161 instead of 222,384.",
)

Prediction(
    "01.p7",
    expected="a",
    why="A 4 and a 9 differ in whether the top is closed: few pixels, so their codes are near too.",
)

Prediction(
    "01.p8",
    expected="c",
    why="The decoder makes strokes wherever the code is; it never learned to show two digits at once.",
)

Prediction(
    "01.p9",
    expected="a",
    why="To rebuild well, Lab 2 needs all its 256 numbers to fit together; random ones never do. Lab 1's "
    "three are soon near those of some image.",
)

Prediction(
    "01.p10",
    expected="c",
    why="Real codes fill a vanishing share of the space that 256 independent numbers span.",
)

Project(
    "01",
    "Make an autoencoder generate",
    rubric=(
        (1, "the question in one's own words, and a guess before the first run"),
        (2, "a distribution of codes, named and fitted to training codes only"),
        (2, "the score of three seeds beside that of the slide's recipe; the bar of 6.0 reached"),
        (2, "evidence that the images are new: distances to the nearest training image, or neighbours shown"),
        (2, "one setting varied, with at least four values, and a figure of what it does to the score"),
        (1, "what still fails, with examples, and why"),
    ),
)

SelfTest(
    "01",
    answers=(
        ("b", "1", "A softmax only shares out one sure vote among its classes; p(x) can be small for all."),
        ("d", "2", "Energies enter as differences, so a constant cancels, as Z does."),
        ("c", "3", "784 pixels: a mean over them in place of a sum."),
        (
            "a",
            "4",
            "With 784 numbers nothing has to be left out: copying is enough, and copying explains nothing.",
        ),
        (
            "b",
            "3",
            "It is just as good without looking at the code: it shows the mean image for every input.",
        ),
        (
            "d",
            "5",
            "The loss only sees the subspace; any axes in it do, and each pair of layers finds its own.",
        ),
        ("a", "9", "Each column keeps its values; which values go together is lost."),
        ("c", "9", "No term of the loss says where codes may lie, however long it is trained."),
    ),
)
