"""The style generators, trained as GANs: with mixed styles, and without."""

from functools import partial

from .. import models, priors
from .network import Network

PRIOR = priors.gaussian(50)
BUILD = partial(models.StyleGAN, channels=10)


def _sample(net, codes, n):
    return net(PRIOR(n))


NETWORKS = {"stylegan": Network(BUILD, _sample)}
