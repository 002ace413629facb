"""What else notebook 03 asks: predictions, a project, a self-test."""

from ..engine.tasks import Prediction, Project, SelfTest

Prediction(
    "03.p1",
    "b",
    "From the boundary to the surest fakes 1 − D can no more than double, from ½ to 1, but the logit gets "
    "flatter: what D learns from is near the boundary; far out hardly anything asks it to be surer still.",
)
Prediction(
    "03.p2",
    "a",
    "The encoder has brought its codes so near to the prior that a D that starts anew finds hardly anything "
    "to go by in a thousand steps. Had the old D merely been worn out, the new one would have found it.",
)
Prediction(
    "03.p3",
    "b",
    "The decoder undoes s, so L_rec does not feel it. The KL's ½(s²(μ² + σ²) − log s²), averaged over "
    "images, is least where s²E[μ² + σ²] = 1: for all codes together, not for each q. L_rec has spread them, "
    "and the KL gains little by undoing it. As wide as the prior is not yet like it.",
)
Prediction(
    "03.p4",
    "c",
    "D asks only that the codes be distributed as the prior. That petals lie apart does not help: their "
    "borders are put somewhere among the images, not where digits end. Far above chance, a tenth or so, as "
    "similar images lie together.",
)
Prediction(
    "03.p5",
    "b",
    "All three stay in part, slant most. The width is partly the digit's own, as ones are narrow and zeros "
    "wide, and what the label says the code need not hold.",
)
Prediction(
    "03.p6",
    "a",
    "All images show groups, and a hundred labels name them; but a group need not be a digit. The paper has "
    "a factor of more than ten, with larger networks and far longer training.",
)
Prediction(
    "03.p7",
    "b",
    "What is added, agreement and warped labelled images, is knowledge: which changes leave a digit what it "
    "is. It asks for no groups, and without an AAE it is worth nearly as much.",
)
Prediction(
    "03.p8",
    "c",
    "D_y asks for one-hot groups, all equally frequent, and any such division of the images will do: nothing "
    "says that it should be by digits. What two views of an image share is the digit, and less of the rest.",
)
Prediction(
    "03.p9",
    "a",
    "Both reconstruct through two numbers with the same decoder and the same loss: limits that they share. "
    "And the VAE, too, is read without noise here, at its mean.",
)
Prediction(
    "03.p10",
    "c",
    "Codes go wherever the prior has mass, and D sees codes without names: that a digit stays whole, or "
    "alone, is nobody's aim. At least half of them are split, and petals are shared.",
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
            "c",
            "1",
            "Without draws D knows nothing of the prior, and the encoder is paid only for what D says.",
        ),
        (
            "a",
            "1",
            "The misfit is measured, so it is there, and this D cannot see it. An encoder that cannot fool D "
            "would show in a low L_D.",
        ),
        ("d", "1", "Descending on L_D makes D right: an encoder that takes part in it helps D."),
        (
            "b",
            "2",
            "The KL is E_q[log q − log p]: draws of q, and p's density at them; a constant in it has no "
            "gradient. D needs draws of p.",
        ),
        (
            "b",
            "3",
            "Who is in the own component counts for purity at most: a component's most frequent digit is at "
            "least as frequent as the digit of its number. So the second cannot exceed the first.",
        ),
        (
            "d",
            "5",
            "Then the code must hold the digit itself, or the reconstruction suffers: section 1's code told "
            "more than half of the labels.",
        ),
        (
            "c",
            "6",
            "D_y wants ten equal groups in any order: names at random are right for one in ten. One image "
            "each names nine of them, and the tenth has the name that is left.",
        ),
        (
            "a",
            "3",
            "The Gaussian and the whole flower look the same after this turn; a petal with a name does not.",
        ),
    ),
)
