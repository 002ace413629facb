"""Predictions, project and self-test of notebook 04."""

from ..engine.tasks import Prediction, Project, SelfTest

Prediction(
    "04.p1",
    "a",
    "An untrained D gives logits near 0, whatever it sees, and the sigmoid of 0 is ½. To tell noise from "
    "digits is easy for us; a network has to learn it first.",
)


Prediction(
    "04.p2",
    "a",
    "L_D is a mean over samples. Where none fall, nothing in it says what D should be: the network goes on "
    "there as its weights happen to make it.",
)


Prediction(
    "04.p3",
    "c",
    "Without overlap the JSD has reached log 2 and stays there. However wrong G is, its loss does not say "
    "which way to go.",
)


Prediction(
    "04.p4",
    "b",
    "Up to γ = 1 both eigenvalues have the real part −γ/2. Beyond, one of them goes back toward 0: a D that "
    "is held so tightly hardly answers, and G hardly moves.",
)


Prediction(
    "04.p5",
    "b",
    "Each point follows D's gradient uphill, and D, held still, has one highest place. That the others are "
    "there already costs nothing: no point knows of another.",
)


Prediction(
    "04.p6",
    "c",
    "One of 2,500 points within reach is enough, and noise has dozens at each mode. So modes covered are "
    "worth nothing without the share of points at one.",
)


Prediction(
    "04.p7",
    "c",
    "D improves faster than G. One half is where the theory ends, with an optimal G; a run ends long before.",
)


Prediction(
    "04.p8",
    "b",
    "G has never seen a training image; all it gets is D's gradient. Copies would have an error near 0; "
    "these are malformed relatives, farther off than real digits that are new.",
)


Prediction(
    "04.p9",
    "b",
    "R1 divides by 1.9 what TTUR has left, which itself divided by 1.6. An EMA helps where the weights still "
    "circle at the end; here the learning-rate decay has calmed them before.",
)


Prediction(
    "04.p10",
    "a",
    "The picture with the smallest mean squared error to four equally likely ones is their mean, however "
    "unlike a digit it looks.",
)


Project(
    "04",
    "Twenty-five blobs: what does a GAN need to find them all?",
    rubric=(
        (2, "the question, and what you expected before you tried"),
        (2, "a baseline, and changes one at a time, each with three seeds and noise beside it"),
        (2, "the bar: all 25 modes and the share of points at one, in two of three seeds"),
        (2, "one failure, its curves read: who was ahead, D or G, and how you know"),
        (1, "a figure of the best game and of the worst"),
        (1, "what you would not claim from three seeds"),
    ),
)


SelfTest(
    "04",
    answers=(
        ("c", "2", "D = 0.8 means odds of 4 to 1: four times as many real ones as fakes lie there."),
        ("b", "3", "Without overlap the JSD stays at log 2, and C(G) = −log 4 + 2 log 2 = 0."),
        ("d", "4", "The slope in the logit is D − 1 = −0.1: G has nearly what it wants there."),
        (
            "a",
            "5",
            "Both eigenvalues have the real part −γ/2 = −0.2, so the distance falls like exp(−0.2 t).",
        ),
        ("c", "6", "The gradient that waits in G is thrown away by opt.G's zero_grad; it only cost time."),
        (
            "b",
            "8",
            "All modes and few good points: so much noise has, too. Modes alone say nothing.",
        ),
        (
            "d",
            "9",
            "High precision, low recall: what is drawn looks real, but little of what there is is drawn.",
        ),
        ("a", "13", "The mean of all outcomes has the smallest squared error, even if it never happens."),
    ),
)
