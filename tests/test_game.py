"""The live game: it repeats itself, it can hold one player still, and its messages say what to do."""

import asyncio
import io

import numpy as np
import pytest
import torch
from conftest import weights
from PIL import Image

from course_utils import steps
from course_utils.game import DATA, RULES, Game, GameStopped, GanGame, picture
from course_utils.match import Rule

SMALL = dict(width=8, batch_size=16)


def test_the_same_seed_plays_the_same_game_and_changes_no_other_random_numbers():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    a, b = Game(seed=3, **SMALL), Game(seed=3, **SMALL)
    a.advance(4)
    for _ in range(4):  # look and score change nothing
        b.advance(1)
        b.look(), b.score()
    assert torch.equal(weights(a.G), weights(b.G)) and torch.equal(weights(a.D), weights(b.D))
    a.reset()
    a.advance(4)
    assert torch.equal(weights(a.G), weights(b.G)) and a.n_steps == 4
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("name", "value", "movers"),
    [("who", "both", "DG"), ("who", "D only", "D"), ("who", "G only", "G"), ("n_d", 0, "G")],
)
def test_a_player_can_be_held_still(rule, name, value, movers):
    game = Game(rule=rule, **SMALL)
    game.set(name, value)
    before = {"G": weights(game.G), "D": weights(game.D)}
    game.look()
    assert torch.equal(weights(game.D), before["D"])  # although a rule may clip weights
    game.advance(2)
    assert "".join(n for n in "DG" if not torch.equal(weights(getattr(game, n)), before[n])) == movers


def test_settings_that_there_are_not_are_told_and_the_next_game_is_well():
    for wrong, said in (
        (dict(data="moons"), "data is one of: line, ring of 8"),
        (dict(optimizer="adam"), "optimizer is one of"),
        (dict(n_d=20), "no n_d of 20; the nearest is 10"),
        (dict(width=2), "no width of 2"),
        (dict(rules={"R1": Rule(steps.r1_gan_step, ema=True)}), "keeps no EMA"),
        (dict(dataset="ring"), "no setting dataset"),
    ):
        with pytest.raises((ValueError, TypeError), match=said):
            GanGame(**wrong)
    GanGame(**SMALL)
    with pytest.raises(ValueError, match="one step at least"):
        Game(**SMALL).advance(0)


def test_new_networks_at_step_0_are_told_anew():
    board = GanGame(**SMALL)
    before = board.status.value
    board.controls["width"].value = 64
    assert board.game.n_steps == 0 and board.status.value != before


def test_slow_motion_shows_the_moves_of_a_step_one_after_the_other():
    board = GanGame(key="slow", **SMALL)
    game = board.game
    game.advance(1)
    board.speed.value = "slow motion"

    def moved():
        before = {"G": weights(game.G), "D": weights(game.D)}
        game.advance(1, board._next_move())
        board.redraw()
        return "".join(n for n in "DG" if not torch.equal(weights(getattr(game, n)), before[n]))

    assert [(moved(), game.n_steps) for _ in range(4)] == [("D", 1), ("G", 2), ("D", 2), ("G", 3)]
    assert "G moves" in board.status.value
    board.step_button.click()
    assert game.n_steps == 4 and "modes" in board.status.value
    board.who.value = "G only"
    assert (moved(), game.n_steps) == ("G", 5)
    board.who.value, board.speed.value = "both", "1 step a frame"
    assert (moved(), game.n_steps) == ("DG", 6)


def test_the_pull_is_the_gradient_of_the_generators_loss():
    """Non-saturating: −∂(−log D)/∂x = (1 − D) ∇logit, for each generated point."""
    game = Game(**SMALL)
    game.advance(3)
    frame = game.look(n=3)
    x = frame.fake[: len(frame.pull)].clone().requires_grad_()
    logits = game.D(x)
    (gradient,) = torch.autograd.grad(logits.sum(), x)
    assert len(frame.pull) == 16
    assert torch.allclose(frame.pull, (1 - logits.detach().sigmoid()) * gradient, atol=1e-5)
    before = weights(game.D), weights(game.G)
    game.look()
    assert torch.equal(before[0], weights(game.D)) and torch.equal(before[1], weights(game.G))


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("z_dim", [1, 2, 5])
def test_every_data_set_and_noise_can_be_played_and_drawn(data, z_dim):
    game = Game(data=data, z_dim=z_dim, **SMALL)
    game.draw_own([(1.0, 1.0)])  # one point is enough
    game.advance(2)
    scores = game.score()
    assert scores["distance"] > 0 and ("modes" in scores) == ("of" in data)
    assert len(game.look().verdict) == 49
    assert Image.open(io.BytesIO(picture.still(game))).size[1] >= picture.SIZE


def test_your_own_rule_is_played_first_and_a_step_alone_plays_g_against_d():
    called = []

    def mine(batches, **players):
        called.append(sorted(players))
        return steps.gan_step(batches, **players)

    for rule, names in ((mine, []), (Rule(mine, n_critic=1), ["n_d"])):
        game = Game({"mine": rule}, **SMALL)
        game.advance(2)
        assert game.settings.rule == "mine" and called[-1] == sorted(["D", "G", "opt", "prior", *names])
    assert len(called) == 4


