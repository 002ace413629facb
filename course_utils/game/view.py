"""The game's board: buttons and sliders around one Game and its two pictures."""

import asyncio
import time

import ipywidgets as w

from ..widgets import Picture, Plane, alert, with_still
from . import picture
from .state import DATA, OPTIMIZERS, SPAN, Game

SPEEDS = {
    "slow motion": (1, 0.4),
    "1 step a frame": (1, 0.04),
    "10 steps a frame": (10, 0.04),
    "40 steps a frame": (40, 0.04),
}
# Where the page is narrow (a projector at 150 %), controls stand beside the plane: one must see what a slider does.
_CSS = """
.game { width: 100%; container-type: inline-size; }
@container (max-width: 780px) {
  .game .game-board { display: grid; column-gap: 8px; align-items: start;
    grid: "status status" auto "plane play" auto "plane settings" auto "plane views" 1fr "error error" auto
      "curves curves" auto / minmax(0, 1fr) 258px; }
  .game-board > .game-stage { display: contents; }
  .game-board .game-plane { grid-area: plane; min-width: 0; } .game-board .game-curves { grid-area: curves; }
  .game-board > .game-play { grid-area: play; flex-wrap: wrap; } .game-board > .game-settings { grid-area: settings; }
  .game-board > .game-views { grid-area: views; }
  .game-board > .game-status { grid-area: status; } .game-board > .game-error { grid-area: error; }
  .game-board > .game-play > button { flex: 1 1 0; min-width: 0; padding: 0 4px; }
  .game-board > .game-play > .widget-dropdown { width: calc(100% - 4px) !important; }
  .game-board > .game-views > .widget-checkbox { width: calc(50% - 4px) !important; }
}
"""
_running: dict[str, "GanGame"] = {}  # one for each key: a cell that runs again stops its old game


class _GamePlane(Plane):
    """Brings the board's style along: it is the only widget here that can."""

    _css = Plane._css + _CSS


