"""The game without a picture: two small networks, a data set, a step; always on the CPU, with chances of its own."""

import contextlib
import inspect
from functools import partial
from types import SimpleNamespace
from typing import NamedTuple

import torch

from .. import data, losses, metrics, models, steps, transport

SPAN = 3.0  # the plane is [−SPAN, SPAN]²
N_SHOWN = 256  # points of each kind in the picture, and in the distance


class Toy(NamedTuple):
    """`draw(n)` gives points (n, 2); `centres` (m, 2) and `std` where the modes can be counted."""

    draw: object
    centres: torch.Tensor | None = None
    std: float = 0.0


def _modes(draw, n, **shape):
    """A Toy of Normals, its centres found by drawing them without noise."""
    centres, _ = draw(4000, std=0.0, **shape)
    return Toy(lambda k: draw(k, **shape)[0].cpu(), torch.unique(centres.cpu(), dim=0)[:n], shape.get("std"))


def _line(n):
    along = 4 * torch.rand(n, 1) - 2
    return torch.cat([along, 0.5 * along], 1) + 0.05 * torch.randn(n, 2)


DATA = {
    "line": Toy(_line),
    "ring of 8": Toy(lambda n: data.ring(n, radius=2.0, std=0.05)[0].cpu()),
    "grid of 25": Toy(lambda n: data.grid(n, spacing=1.0, std=0.05)[0].cpu()),
    "two moons": Toy(lambda n: 1.4 * data.two_moons(n)[0].cpu()),
    "Swiss roll": Toy(lambda n: data.swiss_roll(n, radius=2.5)[0].cpu()),
    "draw your own": Toy(None),
}

RULES = {
    "non-saturating": steps.gan_step,
    "minimax": partial(steps.gan_step, generator_loss=losses.minimax),
    "least squares": steps.lsgan_step,
    "Wasserstein, clipping": partial(steps.wgan_step, clip=0.1),
    "Wasserstein, penalty": partial(steps.wgan_gp_step, gp_weight=0.1),
}
