"""What else notebook 12 asks of its first half: predictions; the project and the self-test of the whole."""

from ..engine.tasks import Prediction, Project, SelfTest

Prediction(
    "12.p1",
    "c",
    "argmax gives a *number* of a sign, an integer, and no rule leads back from it: the graph ends there, "
    "and autograd says so. Zeros would at least let a training run, and never move.",
)
Prediction(
    "12.p2",
    "a",
    "E[b ∇log p] = 0 for any constant b: nothing is added to the mean. But each single draw is now pushed up "
    "with a force of 10, and only other draws push back.",
)
Prediction(
    "12.p3",
    "a",
    "A cold soft draw is nearly a true one, so the mean comes out nearly right. But a small change of the "
    "logits then flips it from corner to corner, or does nothing: few draws have a large gradient, most have "
    "none.",
)
Prediction(
    "12.p4",
    "b",
    "It writes fewer kinds of sentences, so some true ones nearly never come: KL(truth ‖ writer) charges "
    "−log q for each of them. Paid log D, a writer keeps to what is safe.",
)

Project(
    "12",
    "Can a judge teach more than the text?",
    rubric=(
        (1, "a question, and a guess written down before the first run"),
        (2, "the bar, within the budget, mean of three seeds, and the settings that reach it"),
        (2, "one change at a time, with its spread over the seeds"),
        (2, "valid, kinds and KL for each row: what did a gain cost?"),
        (2, "maximum likelihood with the same seconds beside it, also at other temperatures"),
        (1, "what was tried in vain, and what cannot be concluded"),
    ),
)

SelfTest(
    "12",
    (
        ("c", "1", "p (f − E[f]) is 0 for each sign: there is nothing to gain. Single draws say otherwise."),
        ("a", "2", "A positive number times ∇log p of the sign that was drawn: it gets more probable."),
        ("d", "2", "The slope of a linear judge is the same at the hard and at the soft draw."),
        ("b", "3", "p log(p / q) with q = 0 for 54 sentences that the truth does write."),
        (
            "b",
            "4",
            "log D is never above 0: a longer walk has more such terms, and any early end saves them.",
        ),
        ("d", "5", "Of three times that D sees it, one is a click: D = ⅓, and log(⅓ / ⅔) = −log 2."),
        (
            "a",
            "6",
            "Both are draws from the truth, which has not got better: its windows lie closer together.",
        ),
        (
            "c",
            "6",
            "Moved copies pass a, b and d. Moved back, one of the shifts would bring each near its original.",
        ),
    ),
)
