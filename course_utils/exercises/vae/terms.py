"""The two terms of the bound in notebook 02: references, checks, known mistakes, hints."""

import math

import torch
from torch.distributions import Normal, kl_divergence
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits, logsigmoid

from ... import session
from ...losses import bernoulli_nll
from ..engine.fixtures import noise, numbers, uniform
from ..engine.tasks import Exercise


def kl_normal(mu, log_var, tau=1.0):
    """How far the encoder's Normals are from the prior N(0, τ² I), in nats. → scalar"""
    ratio = log_var - 2 * math.log(tau)  # the logarithm of σ²/τ²
    return 0.5 * (mu.square() / tau**2 + ratio.exp() - ratio - 1).sum(1).mean()


def _kl_cases():
    usual = [
        (noise(*s, grad=True), noise(*s, grad=True), tau)
        for *s, tau in ((1, 1, 2.0), (7, 20, 0.5), (3, 2, 1.0), (2, 3, 3.0))
    ]
    return [*usual, (numbers([0.3, -1.0], grad=True), numbers([-2000.0, 0.5], grad=True), 1.0)]


def _of_parts(a=1.0, b=1.0, c=1.0, d=1.0, half=0.5, reduce=lambda kl: kl.sum(1).mean()):
    """A wrong KL: one of its four terms is multiplied by another number, or its sum is another."""

    def wrong(mu, log_var, tau):
        parts = a * mu.square() / tau**2 + b * log_var.exp() / tau**2 - c * log_var
        return reduce(half * (parts + d * (2 * math.log(tau) - 1)))

    return wrong


def _with(mean=torch.square, variance=torch.exp, tau_a=lambda t: t**2, tau_b=lambda t: t**2, log=math.log):
    """A wrong KL: one of its terms is another function of μ, of log σ² or of τ."""
    return lambda mu, log_var, tau: (
        (0.5 * (mean(mu) / tau_a(tau) + variance(log_var) / tau_b(tau) - log_var + 2 * log(tau) - 1))
        .sum(1)
        .mean()
    )


def _by_torch(mu, log_var, tau):
    return kl_divergence(Normal(mu, (0.5 * log_var).exp()), Normal(0.0, tau)).sum(1).mean()


Exercise(
    "02.2",
    "Four constants",
    reference=kl_normal,
    cases=_kl_cases,
    hints=(
        "With a tiny σ only c · log σ² still changes. σ/e has a log σ² that is smaller by 2: what is c?",
        "At μ = 0 the derivative b + c/σ² is 0 at σ² = τ²: that gives b. μ² and σ² come in together, through "
        "E_q[z²]: a = b. And d makes the KL 0 at μ = 0, σ = τ.",
        "½ (μ²/τ² + σ²/τ² − log σ² + log τ² − 1); σ² is log_var.exp(). Then .sum(1).mean().",
    ),
    mistakes=dict(
        no_half=(
            _of_parts(half=1.0),
            "the factor ½ is missing (on one of the slides, too): N(1, 1) is ½ nat from N(0, 1), not 1.",
        ),
        sign_flipped=(_of_parts(half=-0.5), "the sign is flipped: a KL divergence is never negative."),
        mean_over_dimensions=(
            _of_parts(reduce=torch.mean),
            "you average over dimensions too. Their KLs add up: sum over dim 1, mean over the batch.",
        ),
        sum_over_batch=(
            _of_parts(reduce=torch.sum),
            "you sum over the batch, so the KL doubles when the batch does. Take the mean over images.",
        ),
        for_tau_of_one=(
            lambda mu, log_var, tau: kl_normal(mu, log_var),
            "right for τ = 1 alone. Where is the KL lowest in σ, if the prior is wider or narrower?",
        ),
        tau_as_variance=(
            lambda mu, log_var, tau: kl_normal(mu, log_var, tau**0.5),
            "τ is the standard deviation of the prior, its variance is τ².",
        ),
        no_log_tau=(
            _with(log=lambda tau: 0.0),
            "d is not yet right for every τ: with μ = 0 and σ = τ the KL has to be 0.",
        ),
        mean_not_scaled=(
            _with(tau_a=lambda tau: 1.0),
            "a also depends on τ: μ² and σ² come in together, through E_q[z²].",
        ),
        variance_not_scaled=(
            _with(tau_b=lambda tau: 1.0),
            "b depends on τ as a does: at μ = 0 the KL is lowest at σ = τ.",
        ),
        log_sigma=(
            _of_parts(c=0.5),
            "that has log σ in place of log σ² (a slip on a slide): log_var is already log σ².",
        ),
        sigma_for_variance=(
            _with(variance=lambda v: (0.5 * v).exp()),
            "b belongs to the variance σ² = exp(log_var), not to the standard deviation.",
        ),
        no_constant=(_of_parts(d=0.0), "d is missing: with μ = 0 and σ = τ the KL has to be 0."),
        log_var_with_plus=(
            _of_parts(c=-1.0),
            "c has the other sign: as it is, a spread of 0 costs −∞ nats; the KL is smallest at σ = τ.",
        ),
        log_var_as_variance=(
            lambda mu, log_var, tau: kl_normal(mu, log_var.abs().log(), tau),
            "log_var is taken for σ² itself: σ² is log_var.exp(), and log σ² is log_var.",
        ),
        mean_not_squared=(
            _with(mean=lambda mu: mu),
            "μ is not squared: a mean of −1 is as far from the prior as one of 1.",
        ),
        mean_counts_for_it=(
            _of_parts(a=-1.0),
            "a has the other sign: as it is, a mean far from 0 makes the KL smaller.",
        ),
        by_torch=(
            _by_torch,
            "right for moderate σ, but at log σ² = −2,000 σ is 0 as a number. With the four constants no σ "
            "is needed: log_var is there.",
        ),
    ),
)


