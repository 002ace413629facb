"""Generators from image to image: translators between two domains."""

from torch import nn

from .layers import IMAGE, leaky, mlp


def translator(channels=12):
    """Four convolutions: a pixel is made of the 13 × 13 pixels around its place. (B, 1, h, w) → the same"""
    return nn.Sequential(
        nn.Conv2d(1, channels, 5, padding=2),
        leaky(),
        nn.Conv2d(channels, channels, 3, padding=1),
        leaky(),
        nn.Conv2d(channels, channels, 3, padding=1),
        leaky(),
        nn.Conv2d(channels, 1, 5, padding=2),
        nn.Tanh(),
    )


def mlp_translator(hidden=256):
    """Two hidden layers: each pixel is made of all pixels, wherever they are. (B, 1, 28, 28) → the same"""
    return nn.Sequential(
        nn.Flatten(), mlp(784, 784, hidden, norm=nn.BatchNorm1d), nn.Tanh(), nn.Unflatten(1, IMAGE)
    )


class Translators(nn.Module):
    """Both directions, as they are shipped: AB and BA, each made by `build`."""

    def __init__(self, build=translator):
        super().__init__()
        self.AB, self.BA = build(), build()

    def parts(self):
        """Both under the names in `cyclegan_step`. → dict"""
        return dict(AB=self.AB, BA=self.BA)
