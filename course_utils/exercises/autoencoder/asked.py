"""What notebook 01 asks besides its exercises: predictions, a project, a self-test."""

from ..engine.tasks import Prediction, Project, SelfTest

Prediction(
    "01.p1",
    expected="c",
    why="The class is the sign of W·x, which no positive factor changes. But the cross-entropy had its "
    "minimum at W: surer answers make the few wrong ones dearer by more than the right ones get cheaper.",
)

Prediction(
    "01.p2",
    expected="a",
    why="Three numbers mostly tell which digit it is, and some of its handwriting; half of the error stays.",
)

Prediction(
    "01.p3",
    expected="a",
    why="The ReLU gives the negative items 0 at the least, and σ(0) = ½: each costs log 2, and counts as "
    "positive. The positive ones rise to 1 and cost nothing, so the mean is ½ log 2. With the threshold at "
    "0.6 all would be right.",
)

Prediction(
    "01.p4",
    expected="b",
    why="The first few numbers help most; each further one, on average, less.",
)

Prediction(
    "01.p5",
    expected="a",
    why="PCA is the best *flat* summary; the activations let Lab 1's three numbers follow a curved one, "
    "which crosses many flat directions.",
)

Prediction(
    "01.p6",
    expected="c",
    why="Narrow codes need activations, wide ones hardly do: 256 flat directions hold all but a few percent. "
    "What limits Lab 2 is hardly the size of its code: PCA's is as large.",
)

Prediction(
    "01.p7",
    expected="c",
    why="No loss asked for classes, and nothing made the *distances* between codes fit them. The wonder is "
    "that they fit nearly as well.",
)

Prediction(
    "01.p8",
    expected="a",
    why="Between real codes the decoder draws smooth strokes, often blurred. Real test images have a "
    "handwriting of their own, which no training image shares.",
)

Prediction(
    "01.p9",
    expected="b",
    why="Shuffled, each single number was a real one, and it hardly mattered. A good image needs all 256 to "
    "fit together; both recipes draw them one by one.",
)

Prediction(
    "01.p10",
    expected="a",
    why="In a plane the decoder goes on smoothly from the real codes into the holes. With 256 numbers every "
    "random code is in a hole, and its image is on average farther from the training images than a real one.",
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
        (
            "b",
            "1",
            "A sigmoid of w·x + b only asks on which side. Bayes' rule compares two tails, and far out the "
            "wider Normal's is the higher.",
        ),
        (
            "c",
            "2",
            "e^(−2E) = (e^(−E))². Z would cancel; a factor in the energy does not.",
        ),
        (
            "a",
            "3",
            "Beside a data term 784 times larger, the decay needs the same factor. Then the whole loss has "
            "it, and Adam divides it out: the rate stays.",
        ),
        (
            "d",
            "3",
            "Each has to pass through the decoder's 64 numbers, and the encoder's. The code is not the "
            "narrowest layer any more.",
        ),
        (
            "d",
            "3",
            "For two images drawn apart from each other, the mean square of the difference is twice that "
            "from the mean.",
        ),
        (
            "b",
            "5",
            "VM(M⁻¹Wx + M⁻¹b) = V(Wx + b). So any axes in the subspace do, stretched or turned: the loss "
            "sees the reconstruction alone.",
        ),
        (
            "a",
            "9",
            "Each finds itself among the known codes, at distance 0: the trap of 01.12 once more. The 5 % "
            "are for unseen ones.",
        ),
        (
            "c",
            "9",
            "Mean and variances give the covariance of the pixels back. But uncorrelated numbers can still "
            "hang together, so these images are smudges.",
        ),
    ),
)
