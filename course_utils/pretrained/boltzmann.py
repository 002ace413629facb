"""The restricted Boltzmann machine, with states of its chains to go on from."""

import torch

from .. import models
from ..models.boltzmann import gibbs
from .network import Network

SWEEPS = 200  # from a kept state to an image


def _image(p):
    return 2 * p.unflatten(1, models.IMAGE) - 1


def _sample(net, codes, n):
    """Ink probabilities after SWEEPS sweeps from n of the kept states."""
    chain = codes["chain"]
    v = gibbs(chain[torch.randint(len(chain), (n,), device=chain.device)], net, SWEEPS)
    return _image(net.p_visible(torch.bernoulli(net.p_hidden(v))))


def _reconstruct(net, x):
    return _image(net.p_visible(net.p_hidden((x.flatten(1) + 1) / 2)))


NETWORKS = {"rbm": Network(models.RBM, _sample, _reconstruct)}
