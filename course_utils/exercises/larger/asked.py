"""What else notebook 11 asks: predictions; the project and the self-test of the whole."""

from ..engine.tasks import Prediction, Project, SelfTest

Prediction(
    "11.p2",
    "a",
    "Each level has practised on real small images only. What comes from below is never quite one, and no "
    "level has learned to repair it: it draws details for what it gets.",
)
Prediction(
    "11.p3",
    "a",
    "Noise can move only the details, and hardly moves even these. Where a stroke has its edge the small "
    "image mostly tells, and D asks for a good image only, not for another one each time.",
)
Prediction(
    "11.p5",
    "c",
    "G has nearly come to rest at a fifth of the rate, so an average over its last 200 updates is nearly G. "
    "An EMA is worth most where the rate stays high, as in BigGAN.",
)
Prediction(
    "11.p6",
    "a",
    "It sees both. Down to about 1.5 what is gained in quality makes up for what is lost in variety. Below "
    "that more is lost than gained; far below 1, quality is lost, too.",
)
Prediction(
    "11.p7",
    "b",
    "The first layer is linear. Noise with 0.28 of the std gives sums with 0.28 of the std, and batch "
    "norm divides by it: nearly all of the truncation is normalized away.",
)

Project(
    "11",
    "What would you build for a small batch?",
    rubric=(
        (1, "a question, and a guess written down before the first run"),
        (2, "the bar, within the budget, mean of three seeds, and the settings that reach it"),
        (2, "one change at a time, with its spread over the seeds"),
        (2, "FCD, precision, recall, misread and the worst class for each row: what did a gain cost?"),
        (2, "a truncation curve of the best network beside that of the first: is it better everywhere?"),
        (1, "what was tried in vain, and what cannot be concluded for 2,048 images a batch"),
    ),
)

SelfTest(
    "11",
    (
        ("c", "1", "A detail is a pixel less the mean of its four: what is above it and below it cancels."),
        (
            "d",
            "2",
            "Each level is trained on real small images alone: how to repair drawn ones it has never "
            "learned.",
        ),
        ("b", "1", "49 + 14 · 14 + 28 · 28: a third more than pixels. Not every set of levels is a pyramid."),
        ("a", "3", "Beyond ±1 the hinge is flat: no item there pulls. The log loss would go on for ever."),
        (
            "d",
            "3",
            "Batch norm takes its mean and std from the batch at hand: of ones alone, where it was trained "
            "on all ten. What all ones have in common is taken off.",
        ),
        (
            "a",
            "3",
            "Linear layers of norm 1, a leaky ReLU nowhere steeper than 1: lengths never grow.",
        ),
        (
            "c",
            "4",
            "They look real, and are a tenth of all: only the class by itself shows what is missing.",
        ),
        ("b", "4", "All numbers near 0: one image for each class. A few real images lie near one of ten."),
    ),
)
