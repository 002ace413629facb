"""The verdict on an answer: not answered yet, wrong for a reason that is told, or correct.

An exercise is judged by its *outcomes*: what a function gives back on a few inputs, with its gradients. If
they equal the reference's, it is correct. If they equal a known mistake's, that mistake's message is told.
For a question, a value takes the place of the function.
"""

import ast
import contextlib
import copy
import linecache
import re
import reprlib
import time
import traceback
from fractions import Fraction

import torch
from torch import nn

from ... import session
from .compare import Raised, Updated, difference, same
from .display import WORDS
from .limits import Clipped, TooLong, time_limit
from .slips import slip
from .tasks import IN_PLACE, Open, Wrong, find, is_stub


def verdict(id, given, seconds=10.0):
    """Judge a function, or a value for a question, in at most so many seconds. → (state, message)

    state: "open" (no answer yet), "wrong" or "correct". The random numbers that the notebook draws next are
    the same as without a verdict.
    """
    task, printed = find(id), Clipped()
    try:
        with session.seeded(0), _same_default_dtype(), contextlib.redirect_stdout(printed):
            if task.contest:
                _judge_design(task, given)
            elif task.is_question:
                _judge_value(task, given)
            else:
                _judge_function(task, given, seconds)
        task.state, message = "correct", f"correct. {task.why}".rstrip()
    except Open as why:
        task.state, message = "open", f"{WORDS['open']}{why}."
    except Wrong as reason:
        task.state, message = "wrong", f"not right yet: {reason}"
    if printed.getvalue():
        print(printed.getvalue().rstrip())
    return task.state, message


def _judge_value(task, given):
    if given is None or given is Ellipsis:
        raise Open
    given = _plain(given, task.reference)
    if _same_answer(given, task.reference, task.tolerance):
        return
    for mistake in task.mistakes.values():
        if _same_answer(given, mistake.wrong, task.tolerance):
            raise Wrong(mistake.tell)
    if isinstance(given, str) and not isinstance(task.reference, str):
        raise Wrong(f"{given!r} is a text: give what is asked without quotation marks.")
    raise Wrong(f'{reprlib.repr(given)} is not it. hint("{task.id}") helps.')


def _plain(value, reference):
    """An answer as what it is: a tensor with one number is that number, and so is "0.5", "1/2" or "true"."""
    if hasattr(value, "tolist"):
        with contextlib.suppress(AttributeError, RuntimeError):  # a sparse tensor, for example
            value = value.squeeze().tolist()
    if isinstance(value, str) and not isinstance(reference, str):
        value = value.replace(" ", "")
        if re.fullmatch(r"\d{1,3}(,\d{3})+", value):  # thousands
            value = value.replace(",", "")
        with contextlib.suppress(ValueError, SyntaxError, ArithmeticError):
            value = float(Fraction(value)) if "/" in value else ast.literal_eval(value.capitalize())
    return value


def _same_answer(a, b, tolerance):
    if isinstance(b, str):
        return letters_of(a) == letters_of(b)
    if isinstance(a, bool) != isinstance(b, bool):
        return False
    try:
        a, b = (torch.as_tensor(v, dtype=torch.float64, device="cpu").squeeze() for v in (a, b))
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return False
    return a.shape == b.shape and torch.allclose(a, b, rtol=tolerance, atol=tolerance)


def letters_of(text):
    """A text without what may stand between its letters: "B, c a", "(b) (c) (a)" and "BCA" are the same."""
    return "".join(letter for letter in str(text).casefold() if letter.isalnum() or letter == "?")


def _judge_design(task, given):
    if given is None or given is Ellipsis:
        raise Open
    contest, scores, task.scores = task.contest, [], ()
    for seed in range(contest.seeds):
        try:
            with session.seeded(seed), torch.enable_grad():
                scores.append(float(contest.run(given, seed)))
        except (Wrong, Open):
            raise
        except (Exception, SystemExit) as error:
            raise Wrong(f"it stops with {type(error).__name__}: {error}") from None
    task.scores = scores
    n = sum(map(contest.reached, scores))
    shown = ", ".join(_beside(score, contest) for score in scores)
    if n < contest.needed:
        raise Wrong(f"{contest.score}: {shown}. {n} of {len(scores)} reach the bar of {contest.bar:g}.")


