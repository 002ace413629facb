"""Sliders, players and maps: each is controls around exactly one drawing function.

Every widget here is a `Panel`: it redraws one picture as fast as it is dragged, shows an error instead of
swallowing it, and carries a still picture for pages that have no kernel.
"""

import contextlib
import html
import time
from collections.abc import Callable
from functools import partial

import ipywidgets as w
import torch
import traitlets as t
from matplotlib.figure import Figure

from .. import plotting, session
from .plane import Plane, with_still

# In seconds. A hand on a slider does not notice 0.05, and other pictures may take longer than the first.
QUICK = 0.035


class Panel(w.HBox):
    """Controls to the left, the picture that `draw()` makes of them to the right.

    draw     () → images (n, 1, H, W), an array in [0, 1], a Figure, or PNG bytes
    watched  widgets: a change of any one's `value` redraws
    place    () → what alone the picture depends on: it is drawn once for each, because a Figure takes a third
             of a second on an old laptop
    """

    def __init__(self, controls, draw: Callable, watched, scale=4, n_cols=None, place=None):
        self._draw, self._scale, self._n_cols, self._quiet = draw, scale, n_cols, False
        self._place, self._drawn = place, {}
        self.image, self.error = Picture("The picture that the controls beside it draw"), w.HTML()
        begin = time.perf_counter()
        self.redraw()
        self._is_slow = time.perf_counter() - begin > QUICK
        for widget in watched:
            widget.observe(self.redraw, "value")
        # a wide picture goes below the controls instead of squeezing them
        self.image.layout.flex = "0 0 auto"
        self.image.layout.max_height = "65vh"  # so that one sees all of it, even projected at 150 %
        self._planes = [control for control in controls if isinstance(control, Plane)]
        left, flow = w.VBox([*controls, self.error]), "row wrap"
        if self._planes:  # they shrink instead: one must see what a click does, even where room is scarce
            left.layout, flow = w.Layout(flex="0 1 auto", min_width="0"), "row nowrap"
        super().__init__([left, self.image], layout=w.Layout(flex_flow=flow, align_items="center"))

    def redraw(self, _=None):
        if self._quiet:
            return
        try:
            with torch.no_grad():
                self.image.value = self._picture()
            self.error.value = ""
        except Exception as problem:  # JupyterLab hides errors of callbacks: show it here, and fail a test
            self.error.value = alert(problem)
            raise

    def set_all(self, pairs):
        """Set several (widget, value) pairs and redraw once."""
        self._quiet = True
        try:
            for widget, value in pairs:
                widget.value = value
        finally:
            self._quiet = False
        self.redraw()

    def _picture(self):
        if self._place is None:
            return self._png(self._draw())
        return self.draw_at(self._place(), self._draw)

    def draw_at(self, place, draw):
        """The picture of a place, drawn if it has not been before. → PNG bytes"""
        if place not in self._drawn:
            self._drawn[place] = self._png(draw())
        return self._drawn[place]

    def draw_ahead(self, draws):
        """{place: draw}: where a picture takes longer than a hand waits, they are drawn now."""
        if self._is_slow:
            # must not change later random numbers; an error is told where it is visited
            with session.forked(), torch.no_grad(), contextlib.suppress(Exception):
                for place, draw in draws.items():
                    self.draw_at(place, draw)

    def _png(self, picture):
        if isinstance(picture, bytes):
            return picture
        if isinstance(picture, Figure):
            return plotting.figure_png(picture)
        sheet = plotting.tile(picture, self._n_cols) if isinstance(picture, torch.Tensor) else picture
        return plotting.png(sheet, self._scale)

    def __repr__(self):
        return f"{type(self).__name__}()"  # no memory address: a saved notebook stays the same

    def _repr_mimebundle_(self, **kwargs):
        pictures = [*(plane.background for plane in self._planes), self.image.value]
        return with_still(super()._repr_mimebundle_(**kwargs), plotting.beside(*pictures))


class Picture(w.Image):
    """A PNG with words for those who cannot see it.

    They are its tooltip, which the browser shows only where there is an empty description: ipywidgets' own
    Image has none.
    """

    description = t.Unicode("").tag(sync=True)

    def __init__(self, words, **kwargs):
        super().__init__(format="png", tooltip=words, **kwargs)
        self.add_class("course-picture")


def alert(problem):
    """An error as the HTML that a widget shows. → str"""
    words = html.escape(f"{type(problem).__name__}: {problem}")
    block = "border-left:4px solid #a34700;padding-left:.8em"  # text in the theme's own colour, light or dark
    return f"<pre role='alert' style='{block}'>✗ {words}</pre>"


# ── sliders and players ──────────────────────────────────────────────────────────────────────────


