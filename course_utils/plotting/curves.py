"""Curves, paths, spreads and surfaces."""

import itertools

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from .canvas import array, axes, bare, below, titled
from .images import frame
from .style import FAKE, INK, PRIOR, REAL, WIDTH, styled


def _curve(ax, values, label):
    """A noisy curve, faint, under the means of fifty parts of it."""
    steps = np.arange(1, len(values) + 1)
    parts = [part for part in np.array_split(np.arange(len(values)), 50) if len(part)]
    (line,) = ax.plot([steps[p].mean() for p in parts], [values[p].mean() for p in parts], label=label)
    if len(values) > 50:
        thin = slice(None, None, -(-len(values) // 2000))
        ax.plot(steps[thin], values[thin], color=line.get_color(), alpha=0.2, linewidth=0.8, zorder=1)


def _curves(figure, ax, history, n_steps):
    losses = {name: history[name] for name in history}
    for name, values in losses.items():
        _curve(ax, values, name)
    ax.set(xlim=(0, n_steps), xlabel="step")
    ax.set_ylabel("loss" if all(name.startswith("L") for name in losses) else "loss, or other score")
    _legends(figure, [ax])
    values = np.concatenate(list(losses.values()))
    values = values[np.isfinite(values)]
    if len(values) > 100:  # the first steps' high losses would flatten the rest
        low, high = values.min(), np.quantile(values, 0.995)
        ax.set_ylim(low - 0.05 * (high - low) - 1e-9, high + 0.05 * (high - low) + 1e-9)


def curves(history, title="Losses during training"):
    """The losses of a History against the step. → Figure"""
    if not history.n_steps:
        raise ValueError("this history is empty: no step has been trained yet.")
    figure, ax = axes()
    _curves(figure, ax, history, history.n_steps)
    ax.set_title(title)
    return figure


def training(history, n_steps, note):
    """The live picture: losses over all n_steps, beside them what `watch` saw last. → Figure

    After a training that stopped early, the axis ends at the steps done.
    """
    if history.film:
        figure, (left, right) = axes(1, 2, height=3.6, width_ratios=(3, 2))
        frame(right, history.film[-1])
    else:
        figure, left = axes(height=2.8)
    _curves(figure, left, history, history.n_steps if history.stopped else n_steps)
    title = f"step {history.n_steps:,} of {n_steps:,} · {note}\n{history.latest()}"
    left.set_title(title, loc="left", fontsize=13)
    return figure


def panels(at, contents, xlabel="x", height=3.2, mark=None):
    """One small plot for each title, side by side: `{title: {label: values}}`. → Figure

    Values of the length of `at` are a curve over it; under the labels `real` and `fake` they are
    data, and drawn as a histogram. `mark` is a place on the axis, such as a slider's value.
    """
    at = array(at)
    figure, row = titled(contents, height)
    for ax, lines in zip(row, contents.values(), strict=True):
        styles = itertools.cycle(("-", "--", ":", "-."))
        for label, values in lines.items():
            if label in ("real", "fake"):
                colour, name = {"real": (REAL, "data"), "fake": (FAKE, "samples")}[label]
                values, low, high = array(values).ravel(), float(at[0]), float(at[-1])
                # not `density`: values outside are a part of the distribution, too
                share = np.full(len(values), 50 / (high - low) / len(values))
                look = dict(range=(low, high), color=colour, alpha=0.5, label=name)
                ax.hist(values, 50, weights=share, **look)
                ax.set_ylabel("density")
            else:
                colour = PRIOR if label == "prior" else None
                ax.plot(at, array(values), next(styles), label=label, color=colour)
        if mark is not None:
            ax.axvline(float(mark), color=PRIOR, lw=1.5, ls=":")
        ax.set_xlabel(xlabel)
    _legends(figure, row)
    return figure


def _legends(figure, row):
    """One below all plots if they have the same labels, else one below each: so it covers no curve."""
    found = [ax.get_legend_handles_labels() for ax in row]
    handles, labels = found[0]
    if labels and all(others == labels for _, others in found):
        below(figure, handles, labels)
        return
    for ax, (handles, _) in zip(row, found, strict=True):
        if handles:
            under = dict(loc="upper center", bbox_to_anchor=(0.5, -0.28), frameon=False)
            ax.legend(**under, ncols=2, handlelength=1.6, columnspacing=1)


def _runs(ax, i, numbers, dot, alpha, stroke):
    """Numbers as dots in row i, their mean as a vertical stroke. → the mean"""
    mean = sum(numbers) / len(numbers)
    ax.plot(numbers, [i] * len(numbers), "o", color=FAKE, ms=dot, alpha=alpha, mew=0)
    ax.plot(mean, i, "|", color=INK, ms=stroke, mew=2.5)
    return mean


def spreads(values, xlabel, title=None):
    """The scores of several runs of each setting, and their mean: `{setting: [numbers]}`. → Figure"""
    figure, ax = axes(height=0.55 * len(values) + 1.2)
    for i, numbers in enumerate(values.values()):
        mean = _runs(ax, i, numbers, dot=8, alpha=0.6, stroke=24)
        ax.annotate(f"{mean:.1f}", (max(numbers), i), (14, 0), textcoords="offset points", va="center")
    ax.set_yticks(range(len(values)), list(values))
    ax.set(xlabel=xlabel, title=title, ylim=(len(values) - 0.5, -0.5))
    ax.margins(x=0.1)
    if min(min(numbers) for numbers in values.values()) < 0:
        ax.axvline(0, color=PRIOR, lw=1.5, zorder=0)
    else:
        ax.set_xlim(left=0)
    return figure


def bands(tables, plain="plain"):
    """Several tables of runs side by side, one row for each setting: `{title: {setting: [numbers] or None}}`.

    Dots are runs, the stroke is their mean; the grey line through all rows is the mean of `plain`. → Figure
    """
    rows = list(next(iter(tables.values())))
    figure, row = titled(tables, 0.36 * len(rows) + 1.0, sharey=True)
    for ax, table in zip(row, tables.values(), strict=True):
        ax.axvline(sum(table[plain]) / len(table[plain]), color=PRIOR, lw=2, zorder=0)
        for i, setting in enumerate(rows):
            if table[setting] is not None:
                _runs(ax, i, table[setting], dot=7, alpha=0.45, stroke=17)
        ax.margins(x=0.08)
        numbers = [number for each in table.values() for number in each or ()]
        if min(numbers) > 0 and max(numbers) > 50 * min(numbers):
            ax.set(xscale="log", xlabel="log scale")
        else:
            low, top = min(0, *numbers), max(0, *numbers)
            # the dots at the ends are to stand clear of the edges, however near the others are
            ax.set_xlim(low - 0.04 * (top - low), top + 0.06 * (top - low))
    row[0].set_yticks(range(len(rows)), rows)
    row[0].set_ylim(len(rows) - 0.5, -0.5)
    return figure


def maps(contents, names=(None, None), v_min=None, v_max=None):
    """Maps of numbers, `{title: (h, w)}`; `names` of column and row. → Figure

    Each has its own scale, unless it is given: with both ends all have one, and can be compared.
    From −v to v, numbers of both signs have colours of their own.
    """
    signed = None not in (v_min, v_max) and v_min == -v_max
    figure, row = titled(contents, 4.2 if len(contents) < 4 else 3.6)
    for ax, values in zip(row, contents.values(), strict=True):
        shown = ax.imshow(array(values), cmap="PuOr" if signed else "viridis", vmin=v_min, vmax=v_max)
        figure.colorbar(shown, ax=ax, location="bottom", shrink=0.9)
        bare(ax)
        ax.set(xlabel=names[0], ylabel=names[1])
    return figure


def layers(weights, slopes, chosen):
    """A network's weights, in units of their bound, and how large the gradient is at each layer. → Figure

    weights  numbers (n,) in [−1, 1]
    slopes   {label: gradient norms, input layer first}; the label `chosen` is drawn over the others
    """
    figure, (left, right) = axes(1, 2, height=3.6)
    left.hist(array(weights), 60, range=(-1.02, 1.02), color=INK)
    left.set(title=f"{chosen}: its weights", xlabel="weight / largest", yticks=[])
    beside = dict(textcoords="offset points", ha="right", va="center", fontsize=11)
    for label, values in slopes.items():
        values = [max(value, 1e-20) for value in values]  # a logarithmic axis has no 0
        style = dict(color=FAKE, lw=3.5, zorder=3) if label == chosen else dict(color=PRIOR, lw=1.3)
        right.plot(range(1, len(values) + 1), values, "o-", ms=5, **style)
        right.annotate(label, (1, values[0]), (-8, 0), **beside)
    n = len(values)
    right.set(yscale="log", xlim=(-n / 5, n + 0.5), xticks=range(1, n + 1))
    right.set(title="gradient at each layer", xlabel="layer, input first")
    return figure


def paths(lines, title=None, start=None, names=("x", "y")):
    """The paths of two numbers, step by step: `{label: points (n, 2)}`. → Figure"""
    figure, ax = axes(height=5.6)
    styles = itertools.cycle(("-", "--", "-.", ":"))
    # the first two are wide: a line that lies on them does not hide them
    widths = itertools.chain((4.5, 2.5), itertools.repeat(2))
    for (label, points), style, width in zip(lines.items(), styles, widths, strict=False):
        ax.plot(*array(points).T, style, label=label, lw=width)
    if start is not None:
        ax.plot(*array(start), "o", color=INK, ms=8, label="start")
    ax.plot(0, 0, "+", color=INK, ms=14, mew=2, label="equilibrium")
    ax.set(title=title, xlabel=names[0], ylabel=names[1], aspect="equal")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


@styled
def value_surface(f, x_range, y_range, names=("x", "y", "value"), n=121, levels=24, v_max=None):
    """A function of two numbers seen from the side and from above. f: (n, n), (n, n) → (n, n). → Figure"""
    x, y = np.meshgrid(np.linspace(*x_range, n), np.linspace(*y_range, n))
    value = array(f(x, y))
    shown = value if v_max is None else np.minimum(value, v_max)
    figure = Figure(figsize=(WIDTH, 4.4), layout="constrained")
    side, top = figure.add_subplot(1, 2, 1, projection="3d"), figure.add_subplot(1, 2, 2)
    side.plot_surface(x, y, shown, cmap="viridis", rcount=60, ccount=60, linewidth=0)
    side.set(xlabel=names[0], ylabel=names[1], zlabel=names[2])
    side.view_init(elev=35, azim=-60)
    colours = top.contourf(x, y, shown, levels=levels, cmap="viridis")
    figure.colorbar(colours, ax=top, label=names[2])
    top.set(xlabel=names[0], ylabel=names[1], aspect="equal")
    top.grid(False)
    return figure


def tradeoff(curve, mark=None, title=None):
    """What truncation trades, precision against recall: `{threshold: scores}`; `mark` may be one of them."""
    figure, ax = axes(height=4.0, width=5.2)
    recall, precision = ([scores[name] for scores in curve.values()] for name in ("recall", "precision"))
    ax.plot(recall, precision, "o-", color=FAKE, ms=6)
    for threshold, at in zip(curve, zip(recall, precision, strict=True), strict=True):
        over_line = [withStroke(linewidth=4, foreground="white")]
        ax.annotate(f"{threshold:g}", at, (8, 4), textcoords="offset points", path_effects=over_line)
    if mark in curve:
        ax.plot(curve[mark]["recall"], curve[mark]["precision"], "o", ms=15, mfc="none", mec=INK, mew=2.5)
    ax.set(xlabel="recall", ylabel="precision", title=title)
    ax.margins(0.12)
    return figure
