"""Recipes of the bidirectional GAN and of the sorter of a CatGAN."""

from functools import partial

import torch

from .. import groups, losses, metrics, models, session
from ..losses import relativistic
from ..pretrained.pairs import PRIOR, Z_DIM
from ..scores import label_error, sample_scores
from ..steps import bigan_step, catgan_step
from ..train import adam
from .recipe import Recipe, fit_ema_by, three_rates_in_words

BIGAN_LR, CATGAN_LR = 5e-4, 6e-4


def _pairs(net):
    D = models.PairDiscriminator(Z_DIM, width=256).to(session.device())
    return dict(E=net.E, G=net.G, D=D, prior=PRIOR, loss=relativistic), dict(EG=[net], D=[D])


def _pair_scores(net, digits):
    x, y = digits.x_test, digits.y_test
    with torch.no_grad(), session.seeded(0):
        x_rec = metrics.in_parts(net, x)
        z = PRIOR(10_000)
        x_fake, latent_error = metrics.in_parts(net.G, z), metrics.latent_error(net.E, net.G, z)
    return sample_scores(x_fake, x) | {
        "reconstruction_error": losses.reconstruction(x_rec, x).item(),
        "misread_in_percent": label_error(x_rec, y),
        "latent_error": latent_error,
    }


def _sorter(net):
    G = models.generator(64, 256).to(session.device())
    return dict(D=net, G=G, prior=lambda n: torch.randn(n, 64, device=session.device())), dict(D=[net], G=[G])


def answers(net, x):
    """What a sorter says of images x (n, 1, 28, 28): the probability of each group. → (n, k)"""
    return metrics.in_parts(net, x).softmax(1)


def _sorter_scores(net, digits):
    group = answers(net, digits.x_test).argmax(1)
    return {"group_error": groups.majority_error(group, digits.y_test, n_groups=20)}


def _sorter_codes(net, digits):
    """What it says of 2,000 test images, and their labels: so that an exercise needs no data."""
    return {"p": answers(net, digits.x_test[:2_000]), "y": digits.y_test[:2_000].half()}


def _recipe(words, step, players_of, lr, n_steps, *rest):
    fit = fit_ema_by(step, players_of, 128, partial(adam, betas=(0.5, 0.99)), lr, decay=0.995)
    rates = f"batch 128, Adam at {three_rates_in_words(lr)}, betas 0.5 and 0.99"
    return Recipe(f"{words}; {rates}; weights averaged", n_steps, fit, *rest)


RECIPES = {
    "bigan": _recipe(
        "BiGAN of MLPs, 384 units, z 16-D, relativistic loss, R1 with weight 1",
        bigan_step,
        _pairs,
        BIGAN_LR,
        16_000,
        _pair_scores,
    ),
    "catgan": _recipe(
        "CatGAN of MLPs, 256 units, 20 groups, noise 0.3",
        catgan_step,
        _sorter,
        CATGAN_LR,
        12_000,
        _sorter_scores,
        _sorter_codes,
    ),
}
