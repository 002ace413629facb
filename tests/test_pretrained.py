"""Shipped weights: they are as their report says, and any other file is refused."""

import dataclasses
import hashlib
import json
import pickle
import shutil

import pytest
import torch

from course_utils import data, models, pretrained, recipes, session
from course_utils.recipes.recipe import fit_ema_by
from course_utils.train import adam

NAMES = list(pretrained.NETWORKS)


@pytest.mark.parametrize("name", NAMES)
def test_load_sample_reconstruct(name):
    net, about = pretrained.load(name), pretrained.info(name)
    assert not net.training and models.parameters(net) == about["parameters"]
    assert {"steps", "seed", "scores", "torch", "seconds"} <= set(about) and about["data"] == "MNIST"
    assert about["recipe"] == recipes.RECIPES[name].words
    if pretrained.NETWORKS[name].sample:
        a, b, c = (pretrained.sample(name, 5, **seed) for seed in ({}, {"seed": 0}, {"seed": 1}))
        assert a.shape == (5, 1, 28, 28) and a.min() >= -1 and a.max() <= 1 and a.std() > 0.2
        assert torch.equal(a, b) and not torch.equal(a, c)
    if not pretrained.NETWORKS[name].reconstruct:
        return
    x = data.digits("bundled").x_test[:200]
    x_rec = pretrained.reconstruct(name, x)
    assert x_rec.shape == x.shape
    own, another = ((x_rec - v).square().flatten(1).sum(1) for v in (x, x.roll(1, 0)))
    assert (own < another).float().mean() > 0.65  # chance is 0.5; these digits are not MNIST's


SLOW = {
    "style_alae",
    "alae",
    "dcgan",
    "wgan",
    "wgan_gp",
    "cwgan_gp",
    "pixelcnn",
}  # 10,000 images each, drawn or scored


SCORED = [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in NAMES]


@pytest.mark.parametrize("name", SCORED)
def test_the_scores_in_the_report_are_true(name, monkeypatch):
    if not any((folder / "MNIST" / "raw").is_dir() for folder in session.data_dirs()):
        pytest.skip("needs MNIST on disk")
    monkeypatch.setenv("COURSE_SCALE", "class")  # at the smoke scale only a few images are scored
    scores = recipes.RECIPES[name].scores(pretrained.load(name), data.digits("mnist"))
    assert scores == pytest.approx(pretrained.info(name)["scores"], rel=0.01, abs=1e-3)


def test_asking_a_network_for_what_it_cannot_do_is_an_error():
    with pytest.raises(ValueError, match="'classifier' cannot sample; these can: .*ae"):
        pretrained.sample("classifier", 3)
    with pytest.raises(ValueError, match="'classifier' cannot reconstruct; these can: .*ae"):
        pretrained.reconstruct("classifier", torch.zeros(1, 1, 28, 28))


def test_sampling_does_not_change_the_random_numbers_of_the_notebook():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    pretrained.sample("ae", 2)
    assert torch.equal(torch.rand(1), expected)


@pytest.fixture
def copies(tmp_path, monkeypatch):
    shutil.copytree(pretrained.FOLDER, tmp_path / "w")
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path / "w")
    return tmp_path / "w"


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("a file of weights was executed",)


def test_missing_damaged_or_foreign_files_are_refused(copies):
    file, about = copies / "ae.safetensors", copies / "ae.json"
    whole, report = file.read_bytes(), about.read_text()

    def refused(told, content, **changed):
        file.write_bytes(content)
        about.write_text(json.dumps(json.loads(report) | changed))
        with pytest.raises(pretrained.WeightsError, match=told):
            pretrained.load("ae")

    for content in (whole[:-100], whole[:50], b"", pickle.dumps(Bomb())):  # with any checksum
        refused("not the file that ae.json describes.*pretrain ae", content)
        refused("holds no weights .*git checkout", content, sha256=hashlib.sha256(content).hexdigest())
    other, sha256 = (copies / "conv_ae.safetensors").read_bytes(), pretrained.info("conv_ae")["sha256"]
    refused("another network than 'ae'", other, sha256=sha256)
    file.unlink()
    with pytest.raises(pretrained.WeightsError, match="cannot be read"):
        pretrained.load("ae")
    for text in ("{", ""):
        about.write_text(text)
        with pytest.raises(pretrained.WeightsError, match="git checkout"):
            pretrained.sample("ae", 1)


