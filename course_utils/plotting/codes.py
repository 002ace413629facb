"""Codes and points in the plane, and the values of discriminators and critics there."""

import numpy as np
import torch
from matplotlib.figure import Figure

from .canvas import array, axes, bare, below, dots, square, titled
from .style import CODE, FAKE, INK, PRIOR, REAL, TEN, VERDICT, figure_png, styled


def latent_scatter(z, y, title=None, prior=None):
    """Codes (n, 2) drawn as their digits, over draws (m, 2) of a prior in grey. → Figure"""
    return _scatters({title: z}, y, prior, height=6.5, size=34)


def latent_scatters(codes, y, prior=None):
    """The same for several codes of the same images, side by side: `{title: z}`. → Figure"""
    return _scatters(codes, y, prior, height=10.6 / len(codes), size=24)


def _scatters(codes, y, prior, height, size):
    figure, row = titled(codes, height, sharex=True, sharey=True)
    for ax, z in zip(row, codes.values(), strict=True):
        _digits(ax, z, y, size, prior)
        ax.set(xlabel="z1", ylabel="z2", aspect="equal")
    figure.set_layout_engine(
        "compressed"
    )  # "constrained" cuts titles off where square axes just fill the height
    return figure


def _digits(ax, z, y, size, prior):
    """Codes drawn as their digits, or as dots where y is None, over draws of a prior."""
    if prior is not None:
        dots(ax, prior, 18, PRIOR, marker="x", linewidths=1, alpha=0.4)
    if y is None:
        return dots(ax, z, 6, INK)
    z, y = array(z), array(y)
    for label in np.unique(y):
        dots(ax, z[y == label], size, TEN[int(label) % 10], marker=f"${label:g}$", linewidths=0)


def _over_square(f, span, n, points):
    """f of n × n places, on the device of `points`. → where (n,), values (n, n) with row 0 at the bottom"""
    at = torch.linspace(-span, span, n, device=torch.as_tensor(points).device)
    places = torch.stack(torch.meshgrid(at, at, indexing="xy"), -1).reshape(-1, 2)
    with torch.no_grad():
        return array(at), array(f(places).reshape(n, n))


@styled
def discriminator_map(D, real, fake, slopes=None, span=3.5, n=81):
    """A discriminator's probability of real as a map, with real (n, 2) and fake (m, 2) points on it. → Figure

    D       (k, 2) → logits (k, 1); on the map, blue is real, orange is fake
    slopes  (m, 2), drawn as an arrow at each fake point: gradients, for example
    """
    figure, ax = axes(height=6.2, width=8)
    _, p = _over_square(lambda x: D(x).sigmoid(), span, n, fake)
    shown = ax.imshow(p, cmap=VERDICT, vmin=0, vmax=1, origin="lower", extent=(-span, span) * 2)
    figure.colorbar(shown, ax=ax, label="D: probability of real")
    dots(ax, real, 26, PRIOR, marker="x", linewidths=1.2, label="prior (real)")
    dots(ax, fake, 16, CODE, label="codes (fake)")
    if slopes is not None:
        ax.quiver(*array(fake).T, *array(slopes).T, color=INK, width=0.004, angles="xy")
    square(ax, span)
    ax.set(xlabel="z1", ylabel="z2")
    ax.grid(False)
    ax.legend(loc="upper right", frameon=True)
    return figure


def surfaces(critics, real, fake, span=3.0, n=101):
    """The values of critics over the plane, in a table of maps with lines of equal value. → Figure

    critics     {row: {column: C}}, C (k, 2) → (k, 1); high is blue, low is orange, each in its own range
    real, fake  {column: points (m, 2)}, drawn over the maps in blue and orange
    """
    figure, table = axes(len(critics), len(real), height=3.4, squeeze=False, sharex=True, sharey=True)
    for ax, column in zip(table[0], real, strict=True):
        ax.set_title(column)
    for line, (row, cells) in zip(table, critics.items(), strict=True):
        for ax, (column, C) in zip(line, cells.items(), strict=True):
            at, value = _over_square(C, span, n, real[column])
            ax.contourf(at, at, value, 24, cmap=VERDICT)
            ax.contour(at, at, value, 14, colors=INK, linewidths=0.7, linestyles="solid")
            dots(ax, fake[column], 7, FAKE, linewidths=0, alpha=0.6, label="fake")
            dots(ax, real[column], 7, REAL, linewidths=0, label="real")
            square(ax, span)
            bare(ax)
        line[0].set_ylabel(row)
    below(figure, *table[0, 0].get_legend_handles_labels())
    return figure


def between(x, x_fake, mixes):
    """Points between each fake and its real partner, all (n, 2): `{title: points}`, side by side. → Figure"""
    figure, row = titled(mixes, 4.3, sharex=True, sharey=True)
    x, x_fake = array(x), array(x_fake)
    gap = np.full_like(x, np.nan)  # a line ends where a number is missing
    lines = np.stack([x, x_fake, gap], 1).reshape(-1, 2)
    for ax, mixed in zip(row, mixes.values(), strict=True):
        ax.plot(*lines.T, color=PRIOR, lw=0.6, alpha=0.5, zorder=1)
        for points, colour, label in (x, REAL, "real"), (x_fake, FAKE, "fake"), (mixed, INK, "between"):
            dots(ax, points, 26, colour, label=label, linewidths=0, zorder=2)
        square(ax, 1.3 * float(abs(x).max()))
        bare(ax)
    below(figure, *row[0].get_legend_handles_labels())
    return figure


def seeds(x_fake, real, titles, caption=None, height=2.7):
    """Generated points of several runs, x_fake (S, n, 2), side by side over real ones (m, 2). → Figure

    Points outside the picture are drawn at its rim, with a look of their own.
    """
    figure, row = titled(titles, height, sharex=True, sharey=True)
    span = 1.3 * float(abs(array(real)).max())
    for ax, points in zip(row, map(array, x_fake), strict=True):
        outside = (abs(points) > span).any(1)
        dots(ax, real, 10, REAL, marker="x", linewidths=1, label="real")
        dots(ax, points[~outside], 7, FAKE, alpha=0.5, linewidths=0, label="generated")
        if outside.any():
            at_rim = points[outside].clip(-span, span)
            dots(ax, at_rim, 22, INK, marker="s", linewidths=0, clip_on=False, label="outside")
        square(ax, span)
        ax.set(xticks=[], yticks=[])
    found = [ax.get_legend_handles_labels() for ax in row]
    below(figure, *max(found, key=lambda handles_labels: len(handles_labels[1])))
    figure.suptitle(caption, x=0.01, ha="left")
    return figure


def map_png(xy, y=None, x_range=(-3, 3), y_range=(-3, 3), width=420, height=420, prior=None, sharper=1.5):
    """Points (n, 2), drawn as their digits y, as PNG bytes that fill exactly `x_range` × `y_range`."""
    figure = Figure(figsize=(width / 100, height / 100), dpi=100)
    ax = figure.add_axes([0, 0, 1, 1], xlim=x_range, ylim=y_range)
    ax.axis("off")
    _digits(ax, xy, y, 22, prior)
    return figure_png(figure, sharper)
