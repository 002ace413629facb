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


def test_the_set_up_needs_nothing_installed():
    """The verbs that install must start on a bare Python: no import outside the standard library."""
    code = "import sys; sys.argv = ['x', '--help']; import course_utils.__main__ as m; m.main()"
    run = subprocess.run([sys.executable, "-S", "-c", code], cwd=cli.ROOT, capture_output=True, text=True)
    assert run.returncode == 0 and "open      make the environment" in run.stdout, run.stderr


def test_sync_writes_the_source_and_check_only_tells(monkeypatch, tmp_path):
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("old", metadata={"tags": ["shows:steps.ae_step"]})]
    )
    path = tmp_path / "01_x.ipynb"
    nbformat.write(book, path)
    monkeypatch.setattr(cli, "notebooks", lambda: [path])
    assert cli.sync(["--check"]) == 1 and nbformat.read(path, 4).cells[0].source == "old"
    assert cli.sync([]) == 0 and cli.sync(["--check"]) == 0
    source = nbformat.read(path, 4).cells[0].source
    assert source.startswith("# course_utils/steps/autoencoders.py\ndef ae_step(batches, *, enc, dec, opt):")


def test_an_expected_picture_is_small(tmp_path):
    png = plotting.figure_png(plotting.axes()[0])
    output = nbformat.v4.new_output("display_data", {"image/png": base64.b64encode(png).decode()})
    cell = nbformat.v4.new_code_cell("x", outputs=[output])
    cli.save_expected(cell, tmp_path / "e" / "01_x.webp")
    assert 0 < (tmp_path / "e" / "01_x.webp").stat().st_size < 150_000
    with pytest.raises(SystemExit, match="no picture"):
        cli.save_expected(nbformat.v4.new_code_cell("x"), tmp_path / "y.webp")
