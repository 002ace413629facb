"""python -m course_utils VERB: set up, open, test, and keep the notebooks up to date with the package.

open      make the environment if needed, `start`, then open JupyterLab on notebook 01
test      make the environment if needed, then run the tests (further words go to pytest)
start     copy the notebooks to work/ (or FOLDER), where they are yours: no file there is overwritten
sync      write the package's source into the cells tagged `shows:…`, and the index notebooks/README.md
strip     take outputs and widget state out of the notebooks
solve     write solved notebooks into notebooks/solved
figures   run the notebooks at full scale and save what cells tagged `expected:…` draw, and the scores
          (at another COURSE_SCALE: the scores only)
pretrain  NAME …: train shipped weights again
sweep     NAME …: make the tables of experiments in data/results, or finish one
bench     PART …: measure the speed, beside that of the usual style, for data/results and the README
"""

# Only the standard library up here: `open` and `test` run before anything is installed, on Python 3.8 too.
import argparse
import hashlib
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main():
    here = dict(open=open_course, test=test, start=start, pretrain=pretrain, sweep=sweep, bench=bench)
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
    folder.mkdir(exist_ok=True)
    record = folder / ".copied"  # the versions that were copied before
    copied = record.read_text(encoding="utf-8").split() if record.exists() else []
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
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
    record.write_text("\n".join(copied) + "\n", encoding="utf-8")
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
    stamp, wanted = home / "course_utils-installed", f"{ROOT} {wanted.hexdigest()}".encode()
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


if __name__ == "__main__":
    main()
