"""Signs and sentences: soft draws in a triangle, and what a writer's temperature trades."""

import itertools

from .canvas import array, axes
from .style import FAKE, INK, PRIOR, REAL, encoded
from .transport import _canvas, _font


def triangle_png(y, names=("a", "b", "c"), title="", size=340):
    """Soft draws y (n, 3) as dots in a triangle whose corners are the signs. → PNG bytes"""
    size = 2 * size
    canvas, pen = _canvas(size, size)
    left, right, top, bottom = 0.1 * size, 0.9 * size, 0.2 * size, 0.9 * size
    corners = (left, bottom), (right, bottom), (size / 2, top)
    pen.line((*corners[0], *corners[1], *corners[2], *corners[0]), fill=PRIOR, width=3)
    pen.text((0.03 * size, 0.05 * size), title, INK, _font(36), anchor="lm")
    for (x, height), name, way in zip(corners, names, ((-0.04, 0), (0.04, 0), (0, -0.05)), strict=True):
        pen.text((x + way[0] * size, height + way[1] * size), name, INK, _font(40), anchor="mm")
    for row in array(y):
        x, height = (
            sum(share * corner[i] for share, corner in zip(row, corners, strict=True)) for i in (0, 1)
        )
        pen.ellipse((x - 6, height - 6, x + 6, height + 6), outline=FAKE, width=2)
    return encoded(canvas, compress_level=1)


def trade(curve, points, mark, title=""):
    """What a writer's temperature trades: valid against kinds. → Figure

    curve   {temperature: scores}, of one writer; `mark` is one of the temperatures
    points  {name: scores}, of others; scores as `metrics.text_scores` gives them
    """
    figure, ax = axes(height=4.4)
    ax.plot([s["kinds"] for s in curve.values()], [s["valid"] for s in curve.values()], "-", color=PRIOR)
    ax.plot(curve[mark]["kinds"], curve[mark]["valid"], "o", ms=13, mfc="none", mec=INK, mew=2.5)
    ax.text(0.03, 0.05, f"○ the beginning at T = {mark:g}", transform=ax.transAxes, fontsize=15)
    for (name, scores), marker in zip(points.items(), itertools.cycle("sD^vP*"), strict=False):
        colour = REAL if name == "truth" else FAKE
        ax.plot(scores["kinds"], scores["valid"], marker, ms=11, color=colour)
        beside = dict(textcoords="offset points", ha="right", va="center")
        ax.annotate(name, (scores["kinds"], scores["valid"]), (-12, 0), **beside)
    ax.set(xlabel="kinds (as many equally frequent sentences)", ylabel="valid", title=title, xlim=(0, 52))
    return figure
