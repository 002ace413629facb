"""What may go wrong around a student: their own code, a full disk, damaged files, full memory, ■."""

import errno
import math
import os
import random
import shutil
import signal
import threading
import time
from pathlib import Path

import joblib
import pytest
import torch

from course_utils import (
    data,
    experiments,
    metrics,
    models,
    plotting,
    pretrained,
    scores,
    session,
    transport,
    widgets,
)
from course_utils.exercises import EXERCISES, verdict
from course_utils.priors import gaussian
from course_utils.scores import scoreboard
from course_utils.steps import gan_step
from course_utils.train import adam, train

# ── a student's functions: the verdict is "wrong", whatever they return ──────────────────────────

FUNCTIONS = [id for id, task in EXERCISES.items() if not task.is_question]


def each_number(f, value):
    """`value` with f of each tensor or number in it; a text in place of anything else."""
    if isinstance(value, tuple):
        return tuple(each_number(f, v) for v in value)
    if isinstance(value, dict):
        return {name: each_number(f, v) for name, v in value.items()}
    return f(torch.as_tensor(value)) if isinstance(value, torch.Tensor | int | float) else "text"


def broken(reference):
    def raises(*_, **__):
        raise RuntimeError("boom")

    yield raises
    yield lambda *_, **__: "text"
    yield lambda *_, **__: torch.zeros(1).expand(10**6, 10**6)  # 4 TB, if written out


def nearly_right(reference):
    yield lambda *a, **k: each_number(lambda v: v * float("nan"), reference(*a, **k))
    yield lambda *a, **k: each_number(lambda v: v.to("meta"), reference(*a, **k))
    yield lambda *a, **k: each_number(lambda v: v.detach().to_sparse(), reference(*a, **k))
    yield lambda *a, **k: [reference(*a, **k)]


@pytest.mark.parametrize("id", FUNCTIONS)
def test_whatever_a_students_function_returns_the_verdict_is_wrong_and_says_why(id):
    reference = EXERCISES[id].reference
    for fn in (*broken(reference), *nearly_right(reference)):
        state, message = verdict(id, fn)
        assert state == "wrong" and len(message) > 30 and "course_utils" not in message, message


# ── folders that cannot be made, and a full disk ─────────────────────────────────────────────────


@pytest.fixture
def no_folder(tmp_path):
    """A folder that nobody can make, not even root: its parent is a file."""
    (tmp_path / "file").write_text("a file")
    return tmp_path / "file" / "folder"


@pytest.fixture
def full_disk(monkeypatch):
    """From now on the disk is full after half of each file."""
    write = Path.write_bytes

    def half(path, content):
        write(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", half)


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_two_files_are_written_together_or_not_at_all(tmp_path):
    a, b = tmp_path / "new" / "a", tmp_path / "b"
    session.keep({a: b"1", b: "zwölf"})
    assert a.read_bytes() == b"1" and b.read_text(encoding="utf-8") == "zwölf"
    with pytest.raises(OSError, match="c cannot be written .*unharmed"):
        session.keep({a: b"2", b / "c": "3"})
    assert a.read_bytes() == b"1" and contents(tmp_path / "new") == {"a": b"1"}  # and no temporary file


@pytest.fixture
def join(noise, monkeypatch):
    monkeypatch.setattr(session, "scale", lambda: "class")  # at the smoke scale nothing is kept
    return lambda: scoreboard.join("AE", noise, torch.nn.Linear(1, 1), 1.0, x_rec=noise.x_test)


def test_scores_that_cannot_be_kept_are_reported_and_nothing_stops(
    join, noise, no_folder, monkeypatch, capsys
):
    monkeypatch.setattr(session, "own_folder", lambda: no_folder)
    join()
    (said,) = capsys.readouterr().out.splitlines()
    assert "AE (yours) cannot join" in said and str(no_folder / "mine" / "AE.json") in said
    assert scoreboard.mine(noise) == {"reconstruction": {}, "generation": {}}


def test_a_full_disk_leaves_the_old_scores(join, tmp_path, monkeypatch, capsys, request):
    monkeypatch.setattr(session, "own_folder", lambda: tmp_path)
    join()
    before = contents(tmp_path / "mine")
    request.getfixturevalue("full_disk")
    join()
    assert "No space left on device" in capsys.readouterr().out
    assert contents(tmp_path / "mine") == before != {}


def test_a_full_disk_leaves_the_old_weights(tmp_path, monkeypatch, full_disk):
    for name in ("ae.safetensors", "ae.json"):
        shutil.copy(pretrained.FOLDER / name, tmp_path)
    before = contents(tmp_path)
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path)
    with pytest.raises(OSError, match="ae.safetensors cannot be written .No space left on device.*unharmed"):
        pretrained.ship("ae", torch.nn.Linear(1, 1), {}, {})
    assert contents(tmp_path) == before and pretrained.load("ae")


