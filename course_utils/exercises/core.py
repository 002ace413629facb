"""The machinery of exercises: what a verdict is, and how it is shown. The content stands in the other modules.

An exercise is judged by its *outcomes*: what a function gives back on a few inputs, with its gradients. Equal
to the reference's: correct. Equal to a known mistake's: that mistake's own message. A thinking question is
the same with a value in place of a function.
"""

import contextlib
import copy
import html
import inspect
import linecache
import textwrap
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from .. import session
from ..plotting import in_notebook
from .compare import Raised, Updated, difference, same, value_and_gradients
from .sandbox import Clipped, TooLong, time_limit

PATIENCE = 10.0  # seconds for one verdict, then the student's loop is taken for endless

EXERCISES: dict[str, "Exercise"] = {}
_status: dict[str, str] = {}
_hints_given: dict[str, int] = {}


@dataclass
class Mistake:
    """A typical wrong answer, as code (or as a value), and what to tell who gives it."""

    wrong: Any
    tell: str


@dataclass
class Exercise:
    """Everything about one exercise.

    reference  the package's own function, or the right value of a thinking question
    cases      () → list of argument tuples; None for a thinking question
    outcome    (function, arguments) → what is compared: tensors, numbers, tuples or text
    """

    id: str
    title: str
    reference: Any
    hints: tuple[str, ...]
    mistakes: dict[str, Mistake]
    cases: Callable | None = None
    outcome: Callable = value_and_gradients
    tolerance: float = 1e-4
    why: str = ""  # a thinking question's explanation, shown with ✓
    unlike: str = ""  # for samplers: what to say of other values, where their statistics would say nothing

    def __post_init__(self):
        EXERCISES[self.id] = self

    @property
    def is_question(self):
        return self.cases is None


class Wrong(Exception):
    """Raised while judging: the answer is wrong for the reason in the message."""


class _Open(Exception):
    """Raised while judging: there is no answer yet."""


# ── what students call ───────────────────────────────────────────────────────────────────────────


def exercise(id):
    """Judge the function below it at once; hand on the student's if it is right, else the package's own."""
    task = _find(id)
    if task.is_question:
        raise TypeError(f'{id} is a question: write answer("{id}", …).')

    def judge(fn):
        state, message = verdict(id, fn)
        name = task.reference.__name__
        used = (
            f"your {name} is used from here on."
            if state == "correct"
            else f"the course's {name} is used for now."
        )
        _tell(id, state, f"{message} ({used[0].upper()}{used[1:]})")
        return fn if state == "correct" else task.reference

    return judge


def answer(id, value):
    """Answer a thinking question; the verdict comes at once."""
    if not _find(id).is_question:
        raise TypeError(f'{id} wants a function: write @exercise("{id}") above it.')
    state, message = verdict(id, value)
    _tell(id, state, message)


def hint(id):
    """Show the next hint, one step more explicit at each call."""
    hints = _find(id).hints
    i = min(_hints_given.get(id, 0), len(hints) - 1)
    _hints_given[id] = i + 1
    print(f"Hint {i + 1} of {len(hints)} for {id}: {hints[i]}")


def solution(id):
    """Show the package's own function: the reference solution is the library."""
    task = _find(id)
    print(f"{task.reference!r}: {task.why}" if task.is_question else source(id))


def progress():
    """Show what is solved, of all exercises of the notebooks met so far."""
    met = {id.split(".")[0] for id in _status}
    states = {id: _status.get(id, "open") for id in EXERCISES if id.split(".")[0] in met}
    for id, state in states.items():
        _show(state, id, f"{EXERCISES[id].title}: {WORDS[state]}")
    print(f"{list(states.values()).count('correct')} of {len(states)} solved")


def grade(id):
    """Nothing for a student; under nbgrader an error unless exercise `id` is solved."""
    state = _status.get(_find(id).id, "open")
    if session.grading() and state != "correct":
        raise AssertionError(f"exercise {id}: {WORDS[state]}")


def source(id):
    """The reference's source, as it stands in a solved notebook. → str"""
    return textwrap.dedent(inspect.getsource(EXERCISES[id].reference))


def _find(id):
    if id not in EXERCISES:
        raise KeyError(f"there is no exercise {id!r}; there are: {', '.join(EXERCISES)}.")
    return EXERCISES[id]


# ── judging ──────────────────────────────────────────────────────────────────────────────────────


def verdict(id, given):
    """Judge a function, or a value for a thinking question. → (state, message)

    state: "open" (no answer yet), "wrong" or "correct". Random numbers drawn meanwhile leave the
    notebook's own stream of them untouched.
    """
    task, printed = _find(id), Clipped()
    try:
        with torch.random.fork_rng(), contextlib.redirect_stdout(printed):
            message = (_judge_value if task.is_question else _judge_function)(task, given)
        state = "correct"
    except _Open:
        state, message = "open", WORDS["open"] + "."
    except Wrong as reason:
        state, message = "wrong", f"not right yet: {reason}"
    except TooLong:
        state, message = (
            "wrong",
            f"not right yet: it ran for {PATIENCE:.0f} s without an end. Does a loop never stop?",
        )
    if printed.getvalue():
        print(printed.getvalue().rstrip())
    _status[id] = state
    return state, message