def latent_sliders(decode, z_dim=None, z_codes=None, scale=10, more=(), name="z"):
    """One slider for each number of the code, and the image it decodes to. → Panel

    decode   (1, z_dim) → images (1, 1, H, W)
    z_codes  codes (N, z_dim) of real images: sliders start at their mean, span all but the lowest and the
             highest hundredth, and Random picks one of them; without codes: 0, ±3 and N(0, 1)
    name     of a slider, before its number
    more     further controls, above the sliders, whose `.value` decode looks at
    """
    if z_codes is None:
        low, start, high = -3 * torch.ones(z_dim), torch.zeros(z_dim), 3 * torch.ones(z_dim)
    else:
        z_codes = _finite(z_codes)
        low, high = torch.quantile(z_codes[:10_000], torch.tensor([0.01, 0.99]), dim=0)
        start, high = z_codes.mean(0), torch.maximum(high, low + 1e-3)

    def slider(i):
        span = dict(min=float(low[i]), max=float(high[i]), step=float(high[i] - low[i]) / 100)
        look = dict(readout_format=".2f", style={"description_width": "2.5em"})
        layout = w.Layout(width="22em", max_width="98%")
        return w.FloatSlider(float(start[i]), description=f"{name}{i + 1}", layout=layout, **span, **look)

    sliders = [slider(i) for i in range(len(low))]
    generator = torch.Generator()  # of its own, so that playing changes no training run
    generator.seed()

    def draw():
        return decode(torch.tensor([[s.value for s in sliders]], device=session.device()))

    def random_code():
        if z_codes is None:
            return torch.randn(len(sliders), generator=generator)
        return z_codes[torch.randint(len(z_codes), (), generator=generator)]

    def put(code):
        inside = torch.minimum(torch.maximum(code, low), high)
        panel.set_all(zip(sliders, inside.tolist(), strict=True))

    reset, random = w.Button(description="Reset"), w.Button(description="Random")
    half = -(-len(sliders) // (2 if len(sliders) > 8 else 1))  # a tall column becomes two
    parts = [sliders[i : i + half] for i in range(0, len(sliders), half)]
    columns = [w.VBox(part, layout=w.Layout(flex="1 1 0", min_width="0")) for part in parts]
    controls = [*more, w.HBox(columns), w.HBox([reset, random])]
    panel = Panel(controls, draw, [*more, *sliders], scale)
    if len(columns) > 1:  # two columns get narrower before the picture has to go below them
        panel.children[0].layout = w.Layout(flex="1 1 27em", max_width="45em", min_width="0")
    panel.sliders, panel.reset, panel.random = sliders, reset, random
    reset.on_click(lambda _: put(start))
    random.on_click(lambda _: put(random_code()))
    return panel


def _finite(codes):
    """Codes (n, d) as a tensor on the CPU; a ValueError if one is not finite."""
    codes = torch.as_tensor(codes).detach().float().cpu()
    if not codes.isfinite().all():
        raise ValueError("these codes are not finite (nan or inf): the training diverged.")
    return codes


def sliders(draw, planes=(), start=(), **values):
    """One slider for each name, over the values listed for it. → Panel

    draw    (name=value, …) → Figure, images or PNG bytes
    planes  above the sliders; they too may change the picture, which is then drawn anew each time
    start   the value of each slider at first; without it, the first of its list

    Where a picture takes longer than a hand waits, those that the first move can ask for are drawn at once.
    """
    style = {
        "description_width": f"{max(6, 0.65 * max(map(len, values), default=0)):.1f}em"
    }  # of the longest
    layout = dict(width="30em", max_width="98%")

    def slider(name, options, first):
        look = dict(description=name.replace("_", " "), style=style, layout=w.Layout(**layout))
        return w.SelectionSlider(options=list(options), value=first, **look)

    start = start or [options[0] for options in values.values()]
    sliders = {name: slider(name, values[name], first) for name, first in zip(values, start, strict=True)}

    def show(**other):
        return draw(**{name: slider.value for name, slider in sliders.items()} | other)

    def place():
        return tuple(slider.index for slider in sliders.values())

    controls = [*planes, *sliders.values()]
    panel = Panel(controls, show, controls, scale=3, n_cols=10, place=None if planes else place)
    panel.sliders = sliders
    if not planes:
        here = place()
        first_moves = {
            (*here[:i], j, *here[i + 1 :]): partial(show, **{name: value})
            for i, name in enumerate(values)
            for j, value in enumerate(values[name])
        }
        panel.draw_ahead(first_moves)
    return panel


def histograms(draw, u, v, **values):
    """Two histograms, u (n,) up and v (n,) down, to drag bar by bar. → Panel

    draw    (u, v, name=value, …) → Figure, images or PNG bytes; u and v add up to 1 here
    values  one slider for each name, as in `sliders`
    """
    heights = {1: torch.as_tensor(u).tolist(), -1: torch.as_tensor(v).tolist()}
    top = 1.5 * max(*heights[1], *heights[-1])
    alt = "Two rows of bars: drag one to its height; left and right choose a bar, up and down change it"
    place = dict(x_range=(-0.5, len(u) - 0.5), y_range=(-top, top), value=(0.0, heights[1][0]))
    plane = Plane(**place, width=480, height=300, stride=(1 / len(u), 1 / len(u)), alt=alt)

    def pull(change):
        (_, old), (x, y) = change["old"], change["new"]
        if y == old:
            return  # left and right only choose a bar
        bars = heights[1 if y >= 0 else -1]
        bars[min(max(round(x), 0), len(bars) - 1)] = abs(y)

    def shares(sign, name):
        bars = torch.tensor(heights[sign])
        if bars.sum() == 0:
            raise ValueError(f"nothing is left of {name}: pull one of its bars up again.")
        return bars / bars.sum()

    def show(**chosen):
        plane.background = plotting.histograms_png(heights[1], heights[-1], top)
        return draw(shares(1, "u"), shares(-1, "v"), **chosen)

    plane.observe(pull, "value")
    panel = sliders(show, [plane], **values)
    panel.plane, panel.image.layout.width = plane, "360px"  # so that both fit side by side
    return panel


def film(history, draw=None, scale=3, n_cols=10):
    """Replay a training run: ▶ and a slider over the frames that `train` kept. → Panel

    draw    what `watch` returned → images (n, 1, H, W), a Figure, or PNG bytes; without it images are shown
            as they are, and points (n, 2) as dots

    Where a picture takes longer than a hand waits, all frames are drawn at once.
    """
    if not history.film:
        raise ValueError("this history has no film: give `train` a `watch` function.")
    last = len(history.film) - 1
    play = w.Play(min=0, max=last, value=last, interval=120)
    slider = w.IntSlider(min=0, max=last, value=last, description="frame", layout=w.Layout(width="22em"))
    label = w.Label()
    w.jslink((play, "value"), (slider, "value"))
    w.dlink((slider, "value"), (label, "value"), lambda i: f"after {history.film_steps[i]:,} steps")
    if draw is None:
        points = [seen.nan_to_num(0, 0, 0) for seen in history.film if plotting.in_plane(seen)]
        far = max([3.0, *(float(seen.abs().max()) for seen in points)])
        draw = partial(_as_it_is, span=(-far, far))

    def place():
        return slider.value

    controls = [w.HBox([play, label]), slider]
    panel = Panel(controls, lambda: draw(history.film[place()]), [slider], scale, n_cols, place)
    panel.play, panel.slider = play, slider
    panel.draw_ahead({i: partial(draw, seen) for i, seen in enumerate(history.film)})
    return panel


def _as_it_is(seen, span):
    """What `watch` returned: points in the plane as a map, images as they are."""
    return plotting.map_png(seen, None, span, span) if plotting.in_plane(seen) else seen


# ── pictures and maps to click ───────────────────────────────────────────────────────────────────


def picker(images, draw, n_cols=5, scale=4):
    """Click one of the images (n, 1, H, W); `draw(i)` makes the picture beside them. → Panel"""
    sheet = plotting.tile(images, n_cols)
    cols, rows = min(n_cols, len(images)), -(-len(images) // n_cols)
    place = dict(x_range=(0, cols), y_range=(-rows, 0), value=(0.5, -0.5), stride=(1 / cols, 1 / rows))
    size = dict(width=sheet.shape[1] * 2, height=sheet.shape[0] * 2)
    alt = "Images: choose one with the mouse or the arrow keys"
    plane = Plane(background=plotting.png(sheet, 2), **place, **size, alt=alt)

    def chosen():
        x, y = plane.value
        i = min(int(-y), rows - 1) * cols + min(int(x), cols - 1)
        return min(i, len(images) - 1)

    return _beside(plane, chosen, draw, scale)


def point_map(xy, y, draw, size=520, scale=8):
    """A map of points (n, 2) drawn as their digits y; `draw(i)` shows the one nearest to a click. → Panel"""
    plane, xy = _map(xy, y, size)

    def chosen():
        return int((xy - torch.tensor(plane.value)).square().sum(1).argmin())

    return _beside(plane, chosen, draw, scale, n_cols=1)


def latent_plane(decode, z_codes, y, size=520, scale=10):
    """The plane of a two-dimensional code with real codes (n, 2) on it; a click decodes that point. → Panel

    decode   (1, 2) → images (1, 1, H, W)
    """
    plane, _ = _map(z_codes, y, size)
    return _beside(plane, lambda: torch.tensor([plane.value], device=session.device()), decode, scale)


def _beside(plane, chosen, draw, scale, n_cols=None):
    """A Plane, beside it the picture that `draw` makes of what is `chosen()` there. → Panel"""
    panel = Panel([plane], lambda: draw(chosen()), [plane], scale, n_cols)
    panel.plane, panel.chosen = plane, chosen
    return panel


def _map(xy, y, size):
    """A Plane with points drawn as their digits on it, and the points as a tensor on the CPU."""
    xy = _finite(xy)
    low, high = xy.amin(0), xy.amax(0)
    edge = (0.04 * (high - low)).clamp_min(1e-3)  # codes that are all equal have a place, too
    low, high = low - edge, high + edge
    x_range, y_range = ((float(a), float(b)) for a, b in zip(low, high, strict=True))
    background = plotting.map_png(xy, y, x_range, y_range, size, size)
    place = dict(x_range=x_range, y_range=y_range, value=tuple(xy[0].tolist()))
    alt = "Map: choose a point with the mouse or the arrow keys"
    return Plane(background=background, **place, width=size, height=size, alt=alt), xy
