"""What else notebook 10 asks of its first half: predictions; the project and the self-test of the whole."""

from ..engine.tasks import Prediction, Project, SelfTest

Prediction(
    "10.p1",
    "c",
    "Where it is sure and wrong, log Q is far below 0, and nothing limits it. Information itself is never "
    "below 0, but this is a bound from below: a bad reader's says little.",
)
Prediction(
    "10.p2",
    "b",
    "To be read is far easier than to look real: ten different smudges will do. G is paid for both from the "
    "first update on, and takes the cheap one first.",
)
Prediction(
    "10.p3",
    "b",
    "Q's loss saw drawings alone, and to be told apart they need not be digits. That most categories lean to "
    "one digit is a gift of the networks.",
)
Prediction(
    "10.p4",
    "c",
    "Nothing in the game tells the two numbers apart, or one end from the other: exchange them, or flip a "
    "sign, and every loss stays what it was. What they come to mean is decided by chance.",
)

Project(
    "10",
    "A code for thickness",
    rubric=(
        (1, "a question, and a guess written down before the first run"),
        (2, "the bar, for two of three seeds, and the settings that reach it"),
        (2, "the measure is tested on strokes whose thickness is known"),
        (2, "what else moves with the number, in numbers, and what does not"),
        (2, "one change at a time, with its spread over the seeds"),
        (1, "what was tried in vain, and what cannot be concluded"),
    ),
)

SelfTest(
    "10",
    (
        (
            "d",
            "1",
            "log Q = log ½ for each: log 2 of the log 4 are gained. The errors cost nothing extra here.",
        ),
        ("a", "2", "G's share of the loss is what makes it readable; Q reads whatever there is to be read."),
        ("c", "3", "Ten kinds of image, one for each category, are read without error, whatever they show."),
        ("b", "4", "The measure rises and falls again: a straight line through that is flat."),
        ("c", "5", "Equal tables of pairs have equal sums: those of the codes. By chance, that is all."),
        (
            "b",
            "6",
            "An encoder of G's images knows what G draws. What G never draws has no code to bring it back.",
        ),
        ("d", "7", "0.69 is log 2: two groups, equally used; and 0.02 means sure of each image."),
        (
            "a",
            "8",
            "To split groups never makes their names worse, whatever they mean: so what has chance?",
        ),
    ),
)
