"""The networks of a LapGAN: one generator and one discriminator for each level of a pyramid."""

import torch
from torch import nn

from ..pyramid import larger
from .layers import leaky, mlp


def small_generator(z_dim=16, hidden=128, side=7):
    """The coarsest level: noise to a small image. (B, z_dim) → (B, 1, side, side)"""
    return nn.Sequential(
        nn.Linear(z_dim, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, side * side),
        nn.Tanh(),
        nn.Unflatten(1, (1, side, side)),
    )


def small_discriminator(hidden=128, side=7):
    """Its opponent. (B, 1, side, side) → logits (B, 1)"""
    return nn.Sequential(nn.Flatten(), *mlp(side * side, 1, hidden))


class DetailGenerator(nn.Module):
    """The details of an image twice as large: from the small one, and a picture of noise.

    z (B, h · w), small (B, 1, h, w) → (B, 1, 2h, 2w): for each pixel of the small image four numbers

    Source: Denton et al. 2015, who convolve at the larger size.
    """

    def __init__(self, channels=24):
        super().__init__()
        c = channels
        self.net = nn.Sequential(
            nn.Conv2d(2, c, 3, padding=1),
            nn.BatchNorm2d(c),
            nn.ReLU(),
            nn.Conv2d(c, c, 3, padding=1),
            nn.BatchNorm2d(c),
            nn.ReLU(),
            nn.Conv2d(c, 4, 3, padding=1),  # no tanh: details reach beyond [−1, 1]
            nn.PixelShuffle(2),  # (B, 4, h, w) → (B, 1, 2h, 2w)
        )

    def forward(self, z, small):
        return self.net(torch.cat([small, z.view_as(small)], 1))


class DetailDiscriminator(nn.Module):
    """Are these the details of this small image? (B, 1, 2h, 2w), (B, 1, h, w) → logits (B, 1)

    It sees the enlarged image and, beside it, the sum of both. Source: Denton et al. 2015.
    """

    def __init__(self, side=14, channels=24):
        super().__init__()
        n_in, layers = 2, []
        while side > 7:
            layers += [nn.Conv2d(n_in, channels, 4, stride=2, padding=1), leaky()]
            n_in, channels, side = channels, 2 * channels, side // 2
        self.net = nn.Sequential(
            *layers, nn.Flatten(), nn.Linear(n_in * 7 * 7, 128), leaky(), nn.Linear(128, 1)
        )

    def forward(self, detail, small):
        coarse = larger(small)
        return self.net(torch.cat([coarse, coarse + detail], 1))


class LapGAN(nn.Module):
    """The generators of all levels, 7 → 14 → 28. z (B, 16 + 49 + 196) → (B, 1, 28, 28)"""

    z_dims = (16, 7 * 7, 14 * 14)

    def __init__(self, channels=24):
        super().__init__()
        self.small = small_generator(self.z_dims[0])
        self.details = nn.ModuleList(DetailGenerator(channels) for _ in range(2))

    def levels(self):
        """Each level's generator, a new discriminator, and how many numbers of noise, the smallest first."""
        yield self.small, small_discriminator(), self.z_dims[0]
        for i, G in enumerate(self.details, 1):
            yield G, DetailDiscriminator(7 * 2**i), self.z_dims[i]

    def grow(self, small, *zs):
        """The small image and, for each z, one twice as large. → list"""
        images = [small]
        first = {7: 0, 14: 1}[small.shape[-1]]
        for G, z in zip(self.details[first : first + len(zs)], zs, strict=True):
            images.append((larger(images[-1]) + G(z, images[-1])).clamp(-1, 1))
        return images

    def forward(self, z):
        z_small, *zs = z.split(self.z_dims, 1)
        return self.grow(self.small(z_small), *zs)[-1]
