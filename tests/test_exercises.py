"""Every exercise there is, and every one to come: reference right, stub open, each known mistake told by name."""

import contextlib
import inspect
import time

import pytest
import torch

from course_utils import losses, train
from course_utils.exercises import (
    EXERCISES,
    answer,
    core,
    exercise,
    grade,
    hint,
    progress,
    sandbox,
    solution,
    verdict,
)

IDS = sorted(EXERCISES)
FUNCTIONS = [id for id in IDS if not EXERCISES[id].is_question]


@pytest.fixture(autouse=True)
def nothing_solved_yet(monkeypatch):
    monkeypatch.setattr(core, "_status", {})
    monkeypatch.setattr(core, "_hints_given", {})


@pytest.mark.parametrize("id", IDS)
def test_the_reference_is_correct(id):
    state, message = verdict(id, EXERCISES[id].reference)
    assert state == "correct" and message.startswith("correct")


def stubs():
    def dots(*_, **__): ...

    def dots_assigned(*_, **__):
        value = ...
        return value.sum()

    def not_implemented(*_, **__):
        raise NotImplementedError

    return dots, dots_assigned, not_implemented


@pytest.mark.parametrize("id", IDS)
def test_the_stub_is_open(id):
    for stub in (..., None) if EXERCISES[id].is_question else stubs():
        assert verdict(id, stub)[0] == "open"


@pytest.mark.parametrize(("id", "name"), [(id, name) for id in IDS for name in EXERCISES[id].mistakes])
def test_a_known_mistake_gets_its_own_message(id, name):
    mistake = EXERCISES[id].mistakes[name]
    state, message = verdict(id, mistake.wrong)
    assert state == "wrong" and message == f"not right yet: {mistake.tell}"


@pytest.mark.parametrize("id", IDS)
def test_hints_and_content_are_there(id):
    task = EXERCISES[id]
    assert task.title and task.hints and task.mistakes
    if task.is_question:
        assert task.why
    else:
        assert inspect.getdoc(task.reference) and len(task.mistakes) >= 3


# ── faults of a student's code ───────────────────────────────────────────────────────────────────

ID = "01.2"
right = EXERCISES[ID].reference


def faults():
    def raises(x_rec, x):
        return x_rec.no_such_thing

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
                right(x_rec, x)
            except:  # noqa: E722
                continue

    def endless_and_asleep(x_rec, x):
        while True:
            with contextlib.suppress(BaseException):
                time.sleep(0.01)

    def endless_till_struck(x_rec, x):
        try:
            while True:
                pass
        except:  # noqa: E722
            return right(x_rec, x)

    def chatty(x_rec, x):
        for _ in range(20_000):
            print("hello")
        return right(x_rec, x) + 1

    def in_place(x_rec, x):
        x -= x_rec.detach()
        return x.square().flatten(1).sum(1).mean()

    def leaves(x_rec, x):
        raise SystemExit

    def not_implemented_by_torch(x_rec, x):
        return right(x_rec.to("meta"), x.to("meta")).cpu()

    def a_number(x_rec, x):
        return right(x_rec, x).item()

    def half_precision(x_rec, x):
        return right(x_rec, x).half()

    def not_a_number(x_rec, x):
        return right(x_rec, x) * float("nan")

    def two_too_many(x_rec, x):
        return 3 * right(x_rec, x)

    return [
        (raises, r"AttributeError.*no_such_thing.*line \d+: return x_rec.no_such_thing"),
        *(
            (f, "without an end")
            for f in (endless, endless_and_deaf, endless_and_asleep, endless_till_struck)
        ),
        (chatty, "values differ"),
        (in_place, "changes its input in place"),
        (leaves, "SystemExit"),
        (not_implemented_by_torch, "NotImplementedError: .*meta"),
        (a_number, "it gives [0-9.]+, expected a tensor"),
        (half_precision, "dtype torch.float16, expected torch.float32"),
        (not_a_number, "not finite"),
        (two_too_many, "values differ: yours .*, expected"),
        (lambda: 1, "TypeError"),
        (lambda x_rec, x: right(x_rec, x).detach().requires_grad_(), "RuntimeError|gradient"),
        (lambda x_rec, x: "four", "four"),
        (3.0, "a function was expected, not float"),
    ]


@pytest.mark.parametrize(("fn", "told"), faults(), ids=lambda v: getattr(v, "__name__", None))
def test_a_fault_is_told_and_nothing_breaks(monkeypatch, capsys, fn, told):
    import re

    if "endless" in str(fn):
        monkeypatch.setattr(core, "PATIENCE", 0.5)
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    state, message = verdict(ID, fn)
    assert state == "wrong" and re.search(told, message, re.S), message
    assert torch.equal(torch.rand(1), expected)  # judging leaves the notebook's random numbers alone
    assert len(capsys.readouterr().out) < 2 * sandbox.PRINTED
    assert "course_utils" not in message


