"""`python -m course_utils`: its set-up, and its work on the notebooks, with one small notebook."""

import subprocess
import sys
from pathlib import Path

import nbconvert
import nbformat
import pytest
from PIL import Image

from course_utils import __main__ as cli
from course_utils import notebooks

DRAWS = """
import io, os
from IPython.display import Image, display
from PIL.Image import effect_noise
assert os.environ["COURSE_RECORD"]
effect_noise((1600, 1200), 60).save(png := io.BytesIO(), "png")
display(Image(png.getvalue(), width=800))
"""


@pytest.fixture
def course(monkeypatch, tmp_path):
    """A checkout of the course with one notebook. → its folder"""
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    (tmp_path / "notebooks" / "expected").mkdir(parents=True)
    section = {"tags": ["concept:X-1"], "course": {"minutes": 7, "say": "Look up."}}
    cells = [
        nbformat.v4.new_markdown_cell("# 01 · X\n\n*Run All* takes about an age on two CPU cores."),
        nbformat.v4.new_markdown_cell("## 1 · Y\n\nText", metadata=section, id="s1"),
        nbformat.v4.new_code_cell("old = 0", metadata={"tags": ["shows:steps.ae_step"]}),
        nbformat.v4.new_code_cell(DRAWS, metadata={"tags": ["expected:01_x"]}),
    ]
    curriculum = {"X-1": "003: PCA"}
    course = dict(lectures="003", steps="`ae_step`", curriculum=curriculum)
    book = nbformat.v4.new_notebook(cells=cells, metadata={"course": course})
    (tmp_path / "README.md").write_text("<!-- notebooks -->\n<!-- end of notebooks -->\nMore.")
    nbformat.write(book, tmp_path / "notebooks" / "01_x.ipynb")
    (tmp_path / "bench.json").write_text('{"class": {"01_x": {"minutes": 2.6}}}')
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setattr(notebooks, "FOLDER", tmp_path / "notebooks")
    monkeypatch.setattr(notebooks, "BENCH", tmp_path / "bench.json")
    return tmp_path


@pytest.fixture
def calls(course, monkeypatch):
    """Records commands instead of running them: venv and pip take long, and pip needs a network."""
    calls = []
    monkeypatch.setattr(cli.subprocess, "call", lambda command, **_: calls.append(command) or 0)
    monkeypatch.delenv("CONDA_DEFAULT_ENV", raising=False)
    return calls


def test_without_an_environment_one_is_made_and_installed_once(calls, course, monkeypatch):
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    (course / ".venv").mkdir()
    python = Path(cli.environment())
    assert python.is_relative_to(course / ".venv") and [call[2] for call in calls] == ["venv", "pip"]
    assert calls[1][0] == str(python) and calls[1][-2:] == ["-r", "requirements.txt"]
    python.parent.mkdir()
    python.touch()
    cli.environment()
    assert len(calls) == 2
    (course / "requirements.txt").write_text("more")
    cli.environment()
    assert [call[2] for call in calls] == ["venv", "pip", "pip"]


def test_an_active_environment_is_used_and_a_failed_installation_is_repeated(calls, course, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(course))
    with monkeypatch.context() as broken, pytest.raises(SystemExit, match="run the same command again"):
        broken.setattr(cli.subprocess, "call", lambda *_, **__: 1)
        cli.environment()
    assert cli.environment() == sys.executable and [call[2] for call in calls] == ["pip"]


@pytest.mark.parametrize(("word", "said"), {"--help": "open  ", "open": "needs Python 3.10 or newer"}.items())
def test_an_old_python_without_packages_says_what_to_do(word, said):
    code = "import sys, course_utils.__main__ as cli; sys.version_info = 3, 8; cli.main()"
    bare = [sys.executable, "-S", "-c", code, word]  # -S: nothing but the standard library can be imported
    run = subprocess.run(bare, cwd=cli.ROOT, capture_output=True, encoding="utf-8")
    assert said in run.stdout + run.stderr


def test_an_update_never_changes_a_students_copy(course, capsys):
    ours, theirs = course / "notebooks" / "01_x.ipynb", course / "work" / "01_x.ipynb"
    cli.start([])
    assert theirs.read_bytes() == ours.read_bytes() and "New in" in capsys.readouterr().out
    theirs.write_text("with answers")
    cli.start([])
    assert capsys.readouterr().out == ""  # nothing new
    ours.write_text("second")
    (course / "notebooks" / "02_y.ipynb").write_text("a new lesson")
    cli.start([])
    said = capsys.readouterr().out
    assert "01_x_2.ipynb, the course's new version; your 01_x.ipynb stays" in said and "02_y.ipynb" in said
    assert theirs.read_text() == "with answers" and theirs.with_stem("01_x_2").read_text() == "second"
    theirs.unlink()  # to begin again, a student deletes the copy
    cli.start([])
    assert theirs.read_text() == "second"
    cli.start([str(course / "elsewhere")])
    assert (course / "elsewhere" / "02_y.ipynb").exists()


