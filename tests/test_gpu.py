"""On a GPU as on a CPU: whatever the course lists, on a device that is pretended (see pretended.py) or real.

COURSE_PRETEND=cuda or mps, or COURSE_DEVICE=cuda for the real one, chooses the device before the course is
imported, as on a machine that has one. What is listed here is found by itself: a new step, formula, exercise,
recipe or notebook is tested without a line here. `-m "pretended and not slow"` is the quick run, to be made
with both pretended devices; `-m pretended` does all.
"""

import inspect
import os
import re
from collections import Counter
from pathlib import Path

import answers
import ipywidgets
import nbclient
import players
import pretended
import pytest
import torch
from speed import gpu
from test_notebooks import PATHS
from test_widgets import parts
from torch import nn
from torch.optim.swa_utils import AveragedModel
from torch.utils._pytree import tree_leaves

from course_utils import (
    data,
    estimates,
    game,
    losses,
    metrics,
    models,
    notebooks,
    plotting,
    pretrained,
    priors,
    recipes,
    scores,
    session,
    steps,
    train,
    transport,
    widgets,
)
from course_utils.exercises import EXERCISES, answer, verdict
from course_utils.match import Rule, match

HERE = session.device()
PRETENDED = os.environ.get("COURSE_PRETEND")
pytestmark = [
    pytest.mark.pretended,
    pytest.mark.skipif(
        HERE.type == "cpu", reason="no device: COURSE_PRETEND=cuda or mps, or COURSE_DEVICE=cuda"
    ),
]


def in_turn(i, _=None):
    """In the quick runs, what takes long is on one of the two pretended devices only."""
    return PRETENDED in (None, ("cuda", "mps")[i % 2])


def some(names, quick=in_turn):
    """Names; those that are not quick(i, name) are for the slow run. → list of parameters"""
    return [
        pytest.param(name, marks=() if quick(i, name) else pytest.mark.slow) for i, name in enumerate(names)
    ]


@pytest.fixture(scope="module")
def digits():
    x, y = torch.rand(300, 1, 28, 28) * 2 - 1, torch.arange(300) % 10
    x, y = x.to(HERE), y.to(HERE)
    return data.Digits(x, y, x[:60], y[:60], "noise")


def moved(thing, where):
    """A tensor, a network, or some of them, there."""
    if isinstance(thing, torch.Tensor | nn.Module):
        return thing.to(where)
    return tuple(moved(part, where) for part in thing) if isinstance(thing, tuple) else thing


def tensors_in(thing):
    return [leaf for leaf in tree_leaves(thing) if isinstance(leaf, torch.Tensor)]


# ── training ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", players.STEPS.values(), ids=players.STEPS)
def test_a_step_trains_there_and_waits_for_nothing(step, digits):
    batches, cast = players.of(step, digits, batch_size=8)
    step(batches, **cast)
    pretended.waits.clear()
    told = step(batches, **cast)
    averages = any(isinstance(player, AveragedModel) for player in cast.values())
    waited = {operation for operation, _ in pretended.waits}
    assert waited <= ({"_to_copy"} if averages else set())  # PyTorch's counts on the CPU, and sends its count
    assert all(value.device.type == HERE.type and value.isfinite() for value in tensors_in(told))


def test_training_waits_at_its_checks_and_for_each_frame_only():
    rule, z = Rule(steps.gan_step), torch.randn(16, 2, device=HERE)
    cast = match(rule, models.mlp(2, 2, 8), models.mlp(2, 1, 8), priors.gaussian(2), lr=1e-3)
    batches = data.Batches(torch.randn(100, 2, device=HERE), batch_size=16)
    pretended.waits.clear()
    n_steps, watch = 2 * train.CHECK_EVERY, lambda: cast["G"](z)
    history = train.train(rule.step, batches, n_steps, watch, n_frames=4, quiet=True, **cast)
    assert len(history.film) == 4 and not history.stopped and history["L_G"].shape == (n_steps,)
    if PRETENDED:
        assert all("/course_utils/train.py:" in line for _, line in pretended.waits)
        waited = Counter(operation for operation, _ in pretended.waits.elements())
        assert waited == {"nonzero": 2, "_to_copy": 5}  # two checks; four frames, and the losses read above


