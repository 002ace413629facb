"""Black or white images: binarized by chance, and small sets that are known as a whole."""

import torch

from .. import session
from .batches import Batches


def binarize(x, seed=None):
    """Ink with the grey value as its probability: images x in [−1, 1] → the same shape in {−1, 1}.

    seed  if given, the same draw each time: for a test set

    Source: Salakhutdinov & Murray 2008. Trap: the sign of the pixels, or a draw that is kept for training,
    is another data set, with other nats.
    """
    ink = ((x + 1) / 2).clamp(0, 1)
    if seed is None:
        return 2 * torch.bernoulli(ink) - 1
    with session.seeded(seed):
        return 2 * (torch.rand(x.shape) < ink.cpu()).to(x) - 1  # drawn on the CPU: the same on every device


class BinaryBatches(Batches):
    """Endless random mini-batches as `Batches`, and each is binarized by chance, anew every time."""

    def __next__(self):
        x, y = super().__next__()
        return binarize(x), y


def _all_rows(n):
    """All rows of n pixels, each −1 or 1. → (2ⁿ, n)"""
    return 2 * (torch.arange(2**n, device=session.device())[:, None] >> _places(n) & 1) - 1.0


def _places(n):
    return torch.arange(n, device=session.device())


def bars_and_stripes(side=3):
    """All images whose rows, or whose columns, each have one colour, −1 or 1. → (2·2^side − 2, 1, side, side)

    Source: MacKay 2003, section 43.2. The empty and the full image are both, and are listed once.
    """
    bars = _all_rows(side)[:, None, None, :].expand(-1, 1, side, side)
    return torch.cat([bars, bars.transpose(2, 3)[1:-1]])


def even_rows(side=3):
    """All images, −1 or 1, with an even number of ink pixels in each row. → (n, 1, side, side)"""
    x = _all_rows(side * side).unflatten(1, (1, side, side))
    return x[((x > 0).sum(3) % 2 == 0).flatten(1).all(1)]
