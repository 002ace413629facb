"""Every exercise there is, and every one to come: reference right, stub open, known mistakes told by name."""

import contextlib
import functools
import inspect
import math
import re
import sys
import time

import pytest
import torch
from torch import nn

from course_utils import exercises, losses, modules_of, train
from course_utils.exercises import EXERCISES, answer, exercise, grade, hint, progress, solution, verdict
from course_utils.exercises.engine.limits import PRINTED
from course_utils.steps import wgan_gp_step

IDS = list(EXERCISES)
ID = "01.2"
right = EXERCISES[ID].reference


@pytest.fixture(autouse=True)
def nothing_solved_yet():
    for task in EXERCISES.values():
        task.state, task.hints_given = "", 0


# ── each exercise ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("id", IDS)
def test_the_reference_is_correct_and_its_content_is_there(id):
    task = EXERCISES[id]
    state, message = verdict(id, task.reference)
    assert state == "correct" and message.startswith("correct")
    assert task.title and task.hints and task.mistakes
    assert task.why if task.is_question else inspect.getdoc(task.reference) and len(task.mistakes) >= 3


def not_implemented(*_, **__):
    raise NotImplementedError


STUBS = [lambda *_, **__: None, lambda *_, **__: (...).sum(), not_implemented]


@pytest.mark.parametrize("id", IDS)
def test_the_stub_is_open(id):
    for stub in (..., None) if EXERCISES[id].is_question else STUBS:
        assert verdict(id, stub)[0] == "open"


@pytest.mark.parametrize(("id", "name"), [(id, name) for id in IDS for name in EXERCISES[id].mistakes])
def test_a_known_mistake_gets_its_own_message(id, name):
    mistake = EXERCISES[id].mistakes[name]
    given = "not answered yet: it still does what the given code does."
    told = given if name == "given" else f"not right yet: {mistake.tell}"  # given: to debug
    assert verdict(id, mistake.wrong) == ("open" if name == "given" else "wrong", told)


# ── right answers in other ways ──────────────────────────────────────────────────────────────────


def penalty_as_published(score, x, k=None):
    """As most code has it: x itself asks for its gradient."""
    x.requires_grad_(True)
    (gradient,) = torch.autograd.grad(score(x).sum(), x, create_graph=True)
    squares = gradient.flatten(1).square().sum(1)
    return squares.mean() if k is None else ((squares + 1e-12).sqrt() - k).square().mean()


