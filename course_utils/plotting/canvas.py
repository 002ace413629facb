"""What pictures are drawn on and with: axes, dots, and Pillow's pictures as bytes."""

import torch
from matplotlib.figure import Figure

from .style import WIDTH, styled


@styled
def axes(n_rows=1, n_cols=1, height=3.6, width=WIDTH, **kwargs):
    """An empty Figure in the course's look and its axes: `figure, ax = axes()`. Inches; `height` of a row."""
    figure = Figure(figsize=(width, height * n_rows), layout="constrained")
    return figure, figure.subplots(n_rows, n_cols, **kwargs)


def titled(titles, height, **kwargs):
    """A Figure with axes side by side, one for each title. → Figure, array of axes"""
    figure, table = axes(1, len(titles), height, squeeze=False, **kwargs)
    for ax, title in zip(table[0], titles, strict=True):
        ax.set_title(title)
    return figure, table[0]


def below(figure, handles, labels):
    """One legend below all plots, where it covers nothing."""
    n_cols = int(7 * figure.get_figwidth() / (4 + max(map(len, labels))))  # about 7 letters an inch
    n_cols = max(1, min(n_cols, len(labels)))
    look = dict(frameon=False, handlelength=1.6, markerscale=1.6)
    figure.legend(handles, labels, loc="outside lower center", ncols=n_cols, **look)


def bare(ax):
    """Take ticks, grid and frame away."""
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(False)


def square(ax, span):
    """Show the square from −span to span, undistorted."""
    ax.set(xlim=(-span, span), ylim=(-span, span), aspect="equal")


def array(values):
    """Numbers of any kind, on any device, as a NumPy array."""
    return torch.as_tensor(values).detach().cpu().numpy()


def in_plane(seen):
    """Are these points (n, 2), as an array or a tensor? → bool"""
    return seen.ndim == 2 and seen.shape[1] == 2


def dots(ax, points, size, colour, **look):
    """Points (n, 2) as dots, or as another `marker`."""
    points = array(points)
    if not in_plane(points):
        raise ValueError(f"a plane shows points (n, 2), but these are {points.shape}: take two columns.")
    ax.scatter(*points.T, s=size, color=colour, **look)
