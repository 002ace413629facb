"""Histograms, and plans to move mass from u (orange) to v (blue). Drawn with Pillow, fast enough to drag."""

import functools
from pathlib import Path

import matplotlib
import torch
from PIL import Image, ImageDraw, ImageFont

from .style import FAKE, INK, PRIOR, REAL, encoded

SHARPER = 2  # pixels for each one on the page


def histograms_png(u, v, top, width=480, height=300):
    """Two histograms as bars, u (n,) upward and v (n,) downward, as PNG bytes that fill ±top exactly."""
    width, height = SHARPER * width, SHARPER * height
    canvas, pen = _canvas(width, height)
    middle = height / 2
    for bars, sign, colour, label in ((u, 1, FAKE, "u"), (v, -1, REAL, "v")):
        for i, bar in enumerate(bars):
            upper, lower = sorted((middle, middle - sign * float(bar) / top * middle))
            left, right = ((i + share) * width / len(bars) for share in (0.1, 0.9))
            pen.rectangle((left, upper, right, lower), fill=colour)
        pen.text((12, middle - sign * 0.85 * middle), label, colour, _font(44), anchor="lm")
    pen.line((0, middle, width, middle), fill=INK, width=3)
    return encoded(canvas, compress_level=1)


def plan_png(plan, u, v, title="", size=360):
    """A plan γ (n, m) between its histograms u (n,) and v (m,): γ[i, j] goes from i to j. → PNG bytes"""
    plan, (n, m), size = torch.as_tensor(plan), plan.shape, SHARPER * size
    margin, head = 0.24 * size, 60
    cell, highest = (size - margin) / max(n, m), max(float(max(u)), float(max(v)))
    right, bottom, top = margin + m * cell, head + margin + n * cell, head + margin
    canvas, pen = _canvas(size, size + head)
    pen.text((0, head / 2), title, INK, _font(32), anchor="lm")
    # the root makes small shares visible, too
    shades = (255 * (1 - (plan / highest).clamp(0, 1).sqrt())).int()
    for i, j in (plan > 0).nonzero().tolist():
        x, y = margin + j * cell, top + i * cell
        pen.rectangle((x, y, x + cell, y + cell), fill=(int(shades[i, j]),) * 3)
    for i, bar in enumerate(u):
        tip, y = margin - 6 - 0.9 * margin * float(bar) / highest, top + i * cell
        pen.rectangle((tip, y + 0.1 * cell, margin - 6, y + 0.9 * cell), fill=FAKE)
    for j, bar in enumerate(v):
        tip, x = top - 6 - 0.9 * margin * float(bar) / highest, margin + j * cell
        pen.rectangle((x + 0.1 * cell, tip, x + 0.9 * cell, top - 6), fill=REAL)
    pen.rectangle((margin, top, right, bottom), outline=PRIOR, width=2)
    pen.line((margin, top, right, bottom), fill=PRIOR, width=1)  # mass on this diagonal stays where it is
    for share, label, colour in (0.3, "u", FAKE), (0.7, "v", REAL):
        pen.text((share * margin, head + 0.3 * margin), label, colour, _font(36), anchor="mm")
    return encoded(canvas, compress_level=1)


def _canvas(width, height):
    canvas = Image.new("RGB", (int(width), int(height)), "white")
    return canvas, ImageDraw.Draw(canvas)


@functools.cache
def _font(size):
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)
