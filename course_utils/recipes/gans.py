"""Recipes of the adversarial generators; the EMA of G's weights is shipped."""

from functools import partial

import torch
from torch import nn

from .. import metrics, models, session
from ..match import Rule
from ..pretrained.generators import PRIOR
from ..scores import label_error, sample_scores
from ..steps import cgan_step, cwgan_gp_step, r1_gan_step, wgan_gp_step, wgan_step
from ..train import adam, rmsprop
from .recipe import Recipe, fit_ema_by, three_rates_in_words

WITHOUT_MOMENTUM = partial(adam, betas=(0.0, 0.9))
GAN = Rule(r1_gan_step, ema=True)
# Clipped at 0.05, one seed, 9,000 updates in all: 5 of C for each of G end at a distance of 42, 2 at 10.
WGAN = Rule(partial(wgan_step, clip=0.1), "C", n_critic=2, optimizer=rmsprop)
WGAN_GP = Rule(wgan_gp_step, "C", n_critic=3, optimizer=WITHOUT_MOMENTUM)
CONDITIONAL = Rule(cgan_step)
CONDITIONAL_WGAN_GP = Rule(cwgan_gp_step, "C", n_critic=3, optimizer=WITHOUT_MOMENTUM)


def _scores(net, digits):
    with torch.no_grad(), session.seeded(0):
        return sample_scores(metrics.in_parts(net, PRIOR(10_000)), digits.x_test)


def _scores_by_class(net, digits):
    y = torch.arange(10, device=digits.x.device).repeat(1000)
    with torch.no_grad(), session.seeded(0):
        x = net(PRIOR(len(y)), y)
    return sample_scores(x, digits.x_test) | {"error_in_percent": label_error(x, y)}


def _recipe(words, rule, opponent, n_steps, batch_size, lr, said="Adam, betas 0.5 and 0.99", scores=_scores):
    """Train G against a new discriminator or critic; keep the EMA of G's weights. → Recipe"""
    optimizer, _, betas = said.partition(",")
    words = f"{words}; batch {batch_size}, {optimizer} at {three_rates_in_words(lr)}"
    words += f",{betas}; G's weights averaged" if betas else "; G's weights averaged"

    def players_of(net):
        other = opponent().to(session.device())
        players = {"G": net, rule.opponent: other, "prior": PRIOR, **rule.turns(rule.n_critic)}
        return players, {"G": [net], rule.opponent: [other]}

    fit = fit_ema_by(rule.step, players_of, batch_size, rule.optimizer, lr, in_step=rule.ema)
    return Recipe(words, n_steps, fit, scores)


def _conditional(words, rule, n_steps, lr, **said):
    net = models.ConditionalDiscriminator
    return _recipe(words, rule, net, n_steps, 128, lr, scores=_scores_by_class, **said)


def _deeper_discriminator():
    """DCGAN's discriminator, without batch norm, and with a hidden layer before the logit. → network

    Without that layer D has a tenth of G's weights, and precision ended at 0.53 in place of 0.74.
    """
    return nn.Sequential(
        *models.dcgan_discriminator(normalize=False)[:-2],  # (B, 64, 7, 7)
        nn.Flatten(),
        *models.mlp(64 * 7 * 7, 1, 256, n_hidden=1),
    ).to(memory_format=torch.channels_last)


MLP, BETAS_0 = models.image_discriminator, "Adam, betas 0 and 0.9"
DCGAN = "DCGAN, 32 and 64 channels; D with a hidden layer of 256 units, no batch norm, R1 with weight 1"
CLIPPED = "MLP WGAN, 512-512, weights clipped at 0.1, 2 updates of the critic for each of G"
PENALIZED = "WGAN-GP, 512-512, penalty 10, 3 updates of the critic for each of G"
RECIPES = {
    "gan": _recipe("MLP GAN, 512-512, R1 with weight 1", GAN, MLP, 50_000, 128, 1e-3),
    "dcgan": _recipe(DCGAN, GAN, _deeper_discriminator, 24_000, 64, 1e-3),
    "cgan": _conditional("Conditional MLP GAN, 512-512, R1 with weight 1", CONDITIONAL, 64_000, 1e-3),
    "wgan": _recipe(CLIPPED, WGAN, MLP, 100_000, 64, 5e-4, "RMSProp"),
    "wgan_gp": _recipe(f"MLP {PENALIZED}", WGAN_GP, MLP, 40_000, 128, 5e-4, BETAS_0),
    "cwgan_gp": _conditional(f"Conditional MLP {PENALIZED}", CONDITIONAL_WGAN_GP, 8_000, 5e-4, said=BETAS_0),
}