def test_errors_say_what_to_do():
    with pytest.raises(GameStopped, match="click into the plane"):
        Game(data="draw your own").advance(1)
    game = Game(optimizer="SGD", lr_D=1e30, lr_G=1e30, **SMALL)
    with pytest.raises(GameStopped, match="learning rate"):
        game.advance(50)
    with pytest.raises(TypeError, match="there are: data"):
        Game(dataset="ring")


# ── the board ────────────────────────────────────────────────────────────────────────────────────


def pixels(board):
    return np.asarray(Image.open(io.BytesIO(board.plane.background)), dtype=float)


def test_every_control_redraws():
    board = GanGame(**SMALL)
    board.step_button.click()
    assert board.game.n_steps == 1 and "step 1" in board.status.value
    values = dict(data="grid of 25", rule="minimax", optimizer="SGD", lr_D=1.0, lr_G=1e-5)
    values |= dict(n_d=0, z_dim=1, width=16, who="D only")
    for name, value in values.items():
        before = pixels(board)
        board.controls[name].value = value
        board.step_button.click()
        assert getattr(board.game.settings, name) == value and board.error.value == ""
        assert (pixels(board) != before).any(), name
    board.reset_button.click()
    assert board.game.n_steps == 0 and "image/png" in board._repr_mimebundle_()[0]


def test_every_view_can_be_switched():
    board = GanGame(**SMALL)
    for box in board.views.values():
        before = pixels(board)
        box.value = not box.value
        assert (pixels(board) != before).any()


def test_drawing_a_data_set():
    board = GanGame(data="draw your own", **SMALL)
    board.step_button.click()
    assert "click into the plane" in board.error.value and board.plane.mode == "draw"
    board.plane.points = [(1.0, 1.0), (-1.0, 0.5)]
    board.step_button.click()
    assert board.error.value == "" and board.game.n_steps == 1
    board.controls["data"].value = "line"
    assert board.plane.mode == "still"


def test_an_error_in_a_students_step_is_shown_and_stops_the_game():
    def broken(batches, *, G, D, opt, prior):
        raise ValueError("my own <fault>")

    board = GanGame(**SMALL)
    board.game.rules["mine"] = Rule(broken)
    board.game.settings.rule = "mine"

    async def playing():
        board.start()
        before = board.playing
        await asyncio.sleep(0.2)
        return before, board.playing

    assert asyncio.run(playing()) == (True, False) and "my own &lt;fault&gt;" in board.error.value


def test_play_and_pause():
    async def some_time(board):
        board.play_button.click()
        await asyncio.sleep(0.3)
        was_playing, played = board.playing, board.game.n_steps
        board.play_button.click()
        await asyncio.sleep(0.05)
        paused = board.game.n_steps
        await asyncio.sleep(0.2)
        return was_playing, played, board.playing, board.game.n_steps - paused

    was_playing, played, playing, after = asyncio.run(some_time(GanGame(**SMALL)))
    assert was_playing and played > 0 and not playing and after == 0


def test_a_game_that_is_started_before_there_is_data_waits_for_it():
    import asyncio

    async def some_time(board):
        board.play_button.click()
        await asyncio.sleep(0.15)
        said, waiting = board.error.value, board.playing
        board.plane.points = [(1.0, 1.0)]
        await asyncio.sleep(0.5)
        board.pause()
        return said, waiting, board.error.value, board.game.n_steps

    said, waiting, after, n_steps = asyncio.run(some_time(GanGame(data="draw your own", **SMALL)))
    assert "click into the plane" in said and waiting and after == "" and n_steps > 0


def test_frames_wait_for_the_browser():
    """The game is never more than one frame ahead of what the browser shows."""

    async def some_time(board):
        board.plane.shown = board.plane.frame
        board.start()
        await asyncio.sleep(0.4)
        ahead = board.plane.frame - board.plane.shown
        board.pause()
        return ahead

    assert asyncio.run(some_time(GanGame(**SMALL))) == 1


def test_a_cell_that_runs_again_stops_its_first_game():
    async def twice():
        old = GanGame(**SMALL)
        old.start()
        new = GanGame(**SMALL)
        await asyncio.sleep(0.05)
        return old.playing, new.playing

    assert asyncio.run(twice()) == (False, False)


def test_games_side_by_side():
    games = {"a": Game(**SMALL), "moons": Game(data="two moons", rule="minimax", **SMALL)}
    for game in games.values():
        game.advance(2)
    figure = picture.side_by_side(games)
    assert [ax.get_title() for ax in figure.axes[:2]] == ["a\n0 of 8 modes,\n0% of points at one", "moons"]


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["non-saturating", "Wasserstein, penalty"])
def test_the_generator_covers_the_modes(rule):
    board = GanGame(rule=rule, n_d=3)
    assert board.play(200)["modes"] >= 7


def test_curves_that_keep_their_figure_are_those_drawn_anew():
    game, kept = Game(**SMALL), picture.Curves()
    for rule in ("non-saturating", "non-saturating", "Wasserstein, penalty"):
        game.set("rule", rule)
        game.advance(3)
        game.score()
        assert kept.draw(game) == picture.Curves().draw(game)
