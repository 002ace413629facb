"""Codes and points in the plane, and what discriminators and critics think of it."""

import matplotlib
import torch
from matplotlib.figure import Figure

from .style import CODE, FAKE, INK, PRIOR, REAL, STYLE, TEN, VERDICT, axes, figure_png


def _digits_scatter(ax, xy, y, size=34):
    for digit in range(10):
        ax.scatter(*xy[y == digit].T, s=size, color=TEN[digit], marker=f"${digit}$", linewidths=0)


def latent_scatter(z, y, title=None, prior=None):
    """Codes (n, 2) drawn as their digits, over draws (m, 2) of a prior in grey. → Figure"""
    figure, ax = axes(height=6.5)
    _codes_over(ax, z, y, prior, size=34)
    ax.set_title(title)
    return figure


def latent_scatters(codes, y, prior=None):
    """The same for several codes of the same images, side by side: `{title: z}`. → Figure"""
    figure, row = axes(1, len(codes), height=10.6 / len(codes), squeeze=False, sharex=True, sharey=True)
    for ax, (title, z) in zip(row[0], codes.items(), strict=True):
        _codes_over(ax, z, y, prior, size=24)
        ax.set_title(title)
    return figure


def _codes_over(ax, z, y, prior, size):
    if prior is not None:
        _draws(ax, prior)
    _digits_scatter(ax, torch.as_tensor(z).cpu().numpy(), torch.as_tensor(y).cpu().numpy(), size)
    ax.set(xlabel="z1", ylabel="z2", aspect="equal")
    # "constrained" cuts titles off where square axes just fill the height
    ax.figure.set_layout_engine("compressed")


def _draws(ax, prior):
    ax.scatter(*torch.as_tensor(prior).cpu().T, s=18, color=PRIOR, marker="x", linewidths=1, alpha=0.4)


def judged(D, real, fake, slopes=None, span=3.5, n=81):
    """What a discriminator of points thinks of each place, with real (n, 2) and fake (m, 2) points on it. → Figure

    D       (k, 2) → logits (k, 1); its probability of real is the map, blue = real, orange = fake
    slopes  (m, 2), drawn as an arrow at each fake point
    """
    real, fake = (torch.as_tensor(v).detach() for v in (real, fake))
    at = torch.linspace(-span, span, n, device=fake.device)
    x, y = torch.meshgrid(at, at, indexing="xy")
    with torch.no_grad():
        p = D(torch.stack([x.flatten(), y.flatten()], 1)).sigmoid().reshape(n, n).cpu()
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8, 6.2), layout="constrained")
        ax = figure.subplots()
        shown = ax.imshow(p, cmap=VERDICT, vmin=0, vmax=1, origin="lower", extent=(-span, span) * 2)
        figure.colorbar(shown, ax=ax, label="D: probability of real")
        ax.scatter(*real.cpu().T, s=26, color=PRIOR, marker="x", linewidths=1.2, label="prior (real)")
        ax.scatter(*fake.cpu().T, s=16, color=CODE, label="codes (fake)")
        if slopes is not None:
            arrows = torch.as_tensor(slopes).detach().cpu()
            ax.quiver(*fake.cpu().T, *arrows.T, color=INK, width=0.004, angles="xy")
        ax.set(xlabel="z1", ylabel="z2", xlim=(-span, span), ylim=(-span, span), aspect="equal")
        ax.grid(False)
        ax.legend(loc="upper right", frameon=True)
    return figure


