"""The look of the course: one meaning for each colour, one width, one style.

Real data is blue, generated data orange, a prior grey, a code green (Okabe–Ito: safe for colour-blind eyes).
"""

import io
import sys

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

REAL, FAKE, PRIOR, CODE, INK = "#0072B2", "#D55E00", "#767676", "#007F5C", "#222222"
# Digits are drawn as numerals, told apart by shape and colour. Of all colours with a contrast of 3 on white
# that are not nearly black, a search chose the ten that lie farthest apart (OKLab) for the eyes that tell
# them apart worst: normal, deutan or protan.
TEN = ["#875a00", "#004bff", "#2d96f0", "#5a0087", "#f0690f"]  # digits 0 to 4
TEN += ["#ff2db4", "#780f00", "#a50fb4", "#3c4b5a", "#008778"]  # 5 to 9
# The verdict of a discriminator: from surely fake to surely real.
VERDICT = matplotlib.colors.LinearSegmentedColormap.from_list("verdict", ["#f2b48a", "white", "#8fc1e3"])
WIDTH = 10.0  # inches: every figure is as wide as the notebook's column

STYLE = {
    "font.size": 13,
    "axes.titlesize": 14,
    "axes.labelsize": 13,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": matplotlib.cycler(color=[REAL, FAKE, CODE, "#CC79A7", PRIOR, "#56B4E9", "#E69F00"]),
    "axes.grid": True,
    "grid.alpha": 0.25,
    "lines.linewidth": 2.2,
    "legend.framealpha": 0.8,  # words over a line stay readable
    "legend.edgecolor": "none",
    "figure.facecolor": "white",
    "figure.dpi": 100,
    "savefig.facecolor": "white",
    "image.cmap": "gray_r",
}
styled = matplotlib.rc_context(STYLE)  # as a decorator: the function draws in the course's look


def use_style():
    """Set the course's look, and let notebooks show a Figure that was made without pyplot."""
    matplotlib.rcParams.update(STYLE)
    if in_notebook():
        formatters = _ipython().display_formatter.formatters
        formatters["image/png"].for_type(Figure, _for_notebook)
        formatters["text/plain"].for_type(Figure, lambda *_: None)


def _ipython():
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def in_notebook():
    """True in a Jupyter kernel, False in a script, a test or a terminal."""
    return hasattr(_ipython(), "kernel")


def display(figure):
    """Show a Figure now, and return the handle whose `.update(figure)` replaces it."""
    from IPython.display import display as show

    return show(figure, display_id=True)


def figure_png(figure, sharper=1.0):
    """A Figure as PNG bytes: pixel by pixel what `figure.savefig` makes, but drawn once instead of twice."""
    dpi = figure.dpi
    figure.dpi = sharper * dpi
    try:
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        return encoded(picture, compress_level=1)
    finally:
        figure.dpi = dpi


def encoded(picture, format="PNG", **options):
    """A picture of Pillow's as bytes."""
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def _for_notebook(figure):
    """A Figure with 1.5 times as many pixels as its width on the page, to stay sharp when projected."""
    return figure_png(figure, sharper=1.5), {"width": round(figure.get_figwidth() * figure.dpi)}