def _beside(score, contest):
    """A score in as few digits as do not put it on the other side of the bar; three or more. → text"""
    texts = (f"{score:.{digits}g}" for digits in range(3, 18))
    return next(text for text in texts if contest.reached(float(text)) == contest.reached(score))


def _judge_function(task, fn, seconds):
    if not callable(fn):
        raise Wrong(f"a function was expected, not {type(fn).__name__}.")
    try:
        _compare_precisely(task, fn, seconds)
    except Unlike as reason:
        if session.device().type != "mps" or not _right_on_the_cpu(task, fn, seconds):
            raise reason from None


def _right_on_the_cpu(task, fn, seconds):
    """Are only the 32 bits of an MPS too few for this answer? → bool"""
    with session.on_cpu():
        with precise():
            if any(isinstance(_outcome(task, task.reference, case), Raised) for case in task.cases()):
                return False  # it is bound to the device
        try:
            _compare_precisely(task, fn, seconds)
        except (Wrong, Open):
            return False
    return True


def _compare_precisely(task, fn, seconds):
    cases = sorted(task.cases(), key=_size)
    try:
        with precise():
            _compare(task, fn, cases, seconds)
    except MixedPrecision:
        _compare(task, fn, cases, seconds)


class Unlike(Wrong):
    """Its results are others than they should be, and those of no known mistake."""


class MixedPrecision(Exception):
    """Raised while judging in 64 bits: the answer makes numbers of 32 bits itself."""


def _compare(task, fn, cases, seconds):
    got, want = _outcomes(task, fn, cases, seconds)
    cases = cases[: len(got)]
    if torch.get_default_dtype() == torch.float64 and any(
        isinstance(g, Raised) and "dtype" in g.text for g in got
    ):
        raise MixedPrecision
    if any(isinstance(g, Unanswered) for g in got):
        raise Open
    if same(got, want, task.tolerance):
        return
    for name, mistake in task.mistakes.items():
        if all(
            same(g, _outcome(task, mistake.wrong, case), task.tolerance)
            for g, case in zip(got, cases, strict=True)
        ):
            raise Open(": it still does what the given code does") if name == "given" else Wrong(mistake.tell)
    g, w = next((g, w) for g, w in zip(got, want, strict=True) if not same(g, w, task.tolerance))
    if isinstance(g, Raised):
        raise Wrong(g.text + g.where)
    if said := slip(task, cases, got, want, lambda case: _outcome(task, task.reference, case)):
        raise Unlike(said)
    raise Unlike(task.unlike or difference(g, w))


def _outcomes(task, fn, cases, seconds):
    """What the function and the reference do, case by case, the smallest first, up to the first failure."""
    got, want = [], []
    for case in cases:
        # the reference first: what PyTorch imports when first used shall not count as the student's time
        want.append(_outcome(task, task.reference, case))
        begin = time.monotonic()
        try:
            with time_limit(seconds, fn):
                got.append(_outcome(task, fn, case))
        except TooLong:
            why = (
                "it is right on small inputs, but takes too long on a large one: is a loop over items "
                "needed, or does one wait for what hardly ever happens?"
            )
            raise Wrong(why if got else "it takes too long: does a loop never stop?") from None
        seconds -= time.monotonic() - begin
        if isinstance(got[-1], Raised | Unanswered):
            break  # what fails on a small input shall not fail on a large one
    return tuple(got), tuple(want)


def _size(case):
    return sum(a.numel() for a in case if isinstance(a, torch.Tensor))


@contextlib.contextmanager
def precise():
    """Numbers of 64 bits where the device has them: a difference of large numbers is then judged fairly."""
    with _same_default_dtype():
        torch.set_default_dtype(torch.float32 if session.device().type == "mps" else torch.float64)
        yield


@contextlib.contextmanager
def _same_default_dtype():
    before = torch.get_default_dtype()
    try:
        yield
    finally:
        torch.set_default_dtype(before)


SEED = 2**32 + 1  # on a CPU the random numbers of 1, but no seed that an answer might set