@pytest.mark.parametrize("name", some(recipes.RECIPES))
def test_a_recipe_makes_a_few_updates(name, digits, monkeypatch):
    x, y = digits.x.repeat(40, 1, 1, 1), digits.y.repeat(40)  # more than the labels that a recipe takes
    digits = data.Digits(x, y, digits.x_test, digits.y_test, "noise")
    monkeypatch.setattr(data, "digits", lambda *_, **__: digits)
    recipe, net = recipes.RECIPES[name], pretrained.NETWORKS[name].build().to(HERE)
    assert not recipe.fit(net, digits, 20).stopped
    assert next(net.parameters()).device.type == HERE.type


@pytest.mark.slow  # they draw ten thousand images, or chains
@pytest.mark.parametrize("name", recipes.RECIPES)
def test_the_scores_of_a_recipe(name, digits):
    assert all(
        isinstance(v, float | int)
        for v in recipes.RECIPES[name].scores(pretrained.load(name), digits).values()
    )


def test_the_speed_of_a_step_is_measured(digits):
    (row,) = gpu.rates(digits, 0.01, {"gan_step": steps.gan_step}).values()
    assert row["images/s"] > 0 and ("MB" in row) == (HERE.type == "cuda")


# ── formulas ─────────────────────────────────────────────────────────────────────────────────────

MODULES = (losses, metrics, transport, estimates)
FORMULAS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": formula
    for module in MODULES
    for name, formula in vars(module).items()
    if inspect.isfunction(formula) and formula.__module__ == module.__name__ and name[0] != "_"
}


def given(where):
    """What a formula may be given, by its name and that of its argument, or by the latter. → {name: value}"""
    torch.manual_seed(0)
    images, rows, shares = torch.randn(40, 1, 6, 6), torch.randn(40, 3), torch.rand(7).softmax(0)
    layers = nn.Linear(36, 8), nn.Tanh(), nn.Linear(8, 1)
    y, places = torch.arange(40) % 10, torch.arange(7.0)
    named = {
        "x x_rec x_fake x_known known logits samples": images,
        "mu log_var a b real fake w z_codes on_real on_fake on_winner on_loser f_real f_fake scores": rows,
        "mean_a mean_b": rows[0],
        "cov_a cov_b": rows.T.cov(),
        "mean_and_log_var": (images, images),
        "y y_known component": y,
        "y_logits": torch.randn(40, 10),
        "u v p q": shares,
        "cost": (places[:, None] - places).abs(),
        "plan": shares[:, None] * shares,
        "f": torch.randn(40),
        "log_p norm": images.flatten(1).norm(dim=1),
        "reward": torch.rand(40, 5),
        "label": 0.9,
        "std sigma": 0.5,
        "relevant": torch.rand(40, 9) > 0.5,
        "C D score": nn.Sequential(nn.Flatten(), *layers),
        "E G": nn.Identity(),
        "rbm": models.RBM(9, 6),
        "base": torch.randn(9),
        "losses.historical_average_penalty net": nn.Linear(3, 2),
        "past": nn.Linear(3, 2),
        "metrics.in_parts f": nn.Flatten(),
        "metrics.reconstruction_error net": nn.Tanh(),
        "metrics.layer_gradients net": nn.Sequential(*layers),
        "metrics.layer_gradients x": images.flatten(1),
        "centres": rows[:5],
        "metrics.modes_covered x_fake": rows,
        "metrics.mode_shares x_fake": rows,
        "prior": lambda n: torch.randn(n, 3, device=where),
        "metrics.prior_match z_codes": rows.repeat(30, 1),
        "encode": nn.Flatten(),
        "unseen": (images, y),
        "metrics.linear_probe known": (images, y),
        "log_q": shares.log(),
        "metrics.class_balance y": y,
        "metrics.precision_at scores": torch.randn(40, 9),
        "transport.moving_costs x": places,
        "transport.moving_costs y": places,
        "transport.lipschitz_constant x": rows,
        "write_on": lambda x, keep: x,
        "judge": lambda x: x.flatten(1).mean(1),
        "estimates.action_values x": torch.randn(4, 5, 3),
        "estimates.reinforce reward": torch.rand(40),
        "like": rows,
        "told": torch.randn(40, 14),
        "code": torch.rand(40, 12),
    }
    each = {}
    for names, value in named.items():
        each |= {names: value} if "." in names else dict.fromkeys(names.split(), value)
    return each


