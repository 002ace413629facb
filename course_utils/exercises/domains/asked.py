"""What else notebook 13 asks: predictions, the project, the self-test."""

from ..engine.tasks import Prediction, Project, SelfTest

Prediction(
    "13.p1",
    "c",
    "Leaky ReLU hands a positive factor on, and AdaIN divides each map by its own spread: the 5 is gone. "
    "What a layer says in size is lost; only the style decides how strong a map is.",
)
Prediction(
    "13.p2",
    "b",
    "A digit needs several layers in agreement: a new style in layer 1 or in layer 2 mostly breaks it, "
    "alone. What is decided together is counted at each of those who decide.",
)
Prediction(
    "13.p3",
    "b",
    "Even without practice mixed images are hardly worse than plain ones: compare the two panels' first "
    "rows. What mixing costs stands in the left one: images of one style are a tenth of what it practises "
    "on.",
)
Prediction(
    "13.p4",
    "a",
    "The mean is taken of styles, before G, and G draws strokes for whatever style it is given. Only a mean "
    "of images is grey.",
)
Prediction(
    "13.p5",
    "b",
    "Any exchange of equally frequent kinds that BA undoes has the same losses. Where all pixels can be "
    "moved anywhere, little makes the right exchange easier to find than millions of others.",
)
Prediction(
    "13.p6",
    "c",
    "A convolution of 13 × 13 pixels cannot see the whole digit, so it can hardly turn it into another one: "
    "it redraws stroke by stroke, with or without a cycle.",
)
Prediction(
    "13.p7",
    "b",
    "For AB's drawing BA is told the answer: a itself. For a true drawing it never is; there the cycle only "
    "asks that AB finds back to it.",
)
Prediction(
    "13.p8",
    "a",
    "The cycle is satisfied by any dictionary that can be read backwards, and the MLP finds one: to come "
    "back is not to be right.",
)

Project(
    "13",
    "A turn that nobody showed",
    rubric=(
        (1, "a question, and a guess written down before the first run"),
        (2, "the bar, within the budget, mean of three seeds, pairs paid for"),
        (2, "one change at a time, with its spread over the seeds"),
        (2, "in one sentence what the change knows that no loss says, and how that was tested"),
        (2, "the same change on hollow strokes: what does it cost there?"),
        (1, "what was tried in vain, and what cannot be concluded"),
    ),
)

SelfTest(
    "13",
    (
        ("a", "1", "One style, one constant, no noise: nothing is left that could differ."),
        (
            "d",
            "1",
            "Layers 3 and 4 have never got two different styles, so that they may rely on each other.",
        ),
        ("b", "2", "A new p gives p'q: as far from pq as any two draws of the measure. So does a new q."),
        ("a", "2", "A distance between distributions counts what is missing; precision does not."),
        ("d", "3", "The judges see the right frequencies, and every image comes back."),
        ("c", "4", "For AB's drawings BA is told the answer, a; for true ones it never is."),
        ("c", "4", "There nearly all of b is to stay, so that both wishes agree."),
        ("b", "3", "The known one fixes its kind; for the other kind one place is left."),
    ),
)
