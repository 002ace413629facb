"""The notebooks as files: clean, in step with the package, complete; and solved, without a network."""

import ast
import builtins
import json
import os
import re
import subprocess
import symtable
import sys

import nbclient
import nbformat
import pytest
from PIL import Image

from course_utils import data, notebooks
from course_utils.exercises import EXERCISES

PATHS = notebooks.paths()

each = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def tags(book, prefix):
    return [tag for cell in book.cells for tag in notebooks.tagged(cell, prefix)]


@each
def test_no_outputs_no_widget_state(path):
    command = [sys.executable, "-m", "nbstripout", "--verify", "--keep-id", str(path)]
    assert subprocess.run(command, capture_output=True).returncode == 0, "run `python -m course_utils strip`"
    meta = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    assert "widgets" not in meta and meta["kernelspec"]["language"] == "python"


def test_cells_show_the_source_of_the_package_and_the_index_is_up_to_date():
    assert notebooks.sync(["--check"]) == 0, "run `python -m course_utils sync`"


@each
def test_every_exercise_has_its_cell_and_its_grade(path):
    book, number = read(path), path.name[:2]
    ids = [id for id in EXERCISES if id.startswith(number + ".")]
    assert sorted(tags(book, "exercise:")) == sorted(ids)
    text = "\n".join(cell.source for cell in book.cells).replace("$", "")
    assert all(f"### Exercise {id} · {EXERCISES[id].title}\n" in text for id in ids)
    graded = [c for c in book.cells if c.metadata.get("nbgrader", {}).get("grade")]
    ids += tags(book, "project:")
    assert sorted(c.source for c in graded) == sorted(f'grade("{id}")' for id in ids)
    assert all(c.metadata.nbgrader.locked and c.metadata.nbgrader.points == 1 for c in graded)
    for cell in book.cells:
        for id in notebooks.tagged(cell, "exercise:"):
            assert "nbgrader" not in cell.metadata  # marked as a solution, it would be released empty
            task = EXERCISES[id]
            if task.is_question:
                assert cell.source.splitlines()[-1].startswith(f'answer("{id}", ...)')
            elif task.contest:
                assert f'attempt("{id}", ...)' in cell.source
            else:  # the stub has the reference's name and arguments
                both = cell.source, notebooks.solved(cell.source, id)
                stub, reference = (re.search(r"def .*\(.*\):", source)[0] for source in both)
                assert stub == reference and cell.source.startswith(f'@exercise("{id}")\n')


@each
def test_text_is_plain_and_short_and_its_pictures_exist(path):
    for cell in read(path).cells:
        if cell.cell_type == "code":
            assert notebooks.tagged(cell, "shows:") or len(cell.source.splitlines()) <= 40
            continue
        prose = re.sub(r"```.*?```|\$\$.*?\$\$|\$.*?\$|`.*?`", "", cell.source, flags=re.S)
        assert not re.search(r"</?[a-z]+[ >/]", prose), f"HTML in {cell.id}"
        for alt, file in re.findall(r"!\[(.*?)\]\((.*?)\)", cell.source):
            assert len(alt) > 20, f"{cell.id}: say in the alt text what is to be seen"
            assert (path.parent / file).stat().st_size < 150_000
        for word in re.findall(r"^> \*\*(\w+)", cell.source, flags=re.M):
            assert word in {"Predict", "Look", "Slide", "Try", "Further"}


@each
def test_a_cell_keeps_its_history(path):
    """A training that is a cell's last expression would print "<History at 0x…>" below its curves."""
    for cell in read(path).cells:
        if cell.cell_type == "code" and (body := ast.parse(cell.source).body):
            call = getattr(body[-1], "value", None) if isinstance(body[-1], ast.Expr) else None
            assert getattr(getattr(call, "func", None), "id", "") != "train", cell.id


@each
def test_expected_pictures_are_made_by_cells(path):
    book = read(path)
    shown = {f for c in book.cells for f in re.findall(r"\]\(expected/(.*?)\.webp\)", c.source)}
    assert shown == set(tags(book, "expected:"))


AGAIN = {"06": "two Normals, a to b"}  # words of a cell whose results a later section needs


def after_a_restart(path):
    """The notebook as run in a new kernel: set-up, functions, and all from the first training on."""
    book = read(path)
    sections = [i for i, c in enumerate(book.cells) if re.match("## |.*\n## ", c.source, re.S)]
    code = {i: c for i, c in enumerate(book.cells) if c.cell_type == "code"}
    shown = {i for i, c in code.items() if notebooks.tagged(c, "shows:")}
    first = next(i for i, c in code.items() if i not in shown and re.search(r"\b(train|play)\(", c.source))
    start = max(i for i in sections if i < first)
    wanted = shown | {i for i in code if i < sections[0] or i >= start}
    wanted |= {i for i, c in code.items() if notebooks.tagged(c, "exercise:")}
    wanted |= {i for i, c in code.items() if AGAIN.get(path.name[:2], "no such word") in c.source}
    book.cells = [code[i] for i in sorted(wanted)]
    return book


def scope_of(source):
    return symtable.symtable(source.removesuffix(";"), "cell", "exec")


def read_inside(scope):
    """The global names that a function's scope reads, and those inside it. → set"""
    own = {s.get_name() for s in scope.get_symbols() if s.is_global() and s.is_referenced()}
    return own.union(*map(read_inside, scope.get_children()))


