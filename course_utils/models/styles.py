"""A generator whose layers are given styles (Karras et al. 2019; deck 002)."""

import torch
from torch import nn
from torch.nn.utils.parametrize import register_parametrization

from .alae import StyleGenerator
from .layers import PixelNorm, he_initialize, mlp


def mix_styles(w, n_layers, share=0.9):
    """Two styles for some images: coarse layers get their own w, the others the one of the image before.

    w (B, d) → (B, n_layers, d). An image is mixed with the probability `share`; the first layer that gets
    the other style is drawn for each image anew, evenly from 1 to n_layers − 1.

    Source: Karras et al. 2019, section 3.1, "mixing regularization". Trap: one crossing for the whole batch.
    """
    first = torch.randint(1, n_layers, (len(w), 1), device=w.device)
    mixed = torch.rand(len(w), 1, device=w.device) < share
    layer = torch.arange(n_layers, device=w.device)
    other = mixed & (layer >= first)  # (B, n_layers)
    return torch.where(other[..., None], w.roll(1, 0)[:, None], w[:, None])


class Slower(nn.Module):
    """For `register_parametrization`: a weight that an optimizer moves at a `rate` of its usual pace."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, learned):
        return self.rate * learned

    def right_inverse(self, weight):
        return weight / self.rate


class StyleGAN(nn.Module):
    """The generator of StyleGAN, small: F makes a style w of z, G an image of it. (B, z_dim) → (B, 1, 28, 28)

    mix  (w (B, d), n_layers) → (B, n_layers, d), in training only; without it all layers get the same w

    F learns a hundred times as slowly as G: else all z soon get one of a few styles.

    Source: Karras et al. 2019. Trap: with PyTorch's default weights F maps all z to almost the same w; see
    `ALAE`.
    """

    def __init__(self, z_dim=50, w_dim=50, channels=8, mix=None):
        super().__init__()
        self.z_dim, self.mix = z_dim, mix
        self.F = nn.Sequential(PixelNorm(), *mlp(z_dim, w_dim, w_dim, n_hidden=3))
        self.G = StyleGenerator(w_dim, channels)
        he_initialize(self, 0.2)
        for layer in self.F[1:]:
            if isinstance(layer, nn.Linear):
                register_parametrization(layer, "weight", Slower(0.01))
                register_parametrization(layer, "bias", Slower(0.01))

    def forward(self, z):
        w = self.F(z)
        if self.training and self.mix:
            w = self.mix(w, len(self.G.layers))
        return self.G(w)
