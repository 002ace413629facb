"""Exercises of notebook 02: references, checks, known mistakes, hints."""

import torch
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits

from ..losses import bernoulli_nll, kl_normal
from ..priors import reparameterize
from .engine.fixtures import drawn, noise, numbers, uniform
from .engine.tasks import Exercise


def elbo(L_rec, L_kl):
    """The bound on log p(x) that a VAE raises, from its two losses."""
    return -(L_rec + L_kl)


Exercise(
    "02.1",
    "The bound",
    reference=elbo,
    cases=lambda: [(100 * uniform(()), 20 * uniform(())) for _ in range(3)],
    hints=("log p(x) ≥ E_q[log p(x|z)] − KL(q‖p).", "L_rec is minus the expectation."),
    mistakes=dict(
        minus_elbo=(lambda L_rec, L_kl: L_rec + L_kl, "that is −ELBO, the loss; the bound is its negative."),
        kl_added=(lambda L_rec, L_kl: L_kl - L_rec, "the KL lowers the bound: subtract it."),
        kl_only_subtracted=(lambda L_rec, L_kl: L_rec - L_kl, "L_rec is −log p(x|z): it needs a minus, too."),
    ),
)


Exercise(
    "02.2",
    "The distance to the prior",
    reference=kl_normal,
    cases=lambda: [(noise(*s, grad=True), noise(*s, grad=True)) for s in ((1, 1), (7, 20), (3, 2))],
    hints=(
        "For each dimension: −½ (1 + log σ² − μ² − σ²). The encoder gives log_var = log σ².",
        "σ² is log_var.exp(). Sum over dimensions (dim 1), then the mean over the batch.",
        "-0.5 * (1 + log_var - mu.square() - log_var.exp()), then .sum(1).mean()",
    ),
    mistakes=dict(
        no_half=(
            lambda mu, log_var: -(1 + log_var - mu**2 - log_var.exp()).sum(1).mean(),
            "the factor ½ is missing (on one of the slides, too): your KL is twice as large as it should be.",
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
            "the last term is the variance σ² = exp(log_var), not the standard deviation.",
        ),
        no_one=(
            lambda mu, log_var: -0.5 * (log_var - mu**2 - log_var.exp()).sum(1).mean(),
            "the 1 is missing: with μ = 0 and σ = 1 the KL has to be 0.",
        ),
    ),
)


def _logits_and_images():
    shapes = ((1, 1, 4, 4), (7, 1, 5, 3), (2, 1, 28, 28))
    extreme = (numbers([[[1000.0, -1000.0]]], grad=True), numbers([[[-1.0, 1.0]]]))
    return [((3 * noise(*s)).requires_grad_(), uniform(*s) * 2 - 1) for s in shapes] + [extreme]


def _bce(logits, target):
    """One number for each image."""
    return binary_cross_entropy_with_logits(logits, target, reduction="none").flatten(1).sum(1)


def _bce_of_probability(logits, x):
    return binary_cross_entropy(logits.sigmoid(), (x + 1) / 2, reduction="none").flatten(1).sum(1).mean()


def _by_logarithms(logits, x):
    p, target = logits.sigmoid(), (x + 1) / 2
    return -(target * p.log() + (1 - target) * (1 - p).log()).flatten(1).sum(1).mean()


OVERFLOWS = (
    "right for moderate logits, but at 1,000 σ is 1 and log(1 − σ) is lost: …_with_logits stays exact."
)


Exercise(
    "02.3",
    "Bernoulli pixels",
    reference=bernoulli_nll,
    cases=_logits_and_images,
    hints=(
        "Pixels are in [−1, 1], but a probability's target is in [0, 1]: (x + 1) / 2.",
        "nn.functional.binary_cross_entropy_with_logits(…, reduction='none') gives one number a pixel.",
        "Then .flatten(1).sum(1).mean(): sum over the pixels of an image, mean over images.",
    ),
    mistakes=dict(
        target_in_minus_one_to_one=(
            lambda logits, x: _bce(logits, x).mean(),
            "x is in [−1, 1], but the target of a cross-entropy is in [0, 1]: use (x + 1) / 2.",
        ),
        mean_over_pixels=(
            lambda logits, x: binary_cross_entropy_with_logits(logits, (x + 1) / 2),
            "you average over pixels too, and the KL would outweigh it. Sum over pixels, mean over images.",
        ),
        sum_over_batch=(lambda logits, x: _bce(logits, (x + 1) / 2).sum(), "take the mean over images."),
        overflows=(_by_logarithms, OVERFLOWS),
        cut_off=(_bce_of_probability, OVERFLOWS),
        sigmoid_twice=(
            lambda logits, x: _bce(logits.sigmoid(), (x + 1) / 2).mean(),
            "…_with_logits applies the sigmoid itself: hand it the logits as they are.",
        ),
        sign_flipped=(
            lambda logits, x: -_bce(logits, (x + 1) / 2).mean(),
            "that is the log-likelihood; a loss to minimize is minus that.",
        ),
    ),
)


