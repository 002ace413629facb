"""What may go wrong around a student, tried: their own code, disks that refuse, memory that ends, the stop button."""

import dataclasses
import errno
import hashlib
import json
import math
import os
import pickle
import random
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest
import torch

from course_utils import data, experiments, metrics, models, pretrained, recipes, scores, session, transport
from course_utils.exercises import EXERCISES, verdict
from course_utils.exercises.engine.limits import PRINTED
from course_utils.priors import gaussian
from course_utils.scores import recorded, scoreboard
from course_utils.steps import gan_step
from course_utils.train import History, adam, train

# ── a student's functions: no verdict but "wrong", whatever they give ────────────────────────────

FUNCTIONS = [id for id, task in EXERCISES.items() if not task.is_question]
JUDGED_BY_WHAT_THEY_DO = {"04.8", "06.6"}  # they update in place: what they return is not looked at


def each_number(f, value):
    """`value` with f of every number in it, as a tensor; of what holds none, a text."""
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
def test_whatever_a_students_function_gives_the_verdict_is_wrong_and_says_why(id):
    reference = EXERCISES[id].reference
    kinds = (broken,) if id in JUDGED_BY_WHAT_THEY_DO else (broken, nearly_right)
    for fn in (fn for kind in kinds for fn in kind(reference)):
        state, message = verdict(id, fn)
        assert state == "wrong" and len(message) > 30 and "course_utils" not in message, message


def test_a_students_step_may_neither_run_nor_print_for_ever(capsys):
    def endless(batches, **players):
        while True:
            next(batches)

    def chatty(batches, **players):
        for _ in range(1_000_000):
            print("one more line")

    assert "does a loop never stop" in verdict("07.7", endless, seconds=0.5)[1]
    assert verdict("07.7", chatty, seconds=0.5)[0] == "wrong"
    assert len(capsys.readouterr().out) < 2 * PRINTED


# ── folders and disks that refuse ────────────────────────────────────────────────────────────────


@pytest.fixture
def no_folder(tmp_path):
    """A folder that nobody can make, not even the administrator: it would lie in a file."""
    (tmp_path / "file").write_text("a file")
    return tmp_path / "file" / "folder"


@pytest.fixture
def full_disk(monkeypatch):
    """From now on every file ends in the middle."""
    write = Path.write_bytes

    def half(path, content):
        write(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", half)


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_two_files_take_their_places_together_or_not_at_all(tmp_path):
    a, b = tmp_path / "new" / "a", tmp_path / "b"
    session.keep({a: b"1", b: "zwölf"})
    assert a.read_bytes() == b"1" and b.read_text(encoding="utf-8") == "zwölf"
    with pytest.raises(OSError, match="c cannot be written .*unharmed"):
        session.keep({a: b"2", b / "c": "3"})
    assert a.read_bytes() == b"1" and contents(tmp_path / "new") == {"a": b"1"}  # and no scraps


@pytest.fixture(scope="module")
def digits():
    x, y = torch.rand(200, 1, 28, 28) * 2 - 1, torch.arange(200) % 10
    return data.Digits(x, y, x, y, "noise")


@pytest.fixture
def join(digits, monkeypatch):
    monkeypatch.setattr(session, "scale", lambda: "class")  # at the smoke scale nothing is kept
    return lambda: scoreboard.join("AE", digits, torch.nn.Linear(1, 1), 1.0, x_rec=digits.x_test)


def test_a_scoreboard_that_cannot_be_kept_is_told_and_nothing_stops(
    join, digits, no_folder, monkeypatch, capsys
):
    monkeypatch.setattr(scoreboard, "FOLDER", no_folder)
    join()
    (said,) = capsys.readouterr().out.splitlines()
    assert "AE (yours) cannot join" in said and str(no_folder / "AE.json") in said
    assert scoreboard.mine(digits) == {"reconstruction": {}, "generation": {}}


def test_a_full_disk_leaves_the_scores_of_before(join, tmp_path, monkeypatch, capsys, request):
    monkeypatch.setattr(scoreboard, "FOLDER", tmp_path)
    join()
    before = contents(tmp_path)
    request.getfixturevalue("full_disk")
    join()
    assert "No space left on device" in capsys.readouterr().out and contents(tmp_path) == before != {}


def test_a_full_disk_leaves_the_weights_of_before(digits, tmp_path, monkeypatch, full_disk):
    for name in ("ae.safetensors", "ae.json"):
        shutil.copy(pretrained.FOLDER / name, tmp_path)
    before = contents(tmp_path)
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path)
    nothing = dict(n_steps=0, scores=lambda *_: {}, codes=lambda *_: {}, fit=lambda *_: History())
    recipe = dataclasses.replace(recipes.RECIPES["ae"], **nothing)
    monkeypatch.setitem(recipes.RECIPES, "ae", recipe)
    monkeypatch.setattr(data, "digits", lambda name: digits)
    with pytest.raises(OSError, match="ae.safetensors cannot be written .No space left on device.*unharmed"):
        recipes.make("ae")
    assert contents(tmp_path) == before and pretrained.load("ae")


