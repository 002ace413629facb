"""Sweeps: resumable, and what is shipped is what the code describes."""

import json

import joblib
import pytest

from course_utils import results


def test_an_interrupted_sweep_goes_on_and_other_settings_begin_anew(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    calls, broken = [], [True]

    def run(name):
        def scores():
            if name == "b" and broken:
                raise KeyboardInterrupt
            calls.append(name)
            return {"error": len(calls)}

        return scores

    monkeypatch.setitem(results.SWEEPS, "toy", results.Sweep({"steps": 1}, {n: run(n) for n in "abc"}))
    with joblib.parallel_config(backend="sequential"):
        with pytest.raises(KeyboardInterrupt):
            results.make("toy")
        broken.clear()
        assert results.make("toy") == results.load("toy") and calls == ["a", "b", "c"]
    assert "toy 3/3: c" in capsys.readouterr().out
    monkeypatch.setitem(results.SWEEPS, "toy", results.Sweep({"steps": 2}, {"a": run("a")}))
    with joblib.parallel_config(backend="sequential"):
        assert list(results.make("toy")["runs"]) == ["a"] and calls[-1] == "a" and len(calls) == 4


@pytest.mark.parametrize("name", results.SWEEPS)
def test_what_is_shipped_is_complete_and_of_these_settings(name):
    table, sweep = results.load(name), results.SWEEPS[name]
    assert json.loads(json.dumps(sweep.settings)) == table["settings"]
    assert set(table["runs"]) == set(sweep.runs)


def test_a_run_of_the_semi_supervised_sweep_gives_both_errors(monkeypatch):
    from course_utils import data

    bundled = data.digits("bundled")
    monkeypatch.setattr(data, "digits", lambda name: bundled)
    monkeypatch.setattr(results.semi, "_SEMI_STEPS", 3)
    monkeypatch.setitem(results.semi._CONTROL_STEPS, 100, 3)
    scores = results.semi._semi(100, 0)
    assert set(scores) == {"aae", "by_labels_alone"} and all(0 < v < 100 for v in scores.values())


def test_a_run_of_the_ladder_scores_g_and_where_there_is_one_its_average(monkeypatch):
    from course_utils import data

    bundled = data.digits("bundled")
    monkeypatch.setattr(data, "digits", lambda name: bundled)
    monkeypatch.setattr(results.ladder, "_LADDER_STEPS", 3)
    plain, last = results.ladder._rung("plain", 0), results.ladder._rung("relativistic", 0)
    assert (
        set(plain) == {"fcd", "kl", "n_digits", "precision", "recall"} < set(last)
        and last["fcd_of_average"] > 0
    )
    table = {"runs": {"plain, seed 0": plain, "plain, seed 1": last, "plainer, seed 0": last}}
    assert results.column(table, "plain", "fcd") == [plain["fcd"], last["fcd"]]
