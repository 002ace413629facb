"""python -m course_utils VERB: set up, open, test, and keep the notebooks in step with the package.

open      make the environment if need be, `start`, then open JupyterLab on notebook 01
test      make the environment if need be, then run the tests (more words go to pytest)
start     copy the notebooks to work/ (or FOLDER), where they are yours: what is there is never overwritten
sync      write the package's source into the cells tagged `shows:…`, and the index notebooks/README.md
strip     take outputs and widget state out of the notebooks
solve     write solved notebooks into notebooks/solved
figures   run the notebooks at full scale and save what cells tagged `expected:…` draw, and the scores
          (at another COURSE_SCALE: the scores only)
pretrain  NAME …: train shipped weights again
sweep     NAME …: make the tables in data/results again, or go on with one
bench     PART …: how fast it all is, beside the usual style: data/results/bench.json, and the table in README.md
"""

# Only the standard library up here: `open` and `test` run before anything is installed.
import argparse
import hashlib
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "work"
FIRST = "work/01_autoencoder.ipynb"


def main():
    verbs = dict(
        open=open_course, test=test, start=start, sync=sync, strip=strip, solve=solve, figures=figures
    )
    verbs |= dict(pretrain=pretrain, sweep=sweep, bench=bench)
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m course_utils", description=__doc__, formatter_class=raw)
    parser.add_argument("verb", choices=verbs)
    arguments, words = parser.parse_known_args()
    if arguments.verb not in ("open", "test", "start") and (python := environment()) != sys.executable:
        sys.exit(subprocess.call([python, "-m", "course_utils", arguments.verb, *words], cwd=ROOT))
    sys.exit(verbs[arguments.verb](words))


# ── set-up ───────────────────────────────────────────────────────────────────────────────────────


def open_course(words):
    python = environment()
    start([])
    url = f"--LabApp.default_url=/lab/tree/{FIRST}"
    return subprocess.call([python, "-m", "jupyterlab", url, *words], cwd=ROOT)


def start(words):
    """Copy what is new into work/, or the folder named; a new version of a copy that is there comes beside it."""
    folder = Path(words[0]) if words else WORK
    folder.mkdir(exist_ok=True)
    record = folder / ".copied"  # which versions have been copied once
    copied = record.read_text().split() if record.exists() else []
    for path in notebooks():
        version = hashlib.sha256(path.read_bytes()).hexdigest()
        if version in copied and (folder / path.name).exists():
            continue
        names = (f"{path.stem}{'' if i == 1 else f'_{i}'}.ipynb" for i in itertools.count(1))
        target = next(folder / name for name in names if not (folder / name).exists())
        shutil.copyfile(path, target)
        copied.append(version)
        news = "" if target.name == path.name else f", the course's new version; your {path.name} stays"
        print(f"New in {folder}: {target.name}{news}")
    shutil.copytree(ROOT / "notebooks" / "expected", folder / "expected", dirs_exist_ok=True)
    record.write_text("\n".join(copied) + "\n")
    return 0


def test(words):
    os.environ.setdefault("COURSE_SCALE", "smoke")
    return subprocess.call([environment(), "-m", "pytest", *words], cwd=ROOT)


