"""The game's board: buttons and sliders around one Game and its two pictures."""

import asyncio
import time

import ipywidgets as w

from ..widgets import Picture, Plane, alert, with_still
from . import picture
from .state import DATA, NO_DATA, OPTIMIZERS, SPAN, Game, GameStopped

SPEEDS = {
    "slow motion": (1, 0.4),
    "1 step a frame": (1, 0.04),
    "10 steps a frame": (10, 0.03),
    "40 steps a frame": (40, 0.03),
}
# In slow motion the two moves of a step are two frames: who moves, and what there is to see.
MOVES = {
    "D only": "D moves: the plane's colour follows the points",
    "G only": "G moves: its points follow the lines",
}
# On a narrow page (a projector at 150 %) controls stand beside the plane: one must see what a slider does.
_CSS = """
.game { width: 100%; container-type: inline-size; }
@container (max-width: 780px) {
  .game .game-board { display: grid; column-gap: 8px; align-items: start;
    grid: "status status" auto "plane play" auto "plane settings" auto "plane views" 1fr "error error" auto
      "curves curves" auto / minmax(0, 1fr) 258px; }
  .game-board > .game-stage { display: contents; }
  .game-board .game-plane { grid-area: plane; min-width: 0; } .game-board .game-curves { grid-area: curves; }
  .game-board > .game-play { grid-area: play; flex-wrap: wrap; }
  .game-board > .game-settings { grid-area: settings; }
  .game-board > .game-views { grid-area: views; }
  .game-board > .game-status { grid-area: status; } .game-board > .game-error { grid-area: error; }
  .game-board > .game-play > button { flex: 1 1 0; min-width: 0; padding: 0 4px; }
  .game-board > .game-play > .widget-dropdown { width: calc(100% - 4px) !important; }
  .game-board > .game-views > .widget-checkbox { width: calc(50% - 4px) !important; }
}
"""
_running: dict[str, "GanGame"] = {}  # one for each key: a cell that runs again stops its old game


class _GamePlane(Plane):
    """Carries the CSS of the whole board, because only an anywidget can."""

    _css = Plane._css + _CSS