def test_a_full_disk_leaves_the_old_runs(tmp_path, monkeypatch, full_disk):
    (tmp_path / "toy.json").write_text('{"settings": {"steps": 1}, "runs": {"a": {"error": 1}}}')
    before = contents(tmp_path)
    monkeypatch.setattr(experiments, "FOLDER", tmp_path)
    monkeypatch.setitem(experiments.TABLES, "toy", experiments.Table({"steps": 1}, {"a": dict, "b": dict}))
    one_by_one = joblib.parallel_config(backend="sequential")
    with one_by_one, pytest.raises(OSError, match="No space left"):
        experiments.make("toy")
    assert contents(tmp_path) == before


# ── numbers that are not finite ──────────────────────────────────────────────────────────────────

BAD = {"nan": lambda n: torch.full((n, 4), torch.nan), "huge": lambda n: 1e200 * torch.randn(n, 4).double()}


@pytest.mark.parametrize("bad", BAD)
def test_a_distance_of_what_is_not_finite_is_nan_and_never_a_crash(bad):
    """With such a matrix, LAPACK would end the process."""
    bad, good = BAD[bad](50), torch.randn(50, 4)
    assert math.isnan(metrics.frechet_distance(bad, good)) and math.isnan(metrics.frechet_distance(good, bad))
    assert math.isnan(transport.between_normals(good[0], torch.eye(4), good[0], bad[:4].float()))
    assert math.isnan(transport.earth_mover(torch.full((5, 2), torch.inf), torch.zeros(5, 2)))


def test_images_that_are_not_finite_have_no_scores_and_a_message_says_so(noise, capsys):
    x_fake = noise.x_test.clone()
    x_fake[3, 0, 5, 5] = torch.nan
    card = scores.digit_scores(x_fake, noise.x_test)
    assert math.isnan(card["fcd"]) and "diverged" in capsys.readouterr().out
    scores.compare("04 plain GAN", noise, **card)
    scores.print_table({"spoiled": card})
    assert "nan" in capsys.readouterr().out


def test_scores_of_samples_of_the_wrong_size_say_so():
    with pytest.raises(ValueError, match="two items at least, but these are 1 and 50"):
        metrics.frechet_distance(torch.randn(1, 128), torch.randn(50, 128))
    with pytest.raises(ValueError, match="equal size, but these have 5 and 100"):
        transport.earth_mover(torch.randn(5, 2), torch.randn(100, 2))
    with pytest.raises(ValueError, match="up to 25, but there are 10 classes"):
        metrics.class_balance(torch.arange(26))


# ── training that ends early ─────────────────────────────────────────────────────────────────────


@pytest.fixture
def game():
    """The players of a small GAN."""
    G, D = models.mlp(2, 2, hidden=16, n_hidden=1), models.mlp(2, 1, hidden=16, n_hidden=1)
    return dict(G=G, D=D, opt=adam(G=[G], D=[D]), prior=gaussian(2))


def updates(optimizer):
    return {int(state["step"]) for state in optimizer.state.values()}


FULL = {
    "cuda": torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    "mps": RuntimeError("MPS backend out of memory (MPS allocated: 5 GB)"),
    "cpu": None,  # a real one
}


@pytest.mark.parametrize("device", FULL)
def test_a_full_memory_ends_training_with_advice_and_keeps_what_was_learned(game, capsys, device):
    def step(batches, **players):
        if updates(game["opt"].G) == {3}:
            if FULL[device]:
                raise FULL[device]
            torch.empty(2**52)
        return gan_step(batches, **players)

    batches = data.Batches(data.ring(200)[0])
    history = train(step, batches, 10, watch=lambda: game["G"](torch.zeros(3, 2)), **game)
    said = capsys.readouterr().out
    assert history.stopped == "out of memory" and history.n_steps == len(history["L_G"]) == 3
    assert "after 3 of 10 steps" in said and "Halve `batch_size`" in said and not game["G"].training
    assert train(gan_step, batches, 4, **game).n_steps == 4 and updates(game["opt"].D) == {7}


def test_other_errors_of_a_step_are_not_taken_for_a_full_memory(game):
    def step(batches, **players):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        train(step, data.Batches(data.ring(200)[0]), 10, **game)


