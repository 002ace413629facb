"""What a student calls in a notebook."""

import inspect
import textwrap

from ... import session
from .display import WORDS, show
from .tasks import EXERCISES, find
from .verdict import verdict


def exercise(id):
    """Judge the function below it at once; hand on the student's if it is right, else the package's own."""
    task = find(id)
    if task.is_question:
        raise TypeError(f'{id} is a question: write answer("{id}", …).')

    def judge(fn):
        state, message = verdict(id, fn)
        right, name = state == "correct", task.reference.__name__
        used = f"Your {name} is used from here on." if right else f"The course's {name} is used for now."
        _tell(id, state, f"{message} ({used})")
        return fn if right else task.reference

    return judge


def answer(id, value):
    """Answer a question; the verdict comes at once."""
    if not find(id).is_question:
        raise TypeError(f'{id} wants a function: write @exercise("{id}") above it.')
    _tell(id, *verdict(id, value))


def hint(id):
    """Show the next hint, one step more explicit at each call."""
    task = find(id)
    n = len(task.hints)
    task.hints_given = i = min(task.hints_given + 1, n)
    print(f"Hint {i} of {n} for {id}: {task.hints[i - 1]}")


def solution(id):
    """Show the package's own function: the reference solution is the library."""
    task = find(id)
    print(f"{task.reference!r}: {task.why}" if task.is_question else source(id))


def progress():
    """Show what is solved, of all exercises of the notebooks that have been run."""
    notebooks = {id[:2] for id, task in EXERCISES.items() if task.state}
    tasks = [task for id, task in EXERCISES.items() if id[:2] in notebooks]
    for task in tasks:
        state = task.state or "open"
        show(state, task.id, f"{task.title}: {WORDS[state]}")
    print(f"{sum(task.state == 'correct' for task in tasks)} of {len(tasks)} solved")


def grade(id):
    """Nothing for a student; under nbgrader an error unless exercise `id` is solved."""
    state = find(id).state or "open"
    if session.grading() and state != "correct":
        raise AssertionError(f"exercise {id}: {WORDS[state]}")


def source(id):
    """The reference's source, as it stands in a solved notebook. → str"""
    return textwrap.dedent(inspect.getsource(find(id).reference))


def _tell(id, state, message):
    if state == "wrong" and "hint(" not in message:
        message += f' For help: hint("{id}").'
    show(state, id, message)