def _logits_and_images():
    shapes = ((1, 1, 4, 4), (7, 1, 5, 3), (2, 1, 28, 28))
    extreme = (numbers([[[1000.0, -1000.0]]], grad=True), numbers([[[-1.0, 1.0]]]))
    return [((3 * noise(*s)).requires_grad_(), uniform(*s) * 2 - 1) for s in shapes] + [extreme]


def _by_the_pixels(logits, x):
    """As the notebook shows it, to be mended."""
    target = (x + 1) / 2
    log_ink = logsigmoid(logits)
    log_paper = log_ink - logits
    log_p = target * log_ink + (1 - target) * log_paper
    return -log_p.sum() / log_p[0].numel()


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
    "It depends on the batch",
    kind="debug",
    reference=bernoulli_nll,
    cases=_logits_and_images,
    hints=(
        "Batches of 784 are right. What else in an image has 784, and where could the two have changed "
        "places?",
        "log p(x|z) is the log of a product over the 784 pixels of an image: their logs add up. And over the "
        "images of a batch?",
        "Sum over the pixels of an image, mean over the images: .flatten(1).sum(1).mean()",
    ),
    mistakes=dict(
        given=(_by_the_pixels, ""),
        mean_over_pixels=(
            lambda logits, x: _bce_of_pixels(logits, x).flatten(1).mean(1).mean(),
            "now it is a mean over the pixels as well: with any batch the KL is 784 times too heavy.",
        ),
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


def iwae_bound(log_w, k):
    """The bound with k draws, on average over all groups of k that are there. (n, B), k → (B,)"""
    groups = log_w[: len(log_w) // k * k].unflatten(0, (-1, k))  # (n // k, k, B)
    return (groups.logsumexp(1) - math.log(k)).mean(0)


def _log_weights():
    usual = [
        (noise(n, B, grad=True), k) for n, B, k in ((1, 1, 1), (6, 1, 2), (8, 3, 4), (7, 3, 3), (5, 2, 1))
    ]
    # far from 0, and from each other: groups by 1,000, images up to 1,200
    far = torch.arange(6, device=session.device())[:, None] // 3 * 1000.0
    tiny = ((9 * noise(6, 7) + far - 200.0 * torch.arange(7, device=far.device) - 800).requires_grad_(), 3)
    return [*usual, tiny, ((9 * noise(8, 8) + 800).requires_grad_(), 8)]


def _grouped(inside, outside=lambda bounds: bounds.mean(0)):
    """A wrong bound: made of groups of k draws, but `inside` or `outside` is another."""

    def wrong(log_w, k):
        return outside(inside(log_w[: len(log_w) // k * k].unflatten(0, (-1, k)), k))

    return wrong


def _log_mean(groups, k):
    return groups.logsumexp(1) - math.log(k)


def _with_the_rest(log_w, k):
    return torch.stack([part.logsumexp(0) - math.log(len(part)) for part in log_w.split(k)]).mean(0)


def _every_kth(log_w, k):
    n = len(log_w) // k
    return (log_w[: n * k].unflatten(0, (k, n)).logsumexp(0) - math.log(k)).mean(0)


Exercise(
    "02.6",
    "k of n draws, many times",
    reference=iwae_bound,
    cases=_log_weights,
    hints=(
        "Each whole group of k rows gives one bound: the logarithm of its mean weight. Then the mean of "
        "these *bounds*. What has to become of seven draws, in groups of three?",
        "log mean w = m + log mean exp(log w − m), with the largest log weight m: no exp of a large number "
        "is left. torch.logsumexp does that, for a sum; from a sum to a mean: − log k.",
        "log_w[: len(log_w) // k * k].unflatten(0, (-1, k)) is (groups, k, B): logsumexp(1) − log k, then "
        "mean(0)",
    ),
    mistakes=dict(
        mean_of_logs=(
            lambda log_w, k: log_w.mean(0) + 0 * k,
            "that is the mean of the logarithms: the ELBO once more, whatever k is.",
        ),
        all_draws=(
            lambda log_w, k: log_w.logsumexp(0) - math.log(len(log_w)),
            "that is the bound with all n draws: asked is that with k, on average over the groups.",
        ),
        first_group=(
            lambda log_w, k: log_w[:k].logsumexp(0) - math.log(k),
            "that is one group only, with all its noise: the others are there, use them too.",
        ),
        with_the_rest=(
            _with_the_rest,
            "what is left at the end is a group of fewer than k: its bound is that of fewer draws. Drop it.",
        ),
        every_kth=(
            _every_kth,
            "the groups are to be k rows that follow on each other: rows 0 to k − 1, then k to 2k − 1, ….",
        ),
        sum=(
            _grouped(lambda groups, k: groups.logsumexp(1)),
            "that is the log of the *sum* of a group's weights: it grows by log k. Their mean is asked.",
        ),
        log_n=(
            lambda log_w, k: _grouped(lambda groups, _: groups.logsumexp(1))(log_w, k) - math.log(len(log_w)),
            "a group has k draws: log k is to be subtracted, not log n.",
        ),
        underflows=(
            _grouped(lambda groups, k: groups.exp().mean(1).log()),
            "right for moderate weights, but exp(−800) is 0 and exp(800) infinite: never leave the "
            "logarithms.",
        ),
        mean_inside=(
            _grouped(_log_mean, lambda bounds: bounds.logsumexp(0) - math.log(len(bounds))),
            "the mean over the groups is taken of weights: that is the bound with all draws again. Take the "
            "mean of the bounds.",
        ),
        sum_of_groups=(
            _grouped(_log_mean, lambda bounds: bounds.sum(0)),
            "the bounds of the groups are added up: take their mean.",
        ),
        best=(
            _grouped(_log_mean, lambda bounds: bounds.max(0).values),
            "the best group alone: chosen like that, it is no bound on average. Take the mean of all groups.",
        ),
        best_draw=(
            _grouped(lambda groups, k: groups.max(1).values),
            "the best draw of each group alone: the others count, too. The weights are added up, and "
            "their sum is divided by k.",
        ),
        all_in_one=(
            _grouped(_log_mean, lambda bounds: bounds.mean()),
            "one number for all: leave one for each image.",
        ),
        no_mean_over_groups=(
            _grouped(_log_mean, lambda bounds: bounds),
            "one number for each group and image: take the mean over the groups.",
        ),
        divided=(
            _grouped(lambda groups, k: groups.logsumexp(1) / k),
            "to divide the weights by k is to subtract log k from their logarithm.",
        ),
        log_k_added=(
            _grouped(lambda groups, k: groups.logsumexp(1) + math.log(k)),
            "log k has the wrong sign: the weights are divided by k.",
        ),
        minus_k=(
            _grouped(lambda groups, k: groups.logsumexp(1) - k),
            "to divide the weights by k is to subtract *log* k from their logarithm, not k.",
        ),
        worst=(
            _grouped(lambda groups, k: groups.min(1).values),
            "that is the worst draw of each group; the best count most.",
        ),
        never_put_back=(
            _grouped(lambda groups, k: (groups - groups.amax(1, keepdim=True)).exp().mean(1).log()),
            "you have taken the largest weight out, and not put it back: add its logarithm again.",
        ),
    ),
)