class GanGame(w.VBox):
    """A GAN in the plane to play with: ▶, one step at a time, one network alone, in slow motion.

    rules     {name: step}: your own steps, such as the one in your notebook
    views     what is drawn: some of "verdict" (D's), "pull" (of G's loss), "grid" (G's), "real", "fake"
    settings  as of `Game`: `GanGame(data="grid of 25", n_d=5)`

    `play(n_frames)` plays without a browser.
    """

    def __init__(self, rules=None, views=("verdict", "pull", "real", "fake"), key="game", **settings):
        if key in _running:
            _running[key].pause()
        self.game = Game(rules, **settings)
        self.task, self._drawn_at, self._told, self._move = None, 0.0, None, None
        place = dict(x_range=(-SPAN, SPAN), y_range=(-SPAN, SPAN), width=picture.SIZE, height=picture.SIZE)
        alt = "The game: real points blue, generated points orange"
        self.plane = _GamePlane(**place, mode=self._mode(), alt=alt)
        words = "Losses of both players, and the earth mover's distance, over the steps"
        self.curves, self._curves = Picture(words, width=350), picture.Curves()
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
        _running[key] = self

    def _controls(self, views):
        def button(words, act, **look):
            made = w.Button(description=words, layout=w.Layout(width="7em"), **look)
            made.on_click(lambda _: act())
            return made

        def toggle():
            return self._guarded(self.pause) if self.playing else self.start()

        self.play_button = button("▶ Play", toggle, button_style="primary")
        self.step_button = button("One step", lambda: self._whole(self.game.advance, 1))
        self.reset_button = button("Reset", lambda: self._whole(self.game.reset))
        self.speed = w.Dropdown(options=list(SPEEDS), value="10 steps a frame", layout=w.Layout(width="12em"))
        self.who = w.ToggleButtons(
            options=["both", "D only", "G only"],
            value=self.game.settings.who,
            style={"button_width": "5.5em"},
        )
        rate = dict(min=-5, max=1, step=0.25, readout_format=".0e")
        kinds = {
            "data": (w.Dropdown, "data", dict(options=list(DATA))),
            "rule": (w.Dropdown, "loss", dict(options=list(self.game.rules))),
            "optimizer": (w.Dropdown, "optimizer", dict(options=list(OPTIMIZERS))),
            "lr_D": (w.FloatLogSlider, "lr of D", rate),
            "lr_G": (w.FloatLogSlider, "lr of G", rate),
            "n_d": (w.IntSlider, "D per G", dict(min=0, max=10)),
            "z_dim": (w.IntSlider, "noise dim.", dict(min=1, max=16)),
            "width": (w.IntSlider, "width", dict(min=4, max=256)),
        }
        look = dict(layout=w.Layout(width="19em"), style={"description_width": "5.5em"})
        made = [
            kind(value=getattr(self.game.settings, name), description=words, **span, **look)
            for name, (kind, words, span) in kinds.items()
        ]
        self.controls = dict(zip(kinds, made, strict=True), who=self.who)
        for name, control in self.controls.items():
            if control.value != (wanted := getattr(self.game.settings, name)):
                raise ValueError(f"the board has no {name} of {wanted!r}; the nearest is {control.value!r}.")
            control.observe(lambda change, name=name: self._guarded(self._set, name, change.new), "value")
        self.views = {
            view: w.Checkbox(view in views, description=words, indent=False, layout=w.Layout(width="10em"))
            for view, words in picture.VIEWS.items()
        }
        for box in self.views.values():
            box.observe(lambda _: self._guarded(lambda: None), "value")
        self.plane.observe(lambda change: self._guarded(self.game.draw_own, change.new), "points")
        wrap = w.Layout(flex_flow="row wrap")
        columns = [w.VBox(part) for part in (made[:3], made[3:6], made[6:])]
        return dict(
            play=w.HBox([self.play_button, self.step_button, self.reset_button, self.speed, self.who]),
            settings=w.HBox(columns, layout=wrap),
            views=w.HBox(list(self.views.values()), layout=wrap),
        )

    # ── playing ──────────────────────────────────────────────────────────────────────────────────

    @property
    def playing(self):
        return self.task is not None and not self.task.done()

    def start(self):
        """▶: frame after frame, with a pause after each in which controls are answered."""
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
            if self.game.batches is None:  # the click on ▶ may overtake the first points, so wait for them
                self.error.value = alert(GameStopped(NO_DATA))
                await asyncio.sleep(0.1)
                continue
            self.error.value = ""
            if not self._guarded(self.game.advance, n_steps, self._next_move()):
                return
            await asyncio.sleep(max(0.005, rest - (time.perf_counter() - begin)))
            while self._browser_is_behind() and time.perf_counter() - begin < 1:
                await asyncio.sleep(0.005)

    def _next_move(self):
        """In slow motion: who moves alone in this frame. → a setting `who`, or None for all of a step"""
        whole = self.speed.value != "slow motion" or self.who.value != "both" or self.game.settings.n_d == 0
        self._move = None if whole else "G only" if self._move == "D only" else "D only"
        return self._move

    def _whole(self, act, *arguments):
        self._move = None
        self._guarded(act, *arguments)

    def _browser_is_behind(self):
        """Whether it has frames to show: more of them would pile up, and every click would wait."""
        return 0 < self.plane.shown < self.plane.frame

    def play(self, n_frames=200, n_steps=10):
        """Play without a browser, as fast as possible. → dict of the last scores"""
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
        """Do, draw, and show an error, which JupyterLab would hide. → True if all went well"""
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
        """The plane at every frame; curves and scores, which take longer, after new steps once a second."""
        with self.plane.hold_sync():
            self.plane.background = picture.plane(self.game.look(), self._wanted())
            self.plane.frame += 1
        now = (self.game.n_steps, self.game.n_deals)
        is_due = now != self._told and (time.perf_counter() - self._drawn_at > 1.0 or not self.playing)
        if is_due:
            self._scored = _in_words(self.game.score())
            self.curves.value = self._curves.draw(self.game)
            self._told, self._drawn_at = now, time.perf_counter()
        if is_due or self._move or not self.playing:
            words = [MOVES[self._move]] if self._move else self._scored
            self.status.value = f"<b>{' · '.join([f'step {self.game.n_steps:,}', *words])}</b>"

    def _wanted(self):
        return [view for view, box in self.views.items() if box.value]

    def __repr__(self):
        return "GanGame()"

    def _repr_mimebundle_(self, **kwargs):
        return with_still(super()._repr_mimebundle_(**kwargs), picture.still(self.game, self._wanted()))


def _in_words(scores):
    """→ list of texts"""
    words = []
    if "modes" in scores:
        words.append(f"{scores['modes']} of {scores['of']} modes")
        words.append(f"{scores['good']:.0%} of points at a mode (noise {scores['noise']:.0%})")
        words.append(f"{scores['rarest']:.0%} at the rarest")
    return words + [f"distance {scores['distance']:.2f}"] if "distance" in scores else words
