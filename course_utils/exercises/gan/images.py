"""Notebook 04, sections 9 to 13: scores, latent space, labels, futures."""

import math

import torch

from ...losses import nll_fake, nll_real
from ..engine.fixtures import noise, numbers
from ..engine.tasks import Exercise

Exercise(
    "04.14",
    "Half of all there is",
    reference=9 + (math.sqrt(10) - 1) ** 2,
    tolerance=2e-3,
    why=(
        "The means are 3 apart: 9. In the first feature real images have the variance 10, generated ones 1: "
        "10 + 1 − 2 √10 = 4.68. The other 127 features agree. Half of the data missing, in one number: 13.7."
    ),
    hints=(
        "In 127 features nothing differs. What are mean and variance of the first, of real images?",
        "Of real ones: 0, and the variance of ±3, which is 9, plus 1. Of generated ones: 3, and 1.",
        "3² + 10 + 1 − 2 √(10 · 1).",
    ),
    mistakes=dict(
        only_means=(9.0, "that is the means alone: with both halves, the real images also vary more."),
        only_spread=((math.sqrt(10) - 1) ** 2, "that is the covariances alone: the means are apart, too."),
        six=(
            36 + (math.sqrt(10) - 1) ** 2,
            "the generated images' mean is 3, and the mean of *all* real ones is 0.",
        ),
        no_cross_term=(20.0, "the last term is missing: 2 · √10 is taken off."),
        variances=(
            90.0,
            "that takes the difference of the *variances* squared; it is the std that are compared.",
        ),
        variances_plain=(18.0, "that takes the difference of the variances; the formula has 10 + 1 − 2 √10."),
        no_noise=(13.0, "the variance of the first feature is 9 + 1: the N(0, 1) is part of it."),
        fell_for_the_half=(4.5, "the FCD sees means and covariances only: take them of all real images."),
        nothing=(0.0, "what is drawn is perfect, but the mean and the spread are those of one half only."),
        all_features=(
            9 + 128 * (math.sqrt(10) - 1) ** 2,
            "only the first feature differs; the trace of the other 127 is 0.",
        ),
    ),
)


Exercise(
    "04.15",
    "Halfway on a straight line",
    reference=10 * (math.sqrt(2) - 1),
    tolerance=4e-2,  # "about": 4 will do
    why=(
        "Two draws of length 10 are nearly at a right angle: halfway it is 10/√2 = 7.07. The squared length "
        "has the std √200 = 14.1, so the length, near 10, has 14.1/(2 · 10) = 0.71. That is 4.1 of them: "
        "such a z G has never seen."
    ),
    hints=(
        "Two draws have nearly the same length r, at nearly a right angle: ‖(z + z')/2‖² = (r² + r²)/4.",
        "So it is 7.07 long, in place of 10. The squared length, a sum of 100 squares, has the variance 200.",
        "If r² varies by 14.1 about 100, r varies by 14.1/(2 · 10) about 10.",
        "(10 − 7.07) / 0.707.",
    ),
    mistakes=dict(
        fraction=(
            1 - math.sqrt(0.5),
            "that is by what share it is shorter; how much do the draws' lengths vary?",
        ),
        length=(
            math.sqrt(0.5),
            "that is how long it is, as a share of a draw; how much do the lengths vary?",
        ),
        std_of_one=(
            10 - math.sqrt(50),
            "that is how much shorter it is. The std of the *length* of a draw is not 1.",
        ),
        squared=(
            50 / math.sqrt(200),
            "that is the *squared* length in std of its own; the length is asked.",
        ),
        divided_by_the_squares=(
            (10 - math.sqrt(50)) / math.sqrt(200),
            "14.1 is the std of the squared length; that of the length is 14.1/(2 · 10).",
        ),
        its_length=(
            math.sqrt(50),
            "that is how long it is; a draw is about 10 long. How much do the lengths of draws vary?",
        ),
        variance=(
            2 * (10 - math.sqrt(50)),
            "that is divided by the variance, ½; its root is the std.",
        ),
    ),
)


def matching_aware_loss(on_real, on_wrong, on_fake):
    """D's loss on real pairs, on real images with a wrong label, and on generated images, in nats. → scalar

    E[−log D(x, y)] + ½ E[−log(1 − D(x, y_wrong))] + ½ E[−log(1 − D(G(z, y), y))]

    Source: Reed et al. 2016, Algorithm 1 (GAN-CLS).
    """
    return nll_real(on_real) + (nll_fake(on_wrong) + nll_fake(on_fake)) / 2