class GanGame(w.VBox):
    """A GAN in the plane to play with: data, rules, rates; ▶, one step at a time, one player alone, in slow motion.

    rules     {name: step}: your own steps, such as the one that stands in your notebook
    views     what is drawn: some of "verdict" (D's), "pull" (of G's loss), "grid" (G's), "real", "fake"
    settings  as of `Game`: `GanGame(data="grid of 25", n_d=5)`

    `play(n_frames)` plays without a browser.
    """

    def __init__(self, rules=None, views=("verdict", "pull", "real", "fake"), key="game", **settings):
        if key in _running:
            _running[key].pause()
        _running[key] = self
        self.game = Game(rules, **settings)
        self.task, self._drawn_at, self._told = None, 0.0, None
        self.plane = _GamePlane(
            x_range=(-SPAN, SPAN),
            y_range=(-SPAN, SPAN),
            width=picture.SIZE,
            height=picture.SIZE,
            mode=self._mode(),
            alt="The game: real points blue, generated points orange",
        )
        self.curves = Picture(
            "Losses of both players, and the earth mover's distance, over the steps", width=350
        )
        self.status, self.error = w.HTML(), w.HTML()
        stage = w.HBox([self.plane, self.curves], layout=w.Layout(flex_flow="row wrap", align_items="center"))
        parts = dict(self._controls(views), status=self.status, error=self.error, stage=stage)
        for name, part in (*parts.items(), ("plane", self.plane), ("curves", self.curves)):
            part.add_class(f"game-{name}")
        board = w.VBox(list(parts.values()))
        board.add_class("game-board")
        super().__init__([board])
        self.add_class("game")
        self.redraw()

    def _controls(self, views):
        s = self.game.settings
        wide, style = w.Layout(width="19em"), {"description_width": "5.5em"}
        self.play_button = w.Button(
            description="▶ Play", button_style="primary", layout=w.Layout(width="7em")
        )
        self.step_button = w.Button(description="One step", layout=w.Layout(width="7em"))
        self.reset_button = w.Button(description="Reset", layout=w.Layout(width="7em"))
        self.play_button.on_click(lambda _: self._guarded(self.pause) if self.playing else self.start())
        self.step_button.on_click(lambda _: self._guarded(self.game.advance, 1))
        self.reset_button.on_click(lambda _: self._guarded(self.game.reset))
        self.speed = w.Dropdown(options=list(SPEEDS), value="10 steps a frame", layout=w.Layout(width="12em"))
        self.who = w.ToggleButtons(options=["both", "D only", "G only"], style={"button_width": "5.5em"})

        def choose(name, options, label):
            return w.Dropdown(
                options=list(options), value=getattr(s, name), description=label, layout=wide, style=style
            )

        def rate(name, label):
            return w.FloatLogSlider(
                value=getattr(s, name),
                min=-5,
                max=1,
                step=0.25,
                description=label,
                readout_format=".0e",
                layout=wide,
                style=style,
            )

        def count(name, low, high, label):
            return w.IntSlider(
                value=getattr(s, name), min=low, max=high, description=label, layout=wide, style=style
            )

        self.controls = {
            "data": choose("data", DATA, "data"), "rule": choose("rule", self.game.rules, "loss"),
            "optimizer": choose("optimizer", OPTIMIZERS, "optimizer"),
            "lr_D": rate("lr_D", "rate of D"), "lr_G": rate("lr_G", "rate of G"), "n_d": count("n_d", 0, 10, "D per G"),
            "z_dim": count("z_dim", 1, 16, "noise dim."), "width": count("width", 4, 256, "width"), "who": self.who,
        }  # fmt: skip
        for name, control in self.controls.items():
            control.observe(lambda change, name=name: self._guarded(self._set, name, change.new), "value")
        self.views = {
            view: w.Checkbox(view in views, description=words, indent=False, layout=w.Layout(width="10em"))
            for view, words in picture.VIEWS.items()
        }
        for box in self.views.values():
            box.observe(lambda _: self._guarded(lambda: None), "value")
        self.plane.observe(lambda change: self._guarded(self.game.draw_own, change.new), "points")
        wrap = w.Layout(flex_flow="row wrap")
        columns = [("data", "rule", "optimizer"), ("lr_D", "lr_G", "n_d"), ("z_dim", "width")]
        return dict(
            play=w.HBox([self.play_button, self.step_button, self.reset_button, self.speed, self.who]),
            settings=w.HBox(
                [w.VBox([self.controls[name] for name in names]) for names in columns], layout=wrap
            ),
            views=w.HBox(list(self.views.values()), layout=wrap),
        )

    # ── playing ──────────────────────────────────────────────────────────────────────────────────

    @property
    def playing(self):
        return self.task is not None and not self.task.done()

    def start(self):
        """▶: frame after frame, with a pause between in which every control is heard."""
        if not self.playing:
            self.error.value = ""
            self.play_button.description = "❚❚ Pause"
            self.task = asyncio.get_running_loop().create_task(self._play_on())

    def pause(self):
        if self.playing:
            self.task.cancel()
            self.task = None
        self.play_button.description = "▶ Play"

    async def _play_on(self):
        while True:
            n_steps, rest = SPEEDS[self.speed.value]
            begin = time.perf_counter()
            if not self._guarded(self.game.advance, n_steps):
                return
            await asyncio.sleep(max(0.01, rest - (time.perf_counter() - begin)))
            while self._browser_is_behind() and time.perf_counter() - begin < 1:
                await asyncio.sleep(0.005)

    def _browser_is_behind(self):
        """Frames that the browser has not shown yet would pile up, and every click wait behind them."""
        return 0 < self.plane.shown < self.plane.frame

    def play(self, n_frames=200, n_steps=10):
        """Play without a browser, as fast as it goes; returns the last scores."""
        for i in range(n_frames):
            self.game.advance(n_steps)
            if i % 10 == 9:
                self.game.score()
        self.redraw()
        return self.game.scores[-1] if self.game.scores else {}

    def _set(self, name, value):
        self.game.set(name, value)
        if name == "data":
            self.plane.mode = self._mode()

    def _mode(self):
        return "draw" if self.game.settings.data == "draw your own" else "still"

    def _guarded(self, act, *arguments):
        """Do, draw, and show what went wrong: JupyterLab hides errors of callbacks. → True if all went well"""
        try:
            act(*arguments)
            self.redraw()
        except Exception as problem:
            self.error.value = alert(problem)
            self.pause()
            return False
        if not self.playing:
            self.error.value = ""
        return True

    def redraw(self):
        """The plane at every frame; curves and scores, which take longer, once a second and where steps were taken."""
        with self.plane.hold_sync():
            self.plane.background = picture.plane(self.game.look(), self._wanted())
            self.plane.frame += 1
        now = (self.game.n_steps, self.game.settings.data, len(self.game.own_data))
        if now != self._told and (time.perf_counter() - self._drawn_at > 1.0 or not self.playing):
            self._say(self.game.score())
            self.curves.value = picture.curves(self.game)
            self._told, self._drawn_at = now, time.perf_counter()

    def _wanted(self):
        return [view for view, box in self.views.items() if box.value]

    def _say(self, scores):
        words = [f"step {self.game.n_steps:,}"]
        if "modes" in scores:
            words.append(f"{scores['modes']} of {scores['of']} modes, {scores['good']:.0%} of points at one")
        if "distance" in scores:
            words.append(f"distance {scores['distance']:.2f}")
        self.status.value = f"<b>{' · '.join(words)}</b>"

    def __repr__(self):
        return "GanGame()"

    def _repr_mimebundle_(self, **kwargs):
        return with_still(super()._repr_mimebundle_(**kwargs), picture.still(self.game, self._wanted()))
