"""Tables that take longer than a lesson. `python -m course_utils sweep NAME` makes data/results/NAME.json.

Each is the TABLE of a file NAME.py here: a list of runs. joblib spreads them over this machine's cores, and
with `joblib.parallel_config(backend="dask")` over a cluster (.hub/README.md). Finished runs are kept, so an
interrupted table goes on where it stopped.
"""

import json

import joblib

from .. import modules_of, session
from .ensembles import Ensemble
from .table import Table

__all__ = ["Ensemble", "TABLES", "Table", "column", "load", "make"]

FOLDER = session.ROOT / "data" / "results"
TABLES = {
    module.__name__.rpartition(".")[2]: module.TABLE
    for module in modules_of(__name__)
    if hasattr(module, "TABLE")
}


def load(name):
    """A recorded table: its settings, and the scores of each run. → dict"""
    file = FOLDER / f"{name}.json"
    if not file.exists():
        remedy = f"`git checkout data/results`, or `python -m course_utils sweep {name}`"
        raise FileNotFoundError(f"{file} is missing: {remedy}.")
    return json.loads(file.read_text(encoding="utf-8"))


def column(table, setting, score):
    """One score of all runs of a setting: those named "SETTING, …". → list"""
    return [run[score] for name, run in table["runs"].items() if name.startswith(setting + ",")]


def make(name):
    """Do the runs of table `name` that are not recorded yet; write the file after each. → dict, as `load`"""
    table, file = TABLES[name], FOLDER / f"{name}.json"
    done = load(name) if file.exists() else {}
    if done.get("settings") != json.loads(json.dumps(table.settings)):
        done = {"settings": table.settings, "runs": {}}
    todo = [run for run in table.runs if run not in done["runs"]]
    parallel = joblib.Parallel(n_jobs=-1, batch_size=1, return_as="generator_unordered")
    for run, scores in parallel(joblib.delayed(_one)(run, table.runs[run]) for run in todo):
        done["runs"][run] = scores
        done["runs"] = {
            run: done["runs"][run] for run in table.runs if run in done["runs"]
        }  # in the table's order
        session.keep({file: json.dumps(done, indent=1, ensure_ascii=False) + "\n"})
        print(f"{name} {len(done['runs'])}/{len(table.runs)}: {run} {scores}", flush=True)
    return done


def _one(run, scores):
    return run, scores()
