"""Notebook 04, sections 9 to 13: scores, latent space, labels, futures."""

import math

import torch

from ...losses import nll_fake, nll_real
from ..engine.fixtures import noise, numbers
from ..engine.tasks import Exercise

Exercise(
    "04.14",
    "A generator that is too timid",
    reference=32.0,
    tolerance=1e-3,
    why="The means agree; each of the 128 features adds 1 + ¼ − 2 · ½ = ¼, the squared gap of the std.",
    hints=(
        "Both covariances are multiples of the identity: what do they add in one single feature?",
        "In one feature: σ_f² + σ_r² − 2 √(σ_f² σ_r²), with σ_f = ½ and σ_r = 1.",
        "1 + ¼ − 1, and that 128 times.",
    ),
    mistakes=dict(
        one_feature=(0.25, "that is one feature; the trace adds up 128."),
        no_root=(96.0, "the root is missing: (Σ_f Σ_r)^½ has ½ on its diagonal, not ¼."),
        no_cross_term=(
            160.0,
            "that is the trace of both covariances; the last term takes 2 · ½ off, in each feature.",
        ),
        only_means=(0.0, "the means agree, but not the covariances."),
        not_squared=(64.0, "the difference of the std is ½, and it enters squared."),
        variances=(
            72.0,
            "that is the squared difference of the *variances*; it is the std that are compared.",
        ),
    ),
)


Exercise(
    "04.15",
    "Halfway on a straight line",
    reference=math.sqrt(0.5),
    tolerance=5e-3,
    why="Two draws are nearly orthogonal there, and of the same length r: ‖(z + z')/2‖² = (r² + r²)/4.",
    hints=(
        "What is the squared length of a sum of two vectors at a right angle?",
        "Two draws of N(0, I) in 100 dimensions have nearly the same length, at nearly a right angle.",
        "‖(z + z')/2‖² = (r² + r²)/4 = r²/2.",
    ),
    mistakes=dict(
        as_long=(1.0, "that would hold if both pointed the same way; two draws are nearly at a right angle."),
        half=(0.5, "that would hold if one of them were 0; both have the length r."),
        opposite=(
            0.0,
            "that would hold if they pointed in opposite directions; two draws are nearly at a right angle.",
        ),
        of_the_sum=(math.sqrt(2), "that is the length of the sum; halfway is half of it."),
        three_dimensions=(math.sqrt(3) / 2, "that is for an angle of 60 degrees; here it is a right one."),
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
        "Three means: one that D is to call real, and two that it is to call fake.",
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
    "An honest guess is punished",
    reference=2.0,
    tolerance=1e-3,
    why=(
        "For two independent draws E‖x − x'‖² is twice the variance; the mean picture has the variance once. "
        "Squared error pays for ghosts."
    ),
    hints=(
        "What is the error of the mean picture, in a word of statistics?",
        "The guess x' and the future x are independent, with the same distribution: E‖x − x'‖² = ?",
        "E‖(x − μ) − (x' − μ)‖² = Var + Var: the cross term is 0.",
    ),
    mistakes=dict(
        alike=(1.0, "the guess varies, too: its own variance adds to that of the future."),
        smaller=(0.5, "other way round: the honest guess has the larger error."),
        right_one_in_four=(
            0.75,
            "three of four guesses are wrong, but how wrong, compared with the mean picture?",
        ),
        four_futures=(4.0, "the number of futures does not matter; two variances add."),
        only_if_wrong=(8 / 3, "that is the error of the wrong guesses; one guess in four is right."),
        root=(math.sqrt(2), "that is the ratio of the distances; the *squared* error is asked."),
    ),
)
