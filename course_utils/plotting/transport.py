"""Piles of dirt, and plans to move them: u, what there is, orange; v, what is wanted, blue. Drawn by hand, to be dragged."""

import functools
import io
from pathlib import Path

import matplotlib
import torch
from PIL import Image, ImageDraw, ImageFont

from .style import FAKE, INK, PRIOR, REAL

SHARPER = 2  # pixels for each one on the page


def piles_png(u, v, top, width=480, height=300):
    """Two histograms as bars, u (n,) upward and v (n,) downward, as PNG bytes that fill ±top exactly."""
    width, height = SHARPER * width, SHARPER * height
    canvas, pen = _canvas(width, height)
    for bars, sign, colour, label in ((u, 1, FAKE, "u"), (v, -1, REAL, "v")):
        for i, bar in enumerate(bars):
            y = (height - sign * float(bar) / top * height) / 2
            box = (
                (i + 0.1) * width / len(bars),
                min(y, height / 2),
                (i + 0.9) * width / len(bars),
                max(y, height / 2),
            )
            pen.rectangle(box, fill=colour)
        pen.text((12, height / 2 - sign * 0.85 * height / 2), label, colour, _font(44), anchor="lm")
    pen.line((0, height / 2, width, height / 2), fill=INK, width=3)
    return _png(canvas)


def plan_png(plan, u, v, title="", size=360):
    """A plan γ (n, m) between its piles: row i is what leaves place i of u, column j what comes to place j of v. → PNG bytes"""
    (n, m), size = plan.shape, SHARPER * size
    margin, head = 0.24 * size, 60
    cell, highest = (size - margin) / max(n, m), max(float(max(u)), float(max(v)))
    canvas, pen = _canvas(size, size + head)
    pen.text((0, head / 2), title, INK, _font(32), anchor="lm")
    right, bottom, top = margin + m * cell, head + margin + n * cell, head + margin
    shades = (
        255 * (1 - (torch.as_tensor(plan) / highest).clamp(0, 1).sqrt())
    ).int()  # the root: a little is seen, too
    for i, j in (torch.as_tensor(plan) > 0).nonzero().tolist():
        x, y = margin + j * cell, top + i * cell
        pen.rectangle((x, y, x + cell, y + cell), fill=(int(shades[i, j]),) * 3)
    for i, bar in enumerate(u):
        y = top + i * cell
        pen.rectangle(
            (margin - 6 - 0.9 * margin * float(bar) / highest, y + 0.1 * cell, margin - 6, y + 0.9 * cell),
            fill=FAKE,
        )
    for j, bar in enumerate(v):
        x = margin + j * cell
        pen.rectangle(
            (x + 0.1 * cell, top - 6 - 0.9 * margin * float(bar) / highest, x + 0.9 * cell, top - 6),
            fill=REAL,
        )
    pen.rectangle((margin, top, right, bottom), outline=PRIOR, width=2)
    pen.line((margin, top, right, bottom), fill=PRIOR, width=1)  # on it, dirt stays where it is
    pen.text((0.3 * margin, head + 0.3 * margin), "u", FAKE, _font(36), anchor="mm")
    pen.text((0.7 * margin, head + 0.3 * margin), "v", REAL, _font(36), anchor="mm")
    return _png(canvas)


def _canvas(width, height):
    canvas = Image.new("RGB", (int(width), int(height)), "white")
    return canvas, ImageDraw.Draw(canvas)


@functools.cache
def _font(size):
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)


def _png(canvas):
    memory = io.BytesIO()
    canvas.save(memory, "PNG", compress_level=1)
    return memory.getvalue()
