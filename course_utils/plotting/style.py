"""The look of the course: one grammar of colour (Okabe–Ito, safe for colour-blind eyes), one width, one style.

Real data blue, generated orange, prior grey, code green.
"""

import io

import matplotlib
from matplotlib.figure import Figure

REAL, FAKE, PRIOR, CODE, INK = "#0072B2", "#D55E00", "#767676", "#007F5C", "#222222"
# Digits are drawn as small numerals, which need a contrast of 4.5 on white. So these are darker relatives of Petroff's ten
# (2021): of all such colours within 20° of each of his hues (his two greys stay greyish), a random search chose the ten
# that lie farthest apart (CAM02-UCS) for whichever eyes tell them apart worst: normal, deutan, protan or tritan.
TEN = [
    "#0826ac",
    "#bc5a00",
    "#700f08",
    "#4b5a62",
    "#9e4bda",
    "#70443c",
    "#9e2d08",
    "#707852",
    "#3c344b",
    "#268096",
]
# What a discriminator says of a place: from surely fake to surely real.
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


def use_style():
    """Set the course's look, and let notebooks show a Figure that was made without pyplot."""
    matplotlib.rcParams.update(STYLE)
    if in_notebook():
        formatter = _ipython().display_formatter.formatters["image/png"]
        formatter.for_type(Figure, _for_notebook)
        _ipython().display_formatter.formatters["text/plain"].for_type(Figure, lambda *_: None)


def _ipython():
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()


def in_notebook():
    """True in a Jupyter kernel, False in a script, a test or a terminal."""
    return _ipython() is not None and hasattr(_ipython(), "kernel")


def display(figure):
    """Show a Figure now, and return the handle whose `.update(figure)` replaces it."""
    from IPython.display import display as show

    return show(figure, display_id=True)


def figure_png(figure, sharper=1.0):
    """A Figure as PNG bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=sharper * figure.dpi)
    return buffer.getvalue()


def _for_notebook(figure):
    """A Figure with half as many pixels again as its width on the page, to stay sharp when it is projected."""
    return figure_png(figure, sharper=1.5), {"width": round(figure.get_figwidth() * figure.dpi)}


def axes(n_rows=1, n_cols=1, height=3.6, **kwargs):
    """An empty Figure in the course's look and its axes: `figure, ax = axes()`."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height * n_rows), layout="constrained")
        return figure, figure.subplots(n_rows, n_cols, **kwargs)
