"""The bidirectional GAN, and the sorter of a CatGAN."""

from .. import models, priors
from .network import Network

Z_DIM = 16
PRIOR = priors.gaussian(Z_DIM)


def _sample(net, codes, n):
    return net.G(PRIOR(n))


def _reconstruct(net, x):
    return net(x)


NETWORKS = {
    "bigan": Network(models.BiGAN, _sample, _reconstruct),
    "catgan": Network(lambda: models.grouper(20, 256)),
}
