"""Fully visible belief networks: each pixel's logit from the pixels before it, in reading order.

Images x (B, 1, h, w) hold −1 and 1 only; each network gives logits of ink like x: p(x_i = 1 | x_1 … x_{i−1}).
"""

import torch
from torch import nn
from torch.nn import functional as F

from .layers import IMAGE


def log_odds(x):
    """The logits of the mean image of x (n, 1, h, w) in [−1, 1]: a bias to start with. → (1, h, w)"""
    ink = (x.mean(0) + 1) / 2
    return ink.clamp(1e-3, 1 - 1e-3).logit()


def made_masks(m, n):
    """MADE's masks for n pixels in reading order, and hidden units with the numbers m (hidden,). → two masks

    Unit j sees the pixels before number m_j (0 to m_j − 1), and only pixels from m_j on see the unit: so no
    path leads from a pixel to itself or to an earlier one.  → (hidden, n) into the units, (n, hidden) out
    """
    pixel = torch.arange(n, device=m.device)
    enter = pixel[None] < m[:, None]  # (hidden, n)
    leave = m[None] <= pixel[:, None]  # (n, hidden)
    return enter.float(), leave.float()


def causal_mask(kind, k):
    """The mask of a convolution k×k that looks back: 1 where a weight stays. → (k, k)

    Rows above stay, and places to the left; kind "A" leaves out the place itself, kind "B" keeps it. Source:
    van den Oord et al. 2016. Trap: with "B" in the first layer a pixel sees itself, and nats fall to nothing.
    """
    mask = torch.ones(k, k)
    middle = k // 2
    mask[middle, middle + (kind == "B") :] = 0  # in its own row
    mask[middle + 1 :] = 0  # rows below
    return mask


class MaskedLinear(nn.Linear):
    """A linear layer without the weights where `mask` (n_out, n_in) is 0. (B, n_in) → (B, n_out)"""

    def __init__(self, mask, bias=True):
        super().__init__(mask.shape[1], mask.shape[0], bias)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x):
        return F.linear(x, self.weight * self.mask, self.bias)


class PixelByItself(nn.Module):
    """No pixel looks at another: the logits of a mean image. `bias` is the image of logits."""

    def __init__(self, shape=IMAGE):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(shape))

    def forward(self, x):
        return self.bias.expand_as(x)


class LogisticPixels(PixelByItself):
    """One logistic regression for each pixel, from all pixels before it (Frey et al. 1996; deck 001)."""

    def __init__(self, shape=IMAGE):
        super().__init__(shape)
        n = self.bias.numel()
        self.direct = MaskedLinear(torch.ones(n, n).tril(-1), bias=False)  # row i: the pixels before i
        nn.init.zeros_(self.direct.weight)

    def forward(self, x):
        return self.bias + self.direct(x.flatten(1)).view_as(x)


class MADE(LogisticPixels):
    """Logistic regressions and a hidden layer whose masks hide the future (Germain et al. 2015; deck 001).

    Masks as in `made_masks`, the units' numbers spread evenly over the pixels.
    """

    def __init__(self, hidden=500, shape=IMAGE):
        super().__init__(shape)
        n = self.bias.numel()
        enter, leave = made_masks(torch.linspace(1, n - 1, hidden).long(), n)
        self.enter, self.leave = MaskedLinear(enter), MaskedLinear(leave, bias=False)
        nn.init.normal_(self.leave.weight, std=0.01)

    def forward(self, x):
        h = self.enter(x.flatten(1)).relu()  # (B, hidden)
        return super().forward(x) + self.leave(h).view_as(x)


class MaskedConv(nn.Conv2d):
    """A convolution that looks back: rows above and, in its own row, places to the left (van den Oord 2016).

    kind "A" leaves out the place itself (the first layer), "B" sees it. (B, n_in, h, w) → (B, n_out, h, w)
    Rows below are masked anyway, so the kernel (k//2 + 1, k) does without them.
    """

    def __init__(self, kind, n_in, n_out, k):
        super().__init__(n_in, n_out, (k // 2 + 1, k))
        mask = causal_mask(kind, k)[: k // 2 + 1]
        self.register_buffer("mask", mask, persistent=False)
        with torch.no_grad():
            self.weight *= (mask.numel() / mask.sum().item()) ** 0.5  # as large an output as without the mask

    def forward(self, x):
        r = self.kernel_size[1] // 2
        return F.conv2d(F.pad(x, (r, r, r, 0)), self.weight * self.mask, self.bias)


class PixelCNN(nn.Module):
    """Masked convolutions 5×5 with residuals, and a bias that knows the place (van den Oord et al. 2016)."""

    def __init__(self, channels=16, n_layers=3, k=5, shape=IMAGE):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(shape))
        self.first = MaskedConv("A", 1, channels, k + 2)
        self.layers = nn.ModuleList(MaskedConv("B", channels, channels, k) for _ in range(n_layers))
        self.head = nn.Sequential(
            nn.ReLU(), nn.Conv2d(channels, channels, 1), nn.ReLU(), nn.Conv2d(channels, 1, 1)
        )
        with torch.no_grad():
            self.head[-1].weight *= 0.1

    def forward(self, x):
        h = self.first(x)  # (B, channels, 28, 28): mask A
        for layer in self.layers:
            h = h + layer(h.relu())  # mask B
        return self.head(h) + self.bias


class GatedLayer(nn.Module):
    """Two stacks: v has seen the rows above, h those and the own row so far (van den Oord et al. 2016b)."""

    def __init__(self, n_in, channels, k):
        super().__init__()
        self.r = k // 2
        self.rows = nn.Conv2d(n_in, 2 * channels, (self.r + 1, k))
        self.row = nn.Conv2d(n_in, 2 * channels, (1, self.r + 1))
        self.down = nn.Conv2d(2 * channels, 2 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)

    def forward(self, v, h):
        r = self.r
        v = self.rows(F.pad(v, (r, r, r, 0)))
        new = self.out(gate(self.row(F.pad(h, (r, 0, 0, 0))) + self.down(v)))
        return gate(v), new + h if new.shape == h.shape else new


def gate(a):
    """tanh of one half of the channels, times the sigmoid of the other. (B, 2c, …) → (B, c, …)"""
    a, b = a.chunk(2, 1)
    return a.tanh() * b.sigmoid()


class GatedPixelCNN(nn.Module):
    """PixelCNN without a blind spot. The image is shifted once, down and right: then no mask is needed."""

    def __init__(self, channels=16, n_layers=3, k=5, shape=IMAGE):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(shape))
        widths = [1, *[channels] * n_layers]
        self.layers = nn.ModuleList(GatedLayer(n_in, channels, k) for n_in in widths)
        self.head = nn.Sequential(
            nn.ReLU(), nn.Conv2d(channels, channels, 1), nn.ReLU(), nn.Conv2d(channels, 1, 1)
        )
        with torch.no_grad():
            self.head[-1].weight *= 0.1

    def forward(self, x):
        v, h = F.pad(x, (0, 0, 1, 0))[:, :, :-1], F.pad(x, (1, 0, 0, 0))[..., :-1]
        for layer in self.layers:
            v, h = layer(v, h)
        return self.head(h) + self.bias
