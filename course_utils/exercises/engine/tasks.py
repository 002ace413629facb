"""What an exercise is, and the register of all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from .compare import value_and_gradients

EXERCISES: dict[str, "Exercise"] = {}


class Wrong(Exception):
    """Raised while judging: the answer is wrong, for the reason in the message."""


class Mistake(NamedTuple):
    """A typical wrong answer, as code (or as a value), and what to tell who gives it."""

    wrong: Any
    tell: str


@dataclass
class Exercise:
    """Everything about one exercise. Making one registers it.

    reference  the package's own function, or the right value of a question
    mistakes   {name: (wrong, tell)}, each a Mistake
    cases      () → list of argument tuples; None for a question
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
    why: str = ""  # the explanation of a question's answer, shown with ✓
    unlike: str = ""  # for samplers: what to say of other values, where their statistics would say nothing
    state: str = ""  # of this student's last answer: "open", "wrong" or "correct"; "" if the cell has not run
    hints_given: int = 0

    def __post_init__(self):
        self.mistakes = {name: Mistake(*mistake) for name, mistake in self.mistakes.items()}
        EXERCISES[self.id] = self

    @property
    def is_question(self):
        return self.cases is None


def find(id):
    if id not in EXERCISES:
        raise KeyError(f"there is no exercise {id!r}; there are: {', '.join(EXERCISES)}.")
    return EXERCISES[id]