def wgan_gp_in_one_batch(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
    for _ in range(n_critic):
        x, _ = next(batches)
        x_fake = G(prior(len(x))).detach()
        on_real, on_fake = C(torch.cat([x, x_fake])).chunk(2)
        L_C = on_fake.mean() - on_real.mean() + gp_weight * losses.gradient_penalty(C, x, x_fake)
        train.descend(L_C, opt.C)
    L_G = -C(G(prior(len(x)))).mean()
    train.descend(L_G, opt.G)
    return dict(W=on_real.mean() - on_fake.mean(), L_G=L_G)


OTHER_WAYS = [
    (ID, lambda x_rec, x: ((x_rec - x) ** 2).sum() / len(x)),
    (ID, lambda x_rec, x: nn.functional.mse_loss(x_rec, x, reduction="sum") / x.shape[0]),
    (ID, lambda x_rec, x: torch.stack([(a - b).norm() ** 2 for a, b in zip(x_rec, x, strict=True)]).mean()),
    ("01.5", lambda x, upstream: torch.autograd.grad(x.requires_grad_().tanh(), x, upstream)[0]),
    ("02.2", lambda mu, log_var, tau: losses.kl_normal(mu / tau, log_var - 2 * math.log(tau))),
    ("02.7", lambda n: torch.tensor([0]) if n == 1 else EXERCISES["02.7"].reference(n)),
    ("03.1", lambda a: nn.functional.binary_cross_entropy_with_logits(a, torch.zeros_like(a))),
    ("05.8", penalty_as_published),
    ("06.1", lambda u, v, spacing: (u - v).cumsum(0).norm(p=1) * spacing),
    ("06.3", lambda f, x: torch.nan_to_num((f[:, None] - f[None]).abs() / torch.cdist(x, x), 0).max()),
    ("07.7", wgan_gp_in_one_batch),
    ("08.1", penalty_as_published),
]


@pytest.mark.parametrize(("id", "fn"), OTHER_WAYS)
def test_a_right_answer_may_be_written_in_another_way(id, fn):
    assert verdict(id, fn) == ("correct", "correct.")


def test_an_answer_in_other_words_is_the_same_answer():
    right = {"01.7": " B ", "01.9": [0.707, 0.707], "01.4": 219_546.0, "01.6": torch.tensor(0.448)}
    right |= {"12.15": "d, b A", "04.9": "E-C-B-D-A", "04.17": "4/3", "02.5": 2314, "03.4": ["B", "c", "(a)"]}
    for id, given in right.items():
        assert verdict(id, given)[0] == "correct"
    for id, given in (("01.6", True), ("01.9", "somewhere"), ("01.7", torch.tensor(2.0)), ("01.4", 10**400)):
        assert verdict(id, given)[0] == "wrong"  # a truth value is no number


# ── faults of a student's code ───────────────────────────────────────────────────────────────────


def endless(x_rec, x):
    while True:
        try:
            while True:
                pass
        except Exception:
            pass


def endless_and_deaf(x_rec, x):
    while True:
        try:
            while True:
                try:
                    right(x_rec, x)
                except:  # noqa: E722
                    continue
        except:  # noqa: E722
            pass


def endless_and_asleep(x_rec, x):
    while True:
        with torch.no_grad(), contextlib.suppress(BaseException):
            time.sleep(0.01)


def right_but_too_long(x_rec, x):
    with contextlib.suppress(BaseException):
        while True:
            pass
    return right(x_rec, x)


@pytest.mark.parametrize(
    "fn",
    [endless, endless_and_deaf, endless_and_asleep, right_but_too_long, functools.partial(endless)],
)
def test_a_loop_that_never_stops_is_ended_and_nothing_of_the_limit_stays(fn):
    begin, traced = time.monotonic(), sys.gettrace()
    assert verdict(ID, fn, 0.3) == ("wrong", "not right yet: it takes too long: does a loop never stop?")
    assert time.monotonic() < begin + 1
    assert verdict(ID, right, 0.3)[0] == "correct" and torch.is_grad_enabled()
    assert sys.gettrace() is traced


def test_gradients_that_an_answer_turns_off_are_on_again():
    assert verdict(ID, lambda x_rec, x: (torch.set_grad_enabled(False), right(x_rec, x))[1])[0] == "wrong"
    assert torch.is_grad_enabled() and verdict(ID, right)[0] == "correct"


def test_a_default_dtype_that_an_answer_sets_is_as_before():
    verdict("12.16", lambda x: torch.set_default_dtype(torch.float64) or EXERCISES["12.16"].reference(x))
    assert torch.get_default_dtype() == torch.float32


def step_that_returns(W):
    """The step of WGAN-GP, with something else for W."""
    return lambda *a, **k: (told := wgan_gp_step(*a, **k)) | dict(W=W(told["W"]))


def twins_are_their_own(z, labels):
    distance = torch.cdist(z, z).fill_diagonal_(0)
    return (labels[distance.argsort(1)[:, 1]] == labels).float().mean()


update, fair_places = (EXERCISES[id].reference for id in ("06.7", "02.7"))
FAULTS = [
    (ID, lambda x_rec, x: x_rec.no_such_thing, r"AttributeError.*no_such_thing.*line \d+: .*no_such_thing"),
    (
        ID,
        lambda x_rec, x: right(x_rec, x) + len([print("hello") for _ in range(20_000)]),
        "always 2e[+]04 too large",
    ),
    (ID, lambda x_rec, x: x.sub_(x_rec).square().flatten(1).sum(1).mean(), "changes its input in place"),
    ("12.2", lambda log_p, reward: -(log_p * reward.detach_()).sum(1).mean(), "changes its input in place"),
    ("10.6", lambda counts: {0: 1}, "its result cannot be used: that ends with RuntimeError"),
    ("11.10", lambda z, G: G.real(3), "no attribute 'real'"),
    ("11.10", torch.arange(1_000), "a function keep"),
    ("13.9", functools.cache(EXERCISES["13.9"].reference), "one and the same network"),
    ("11.2", lambda x: (x + 1, x), "the small image should be|values differ"),
    ("05.5", lambda net, past: next(net.parameters()).data.add_(1).sum(), "changes its input in place"),
    (ID, lambda x_rec, x: sys.exit(), "SystemExit"),
    (ID, lambda x_rec, x: torch.einsum("bi,bi->b", x_rec, x), "einsum"),
    (ID, lambda x_rec, x: right(x_rec.to("meta"), x.to("meta")).cpu(), "NotImplementedError: .*meta"),
    (ID, lambda x_rec, x: right(x_rec, x).item(), "it gives [0-9.]+, expected a tensor"),
    (ID, lambda x_rec, x: right(x_rec, x).half(), "dtype torch.float16, expected torch.float32"),
    (ID, lambda x_rec, x: right(x_rec, x) * float("nan"), "not finite"),
    (ID, lambda x_rec, x: 3 * right(x_rec, x), "3 times what it should be"),
    (ID, lambda: 1, "TypeError"),
    (ID, lambda x_rec, x: right(x_rec, x).detach().requires_grad_(), "RuntimeError|gradient"),
    (ID, lambda x_rec, x: "four", "four"),
    (ID, lambda x_rec, x: x[:, :1, 0, 0] * x[:, 0, 0, :1], r"has shape \(\d+, 1\)"),
    ("04.12", lambda *a: (1, 2, 3), "returns 3 things, expected 2"),
    (ID, 3.0, "a function was expected, not float"),
    (ID, lambda x_rec, x: (right(x_rec, x),), "a tuple or a list of 1, expected one result"),
    ("02.7", lambda n: fair_places(n) * 1j, "dtype torch.complex"),
    (ID, lambda x_rec, x: torch.zeros(3, 4, 5), r"shape \(3, 4, 5\), expected \(\)"),
    (ID, lambda x_rec, x: torch.manual_seed(1) and right(x_rec, x), "sets a seed"),
    ("01.12", twins_are_their_own, "yours 0.5, expected 0[.]"),
    ("02.7", lambda n: (fair_places(n), n), "a tuple or a list of 2, expected one result"),
    ("02.7", lambda n: fair_places(20), r"\(20,\), expected \(5,\)"),
    ("06.7", lambda *a: update(*a).item(), "without .item"),
    ("06.7", lambda *a: -update(*a), "the weights are right; what it returns is not the loss"),
    ("06.7", lambda *a: update(*a) and None, "return its loss"),
    ("07.7", step_that_returns(lambda W: W.item()), "without .item"),
    ("07.7", step_that_returns(lambda W: -W), "without the penalty"),
    ("07.7", step_that_returns(lambda W: 2 * W), "without the penalty"),
]


@pytest.mark.parametrize(("id", "fn", "told"), FAULTS)
def test_a_fault_is_told_and_nothing_breaks(capsys, id, fn, told):
    expected = torch.Generator().manual_seed(5)
    torch.manual_seed(5)
    state, message = verdict(id, fn)
    assert state == "wrong" and re.search(told, message, re.S) and "course_utils" not in message, message
    assert torch.equal(torch.rand(1), torch.rand(1, generator=expected))  # judging draws none of these
    assert len(capsys.readouterr().out) < 2 * PRINTED


# ── what students call ───────────────────────────────────────────────────────────────────────────


def test_the_right_function_is_used_and_a_wrong_one_is_not(capsys):
    (_, reconstruction), *_ = OTHER_WAYS
    assert exercise(ID)(reconstruction) is reconstruction
    assert "✓ 01.2: correct. (Your reconstruction is used" in capsys.readouterr().out
    assert exercise(ID)(lambda x_rec, x: None) is right
    assert "○ 01.2: not answered yet. (The course's reconstruction is used" in capsys.readouterr().out
    assert exercise(ID)(lambda x_rec, x: x.sum()) is right
    assert "✗ 01.2: not right yet" in capsys.readouterr().out


def test_hints_grow_and_the_last_stays_and_the_solution_is_the_library(capsys):
    for _ in range(4):
        hint(ID)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Hint 1 of 3") and lines[1].startswith("Hint 2 of 3") and lines[2] == lines[3]
    solution(ID)
    solution("01.4")
    assert re.search(r"def reconstruction\(x_rec, x\):.*219546", capsys.readouterr().out, re.S)


def test_progress_and_grade(monkeypatch, capsys):
    answer("01.6", 0.448)
    answer("01.7", "a")
    progress()
    out = capsys.readouterr().out
    assert f"1 of {sum(id.startswith('01.') for id in IDS)} solved" in out  # of the whole notebook
    assert out.index(" 01.2:") < out.index(" 01.10:")
    grade("01.7")  # silent for a student
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    grade("01.6")
    for id in ("01.7", "01.1"):  # wrong, never answered
        with pytest.raises(AssertionError, match=id):
            grade(id)


def test_mixing_up_the_two_kinds_is_told():
    for call, error, told in (
        (lambda: answer("99.9", 1), KeyError, "there is no exercise '99.9'"),
        (lambda: answer(ID, 1), TypeError, "@exercise"),
        (lambda: exercise("01.1"), TypeError, "answer"),
    ):
        with pytest.raises(error, match=told):
            call()


def test_a_new_file_of_exercises_is_found_by_itself(monkeypatch, tmp_path):
    code = 'from .engine.tasks import Exercise\nExercise("99.1", "New", 1, ("One.",), dict(two=(2, "Less.")))'
    (tmp_path / "new_notebook.py").write_text(code)
    monkeypatch.setattr(exercises, "__path__", [*exercises.__path__, str(tmp_path)])
    modules_of(exercises.__name__)
    sys.modules.pop(f"{exercises.__name__}.new_notebook")
    assert verdict("99.1", 2)[1] == "not right yet: Less." and EXERCISES.pop("99.1")
