"""Recipes of the autoencoders: plain, variational, conditional, adversarial."""

from functools import partial

import torch

from .. import losses, metrics, models, priors, session
from ..steps import aae_label_step, aae_step, aae_style_step, ae_step, cvae_step, vae_step
from ..train import adam
from .recipe import Recipe, fit_by, in_words, no_codes, seeded


def _autoencoder(words, build, n_steps):
    def scores(net, digits):
        n = 2000
        with torch.no_grad():
            x_rec = net(digits.x_test[:n])
        return {
            "reconstruction_error": metrics.reconstruction_error(net, digits.x_test),
            "still_read": metrics.still_read(x_rec, digits.y_test[:n], digits.x[:10_000], digits.y[:10_000]),
        }

    def codes(net, digits):
        z = metrics.in_parts(net.enc, digits.x)
        return {"mean": z.mean(0), "std": z.std(0)}

    def sample(net, codes, n):  # each number of the code on its own, as `priors.sample_latents` does
        noise = torch.randn(n, *codes["mean"].shape, device=codes["mean"].device)
        return net.dec(codes["mean"] + codes["std"] * noise)

    fit = fit_by(ae_step, lambda net: (dict(enc=net.enc, dec=net.dec), dict(AE=[net])), 256)
    return Recipe(in_words(words, 256), build, n_steps, fit, scores, codes, sample, lambda net, x: net(x))


def _vae(words, z_dim, n_steps):
    def scores(net, digits):
        with torch.no_grad(), seeded(0):
            mu, log_var = net.enc(digits.x_test)
            L_rec = losses.bernoulli_nll(net.dec(priors.reparameterize(mu, log_var)), digits.x_test).item()
            L_kl = losses.kl_normal(mu, log_var).item()
        return {"minus_elbo": L_rec + L_kl, "L_rec": L_rec, "L_kl": L_kl}

    def sample(net, codes, n):
        return net.decode(priors.gaussian(z_dim)(n))

    fit = fit_by(vae_step, lambda net: (dict(enc=net.enc, dec=net.dec), dict(VAE=[net])), 256)
    return Recipe(
        in_words(words, 256), lambda: models.VAE(z_dim), n_steps, fit, scores, no_codes, sample, lambda net, x: net(x)
    )  # fmt: skip


def _cvae(words, z_dim, n_steps):
    def decode(net, x, y):
        return net.decode(net.encode(x, y)[0], y)

    def scores(net, digits):
        with torch.no_grad():
            error = losses.reconstruction(decode(net, digits.x_test, digits.y_test), digits.x_test)
        return {"reconstruction_error": error.item()}

    def sample(net, codes, n):
        return net.decode(priors.gaussian(z_dim)(n), priors.categorical(n).argmax(1))

    fit = fit_by(cvae_step, lambda net: (dict(net=net), dict(VAE=[net])), 256)
    return Recipe(
        in_words(words, 256), lambda: models.ConditionalVAE(z_dim), n_steps, fit, scores, no_codes, sample,
        lambda net, x: _best_label(x, lambda y: decode(net, x, y)),
    )  # fmt: skip


def _aae(words, z_dim, prior, n_steps, step=aae_step, n_labels=None, component=None, noise=0.0):
    told = 10 if step is aae_style_step else 0  # what the decoder hears of the label
    seen = {aae_label_step: 11, aae_style_step: 10}.get(step, 0)  # what the discriminator hears of it

    def cast(net):
        D = models.discriminator(z_dim + seen, hidden=256 if seen else 128).to(session.device())
        return dict(enc=net.enc, dec=net.dec, D=D, prior=prior), dict(AE=[net], D=[D])

    def with_label(y, z):
        return torch.cat([priors.one_hot(y), z], 1) if told else z

    def reconstruct(net, x):
        z_code = net.enc(x)
        if not told:
            return net.decode(z_code)
        return _best_label(x, lambda y: net.decode(with_label(y, z_code)))

    def scores(net, digits):
        with torch.no_grad(), seeded(0):
            z_codes = net.enc(digits.x_test)
            x_rec = net.decode(with_label(digits.y_test, z_codes))
            match, floor = metrics.prior_match(z_codes, prior)
        error = losses.reconstruction(x_rec, digits.x_test).item()
        scores = {"reconstruction_error": error, "prior_match": match, "sampling_floor": floor}
        return scores | ({"purity": metrics.purity(component(z_codes), digits.y_test)} if component else {})

    def sample(net, codes, n):
        return net.decode(with_label(priors.categorical(n).argmax(1), prior(n)))

    return Recipe(
        in_words(words, 128, ", betas 0.5 and 0.99"), lambda: models.AAE(z_dim, hidden=256, n_labels=told, noise=noise),
        n_steps,
        fit_by(step, cast, 128, partial(adam, betas=(0.5, 0.99)), n_labels), scores, no_codes, sample, reconstruct,
    )  # fmt: skip


def _best_label(x, decode):
    """Of the images decode(y) for y = 0 to 9, for each x the one nearest to it: the label that explains it best."""
    tries = torch.stack([decode(torch.full((len(x),), d, device=x.device)) for d in range(10)])
    best = (tries - x).square().flatten(2).sum(2).argmin(0)
    return tries[best, torch.arange(len(x))]


RECIPES = {
    "ae": _autoencoder("Vanilla autoencoder of Lab 1, latent_dim 3", models.VanillaAutoencoder, 60_000),
    "conv_ae": _autoencoder("Convolutional autoencoder of Lab 2", models.ConvAutoencoder, 30_000),
    "vae": _vae("VAE, 20-D", 20, 15_000),
    "vae_2d": _vae("VAE, 2-D", 2, 12_000),
    "cvae": _cvae("Conditional VAE, 4-D", 4, 15_000),
    "aae": _aae("AAE, 10-D Gaussian prior", 10, priors.gaussian(10), 15_000),
    "aae_mixture": _aae(
        "AAE, mixture of ten Gaussians, 10,000 labels, half of each batch; noise 0.3, batch norm", 2, priors.by_label(priors.gaussian_mixture), 15_000,
        aae_label_step, 10_000, priors.petal, 0.3,
    ),
    "aae_swiss_roll": _aae(
        "AAE, Swiss roll, 10,000 labels, half of each batch", 2, priors.by_label(priors.swiss_roll), 15_000, aae_label_step, 10_000,
        priors.piece,
    ),
    "aae_style": _aae("AAE with the label given to decoder and discriminator, 4-D", 4, priors.gaussian(4), 15_000, aae_style_step),
}  # fmt: skip
