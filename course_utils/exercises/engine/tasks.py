"""What is asked of a student: exercises, predictions, a project, a self-test; and the registers of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from .compare import as_number, value_and_gradients
from .limits import TooLong, time_limit

EXERCISES: dict[str, "Exercise"] = {}
PREDICTIONS: dict[str, "Prediction"] = {}
PROJECTS: dict[str, "Project"] = {}
SELF_TESTS: dict[str, "SelfTest"] = {}
KINDS = ("write", "derive", "debug", "read", "design")
IN_PLACE = "it changes its input in place; make a new tensor instead."


class Wrong(Exception):
    """Raised while judging: the answer is wrong, for the reason in the message."""


class Open(Exception):
    """Raised while judging: there is no answer yet."""


def is_stub(error):
    """Does this error come from a stub, that is, from `...` or NotImplementedError in an answer's place?"""
    text = str(error)  # PyTorch's own NotImplementedErrors have one, and its einsum speaks of ellipses
    return ("ellipsis" in text and "einsum" not in text) or repr(error) == "NotImplementedError()"


def called(given, *arguments, stops="it stops"):
    """What the function of a design gives; any other answer stands for itself.

    Raises Open if it is a stub, Wrong if it stops with an error of its own, or not within a minute.
    """
    try:
        with time_limit(60.0, given):
            made = given(*arguments) if callable(given) else given
    except (Open, Wrong):
        raise
    except TooLong:
        raise Wrong("it takes too long: does a loop never stop?") from None
    except (Exception, SystemExit) as error:
        if is_stub(error):
            raise Open from None
        raise Wrong(f"{stops} with {type(error).__name__}: {error}") from None
    if made is None or made is Ellipsis:
        raise Open
    return made


def settings_of(given, may_be_set, whole=()):
    """All settings of a design: those in the dict given, for others the plain ones. → {name: setting}

    may_be_set  {name: (plain, least, most)}, or {name: (plain, *words)} with all the words that it may be
    whole       the names whose numbers are whole

    Raises Open without an answer, Wrong for another name, or a setting that may not be.
    """
    given = called(given)
    if not isinstance(given, dict):
        raise Wrong(f"settings are asked, as a dict, not {type(given).__name__}.")
    own = {name: plain for name, (plain, *_) in may_be_set.items()}
    for name, value in given.items():
        if name not in may_be_set:
            raise Wrong(f"{name!r} is not to be set; these are: {', '.join(may_be_set)}.")
        value = as_number(value)
        _, *allowed = may_be_set[name]
        if isinstance(allowed[0], str):
            if value not in allowed:
                raise Wrong(f"{name} is to be one of: {', '.join(allowed)}.")
            own[name] = value
            continue
        least, most = allowed
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise Wrong(f"{name} is to be a number from {least:g} to {most:g}.")
        if name in whole and value != int(value):
            raise Wrong(f"{name} is a whole number.")
        own[name] = int(value) if name in whole else value
    return own


class Mistake(NamedTuple):
    """A typical wrong answer, as code (or as a value), and what to tell who gives it."""

    wrong: Any
    tell: str


@dataclass
class Exercise:
    """Everything about one exercise. Making one registers it.

    reference  the package's own function, the right value of a question, or an answer that reaches the bar
    mistakes   {name: (wrong, tell)}, each a Mistake; "given" is the code to debug, as shown
    cases      () → list of argument tuples; None for a question
    outcome    (function, arguments) → what is compared: tensors, numbers, tuples or text
    kind       of KINDS; if not said, "write" with cases, "derive" without
    contest    how an answer to a design is scored
    """

    id: str
    title: str
    reference: Any
    hints: tuple[str, ...]
    mistakes: dict[str, Mistake]
    cases: Callable | None = None
    outcome: Callable = value_and_gradients
    tolerance: float = 1e-4
    why: str = ""  # the explanation of a question's answer, shown with ✓
    unlike: str = ""  # for samplers: what to say of other values, where their statistics would say nothing
    state: str = ""  # of this student's last answer: "open", "wrong" or "correct"; "" if the cell has not run
    hints_given: int = 0
    kind: str = ""
    contest: "Contest | None" = None
    scores: tuple = ()  # of this student's last design, one a seed

    def __post_init__(self):
        self.kind = self.kind or ("design" if self.contest else "derive" if self.cases is None else "write")
        assert self.kind in KINDS, self.kind
        self.mistakes = {name: Mistake(*mistake) for name, mistake in self.mistakes.items()}
        EXERCISES[self.id] = self

    @property
    def is_question(self):
        return self.cases is None and not self.contest


@dataclass
class Contest:
    """How a design is scored: run with several seeds, and held against a bar that is shown beforehand.

    run       (answer, seed) → score, in seconds, within the budget; raises Wrong if the answer breaks a rule
    bar       the score to reach in at least `needed` of `seeds` runs
    controls  {name: score} that shall not win: the plain setting, noise
    """

    run: Callable
    bar: float
    score: str  # its name and unit
    controls: dict[str, float]
    lower_is_better: bool = True
    seeds: int = 3
    needed: int = 2

    def reached(self, score):
        return score <= self.bar if self.lower_is_better else score >= self.bar


@dataclass
class Prediction:
    """A student's guess before a cell, and what the cell showed.

    expected  what a full run shows, such as "b"; a cell may say what happened in this one
    why       one or two sentences, shown afterwards
    """

    id: str
    expected: str
    why: str
    guess: str = ""
    happened: str = ""

    def __post_init__(self):
        PREDICTIONS[self.id] = self


@dataclass
class Project:
    """A week's work: what is to be handed in, and for what the instructor gives points.

    rubric  ((points, what for), …)
    """

    id: str  # the notebook's number
    title: str
    rubric: tuple[tuple[int, str], ...]
    handed_in: bool = False

    def __post_init__(self):
        PROJECTS[self.id] = self


@dataclass
class SelfTest:
    """Eight short questions at the end of a notebook, whose text stands there.

    answers  ((letter, section, why), …)
    """

    id: str  # the notebook's number
    answers: tuple[tuple[str, str, str], ...]
    right: int = 0

    def __post_init__(self):
        SELF_TESTS[self.id] = self


def find(id):
    if id not in EXERCISES:
        raise KeyError(f"there is no exercise {id!r}; there are: {', '.join(EXERCISES)}.")
    return EXERCISES[id]