def read_and_bound(source):
    """The names that a cell needs from earlier cells, and those that it defines. → two sets"""
    cell = scope_of(source)
    bound = {s.get_name() for s in cell.get_symbols() if s.is_assigned() or s.is_imported()}
    read = {s.get_name() for s in cell.get_symbols() if s.is_referenced()}
    return read.union(*map(read_inside, cell.get_children())), bound


@each
def test_after_a_restart_it_goes_on_from_the_first_training(path):
    """No cell there needs a name that only an earlier experiment defines."""
    known = {*dir(builtins), "display"}
    for cell in after_a_restart(path).cells:
        names, bound = read_and_bound(cell.source)
        assert names <= known | bound, f"{cell.id}: {names - known - bound}\n{cell.source}"
        known |= bound


def read_later(source):
    """The names that each function of a cell reads when it is called. → {function's name: names}"""
    later = {}
    for scope in scope_of(source).get_children():
        if not scope.get_name().endswith(("comp", "genexpr")):  # those are read at once
            later.setdefault(scope.get_name(), set()).update(read_inside(scope))  # many are named "lambda"
    return later


@each
def test_a_widget_keeps_its_names(path):
    """No later cell takes a name that a widget's function reads: a student comes back to the slider."""
    needs, kept = {}, {}
    for cell in (c for c in read(path).cells if c.cell_type == "code"):
        names, bound = read_and_bound(cell.source)
        taken = {name: kept[name] for name in bound & kept.keys()}
        assert not taken, f"{cell.id} takes names that these widgets read: {taken}"
        needs.update(later := read_later(cell.source))
        todo, seen = {name for name in later if "widgets." in cell.source}, set()
        while todo:
            new = {name for function in todo for name in needs[function]} - seen
            seen, todo = seen | new, new & needs.keys()
        kept.update(dict.fromkeys(seen, cell.id))


@pytest.mark.slow  # half a minute for each notebook; the test above takes a second for all
@each
def test_after_a_restart_it_runs_from_the_first_training(path):
    where = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(after_a_restart(path), timeout=300, resources=where).execute()


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
READ_ONLY = f"""
import errno, os, sys

def refuse(event, about):
    writes = event in ("os.mkdir", "os.rename", "os.remove") or (
        event == "open" and about[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    )
    of_a_path = writes and isinstance(about[0], (str, os.PathLike))
    if of_a_path and os.path.abspath(about[0]).startswith({str(notebooks.ROOT)!r}):
        raise OSError(errno.EROFS, "the checkout is read-only", str(about[0]))

sys.addaudithook(refuse)
"""


@each
def test_solved_it_runs_without_network_mnist_or_permission_to_write(path, solved, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK + READ_ONLY)  # every Python starts with this
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "nothing"))
    book = read(solved / path.name)
    for word, attempt in (
        ("cut", "__import__('socket').create_connection(('192.0.2.1', 80), 1)"),
        ("read-only", f"open({str(notebooks.ROOT / 'new')!r}, 'w')"),
    ):
        check = f"try: {attempt}\nexcept OSError as e: assert {word!r} in str(e)\nelse: raise AssertionError"
        book.cells.insert(0, nbformat.v4.new_code_cell(check))
    nbclient.NotebookClient(book, timeout=120, resources={"metadata": {"path": str(solved)}}).execute()
    outputs = [out for cell in book.cells for out in cell.get("outputs", ())]
    printed = "\n".join(out.get("text", "") + str(out.get("data", "")) for out in outputs)
    n = len([id for id in EXERCISES if id.startswith(path.name[:2] + ".")])
    assert f"{n} of {n} solved" in printed and "✗" not in printed and "not answered yet" not in printed
    assert "; no MNIST: " in printed or ", from " in printed  # it says which data set it found
    assert not [out for out in outputs if out.get("name") == "stderr"]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Two folders of pictures: in colour, of three kinds; grey, without labels."""
    folder = tmp_path_factory.mktemp("pictures")
    digits = data.digits("bundled", device="cpu")
    for i, (x, y) in enumerate(zip(digits.x[:600], digits.y[:600], strict=True)):
        picture = Image.fromarray(((x[0] + 1) * 127.5).byte().numpy())
        if y < 3:
            kind = folder / "three" / "abc"[y]
            kind.mkdir(parents=True, exist_ok=True)
            picture.convert("RGB").resize((40, 48)).save(kind / f"{i}.png")
        if i < 200:
            (folder / "plain").mkdir(exist_ok=True)
            picture.save(folder / "plain" / f"{i}.jpg")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["three", "plain"])
@each
def test_it_runs_to_its_end_on_own_pictures(path, kind, pictures):
    book = read(path)
    (setup,) = (cell for cell in book.cells if cell.id == "setup")
    assert "data.digits()" in setup.source
    setup.source = setup.source.replace("data.digits()", f"data.images({str(pictures / kind)!r})")
    where = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(book, timeout=300, resources=where).execute()


def test_solving_keeps_everything_else(solved):
    for path in PATHS:
        before, after = read(path), read(solved / path.name)
        assert len(before.cells) == len(after.cells)
        for a, b in zip(before.cells, after.cells, strict=True):
            answered = notebooks.tagged(a, "exercise:") or "self_test(" in a.source
            assert a.metadata == b.metadata and (answered or a.source == b.source)
    assert (solved / "expected").is_dir()
