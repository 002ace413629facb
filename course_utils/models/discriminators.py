"""Discriminators and critics: the opponents of a generator or an encoder."""

from collections import OrderedDict

import torch
from torch import nn

from .layers import mlp


def discriminator(in_dim, hidden=128):
    """Is this a draw from the prior? in_dim → hidden → hidden → one logit. (B, in_dim) → (B, 1)"""
    return mlp(in_dim, 1, hidden)


def feature_discriminator(*body, width):
    """A discriminator in two named parts: layers that end in `width` features, then a logit. (B, …) → (B, 1)

    `D.body(x)` gives the features (B, width).
    """
    return nn.Sequential(OrderedDict(body=nn.Sequential(*body), head=nn.Linear(width, 1)))


def image_discriminator(hidden=512, dropout=0.0):
    """Lab 4 (deck 002): image to one logit, two hidden layers. (B, 1, 28, 28) → (B, 1)"""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, hidden),
        nn.LeakyReLU(0.2),
        nn.Dropout(dropout),
        nn.Linear(hidden, hidden),
        nn.LeakyReLU(0.2),
        nn.Dropout(dropout),
        nn.Linear(hidden, 1),
    )


def dcgan_discriminator(channels=32, normalize=True):
    """The counterpart of DCGAN's generator: strided convolutions, LeakyReLU, batch norm except at the input.

    (B, 1, 28, 28) → (B, 1). Source: Radford et al. 2016; deck 002. Trap: a gradient penalty needs each image
    by itself, so no batch norm: normalize=False.
    """
    return nn.Sequential(
        nn.Conv2d(1, channels, 4, stride=2, padding=1),  # (B, 32, 14, 14)
        nn.LeakyReLU(0.2),
        nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1),  # (B, 64, 7, 7)
        nn.BatchNorm2d(2 * channels) if normalize else nn.Identity(),
        nn.LeakyReLU(0.2),
        nn.Conv2d(2 * channels, 1, 7),  # (B, 1, 1, 1)
        nn.Flatten(),
    ).to(memory_format=torch.channels_last)


def colour_discriminator(channels=32):
    """Strided convolutions, each normalized within its own image. (B, 3, 32, 32) → (B, 1)"""

    def half(n_in, n_out):
        return [nn.Conv2d(n_in, n_out, 4, stride=2, padding=1), nn.GroupNorm(1, n_out), nn.LeakyReLU(0.2)]

    return nn.Sequential(
        *half(3, channels),  # (B, 32, 16, 16)
        *half(channels, 2 * channels),  # (B, 64, 8, 8)
        *half(2 * channels, 4 * channels),  # (B, 128, 4, 4)
        nn.Flatten(),
        nn.Linear(4 * channels * 4 * 4, 1),
    )


class ConditionalDiscriminator(nn.Module):
    """Is this a real image *of y*? One logit for each label; y (B,) selects one of them. → (B, 1)

    The ten logits share their hidden layers (after Miyato & Koyama 2018). Decks 001 and 002 append y to x.
    """

    def __init__(self, hidden=512):
        super().__init__()
        self.net = mlp(784, 10, hidden)

    def forward(self, x, y):
        return self.net(x.flatten(1)).gather(1, y[:, None])


class FrameDiscriminator(nn.Module):
    """Could x_next be the frame after x? Both (B, 1, 28, 28) → logits (B, 1)"""

    def __init__(self, channels=12):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(2, channels, 4, stride=2, padding=1),  # (B, 12, 14, 14)
            nn.LeakyReLU(0.2),
            nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1),  # (B, 24, 7, 7)
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * channels, 1, 7),  # (B, 1, 1, 1)
            nn.Flatten(),
        )

    def forward(self, x, x_next):
        return self.net(torch.cat([x, x_next], 1))
