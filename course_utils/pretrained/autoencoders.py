"""The autoencoders: plain, variational, conditional, adversarial."""

from functools import partial

import torch

from .. import models, priors
from .network import Network


def _reconstruct(net, x):
    return net(x)


def _sample_each_number(net, codes, n):
    """Each number of the code drawn by itself, as in `priors.sample_latents`."""
    noise = torch.randn(n, *codes["mean"].shape, device=codes["mean"].device)
    return net.dec(codes["mean"] + codes["std"] * noise)


def _vae(z_dim):
    def sample(net, codes, n):
        return net.decode(priors.gaussian(z_dim)(n))

    return Network(partial(models.VAE, z_dim), sample, _reconstruct)


def _of_any_class(z_dim):
    def sample(net, codes, n):
        return net.decode(priors.gaussian(z_dim)(n), priors.categorical(n).argmax(1))

    return sample


def _cvae(z_dim):
    def reconstruct(net, x):
        return _best_label(x, lambda y: net.decode(net.encode(x, y)[0], y))

    return Network(partial(models.ConditionalVAE, z_dim), _of_any_class(z_dim), reconstruct)


def _aae(z_dim, prior, n_labels=0, noise=0.0):
    def decode(net, y, z):
        return net.decode(torch.cat([priors.one_hot(y), z], 1) if n_labels else z)

    def sample(net, codes, n):
        return decode(net, priors.categorical(n).argmax(1), prior(n))

    def reconstruct(net, x):
        z_code = net.enc(x)
        return _best_label(x, lambda y: decode(net, y, z_code)) if n_labels else net.decode(z_code)

    build = partial(models.AAE, z_dim, hidden=256, n_labels=n_labels, noise=noise)
    return Network(build, sample, reconstruct)


def _best_label(x, decode):
    """For each x the nearest of the images decode(0) to decode(9): that of the most likely label."""
    tries = torch.stack([decode(torch.full((len(x),), d, device=x.device)) for d in range(10)])
    best = (tries - x).square().flatten(2).sum(2).argmin(0)
    return tries[best, torch.arange(len(x))]


NETWORKS = {
    "ae": Network(models.VanillaAutoencoder, _sample_each_number, _reconstruct),
    "conv_ae": Network(models.ConvAutoencoder, _sample_each_number, _reconstruct),
    "vae": _vae(20),
    "vae_2d": _vae(2),
    "cvae": _cvae(4),
    "aae": _aae(10, priors.gaussian(10)),
    "aae_mixture": _aae(2, priors.by_label(priors.gaussian_mixture), noise=0.3),
    "aae_swiss_roll": _aae(2, priors.by_label(priors.swiss_roll)),
    "aae_style": _aae(4, priors.gaussian(4), n_labels=10),
    "aae_semi": Network(partial(models.SemiSupervisedAAE, 3), _of_any_class(3), _reconstruct),
}
