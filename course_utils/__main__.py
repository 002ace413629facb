"""python -m course_utils VERB: set up, open, test, and keep the notebooks up to date with the package.

open      make the environment if needed, `start`, then open JupyterLab on notebook 01
test      make the environment if needed, then run the tests (further words go to pytest)
start     copy the notebooks to work/ (or FOLDER), where they are yours: no notebook there is overwritten
sync      write the package's source into the cells tagged `shows:…`, and the index notebooks/README.md
strip     take outputs and widget state out of the notebooks
solve     write solved notebooks into notebooks/solved
figures   run the notebooks at full scale and save what cells tagged `expected:…` draw, and the scores
          (at another COURSE_SCALE: the scores only)
pretrain  NAME …: train shipped weights again
sweep     NAME …: make the tables of experiments in data/results, or finish one
gpu-check on a machine with a CUDA device: the tests, full-scale cells and the speed on it, for the README
bench     PART …: measure the speed, beside that of the usual style, for data/results and the README
"""

# Only the standard library up here: `open` and `test` run before anything is installed, on Python 3.8 too.
import argparse
import hashlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main():
    here = dict(open=open_course, test=test, start=start, pretrain=pretrain, sweep=sweep, bench=bench)
    here["gpu-check"] = gpu_check
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m course_utils", description=__doc__, formatter_class=raw)
    parser.add_argument("verb", choices=[*here, "sync", "strip", "solve", "figures"])
    arguments, words = parser.parse_known_args()
    verb = arguments.verb
    if verb not in ("open", "test", "start") and (python := environment()) != sys.executable:
        sys.exit(subprocess.call([python, "-m", "course_utils", verb, *words], cwd=ROOT))
    if verb in here:
        sys.exit(here[verb](words))
    from course_utils import notebooks

    sys.exit(getattr(notebooks, verb)(words))


# ── set-up ───────────────────────────────────────────────────────────────────────────────────────


def open_course(words):
    python = environment()
    start([])
    url = "--LabApp.default_url=/lab/tree/work/01_autoencoder.ipynb"
    return subprocess.call([python, "-m", "jupyterlab", url, *words], cwd=ROOT)


def start(words):
    """Copy new notebooks into work/ or the folder named; a new version stands beside an older copy."""
    folder = Path(words[0]) if words else ROOT / "work"
    try:
        _copy_notebooks(folder)
        (folder / "expected").mkdir(exist_ok=True)
        for picture in (ROOT / "notebooks" / "expected").iterdir():
            _write(folder / "expected" / picture.name, picture.read_bytes())
    except OSError as problem:
        print(
            f"Not all could be copied into {folder}: {problem}. What is there stays; mend it, run this again."
        )
        return 1
    return 0


def _copy_notebooks(folder):
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / ".copied"  # the versions that were copied before
    copied = record.read_text(encoding="utf-8").split() if record.exists() else []
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        content = path.read_bytes()
        version = hashlib.sha256(content).hexdigest()
        if version in copied and (folder / path.name).exists():
            continue
        names = (f"{path.stem}{'' if i == 1 else f'_{i}'}.ipynb" for i in itertools.count(1))
        # the first name that is free, or whose file was copied just before an interruption
        target = next(file for file in map(folder.joinpath, names) if _holds(file, content) is not False)
        if not target.exists():
            news = "" if target.name == path.name else f", the course's new version; your {path.name} stays"
            print(f"New in {folder}: {target.name}{news}")
        _write(target, content)
        copied.append(version)
        _write(record, "".join(f"{version}\n" for version in copied).encode())


def _holds(file, content):
    """Does a file hold this? None if there is no such file."""
    return file.read_bytes() == content if file.exists() else None


def _write(file, content):
    """All of it or nothing: an interrupted copy leaves no half file. Equal files are left alone."""
    if not _holds(file, content):
        part = file.with_name(f".{file.name}.part")
        part.write_bytes(content)  # content alone: a copy of a read-only file can be written
        part.replace(file)


def test(words):
    os.environ.setdefault("COURSE_SCALE", "smoke")
    return subprocess.call([environment(), "-m", "pytest", *words], cwd=ROOT)


def environment():
    """The Python of the active virtual environment, else of .venv, with requirements.txt installed. → str"""
    if sys.version_info < (3, 10):  # noqa: UP036  (it runs before anything is installed)
        sys.exit(f"The course needs Python 3.10 or newer; this is {sys.version.split()[0]}.")
    conda = os.environ.get("CONDA_DEFAULT_ENV", "base") != "base"
    is_active = sys.prefix != sys.base_prefix or conda
    home = Path(sys.prefix) if is_active else ROOT / ".venv"
    stamp = home / "course_utils-installed"
    python = sys.executable
    if not is_active:
        python = str(home / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        has_pip = [python, "-c", "import importlib.util as u; raise SystemExit(not u.find_spec('pip'))"]
        # one whose making was interrupted has no pip
        if not Path(python).exists() or (not stamp.exists() and subprocess.call(has_pip)):
            print(f"Making a virtual environment in {home} …", flush=True)
            if subprocess.call([sys.executable, "-m", "venv", "--clear", str(home)]):
                sys.exit("No virtual environment could be made. Debian and Ubuntu: apt install python3-venv")
    wanted = hashlib.sha256(b"".join((ROOT / f).read_bytes() for f in ("requirements.txt", "pyproject.toml")))
    wanted = f"{ROOT} {wanted.hexdigest()}".encode()
    if not stamp.exists() or stamp.read_bytes() != wanted:
        print("Installing requirements.txt (a few minutes the first time) …", flush=True)
        if subprocess.call([python, "-m", "pip", "install", "-q", "-r", "requirements.txt"], cwd=ROOT):
            sys.exit("The installation did not finish. It needs a network once: run the same command again.")
        stamp.write_bytes(wanted)
    return python


# ── made again: weights, tables, times ───────────────────────────────────────────────────────────


def pretrain(words):
    from course_utils import pretrained, recipes

    for name in words or recipes.RECIPES:
        report = recipes.make(name)
        print(f"{name}: {report['scores']} in {report['seconds']} s, in {pretrained.FOLDER}")
    return 0


def sweep(words):
    from course_utils import experiments

    for name in words or experiments.TABLES:
        experiments.make(name)
    return 0


def bench(words):
    os.environ.setdefault("COURSE_SCALE", "smoke")  # of the notebooks; their networks have full size
    return subprocess.call([sys.executable, str(ROOT / "tests" / "speed"), *words])


def gpu_check(words):
    os.environ["COURSE_SCALE"] = "smoke"
    return subprocess.call([sys.executable, str(ROOT / "tests" / "speed" / "gpu.py"), *words])


if __name__ == "__main__":
    main()
