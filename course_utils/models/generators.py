"""Generators of images, and the discriminators that they play against."""

import torch
from torch import nn

from ..priors import one_hot
from .judges import mlp
from .shapes import IMAGE


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


def image_discriminator(hidden=512):
    """Lab 4 (deck 002): image to one logit, two hidden layers. (B, 1, 28, 28) → (B, 1)"""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, hidden),
        nn.LeakyReLU(0.2),
        nn.Linear(hidden, hidden),
        nn.LeakyReLU(0.2),
        nn.Linear(hidden, 1),
    )


def dcgan_generator(z_dim=100, channels=64):
    """DCGAN (Radford et al. 2016; deck 002): transposed convolutions up, batch norm and ReLU. (B, z_dim) → (B, 1, 28, 28)"""
    return nn.Sequential(
        nn.Unflatten(1, (z_dim, 1, 1)),
        nn.ConvTranspose2d(z_dim, 2 * channels, 7, bias=False),  # (B, 128, 7, 7)
        nn.BatchNorm2d(2 * channels),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1, bias=False),  # (B, 64, 14, 14)
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.ConvTranspose2d(
            channels, 1, 4, stride=2, padding=1
        ),  # (B, 1, 28, 28): no batch norm at the output
        nn.Tanh(),
    )


def dcgan_discriminator(channels=64):
    """DCGAN's mirror image: strided convolutions down, LeakyReLU, batch norm but at the input. (B, 1, 28, 28) → (B, 1)"""
    return nn.Sequential(
        nn.Conv2d(1, channels, 4, stride=2, padding=1),  # (B, 64, 14, 14)
        nn.LeakyReLU(0.2),
        nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1, bias=False),  # (B, 128, 7, 7)
        nn.BatchNorm2d(2 * channels),
        nn.LeakyReLU(0.2),
        nn.Conv2d(2 * channels, 1, 7),  # (B, 1, 1, 1)
        nn.Flatten(),
    )


class ConditionalGenerator(nn.Module):
    """A generator that is told the label y (B,) as ten more inputs (Mirza & Osindero 2014; decks 001, 002)."""

    def __init__(self, z_dim=100, hidden=512):
        super().__init__()
        self.net = generator(z_dim + 10, hidden)

    def forward(self, z, y):
        return self.net(torch.cat([z, one_hot(y)], 1))


class ConditionalDiscriminator(nn.Module):
    """Is this a real image *of y*? x (B, 1, 28, 28), y (B,) → logits (B, 1)"""

    def __init__(self, hidden=512):
        super().__init__()
        self.net = mlp(784 + 10, 1, hidden)

    def forward(self, x, y):
        return self.net(torch.cat([x.flatten(1), one_hot(y)], 1))
