"""Tables of shares as shades."""

import math

from .canvas import axes, bare
from .style import INK


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