def _three_kinds():
    sizes = (1, 1, 1), (7, 7, 7), (8, 2, 5)
    usual = [tuple(noise(n, 1, grad=True) for n in three) for three in sizes]
    return [*usual, tuple(numbers([a], grad=True) for a in (-1000.0, 1000.0, 1000.0))]


def _weighed(real=1.0, wrong=0.5, fake=0.5):
    return lambda on_real, on_wrong, on_fake: (
        real * nll_real(on_real) + wrong * nll_fake(on_wrong) + fake * nll_fake(on_fake)
    )


Exercise(
    "04.16",
    "The right image, the wrong label",
    reference=matching_aware_loss,
    cases=_three_kinds,
    hints=(
        "Three means: one that D is to call real, and two that it is to call fake. With which weights does a "
        "blind D, one number for all pairs, do best by saying ½?",
        "nll_real for the first, nll_fake for the other two; now their weights.",
        "Both kinds of fake together weigh as much as the real pairs: each of them a half.",
        "nll_real(on_real) + (nll_fake(on_wrong) + nll_fake(on_fake)) / 2",
    ),
    mistakes=dict(
        two_against_one=(
            _weighed(wrong=1, fake=1),
            "the fakes weigh twice as much as the real pairs: D would lean to *fake*.",
        ),
        wrong_pair_is_real=(
            lambda on_real, on_wrong, on_fake: (
                nll_real(on_real) + (nll_real(on_wrong) + nll_fake(on_fake)) / 2
            ),
            "a real image with a wrong label is to be called fake: else D need not look at the label.",
        ),
        wrong_pairs_forgotten=(
            _weighed(wrong=0, fake=1),
            "that is the loss of a conditional GAN without the third kind: on_wrong is not used.",
        ),
        thrown_together=(
            lambda on_real, on_wrong, on_fake: nll_real(on_real) + nll_fake(torch.cat([on_wrong, on_fake])),
            "right for as many of one kind as of the other; else the larger one weighs more.",
        ),
        all_halved=(_weighed(0.5, 0.25, 0.25), "the weights fit together, but the real pairs weigh 1."),
        only_wrong=(_weighed(wrong=1, fake=0), "D never looks at a generated image: on_fake is not used."),
        thirds=(
            _weighed(1 / 3, 1 / 3, 1 / 3),
            "a third each: then the fakes weigh twice as much as the real pairs.",
        ),
        sums=(
            lambda on_real, on_wrong, on_fake: (
                nll_real(on_real) * len(on_real)
                + (nll_fake(on_wrong) * len(on_wrong) + nll_fake(on_fake) * len(on_fake)) / 2
            ),
            "sums over the pairs: then more pairs of a kind weigh more. Each kind needs its mean.",
        ),
        multiplied=(
            lambda on_real, on_wrong, on_fake: nll_real(on_real) + nll_fake(on_wrong) * nll_fake(on_fake),
            "the losses of the two kinds of fakes are to be averaged, not multiplied.",
        ),
        labels_swapped=(
            lambda on_real, on_wrong, on_fake: (
                nll_fake(on_real) + (nll_real(on_wrong) + nll_real(on_fake)) / 2
            ),
            "real and fake are exchanged.",
        ),
    ),
)


Exercise(
    "04.17",
    "Two ghosts",
    reference=4 / 3,
    tolerance=3e-3,
    why=(
        "With V = E‖x − μ‖² the best picture, the mean, has the error V. The mean of two futures has its own "
        "variance on top: V/2 for independent ones, and V/3 for two different ones of four, never twice the "
        "same."
    ),
    hints=(
        "What is the error of the mean picture μ, in a word of statistics?",
        "The guess g and the future x are independent: E‖x − g‖² = V + E‖g − μ‖².",
        "With d_i = x_i − μ the sum of all d_i is 0, so two different ones have E⟨d_i, d_j⟩ = −V/3.",
        "E‖(d_i + d_j)/2‖² = (V + V − 2V/3)/4 = V/3.",
    ),
    mistakes=dict(
        alike=(1.0, "the guess varies, too: its own variance adds to that of the future."),
        independent=(
            1.5,
            "that is for two independent draws, which may be the same future. These are different.",
        ),
        one_guess=(2.0, "that is for one future, drawn at random; the mean of two varies less."),
        own_only=(1 / 3, "that is what its own variance adds; the future's is to be added, too."),
        upside_down=(0.75, "other way round: the mean of all four has the smaller error."),
        minus=(2 / 3, "its variance is added to that of the future, not taken off."),
        root=(math.sqrt(4 / 3), "that is the ratio of the distances; the *squared* error is asked."),
        half_right=(
            1.25,
            "half of the time the future is one of its two; but how far off is it then, and how far else?",
        ),
    ),
)
