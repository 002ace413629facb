"""Generators of larger images: a LapGAN, and a BigGAN in small."""

from .. import models, priors
from .network import Network

LAPGAN_PRIOR, BIGGAN_PRIOR = priors.gaussian(sum(models.LapGAN.z_dims)), priors.gaussian(16)


def _sample(net, codes, n):
    return net(LAPGAN_PRIOR(n))


def _sample_any_class(net, codes, n):
    return net(BIGGAN_PRIOR(n), priors.categorical(n).argmax(1))


NETWORKS = {
    "lapgan": Network(models.LapGAN, _sample),
    "biggan": Network(models.BigGenerator, _sample_any_class),
}