def test_an_interrupt_at_ten_random_moments_leaves_no_step_half_done(game):
    batches, n_steps, moments = data.Batches(data.ring(1_000)[0]), 0, random.Random(0)
    for _ in range(10):
        started = threading.Event()

        def step(batches, started=started, **players):
            started.set()
            return gan_step(batches, **players)

        def press(started, after):
            started.wait()
            time.sleep(after)
            signal.raise_signal(signal.SIGINT)  # it reaches the main thread wherever that is

        button = threading.Thread(target=press, args=(started, moments.uniform(0, 0.1)))
        button.start()
        history = train(step, batches, 100_000, **game)
        button.join()
        n_steps += history.n_steps
        assert history.stopped == "interrupted" and 0 < history.n_steps < 100_000
        assert {len(history[name]) for name in history} == {history.n_steps} and history.first_bad() is None
        assert updates(game["opt"].G) == updates(game["opt"].D) == {n_steps}
    assert train(gan_step, batches, 50, **game).stopped == ""


# ── other devices, other kinds of numbers ────────────────────────────────────────────────────────


class OnAGPU(torch.Tensor):
    """A tensor that goes to NumPy by way of the CPU only, as on a GPU, and has no doubles, as on Apple's."""

    def cpu(self):
        return self.as_subclass(torch.Tensor)

    def __array__(self, *_):
        raise TypeError("can't convert a device tensor to numpy: use Tensor.cpu() first")

    numpy = __array__

    def double(self):
        raise TypeError("this device has no float64")


def on_a_gpu(*shape):
    return torch.rand(*shape).as_subclass(OnAGPU)


DRAWN = {
    "paths": lambda: plotting.paths({"a": on_a_gpu(5, 2)}, start=on_a_gpu(2)),
    "panels": lambda: plotting.panels(on_a_gpu(4), {"a": {"b": on_a_gpu(4)}}, mark=on_a_gpu(())),
    "latent_scatter": lambda: plotting.latent_scatter(on_a_gpu(5, 2), torch.arange(5).as_subclass(OnAGPU)),
    "image_grid": lambda: plotting.image_grid(on_a_gpu(10, 1, 28, 28)),
    "seeds": lambda: plotting.seeds(on_a_gpu(2, 5, 2), on_a_gpu(5, 2), ["a", "b"]),
    "sheet": lambda: plotting.sheet_text(on_a_gpu(4, 1, 28, 28), 2),
}


@pytest.mark.parametrize("draw", DRAWN)
def test_what_lies_on_a_gpu_is_drawn(draw):
    assert DRAWN[draw]()


def test_scores_and_transport_of_what_lies_on_a_gpu_are_computed_on_the_cpu():
    a, b = on_a_gpu(40, 3), on_a_gpu(40, 3)
    assert metrics.frechet_distance(a, b) > 0 and transport.earth_mover(a, b) > 0
    bars = [(v / v.sum()).as_subclass(OnAGPU) for v in (torch.rand(6), torch.rand(6))]
    place = torch.arange(6.0)
    cost = transport.moving_costs(place, place)
    plan = transport.best_plan(*bars, cost.as_subclass(OnAGPU))
    f = transport.best_potential(*bars, cost.as_subclass(OnAGPU))
    gain = (f * (bars[0] - bars[1]).cpu()).sum()
    assert gain == pytest.approx(transport.total_cost(plan, cost).item(), abs=1e-4)


def test_a_cost_that_is_no_distance_has_no_potential():
    place = torch.arange(4.0)
    with pytest.raises(ValueError, match="a detour is cheaper"):
        transport.best_potential(*torch.eye(4)[:2], transport.moving_costs(place, place, power=2))


def test_codes_with_any_labels_are_all_drawn():
    (ax,) = plotting.latent_scatter(torch.rand(26, 2), torch.arange(26)).axes
    assert sum(len(dots.get_offsets()) for dots in ax.collections) == 26


def test_an_empty_history_has_no_curves(game):
    with pytest.raises(ValueError, match="no step has been trained"):
        plotting.curves(train(gan_step, data.Batches(data.ring(200)[0]), 0, **game))


def test_sliders_take_codes_as_an_array():
    panel = widgets.latent_sliders(
        lambda z: z.sum() * torch.ones(1, 1, 28, 28), z_codes=torch.rand(9, 2).numpy()
    )
    assert [(s.min < s.value < s.max) for s in panel.sliders] == [True, True]


def test_a_model_may_have_any_title(join, noise, tmp_path, monkeypatch):
    monkeypatch.setattr(session, "own_folder", lambda: tmp_path)
    scoreboard.join("a/b: c", noise, torch.nn.Linear(1, 1), 1.0, x_rec=noise.x_test)
    assert list(scoreboard.mine(noise)["reconstruction"]) == ["a_b_ c (yours)"]
