"""The adversarial latent autoencoders."""

from .. import models, priors
from .network import Network

PRIOR = priors.gaussian(50)


def _sample(net, codes, n):
    return net.G(net.F(PRIOR(n)))


def _reconstruct(net, x):
    return net(x)


NETWORKS = {
    "alae": Network(models.ALAE, _sample, _reconstruct),
    "style_alae": Network(models.style_alae, _sample, _reconstruct),
}
