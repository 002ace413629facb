"""Recipes of the adversarial generators: what is shipped is the average of G's weights."""

import torch

from .. import metrics, models, priors, session
from ..steps import cgan_step, relativistic_gan_step
from ..train import average_of
from .recipe import Recipe, fit_by, no_codes, seeded

BETAS = (0.5, 0.99)


def _averaged(step, D, prior, batch_size, lr):
    """Train G against a new D, and keep the average of its weights. → Recipe.fit"""

    def fit(net, digits, n_steps):
        judge, G_avg = D().to(session.device()), average_of(net, decay=0.999)
        players = dict(G=net, D=judge, G_avg=G_avg, prior=prior)
        cast = (players, dict(G=[net], D=[judge]))
        rates = ((lr, 0.5), (0.4 * lr, 0.3), (0.1 * lr, 0.2))
        history = fit_by(step, lambda net: cast, batch_size, BETAS, rates=rates)(net, digits, n_steps)
        net.load_state_dict(G_avg.module.state_dict())
        return history

    return fit


def _in_words(what, batch_size, lr):
    rates = ", ".join(f"{factor * lr:.1g}" for factor in (1, 0.4, 0.1))
    return f"{what}; batch {batch_size}, Adam at {rates} for 50, 30, 20 % of the steps, betas 0.5 and 0.99; G's weights averaged"


def _gan(words, G, D, n_steps, batch_size, lr, z_dim=100):
    prior = priors.gaussian(z_dim)

    def scores(net, digits):
        with torch.no_grad(), seeded(0):
            return metrics.digit_scores(metrics.in_parts(net, prior(10_000)), digits.x_test)

    return Recipe(
        _in_words(f"{words}, relativistic loss, R1 with weight 1", batch_size, lr), G, n_steps,
        _averaged(relativistic_gan_step, D, prior, batch_size, lr), scores, no_codes, lambda net, codes, n: net(prior(n)), None,
    )  # fmt: skip


def _cgan(words, n_steps, lr, z_dim=100):
    prior = priors.gaussian(z_dim)

    def scores(net, digits):
        y = torch.arange(10, device=digits.x.device).repeat(1000)
        with torch.no_grad(), seeded(0):
            x = net(prior(len(y)), y)
        return metrics.digit_scores(x, digits.x_test) | {"error_in_percent": metrics.label_error(x, y)}

    def sample(net, codes, n):
        return net(prior(n), priors.categorical(n).argmax(1))

    return Recipe(
        _in_words(words, 128, lr), lambda: models.ConditionalGenerator(z_dim), n_steps,
        _averaged(_averaging_cgan_step, models.ConditionalDiscriminator, prior, 128, lr), scores, no_codes, sample, None,
    )  # fmt: skip


def _averaging_cgan_step(batches, *, G, G_avg, **others):
    losses = cgan_step(batches, G=G, **others)
    G_avg.update_parameters(G)
    return losses


RECIPES = {
    "gan": _gan("MLP GAN, 512-512", models.generator, models.image_discriminator, 50_000, 128, 5e-4),
    "dcgan": _gan(
        "DCGAN, 32 and 64 channels, no batch norm in D", models.dcgan_generator,
        lambda: models.dcgan_discriminator(normalize=False), 18_000, 64, 1e-3,
    ),
    "cgan": _cgan("Conditional MLP GAN, 512-512, R1 with weight 1", 12_000, 5e-4),
}  # fmt: skip
