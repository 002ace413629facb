"""The networks of a BigGAN in small: the label in each norm of G, spectral norm in each layer of D."""

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ..priors import one_hot
from .layers import IMAGE, leaky


class ConditionalBatchNorm(nn.Module):
    """Batch norm whose scale and shift belong to the label. h (B, width), y (B, 10) one-hot → (B, width)

    scale_y · (h − mean) / std + shift_y,  mean and std over the batch, whatever its labels

    A y that is not one-hot mixes labels. Source: Dumoulin et al. 2017; in BigGAN (Brock et al. 2019) scale
    and shift also depend on z.
    """

    def __init__(self, width, n_classes=10):
        super().__init__()
        self.norm = nn.BatchNorm1d(width, affine=False)
        self.scale = nn.Parameter(torch.ones(n_classes, width))
        self.shift = nn.Parameter(torch.zeros(n_classes, width))

    def forward(self, h, y):
        return (y @ self.scale) * self.norm(h) + y @ self.shift


class BigGenerator(nn.Module):
    """A generator that is told the label in each of its norms, and nowhere else.

    z (B, z_dim), labels y (B,), or shares of labels (B, 10) → (B, 1, 28, 28)
    """

    def __init__(self, z_dim=16, width=256):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(z_dim, width), nn.Linear(width, width)])
        self.norms = nn.ModuleList(ConditionalBatchNorm(width) for _ in self.layers)
        self.image = nn.Sequential(nn.Linear(width, 784), nn.Tanh(), nn.Unflatten(1, IMAGE))

    def forward(self, z, y):
        y = one_hot(y) if y.dim() == 1 else y
        h = z
        for layer, norm in zip(self.layers, self.norms, strict=True):
            h = norm(layer(h), y).relu()
        return self.image(h)


class ProjectionDiscriminator(nn.Module):
    """Is this a real image of y? (B, 1, 28, 28), (B,) → scores (B, 1)

    D(x, y) = a · f(x) + b + e_y · f(x),  features f (B, width), a row e_y for each label

    `norm` is put around every layer. Source: Miyato & Koyama 2018; Miyato et al. 2018.
    """

    def __init__(self, width=256, norm=spectral_norm):
        super().__init__()
        self.body = nn.Sequential(
            nn.Flatten(),
            norm(nn.Linear(784, width)),
            leaky(),
            norm(nn.Linear(width, width)),
            leaky(),
        )
        self.head = norm(nn.Linear(width, 1))
        self.of_label = norm(nn.Embedding(10, width))

    def forward(self, x, y):
        f = self.body(x)
        return self.head(f) + (self.of_label(y) * f).sum(1, keepdim=True)


@torch.no_grad()
def fresh_statistics(G, draws):
    """Take the statistics of G's batch norms anew: the plain mean over all `draws`, arguments of G.

    G has them from its training; its EMA, or another prior, needs others. Afterwards G is in evaluation mode.
    Source: Brock et al. 2019, "standing statistics". Trap: batch norm's own momentum of 0.1 forgets the
    first draws, and keeps some of what was there before.
    """
    norms = [m for m in G.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    before = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean, which counts all batches alike
    G.train()
    for draw in draws:
        G(*draw)
    G.eval()
    for norm, momentum in zip(norms, before, strict=True):
        norm.momentum = momentum
    return G
