"""Each sentence that compares, counts or explains what is seen is borne by recorded numbers (see claims/)."""

import claims
import pytest

from course_utils import notebooks
from course_utils.exercises import EXERCISES, PREDICTIONS


def text(notebook, cell):
    """What stands in a cell, or in what belongs to it, in one line."""
    kind, _, id = cell.rpartition(" ")
    if kind == "exercise":
        task = EXERCISES[id]
        told = [mistake.tell for mistake in task.mistakes.values()]
        return " ".join([*task.hints, task.why, *told])
    if kind == "prediction":
        return PREDICTIONS[id].why
    (path,) = (path for path in notebooks.paths() if path.stem[3:] == notebook)
    (found,) = (c for c in notebooks.read(path).cells if c.id == id)
    return " ".join((found.metadata["course"]["say"] if kind == "say" else found.source).split())


@pytest.mark.parametrize(
    ("notebook", "cell", "words", "check", "scales"),
    [pytest.param(*claim, id=f"{claim[0]}, {claim[1]}: {claim[2]}") for claim in claims.all_claims()],
)
def test_a_sentence_stands_where_it_is_said_to_and_holds(notebook, cell, words, check, scales):
    assert words in text(notebook, cell)
    for scale in scales:
        assert check(claims.SCALES[scale]), scale
