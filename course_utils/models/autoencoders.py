"""Autoencoders: plain, variational, adversarial; layer for layer as on the slides."""

import torch
from torch import nn

from ..priors import one_hot
from .layers import IMAGE, Noise


class Autoencoder(nn.Module):
    """An encoder, then a decoder: x → z_code → x_rec."""

    def __init__(self, enc, dec):
        super().__init__()
        self.enc, self.dec = enc, dec

    def forward(self, x):
        return self.dec(self.enc(x))


def encoder(latent_dim=3):
    """The encoder of Lab 1: 784 → 128 → 64 → latent_dim, ReLU between. (B, 1, 28, 28) → (B, latent_dim)"""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 128),
        nn.ReLU(),
        nn.Linear(128, 64),
        nn.ReLU(),
        nn.Linear(64, latent_dim),
    )


class VanillaAutoencoder(Autoencoder):
    """Lab 1 (deck 002): 784-128-64-latent_dim and back, ReLU, Tanh at the output; 218,643 parameters at 3."""

    def __init__(self, latent_dim=3):
        decoder = nn.Sequential(
            nn.Linear(latent_dim, 64),
            nn.ReLU(),
            nn.Linear(64, 128),
            nn.ReLU(),
            nn.Linear(128, 784),
            nn.Tanh(),  # pixels in [−1, 1]
            nn.Unflatten(1, IMAGE),
        )
        super().__init__(encoder(latent_dim), decoder)


class ConvAutoencoder(Autoencoder):
    """Lab 2 (deck 002): convolutions down to a code of 64×2×2 = 256 numbers and back; 50,161 parameters."""

    def __init__(self):
        enc = nn.Sequential(
            nn.Conv2d(1, 32, 3, stride=3, padding=1),  # (B, 32, 10, 10)
            nn.ReLU(),
            nn.MaxPool2d(2, stride=2),  # (B, 32, 5, 5)
            nn.Conv2d(32, 64, 3, stride=2, padding=1),  # (B, 64, 3, 3)
            nn.ReLU(),
            nn.MaxPool2d(2, stride=1),  # (B, 64, 2, 2): the code
        )
        dec = nn.Sequential(
            nn.ConvTranspose2d(64, 32, 3, stride=2),  # (B, 32, 5, 5)
            nn.ReLU(),
            nn.ConvTranspose2d(32, 16, 5, stride=3, padding=1),  # (B, 16, 15, 15)
            nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 2, stride=2, padding=1),  # (B, 1, 28, 28)
            nn.Tanh(),
        )
        super().__init__(enc, dec)


class LinearAutoencoder(Autoencoder):
    """One linear layer each way and nothing else: it learns the subspace of PCA (deck 003)."""

    def __init__(self, latent_dim=3):
        enc = nn.Sequential(nn.Flatten(), nn.Linear(784, latent_dim))
        dec = nn.Sequential(nn.Linear(latent_dim, 784), nn.Unflatten(1, IMAGE))
        super().__init__(enc, dec)


class GaussianEncoder(nn.Module):
    """The encoder of a VAE: it gives not a code but a distribution of codes, q(z|x) = N(μ, σ²).

    x (B, 1, 28, 28) → mu, log_var, each (B, z_dim)

    One network computes the distribution of every x: amortized inference.
    """

    def __init__(self, z_dim, hidden=512):
        super().__init__()
        self.body = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
        )
        self.mu, self.log_var = nn.Linear(hidden, z_dim), nn.Linear(hidden, z_dim)

    def forward(self, x):
        h = self.body(x)  # (B, hidden)
        return self.mu(h), self.log_var(h)


class VAE(nn.Module):
    """A Gaussian encoder and a decoder to logits; `decode(z)` gives the probability of ink in [−1, 1]."""

    def __init__(self, z_dim=20, hidden=512):
        super().__init__()
        self.enc = GaussianEncoder(z_dim, hidden)
        self.dec = decoder(z_dim, hidden)

    def decode(self, z):
        return ink(self.dec(z))

    def forward(self, x):
        """The image of the mean code, x (B, 1, 28, 28) → the same shape."""
        return self.decode(self.enc(x)[0])