def test_a_full_disk_leaves_the_runs_of_before(tmp_path, monkeypatch, full_disk):
    before = json.dumps({"settings": {"steps": 1}, "runs": {"a": {"error": 1}}})
    (tmp_path / "toy.json").write_text(before)
    runs = {name: dict for name in "ab"}
    monkeypatch.setattr(experiments, "FOLDER", tmp_path)
    monkeypatch.setitem(experiments.TABLES, "toy", experiments.Table({"steps": 1}, runs))
    with (
        experiments.joblib.parallel_config(backend="sequential"),
        pytest.raises(OSError, match="No space left"),
    ):
        experiments.make("toy")
    assert contents(tmp_path) == {"toy.json": before.encode()}


def test_no_recorded_scores_are_no_expected_ones(no_folder, digits, monkeypatch, capsys):
    monkeypatch.setattr(recorded, "EXPECTED", no_folder / "scores.json")
    recorded.compare("01 widths", digits, error=1.5)
    assert "1.5   –" in capsys.readouterr().out


# ── weights of strangers ─────────────────────────────────────────────────────────────────────────


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("a file of weights was executed",)


def test_weights_are_never_unpickled_even_if_their_report_vouches_for_them(tmp_path, monkeypatch):
    about = pretrained.info("ae")
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path)
    whole = (session.ROOT / "data/pretrained/ae.safetensors").read_bytes()
    for content in (pickle.dumps(Bomb()), b"", whole[:-100], whole[:50]):
        (tmp_path / "ae.safetensors").write_bytes(content)
        (tmp_path / "ae.json").write_text(json.dumps(about | {"sha256": hashlib.sha256(content).hexdigest()}))
        with pytest.raises(pretrained.WeightsError, match="holds no weights .*git checkout"):
            pretrained.load("ae")


# ── numbers that are not finite ──────────────────────────────────────────────────────────────────

BAD = {"nan": lambda n: torch.full((n, 4), torch.nan), "huge": lambda n: 1e200 * torch.randn(n, 4).double()}


@pytest.mark.parametrize("bad", BAD)
def test_a_distance_of_what_is_not_finite_is_nan_and_never_a_crash(bad):
    """LAPACK's eigenvalues of such a matrix end the process."""
    bad, good = BAD[bad](50), torch.randn(50, 4)
    assert math.isnan(metrics.frechet_distance(bad, good)) and math.isnan(metrics.frechet_distance(good, bad))
    assert math.isnan(transport.between_normals(good[0], torch.eye(4), good[0], bad[:4].float()))
    assert math.isnan(transport.earth_mover(torch.full((5, 2), torch.inf), torch.zeros(5, 2)))


def test_images_of_a_diverged_training_have_no_scores_and_that_is_said(digits, capsys):
    x_fake = digits.x_test.clone()
    x_fake[3, 0, 5, 5] = torch.nan
    card = scores.digit_scores(x_fake, digits.x_test)
    assert math.isnan(card["fcd"]) and "diverged" in capsys.readouterr().out
    scores.compare("04 plain GAN", digits, **card)
    scores.print_table({"spoiled": card})
    assert "nan" in capsys.readouterr().out


def test_scores_of_samples_that_do_not_fit_say_so():
    with pytest.raises(ValueError, match="two items at least, but these are 1 and 50"):
        metrics.frechet_distance(torch.randn(1, 128), torch.randn(50, 128))
    with pytest.raises(ValueError, match="equal size, but these have 5 and 100"):
        transport.earth_mover(torch.randn(5, 2), torch.randn(100, 2))
    with pytest.raises(ValueError, match="up to 25, but there are 10 classes"):
        metrics.class_balance(torch.arange(26))


# ── training that ends early ─────────────────────────────────────────────────────────────────────


@pytest.fixture
def game():
    """A small GAN: what `train` needs of it."""
    G, D = models.mlp(2, 2, hidden=16, n_hidden=1), models.mlp(2, 1, hidden=16, n_hidden=1)
    return dict(G=G, D=D, opt=adam(G=[G], D=[D]), prior=gaussian(2))


def updates(optimizer):
    return {int(state["step"]) for state in optimizer.state.values()}


@pytest.mark.parametrize(
    "words",
    [
        torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("MPS backend out of memory (MPS allocated: 5 GB)"),
        None,  # a CPU's own, really met
    ],
    ids=["cuda", "mps", "cpu"],
)
def test_a_full_memory_ends_training_with_advice_and_keeps_what_was_learned(game, capsys, words):
    def step(batches, **players):
        if updates(game["opt"].G) == {3}:
            if words:
                raise words
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


def test_the_stop_button_at_ten_random_moments_leaves_everything_of_one_piece(game):
    batches, n_steps, moments = data.Batches(data.ring(1_000)[0]), 0, random.Random(0)
    for _ in range(10):
        started = threading.Event()

        def step(batches, started=started, **players):
            started.set()
            return gan_step(batches, **players)

        def press(started, after):
            started.wait()
            time.sleep(after)
            signal.raise_signal(signal.SIGINT)  # the main thread meets it wherever it is

        button = threading.Thread(target=press, args=(started, moments.uniform(0, 0.1)))
        button.start()
        history = train(step, batches, 100_000, **game)
        button.join()
        n_steps += history.n_steps
        assert history.stopped == "interrupted" and 0 < history.n_steps < 100_000
        assert {len(history[name]) for name in history} == {history.n_steps}
        assert history.first_bad() is None and all(p.isfinite().all() for p in game["G"].parameters())
        assert updates(game["opt"].G) == updates(game["opt"].D) == {n_steps}  # no step is half done
    assert train(gan_step, batches, 50, **game).stopped == ""
