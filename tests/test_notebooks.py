"""The notebooks as files: clean, in step with the package, complete; and solved, without a network."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest

from course_utils import __main__ as cli
from course_utils.exercises import EXERCISES

PATHS = cli.notebooks()
CONCEPTS = {  # the course's own list; grows with the notebooks
    "01": {f"AE-{i}" for i in range(1, 11)},
    "02": {f"VAE-{i}" for i in range(1, 13)},
    "03": {f"AAE-{i}" for i in range(1, 10)},
    "04": {f"GAN-{i}" for i in range(1, 13)},
    "05": {f"TR-{i}" for i in range(1, 18)},
    "06": {f"WGAN-{i}" for i in range(1, 11)},
    "07": {f"GP-{i}" for i in range(1, 8)},
    "08": {f"ALAE-{i}" for i in range(1, 7)},
}

each = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def tags(book, prefix):
    return [tag for cell in book.cells for tag in cli._tagged(cell, prefix)]


def test_there_are_notebooks():
    assert [p.name for p in PATHS][:1] == ["01_autoencoder.ipynb"]


@each
def test_no_outputs_no_widget_state(path):
    command = [sys.executable, "-m", "nbstripout", "--verify", "--keep-id", str(path)]
    assert subprocess.run(command, capture_output=True).returncode == 0, "run `python -m course_utils strip`"
    meta = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    assert "widgets" not in meta and meta["kernelspec"]["language"] == "python"


def test_cells_show_the_packages_own_source():
    assert cli.sync(["--check"]) == 0, "run `python -m course_utils sync`"


@each
def test_every_concept_is_covered_on_a_heading(path):
    book = read(path)
    assert set(tags(book, "concept:")) == CONCEPTS[path.name[:2]]
    for cell in book.cells:
        if cli._tagged(cell, "concept:"):
            assert cell.cell_type == "markdown" and cell.source.startswith("#")


@each
def test_every_exercise_has_its_cell_and_its_grade(path):
    book, number = read(path), path.name[:2]
    ids = [id for id in EXERCISES if id.startswith(number + ".")]
    assert sorted(tags(book, "exercise:")) == sorted(ids)
    graded = [c for c in book.cells if c.metadata.get("nbgrader", {}).get("grade")]
    assert sorted(c.source for c in graded) == sorted(f'grade("{id}")' for id in ids)
    assert all(c.metadata.nbgrader.locked and c.metadata.nbgrader.points == 1 for c in graded)
    for cell in book.cells:
        for id in cli._tagged(cell, "exercise:"):
            assert "nbgrader" not in cell.metadata  # marked as a solution, it would be released empty
            task = EXERCISES[id]
            if task.is_question:
                assert cell.source.splitlines() == [f'answer("{id}", ...)']
            else:  # the stub has the reference's name and arguments
                stub, reference = (
                    re.search(r"def .*\(.*\):", s)[0] for s in (cell.source, cli.solved(cell.source, id))
                )
                assert stub == reference and cell.source.startswith(f'@exercise("{id}")\n')


@each
def test_text_is_plain_and_short_and_its_pictures_exist(path):
    for cell in read(path).cells:
        if cell.cell_type == "code":
            assert cli._tagged(cell, "shows:") or len(cell.source.splitlines()) <= 40
            continue
        prose = re.sub(r"```.*?```|\$\$.*?\$\$|\$.*?\$|`.*?`", "", cell.source, flags=re.S)
        assert not re.search(r"</?[a-z]+[ >/]", prose), f"HTML in {cell.id}"
        for alt, file in re.findall(r"!\[(.*?)\]\((.*?)\)", cell.source):
            assert len(alt) > 20, f"{cell.id}: say in the alt text what is to be seen"
            assert (path.parent / file).stat().st_size < 150_000
        for word in re.findall(r"^> \*\*(\w+)", cell.source, flags=re.M):
            assert word in {"Predict", "Look", "Slide", "Try", "Further"}


@each
def test_expected_pictures_are_made_by_cells(path):
    book = read(path)
    shown = {f for c in book.cells for f in re.findall(r"\]\(expected/(.*?)\.webp\)", c.source)}
    assert shown == set(tags(book, "expected:"))


NO_NETWORK = """
import socket
_connect, _getaddrinfo = socket.socket.connect, socket.getaddrinfo

def local(host):
    return host in ("localhost", "", None) or str(host).startswith("127.") or host == "::1"

def connect(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and not local(address[0]):
        raise OSError("the network is cut")
    return _connect(self, address)

def getaddrinfo(host, *args, **kwargs):
    if not local(host):
        raise socket.gaierror("the network is cut")
    return _getaddrinfo(host, *args, **kwargs)

socket.socket.connect, socket.getaddrinfo = connect, getaddrinfo
"""


@pytest.fixture(scope="session")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solved")
    cli.solve([str(folder)])
    return folder


@each
def test_the_solved_notebook_runs_without_network_or_mnist_and_all_is_correct(
    path, solved, tmp_path, monkeypatch
):
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)  # every Python below this folder starts with it
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "nothing"))
    book = read(solved / path.name)
    check = "import socket\ntry: socket.create_connection(('192.0.2.1', 80), 1)\nexcept OSError as e: assert 'cut' in str(e)"
    book.cells.insert(0, nbformat.v4.new_code_cell(check))
    nbclient.NotebookClient(book, timeout=120, resources={"metadata": {"path": str(solved)}}).execute()
    printed = "\n".join(
        o.get("text", "") + str(o.get("data", "")) for c in book.cells for o in c.get("outputs", ())
    )
    n = len([id for id in EXERCISES if id.startswith(path.name[:2] + ".")])
    assert f"{n} of {n} solved" in printed and "✗" not in printed and "not answered yet" not in printed
    assert "; no MNIST: " in printed or ", from " in printed  # whatever it found, it said so
    errors = [
        o
        for c in book.cells
        for o in c.get("outputs", ())
        if o.output_type == "stream" and o.name == "stderr"
    ]
    assert not errors, errors


def test_solving_keeps_everything_else(solved):
    for path in PATHS:
        before, after = read(path), read(solved / path.name)
        assert len(before.cells) == len(after.cells)
        for a, b in zip(before.cells, after.cells, strict=True):
            assert a.metadata == b.metadata and (cli._tagged(a, "exercise:") or a.source == b.source)
        assert Path(solved / "expected").is_dir()
