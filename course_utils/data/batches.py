"""Endless random mini-batches.

No DataLoader: the whole set is one tensor where the networks are, and a batch is a random index into it.
"""

import torch


def check_images(x):
    """Raise an error that says what to do if images x (n, channels, height, width) are not in [−1, 1]."""
    if not x.is_floating_point():
        raise TypeError(f"images are float32 in [−1, 1], but these are {x.dtype}: x.float() / 127.5 - 1")
    low, high = x.aminmax()
    if not (low.isfinite() and high.isfinite()):
        raise ValueError("these images are not finite: nan or inf is among their pixels.")
    if low < -1.01 or high > 1.01:
        remedy = "x / 127.5 - 1" if high > 1.01 and low >= 0 else "x.clamp(-1, 1), if that is meant"
        raise ValueError(f"images are in [−1, 1], but these are in [{low:.3g}, {high:.3g}]: {remedy}")
    if low >= 0 and high > 0.5:
        raise ValueError(f"images are in [−1, 1], but these are in [{low:.3g}, {high:.3g}]: 2 * x - 1")


class Batches:
    """Endless random mini-batches: `x, y = next(batches)` gives (B, …) and (B,), or None without labels.

    rows  (n,) the items to draw from, each as often as it is named; without it, all of them
    """

    def __init__(self, x, y=None, batch_size=128, rows=None):
        if len(x) == 0:
            raise ValueError("there is nothing to draw batches from: x is empty.")
        if y is not None and len(y) != len(x):
            raise ValueError(f"every item needs its label, but there are {len(x)} items and {len(y)} labels.")
        if x.is_floating_point() and x.dtype != (wanted := torch.get_default_dtype()):
            raise TypeError(f"these items are {x.dtype}, but new networks are {wanted}: x.to({wanted}).")
        if x.dim() == 4 and not x.is_meta:  # a meta tensor has no values
            check_images(x)
        self.x, self.y, self.batch_size = x, y, batch_size
        self.rows = None if rows is None else rows.to(x.device)

    def __iter__(self):
        return self

    def __next__(self):
        n = len(self.x) if self.rows is None else len(self.rows)
        i = torch.randint(n, (self.batch_size,), device=self.x.device)
        if self.rows is not None:
            i = self.rows[i]
        return self.x[i], None if self.y is None else self.y[i]


class MovingDigits(Batches):
    """Endless frames of a digit and the next one: `x, x_next = next(batches)`, (B, 1, 28, 28) each.

    The digit moves by `stride` pixels to the left, right, top or bottom, and nothing in x tells which way.
    """

    def __init__(self, x, batch_size=64, stride=4):
        super().__init__(x, None, batch_size)
        self.stride = stride

    def __next__(self):
        x, _ = super().__next__()
        way = torch.randint(4, (len(x),), device=x.device)
        return x, self.futures(x)[way, torch.arange(len(x), device=x.device)]

    def futures(self, x):
        """All four next frames of x (n, 1, 28, 28). → (4, n, 1, 28, 28)"""
        s = self.stride
        return torch.stack([x.roll(move, (2, 3)) for move in ((0, -s), (0, s), (-s, 0), (s, 0))])


def balanced(y, n_each):
    """Rows of n_each items of each label in y (N,), chosen at random. → (n_labels · n_each,)"""
    shuffled = torch.randperm(len(y), device=y.device)
    return torch.cat([shuffled[y[shuffled] == label][:n_each] for label in y.unique()])


def half_labelled(n_labels, n):
    """Rows for `Batches` when only the first n_labels of n items have a label: about half of a batch has one.

    That is so for labels that are few; where a third of the items or more have one, they are not repeated.
    → (m,)
    """
    rest = torch.arange(n_labels, n)
    return torch.cat([torch.arange(n_labels).repeat(max(1, len(rest) // n_labels)), rest])
