"""Sweeps: resumable, and what is shipped is what the code describes."""

import json
import os
from functools import partial
from statistics import mean

import joblib
import pytest
import torch

from course_utils import data, results
from course_utils.data import Digits


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


def test_every_trick_of_the_table_trains_and_scores_on_points_and_digits(monkeypatch):
    """At the smoke scale, a few steps each: every combination of step, networks and players fits together."""
    from course_utils import data, trials

    few = data.digits("bundled")
    few = few._replace(x=few.x[:200], x_test=few.x_test[:200])
    for name, trick in results.tricks.TRICKS.items():
        if "pixels" not in name:
            scores = trials.play(trick, "ring", seeds=2).scores
            assert set(scores) == {"modes", "good", "distance"} and all(len(v) == 2 for v in scores.values())
        bench = trials.BENCHES["digits"]
        players = trials._players(trick, bench, trick.G(bench), trick.D(bench))
        for _ in range(2):
            losses = trick.step(data.Batches(few.x, batch_size=16), **players)
        assert all(torch.isfinite(torch.as_tensor(v)).all() for v in losses.values()), name


def test_digits_are_scored_for_each_seed():
    from course_utils import data, trials

    bundled = data.digits("bundled")
    result = trials.play(trials.Trick(), "digits", seeds=2, digits=bundled)
    assert len(result.scores["fcd"]) == 2 and result.x_fake.shape[0] == 2
    assert result.scores["fcd"][0] != result.scores["fcd"][1]


def test_alaes_rules_train_and_differ_in_who_moves(monkeypatch):
    monkeypatch.setattr(data, "digits", lambda name: digits)
    digits = Digits(*(2 * [torch.rand(300, 1, 28, 28) * 2 - 1, torch.arange(300) % 10]), "noise")
    for rule in results.alae.RULES:
        scores = results.alae.run(rule, seed=0, n_steps=2)
        assert {"fcd", "error", "misread", "latent_error"} <= set(scores)
    means = {
        rule: mean(results.column(results.load("alae"), rule, "latent_error")) for rule in results.alae.RULES
    }
    assert means["Algorithm 1"] < means["no step III"] / 3  # what step III is for


def test_more_architectures_come_near_with_the_penalty():
    table, share = results.load("architectures"), results.architectures.share_below
    threshold = table["settings"]["threshold"]
    assert len(table["runs"]) >= 2 * 24
    assert share(table, "WGAN-GP", threshold) >= share(table, "GAN", threshold) + 0.3


def test_a_random_architecture_plays_under_both_rules_and_is_the_same_again():
    deep = next(seed for seed in range(99) if results.architectures.architecture(seed).depth == 8)
    for rule in results.architectures.RULES:
        points, scores = results.architectures.play(deep, rule, n_updates=6)
        assert points.shape == (500, 2) and set(scores) == {"distance", "modes", "good"}
        assert scores["distance"] > 0 and torch.equal(points, results.architectures.play(deep, rule, 6)[0])


@pytest.mark.slow
def test_the_notebooks_solution_rescues_the_patient_and_plain_does_not(monkeypatch):
    from course_utils import session, trials

    monkeypatch.setattr(session, "n_steps", lambda cpu, gpu: cpu)
    solution = trials.play(results.tricks.TRICKS["batch norm in G"], "rescue").scores
    assert sum(modes == 8 for modes in solution["modes"]) >= 4
    assert sum(good >= 0.5 for good in solution["good"]) >= 4
    plain = trials.play(results.tricks.TRICKS["plain"], "rescue").scores
    assert sum(modes == 8 for modes in plain["modes"]) <= 1


@pytest.mark.slow
def test_a_sweep_spreads_over_a_dask_cluster_unchanged(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    runs = {f"run {i}": partial(_where, i) for i in range(4)}
    monkeypatch.setitem(results.SWEEPS, "toy", results.Sweep({"steps": 1}, runs))
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        done = results.make("toy")
    assert list(done["runs"]) == list(runs) and [run["i"] for run in done["runs"].values()] == [0, 1, 2, 3]
    assert all(run["pid"] != os.getpid() for run in done["runs"].values())


def _where(i):
    return {"i": i, "pid": os.getpid()}
