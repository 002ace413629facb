"""Notebook 09, section 9: the cost of Z, models by their traces; and what sections 6 to 9 let one predict."""

import math

from ..engine.tasks import Exercise, Prediction

Exercise(
    "09.15",
    "How long is forever?",
    reference=480 * math.log10(2) - math.log10(365.25 * 24 * 3600),
    tolerance=4e-4,
    hints=(
        "500 − 20 units more, and each doubles the time.",
        "2^480 seconds. log₁₀ of it is 480 · log₁₀ 2.",
        "A year has 3.16 · 10⁷ seconds: subtract log₁₀ of that, 7.5.",
    ),
    mistakes=dict(
        seconds=(480 * math.log10(2), "that is log₁₀ of the seconds; asked are years."),
        all_units=(
            500 * math.log10(2) - math.log10(365.25 * 24 * 3600),
            "20 of the 500 doublings are already in the one second.",
        ),
        all_in_seconds=(
            500 * math.log10(2),
            "20 of the 500 doublings are already in the one second; and asked are years.",
        ),
        base_two=(480.0, "that is log₂ of the seconds."),
        natural=(
            480 * math.log(2) - math.log(365.25 * 24 * 3600),
            "that is the natural logarithm; asked is log₁₀.",
        ),
        visible=(
            764 * math.log10(2) - math.log10(365.25 * 24 * 3600),
            "you sum over the visible side. The sum may be taken over the smaller side, here the hidden one.",
        ),
        linear=(
            math.log10(25) - math.log10(365.25 * 24 * 3600),
            "that is 25 times as long, as if time grew with the number of units. It doubles with each one.",
        ),
    ),
    why="480 doublings are 10¹⁴⁴ seconds. No faster computer helps: a thousand times as fast is ten units "
    "more. That is why Z is estimated, or done without.",
)

MODELS = {"A": "VAE", "B": "RBM", "C": "PixelCNN", "D": "GAN"}


def anonymous(rows):
    """The same rows, with letters in place of the names. → dict"""
    return {letter: rows[name] for letter, name in MODELS.items()}


Exercise(
    "09.16",
    "Four models without names",
    kind="read",
    reference="CADB",
    why="C needs about a thousand times longer for an image than A and D: pixel by pixel. B draws each image "
    "from the last one, so neighbours are alike: a chain. Of the two that draw at once, the GAN is nearer to "
    "MNIST, and A, which gets its blur from a decoder that averages, is the VAE.",
    hints=(
        "Who writes pixel by pixel? Compare the seconds for 64 images.",
        "In whose samples is an image like the one drawn just before it? Only a chain does that.",
        "Two draw all images at once, independently. Which of them is known for samples of high quality, "
        "which for blur? Their Fréchet distances to MNIST, on which they were trained, tell: A 4.7, D 1.8.",
    ),
    mistakes=dict(
        vae_and_gan=(
            "CDAB",
            "two are exchanged: of A and D, which is nearer to MNIST, on which both were trained?",
        ),
        pixels_and_chain=("BADC", "the chain and the pixels are exchanged: whose neighbours are alike?"),
        all_exchanged=("BDAC", "the slowest writes pixel by pixel; and whose neighbours are alike?"),
        by_letters=("ABCD", "look at the columns one by one: whose neighbours are alike?"),
        gan_is_chain=("CABD", "a GAN draws each image anew: whose neighbours are alike?"),
        vae_is_chain=("CBDA", "a VAE draws each image anew: whose neighbours are alike?"),
        last_two=("CBAD", "whose neighbours are alike? Only those of a chain, which comes last here."),
    ),
)

Prediction(
    "09.p6",
    "c",
    "Its gradient sees pairs only: how often two pixels are on together. In even rows every pixel is on in "
    "half of the images, and every pair in a quarter, as in noise: nothing is left to learn from.",
)
Prediction(
    "09.p7",
    "b",
    "Small weights let one sweep forget where it began, so that it gives the model's own states. Large ones "
    "bind the chain to its start, the data: then CD-1 compares the data with their own neighbours.",
)
Prediction(
    "09.p8",
    "a",
    "A chain drifts along a digit's own shapes, but each step flips few pixels, and what lies between two "
    "digits is improbable: the valley has to be crossed by chance.",
)
Prediction(
    "09.p9",
    "b",
    "The likelihood and the look of samples are two scores: the GAN has no density at all, and was trained "
    "to draw what a network cannot tell from digits. 784 nearly right answers can still add up to no digit.",
)
