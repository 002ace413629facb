"""The adversarial generators."""

from .. import models, priors
from .network import Network

PRIOR = priors.gaussian(100)


def _sample(net, codes, n):
    return net(PRIOR(n))


def _sample_any_class(net, codes, n):
    return net(PRIOR(n), priors.categorical(n).argmax(1))


NETWORKS = {
    "gan": Network(models.generator, _sample),
    "dcgan": Network(models.dcgan_generator, _sample),
    "cgan": Network(models.ConditionalGenerator, _sample_any_class),
    "wgan": Network(models.generator, _sample),
    "wgan_gp": Network(models.generator, _sample),
    "cwgan_gp": Network(models.ConditionalGenerator, _sample_any_class),
}
