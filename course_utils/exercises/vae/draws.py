"""Draws in notebook 02: what passes back through one; fair places in a prior; a prior for given draws."""

import torch
from torch.distributions import Normal

from ...losses import kl_normal
from ..engine.fixtures import noise, wherever
from ..engine.tasks import Exercise

Exercise(
    "02.4",
    "What one draw sends back",
    reference=3.0,
    why="z = μ + σ·ε with σ = exp(½ log σ²). Here ε = 2, and ∂z/∂ log σ² = ½·σ·ε = ½·(z − μ) = 3: it can be "
    "read off the draw.",
    hints=(
        "Make z of μ, of σ and of a noise ε of which you know all. Which ε has given z = 7?",
        "z = μ + σ·ε, so ε = 2, and it stays fixed when log σ² moves. How does σ follow from log σ²?",
        "σ = exp(½ log σ²), so ∂σ/∂ log σ² = ½·σ; and ∂z/∂σ = ε.",
    ),
    mistakes=dict(
        to_sigma=(2.0, "that is ε, what reaches σ; the second output is log σ²."),
        log_sigma=(6.0, "that is what reaches log σ; log σ² is twice as large."),
        variance=(1 / 3, "that is what reaches σ² itself; the second output is its logarithm."),
        to_mu=(1.0, "that is what reaches μ; σ stretches the noise."),
        nothing=(0.0, "the noise ε is a constant, but log σ² decides how far it is stretched."),
        sign=(-3.0, "z lies above μ: a larger σ moves it further up."),
        no_noise=(1.5, "that is ½·σ; it is multiplied by the noise that gave z = 7."),
        no_mean=(3.5, "½·z: μ is not stretched, only what lies beyond it."),
        half_the_variance=(4.5, "½·σ² does not know where z fell; asked is this one draw."),
        half_the_noise=(1.0 / 6, "σ = exp(½ log σ²): its derivative is σ/2, not 1/(2σ)."),
        variance_as_sigma=(9.0, "σ² is 9; z = μ + σ·ε has the standard deviation in it."),
    ),
)


def _edges(n):
    """Where the n pieces of the same share begin and end, −∞ and ∞ included. → (n + 1,)"""
    return Normal(0.0, 1.0).icdf(torch.arange(n + 1) / n)


def fair_places(n):
    """The means of n pieces of a standard Normal, each of the share 1/n, rising. → (n,)"""
    edges = Normal(0.0, 1.0).icdf(torch.arange(n + 1) / n)  # from −∞ to ∞
    density = Normal(0.0, 1.0).log_prob(edges).exp()  # 0 at both ends; its slope is −z times itself
    return n * (density[:-1] - density[1:])


def _at(share):
    """The places that have these shares of a standard Normal below them."""
    return lambda n: Normal(0.0, 1.0).icdf(share(n))


def _middles_of_edges(n):
    edges = _edges(n).clamp(-4, 4)
    return (edges[:-1] + edges[1:]) / 2


Exercise(
    "02.7",
    "A fair map",
    reference=fair_places,
    cases=lambda: [(n,) for n in (1, 2, 5, 20)],
    outcome=wherever,
    hints=(
        "First the edges of the pieces: Normal(0.0, 1.0).icdf(s) has the share s below it, and the outermost "
        "lie at ±∞.",
        "The mean of a piece is n ∫ z φ(z) dz from edge to edge, where n makes its share 1. What has z φ(z) "
        "as its derivative?",
        "φ′(z) = −z φ(z), so the integral is φ(lower edge) − φ(upper edge), and φ(±∞) = 0.",
    ),
    mistakes=dict(
        median=(
            _at(lambda n: (torch.arange(n) + 0.5) / n),
            "those are the medians: as many draws below as above. In the outer pieces the mean lies further "
            "out.",
        ),
        even=(
            lambda n: torch.linspace(-3, 3, n),
            "these are even in z: far too many places for the thin ends of the prior.",
        ),
        even_to_2=(
            lambda n: torch.linspace(-2, 2, n),
            "these are even in z: in fair shares, they lie closer together where the prior is dense.",
        ),
        middles=(
            _middles_of_edges,
            "halfway between two edges is not the mean: a piece is denser on the side of 0, and two never "
            "end.",
        ),
        density=(
            lambda n: Normal(0.0, 1.0).log_prob(torch.linspace(-3, 3, n)).exp(),
            "that is how dense the prior is at even places; asked are the places.",
        ),
        not_divided=(
            lambda n: fair_places(n) / n,
            "the integral of z φ(z) over a piece is its mean times its share 1/n: divide by the share.",
        ),
        sign=(
            lambda n: -fair_places(n),
            "they fall: φ′(z) is −z φ(z), so the lower edge comes first.",
        ),
        edges=(
            lambda n: _edges(n)[1:],
            "those are the upper edges of the pieces, the last at ∞; asked is the mean of each piece.",
        ),
        lower_edges=(
            lambda n: _edges(n)[:-1],
            "those are the lower edges of the pieces, the first at −∞; asked is the mean of each piece.",
        ),
        shares=(
            lambda n: (torch.arange(n) + 0.5) / n,
            "those are shares, between 0 and 1; asked are places on the axis.",
        ),
        n_plus_one=(
            _at(lambda n: (torch.arange(n) + 1.0) / (n + 1)),
            "these have 1/(n + 1) between them and beyond the ends; asked is the mean of each of n shares.",
        ),
        forward=(
            lambda n: Normal(0.0, 1.0).cdf(torch.linspace(-3, 3, n)),
            "cdf goes from z to the share; you need the way back.",
        ),
        clamped=(
            _at(lambda n: torch.linspace(0.01, 0.99, n)),
            "the ends are chosen by hand, so the shares depend on them: the outer pieces reach to ±∞.",
        ),
        drawn=(
            lambda n: torch.randn(n).sort().values,
            "these are random: other places at each call. Asked are the means of the pieces, exactly.",
        ),
    ),
)