def result(name, where, seed=1):
    """What a formula gives for the same arguments there: as numbers, and as it came."""
    formula, each = FORMULAS[name], given(where)
    needs = [p.name for p in inspect.signature(formula).parameters.values() if p.default is p.empty]
    wanted = [each.get(f"{name} {need}", each.get(need)) for need in needs]
    assert all(value is not None for value in wanted), f"given() has nothing for {needs} of {name}"
    torch.manual_seed(seed)
    few = {"n_temperatures": 20} if name == "metrics.annealed_log_Z" else {}
    got = formula(*(moved(value, where) for value in wanted), **few)
    flat = list(got.values()) if isinstance(got, dict) else got if isinstance(got, tuple | list) else [got]
    return [torch.as_tensor(v).detach().cpu().double() for v in flat if v is not None], got


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_gives_there_what_it_gives_on_a_cpu(name):
    got, raw = result(name, HERE)
    large = [tensor for tensor in tensors_in(raw) if tensor.dim()]  # a single number may be anywhere
    assert {tensor.device.type for tensor in large} <= {HERE.type}
    want, again = (result(name, "cpu", seed)[0] for seed in (1, 2))
    is_drawn = any(not torch.equal(a, b) for a, b in zip(want, again, strict=True))  # other numbers there
    for a, b in zip(got, want, strict=True):
        assert a.shape == b.shape and (is_drawn or torch.allclose(a, b, rtol=1e-3, atol=1e-5))


# ── exercises ────────────────────────────────────────────────────────────────────────────────────


def judged(id, given):
    return verdict(id, given, seconds=60)  # a pretended device is slow


def lacks_there(message):
    """MPS has no 64-bit numbers, and PyTorch has not all operations for it: who needs them is told so."""
    return HERE.type == "mps" and re.search("is not currently implemented|doesn't support float64", message)


def is_no_design(i, id):
    return not EXERCISES[id].contest  # it is trained, which takes long


@pytest.mark.parametrize("id", some(EXERCISES, is_no_design))
def test_the_reference_is_correct_and_a_stub_open(id):
    task = EXERCISES[id]
    assert judged(id, task.reference)[0] == "correct", judged(id, task.reference)
    assert judged(id, None if task.is_question or task.contest else lambda *_, **__: None)[0] == "open"


@pytest.mark.parametrize("id", some(EXERCISES))
def test_known_mistakes_get_their_messages(id):
    for name, (wrong, tell) in EXERCISES[id].mistakes.items():
        given = "open", "not answered yet: it still does what the given code does."
        told = given if name == "given" else ("wrong", f"not right yet: {tell}")
        state, said = judged(id, wrong)
        # a design is trained, with other draws on another device: there another slip may show first
        assert (state, said) == told or EXERCISES[id].contest and state == told[0], name


@pytest.mark.parametrize("id", some(EXERCISES, is_no_design))
def test_other_right_answers_are_correct(id):
    verdicts = [judged(id, fn) for other, fn in answers.RIGHT if other == id]
    assert all(state == "correct" or lacks_there(said) for state, said in verdicts), verdicts


@pytest.mark.parametrize("id", some(EXERCISES, lambda i, _: in_turn(i) and i % 4 < 2))
def test_wrong_answers_are_told_their_slip(id):
    told = {name: judged(id, fn) for other, name, fn in answers.WRONG if other == id}
    assert all(state == "wrong" for state, _ in told.values()), told


@pytest.mark.parametrize("id", [id for id, task in EXERCISES.items() if task.is_question])
def test_an_answer_of_the_device_is_taken(id):
    """A student gives what a cell computed there: Run All goes on, and the number counts."""
    task = EXERCISES[id]
    is_word = isinstance(task.reference, str)  # then a number is wrong, and told so
    answer(id, torch.as_tensor(1.0 if is_word else task.reference, device=HERE))
    assert task.state == ("wrong" if is_word else "correct")


def test_an_answer_may_name_the_device_or_be_told_to():
    """01.5 wants the gradient of tanh: made on the device it is right; on the CPU it is told where it is."""
    ones = lambda where: lambda x, upstream: upstream * (torch.ones(1, device=where) - x.tanh() ** 2)  # noqa: E731
    assert judged("01.5", ones(HERE))[0] == "correct"
    state, said = judged("01.5", ones("cpu"))
    assert state == "wrong" and "same device" in said


# ── what is clicked and played ───────────────────────────────────────────────────────────────────


