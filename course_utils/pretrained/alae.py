"""Recipes of the adversarial latent autoencoders: what is shipped is the average of all weights."""

from functools import partial

import torch

from .. import losses, metrics, models, priors
from ..steps import alae_step
from ..train import adam
from .recipe import Recipe, fit_average_by, no_codes, seeded, three_legs_in_words

PRIOR = priors.gaussian(50)


def _fit(batch_size, lr):
    def cast(net):
        moved = dict(ED=[net.E, net.D], FG=[net.F, net.G], EG=[net.E, net.G])
        return {**net.parts(), "prior": PRIOR}, moved

    return fit_average_by(alae_step, cast, batch_size, partial(adam, betas=(0.5, 0.99)), lr)


def _sample(net, codes, n):
    return net.G(net.F(PRIOR(n)))


def _scores(net, digits):
    x, y = digits.x_test, digits.y_test
    with torch.no_grad(), seeded(0):
        x_rec = metrics.in_parts(net, x)
        w = net.F(PRIOR(10_000))
        x_fake, latent_error = metrics.in_parts(net.G, w), metrics.latent_error(net.E, net.G, w)
    return metrics.digit_scores(x_fake, x) | {
        "reconstruction_error": losses.reconstruction(x_rec, x).item(),
        "misread_in_percent": metrics.label_error(x_rec, y),
        "latent_error": latent_error,
    }


def _alae(words, build, n_steps, batch_size, lr):
    words = f"{words}, R1 with weight 10; batch {batch_size}, Adam at {three_legs_in_words(lr)}, betas 0.5 and 0.99; weights averaged"
    return Recipe(
        words, build, n_steps, _fit(batch_size, lr), _scores, no_codes, _sample, lambda net, x: net(x)
    )


RECIPES = {
    "alae": _alae("ALAE of MLPs, 1024-1024, z and w 50-D", models.ALAE, 15_000, 128, 7e-4),
    "style_alae": _alae("ALAE with a style generator, z and w 50-D", models.style_alae, 9_000, 64, 7e-4),
}