def _judge_value(task, given):
    if given is None or given is Ellipsis:
        raise _Open
    if _same_answer(given, task.reference, task.tolerance):
        return f"correct. {task.why}"
    for mistake in task.mistakes.values():
        if _same_answer(given, mistake.wrong, task.tolerance):
            raise Wrong(mistake.tell)
    raise Wrong(f'{given!r} is not it. hint("{task.id}") helps.')


def _same_answer(a, b, tolerance):
    if isinstance(a, str) or isinstance(b, str):
        return str(a).strip().casefold() == str(b).strip().casefold()
    if isinstance(a, bool) != isinstance(b, bool):
        return False
    try:
        a, b = (torch.as_tensor(v, dtype=torch.float64).squeeze() for v in (a, b))
    except (TypeError, ValueError, RuntimeError):
        return False
    return a.shape == b.shape and torch.allclose(a, b, rtol=tolerance, atol=tolerance)


def _judge_function(task, fn):
    if not callable(fn):
        raise Wrong(f"a function was expected, not {type(fn).__name__}.")
    torch.manual_seed(0)
    cases = task.cases()
    want = [task.outcome(task.reference, _fresh(case)) for case in cases]
    # after ours: the clock must not cut off what PyTorch imports of itself at first use
    with time_limit(PATIENCE, _file(fn)):
        got = [_outcome(task, fn, case) for case in cases]
    if any(isinstance(g, _Unanswered) for g in got):
        raise _Open
    if all(same(g, w, task.tolerance) for g, w in zip(got, want, strict=True)):
        return "correct."
    for mistake in task.mistakes.values():
        wrong = (_outcome(task, mistake.wrong, case) for case in cases)
        if all(same(g, w, task.tolerance) for g, w in zip(got, wrong, strict=True)):
            raise Wrong(mistake.tell)
    g, w = next((g, w) for g, w in zip(got, want, strict=True) if not same(g, w, task.tolerance))
    if isinstance(g, Raised):
        raise Wrong(g.text + g.where)
    if isinstance(g, Updated) and same(g.weights, w.weights, task.tolerance):
        raise Wrong("the weights are right; what you return is not the loss (is its sign turned?).")
    raise Wrong(task.unlike or difference(g, w))


class _Unanswered:
    """An outcome: the stub's `...` is still there."""


def _outcome(task, fn, case):
    arguments = _fresh(case)
    before = _fresh(case)
    torch.manual_seed(1)  # the same chances for all: a known mistake is then met exactly
    try:
        outcome = task.outcome(fn, arguments)
    except Wrong as reason:
        return Raised(Wrong, str(reason))
    except (Exception, SystemExit) as error:
        if "ellipsis" in str(error) or repr(error) == "NotImplementedError()":
            return _Unanswered()  # a stub's NotImplementedError has no text, PyTorch's have one
        return Raised(type(error), f"it stops with {type(error).__name__}: {error}", _their_line(error, fn))
    if outcome is None or outcome is Ellipsis:
        return _Unanswered()
    for a, b in zip(arguments, before, strict=True):
        if not all(map(torch.equal, _numbers(task, a), _numbers(task, b))):
            return Raised(Wrong, "it changes its input in place; make a new tensor instead.")
    return outcome


def _numbers(task, argument):
    """The tensors in an argument that no answer may change: weights are free where an update is asked for."""
    if isinstance(argument, torch.Tensor):
        return [argument]
    if isinstance(argument, nn.Module) and task.outcome is value_and_gradients:
        return list(argument.parameters())
    return []


def _fresh(case):
    """Copies of the arguments, so that no call sees what another did to them."""
    return tuple(
        a.detach().clone().requires_grad_(a.requires_grad)
        if isinstance(a, torch.Tensor)
        else copy.deepcopy(a)
        for a in case
    )


def _file(fn):
    """Where a function was written, or None of one that was not written in Python."""
    return getattr(getattr(fn, "__code__", None), "co_filename", None)


def _their_line(error, fn):
    """Where the error is: the student's own line, never one of ours."""
    file = _file(fn)
    theirs = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    if not theirs:
        return ""
    line = linecache.getline(file, theirs[-1].lineno).strip()
    return f" (line {theirs[-1].lineno}{f': {line}' if line else ''})"


# ── showing ──────────────────────────────────────────────────────────────────────────────────────

WORDS = {"open": "not answered yet", "wrong": "not right yet", "correct": "correct"}
SIGNS = {"open": ("○", "#5f6b76"), "wrong": ("✗", "#a34700"), "correct": ("✓", "#1a7f37")}


def _tell(id, state, message):
    if state == "wrong":
        message += f' For help: hint("{id}").' if "hint(" not in message else ""
    _show(state, id, message)


def _show(state, id, message):
    sign, colour = SIGNS[state]
    text = f"{sign} {id}: {message}"
    if not in_notebook():
        print(text)
        return
    from IPython.display import display

    block = f"border-left:4px solid {colour};padding:.35em .8em;font-size:110%"
    rich = f"<div style='{block}'><b>{sign} {id}</b>&ensp;{html.escape(message)}</div>"
    display({"text/plain": text, "text/html": rich}, raw=True)
