"""Five architectures for the same game, some easy to train and some hard.

Source: figures 5 to 7 of the WGAN paper and figure 2 of the WGAN-GP paper, here at the size of digits.
"""

from functools import partial

import torch
from torch import nn

from .layers import IMAGE, Residual, he_initialize, leaky, mlp, norm_if


def _up(z_dim, wide=32, narrow=16, normalize=True, act=nn.ReLU):
    """DCGAN's generator with a choice of widths, batch norm and activation. (B, z_dim) → (B, 1, 28, 28)"""
    return nn.Sequential(
        nn.Unflatten(1, (z_dim, 1, 1)),
        nn.ConvTranspose2d(z_dim, wide, 7),  # (B, wide, 7, 7)
        *norm_if(normalize, wide),
        act(),
        nn.ConvTranspose2d(wide, narrow, 4, stride=2, padding=1),  # (B, narrow, 14, 14)
        *norm_if(normalize, narrow),
        act(),
        nn.ConvTranspose2d(narrow, 1, 4, stride=2, padding=1),  # (B, 1, 28, 28)
        nn.Tanh(),
    ).to(memory_format=torch.channels_last)


def _down(normalize=True, act=leaky):
    """DCGAN's discriminator, which the paper uses for four of the five. (B, 1, 28, 28) → (B, 1)"""
    return nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1),  # (B, 32, 14, 14)
        act(),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),  # (B, 64, 7, 7)
        *norm_if(normalize, 64),
        act(),
        nn.Conv2d(64, 1, 7),  # (B, 1, 1, 1)
        nn.Flatten(),
    ).to(memory_format=torch.channels_last)


def _mlp(z_dim, width=256):
    """Three hidden layers, no batch norm. (B, z_dim) → (B, 1, 28, 28)

    He initialization, as in the authors' code: with PyTorch's own G begins collapsed.
    """
    layers = mlp(z_dim, 784, width, n_hidden=3, act=nn.ReLU)
    he_initialize(layers)
    return nn.Sequential(*layers, nn.Tanh(), nn.Unflatten(1, IMAGE))


def _deep_up(z_dim, n_blocks=12):
    """A residual generator, two convolutions a block. (B, z_dim) → (B, 1, 28, 28)"""
    return nn.Sequential(
        nn.Linear(z_dim, 16 * 7 * 7),
        nn.Unflatten(1, (16, 7, 7)),
        *(Residual(16) for _ in range(n_blocks)),
        nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1),  # (B, 8, 14, 14)
        Residual(8),
        nn.ConvTranspose2d(8, 1, 4, stride=2, padding=1),  # (B, 1, 28, 28)
        nn.Tanh(),
    )


def _deep_down(normalize=True, n_blocks=12):
    """A residual discriminator or critic, two convolutions a block. (B, 1, 28, 28) → (B, 1)"""
    return nn.Sequential(
        nn.Conv2d(1, 8, 4, stride=2, padding=1),  # (B, 8, 14, 14)
        Residual(8, normalize),
        nn.Conv2d(8, 16, 4, stride=2, padding=1),  # (B, 16, 7, 7)
        *(Residual(16, normalize) for _ in range(n_blocks)),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(16 * 7 * 7, 1),
    )


# The generator, z_dim → network, and its opponent, normalize → network. A critic with a gradient penalty
# needs each image by itself, so no batch norm.
ARCHITECTURES = {
    "DCGAN": (_up, _down),
    "no batch norm, constant filters": (partial(_up, wide=24, narrow=24, normalize=False), _down),
    "MLP generator": (_mlp, _down),
    "tanh everywhere": (partial(_up, act=nn.Tanh), partial(_down, act=nn.Tanh)),
    "very deep ResNet": (_deep_up, _deep_down),
}
