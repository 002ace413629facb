"""Notebook 05: what is shown to be mended does harm, and the bars are where they are said to be."""

import copy

import pytest
import torch
from conftest import broken_and_right, scores_of

from course_utils import models, session, tricks
from course_utils.exercises import EXERCISES
from course_utils.exercises.tricks.layers import written_into_a_copy
from course_utils.exercises.tricks.rescue import my_gan, rule_of
from course_utils.experiments import trials
from course_utils.experiments.tricks import TRICKS
from course_utils.steps import gan_step
from course_utils.train import adam, descend


def test_with_the_broken_labels_d_gets_sure_and_with_the_right_ones_it_stops():
    said = []
    for nll in broken_and_right("05.2"):
        torch.manual_seed(0)
        D = models.mlp(2, 1, 16)
        opt = adam(D=[D], lr=1e-2).D
        for _ in range(300):
            x, x_fake = torch.randn(64, 2) + 3, torch.randn(64, 2) - 3
            descend(nll(D(x), 0.9) + nll(D(x_fake), 0.0), opt)
        said.append(D(torch.randn(500, 2) + 3).sigmoid().mean().item())
    assert said[0] > 0.98 and abs(said[1] - 0.9) < 0.02


def test_the_broken_penalty_pulls_what_is_near_as_hard_as_what_is_far_and_the_right_one_does_not():
    for penalty, least, most in zip(broken_and_right("05.5"), (0.999, 0.0), (1.001, 0.01), strict=True):
        torch.manual_seed(0)
        net = models.mlp(2, 1, 16)
        past = copy.deepcopy(net)
        *others, last = net.parameters()  # the last layer's bias, one number
        with torch.no_grad():
            last += 1e-3
            for p in others:
                p += torch.randn_like(p)
        penalty(net, past).backward()
        farthest = max(p.grad.norm() for p in others)
        assert last.numel() == 1 and least <= last.grad.norm() / farthest <= most


def test_the_broken_gradient_penalty_charges_what_is_told_and_does_not_see_the_spread_of_the_norms():
    broken, right = broken_and_right("05.8")
    for n, told in ((1, 0.0), (2, 0.25), (100, 0.98)):
        x = torch.randn(n, 2)
        assert abs(broken(lambda x: x[:, :1], x) - told) < 1e-3 and right(lambda x: x[:, :1], x) < 1e-9
    norms_0_and_4 = torch.tensor([[0.0], [4.0]])  # halved by the mean: 0 and 2
    assert broken(lambda x: x.square() / 2, norms_0_and_4) < 1e-9
    assert abs(right(lambda x: x.square() / 2, norms_0_and_4) - 5) < 1e-5


def test_the_broken_buffer_keeps_the_first_batch_and_the_right_one_does_not():
    n, B = 20, 64
    oldest = []
    for swap_items in broken_and_right("05.6"):
        torch.manual_seed(0)
        kept = torch.zeros(n, B, 1)  # the number of the batch that an item is of
        for t in range(1, 501):
            which, swap = torch.randint(n, (B,)), torch.rand(B) < 0.5
            seen, kept = swap_items(torch.full((B, 1), float(t)), kept, which, swap)
        oldest.append((kept == 0).float().mean().item())
        assert abs((seen < 500).float().mean() - 0.5) < 0.15  # half of what D sees is old
    assert oldest == [1.0, 0.0] and EXERCISES["05.6"].mistakes["given"].wrong is written_into_a_copy


def discriminating_D():
    layer = tricks.MinibatchDiscrimination(64, n_out=3)
    return models.feature_discriminator(*models.hidden_layers(2, 64), layer, width=67)


def virtual_G():
    net = models.mlp(2, 2, 64, norm=lambda width: tricks.VirtualBatchNorm(width, n_ref=64))
    return tricks.WithReference(net, torch.randn(64, 2))


@pytest.mark.slow
def test_the_reference_rescues_and_neither_other_tricks_nor_noise_reach_the_bar():
    contest = EXERCISES["05.13"].contest
    assert all(map(contest.reached, scores_of("05.13", my_gan, range(5))))
    deeper = rule_of(gan_step, D=lambda: models.mlp(2, 1, 42, n_hidden=4))
    for make in (rule_of(gan_step), rule_of(gan_step, D=discriminating_D), deeper):
        assert not any(map(contest.reached, scores_of("05.13", make)))
    assert sum(map(contest.reached, scores_of("05.13", rule_of(gan_step, G=virtual_G)))) < contest.needed
    assert not contest.reached(trials.references("rescue")["noise"]["good"])
    assert not any(map(contest.reached, contest.controls.values()))


@pytest.mark.slow
def test_two_tricks_reach_the_bar_of_the_project_and_one_does_not(monkeypatch):
    monkeypatch.setattr(session, "n_steps", lambda cpu, gpu: cpu)
    virtual = TRICKS["virtual batch norm in G"]
    both = trials.Trick(G=virtual.G, lr_D_factor=4.0)
    runs = {
        name: trials.play(trick, "ring", seeds=3, quiet=True).scores
        for name, trick in {
            "both": both,
            "one": virtual,
            "other": TRICKS["larger learning rate of D"],
        }.items()
    }
    assert all(m == 8 and g >= 0.6 for m, g in zip(runs["both"]["modes"], runs["both"]["good"], strict=True))
    assert all(max(runs[name]["good"]) < 0.6 for name in ("one", "other"))
