"""The notebooks' round trip through nbgrader: released, handed in three times, autograded, exported.

One point an exercise and one for a project's page; the page's own points are the instructor's to give.

Needs `pip install -e .[nbgrader]`. `pytest -n 0 -m slow tests/test_nbgrader.py -k quick` takes about a
minute, because it keeps only what is graded; the others take whole notebooks.
"""

import csv
import os
import subprocess
import sys

import nbformat
import pytest

from course_utils import notebooks
from course_utils.exercises import EXERCISES, PROJECTS

pytest.importorskip("nbgrader")
pytestmark = pytest.mark.slow
# Seconds; nbgrader's defaults, 30 and 4, are too few on a busy machine.
PATIENT = ("--Execute.timeout=300", "--Execute.iopub_timeout=60")
WHOLE = [pytest.param(path, True, id=path.stem) for path in notebooks.paths()]
QUICK = pytest.param(notebooks.paths()[-1], False, id="quick")


@pytest.fixture
def nbgrader(tmp_path, monkeypatch):
    """nbgrader's command line in a new course folder, with kernels that import this checkout."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(notebooks.ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.delenv("COURSE_SCALE")  # smoke is the default under nbgrader

    def call(*words):
        command = [sys.executable, "-m", "nbgrader", *words, *PATIENT]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr

    return call


def exercises(cell):
    return notebooks.tagged(cell, "exercise:")


def wrong(cell, id):
    """A cell that answers with the exercise's first known mistake. → str"""
    task = EXERCISES[id]
    mistake = f'EXERCISES["{id}"].mistakes["{next(iter(task.mistakes))}"].wrong'
    if task.contest:
        given = f'attempt("{id}", {mistake})'
    elif task.is_question:
        given = f'answer("{id}", {mistake})'
    else:
        given = f'{task.reference.__name__} = exercise("{id}")({mistake})'
    return f"from course_utils.exercises import EXERCISES\n{given}"


@pytest.mark.parametrize(("path", "whole"), [QUICK, *WHOLE])
def test_the_marks_are_those_of_the_solved_exercises(path, whole, tmp_path, nbgrader):
    name, number = path.stem, path.name[:2]
    ids = [id for id in EXERCISES if id.startswith(f"{number}.")]
    book = nbformat.read(path, as_version=4)
    if not whole:  # the cell of imports, the course's own functions, the exercises, the project, the grades
        book.cells = [
            c
            for i, c in enumerate(book.cells)
            if i == 1
            or exercises(c)
            or notebooks.tagged(c, "shows:")
            or c.id == "project"
            or "nbgrader" in c.metadata
        ]
    source = tmp_path / "source" / name
    source.mkdir(parents=True)
    nbformat.write(book, source / path.name)
    nbgrader("generate_assignment", name, "--create")

    half = ids[: len(ids) // 2]
    answers = {
        "right": notebooks.solved,
        "wrong": wrong,
        "half": lambda cell, id: notebooks.solved(cell, id) if id in half else cell,
    }
    for student, answer in answers.items():
        book = nbformat.read(tmp_path / "release" / name / path.name, as_version=4)
        for cell in book.cells:
            for id in exercises(cell):
                cell.source = answer(cell.source, id)
            if cell.id == "project" and (student == "right" or not whole):
                words = '"What I asked, did and found."' if student == "right" else "..."
                cell.source = f'hand_in("{number}", words={words})'
        folder = tmp_path / "submitted" / student / name
        folder.mkdir(parents=True)
        nbformat.write(book, folder / path.name)
    nbgrader("autograde", name, "--create")
    nbgrader("export")

    with open(tmp_path / "grades.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    marks = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in rows}
    every = [*ids, number]  # the project last
    most = len(every) + sum(points for points, _ in PROJECTS[number].rubric)
    assert marks == {"right": (len(every), most), "wrong": (0, most), "half": (len(half), most)}
    for student, solved in (("right", every), ("wrong", []), ("half", half)):
        book = nbformat.read(tmp_path / "autograded" / student / name / path.name, as_version=4)
        failed = [c.source for c in book.cells if any(o.output_type == "error" for o in c.get("outputs", ()))]
        assert set(failed) == {f'grade("{id}")' for id in every if id not in solved}  # no other cell stopped
