"""The style generator, trained as a GAN with mixed styles."""

from functools import partial

from .. import models, priors
from .network import Network

PRIOR = priors.gaussian(50)


def _sample(net, codes, n):
    return net(PRIOR(n))


NETWORKS = {"stylegan": Network(partial(models.StyleGAN, channels=10), _sample)}
