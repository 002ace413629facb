"""Recipes of the generators of larger images; the EMA of G's weights is shipped."""

import torch

from .. import data, metrics, models, priors, session
from ..match import Rule, match
from ..pretrained.larger import BIGGAN_PRIOR, LAPGAN_PRIOR
from ..pyramid import sizes
from ..scores import label_error, sample_scores
from ..steps import biggan_step, lapgan_step, relativistic_gan_step
from ..train import train
from .recipe import Recipe

LEVELS = {  # side: the rule, the share of the steps, the batch
    7: (Rule(relativistic_gan_step, ema=True), 0.5, 128),
    14: (Rule(lapgan_step, ema=True), 0.3, 64),
    28: (Rule(lapgan_step, ema=True), 0.2, 64),
}
BIGGAN = Rule(biggan_step, n_critic=1, ema=True)


def _fit_levels(net, digits, n_steps):
    """Each level by itself, on real images of its size."""
    for (G, D, z_dim), x, (rule, share, batch_size) in zip(
        net.levels(), sizes(digits.x), LEVELS.values(), strict=True
    ):
        players = match(rule, G, D, priors.gaussian(z_dim), lr=1e-3)
        batches = data.Batches(x, batch_size=batch_size)
        history = train(rule.step, batches, round(share * n_steps), lr_decay=0.4, **players)
        if history.stopped:
            break
        G.load_state_dict(players["G_ema"].module.state_dict())
    return history


def _fit_biggan(net, digits, n_steps):
    players = match(BIGGAN, net, models.ProjectionDiscriminator(), BIGGAN_PRIOR, lr=5e-4, lr_D=2e-3)
    batches = data.Batches(digits.x, digits.y, batch_size=512)
    history = train(BIGGAN.step, batches, n_steps, lr_decay=0.4, **players)
    net.load_state_dict(players["G_ema"].module.state_dict())
    models.fresh_statistics(net, (_draw(500) for _ in range(20)))
    return history


def _draw(n):
    """Noise, and labels of which each is as frequent as the others."""
    return BIGGAN_PRIOR(n), priors.even_labels(n)


def _scores_of_levels(net, digits):
    with torch.no_grad(), session.seeded(0):
        return sample_scores(metrics.in_parts(net, LAPGAN_PRIOR(10_000)), digits.x_test)


def _scores_by_class(net, digits):
    with torch.no_grad(), session.seeded(0):
        z, y = _draw(10_000)
        x = net(z, y)
    return sample_scores(x, digits.x_test) | {"error_in_percent": label_error(x, y)}


RECIPES = {
    "lapgan": Recipe(
        "LapGAN, 7, 14 and 28 pixels, each level by itself for 50, 30, 20 % of the steps; relativistic loss "
        "at 7, details with R1 of weight 0.1; batches 128, 64, 64; Adam, betas 0.5 and 0.99, at 1e-3, "
        "and a fifth of it in the last 40 % of each level; G's weights averaged",
        40_000,
        _fit_levels,
        _scores_of_levels,
    ),
    "biggan": Recipe(
        "MLP, 256-256, class-conditional batch norm, projection, hinge loss, spectral norm; batch 512, "
        "Adam, betas 0.5 and 0.99, at 5e-4 for G and 2e-3 for D, and a fifth of it in the last 40 % of the "
        "steps; G's weights averaged, batch norm's statistics taken anew",
        8_000,
        _fit_biggan,
        _scores_by_class,
    ),
}
