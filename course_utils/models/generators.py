"""Generators of images."""

import torch
from torch import nn
from torch.nn.functional import conv2d

from ..priors import one_hot
from .layers import IMAGE, mlp


def generator(z_dim=100, hidden=512):
    """Lab 4 (deck 002): noise to image, two hidden layers. (B, z_dim) → (B, 1, 28, 28)"""
    return nn.Sequential(
        nn.Linear(z_dim, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, 784),
        nn.Tanh(),  # pixels in [−1, 1]
        nn.Unflatten(1, IMAGE),
    )


def dcgan_generator(z_dim=100, channels=32):
    """DCGAN's generator: transposed convolutions, batch norm and ReLU. (B, z_dim) → (B, 1, 28, 28)

    Source: Radford et al. 2016; deck 002. There is no batch norm at the output.
    """
    return nn.Sequential(
        nn.Unflatten(1, (z_dim, 1, 1)),
        nn.ConvTranspose2d(z_dim, 2 * channels, 7, bias=False),  # (B, 64, 7, 7)
        nn.BatchNorm2d(2 * channels),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1, bias=False),  # (B, 32, 14, 14)
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.ConvTranspose2d(channels, 1, 4, stride=2, padding=1),  # (B, 1, 28, 28)
        nn.Tanh(),
    ).to(memory_format=torch.channels_last)  # the faster layout for convolutions


def upsampling_generator(z_dim=32, channels=32):
    """Colour images without transposed convolutions: enlarge, convolve. (B, z_dim) → (B, 3, 32, 32)"""

    def twice(n_in, n_out):
        return [
            nn.Upsample(scale_factor=2, mode="bilinear"),
            nn.Conv2d(n_in, n_out, 3, padding=1),
            nn.BatchNorm2d(n_out),
            nn.LeakyReLU(0.2),
        ]

    return nn.Sequential(
        nn.Linear(z_dim, 2 * channels * 4 * 4),
        nn.Unflatten(1, (2 * channels, 4, 4)),
        *twice(2 * channels, 2 * channels),  # (B, 64, 8, 8)
        *twice(2 * channels, channels),  # (B, 32, 16, 16)
        *twice(channels, channels // 2),  # (B, 16, 32, 32)
        nn.Conv2d(channels // 2, 3, 3, padding=1),
        nn.Tanh(),
    )


class ConditionalGenerator(nn.Module):
    """A generator that gets the label y (B,) as ten more inputs (Mirza & Osindero 2014; decks 001, 002)."""

    def __init__(self, z_dim=100, hidden=512):
        super().__init__()
        self.net = generator(z_dim + 10, hidden)

    def forward(self, z, y):
        return self.net(torch.cat([z, one_hot(y)], 1))


class FramePredictor(nn.Module):
    """The next frame by moving this one's ink; noise z (B, z_dim) chooses how. → (B, 1, 28, 28)

    Source: Finn et al. 2016.
    """

    def __init__(self, z_dim=2, size=11):
        super().__init__()
        self.net, self.size = mlp(z_dim, size * size), size

    def filters(self, z):
        """Share of ink for each move by up to 5 pixels; they sum to 1. (B, z_dim) → (B, 1, 11, 11)"""
        return self.net(z).softmax(1).view(-1, 1, self.size, self.size)

    def forward(self, x, z):
        ink = (x + 1).transpose(0, 1)  # (1, B, 28, 28): each image is convolved with its own filter
        moved = conv2d(ink, self.filters(z), padding=self.size // 2, groups=len(x))
        return moved.transpose(0, 1) - 1