def decoder(z_dim, hidden=512):
    """z_dim → hidden → hidden → 784 logits, ReLU between. (B, z_dim) → (B, 1, 28, 28)"""
    return nn.Sequential(
        nn.Linear(z_dim, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, 784),  # logits: the sigmoid is in the loss
        nn.Unflatten(1, IMAGE),
    )


def ink(logits):
    """Logits of ink as pixels: the probability σ(logits), scaled to [−1, 1]."""
    return 2 * logits.sigmoid() - 1


class ConditionalVAE(nn.Module):
    """A VAE whose two networks get the label y (B,) as ten more inputs."""

    def __init__(self, z_dim=4, hidden=256):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(784 + 10, hidden), nn.ReLU(), nn.Linear(hidden, 2 * z_dim))
        self.dec = nn.Sequential(nn.Linear(z_dim + 10, hidden), nn.ReLU(), nn.Linear(hidden, 784))

    def encode(self, x, y):
        """x (B, 1, 28, 28), y (B,) → mu, log_var, each (B, z_dim)"""
        return self.enc(torch.cat([x.flatten(1), one_hot(y)], 1)).chunk(2, dim=1)

    def logits(self, z, y):
        return self.dec(torch.cat([z, one_hot(y)], 1)).unflatten(1, IMAGE)

    def decode(self, z, y):
        return ink(self.logits(z, y))


class AAE(nn.Module):
    """An adversarial autoencoder: an encoder that gives codes, not a distribution, and a VAE's decoder.

    With n_labels the decoder gets that many more inputs beside the code: a one-hot label. With noise the
    encoder is the one for few labels: see `noisy_body`.
    """

    def __init__(self, z_dim=2, hidden=512, n_labels=0, noise=0.0):
        super().__init__()
        plain = (nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        body = noisy_body(hidden, noise) if noise else nn.Sequential(*plain)
        self.enc = nn.Sequential(*body, nn.Linear(hidden, z_dim))
        self.dec = decoder(z_dim + n_labels, hidden)

    def decode(self, z):
        return ink(self.dec(z))

    def forward(self, x):
        return self.decode(self.enc(x))


def noisy_body(hidden, noise=0.3):
    """An encoder's body for few labels: noise on the image, batch norm. (B, 1, 28, 28) → (B, hidden)"""
    return nn.Sequential(
        nn.Flatten(),
        Noise(noise),
        nn.Linear(784, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
    )


class ClassAndStyleEncoder(nn.Module):
    """The encoder of a semi-supervised AAE: which digit it is, and how it is written.

    x (B, 1, 28, 28) → y_logits (B, n_classes), z_code (B, z_dim)
    """

    def __init__(self, z_dim=10, hidden=512, noise=0.3, n_classes=10):
        super().__init__()
        self.body = noisy_body(hidden, noise)
        self.y, self.z = nn.Linear(hidden, n_classes), nn.Linear(hidden, z_dim)

    def forward(self, x):
        h = self.body(x)  # (B, hidden)
        return self.y(h), self.z(h)


class SemiSupervisedAAE(nn.Module):
    """An AAE whose code is a class and a style: the decoder gets both, the class as ten numbers."""

    def __init__(self, z_dim=10, hidden=256):
        super().__init__()
        self.enc, self.dec = ClassAndStyleEncoder(z_dim, hidden), decoder(10 + z_dim, hidden)

    def decode(self, z, y):
        """Style z (B, z_dim), labels y (B,) → images (B, 1, 28, 28)"""
        return ink(self.dec(torch.cat([one_hot(y), z], 1)))

    def forward(self, x):
        y_logits, z_code = self.enc(x)
        return ink(self.dec(torch.cat([y_logits.softmax(1), z_code], 1)))
