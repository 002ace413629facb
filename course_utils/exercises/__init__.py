"""Exercises with a verdict at once that never stop "Run All"; `EXERCISES` maps each id to its content.

What judges them is in `engine`. Each module beside it holds one notebook's exercises and is found by itself.
"""

from .. import modules_of
from .engine.student import (
    answer,
    attempt,
    exercise,
    grade,
    hand_in,
    hint,
    predict,
    progress,
    reveal,
    self_test,
    solution,
    source,
)
from .engine.tasks import EXERCISES, PREDICTIONS, PROJECTS, SELF_TESTS
from .engine.verdict import verdict

__all__ = ["EXERCISES", "PREDICTIONS", "PROJECTS", "SELF_TESTS", "answer", "attempt", "exercise", "grade"]
__all__ += ["hand_in", "hint", "predict", "progress", "reveal", "self_test", "solution", "source", "verdict"]

modules_of(__name__)  # each registers its exercises
EXERCISES.update(
    {id: EXERCISES.pop(id) for id in sorted(EXERCISES, key=lambda id: [*map(int, id.split("."))])}
)
