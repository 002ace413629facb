"""Tables of shares as shades, and what truncation trades."""

import math

from .canvas import array, axes, bare, titled
from .images import tile
from .style import FAKE, INK, PRIOR


def shaded(rows, label=""):
    """Numbers in a table of shades, white for 0, black for 1 or more: `{row: {column: number}}`. → Figure"""
    columns = list(next(iter(rows.values())))
    table = [[float(row[column]) for column in columns] for row in rows.values()]
    figure, ax = axes(height=0.55 * len(rows) + 0.9)
    ax.imshow(table, cmap="gray_r", vmin=0, vmax=1.2, aspect="auto")
    for i, row in enumerate(table):
        for j, value in enumerate(row):
            colour = "white" if value > 0.6 else INK
            said = f"{value:.2f}" if math.isfinite(value) else "–"
            ax.text(j, i, said, ha="center", va="center", color=colour, fontsize=15)
    bare(ax)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(length=0)
    ax.set_title(label)
    return figure


def grid_and_curve(images, curve, mark, n_cols=5, name="ψ"):
    """Images beside a curve of precision over recall, with the place of `mark` on it. → Figure

    curve  {value: scores}, with the scores "precision" and "recall"
    """
    figure, (left, right) = titled(("", "what it trades"), 3.9)
    left.imshow(tile(images, n_cols), cmap="gray", vmin=0, vmax=1)
    bare(left)
    left.set_title(f"{name} = {mark:g}")
    recall, precision = (
        array([scores[what] for scores in curve.values()]) for what in ("recall", "precision")
    )
    right.plot(recall, precision, "-o", color=PRIOR, ms=5)
    if mark in curve:
        right.plot(curve[mark]["recall"], curve[mark]["precision"], "o", ms=13, color=FAKE)
    for value, scores in curve.items():
        beside = dict(textcoords="offset points", fontsize=11)
        right.annotate(f"{value:g}", (scores["recall"], scores["precision"]), (6, 6), **beside)
    right.set(xlabel="recall", ylabel="precision")
    right.margins(0.12)
    return figure
