"""Tables that take longer than a lesson: `python -m course_utils sweep NAME` makes one, data/results/NAME.json keeps it.

A sweep is a list of runs. joblib spreads them over this machine's cores, and with `joblib.parallel_config(backend="dask")`
over a cluster (README). What is done already is kept, so an interrupted one goes on where it stopped.
"""

import json

import joblib

from .. import session
from . import alae, architectures, critics, ladder, semi, tricks
from .sweep import Sweep

__all__ = ["SWEEPS", "Sweep", "alae", "architectures", "column", "critics", "load", "make", "tricks"]

FOLDER = session.ROOT / "data" / "results"
SWEEPS = {
    "aae_semi": semi.SWEEP,
    "alae": alae.SWEEP,
    "architectures": architectures.SWEEP,
    "critics": critics.SWEEP,
    "gan_ladder": ladder.SWEEP,
    "tricks": tricks.SWEEP,
}


def load(name):
    """A finished table: its settings, and the scores of each run. → dict"""
    file = FOLDER / f"{name}.json"
    if not file.exists():
        raise FileNotFoundError(
            f"{file} is missing: `git checkout data/results`, or `python -m course_utils sweep {name}`."
        )
    return json.loads(file.read_text(encoding="utf-8"))


def column(table, setting, score):
    """One score of all runs of a setting: those named "SETTING, …". → list"""
    return [run[score] for name, run in table["runs"].items() if name.startswith(setting + ",")]


def make(name):
    """Do the runs of sweep `name` that are not done yet, writing after each. → dict, as `load`"""
    sweep, file = SWEEPS[name], FOLDER / f"{name}.json"
    done = load(name) if file.exists() else {}
    if done.get("settings") != json.loads(json.dumps(sweep.settings)):
        done = {"settings": sweep.settings, "runs": {}}
    todo = [run for run in sweep.runs if run not in done["runs"]]
    parallel = joblib.Parallel(n_jobs=-1, batch_size=1, return_as="generator_unordered")
    for run, scores in parallel(joblib.delayed(_one)(run, sweep.runs[run]) for run in todo):
        done["runs"][run] = scores
        done["runs"] = {run: done["runs"][run] for run in sweep.runs if run in done["runs"]}  # in their order
        session.keep({file: json.dumps(done, indent=1, ensure_ascii=False) + "\n"})
        print(f"{name} {len(done['runs'])}/{len(sweep.runs)}: {run} {scores}", flush=True)
    return done


def _one(run, scores):
    return run, scores()