def surfaces(critics, real, fake, span=3.0, n=101):
    """What critics say of each place, in a table of maps with lines of equal value. → Figure

    critics     {row: {column: C}}, C (k, 2) → (k, 1); high is blue, low is orange, each in its own range
    real, fake  {column: points (m, 2)}, drawn over the maps in blue and orange
    """
    figure, table = axes(len(critics), len(real), height=3.4, squeeze=False, sharex=True, sharey=True)
    for ax, column in zip(table[0], real, strict=True):
        ax.set_title(column)
    for line, (row, cells) in zip(table, critics.items(), strict=True):
        for ax, (column, C) in zip(line, cells.items(), strict=True):
            points = torch.as_tensor(real[column])
            at = torch.linspace(-span, span, n, device=points.device)
            x, y = torch.meshgrid(at, at, indexing="xy")
            with torch.no_grad():
                value = C(torch.stack([x.flatten(), y.flatten()], 1)).reshape(n, n).cpu()
            at = at.cpu()
            ax.contourf(at, at, value, 24, cmap=VERDICT)
            ax.contour(at, at, value, 14, colors=INK, linewidths=0.7, linestyles="solid")
            ax.scatter(*torch.as_tensor(fake[column]).cpu().T, s=7, color=FAKE, linewidths=0, alpha=0.6)
            ax.scatter(*points.cpu().T, s=7, color=REAL, linewidths=0)
            ax.set(xlim=(-span, span), ylim=(-span, span), aspect="equal")
            _bare(ax)
        line[0].set_ylabel(row)
    return figure


def _bare(ax):
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(False)


def between(x, x_fake, mixes):
    """Points somewhere between each fake and its real partner, all (n, 2): `{title: points}`, side by side. → Figure"""
    figure, row = axes(1, len(mixes), height=4.0, squeeze=False, sharex=True, sharey=True)
    x, x_fake = (torch.as_tensor(v).cpu() for v in (x, x_fake))
    for ax, (title, mixed) in zip(row[0], mixes.items(), strict=True):
        ways = torch.stack([x, x_fake, torch.full_like(x, torch.nan)], 1).flatten(
            0, 1
        )  # a gap after each line
        ax.plot(*ways.T, color=PRIOR, lw=0.6, alpha=0.5, zorder=1)
        for points, colour, label in (
            (x, REAL, "real"),
            (x_fake, FAKE, "fake"),
            (mixed.cpu(), INK, "between"),
        ):
            ax.scatter(*points.T, s=26, color=colour, label=label, linewidths=0, zorder=2)
        span = 1.3 * x.abs().max().item()
        ax.set(title=title, aspect="equal", xlim=(-span, span), ylim=(-span, span))
        _bare(ax)
    figure.legend(*row[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def seeds(x_fake, real, titles, caption=None):
    """Generated points of several runs, x_fake (S, n, 2), side by side over real ones (m, 2). → Figure"""
    figure, row = axes(1, len(x_fake), height=2.5, squeeze=False, sharex=True, sharey=True)
    real = torch.as_tensor(real).cpu()
    span = 1.3 * real.abs().max().item()
    for ax, points, title in zip(row[0], x_fake, titles, strict=True):
        ax.scatter(*real.T, s=10, color=REAL, marker="x", linewidths=1)
        ax.scatter(*points.detach().cpu().clamp(-span, span).T, s=7, color=FAKE, alpha=0.5, linewidths=0)
        ax.set(title=title, aspect="equal", xlim=(-span, span), ylim=(-span, span), xticks=[], yticks=[])
    figure.suptitle(caption, x=0.01, ha="left")
    return figure


def map_png(xy, y=None, x_range=(-3, 3), y_range=(-3, 3), width=420, height=420, prior=None, sharper=1.5):
    """Points (n, 2), as their digits where y is given, as PNG bytes that fill exactly `x_range` × `y_range`."""
    figure = Figure(figsize=(width / 100, height / 100), dpi=100)
    ax = figure.add_axes([0, 0, 1, 1], xlim=x_range, ylim=y_range)
    ax.axis("off")
    xy = torch.as_tensor(xy).cpu().numpy()
    if prior is not None:
        _draws(ax, prior)
    if y is None:
        ax.scatter(*xy.T, s=6, color=INK)
    else:
        _digits_scatter(ax, xy, torch.as_tensor(y).cpu().numpy(), size=22)
    return figure_png(figure, sharper)