def test_a_verdict_in_time_leaves_no_clock_behind(monkeypatch):
    monkeypatch.setattr(core, "PATIENCE", 0.3)
    assert verdict(ID, right)[0] == "correct"
    begin = time.monotonic()
    while time.monotonic() < begin + 0.5:
        pass


def test_a_penalty_that_moves_the_network_is_told():
    def historical_average_penalty(net, past):
        value = EXERCISES["05.5"].reference(net, past)
        with torch.no_grad():
            for p in net.parameters():
                p.add_(1)
        return value

    assert "changes its input in place" in verdict("05.5", historical_average_penalty)[1]


def _as_published(score, x, k=None):
    """A penalty on slopes as most code has it: x itself asks for its gradient."""
    x.requires_grad_(True)
    (slope,) = torch.autograd.grad(score(x).sum(), x, create_graph=True)
    squares = slope.flatten(1).square().sum(1)
    return squares.mean() if k is None else ((squares + 1e-12).sqrt() - k).square().mean()


def _tanh_by_autograd(x, upstream):
    z = x.requires_grad_().tanh()
    z.backward(upstream)
    return x.grad


def test_a_right_answer_may_ask_for_gradients_of_its_own():
    for id, fn in (("08.1", _as_published), ("05.8", _as_published), ("01.5", _tanh_by_autograd)):
        assert verdict(id, fn)[0] == "correct", id


def _critic_update(told):
    def update(C, x, x_fake, opt_C, clip):
        L_C = EXERCISES["06.7"].reference(C, x, x_fake, opt_C, clip)
        return told(L_C)

    return update


def _wgan_gp(W):
    def step(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
        for _ in range(n_critic):
            x, _ = next(batches)
            x_fake = G(prior(len(x))).detach()
            on_real, on_fake = C(torch.cat([x, x_fake])).chunk(2)
            L_C = on_fake.mean() - on_real.mean() + gp_weight * losses.gradient_penalty(C, x, x_fake)
            train.descend(L_C, opt.C)
        L_G = -C(G(prior(len(x)))).mean()
        train.descend(L_G, opt.G)
        return dict(W=W(on_real.mean() - on_fake.mean(), L_C), L_G=L_G)

    return step


def test_what_an_update_returns_is_judged_apart_from_what_it_moves():
    for told, words in (
        (lambda L_C: L_C.item(), "without .item()"),
        (lambda L_C: -L_C, "the weights are right; what you return is not the loss"),
        (lambda L_C: None, "return its loss"),
    ):
        state, message = verdict("06.7", _critic_update(told))
        assert state == "wrong" and words in message
    assert verdict("07.7", _wgan_gp(lambda W, L_C: W))[0] == "correct"
    assert "without .item()" in verdict("07.7", _wgan_gp(lambda W, L_C: W.item()))[1]
    for wrong in (lambda W, L_C: -L_C, lambda W, L_C: -W):
        assert "without the penalty" in verdict("07.7", _wgan_gp(wrong))[1]


def test_an_answer_in_other_words_is_the_same_answer():
    assert verdict("01.7", " B ")[0] == "correct"
    assert verdict("01.9", [0.0, 0])[0] == "correct"
    assert verdict("01.4", 219_546.0)[0] == "correct"
    assert verdict("01.6", 1)[0] == "wrong"  # a number is no truth value
    assert verdict("01.9", "somewhere")[0] == "wrong"


# ── what students call ───────────────────────────────────────────────────────────────────────────


def test_the_right_function_is_used_and_a_wrong_one_is_not(capsys):
    def reconstruction(x_rec, x):
        return ((x_rec - x) ** 2).flatten(1).sum(1).mean()

    assert exercise(ID)(reconstruction) is reconstruction
    assert "✓ 01.2: correct. (Your reconstruction is used" in capsys.readouterr().out
    assert exercise(ID)(lambda x_rec, x: None) is right
    assert "○ 01.2: not answered yet. (The course's reconstruction is used" in capsys.readouterr().out
    assert exercise(ID)(lambda x_rec, x: x.sum()) is right
    assert "✗ 01.2: not right yet" in capsys.readouterr().out


def test_hints_grow_and_the_last_stays(capsys):
    for _ in range(4):
        hint(ID)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Hint 1 of 3") and lines[1].startswith("Hint 2 of 3") and lines[2] == lines[3]


def test_solution_is_the_library(capsys):
    solution(ID)
    assert "def reconstruction(x_rec, x):" in capsys.readouterr().out
    solution("01.4")
    assert "219546" in capsys.readouterr().out


def test_progress_and_grade(monkeypatch, capsys):
    answer("01.6", True)
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
    with pytest.raises(KeyError, match="there is no exercise '99.9'"):
        answer("99.9", 1)
    with pytest.raises(TypeError, match="@exercise"):
        answer(ID, 1)
    with pytest.raises(TypeError, match="answer"):
        exercise("01.1")