class Unanswered:
    """An outcome: the stub's `...` is still there."""


def _outcome(task, fn, case):
    arguments, before = _fresh(case), _fresh(case)
    torch.manual_seed(SEED)  # the same random numbers for all: a known mistake is then met exactly
    try:
        with torch.enable_grad():  # an answer may turn gradients off and forget it
            outcome = task.outcome(fn, arguments)
    except Wrong as reason:
        return Raised(Wrong, str(reason))
    except (Exception, SystemExit) as error:
        if is_stub(error):
            return Unanswered()
        line = _their_line(error, fn)
        if not line and (said := _left_behind(arguments, before, may_move=True)):
            return Raised(Wrong, said)
        theirs = line or not hasattr(fn, "__code__") or f"{fn.__name__}()" in str(error)  # in it, or its call
        stops = "it stops" if theirs else "its result cannot be used: that ends"
        text = f"{stops} with {type(error).__name__}: {error}"
        if "alloc" in str(error) and "memory" in str(error):
            text = (
                "it asks for more memory than there is: do (n, 1) and (n,) meet somewhere, and give (n, n)?"
            )
        return Raised(type(error), text, line)
    if outcome is None or outcome is Ellipsis:
        return Unanswered()
    if said := _left_behind(arguments, before, may_move=isinstance(outcome, Updated)):
        return Raised(Wrong, said)
    return outcome


def _left_behind(arguments, before, may_move):
    """What an answer did besides giving its result, and should not have; "" if nothing. → str

    may_move  an update is asked for: weights may be others, and gradients may be left
    """
    if torch.initial_seed() != SEED:
        return "it sets a seed, so that all random numbers after it repeat: take that out."
    for a, b in zip(arguments, before, strict=True):
        no_leaf_any_more = isinstance(a, torch.Tensor) and b.requires_grad and not a.requires_grad
        if isinstance(a, nn.Module) and len([*a.parameters()]) != len([*b.parameters()]):
            return "it takes a network apart: weights that it had are gone, or others are there."
        if no_leaf_any_more or not all(map(torch.equal, _kept(a, not may_move), _kept(b, not may_move))):
            return IN_PLACE
        if isinstance(a, torch.Tensor) and a.grad is not None:
            return "it leaves a gradient in its input: torch.autograd.grad keeps it apart."
        if isinstance(a, nn.Module):
            if [m.training for m in a.modules()] != [m.training for m in b.modules()]:
                return "it leaves a network in another mode: .train() or .eval() is to be taken back."
            if [p.requires_grad for p in a.parameters()] != [p.requires_grad for p in b.parameters()]:
                return "it leaves a network frozen: set requires_grad back to True."
            if not may_move and any(p.grad is not None for p in a.parameters()):
                return "it leaves gradients in a network: torch.autograd.grad keeps them apart."
    return ""


def _kept(argument, weights_too):
    """The tensors in an argument that no answer may change. → list"""
    if isinstance(argument, torch.Tensor):
        return [argument]
    return [*argument.parameters()] if weights_too and isinstance(argument, nn.Module) else []


def _fresh(case):
    """Copies of the arguments, so that no call sees what another did to them, in the precision of now."""
    return tuple(map(_copied, case))


def _copied(argument):
    dtype = torch.get_default_dtype()
    if isinstance(argument, torch.Tensor):
        copied = argument.detach().clone()
        copied = copied.to(dtype) if copied.is_floating_point() else copied
        return copied.requires_grad_(argument.requires_grad)
    copied = copy.deepcopy(argument)
    if isinstance(copied, nn.Module):
        return copied.to(dtype)
    for name, value in getattr(copied, "__dict__", {}).items():  # mini-batches, for example
        if isinstance(value, torch.Tensor):
            setattr(copied, name, _copied(value))
    return copied


def _their_line(error, fn):
    """Where the error is: the student's own line, never one of ours."""
    file = getattr(getattr(fn, "__code__", None), "co_filename", None)
    theirs = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    if not theirs:
        return ""
    line = linecache.getline(file, theirs[-1].lineno).strip()
    return f" (line {theirs[-1].lineno}{f': {line}' if line else ''})"
