"""The two terms of the bound in notebook 02: references, checks, known mistakes, hints."""

import math

from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits, logsigmoid

from ...losses import bernoulli_nll, kl_normal
from ..engine.fixtures import noise, numbers, uniform
from ..engine.tasks import Exercise

Exercise(
    "02.2",
    "Four constants",
    reference=kl_normal,
    cases=lambda: [(noise(*s, grad=True), noise(*s, grad=True)) for s in ((1, 1), (7, 20), (3, 2))],
    hints=(
        "log p(z) = −½ z² + a constant, so −E_q[log p(z)] gives ½ (μ² + σ²): that is a and b.",
        "At μ = 0 the derivative b + c/σ² is 0 at σ² = 1: c = −b. And the value there is 0: d = −b.",
        "½ (μ² + σ² − log σ² − 1); σ² is log_var.exp(). Then .sum(1).mean().",
    ),
    mistakes=dict(
        no_half=(
            lambda mu, log_var: -(1 + log_var - mu**2 - log_var.exp()).sum(1).mean(),
            "the factor ½ is missing (on one of the slides, too): N(1, 1) is ½ nat away, yours says 1.",
        ),
        sign_flipped=(
            lambda mu, log_var: 0.5 * (1 + log_var - mu**2 - log_var.exp()).sum(1).mean(),
            "the sign is flipped: a KL divergence is never negative.",
        ),
        mean_over_dimensions=(
            lambda mu, log_var: -0.5 * (1 + log_var - mu**2 - log_var.exp()).mean(),
            "you average over dimensions too. Their KLs add up: sum over dim 1, mean over the batch.",
        ),
        sum_over_batch=(
            lambda mu, log_var: -0.5 * (1 + log_var - mu**2 - log_var.exp()).sum(),
            "you sum over the batch, so the KL doubles when the batch does. Take the mean over images.",
        ),
        log_sigma=(
            lambda mu, log_var: -0.5 * (1 + 0.5 * log_var - mu**2 - log_var.exp()).sum(1).mean(),
            "that has log σ in place of log σ² (a slip on a slide): log_var is already log σ².",
        ),
        sigma_for_variance=(
            lambda mu, log_var: -0.5 * (1 + log_var - mu**2 - (0.5 * log_var).exp()).sum(1).mean(),
            "b belongs to the variance σ² = exp(log_var), not to the standard deviation.",
        ),
        no_constant=(
            lambda mu, log_var: -0.5 * (log_var - mu**2 - log_var.exp()).sum(1).mean(),
            "d is missing: with μ = 0 and σ = 1 the KL has to be 0.",
        ),
        log_var_with_plus=(
            lambda mu, log_var: 0.5 * (mu**2 + log_var.exp() + log_var - 1).sum(1).mean(),
            "c has the other sign: as it is, a spread of 0 costs −∞ nats; the KL is smallest at σ = 1.",
        ),
        log_var_as_variance=(
            lambda mu, log_var: 0.5 * (mu**2 + log_var - log_var.abs().log() - 1).sum(1).mean(),
            "log_var is taken for σ² itself: σ² is log_var.exp(), and log σ² is log_var.",
        ),
        mean_not_squared=(
            lambda mu, log_var: 0.5 * (mu + log_var.exp() - log_var - 1).sum(1).mean(),
            "μ is not squared: a mean of −1 is as far from the prior as one of 1.",
        ),
        mean_counts_for_it=(
            lambda mu, log_var: 0.5 * (log_var.exp() - mu**2 - log_var - 1).sum(1).mean(),
            "a has the other sign: as it is, a mean far from 0 makes the KL smaller.",
        ),
    ),
)


def _logits_and_images():
    shapes = ((1, 1, 4, 4), (7, 1, 5, 3), (2, 1, 28, 28))
    extreme = (numbers([[[1000.0, -1000.0]]], grad=True), numbers([[[-1.0, 1.0]]]))
    return [((3 * noise(*s)).requires_grad_(), uniform(*s) * 2 - 1) for s in shapes] + [extreme]


def _collapsing(logits, x):
    """As the notebook shows it, to be mended."""
    target = (x + 1) / 2
    log_p = target * logsigmoid(logits) + (1 - target) * logsigmoid(-logits)
    return -log_p.flatten(1).mean(1).mean()


def _bce(logits, target):
    """One number for each image."""
    return binary_cross_entropy_with_logits(logits, target, reduction="none").flatten(1).sum(1)


def _bce_of_pixels(logits, x):
    return binary_cross_entropy_with_logits(logits, (x + 1) / 2, reduction="none")


def _bce_of_probability(logits, x):
    return binary_cross_entropy(logits.sigmoid(), (x + 1) / 2, reduction="none").flatten(1).sum(1).mean()


def _by_logarithms(logits, x):
    p, target = logits.sigmoid(), (x + 1) / 2
    return -(target * p.log() + (1 - target) * (1 - p).log()).flatten(1).sum(1).mean()


OVERFLOWS = "right for moderate logits, but at 1,000 σ is 1 and log(1 − σ) is lost: logsigmoid stays exact."


