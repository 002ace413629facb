"""`python -m course_utils`: set-up and the notebooks' upkeep."""

import base64
import subprocess
import sys

import nbformat
import pytest

from course_utils import __main__ as cli
from course_utils import plotting


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """A fresh checkout whose commands are noted instead of run."""
    calls = []
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setattr(cli.subprocess, "call", lambda command, **_: calls.append(command) or 0)
    monkeypatch.delenv("CONDA_DEFAULT_ENV", raising=False)
    return calls


def outside_an_environment(monkeypatch, tmp_path):
    monkeypatch.setattr(cli.sys, "prefix", cli.sys.base_prefix)
    (tmp_path / ".venv").mkdir()


def test_without_an_environment_one_is_made_once(calls, monkeypatch, tmp_path):
    outside_an_environment(monkeypatch, tmp_path)
    python = cli.environment()
    assert python.startswith(str(tmp_path / ".venv")) and [c[2] for c in calls] == ["venv", "pip"]
    assert calls[1][0] == python and calls[1][-2:] == ["-r", "requirements.txt"]
    calls.clear()
    cli.environment()
    assert [c[2] for c in calls] == [
        "venv"
    ]  # its python was never really made here; nothing is installed again
    (tmp_path / "requirements.txt").write_text("more")
    calls.clear()
    cli.environment()
    assert [c[2] for c in calls] == ["venv", "pip"]


def test_an_active_environment_is_used(calls, monkeypatch, tmp_path):
    monkeypatch.setattr(cli.sys, "prefix", str(tmp_path))
    assert cli.environment() == sys.executable and [c[2] for c in calls] == ["pip"]


def test_a_failed_installation_is_told_and_tried_again(calls, monkeypatch, tmp_path):
    monkeypatch.setattr(cli.sys, "prefix", str(tmp_path))
    monkeypatch.setattr(cli.subprocess, "call", lambda *_, **__: 1)
    for _ in range(2):
        with pytest.raises(SystemExit, match="run the same command again"):
            cli.environment()


def test_an_update_never_touches_a_students_copy(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setattr(cli, "WORK", tmp_path / "work")
    (tmp_path / "notebooks" / "expected").mkdir(parents=True)
    ours, theirs = tmp_path / "notebooks" / "01_a.ipynb", tmp_path / "work" / "01_a.ipynb"
    ours.write_text("first")
    cli.start([])
    assert theirs.read_text() == "first" and "01_a.ipynb" in capsys.readouterr().out
    theirs.write_text("first, with answers")
    cli.start([])
    assert capsys.readouterr().out == ""  # nothing new
    ours.write_text("second")
    (tmp_path / "notebooks" / "02_b.ipynb").write_text("a new lesson")
    cli.start([])
    said = capsys.readouterr().out
    assert "01_a_2.ipynb, the course's new version; your 01_a.ipynb stays" in said and "02_b.ipynb" in said
    assert theirs.read_text() == "first, with answers"
    assert (tmp_path / "work" / "01_a_2.ipynb").read_text() == "second"
    theirs.unlink()  # who wants to begin again deletes the copy
    cli.start([])
    assert theirs.read_text() == "second"
    cli.start([str(tmp_path / "elsewhere")])
    assert (tmp_path / "elsewhere" / "02_b.ipynb").exists()


def test_the_set_up_needs_nothing_installed():
    """The verbs that install must start on a bare Python: no import outside the standard library."""
    code = "import sys; sys.argv = ['x', '--help']; import course_utils.__main__ as m; m.main()"
    run = subprocess.run([sys.executable, "-S", "-c", code], cwd=cli.ROOT, capture_output=True, text=True)
    assert run.returncode == 0 and "open      make the environment" in run.stdout, run.stderr


def test_sync_writes_source_and_index_and_check_only_tells(monkeypatch, tmp_path):
    course = {"minutes": 7, "say": "Look up."}
    cells = [
        nbformat.v4.new_markdown_cell("# 01 · X"),
        nbformat.v4.new_markdown_cell(
            "## 1 · Y\n\nText", metadata={"tags": ["concept:AE-9"], "course": course}, id="s1"
        ),
        nbformat.v4.new_code_cell("old", metadata={"tags": ["shows:steps.ae_step"]}),
    ]
    path, readme = tmp_path / "01_x.ipynb", tmp_path / "README.md"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    monkeypatch.setattr(cli, "notebooks", lambda: [path])
    assert cli.sync(["--check"]) == 1 and nbformat.read(path, 4).cells[2].source == "old"
    assert not readme.exists()
    assert cli.sync([]) == 0 and cli.sync(["--check"]) == 0
    source = nbformat.read(path, 4).cells[2].source
    assert source.startswith("# course_utils/steps/autoencoders.py\ndef ae_step(batches, *, enc, dec, opt):")
    index = readme.read_text(encoding="utf-8")
    assert "\n## [01 · X](01_x.ipynb), 7 minutes\n" in index
    assert (
        "\n| [1 · Y](01_x.ipynb#cell-id=s1) | 003: PCA, a shallow" in index
        and "(AE-9) | 7 | Look up. |\n" in index
    )
    readme.write_text(index.replace("Look up", "Look down"), encoding="utf-8")
    assert cli.sync(["--check"]) == 1 and "down" in readme.read_text(encoding="utf-8")


def test_an_expected_picture_is_small(tmp_path):
    png = plotting.figure_png(plotting.axes()[0])
    output = nbformat.v4.new_output("display_data", {"image/png": base64.b64encode(png).decode()})
    cell = nbformat.v4.new_code_cell("x", outputs=[output])
    cli.save_expected(cell, tmp_path / "e" / "01_x.webp")
    assert 0 < (tmp_path / "e" / "01_x.webp").stat().st_size < 150_000
    with pytest.raises(SystemExit, match="no picture"):
        cli.save_expected(nbformat.v4.new_code_cell("x"), tmp_path / "y.webp")