def environment():
    """The Python of the active virtual environment, else of .venv, with requirements.txt installed. → str"""
    if sys.version_info < (3, 10):  # noqa: UP036  (it runs before anything is installed)
        sys.exit(f"The course needs Python 3.10 or newer; this is {sys.version.split()[0]}.")
    conda = os.environ.get("CONDA_DEFAULT_ENV", "base") != "base"
    if sys.prefix != sys.base_prefix or conda:
        home, python = Path(sys.prefix), sys.executable
    else:
        home = ROOT / ".venv"
        python = str(home / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        if not Path(python).exists():
            print(f"Making a virtual environment in {home} …", flush=True)
            if subprocess.call([sys.executable, "-m", "venv", str(home)]):
                sys.exit("No virtual environment could be made. Debian and Ubuntu: apt install python3-venv")
    wanted = hashlib.sha256(b"".join((ROOT / f).read_bytes() for f in ("requirements.txt", "pyproject.toml")))
    stamp, wanted = home / "course_utils-installed", f"{ROOT} {wanted.hexdigest()}"
    if not stamp.exists() or stamp.read_text() != wanted:
        print("Installing requirements.txt (a few minutes the first time) …", flush=True)
        if subprocess.call([python, "-m", "pip", "install", "-q", "-r", "requirements.txt"], cwd=ROOT):
            sys.exit("The installation did not finish. It needs a network once: run the same command again.")
        stamp.write_text(wanted)
    return python


# ── notebooks ────────────────────────────────────────────────────────────────────────────────────


def notebooks():
    return sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


def sync(words):
    """Cells tagged `shows:module.name` hold exactly that function's source, and README.md beside the
    notebooks is their index. `--check` only tells."""
    stale = []
    for path in notebooks():
        book, changed = _read(path), False
        for cell in book.cells:
            for name in _tagged(cell, "shows:"):
                text = shown(name)
                if cell.source != text:
                    changed, cell.source = True, text
                    stale.append(f"{path.name}: {name}")
        if changed and "--check" not in words:
            _write(book, path)
    readme, text = notebooks()[0].with_name("README.md"), index()
    if not readme.exists() or readme.read_text(encoding="utf-8") != text:
        stale.append(readme.name)
        if "--check" not in words:
            readme.write_text(text, encoding="utf-8")
    print("\n".join(stale) or "The notebooks show the package's own source, and their index is up to date.")
    return int(bool(stale) and "--check" in words)


def shown(name):
    """The text of a cell tagged `shows:NAME`, such as steps.ae_step. → str"""
    import inspect
    from importlib import import_module

    module, function = name.rsplit(".", 1)
    shown = getattr(import_module(f"course_utils.{module}"), function)
    file = Path(inspect.getsourcefile(shown)).resolve().relative_to(ROOT).as_posix()
    return f"# {file}\n{inspect.getsource(shown).rstrip()}"


INDEX = """# Instructor's index

From the slides to the notebooks: where a topic is shown, how many minutes its section takes with the exercises, and a line to
say while its figure is on the screen. In JupyterLab (*Open With → Markdown Preview*) a link leads to the section once its
notebook is open; a code host opens the notebook.

Written by `python -m course_utils sync`. To change it: minutes and lines are in the metadata of the heading cells (`course`),
topics in [curriculum.py](../course_utils/curriculum.py).
"""


def index():
    """The instructor's index: for each notebook a table of its sections. → Markdown"""
    from course_utils.curriculum import CONCEPTS

    text = INDEX
    for path in notebooks():
        title, *cells = _read(path).cells
        sections, rows = [cell for cell in cells if "course" in cell.metadata], ""
        for cell in sections:
            topics = [(*CONCEPTS[id], id) for id in _tagged(cell, "concept:")]
            topics = "; ".join(
                f"{decks or 'beyond the decks'}: {topic} ({id})" for decks, topic, id in topics
            )
            course, link = cell.metadata.course, f"{path.name}#cell-id={cell.id}"
            rows += f"| [{_heading(cell)}]({link}) | {topics} | {course.minutes} | {course.say} |\n"
        minutes = sum(cell.metadata.course.minutes for cell in sections)
        text += f"\n## [{_heading(title)}]({path.name}), {minutes} minutes\n\n"
        text += f"| section | deck: slide topic | minutes | say |\n|---|---|---|---|\n{rows}"
    return text


def _heading(cell):
    return cell.source.splitlines()[0].lstrip("# ")


def strip(words):
    """nbstripout, which keeps the cells' ids."""
    paths = words or [str(path) for path in notebooks()]
    return subprocess.call([sys.executable, "-m", "nbstripout", "--keep-id", *paths])


def solve(words):
    """The reference in place of every stub; the folder may be named, else notebooks/solved."""
    target = Path(words[0]) if words else ROOT / "notebooks" / "solved"
    target.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "notebooks" / "expected", target / "expected", dirs_exist_ok=True)
    for path in notebooks():
        book = _read(path)
        for cell in book.cells:
            for id in _tagged(cell, "exercise:"):
                cell.source = solved(cell.source, id)
        _write(book, target / path.name)
    print(f"Solved notebooks are in {target}")
    return 0


def solved(cell, id):
    """A stub's cell with the reference in place of the answer. → str"""
    from course_utils.exercises import EXERCISES
    from course_utils.exercises.core import source

    task = EXERCISES[id]
    if task.is_question:
        return cell.replace(f'answer("{id}", ...)', f'answer("{id}", {task.reference!r})')
    return cell[: cell.index("def ")] + source(id).rstrip()


def figures(words):
    """Run the notebooks (or those named) at full scale; save the pictures of cells tagged `expected:NN_name`."""
    import nbclient

    scale = os.environ.setdefault("COURSE_SCALE", "full")
    os.environ["COURSE_RECORD"] = "1"
    for path in [p for p in notebooks() if not words or any(word in p.name for word in words)]:
        book = _read(path)
        print(f"Running {path.name} at {scale} scale …", flush=True)
        where = {"metadata": {"path": str(path.parent)}}
        nbclient.NotebookClient(book, timeout=3600, resources=where).execute()
        for cell in book.cells if scale == "full" else ():
            for name in _tagged(cell, "expected:"):
                save_expected(cell, path.parent / "expected" / f"{name}.webp")
    return 0


def save_expected(cell, target, most=150_000):
    """The last picture that a cell drew, as WebP under `most` bytes."""
    import base64
    import io

    from PIL import Image

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


def _tagged(cell, prefix):
    return [tag.removeprefix(prefix) for tag in cell.metadata.get("tags", ()) if tag.startswith(prefix)]


def _read(path):
    import nbformat

    return nbformat.read(path, as_version=4)


def _write(book, path):
    import nbformat

    nbformat.write(book, path)


def pretrain(words):
    from course_utils import pretrained

    for name in words or pretrained.RECIPES:
        report = pretrained.make(name)
        print(f"{name}: {report['scores']} in {report['seconds']} s, in {pretrained.FOLDER}")
    return 0


def sweep(words):
    from course_utils import results

    for name in words or results.SWEEPS:
        results.make(name)
    return 0


def bench(words):
    from course_utils import bench, plotting

    os.environ.setdefault("COURSE_SCALE", "smoke")  # of the notebooks; their networks have full size
    report = bench.make(words)
    bench.FILE.with_suffix(".png").write_bytes(plotting.figure_png(bench.picture(report)))
    readme = ROOT / "README.md"
    readme.write_text(bench.in_readme(readme.read_text(encoding="utf-8"), report), encoding="utf-8")
    return 0


if __name__ == "__main__":
    main()
