"""Predictions, project and self-test of notebook 04."""

from ..engine.tasks import Prediction, Project, SelfTest

Prediction(
    "04.p1",
    "b",
    "PyTorch's first weights shrink what passes through G, and in evaluation mode new batch norms do not "
    "undo it: its pixels are nearly all near 0, and D says nearly the same of each. The digits' black and "
    "white reaches D in full. Neither answer means anything yet.",
)


Prediction(
    "04.p2",
    "a",
    "Hardly a sample falls there, so nothing in L_D says what D should be. D goes on as on the left flank of "
    "the data, where it saw samples, and more of the real ones.",
)


Prediction(
    "04.p3",
    "c",
    "Only mass where the data lie lowers the JSD. A clean, narrow G far off pays the full log 2; a wide one, "
    "most of whose items are wrong, pays less.",
)


Prediction(
    "04.p4",
    "c",
    "The rotation is only what is left near (0, 0). Of d/dt ½(θ² + ψ²) = −ψθ tanh(ψθ/2), never positive, the "
    "linear flow sees nothing; it pulls in, the more weakly, the nearer, and the steps' own drift outward is "
    "smaller.",
)


Prediction(
    "04.p5",
    "a",
    "The slope in the *logit* is at most 1, but a line is the slope in the *place*: that times D's own "
    "slope, which grows as D alone plays. (With minimax the first factor shrinks, in a long *D only* to 0.)",
)


Prediction(
    "04.p6",
    "b",
    "Looking ahead keeps G near all modes here; by itself it does not put points onto them, at least not in "
    "1,000 steps. Modes covered and share of points at one are two things.",
)


Prediction(
    "04.p7",
    "b",
    "The distance sees only what the classifier's features see: blur moves their distribution the most; half "
    "of the kinds missing less, and so does a move: the classifier was trained on moved digits.",
)


Prediction(
    "04.p8",
    "a",
    "Squared error is paid for each fine stroke that is not where it should be: blur spreads strokes thin, "
    "and comes nearer to training images. So a small error to the training images shows neither quality nor "
    "copies.",
)


Prediction(
    "04.p9",
    "c",
    "The averaged weights take off less than a tenth. The relativistic loss makes the digits a little more "
    "even, recall lower, and the distance larger by more than half.",
)


Prediction(
    "04.p10",
    "c",
    "A sharp guess, made without knowing which future will come, pays about twice: for its own distance from "
    "the mean of the futures, and for that of the future. The mean pays once, and looks like none of them.",
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
        ("b", "2", "The odds are 4 : 1; three times as many fakes make them 4 : 3, and D = 4/7 = 0.57."),
        (
            "d",
            "3",
            "JSD = 0.072 + 0.144 = 0.216: half of the data lost costs less than a third of log 2.",
        ),
        ("a", "4", "The slope is −exp(logit) = −D/(1 − D): 9 against 1.5."),
        ("c", "5", "Beyond γ = 1 the slower of two real roots decides: −2 + √(4 − ¼) = −0.06."),
        (
            "c",
            "6",
            "D's last gradient waits, and that of G's loss: on fakes it is D's, turned round. They cancel.",
        ),
        ("a", "8", "Four times the area: a quarter of 10 %. Of 25,000 points, 25 still lie at each mode."),
        ("d", "9", "Half of what is drawn looks real, and of what is real, everything is drawn."),
        ("b", "12", "On a right pair only the generated kind competes, with weight ½: D = 1/(1 + ½)."),
    ),
)
