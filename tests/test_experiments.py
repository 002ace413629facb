"""Tables of experiments: they resume, they run in parallel, and the shipped ones have the code's settings."""

import json
import os
from functools import partial
from statistics import mean

import joblib
import pytest
import torch
from torch import nn

from course_utils import experiments, models, plotting, session, steps
from course_utils import tricks as layers
from course_utils.experiments import Ensemble, aae_semi, alae, gan_ablation, trials, tricks
from course_utils.train import adam

five, random_ones = experiments.five_architectures, experiments.random_architectures


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """toy(settings, runs) is the table "toy", in a folder of its own."""
    monkeypatch.setattr(experiments, "FOLDER", tmp_path)
    return lambda *table: monkeypatch.setitem(experiments.TABLES, "toy", experiments.Table(*table))


def test_an_interrupted_table_goes_on_and_new_settings_start_again(toy, capsys):
    calls, broken = [], [True]

    def run(name):
        def scores():
            if name == "b" and broken:
                raise KeyboardInterrupt
            calls.append(name)
            return {"error": len(calls)}

        return scores

    toy({"steps": 1}, {n: run(n) for n in "abc"})
    with joblib.parallel_config(backend="sequential"):
        with pytest.raises(KeyboardInterrupt):
            experiments.make("toy")
        broken.clear()
        assert experiments.make("toy") == experiments.load("toy") and calls == ["a", "b", "c"]
    assert "toy 3/3: c" in capsys.readouterr().out
    toy({"steps": 2}, {"a": run("a")})
    with joblib.parallel_config(backend="sequential"):
        assert list(experiments.make("toy")["runs"]) == ["a"] and calls[-1] == "a" and len(calls) == 4


@pytest.mark.parametrize("name", experiments.TABLES)
def test_a_shipped_table_is_complete_and_has_the_settings_of_the_code(name):
    shipped, table = experiments.load(name), experiments.TABLES[name]
    assert json.loads(json.dumps(table.settings)) == shipped["settings"]
    assert set(shipped["runs"]) == set(table.runs)


# ── one run of each table, on noise in place of MNIST ────────────────────────────────────────────


@pytest.fixture(autouse=True)
def no_mnist(noise, monkeypatch):
    monkeypatch.setattr("course_utils.data.digits", lambda name="auto": noise)


def test_a_run_of_few_labels_gives_both_errors(monkeypatch):
    monkeypatch.setattr(aae_semi, "N_STEPS", 3)
    monkeypatch.setitem(aae_semi.N_STEPS_BY_LABELS, 100, 3)
    scores = aae_semi.run(100, 0)
    assert set(scores) == {"aae", "by_labels_alone"} and all(0 < v <= 100 for v in scores.values())
    assert all(0 < aae_semi.agreeing(100, 0, **way)["error"] <= 100 for way in aae_semi.WAYS.values())


def test_a_run_of_the_ablation_scores_g_and_its_ema_if_there_is_one(monkeypatch):
    monkeypatch.setattr(gan_ablation, "N_STEPS", 3)
    plain, last = gan_ablation.run("plain", 0), gan_ablation.run("relativistic", 0)
    assert set(plain) == {"fcd", "kl", "n_digits", "precision", "recall"} < set(last)
    assert last["fcd_of_ema"] > 0
    table = {"runs": {"plain, seed 0": plain, "plain, seed 1": last, "plainer, seed 0": last}}
    assert experiments.column(table, "plain", "fcd") == [plain["fcd"], last["fcd"]]


@pytest.mark.parametrize("name", tricks.TRICKS)
def test_every_trick_trains_on_points_and_digits(name, noise):
    for on in ("ring", "digits"):
        if on == "digits" or "pixels" not in name:
            result = trials.play(tricks.TRICKS[name], on, seeds=2, digits=noise, n_steps=2)
            assert all(len(each) == 2 for each in result.scores.values()) and len(result.x_fake) == 2
            assert result.x_fake.isfinite().all()


@pytest.mark.parametrize("variant", alae.VARIANTS)
def test_a_run_of_alae_has_scores(variant):
    scores = alae.run(variant, seed=0, n_steps=2)
    assert {"fcd", "error", "misread", "latent_error"} <= set(scores)


@pytest.mark.parametrize("objective", five.OBJECTIVES)
def test_a_run_of_the_five_architectures_has_scores_and_a_sheet(objective):
    run = five.run("MLP generator", objective, seed=0, n_updates=3)
    assert run["fcd"] > 0 and run["seconds"] > 0 and plotting.sheet_light(run["samples"])[:28, :28].std() > 0


def test_the_middle_seed_is_shown_beside_the_distances_of_all_three():
    runs = {f"a, GAN, seed {i}": {"fcd": fcd, "samples": i} for i, fcd in enumerate((5.04, 20.3, 1.23))}
    assert five.sheet({"runs": runs}, "a", "GAN") == (0, "Fréchet 1.2, 5, 20")


@pytest.mark.parametrize("objective", random_ones.OBJECTIVES)
def test_a_random_architecture_trains_and_gives_the_same_points_again(objective):
    deep = next(seed for seed in range(99) if random_ones.architecture(seed).depth == 8)
    points, scores = random_ones.play(deep, objective, n_updates=6)
    assert points.shape == (500, 2) and set(scores) == {"distance", "modes", "good", "rarest"}
    assert scores["distance"] > 0 and torch.equal(points, random_ones.play(deep, objective, 6)[0])


