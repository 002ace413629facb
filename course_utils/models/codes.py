"""Networks whose images carry a code: a generator, and a discriminator that reads the code."""

import torch
from torch import nn

from .layers import leaky


def code_generator(n_in=74, channels=16):
    """Noise and code to image, as in DCGAN. (B, n_in) → (B, 1, 28, 28)"""
    return nn.Sequential(
        nn.Linear(n_in, 2 * channels * 49, bias=False),
        nn.BatchNorm1d(2 * channels * 49),
        nn.ReLU(),
        nn.Unflatten(1, (2 * channels, 7, 7)),
        nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1, bias=False),  # (B, 16, 14, 14)
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.ConvTranspose2d(channels, 1, 4, stride=2, padding=1),
        nn.Tanh(),
    ).to(memory_format=torch.channels_last)


def image_body(channels, width):
    """Strided convolutions and a linear layer with batch norm. (B, 1, 28, 28) → features (B, width)"""
    return nn.Sequential(
        nn.Conv2d(1, channels, 4, stride=2, padding=1),  # (B, 16, 14, 14)
        leaky(),
        nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1),  # (B, 32, 7, 7)
        nn.BatchNorm2d(2 * channels),
        leaky(),
        nn.Flatten(),
        nn.Linear(2 * channels * 49, width),
        nn.BatchNorm1d(width),
        leaky(),
    ).to(memory_format=torch.channels_last)


class DiscriminatorAndReader(nn.Module):
    """D and Q on one body: is this image real, and which code made it? (B, 1, 28, 28) → (B, 1), (B, n_told)

    n_told  10 logits, and for each of d numbers a mean and a log-variance: 10 + 2 d
    shared  False gives Q a body of its own, as large as D's

    Source: Chen et al. 2016, appendix C. Trap: batch norm mixes the images of a batch, so real and fake ones
    pass one after the other.
    """

    def __init__(self, n_told=14, channels=16, width=128, shared=True):
        super().__init__()
        self.body = image_body(channels, width)
        self.own_body = None if shared else image_body(channels, width)
        self.D = nn.Linear(width, 1)
        self.Q = nn.Sequential(nn.Linear(width, 64), nn.BatchNorm1d(64), leaky(), nn.Linear(64, n_told))

    def forward(self, x):
        features = self.body(x)
        read = features if self.own_body is None else self.own_body(x)
        return self.D(features), self.Q(read)


class InfoGAN(nn.Module):
    """G, and D with Q, of notebook 10: z 16-D, a category of ten, two numbers. (B, 28) → (B, 1, 28, 28)

    The input of G is z, then the code: `net(torch.cat([z, code], 1))`.
    """

    z_dim, n_numbers = 16, 2

    def __init__(self, channels=8, width=64):
        super().__init__()
        self.G = code_generator(self.z_dim + 10 + self.n_numbers, channels)
        self.DQ = DiscriminatorAndReader(10 + 2 * self.n_numbers, channels, width)

    def forward(self, z_and_code):
        return self.G(z_and_code)

    def read(self, x):
        """The code that Q reads from images (B, 1, 28, 28): category (B,), numbers (B, 2)."""
        _, told = self.DQ(x)
        return told[:, :10].argmax(1), told[:, 10 : 10 + self.n_numbers]


# ── pairs and groups ─────────────────────────────────────────────────────────────────────────────
