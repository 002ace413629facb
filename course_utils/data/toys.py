"""Toy sets: n points (n, 2) with the label of each, and a mixture on a line."""

import math

import torch
from torch.distributions import Categorical, MixtureSameFamily, Normal

from .. import session


def ring(n, n_modes=8, radius=1.0, std=0.01):
    """Normals evenly on a circle: points (n, 2), modes (n,). The defaults are PacGAN's."""
    mode = torch.randint(n_modes, (n,), device=session.device())
    angle = mode * (2 * math.pi / n_modes)
    return radius * torch.stack([angle.cos(), angle.sin()], 1) + std * _noise(n), mode


def grid(n, side=5, spacing=2.0, std=0.05):
    """side × side Normals on a grid around 0: points (n, 2), modes (n,). The defaults are PacGAN's."""
    mode = torch.randint(side * side, (n,), device=session.device())
    cell = torch.stack([mode % side, mode // side], 1) - (side - 1) / 2
    return spacing * cell + std * _noise(n), mode


def centres(draw):
    """Where the modes of a ring or grid lie: its points without noise, each once. → (n_modes, 2)

    draw  the toy set: a function of n and std, such as `ring`
    """
    return torch.unique(draw(2_000, std=0.0)[0].round(decimals=4), dim=0)


def swiss_roll(n, turns=1.5, radius=2.0, std=0.03):
    """A spiral of `turns` turns: points (n, 2), and how far along it each lies (n,) in [0, 1]."""
    along = torch.rand(n, device=session.device())
    return spiral(along, turns, radius) + std * _noise(n), along


def spiral(along, turns=2.0, radius=3.0):
    """The points of a spiral at the shares `along` (n,) of its length, 0 to 1. → (n, 2)

    distance radius·√along, angle 2π·turns·√along: with √, equal shares are nearly equal lengths of spiral
    """
    angle = 2 * math.pi * turns * along.sqrt()
    return radius * along.sqrt().unsqueeze(1) * torch.stack([angle.cos(), angle.sin()], 1)


def two_moons(n, std=0.05):
    """Two half circles interleaved: points (n, 2) around 0, which moon (n,) 0 or 1."""
    moon = torch.randint(2, (n,), device=session.device())
    angle = math.pi * torch.rand(n, device=session.device())
    side = 1 - 2 * moon
    x = torch.stack([side * angle.cos() + moon - 0.5, side * (angle.sin() - 0.25)], 1)
    return x + std * _noise(n), moon


def mixture_1d(means=(-2.0, 1.0), stds=(0.5, 1.0), weights=(0.4, 0.6)):
    """A mixture of Normals on a line, with `.sample((n,))` and `.log_prob(x)`. → torch.distributions"""
    means, stds, weights = (torch.tensor(v, device=session.device()) for v in (means, stds, weights))
    return MixtureSameFamily(Categorical(weights), Normal(means, stds))


def _noise(n):
    return torch.randn(n, 2, device=session.device())