def nats_saved(mu, log_var):
    """What the KL falls by, for each image, with the best Normal prior in place of N(0, I). → scalar"""
    m = mu.mean(0)
    v = mu.var(0, correction=0) + log_var.exp().mean(0)  # the variance of q(z)
    return 0.5 * (m.square() + v - 1 - v.log()).sum()


def _saved(m=None, v=None, total=torch.sum):
    """What is saved if the prior gets another mean and variance: KL to N(0, I) minus KL to it."""

    def wrong(mu, log_var):
        mean = mu.mean(0) if m is None else m(mu, log_var)
        variance = nats_var(mu, log_var) if v is None else v(mu, log_var)
        to_it = variance.log() + (log_var.exp() + (mu - mean).square()) / variance
        gain = 0.5 * (mu.square() + log_var.exp() - to_it)
        return total(gain.mean(0))

    return wrong


def nats_var(mu, log_var):
    """The variance of q(z) in each dimension: of the means, plus the mean within. → (z_dim,)"""
    return mu.var(0, correction=0) + log_var.exp().mean(0)


def _of_a_normal(m, v):
    """KL(N(m, v) ‖ N(0, I)), where m and v may be wrong."""
    return lambda mu, log_var: 0.5 * (m(mu).square() + v(mu, log_var) - 1 - v(mu, log_var).log()).sum()


Exercise(
    "02.11",
    "A prior made to measure",
    reference=nats_saved,
    cases=lambda: [(noise(*s, grad=True), noise(*s, grad=True)) for s in ((3, 1), (7, 20), (2, 3))],
    hints=(
        "The KL to N(m, v) is ½ (log v + (σ² + (μ − m)²)/v − 1 − log σ²), in one dimension. Take its mean "
        "over the images, and find its lowest m and v.",
        "m is the mean of the means; v the variance of q(z): the mean of σ² plus the variance of the means, "
        "divided by N, not N − 1.",
        "What is saved comes out as the KL from N(m, v) to the old prior, ½ (m² + v − 1 − log v), in a sum "
        "over dimensions.",
    ),
    mistakes=dict(
        spread_of_means=(
            _of_a_normal(lambda mu: mu.mean(0), lambda mu, _: mu.var(0, correction=0)),
            "your variance is that of the means alone: each q(z|x) adds its own spread, σ².",
        ),
        spread_within=(
            _of_a_normal(lambda mu: mu.mean(0), lambda _, log_var: log_var.exp().mean(0)),
            "your variance is that within one q(z|x): the means differ from image to image, too.",
        ),
        one_less=(
            lambda mu, log_var: (
                0.5 * (mu.mean(0).square() + (v := mu.var(0) + log_var.exp().mean(0)) - 1 - v.log()).sum()
            ),
            "the variance of the means is divided by N − 1: asked is the best prior for just these images, "
            "correction=0.",
        ),
        at_zero=(
            _of_a_normal(lambda mu: 0 * mu[0], lambda mu, log_var: (mu.square() + log_var.exp()).mean(0)),
            "the prior's mean stays at 0: it may move, too, to the mean of the means.",
        ),
        mean_of_logarithms=(
            _of_a_normal(
                lambda mu: mu.mean(0), lambda mu, log_var: mu.var(0, correction=0) + log_var.mean(0).exp()
            ),
            "the mean of the logarithms is not the logarithm of the mean: take the mean of σ² itself.",
        ),
        sigmas=(
            _of_a_normal(
                lambda mu: mu.mean(0),
                lambda mu, log_var: mu.var(0, correction=0) + (0.5 * log_var).exp().mean(0),
            ),
            "variances add up, standard deviations do not: σ² is log_var.exp().",
        ),
        no_half=(lambda mu, log_var: 2 * nats_saved(mu, log_var), "twice too much: the ½ is missing."),
        mean_over_dimensions=(
            lambda mu, log_var: nats_saved(mu, log_var) / mu.shape[1],
            "the nats of independent dimensions add up: sum over them.",
        ),
        times_images=(
            lambda mu, log_var: nats_saved(mu, log_var) * len(mu),
            "asked is the mean over the images, not their sum.",
        ),
        sign=(
            lambda mu, log_var: -nats_saved(mu, log_var),
            "the size is right; what is saved is positive, or 0.",
        ),
        what_remains=(
            lambda mu, log_var: kl_normal(mu, log_var) - nats_saved(mu, log_var),
            "that is the KL to the best prior; asked is how much less it is than that to N(0, I).",
        ),
        all_of_it=(
            lambda mu, log_var: kl_normal(mu, log_var),
            "that is the whole KL: one prior for all images cannot save it all.",
        ),
        only_the_mean=(
            _saved(v=lambda mu, log_var: torch.ones_like(mu[0])),
            "only the mean of the prior has moved; choose its variance, too.",
        ),
        only_the_variance=(
            _saved(m=lambda mu, log_var: 0 * mu[0], v=nats_var),
            "the prior's variance fits, but its mean stays at 0.",
        ),
        one_for_all_dimensions=(
            _saved(v=lambda mu, log_var: nats_var(mu, log_var).mean().expand(mu.shape[1])),
            "each dimension may have a variance of its own.",
        ),
    ),
)
