"""The four networks of an adversarial latent autoencoder, as MLPs (Pidhorskyi et al. 2020; decks 000, 004)."""

from torch import nn

from .judges import mlp
from .shapes import IMAGE


class PixelNorm(nn.Module):
    """z → z / √(mean of z²): onto the sphere where nearly all of a Normal in many dimensions lies. (B, d) → (B, d)

    Source: Karras et al. 2018, section 4.2; the authors' ALAE puts it before F.
    """

    def forward(self, z):
        return z / (z.square().mean(1, keepdim=True) + 1e-8).sqrt()


class ALAE(nn.Module):
    """F: z → w, G: w → image, E: image → w, D: w → logit.

    A reconstruction is G(E(x)), a sample G(F(z)). The space of w is learned: no prior says what it looks like.
    """

    def __init__(self, z_dim=50, w_dim=50, hidden=1024):
        super().__init__()
        self.F = nn.Sequential(PixelNorm(), *mlp(z_dim, w_dim, w_dim, n_hidden=5))
        self.G = nn.Sequential(*mlp(w_dim, 784, hidden), nn.Tanh(), nn.Unflatten(1, IMAGE))
        self.E = nn.Sequential(nn.Flatten(), *mlp(784, w_dim, hidden))
        self.D = mlp(w_dim, 1, w_dim)

    def forward(self, x):
        return self.G(self.E(x))

    def parts(self):
        """The players as `alae_step` names them. → dict"""
        return dict(F=self.F, G=self.G, E=self.E, D=self.D)
