"""The notebooks as files: the verbs of `python -m course_utils` that work on them.

Tags say what a cell is for:
    shows:MODULE.NAME  the cell holds exactly that function's source
    exercise:ID        the stub of an exercise; its hidden grade cell at the end is written by `sync`
    project:NN         the text of the notebook's project
    expected:NAME      the cell draws notebooks/expected/NAME.webp
    concept:ID         the section shows row ID of the curriculum
The metadata `course` of a heading holds its minutes and a line to say; that of a notebook holds its row of
the README's table (lectures, steps), and its curriculum, {ID: "decks: topic"}.
"""

import base64
import copy
import inspect
import io
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import nbclient
import nbformat
from PIL import Image

from .exercises import EXERCISES, PROJECTS, SELF_TESTS, source
from .session import ROOT

FOLDER, BENCH = ROOT / "notebooks", ROOT / "data" / "results" / "bench.json"
INDEX = """# Instructor's index

From the slides to the notebooks: where a topic is shown, how many minutes its section takes with the
exercises, and a line to say while its figure is on the screen. In JupyterLab (*Open With → Markdown Preview*)
a link leads to the section once its notebook is open; a code host opens the notebook.

Written by `python -m course_utils sync`. To change it: minutes and lines are in the metadata of the heading
cells (`course`), topics in the metadata of the notebook (`course`, `curriculum`).
"""