def test_wrong_names_and_images_are_an_error():
    with pytest.raises(ValueError, match="there are: .*ae.*classifier"):
        pretrained.load("biggest_gan")
    with pytest.raises(ValueError, match=r"\(n, 1, 28, 28\), but these are \(3, 784\)"):
        pretrained.reconstruct("ae", torch.zeros(3, 784))


def test_a_recipe_makes_weights_that_load(copies, noise, monkeypatch):
    monkeypatch.setattr(data, "digits", lambda name: noise)
    with pytest.raises(ValueError, match="smoke scale"):
        recipes.make("ae")
    monkeypatch.setenv("COURSE_SCALE", "class")
    monkeypatch.setitem(recipes.RECIPES, "ae", dataclasses.replace(recipes.RECIPES["ae"], n_steps=20))
    report = recipes.make("ae", seed=4)
    assert report["data"] == "noise" and report["seed"] == 4 and report == pretrained.info("ae")
    assert pretrained.sample("ae", 2).shape == (2, 1, 28, 28)


def counting_step(batches, *, G, opt):
    with torch.no_grad():
        G.weight.add_(1)
    return dict(weight=G.weight.sum())


def ema_step(batches, *, G, G_ema, opt):
    losses = counting_step(batches, G=G, opt=opt)
    G_ema.update_parameters(G)
    return losses


@pytest.mark.parametrize(("step", "in_step"), [(counting_step, False), (ema_step, True)])
def test_the_ema_of_the_weights_is_kept(step, in_step, noise):
    G = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(G.weight)
    fit = fit_ema_by(step, lambda net: (dict(G=net), dict(G=[net])), 8, adam, 1e-3, in_step)
    fit(G, noise, 10)
    ema = 1.0  # after the first step
    for weight in range(2, 11):
        ema = 0.999 * ema + 0.001 * weight
    assert G.weight.item() == pytest.approx(ema, rel=1e-5)


def test_a_network_of_ones_own_is_kept_for_a_later_notebook(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(session, "own_folder", lambda: tmp_path)
    net = models.generator(8)
    file = pretrained.save("my_gan", net)
    assert (
        file == tmp_path / "mine" / "my_gan.safetensors" and 'load("my_gan", net)' in capsys.readouterr().out
    )
    again = pretrained.load("my_gan", models.generator(8))
    z = torch.randn(3, 8)
    assert torch.equal(again(z), net.eval()(z)) and not again.training
    with pytest.raises(pretrained.WeightsError, match="another network, this one:\n.*Sequential"):
        pretrained.load("my_gan", torch.nn.Linear(2, 2))
    other = models.generator(8, hidden=9)
    before = other[0].weight.clone()
    with pytest.raises(pretrained.WeightsError, match="another network"):
        pretrained.load("my_gan", other)
    assert torch.equal(other[0].weight, before)  # a refused load leaves the network as it was
    with pytest.raises(pretrained.WeightsError, match="There are: my_gan"):
        pretrained.load("my_vae", net)
    with pytest.raises(ValueError, match="give the network, too: load"):
        pretrained.load("my_gan")
    for name, said in (("gan", "the name of shipped weights"), ("../gan", "letters, digits")):
        with pytest.raises(ValueError, match=said):
            pretrained.save(name, net)
    file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(pretrained.WeightsError, match="cannot be read"):
        pretrained.load("my_gan", net)
