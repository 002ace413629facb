"""Recipes of the adversarial generators: what is shipped is the average of G's weights."""

from functools import partial

import torch

from .. import metrics, models, priors, session
from ..steps import cgan_step, cwgan_gp_step, opponent, relativistic_gan_step, wgan_gp_step, wgan_step
from ..train import adam, rmsprop
from .recipe import Recipe, fit_average_by, no_codes, seeded, three_legs_in_words

ADAM = partial(adam, betas=(0.5, 0.99))
WITHOUT_MOMENTUM = partial(adam, betas=(0.0, 0.9)), "Adam", ", betas 0 and 0.9"
PRIOR = priors.gaussian(100)


def _averaged(step, judge, batch_size, lr, optimizer=ADAM):
    """Train G against a new discriminator or critic, and keep the average of its weights. → Recipe.fit"""
    role = opponent(step)

    def cast(net):
        other = judge().to(session.device())
        return {"G": net, role: other, "prior": PRIOR}, {"G": [net], role: [other]}

    return fit_average_by(step, cast, batch_size, optimizer, lr)


def _in_words(what, batch_size, lr, optimizer="Adam", betas=", betas 0.5 and 0.99"):
    return (
        f"{what}; batch {batch_size}, {optimizer} at {three_legs_in_words(lr)}{betas}; G's weights averaged"
    )


def _digits(words, G, n_steps, fit):
    def scores(net, digits):
        with torch.no_grad(), seeded(0):
            return metrics.digit_scores(metrics.in_parts(net, PRIOR(10_000)), digits.x_test)

    return Recipe(words, G, n_steps, fit, scores, no_codes, lambda net, codes, n: net(PRIOR(n)), None)


def _gan(words, G, D, n_steps, batch_size, lr):
    words = _in_words(f"{words}, relativistic loss, R1 with weight 1", batch_size, lr)
    return _digits(words, G, n_steps, _averaged(relativistic_gan_step, D, batch_size, lr))


def _wgan(words, step, n_steps, batch_size, lr, optimizer, *said):
    fit = _averaged(step, models.image_discriminator, batch_size, lr, optimizer)
    return _digits(_in_words(words, batch_size, lr, *said), models.generator, n_steps, fit)


def _conditional(words, step, n_steps, lr, optimizer=ADAM, *said):
    def scores(net, digits):
        y = torch.arange(10, device=digits.x.device).repeat(1000)
        with torch.no_grad(), seeded(0):
            x = net(PRIOR(len(y)), y)
        return metrics.digit_scores(x, digits.x_test) | {"error_in_percent": metrics.label_error(x, y)}

    def sample(net, codes, n):
        return net(PRIOR(n), priors.categorical(n).argmax(1))

    fit = _averaged(step, models.ConditionalDiscriminator, 128, lr, optimizer)
    words = _in_words(words, 128, lr, *said)
    return Recipe(words, models.ConditionalGenerator, n_steps, fit, scores, no_codes, sample, None)


RECIPES = {
    "gan": _gan("MLP GAN, 512-512", models.generator, models.image_discriminator, 50_000, 128, 5e-4),
    "dcgan": _gan(
        "DCGAN, 32 and 64 channels, no batch norm in D", models.dcgan_generator,
        lambda: models.dcgan_discriminator(normalize=False), 18_000, 64, 1e-3,
    ),
    "cgan": _conditional("Conditional MLP GAN, 512-512, R1 with weight 1", cgan_step, 12_000, 5e-4),
    "wgan": _wgan(
        "MLP WGAN, 512-512, weights clipped at 0.01, 5 updates of the critic for each of G", wgan_step,
        20_000, 64, 5e-4, rmsprop, "RMSProp", "",
    ),
    "wgan_gp": _wgan(
        "MLP WGAN-GP, 512-512, penalty 10, 3 updates of the critic for each of G", partial(wgan_gp_step, n_critic=3),
        20_000, 128, 5e-4, *WITHOUT_MOMENTUM,
    ),
    "cwgan_gp": _conditional(
        "Conditional MLP WGAN-GP, 512-512, penalty 10, 3 updates of the critic for each of G",
        partial(cwgan_gp_step, n_critic=3), 8_000, 5e-4, *WITHOUT_MOMENTUM,
    ),
}  # fmt: skip
