"""The InfoGAN: its generator, and the reader of its codes."""

import torch

from .. import models, priors
from .network import Network

PRIOR = priors.with_code(models.InfoGAN.z_dim, models.InfoGAN.n_numbers)


def _sample(net, codes, n):
    return net(torch.cat(PRIOR(n), 1))


def _reconstruct(net, x):
    """What G draws from the code that Q reads, with z = 0: the code is all that is kept of x."""
    category, numbers = net.read(x)
    z = torch.zeros(len(x), net.z_dim, device=x.device)
    return net(torch.cat([z, priors.one_hot(category), numbers.clamp(-1, 1)], 1))


NETWORKS = {"infogan": Network(models.InfoGAN, _sample, _reconstruct)}