Exercise(
    "02.3",
    "The code that says nothing",
    kind="debug",
    reference=bernoulli_nll,
    cases=_logits_and_images,
    hints=(
        "How large are the two terms of an untrained network? A random guess costs log 2 for each pixel.",
        "log p(x|z) is the log of a product over 784 pixels, and the KL that it is weighed against a sum.",
        "Sum over the pixels of an image, mean over the images: .flatten(1).sum(1).mean()",
    ),
    mistakes=dict(
        given=(_collapsing, ""),
        target_in_minus_one_to_one=(
            lambda logits, x: _bce(logits, x).mean(),
            "that line was right: x is in [−1, 1], a probability in [0, 1], so the target is (x + 1) / 2.",
        ),
        sum_over_batch=(
            lambda logits, x: _bce(logits, (x + 1) / 2).sum(),
            "now it sums over the batch, too: the KL would be too light by the size of the batch.",
        ),
        overflows=(_by_logarithms, OVERFLOWS),
        cut_off=(_bce_of_probability, OVERFLOWS),
        sigmoid_twice=(
            lambda logits, x: _bce(logits.sigmoid(), (x + 1) / 2).mean(),
            "the sigmoid is taken twice: logsigmoid and …_with_logits want the logits as they are.",
        ),
        sign_flipped=(
            lambda logits, x: -_bce(logits, (x + 1) / 2).mean(),
            "that is the log-likelihood; a loss to minimize is minus that.",
        ),
        ink_only=(
            lambda logits, x: -((x + 1) / 2 * logsigmoid(logits)).flatten(1).sum(1).mean(),
            "only ink counts: white paper is to be predicted, too, by (1 − target) · log(1 − p).",
        ),
        sides_exchanged=(
            lambda logits, x: _bce(-logits, (x + 1) / 2).mean(),
            "ink and paper are exchanged: the target of ink belongs to logsigmoid(logits).",
        ),
        paper_only=(
            lambda logits, x: -((1 - x) / 2 * logsigmoid(-logits)).flatten(1).sum(1).mean(),
            "only white paper counts: ink is to be predicted, too, by target · log p.",
        ),
        rows_only=(
            lambda logits, x: _bce_of_pixels(logits, x).sum(-1).mean(),
            "now it sums over the pixels of one row, and averages over the rows: sum over all pixels.",
        ),
        arguments_exchanged=(
            lambda logits, x: _bce(x, logits.sigmoid()).mean(),
            "prediction and target have changed places: the images are the target, (x + 1) / 2.",
        ),
    ),
)


def log_mean_exp(log_w):
    """The logarithm of the mean weight of n draws, from their logarithms. (n, B) → (B,)"""
    return log_w.logsumexp(0) - math.log(len(log_w))


def _log_weights():
    usual = [noise(*s, grad=True) for s in ((1, 1), (2, 1), (5, 3))]
    return (
        [(v,) for v in usual]
        + [((9 * noise(6, 7) - 800).requires_grad_(),)]
        + [((9 * noise(8, 8) + 800).requires_grad_(),)]
    )


Exercise(
    "02.6",
    "The mean of what no float can hold",
    reference=log_mean_exp,
    cases=_log_weights,
    hints=(
        "Factor out the largest weight m of each image: the mean of w is m · mean(w/m), and w/m is "
        "at most 1.",
        "So log mean w = log m + log mean exp(log w − log m): no exp of a large negative number is "
        "left alone.",
        "torch.logsumexp does that, for a sum: log_w.logsumexp(0). From a sum to a mean: − log n.",
    ),
    mistakes=dict(
        mean_of_logs=(
            lambda log_w: log_w.mean(0),
            "that is the mean of the logarithms: the ELBO once more, however many draws you take.",
        ),
        sum=(
            lambda log_w: log_w.logsumexp(0),
            "that is the log of the *sum* of the weights: it grows by log n with n draws. Their mean "
            "is asked.",
        ),
        underflows=(
            lambda log_w: log_w.exp().mean(0).log(),
            "right for moderate weights, but exp(−800) is 0 and exp(800) infinite: never leave the "
            "logarithms.",
        ),
        best=(
            lambda log_w: log_w.max(0).values,
            "the best draw alone: the others count, too, and then the mean is divided by n.",
        ),
        over_images=(
            lambda log_w: log_w.logsumexp(1) - math.log(log_w.shape[1]),
            "the mean runs over images: it is to run over draws, dim 0, and leave one number for each image.",
        ),
        all_in_one=(
            lambda log_w: log_w.logsumexp((0, 1)) - math.log(log_w.numel()),
            "one number for all: it is to run over draws, dim 0, and leave one number for each image.",
        ),
        divided=(
            lambda log_w: log_w.logsumexp(0) / len(log_w),
            "to divide the weights by n is to subtract log n from their logarithm.",
        ),
        log_n_of_images=(
            lambda log_w: log_w.logsumexp(0) - math.log(log_w.shape[1]),
            "n is the number of draws, len(log_w), not of images.",
        ),
        log_n_added=(
            lambda log_w: log_w.logsumexp(0) + math.log(len(log_w)),
            "log n has the wrong sign: the weights are divided by n.",
        ),
        worst=(lambda log_w: log_w.min(0).values, "that is the worst draw alone; the best count most."),
        median=(
            lambda log_w: log_w.median(0).values,
            "that is the weight in the middle: the mean is ruled by the few large ones.",
        ),
        minus_n=(
            lambda log_w: log_w.logsumexp(0) - len(log_w),
            "to divide the weights by n is to subtract *log* n from their logarithm, not n.",
        ),
        softmax=(
            lambda log_w: log_w.softmax(0).mean(0),
            "softmax makes the weights sum to 1, whatever they are: their mean is then 1/n.",
        ),
        log_softmax=(
            lambda log_w: log_w.log_softmax(0).mean(0),
            "log_softmax divides by the sum of the weights, and that sum is what is asked.",
        ),
        never_put_back=(
            lambda log_w: (log_w - log_w.max(0).values).exp().mean(0).log(),
            "you have taken the largest weight out, and not put it back: add its logarithm again.",
        ),
    ),
)
