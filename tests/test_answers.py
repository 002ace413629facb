"""A right answer may be written in many ways; a wrong one is told what is wrong with it (see answers/)."""

import re

import answers
import pytest

from course_utils import session
from course_utils.exercises import EXERCISES, verdict

# What is said where no slip is recognized; at most one wrong answer in ten may end there.
GENERAL = r"its values differ|but its gradient is not\.$|it gives|are not what they should be|is not it\."


@pytest.mark.parametrize(("id", "fn"), answers.RIGHT)
def test_a_right_answer_may_be_written_in_another_way(id, fn):
    assert verdict(id, fn)[0] == "correct", verdict(id, fn)[1]


@pytest.fixture(scope="module")
def told():
    """What is said of each wrong answer. → {(exercise, what is wrong): (state, message)}"""
    return {(id, name): verdict(id, fn) for id, name, fn in answers.WRONG}


def test_no_wrong_answer_is_accepted(told):
    assert not [key for key, (state, _) in told.items() if state != "wrong"]


def test_nine_of_ten_wrong_answers_are_told_their_slip(told):
    general = {key: said for key, (_, said) in told.items() if re.search(GENERAL, said)}
    assert len(general) <= 0.1 * len(told), general


@pytest.mark.slow  # two minutes each
@pytest.mark.parametrize("more", [1_000, 5_000, 6_000])
def test_chance_turns_no_verdict(more, monkeypatch):
    """Another device draws other numbers from the same seed; so does another seed."""
    seeded = session.seeded
    monkeypatch.setattr(session, "seeded", lambda seed: seeded(seed + more))
    judged = {id: task for id, task in EXERCISES.items() if not (task.is_question or task.contest)}
    right = [*((id, task.reference) for id, task in judged.items()), *answers.RIGHT]
    wrong = [(id, fn) for id, task in judged.items() for fn, _ in task.mistakes.values()]
    wrong += [(id, fn) for id, _, fn in answers.WRONG]
    assert not [(id, fn) for id, fn in right if id in judged and verdict(id, fn)[0] != "correct"]
    assert not [(id, fn) for id, fn in wrong if id in judged and verdict(id, fn)[0] == "correct"]
