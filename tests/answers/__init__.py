"""Answers as students write them: right ones in other ways, and typical wrong ones.

A file here is named after its notebook, and has RIGHT, {exercise: [answer, …]}, at least three each, and
WRONG, {exercise: {what is wrong: answer}}, at least ten each beside the exercise's own known mistakes.
"""

from course_utils import modules_of

_FILES = modules_of(__name__)
RIGHT = [(id, fn) for file in _FILES for id, answers in file.RIGHT.items() for fn in answers]
WRONG = [
    (id, name, fn) for file in _FILES for id, answers in file.WRONG.items() for name, fn in answers.items()
]
