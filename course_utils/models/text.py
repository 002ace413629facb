"""A network that writes text, sign by sign, and one that judges it. A sentence is (T, k), one-hot rows."""

import torch
from torch import nn

from ..estimates import draw
from .layers import mlp


class Writer(nn.Module):
    """A recurrent network (GRU) that says for each sign how probable it is, given those before it.

    As a policy: the state is what is written so far, an action is the next sign. Source: Yu et al. 2017, with
    an LSTM; deck 001, "GAN for Text".
    """

    def __init__(self, length=5, n_signs=12, hidden=32):
        super().__init__()
        self.length, self.n_signs, self.hidden = length, n_signs, hidden
        self.cell, self.out = nn.GRUCell(n_signs, hidden), nn.Linear(hidden, n_signs)

    def write(self, n, choose=draw):
        """n sentences, sign by sign; choose: logits (n, k) → the next sign, one-hot or soft. → (n, T, k)"""
        nothing = self.out.weight.new_zeros(n, self.length, self.n_signs)
        return self.write_on(nothing, nothing.new_zeros(n), choose)

    def write_on(self, x, keep, choose=draw):
        """Sentences x (n, T, k) of which the first `keep` (n,) signs stay, and the others are drawn anew."""
        h, sign, signs = x.new_zeros(len(x), self.hidden), torch.zeros_like(x[:, 0]), []
        for t in range(self.length):
            h = self.cell(sign, h)
            sign = torch.where((t < keep)[:, None], x[:, t], choose(self.out(h)))
            signs.append(sign)
        return torch.stack(signs, 1)

    def forward(self, x):
        """The logits of each sign of x (B, T, k), given those before it. → (B, T, k)"""
        h, logits = x.new_zeros(len(x), self.hidden), []
        for t in range(self.length):
            h = self.cell(x[:, t - 1] if t else torch.zeros_like(x[:, 0]), h)
            logits.append(self.out(h))
        return torch.stack(logits, 1)

    def log_p(self, x):
        """log p of each sign of x (B, T, k), given those before it. → (B, T)"""
        return (self(x).log_softmax(-1) * x).sum(-1)


def text_discriminator(length=5, n_signs=12, hidden=64):
    """Is this sentence real? (B, T, k) → logits (B, 1)"""
    return nn.Sequential(nn.Flatten(), *mlp(length * n_signs, 1, hidden))
