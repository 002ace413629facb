"""Draws in notebook 02: through which a gradient passes, and places that share a prior evenly."""

import torch
from torch.distributions import Normal

from ...priors import reparameterize
from ..engine.compare import value_and_gradients
from ..engine.fixtures import drawn, noise, numbers, uniform
from ..engine.tasks import Exercise


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
    "A draw with a derivative",
    reference=reparameterize,
    cases=_draws,
    outcome=_moments,
    tolerance=0.04,
    unlike="its mean or its spread is not that of N(μ, σ²). Try μ = 3 and log_var = log 4 for many draws: "
    "the mean is to be 3, the standard deviation 2.",
    hints=(
        "Which function of μ and σ has the derivatives 1 and ε? Draw ε first, with torch.randn_like.",
        "z = μ + σ ⊙ ε. From the log of the variance to the standard deviation: σ = exp(½ log σ²).",
        "mu + (0.5 * log_var).exp() * torch.randn_like(mu); randn_like also draws where mu is, on a GPU too.",
    ),
    mistakes=dict(
        std_is_exp_log_var=(
            _shifted(torch.exp),
            "exp(log_var) is the variance (a slip on a slide); the standard deviation is exp(½ · log_var).",
        ),
        log_var_as_std=(_shifted(lambda v: v), "log_var is a logarithm: take exp(½ · log_var) first."),
        no_noise=(_shifted(lambda v: 0 * v), "without noise this is the mean: ∂z/∂σ is to be ε."),
        one_epsilon=(
            _shifted(epsilon=lambda mu: noise(len(mu), 1)),
            "all dimensions get the same ε: draw one for each, torch.randn_like(mu).",
        ),
        one_for_all=(
            _shifted(epsilon=lambda mu: noise(1, mu.shape[1])),
            "all images get the same ε: draw one for each, torch.randn_like(mu).",
        ),
        uniform_epsilon=(
            _shifted(epsilon=lambda mu: (uniform(*mu.shape) * 2 - 1) * 3**0.5),
            "mean and spread are right, but ε is uniform: use randn, not rand.",
        ),
        rand=(
            _shifted(epsilon=torch.rand_like),
            "ε is uniform on [0, 1]: its mean is ½ and it is never negative. Use randn, not rand.",
        ),
        standard_normal=(
            lambda mu, log_var: torch.randn_like(mu) + 0 * (mu + log_var),
            "that is the prior N(0, 1): use μ and σ.",
        ),
        sigma_is_lost=(
            _shifted(lambda v: v.detach().mul(0.5).exp()),
            "the numbers are right, but no gradient reaches log_var: compute σ from it without detach.",
        ),
        mu_is_lost=(
            lambda mu, log_var: _shifted()(mu.detach(), log_var),
            "the numbers are right, but no gradient reaches mu: ∂z/∂μ is to be 1.",
        ),
        inverse=(
            _shifted(lambda v: (-0.5 * v).exp()),
            "σ is upside down: exp(+½ · log_var).",
        ),
        root_of_log=(
            _shifted(lambda v: (2 * v).exp()),
            "exp(2 · log_var) is the *square* of the variance; the root of the variance is exp(½ · log_var).",
        ),
        blocked=(
            lambda mu, log_var: _shifted()(mu, log_var).detach(),
            "the numbers are right, but no gradient reaches mu and log_var: compute z from them and ε.",
        ),
    ),
)


def fair_places(n):
    """n places on the axis, rising; each stands for the same share 1/n of a standard Normal. → (n,)"""
    share_below = (torch.arange(n) + 0.5) / n
    return Normal(0.0, 1.0).icdf(share_below)


def _on_cpu(fn, arguments):
    """The value, wherever it was made: no argument says where."""
    outcome = value_and_gradients(fn, arguments)
    tensor = isinstance(outcome, tuple) and isinstance(outcome[0], torch.Tensor)
    return (outcome[0].detach().cpu(),) if tensor else outcome


def _at(share):
    """The places that have these shares of a standard Normal below them."""
    return lambda n: Normal(0.0, 1.0).icdf(share(n))


Exercise(
    "02.7",
    "A fair map",
    reference=fair_places,
    cases=lambda: [(n,) for n in (1, 2, 5, 20)],
    outcome=_on_cpu,
    hints=(
        "First the shares: what part of the prior lies below the first place, the second, the last?",
        "The i-th of n, counted from 0, has (i + ½)/n of the prior below it.",
        "Which z has the share s below it? The inverse CDF tells: Normal(0.0, 1.0).icdf(s).",
    ),
    mistakes=dict(
        even=(
            lambda n: torch.linspace(-3, 3, n),
            "these are even in z: far too many places for the thin ends of the prior.",
        ),
        even_to_2=(
            lambda n: torch.linspace(-2, 2, n),
            "these are even in z: in fair shares, they lie closer together where the prior is dense.",
        ),
        density=(
            lambda n: Normal(0.0, 1.0).log_prob(torch.linspace(-3, 3, n)).exp(),
            "that is how dense the prior is at even places; asked are the places.",
        ),
        half_a_share_missing=(
            _at(lambda n: (torch.arange(n) + 1.0) / n),
            "the last place has all of the prior below it, so it lies at ∞: each is in the *middle* "
            "of its share.",
        ),
        shares=(
            lambda n: (torch.arange(n) + 0.5) / n,
            "those are the shares below each place; which z has such a share below it?",
        ),
        from_zero=(
            _at(lambda n: torch.arange(n) / n),
            "the first place has nothing below it, so it lies at −∞: each is in the *middle* of its share.",
        ),
        to_the_end=(
            _at(lambda n: torch.linspace(0, 1, n)),
            "the ends have nothing beyond them, so they lie at ±∞: each is in the *middle* of its share.",
        ),
        n_plus_one=(
            _at(lambda n: (torch.arange(n) + 1.0) / (n + 1)),
            "these have 1/(n + 1) between them and beyond the ends; asked is the middle of each of n shares.",
        ),
        forward=(
            lambda n: Normal(0.0, 1.0).cdf(torch.linspace(-3, 3, n)),
            "cdf goes from z to the share; you need the way back.",
        ),
        clamped=(
            _at(lambda n: torch.linspace(0.01, 0.99, n)),
            "the ends are chosen by hand, so the shares depend on them: the first has 1/(2n) below it.",
        ),
        one_for_each_side=(
            _at(lambda n: (torch.arange(n) + 0.5) / (n + 1)),
            "the last place has too much above it: as much as the first has below, 1/(2n).",
        ),
        drawn=(
            lambda n: torch.randn(n).sort().values,
            "these are random: other places at each call. Asked is where they lie in fair shares.",
        ),
    ),
)
