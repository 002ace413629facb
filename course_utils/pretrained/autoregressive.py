"""Networks that write images pixel by pixel."""

from functools import partial

from .. import models
from .network import Network


def _sample(net, codes, n):
    return models.write(net, n)


NETWORKS = {"pixelcnn": Network(partial(models.PixelCNN, 32, 5), _sample)}
