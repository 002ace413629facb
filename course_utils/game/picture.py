"""A Frame as a picture, 25 times a second: matplotlib's own renderer, without its figures."""

import functools
import io

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform
from PIL import Image

from ..plotting import CODE, FAKE, INK, REAL, STYLE, VERDICT, axes, beside, encoded, figure_png
from .state import SPAN

SIZE = 480
VIEWS = {
    "verdict": "D's verdict",
    "pull": "pull of G's loss",
    "grid": "grid of z",
    "real": "real points",
    "fake": "generated",
}
LINES = (REAL, FAKE, CODE)
DIAMOND = Path([(0, 1.3), (0.9, 0), (0, -1.3), (-0.9, 0), (0, 1.3)], closed=True)  # points nowhere


@functools.cache
def _colours():
    """256 colours from "surely fake" to "surely real", RGBA, each as one whole number."""
    return (255 * VERDICT(np.linspace(0, 1, 256))).astype(np.uint8).view(np.uint32)[:, 0]


def plane(frame, views=tuple(VIEWS), format="JPEG"):
    """The plane ±SPAN with whatever of VIEWS is wanted. Frame → bytes"""
    renderer = RendererAgg(SIZE, SIZE, 72)
    canvas = np.asarray(renderer.buffer_rgba())
    canvas[:] = 255
    if "verdict" in views:
        shade = Image.fromarray((frame.verdict.clamp(0, 1).flip(0).numpy() * 255).astype(np.uint8))
        shade = np.asarray(shade.resize((SIZE, SIZE), Image.Resampling.BILINEAR))
        canvas.view(np.uint32)[..., 0] = _colours()[shade]
    if "grid" in views:
        for line in frame.grid:
            _lines(renderer, _pixels(line)[None], FAKE, 1.0, alpha=0.55)
    if "real" in views:
        _dots(renderer, _pixels(frame.real), Path.unit_circle(), 3.2, REAL)
    if "fake" in views:
        _dots(renderer, _pixels(frame.fake), DIAMOND, 3.8, FAKE)
    if "pull" in views:
        length = frame.pull.norm(dim=1, keepdim=True).clamp(min=1)  # a gradient of norm 1 is drawn 0.6 long
        tips = frame.fake[: len(frame.pull)] + 0.6 * frame.pull / length
        ends = np.stack([_pixels(frame.fake[: len(tips)]), _pixels(tips)], 1)
        _lines(renderer, ends, INK, 1.3)
    quality = {"quality": 92} if format == "JPEG" else {}
    return encoded(Image.fromarray(canvas).convert("RGB"), format, **quality)


def _pixels(points):
    """Points (n, 2) of the plane in pixels, from the lower left; those outside are put on the rim."""
    xy = points.numpy().clip(-0.985 * SPAN, 0.985 * SPAN)
    return (xy + SPAN) * (SIZE / (2 * SPAN))


def _pen(renderer, width, colour, alpha=1.0):
    gc = renderer.new_gc()
    gc.set_linewidth(width)
    gc.set_foreground(colour)
    gc.set_alpha(alpha)
    return gc


def _dots(renderer, pixels, marker, size, colour):
    if len(pixels):
        face = matplotlib.colors.to_rgba(colour)
        place = Path(pixels), IdentityTransform()
        renderer.draw_markers(_pen(renderer, 0.6, "white"), marker, Affine2D().scale(size), *place, face)


def _lines(renderer, pixels, colour, width, alpha=1.0):
    """Lines of the same number of points, (lines, points, 2), in one call."""
    if pixels.size:
        codes = np.full(pixels.shape[:2], Path.LINETO)
        codes[:, 0] = Path.MOVETO
        path = Path(pixels.reshape(-1, 2), codes.ravel())
        renderer.draw_path(_pen(renderer, width, colour, alpha), path, IdentityTransform())


class Curves:
    """Losses, and the distance of generated points from real ones, over the steps.

    The figure is kept, with its axes and words, and only the lines change: that is half of the work.
    """

    def __init__(self):
        self.names = None

    def draw(self, game):
        """→ PNG bytes"""
        losses = _losses(game)
        if list(losses) != self.names:
            self._begin(losses)
        for line, (_, steps, values) in zip(self.top.lines, losses.values(), strict=True):
            line.set_data(steps, values)
        steps, distances = ([scores[name] for scores in game.scores] for name in ("step", "distance"))
        self.bottom.lines[0].set_data(steps, distances)
        for ax in (self.top, self.bottom):
            ax.relim()
            ax.autoscale(True)
            ax.autoscale_view()
        self.bottom.set_ylim(bottom=0)
        return figure_png(self.figure)

    def _begin(self, losses):
        self.names = list(losses)
        with matplotlib.rc_context(STYLE):
            # laid out by hand: the automatic layout takes longer than the drawing
            self.figure = Figure(figsize=(4.6, 5.6))
            self.top = self.figure.add_axes((0.14, 0.6, 0.8, 0.33))
            self.bottom = self.figure.add_axes((0.14, 0.1, 0.8, 0.33))
        for name, (colour, *_) in losses.items():
            self.top.plot([], [], label=name, color=colour, lw=1.5)
        if losses:
            beside_title = dict(loc="lower right", bbox_to_anchor=(1, 1), borderpad=0, frameon=False)
            self.top.legend(**beside_title, ncols=3, fontsize=11)
        self.bottom.plot([], [], color=INK, lw=2)
        for ax, title in (self.top, "losses"), (self.bottom, "earth mover's distance"):
            ax.set_title(title, loc="left")
            ax.set_xlabel("steps")


def _losses(game, names=None):
    """What to draw: {name: (colour, steps, values)} of the losses named, or of all."""
    last = game.losses[-1][1] if game.losses else {}
    at = [step for step, _ in game.losses]
    return {
        name: (colour, at, [losses[name] for _, losses in game.losses])
        for name, colour in zip(names or last, LINES, strict=False)
        if name != "accuracy"
    }


def still(game, views=("verdict", "pull", "real", "fake")):
    """Both pictures side by side, for a page without a kernel. → PNG bytes"""
    return beside(plane(game.look(), views, "PNG"), Curves().draw(game))


def side_by_side(games):
    """Games {title: Game}, each as its plane over its losses: so one learns to read the curves. → Figure"""
    figure, (top, bottom) = axes(2, len(games), height=2.6, squeeze=False, height_ratios=(1.3, 1))
    for high, low, (title, game) in zip(top, bottom, games.items(), strict=True):
        high.imshow(Image.open(io.BytesIO(plane(game.look(), ("verdict", "real", "fake"), "PNG"))))
        high.axis("off")
        scores = game.score()
        found = "\n{modes} of {of} modes,\n{good:.0%} of points at one" if "modes" in scores else ""
        high.set_title(title + found.format(**scores), fontsize=12)
        for name, (colour, *curve) in _losses(game, ("L_D", "L_G")).items():
            low.plot(*curve, label=name, color=colour, lw=1.2)
        low.axhline(2 * np.log(2), color=INK, lw=1, ls=":")
        low.set(xlabel="steps", ylim=(-1, 5))
    bottom[0].set_ylabel("loss (⋯ 2 log 2)")
    bottom[0].legend(loc="upper right", fontsize=11, ncols=2)
    return figure