def paths():
    return sorted(FOLDER.glob("[0-9]*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=4)


def tagged(cell, prefix):
    """What stands after `prefix` in the cell's tags that begin with it. → list of str"""
    return [tag.removeprefix(prefix) for tag in cell.metadata.get("tags", ()) if tag.startswith(prefix)]


# ── in step with the package ─────────────────────────────────────────────────────────────────────


def sync(words):
    """Write cells tagged `shows:…`, minutes, the index, the README's table; `--check` tells what is old."""
    told = []
    for path in paths():
        book = read(path)
        shows = [(cell, name) for cell in book.cells for name in tagged(cell, "shows:")]
        stale = [(cell, name) for cell, name in shows if cell.source != shown(name)]
        for cell, name in stale:
            cell.source = shown(name)
            told.append(f"{path.name}: {name}")
        graded = _with_grades(book)
        if graded != book.cells:
            book.cells = graded
            told.append(f"{path.name}: grades")
        said = re.sub("takes about .*? on two", f"takes about {run_all(path)} on two", book.cells[0].source)
        if is_late := said != book.cells[0].source:
            book.cells[0].source = said
            told.append(f"{path.name}: minutes")
        if (stale or is_late or graded is book.cells) and "--check" not in words:
            nbformat.write(book, path)
    readme = FOLDER.parent / "README.md"
    texts = {FOLDER / "README.md": index(), readme: in_readme(readme.read_text(encoding="utf-8"))}
    for file, text in texts.items():
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            told.append(file.relative_to(FOLDER.parent).as_posix())
            if "--check" not in words:
                file.write_text(text, encoding="utf-8")
    print("\n".join(told) or "The notebooks show the package's own source, and their index is up to date.")
    return int(bool(told) and "--check" in words)


def run_all(path):
    """How long Run All takes on the class scale, as `bench class` measured it last. → text"""
    run = json.loads(BENCH.read_text(encoding="utf-8"))["class"].get(path.stem)
    n = max(1, round(run["minutes"])) if run else 0
    return f"{n} minute{'s' * (n > 1)}" if run else "a time that has not been measured"


def _with_grades(book):
    """The cells, then a hidden one for each exercise and the project, which nbgrader counts. → list"""
    ids = [id for cell in book.cells for id in tagged(cell, "exercise:")]
    cells = [cell for cell in book.cells if not cell.get("id", "").startswith("grade-")]
    for cell in cells:
        for id in tagged(cell, "project:"):  # its text: the instructor gives the points
            points = sum(points for points, _ in PROJECTS[id].rubric)
            cell = cells[cells.index(cell)] = copy.deepcopy(cell)
            cell.metadata.nbgrader = _grading(f"project-{id}", points=points, task=True)
            ids.append(id)
    return cells + [_grade_cell(id) for id in ids]


def _grade_cell(id):
    name = f"grade-{id.replace('.', '-')}"
    hidden = {"jupyter": {"source_hidden": True}, "nbgrader": _grading(name, grade=True, points=1)}
    return nbformat.v4.new_code_cell(f'grade("{id}")', id=name, metadata=hidden)


def _grading(name, **more):
    usual = dict(grade=False, grade_id=name, locked=True, schema_version=3, solution=False, task=False)
    return nbformat.from_dict(dict(sorted({**usual, **more}.items())))


def shown(name):
    """The text of a cell tagged `shows:NAME`, such as steps.ae_step. → str"""
    module, function = name.rsplit(".", 1)
    thing = getattr(import_module(f"course_utils.{module}"), function)
    file = Path(inspect.getsourcefile(thing)).resolve().relative_to(ROOT).as_posix()
    return f"# {file}\n{inspect.getsource(thing).rstrip()}"


def index():
    """The instructor's index: for each notebook a table of its sections. → Markdown"""
    text = INDEX
    for path in paths():
        book = read(path)
        sections = [cell for cell in book.cells if "course" in cell.metadata]
        minutes = sum(cell.metadata.course.minutes for cell in sections)
        text += f"\n## [{_heading(book.cells[0])}]({path.name}), {minutes} minutes\n\n"
        text += "| section | deck: slide topic | minutes | say |\n|---|---|---|---|\n"
        for cell in sections:
            ids, course = tagged(cell, "concept:"), cell.metadata.course
            topics = "; ".join(f"{book.metadata.course.curriculum[id]} ({id})" for id in ids)
            link = f"[{_heading(cell)}]({path.name}#cell-id={cell.id})"
            text += f"| {link} | {topics} | {course.minutes} | {course.say} |\n"
        for project in (PROJECTS[id] for cell in book.cells for id in tagged(cell, "project:")):
            points = "; ".join(f"{points} for {what}" for points, what in project.rubric)
            text += f"\nProject: **{project.title}**. Points: {points}.\n"
    return text


HEAD = (
    "| lecture | notebook | its heart, in `course_utils/steps` | minutes to work through "
    "| Run All on 2 CPU cores |\n|---|---|---|---|---|\n"
)


def in_readme(text):
    """README.md's text with its table of the notebooks between the two marks. → str"""
    table = HEAD
    for path in paths():
        book = read(path)
        course, title = book.metadata.course, _heading(book.cells[0]).replace(" ·", "")
        minutes = sum(cell.metadata.course.minutes for cell in book.cells if "course" in cell.metadata)
        table += f"| {course.lectures} | [{title}](notebooks/{path.name}) | {course.steps} | {minutes} "
        table += f"| {run_all(path)} |\n"
    begin, end = "<!-- notebooks -->", "<!-- end of notebooks -->"
    return f"{text[: text.index(begin)]}{begin}\n{table}{text[text.index(end) :]}"


def _heading(cell):
    return cell.source.splitlines()[0].lstrip("# ")


def strip(words):
    """nbstripout, which keeps the cells' ids and the metadata."""
    return subprocess.call([sys.executable, "-m", "nbstripout", "--keep-id", *(words or map(str, paths()))])


# ── made of them ─────────────────────────────────────────────────────────────────────────────────


def solve(words):
    """The reference in place of every stub; the folder may be named, else notebooks/solved."""
    target = Path(words[0]) if words else FOLDER / "solved"
    shutil.copytree(FOLDER / "expected", target / "expected", dirs_exist_ok=True)
    for path in paths():
        book = read(path)
        for cell in book.cells:
            for id in tagged(cell, "exercise:"):
                cell.source = solved(cell.source, id)
            for id, test in SELF_TESTS.items():
                letters = "".join(letter for letter, *_ in test.answers)
                cell.source = cell.source.replace(
                    f'self_test("{id}", ...)', f'self_test("{id}", "{letters}")'
                )
        nbformat.write(book, target / path.name)
    print(f"Solved notebooks are in {target}")
    return 0


def solved(cell, id):
    """A stub's cell with the reference in place of the answer. → str"""
    task = EXERCISES[id]
    if task.is_question or task.contest and not callable(task.reference):
        return cell.replace(f'("{id}", ...)', f'("{id}", {task.reference!r})')
    if task.contest:
        return f'{source(id).rstrip()}\n\n\nattempt("{id}", {task.reference.__name__})'
    return cell[: cell.index("def ")] + source(id).rstrip()


def figures(words):
    """Run the notebooks (or those named) at full scale; save the pictures of cells tagged `expected:NAME`."""
    scale = os.environ.get("COURSE_SCALE", "full")
    env = {**os.environ, "COURSE_SCALE": scale, "COURSE_RECORD": "1"}
    for path in [p for p in paths() if not words or any(word in p.name for word in words)]:
        book = read(path)
        print(f"Running {path.name} at {scale} scale …", flush=True)
        nbclient.NotebookClient(book, timeout=3600).execute(env=env, cwd=str(path.parent))
        for cell in book.cells if scale == "full" else ():
            for name in tagged(cell, "expected:"):
                save_expected(cell, FOLDER / "expected" / f"{name}.webp")
    return 0


def save_expected(cell, target, most=150_000):
    """The last picture that a cell drew, as WebP, of less quality if it takes more than `most` bytes."""
    drawn = [out for out in cell.outputs if "image/png" in out.get("data", {})]
    if not drawn:
        sys.exit(f"The cell for {target.name} drew no picture.")
    picture = Image.open(io.BytesIO(base64.b64decode(drawn[-1]["data"]["image/png"]))).convert("RGB")
    width = drawn[-1].get("metadata", {}).get("image/png", {}).get("width", picture.width)
    picture = picture.resize((width, picture.height * width // picture.width), Image.LANCZOS)
    target.parent.mkdir(exist_ok=True)
    for quality in (90, 80, 65, 50, 35):
        picture.save(target, "WEBP", quality=quality, method=6)
        if target.stat().st_size < most:
            break
    print(f"  {target.name}: {picture.width}×{picture.height}, {target.stat().st_size // 1000} kB")