# What notebooks 07 and 08 say about two of the tables, on their records


def test_step_3_is_what_brings_the_latent_error_down():
    errors = {v: mean(experiments.column(experiments.load("alae"), v, "latent_error")) for v in alae.VARIANTS}
    assert errors["Algorithm 1"] < errors["no step III"] / 3


def test_more_architectures_come_near_with_the_penalty():
    table, share = experiments.load("random_architectures"), random_ones.share_below
    threshold = table["settings"]["threshold"]
    assert share(table, "WGAN-GP", threshold) >= share(table, "GAN", threshold) + 0.3


# ── ensembles ────────────────────────────────────────────────────────────────────────────────────


def nets(make):
    return [make() for _ in range(3)]


def between(*layers, n=6):
    return nn.Sequential(nn.Linear(2, 6), *layers, nn.Linear(n, 1))


MAKES = {
    "mlp": lambda: models.mlp(2, 1, 8),
    "batch norm": lambda: between(nn.BatchNorm1d(6), nn.ReLU()),
    "minibatch": lambda: between(layers.MinibatchDiscrimination(6, 2), n=8),
    "spectral": lambda: nn.Sequential(layers.SpectralLinear(2, 6), nn.ReLU(), nn.Linear(6, 1)),
    "virtual": lambda: layers.WithReference(between(layers.VirtualBatchNorm(6, 4)), torch.randn(4, 2)),
    "packed": lambda: layers.Packed(models.mlp(4, 1, 8)),
}


@pytest.mark.parametrize("kind", MAKES)
def test_an_ensemble_is_its_networks_one_by_one(kind):
    each = nets(MAKES[kind])
    together = Ensemble(each)
    x = torch.randn(12 * 3, 2)
    for _ in range(2):  # the second time with the buffers of the first
        out, apart = together(x), [net(x[s::3]) for s, net in enumerate(each)]
        for s in range(3):
            assert torch.allclose(out[s::3], apart[s], atol=1e-5)
    together.eval(), [net.eval() for net in each]
    assert torch.allclose(together(x)[1::3], each[1](x[1::3]), atol=1e-5)


def test_dropout_in_an_ensemble_differs_between_items_and_is_off_in_evaluation():
    together = Ensemble(nets(lambda: nn.Sequential(nn.Linear(2, 50), nn.Dropout(0.5))))
    x = torch.randn(1, 2).repeat(6, 1)
    assert not torch.equal(together(x)[0] == 0, together(x)[3] == 0)
    together.eval()
    assert torch.allclose(together(x)[0], together(x)[3])


def test_an_ensemble_trains_as_its_networks_would_alone():
    """Three GANs at once give the weights of three GANs one after the other, up to Adam's ε and rounding."""
    Gs = nets(lambda: models.mlp(2, 2, 8))
    Ds = nets(lambda: models.feature_discriminator(nn.Linear(2, 8), nn.Tanh(), width=8))
    G, D = Ensemble(Gs), Ensemble(Ds)
    torch.manual_seed(1)
    xs, zs = torch.randn(4, 30, 2), torch.randn(8, 30, 2)

    def play(G, D, rows):
        z, opt = iter(zs[:, rows]), adam(G=[G], D=[D], lr=1e-2)
        batches = ((x, None) for x in xs[:, rows])
        for _ in range(4):
            steps.gan_step(batches, G=G, D=D, opt=opt, prior=lambda n: next(z))

    play(G, D, slice(None))
    for s in range(3):
        play(Gs[s], Ds[s], slice(s, None, 3))
    z = torch.randn(9, 2)
    for s in range(3):
        assert torch.allclose(G(z)[s::3], Gs[s](z[s::3]), atol=1e-4)
        assert torch.allclose(D(z)[s::3], Ds[s](z[s::3]), atol=1e-4)


@pytest.mark.slow
def test_batch_norm_in_g_rescues_the_baseline_of_the_exercise_and_plain_does_not(monkeypatch):
    monkeypatch.setattr(session, "n_steps", lambda cpu, gpu: cpu)
    solution = trials.play(tricks.TRICKS["batch norm in G"], "rescue").scores
    assert sum(modes == 8 for modes in solution["modes"]) >= 4
    assert sum(good >= 0.5 for good in solution["good"]) >= 4
    plain = trials.play(tricks.TRICKS["plain"], "rescue").scores
    assert sum(modes == 8 for modes in plain["modes"]) <= 1


@pytest.mark.slow
def test_a_table_runs_on_a_dask_cluster(toy):
    distributed = pytest.importorskip("distributed")
    runs = {f"run {i}": partial(where, i) for i in range(4)}
    toy({"steps": 1}, runs)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        done = experiments.make("toy")
    assert list(done["runs"]) == list(runs) and [run["i"] for run in done["runs"].values()] == list(range(4))
    assert all(run["pid"] != os.getpid() for run in done["runs"].values())


def where(i):
    return {"i": i, "pid": os.getpid()}
