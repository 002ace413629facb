"""What else notebook 03 asks: predictions, a project, a self-test."""

from ... import session
from ..engine.tasks import Prediction, Project, SelfTest


def seen(letter):
    """What a cell has seen, for `reveal`; None at the smoke scale, where networks learn nothing."""
    return None if session.scale() == "smoke" else letter


Prediction(
    "03.p1",
    "a",
    "The push on a code z is (1 − D) · ∇a(z), a the logit. Where D is sure of a fake, 1 − D is 1, but a is "
    "nearly flat so far out; where D is sure of real, 1 − D is 0. In between a is steep.",
)
Prediction(
    "03.p2",
    "c",
    "A D that cannot tell says ½ of all, which costs −log ½ − log ½ = 2 log 2 = 1.39, at the start for lack "
    "of training, at the end because the encoder has caught up. Falling would mean that the encoder loses.",
)
Prediction(
    "03.p3",
    "a",
    "The KL term compares q(z|x) with the prior image by image, and L_rec pays for keeping images apart, "
    "so their mixture is left with gaps. D sees all codes together, and gaps are what it can tell.",
)
Prediction(
    "03.p4",
    "b",
    "Far above chance, as similar images lie together; far from 1, as nothing makes the borders of petals "
    "the borders of digits. D only asks that all petals be filled.",
)
Prediction(
    "03.p5",
    "a",
    "The decoder got the label, so the code need not hold it, and D, which sees the label too, would have "
    "told a code that holds it. What is left for the code is how the digit is written.",
)
Prediction(
    "03.p6",
    "b",
    "All images show which groups there are, the labels have only to name them. A factor of ten, as in the "
    "paper, needs larger networks and far longer training.",
)
Prediction(
    "03.p7",
    "a",
    "Both reconstruct through two numbers with the same decoder and the same loss; the two numbers are the "
    "bottleneck, not the way in which codes are brought to the prior.",
)
Prediction(
    "03.p8",
    "b",
    "Codes go wherever the prior has mass, and D sees codes without names: that a digit stays whole, or "
    "alone, is nobody's aim.",
)

Project(
    "03",
    "A map that holds for molecules it has not seen",
    rubric=(
        (1, "the question: what is to be changed, and what is expected of it"),
        (2, "the held-out molecules were never trained on, nor used to choose between settings"),
        (2, "the mean of three seeds reaches the bar, within the budget, two numbers a code"),
        (2, "one change at a time: a table that tells which of them helped, and by how much"),
        (2, "the figure: unseen molecules on the map, and what is wrong with the worst of them"),
        (1, "an honest last paragraph: what was tried in vain, what remains open"),
    ),
)

SelfTest(
    "03",
    (
        (
            "b",
            "1",
            "Without draws D knows nothing of the prior, and the encoder is paid only for what D says.",
        ),
        ("d", "1", "2 log 2 says that this D cannot tell; whether codes match is measured apart from it."),
        ("a", "1", "Descending on L_D makes D right: an encoder that takes part in it helps D."),
        ("c", "2", "The KL term needs a density; D needs nothing but draws, and these are draws."),
        ("b", "3", "Pure petals under other names, as from shifted labels."),
        (
            "a",
            "5",
            "Then the code must hold the digit itself, or the reconstruction suffers: section 1 had 0.58.",
        ),
        ("c", "6", "D_y wants ten equal groups in any order; names at random are right for one in ten."),
        (
            "d",
            "3",
            "The Gaussian and the whole flower look the same after this turn; a petal with a name does not.",
        ),
    ),
)
