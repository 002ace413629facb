"""The order of imports in the package, and what a new model costs."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat import v4

from course_utils.session import ROOT


def run(*command, cwd, **environment):
    command, environment = [sys.executable, *command], os.environ | environment
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_each_layer_imports_from_the_layers_below_it_only():
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    assert "0 broken" in run("-c", lint, cwd=ROOT)


# ── a small model added to a copy of the course: new files only ──────────────────────────────────

STEP = '''"""A toy."""

from ..losses import reconstruction
from ..train import descend


def toy_step(batches, *, toy, opt):
    """One update of a toy (nobody 2026; deck 005)."""
    x, _ = next(batches)
    L = reconstruction(toy(x), x)
    descend(L, opt.toy)
    return dict(L=L)
'''
NETWORK = '''"""A toy."""

from torch import nn


class Toy(nn.Conv2d):
    """One filter. (B, 1, 28, 28) → the same"""

    def __init__(self):
        super().__init__(1, 1, 3, padding=1)
'''
EXERCISE = '''"""Exercises of notebook 99."""

from .engine.tasks import Exercise

Exercise(
    "99.1", "How many?", reference=10, why="3 · 3 + 1",
    hints=("Count.",), mistakes={"no_bias": (9, "the bias.")},
)
'''
PLAYERS = """from course_utils import models, steps

from . import group

PLAYERS = {steps.toy_step: group({"toy": "toy"}, lambda: dict(toy=models.Toy()))}
"""
ASK = """
import players, speed.__main__ as bench
from course_utils import data, exercises
print(exercises.verdict("99.1", 9), exercises.verdict("99.1", 10))
x = data.digits("bundled")
print("images a second:", bench.alone(players.STEPS["toy_step"], x, seconds=0.02))
"""
SETUP = """from course_utils import data, models, steps
from course_utils.exercises import answer, grade, progress
from course_utils.train import adam, train

digits = data.digits()
toy = models.Toy()
history = train(steps.toy_step, data.Batches(digits.x, batch_size=16), 3, toy=toy, opt=adam(toy=[toy]))"""


def notebook():
    """A section with cells that train, ask and show the progress."""
    section = v4.new_markdown_cell(
        "## 1 · A toy\n\nAbout 5 minutes with the exercises.\n\n### Exercise 99.1 · How many?\n\nHow many?",
        id="s1",
    )
    section.metadata.update(tags=["concept:TOY-1"], course={"minutes": 5, "say": "A toy."})
    task = v4.new_code_cell('answer("99.1", ...)', id="ask", metadata={"tags": ["exercise:99.1"]})
    setup, end = v4.new_code_cell(SETUP, id="setup"), v4.new_code_cell("progress()", id="end")
    curriculum = {"TOY-1": "005: a toy"}
    about = dict(lectures="005", steps="`toy_step`", curriculum=curriculum)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = [section, setup, task, end]  # `sync` writes the cell that grades
    return v4.new_notebook(cells=cells, metadata={"course": about, "kernelspec": kernel})


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    copy = tmp_path_factory.mktemp("course")
    for name in ("course_utils", "tests", "notebooks"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, copy)
    (copy / "data").symlink_to(ROOT / "data")
    for folder, text in (("steps", STEP), ("models", NETWORK), ("exercises", EXERCISE)):
        (copy / "course_utils" / folder / "toy.py").write_text(text, encoding="utf-8")
    (copy / "tests" / "players" / "toy.py").write_text(PLAYERS, encoding="utf-8")
    nbformat.write(notebook(), copy / "notebooks" / "99_toy.ipynb")
    run("-c", "from course_utils import notebooks; notebooks.sync([])", cwd=copy)
    return copy


def test_a_new_model_is_in_the_index_its_exercise_judges_and_its_speed_is_measured(copy):
    row = "[1 A toy](notebooks/99_toy.ipynb) | `toy_step` | 5 | a time that has not been measured |"
    assert row in (copy / "README.md").read_text("utf-8")
    assert "005: a toy (TOY-1)" in (copy / "notebooks" / "README.md").read_text("utf-8")
    said = run("-c", ASK, cwd=copy, PYTHONPATH=str(copy / "tests"))
    assert "the bias" in said and "('correct'" in said and "images a second:" in said


def test_a_new_model_is_tested(copy):
    files = [f"tests/test_{name}.py" for name in ("steps", "exercises", "index", "notebooks")]
    said = run("-m", "pytest", "-n", "0", *files, "-k", "toy or 99", cwd=copy, PYTHONPATH=str(copy))
    assert "passed" in said and int(said.split(" passed")[0].split()[-1]) >= 10
