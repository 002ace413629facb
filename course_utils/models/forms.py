"""Five forms of the same game, easy and hard to train: WGAN's figures 5 to 7 and WGAN-GP's figure 2, at digit size."""

from functools import partial

import torch
from torch import nn

from .judges import leaky, mlp
from .shapes import IMAGE


def _norm(channels, normalize):
    return [nn.BatchNorm2d(channels)] if normalize else []


def _up(z_dim, wide=32, narrow=16, normalize=True, act=nn.ReLU):
    """DCGAN's generator with other widths, norm or bend. (B, z_dim) → (B, 1, 28, 28)"""
    return nn.Sequential(
        nn.Unflatten(1, (z_dim, 1, 1)),
        nn.ConvTranspose2d(z_dim, wide, 7),  # (B, wide, 7, 7)
        *_norm(wide, normalize),
        act(),
        nn.ConvTranspose2d(wide, narrow, 4, stride=2, padding=1),  # (B, narrow, 14, 14)
        *_norm(narrow, normalize),
        act(),
        nn.ConvTranspose2d(narrow, 1, 4, stride=2, padding=1),  # (B, 1, 28, 28)
        nn.Tanh(),
    ).to(memory_format=torch.channels_last)


def _down(normalize=True, act=leaky):
    """DCGAN's discriminator, as in the paper for four of the five forms. (B, 1, 28, 28) → (B, 1)"""
    return nn.Sequential(
        nn.Conv2d(1, 16, 4, stride=2, padding=1),  # (B, 16, 14, 14)
        act(),
        nn.Conv2d(16, 32, 4, stride=2, padding=1),  # (B, 32, 7, 7)
        *_norm(32, normalize),
        act(),
        nn.Conv2d(32, 1, 7),  # (B, 1, 1, 1)
        nn.Flatten(),
    ).to(memory_format=torch.channels_last)


def _mlp(z_dim, width=256):
    """Three hidden layers, no norm. (B, z_dim) → (B, 1, 28, 28)"""
    return nn.Sequential(*mlp(z_dim, 784, width, n_hidden=3, act=nn.ReLU), nn.Tanh(), nn.Unflatten(1, IMAGE))


class Residual(nn.Module):
    """x + two convolutions of it: many of them make a very deep network. (B, channels, h, w) → the same"""

    def __init__(self, channels, normalize=True):
        super().__init__()

        def conv():
            return [*_norm(channels, normalize), nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1)]

        self.body = nn.Sequential(*conv(), *conv())

    def forward(self, x):
        return x + self.body(x)


def _deep_up(z_dim, n_blocks=12):
    """A residual generator, two layers a block. (B, z_dim) → (B, 1, 28, 28)"""
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
    """A residual discriminator or critic, two layers a block. (B, 1, 28, 28) → (B, 1)"""
    return nn.Sequential(
        nn.Conv2d(1, 8, 4, stride=2, padding=1),  # (B, 8, 14, 14)
        Residual(8, normalize),
        nn.Conv2d(8, 16, 4, stride=2, padding=1),  # (B, 16, 7, 7)
        *(Residual(16, normalize) for _ in range(n_blocks)),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(16 * 7 * 7, 1),
    )


# The generator, z_dim → network, and its opponent, normalize → network: a critic with penalty wants no batch norm.
FORMS = {
    "DCGAN": (_up, _down),
    "no batch norm, constant filters": (partial(_up, wide=24, narrow=24, normalize=False), _down),
    "MLP generator": (_mlp, _down),
    "tanh everywhere": (partial(_up, act=nn.Tanh), partial(_down, act=nn.Tanh)),
    "very deep ResNet": (_deep_up, _deep_down),
}
