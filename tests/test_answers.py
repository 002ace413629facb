"""A right answer may be written in many ways; a wrong one is told what is wrong with it (see answers/)."""

import re

import answers
import pytest

from course_utils.exercises import verdict

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