def test_an_interrupted_copy_is_finished_by_the_next_and_adds_nothing(course, capsys, monkeypatch):
    for name in ("02_y.ipynb", "03_z.ipynb"):
        (course / "notebooks" / name).write_text(name)
    work, write = course / "a" / "new" / "folder", Path.write_bytes

    def full(path, content):
        if "02_y" in path.name:
            write(path, content[:3])
            raise OSError(28, "No space left on device")
        write(path, content)

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", full)
        assert cli.start([str(work)]) == 1
    assert "No space left" in capsys.readouterr().out and {f.name for f in work.glob("*.ipynb")} == {
        "01_x.ipynb"
    }
    (work / "expected").write_text("in the way")
    assert cli.start([str(work)]) == 1  # says so; the notebooks are there
    (work / "expected").unlink()
    (work / ".copied").unlink()  # as if it stopped between a copy and its record
    assert cli.start([str(work)]) == 0
    assert {f.name for f in work.glob("*.ipynb")} == {"01_x.ipynb", "02_y.ipynb", "03_z.ipynb"}


def test_copies_of_read_only_files_can_be_written_and_copied_again(course):
    picture = course / "notebooks" / "expected" / "01_x.webp"
    picture.write_bytes(b"old")
    for file in (picture, course / "notebooks" / "01_x.ipynb"):
        file.chmod(0o444)
    cli.start([])
    copies = [course / "work" / "01_x.ipynb", course / "work" / "expected" / "01_x.webp"]
    assert all(copy.stat().st_mode & 0o200 for copy in copies)
    picture.chmod(0o644)
    picture.write_bytes(b"new")
    cli.start([])
    assert copies[1].read_bytes() == b"new"


def test_a_console_without_the_signs_shows_others():
    run = [sys.executable, "-m", "course_utils", "--help"]
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(cli.ROOT), "PATH": ""}
    told = subprocess.run(run, capture_output=True, env=environment, encoding="ascii", cwd=cli.ROOT)
    assert told.returncode == 0 and "pretrain" in told.stdout and "?" in told.stdout


def test_the_notebooks_become_scripts():
    for path in notebooks.paths():
        script, more = nbconvert.PythonExporter().from_filename(str(path))
        assert more["output_extension"] == ".py"
        assert "display(" not in script or "from IPython.display import display" in script, path


def test_sync_writes_source_and_index_and_with_check_writes_nothing(course):
    path, readme = course / "notebooks" / "01_x.ipynb", course / "notebooks" / "README.md"
    before = path.read_bytes()
    assert notebooks.sync(["--check"]) == 1 and path.read_bytes() == before and not readme.exists()
    assert notebooks.sync([]) == 0 and notebooks.sync(["--check"]) == 0
    source = notebooks.read(path).cells[2].source
    assert source.startswith("# course_utils/steps/autoencoders.py\ndef ae_step(batches, *, enc, dec, opt):")
    index = readme.read_text(encoding="utf-8")
    assert "\n## [01 · X](01_x.ipynb), 7 minutes\n" in index
    assert "\n| [1 · Y](01_x.ipynb#cell-id=s1) | 003: PCA (X-1) | 7 | Look up. |\n" in index
    row = "| [01 X](notebooks/01_x.ipynb) | `ae_step` | 7 | 3 minutes |\n"
    assert row in (course / "README.md").read_text()
    assert "takes about 3 minutes on two CPU cores" in notebooks.read(path).cells[0].source
    readme.write_text(index.replace("up", "down"), encoding="utf-8")
    assert notebooks.sync(["--check"]) == 1 and "down" in readme.read_text(encoding="utf-8")


def test_a_figure_is_saved_small_and_strip_removes_outputs_only(course, monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "full")
    notebooks.figures([])
    picture = course / "notebooks" / "expected" / "01_x.webp"
    assert 0 < picture.stat().st_size < 150_000 and Image.open(picture).size == (800, 600)
    with pytest.raises(SystemExit, match="no picture"):
        notebooks.save_expected(nbformat.v4.new_code_cell("x"), picture)

    path = course / "notebooks" / "01_x.ipynb"
    before, book = path.read_bytes(), notebooks.read(path)
    book.cells[3].outputs = [nbformat.v4.new_output("stream", text="drawn")]
    nbformat.write(book, path)
    assert notebooks.strip([]) == 0 and path.read_bytes() == before
