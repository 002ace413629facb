"""Recipes of the adversarial latent autoencoders; the EMA of all weights is shipped."""

from functools import partial

import torch

from .. import losses, metrics, session
from ..pretrained.alae import PRIOR
from ..scores import label_error, sample_scores
from ..steps import alae_step
from ..train import adam
from .recipe import Recipe, fit_ema_by, three_rates_in_words


def _players(net):
    moved = dict(ED=[net.E, net.D], FG=[net.F, net.G], EG=[net.E, net.G])
    return {**net.parts(), "prior": PRIOR}, moved


def _scores(net, digits):
    x, y = digits.x_test, digits.y_test
    with torch.no_grad(), session.seeded(0):
        x_rec = metrics.in_parts(net, x)
        w = net.F(PRIOR(10_000))
        x_fake, latent_error = metrics.in_parts(net.G, w), metrics.latent_error(net.E, net.G, w)
    return sample_scores(x_fake, x) | {
        "reconstruction_error": losses.reconstruction(x_rec, x).item(),
        "misread_in_percent": label_error(x_rec, y),
        "latent_error": latent_error,
    }


def _alae(words, n_steps, batch_size, lr):
    rates = f"batch {batch_size}, Adam at {three_rates_in_words(lr)}, betas 0.5 and 0.99"
    fit = fit_ema_by(alae_step, _players, batch_size, partial(adam, betas=(0.5, 0.99)), lr)
    return Recipe(f"{words}, R1 with weight 10; {rates}; weights averaged", n_steps, fit, _scores)


RECIPES = {
    "alae": _alae("ALAE of MLPs, 1024-1024, z and w 50-D", 25_000, 128, 7e-4),
    "style_alae": _alae("ALAE with a style generator, z and w 50-D", 18_000, 64, 7e-4),
}