def _widgets():
    """Each widget, given what a notebook computes on the device."""
    dec = models.VanillaAutoencoder().to(HERE).dec
    z, x, y = (
        torch.randn(50, 3, device=HERE),
        torch.rand(50, 1, 28, 28, device=HERE),
        torch.arange(50, device=HERE),
    )
    film = train.History()
    film.film, film.film_steps = [x[:4], x[4:8]], [0, 1]
    u = torch.rand(5, device=HERE).softmax(0)
    yield "latent_sliders", widgets.latent_sliders(dec, z_codes=z)
    yield "sliders", widgets.sliders(lambda i: x[i : i + 1], i=[0, 1])
    yield "histograms", widgets.histograms(lambda u, v: plotting.plan_png(u[:, None] * v, u, v), u, u.flip(0))
    yield "film", widgets.film(film)
    yield "picker", widgets.picker(x, lambda i: x[i : i + 1])
    yield "point_map", widgets.point_map(z[:, :2], y % 10, lambda i: x[i : i + 1])
    yield "latent_plane", widgets.latent_plane(lambda z: x[:1] * z.sum(), z[:, :2], y % 10)


def test_widgets_draw_what_is_on_the_device():
    for name, panel in _widgets():
        for part in parts(panel):
            if isinstance(part, ipywidgets.FloatSlider | ipywidgets.IntSlider | ipywidgets.SelectionSlider):
                for value in part.options if hasattr(part, "options") else (part.min, part.max):
                    part.value = value[1] if isinstance(value, tuple) else value
            if isinstance(part, widgets.Plane):
                part.value = (0.4, 0.4)
        assert panel.image.value and not panel.error.value, name


@pytest.mark.parametrize("rule", game.RULES)
def test_the_game_plays_on_the_cpu_and_leaves_the_devices_chances_alone(rule):
    torch.manual_seed(3)
    expected = torch.randn(4, device=HERE)
    torch.manual_seed(3)
    for name in game.DATA:
        played = game.Game(rule=rule, data=name, width=8, batch_size=16)
        if name != "draw your own":
            played.advance(2), played.look(), played.score()
    assert torch.equal(torch.randn(4, device=HERE), expected)


@pytest.mark.parametrize("name", some(pretrained.NETWORKS))
def test_shipped_weights_load_sample_and_reconstruct(name, digits):
    network, net = pretrained.NETWORKS[name], pretrained.load(name)
    assert {p.device.type for p in net.parameters()} == {HERE.type}
    if network.sample:
        assert pretrained.sample(name, 3).device.type == HERE.type
    if network.reconstruct:
        assert pretrained.reconstruct(name, digits.x[:3].cpu()).device.type == HERE.type


def test_own_weights_are_kept_and_come_back(tmp_path, monkeypatch):
    monkeypatch.setattr(session, "own_folder", lambda: tmp_path)
    mine, again = (models.VanillaAutoencoder().to(HERE) for _ in range(2))
    pretrained.save("mine", mine)
    pretrained.load("mine", again)
    assert all(torch.equal(a, b) for a, b in zip(mine.parameters(), again.parameters(), strict=True))
    models.VanillaAutoencoder().load_state_dict(
        {key: value.cpu() for key, value in mine.state_dict().items()}
    )


def test_scores_and_the_scoreboard(digits):
    board = scores.scoreboard.real(digits)
    assert board["generation"]["real"]["fcd"] < board["generation"]["noise"]["fcd"]


# ── notebooks ────────────────────────────────────────────────────────────────────────────────────

START = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import pretended
pretended.start({PRETENDED!r})
"""


def run(path, tmp_path, monkeypatch):
    """Run it in a kernel on the device. → what its cells printed and showed"""
    if PRETENDED:  # IPython runs what is in this folder before the first cell
        startup = tmp_path / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "pretend.py").write_text(START, encoding="utf-8")
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    book = notebooks.read(path)
    where = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(book, timeout=600, resources=where).execute()
    outputs = [out for cell in book.cells for out in cell.get("outputs", ())]
    printed = "\n".join(out.get("text", "") + str(out.get("data", "")) for out in outputs)
    assert ("pretended GPU" if PRETENDED == "cuda" else HERE.type.upper()) in printed or not PRETENDED
    return printed


@pytest.mark.slow  # each takes up to two minutes
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_solved_notebook_runs_there(path, solved, tmp_path, monkeypatch):
    printed = run(solved / path.name, tmp_path, monkeypatch)
    n = len([id for id in EXERCISES if id.startswith(path.name[:2] + ".")])
    assert f"{n} of {n} solved" in printed and "✗" not in printed


@pytest.mark.parametrize("path", some(PATHS), ids=lambda path: path.stem)
def test_a_notebook_runs_there(path, tmp_path, monkeypatch):
    run(path, tmp_path, monkeypatch)
