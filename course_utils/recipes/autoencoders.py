"""Recipes of the autoencoders: plain, variational, conditional, adversarial."""

from functools import partial

import torch

from .. import data, losses, metrics, models, priors, session
from ..steps import (
    aae_label_step,
    aae_semi_step,
    aae_step,
    aae_style_step,
    ae_step,
    agreement_step,
    cvae_step,
    vae_step,
)
from ..train import adam, ema_of
from .recipe import Recipe, fit_by, in_words


def _enc_and_dec(optimizer):
    return lambda net: (dict(enc=net.enc, dec=net.dec), {optimizer: [net]})


def _autoencoder(words, n_steps):
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

    return Recipe(in_words(words, 256), n_steps, fit_by(ae_step, _enc_and_dec("AE"), 256), scores, codes)


def _vae(words, n_steps):
    def scores(net, digits):
        with torch.no_grad(), session.seeded(0):
            mu, log_var = net.enc(digits.x_test)
            L_rec = losses.bernoulli_nll(net.dec(priors.reparameterize(mu, log_var)), digits.x_test).item()
            L_kl = losses.kl_normal(mu, log_var).item()
        return {"minus_elbo": L_rec + L_kl, "L_rec": L_rec, "L_kl": L_kl}

    return Recipe(in_words(words, 256), n_steps, fit_by(vae_step, _enc_and_dec("VAE"), 256), scores)


def _cvae(words, n_steps):
    def scores(net, digits):
        with torch.no_grad():
            x_rec = net.decode(net.encode(digits.x_test, digits.y_test)[0], digits.y_test)
        return {"reconstruction_error": losses.reconstruction(x_rec, digits.x_test).item()}

    fit = fit_by(cvae_step, lambda net: (dict(net=net), dict(VAE=[net])), 256)
    return Recipe(in_words(words, 256), n_steps, fit, scores)


def _aae(words, z_dim, prior, n_steps, step=aae_step, n_labels=None, component=None):
    seen = {aae_label_step: 11, aae_style_step: 10}.get(step, 0)  # numbers of the label that D sees

    def players_of(net):
        D = models.discriminator(z_dim + seen, hidden=256 if seen else 128).to(session.device())
        return dict(enc=net.enc, dec=net.dec, D=D, prior=prior), dict(AE=[net], D=[D])

    def scores(net, digits):
        with torch.no_grad(), session.seeded(0):
            z_codes = net.enc(digits.x_test)
            y = [priors.one_hot(digits.y_test)] if step is aae_style_step else []  # for the decoder
            x_rec = net.decode(torch.cat([*y, z_codes], 1))
            match, floor = metrics.prior_match(z_codes, prior)
        error = losses.reconstruction(x_rec, digits.x_test).item()
        scores = {"reconstruction_error": error, "prior_match": match, "sampling_floor": floor}
        return scores | ({"purity": metrics.purity(component(z_codes), digits.y_test)} if component else {})

    words = in_words(words, 128, ", betas 0.5 and 0.99")
    fit = fit_by(step, players_of, 128, partial(adam, betas=(0.5, 0.99)), n_labels)
    return Recipe(words, n_steps, fit, scores)


def _agreeing(batches, *, enc_ema, enc, opt, **aae):
    """One update of a semi-supervised AAE, and one of the agreement."""
    losses = aae_semi_step(batches, enc=enc, opt=opt, **aae)
    return losses | agreement_step(batches, enc=enc, opt=opt, enc_ema=enc_ema, view=data.warped)


def _aae_semi(words, z_dim, n_labels, n_steps):
    prior = priors.gaussian(z_dim)

    def fit(net, digits, n_steps):
        known = data.balanced(digits.y, n_labels // 10)
        labelled = data.Batches(digits.x[known], digits.y[known], batch_size=n_labels)

        def players_of(net):
            D_y, D_z = (models.discriminator(n).to(session.device()) for n in (10, z_dim))
            players = dict(enc=net.enc, dec=net.dec, D_y=D_y, D_z=D_z, prior=prior)
            players |= dict(enc_ema=ema_of(net.enc, decay=0.99))
            players |= dict(labelled=((data.warped(x), y) for x, y in labelled))
            return players, dict(AE=[net], D=[D_y, D_z])

        return fit_by(_agreeing, players_of, 128, partial(adam, betas=(0.5, 0.99)))(net, digits, n_steps)

    def scores(net, digits):
        y_logits = metrics.in_parts(lambda x: net.enc(x)[0], digits.x_test)
        y = torch.arange(10, device=session.device()).repeat(100)
        with torch.no_grad(), session.seeded(0):
            x = net.decode(prior(len(y)), y)
        error = metrics.reading_error(y_logits, digits.y_test)
        # by the nearest neighbours: our classifier takes blur for an eight
        still_read = metrics.still_read(x, y, digits.x[:10_000], digits.y[:10_000])
        return {"error_in_percent": error, "read_as_their_class": still_read}

    return Recipe(in_words(words, 128, ", betas 0.5 and 0.99"), n_steps, fit, scores)


MIXTURE, ROLL = priors.by_label(priors.gaussian_mixture), priors.by_label(priors.swiss_roll)
HALF = "10,000 labels, half of each batch"
NOISY = f"AAE, mixture of ten Gaussians, {HALF}; noise 0.3, batch norm"
TOLD = "AAE with the label given to decoder and discriminator, 4-D"
RECIPES = {
    "ae": _autoencoder("Vanilla autoencoder of Lab 1, latent_dim 3", 60_000),
    "conv_ae": _autoencoder("Convolutional autoencoder of Lab 2", 30_000),
    "vae": _vae("VAE, 20-D", 15_000),
    "vae_2d": _vae("VAE, 2-D", 12_000),
    "cvae": _cvae("Conditional VAE, 4-D", 15_000),
    "aae": _aae("AAE, 10-D Gaussian prior", 10, priors.gaussian(10), 90_000),
    "aae_mixture": _aae(NOISY, 2, MIXTURE, 15_000, aae_label_step, 10_000, priors.petal),
    "aae_swiss_roll": _aae(f"AAE, Swiss roll, {HALF}", 2, ROLL, 15_000, aae_label_step, 10_000, priors.piece),
    "aae_style": _aae(TOLD, 4, priors.gaussian(4), 15_000, aae_style_step),
    "aae_semi": _aae_semi("Semi-supervised AAE, 100 labels, 3-D, with agreement", 3, 100, 9_000),
}