def _draws():
    """The same distribution many times over: its moments become visible."""
    return [tuple(v.repeat(40_000, 1).requires_grad_() for v in numbers([2.0, -1.0, 0.5], [1.0, -2.0, 0.3]))]


def _moments(fn, arguments):
    """A sampler's outcome: mean, spread, tails, correlation, and what its gradients amount to."""
    mu, log_var = arguments
    z = drawn(fn(mu, log_var), *mu.shape)
    if z is None:
        return None
    e, values = (z - mu).detach(), z.detach()
    inside = (e.abs() < e.std(0)).float().mean(0)
    moments = torch.stack([values.mean(0), values.std(0), inside, torch.corrcoef(e.T)[0].nan_to_num()])
    if not z.requires_grad:
        return moments, "no gradient"
    g_mu, g_log_var = torch.autograd.grad(z.sum(), arguments, allow_unused=True)
    g_mu, g_log_var = (torch.zeros_like(mu) if g is None else g for g in (g_mu, g_log_var))
    return moments, torch.stack([g_mu.mean(0), (g_log_var * e).mean(0)])  # 1 and ½σ²


def _shifted(sigma=lambda log_var: (0.5 * log_var).exp(), epsilon=torch.randn_like):
    """A wrong draw, with another σ or another ε."""
    return lambda mu, log_var: mu + sigma(log_var) * epsilon(mu)


Exercise(
    "02.4",
    "A draw that lets the gradient through",
    reference=reparameterize,
    cases=_draws,
    outcome=_moments,
    tolerance=0.04,
    hints=(
        "Draw standard noise ε first; then shift and stretch it: μ + σ ⊙ ε.",
        "From the log of the variance to the standard deviation: σ = exp(½ log σ²).",
        "mu + (0.5 * log_var).exp() * torch.randn_like(mu); randn_like also draws where mu is, on a GPU too.",
    ),
    mistakes=dict(
        std_is_exp_log_var=(
            _shifted(torch.exp),
            "exp(log_var) is the variance (a slip on a slide); the standard deviation is exp(½ · log_var).",
        ),
        log_var_as_std=(_shifted(lambda v: v), "log_var is a logarithm: take exp(½ · log_var) first."),
        no_noise=(_shifted(lambda v: 0 * v), "without noise this is the mean: add σ ⊙ ε."),
        one_epsilon=(
            _shifted(epsilon=lambda mu: noise(len(mu), 1)),
            "all dimensions get the same ε: draw one for each, torch.randn_like(mu).",
        ),
        uniform_epsilon=(
            _shifted(epsilon=lambda mu: (uniform(*mu.shape) * 2 - 1) * 3**0.5),
            "mean and spread are right, but ε is uniform: use randn, not rand.",
        ),
        standard_normal=(
            lambda mu, log_var: torch.randn_like(mu) + 0 * (mu + log_var),
            "that is the prior N(0, 1): use μ and σ.",
        ),
        blocked=(
            lambda mu, log_var: _shifted()(mu, log_var).detach(),
            "the numbers are right, but no gradient reaches mu and log_var: compute z from them and ε.",
        ),
    ),
)


_RIGHT_LINES = {
    1: "line 1 is right: σ = exp(½ log σ²).",
    2: "line 2 is the reparameterization as it should be, if its σ is right.",
    3: "line 3 is right: it sums over pixels.",
    4: "line 4 is right: that is the closed form, which you have written yourself.",
    5: "line 5 is right: −ELBO is the sum of the two.",
}


def _find_the_bug(id, loss, line, why, hints):
    """A question for the number of the one wrong line."""
    others = {f"line_{n}": (n, tell) for n, tell in _RIGHT_LINES.items() if n != line}
    return Exercise(id, f"Find the bug: loss {loss}", reference=line, why=why, hints=hints, mistakes=others)


_find_the_bug(
    "02.5",
    "A",
    line=1,
    why="exp(log_var) is the variance: σ is exp(½ · log_var). The slip stands on a slide.",
    hints=("Take log_var = log 4: what should σ be, and what does the code make of it?",),
)
_find_the_bug(
    "02.6",
    "B",
    line=3,
    why="The default is a mean over all pixels, 784 times smaller: the KL wins, the code holds nothing of x.",
    hints=("How large is each of the two terms for an untrained network?", "What is reduction= by default?"),
)
_find_the_bug(
    "02.7",
    "C",
    line=5,
    why="Subtracting a KL rewards codes for being far from the prior: the loss falls without a floor.",
    hints=("Which of the two terms is minimized, and which is made as large as possible?",),
)

Exercise(
    "02.8",
    "A heavier KL",
    reference="a",
    why="What the code may not hold, the decoder cannot draw: L_rec rises, the KL falls, and images blur.",
    hints=("The total is a compromise. Which side does a large β favour?",),
    mistakes=dict(
        b=("b", "both at once would mean that the two terms do not compete. They do."),
        c=("c", "that is what a small β does."),
        d=("d", "the total changes, so its minimum moves."),
    ),
)
