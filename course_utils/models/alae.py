"""The four networks of an adversarial latent autoencoder (Pidhorskyi et al. 2020; decks 000, 004)."""

import torch
from torch import nn

from .generators import generator
from .layers import PixelNorm, he_initialize, mlp


class ALAE(nn.Module):
    """F: z → w, G: w → image, E: image → w, D: w → logit; MLPs, unless G and E are given.

    A reconstruction is G(E(x)), a sample G(F(z)). The space of w is learned: no prior fixes its distribution.
    Trap: with PyTorch's default weights the six layers of F map all z to almost the same w, and step III has
    nothing left to learn. He initialization (2015) keeps the spread of z through all layers.
    """

    def __init__(self, z_dim=50, w_dim=50, hidden=1024, G=None, E=None):
        super().__init__()
        self.F = nn.Sequential(PixelNorm(), *mlp(z_dim, w_dim, w_dim, n_hidden=5))
        self.G = G or generator(w_dim, hidden)
        self.E = E or nn.Sequential(nn.Flatten(), *mlp(784, w_dim, hidden))
        self.D = mlp(w_dim, 1, w_dim)
        he_initialize(self, 0.2)

    def forward(self, x):
        return self.G(self.E(x))

    def parts(self):
        """The four networks under the names in `alae_step`. → dict"""
        return dict(F=self.F, G=self.G, E=self.E, D=self.D)


class StyledLayer(nn.Module):
    """One layer of a style generator; w sets the mean and the spread of each feature map.

    Convolve, enlarge, add noise, leaky ReLU, then AdaIN, for each image and each feature map:
    AdaIN(h, w) = (1 + scale(w)) · (h − mean of h) / std of h + shift(w)

    Source: Karras et al. 2019; AdaIN: Huang & Belongie 2017.
    """

    def __init__(self, n_in, n_out, w_dim, twice=False):
        super().__init__()
        self.conv = nn.Conv2d(n_in, n_out, 3, padding=1)
        self.twice = nn.Upsample(scale_factor=2, mode="bilinear") if twice else nn.Identity()
        self.noise = nn.Parameter(torch.zeros(n_out, 1, 1))  # how strong, in each map
        self.norm = nn.Sequential(nn.LeakyReLU(0.2), nn.InstanceNorm2d(n_out))
        self.style = nn.Linear(w_dim, 2 * n_out)

    def forward(self, h, w):
        h = self.twice(self.conv(h))  # to enlarge first would cost four times as much
        h = self.norm(h + self.noise * torch.randn_like(h[:, :1]))
        scale, shift = self.style(w)[:, :, None, None].chunk(2, 1)
        return (1 + scale) * h + shift


class StyleGenerator(nn.Module):
    """A small style generator: the image grows from a learned constant, and w sets its style at each layer.

    w (B, w_dim), or (B, n_layers, w_dim) with one w for each layer, coarse to fine. → (B, 1, 28, 28)

    Source: Karras et al. 2019.
    """

    def __init__(self, w_dim=50, channels=12):
        super().__init__()
        c = channels
        self.start = nn.Parameter(torch.randn(1, 6 * c, 7, 7))
        # two layers of 7 × 7, one of 14 × 14, one of 28 × 28
        sizes = ((6 * c, 6 * c, False), (6 * c, 6 * c, False), (6 * c, 3 * c, True), (3 * c, c, True))
        self.layers = nn.ModuleList(StyledLayer(n_in, n_out, w_dim, twice) for n_in, n_out, twice in sizes)
        self.image = nn.Sequential(nn.Conv2d(c, 1, 3, padding=1), nn.Tanh())

    def forward(self, w):
        if w.dim() == 2:
            w = w[:, None].expand(-1, len(self.layers), -1)  # one w for all layers
        h = self.start.expand(len(w), -1, -1, -1)
        for layer, w_layer in zip(self.layers, w.unbind(1), strict=True):
            h = layer(h, w_layer)
        return self.image(h)


def style_alae(z_dim=50, w_dim=50, channels=12):
    """ALAE with a style generator and an encoder of strided convolutions."""
    E = nn.Sequential(
        nn.Conv2d(1, 2 * channels, 4, stride=2, padding=1),  # (B, 24, 14, 14)
        nn.LeakyReLU(0.2),
        nn.Conv2d(2 * channels, 4 * channels, 4, stride=2, padding=1),  # (B, 48, 7, 7)
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(4 * channels * 7 * 7, 256),
        nn.LeakyReLU(0.2),
        nn.Linear(256, w_dim),
    )
    return ALAE(z_dim, w_dim, G=StyleGenerator(w_dim, channels), E=E)
