"""Networks of BiGAN, which judges pairs of image and code, and of CatGAN, which sorts images into groups."""

from torch import nn

from .generators import generator
from .layers import Noise, hidden_layers, leaky, mlp


class PairDiscriminator(nn.Module):
    """Was the code read from the image, or the image drawn from the code? x, z (B, z_dim) → logits (B, 1)

    A logit for the image, one for the code, and how well they fit: the product of their features, as in
    Miyato & Koyama 2018. Trap: an MLP of image and code side by side learns their connection slowly.
    """

    def __init__(self, z_dim=16, hidden=384, width=512):
        super().__init__()
        self.of_image = nn.Sequential(
            nn.Flatten(), *hidden_layers(784, hidden, 1), nn.Linear(hidden, width), leaky()
        )
        self.of_code = nn.Sequential(nn.Linear(z_dim, width), leaky())
        self.image, self.code = nn.Linear(width, 1), nn.Linear(width, 1)
        self.u, self.v = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x, z):
        f, g = self.of_image(x), self.of_code(z)  # (B, width) each
        fit = (self.u(f) * self.v(g)).sum(1, keepdim=True) / f.shape[1] ** 0.5
        return self.image(f) + self.code(g) + fit


class BiGAN(nn.Module):
    """E: image → code, G: code → image; x (B, 1, 28, 28) → G(E(x)), a reconstruction that nobody trains."""

    def __init__(self, z_dim=16, hidden=384):
        super().__init__()
        self.E = image_encoder(z_dim, hidden)
        self.G = generator(z_dim, hidden)

    def forward(self, x):
        return self.G(self.E(x))


def image_encoder(z_dim=16, hidden=384):
    """784 → hidden → hidden → z_dim, with batch norm. (B, 1, 28, 28) → (B, z_dim)"""
    return nn.Sequential(nn.Flatten(), *mlp(784, z_dim, hidden, norm=nn.BatchNorm1d))


def grouper(k=10, hidden=512, noise=0.3):
    """CatGAN's discriminator: noise on every layer, and k groups. (B, 1, 28, 28) → logits (B, k)

    Trap: the running statistics of batch norm are those of real images and fakes together, so that it says
    other things of test images than in training. Layer norm looks at one image alone.
    """

    def layer(n_in, n_out):
        return [nn.Linear(n_in, n_out), nn.LayerNorm(n_out), leaky(), Noise(noise)]

    return nn.Sequential(
        nn.Flatten(),
        Noise(noise),
        *layer(784, hidden),
        *layer(hidden, hidden // 2),
        nn.Linear(hidden // 2, k),
    )
