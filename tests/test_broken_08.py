"""Notebook 08: what is shown to be mended does harm, and the bars are where they are said to be."""

import pytest
import torch
from torch import nn

from course_utils import data, models, session
from course_utils.exercises import EXERCISES
from course_utils.exercises.alae.bolder import between_groups, bolder, effects, judged, noise
from course_utils.losses import nll_fake, nll_real
from course_utils.priors import gaussian
from course_utils.steps import alae_step_1, alae_step_2, alae_step_3
from course_utils.train import adam, descend


def broken_and_right(id):
    return EXERCISES[id].mistakes["given"].wrong, EXERCISES[id].reference


def dirac(penalty, gamma, h=0.1, n=300):
    """Notebook 08's smallest GAN. → distance from the equilibrium"""
    theta, line = nn.Parameter(torch.ones(1, 1)), nn.Linear(1, 1, bias=False)
    nn.init.zeros_(line.weight)
    players, real = [torch.optim.SGD([p], lr=h) for p in (line.weight, theta)], torch.zeros(1, 1)
    for _ in range(n):
        L_D = nll_real(line(real)) + nll_fake(line(theta.detach())) + gamma / 2 * penalty(line, real)
        descend(L_D, players[0])
        descend(nll_real(line(theta)), players[1])
    return torch.cat([theta, line.weight]).norm().item()


def test_the_broken_penalty_changes_nothing_and_the_right_one_brings_to_rest():
    broken, right = broken_and_right("08.1")
    assert dirac(broken, 0.3) == dirac(broken, 0.0) == dirac(right, 0.0) > 0.4
    assert dirac(right, 0.3) < 0.05


def test_friction_of_1_comes_to_rest_fastest():
    _, right = broken_and_right("08.1")
    left = {gamma: dirac(right, gamma, n=200) for gamma in (0.25, 0.5, 1.0, 1.41, 2.0, 10.0)}
    assert min(left, key=left.get) == 1.0 == EXERCISES["08.2"].reference


def trained(step_1=alae_step_1, step_3=alae_step_3, n=400, seed=0):
    """ALAE of small MLPs on the ring of eight Normals. → its networks, real points"""
    torch.manual_seed(seed)
    F = models.mlp(2, 4, 32)
    G, E, D = models.mlp(4, 2, 32), models.mlp(2, 4, 32), models.mlp(4, 1, 32)
    opt = adam(ED=[E, D], FG=[F, G], EG=[E, G], FEG=[F, E, G], lr=2e-3, betas=(0.5, 0.99))
    prior, points = gaussian(2), data.ring(4_000, radius=2.0, std=0.1)[0]
    batches = data.Batches(points, batch_size=128)
    for _ in range(n):
        x, _ = next(batches)
        step_1(x, prior(128), F, G, E, D, opt, 1.0)
        alae_step_2(prior(128), F, G, E, D, opt)
        step_3(prior(128), F, G, E, opt)
    return F, G, E, D, points


@pytest.mark.slow
def test_the_broken_step_1_leaves_the_discriminator_steep_and_the_right_one_does_not():
    steep = []
    for step_1 in broken_and_right("08.3"):
        _, _, E, D, points = trained(step_1)
        steep.append(EXERCISES["08.1"].reference(lambda x, E=E, D=D: D(E(x)), points[:500]).item())
    assert steep[0] > 5 * steep[1]


@pytest.mark.slow
def test_the_broken_step_3_shrinks_all_codes_and_the_right_one_does_not():
    spread = []
    for step_3 in broken_and_right("08.10"):
        F, *_ = trained(step_3=step_3)
        with torch.no_grad():
            spread.append(F(gaussian(2)(2_000)).var(0).sum().item())
    assert spread[0] < 0.1 * spread[1]


def share(given, seed):
    """The share of the design's contest, without its words."""
    torch.manual_seed(seed)
    with torch.no_grad():
        fine = torch.stack(effects(given(), seed)).all(0)
    return fine.float().mean().item()


@pytest.mark.slow
def test_two_groups_of_sevens_reach_the_bar_and_nothing_else_does():
    contest = EXERCISES["08.7"].contest
    scores = []
    for seed in range(5):
        with session.seeded(seed):
            scores.append(judged(bolder, seed))
    assert sum(map(contest.reached, scores)) >= 4
    others = dict(nothing=lambda: torch.zeros(50), noise=noise, all_digits=between_groups(of=None))
    others |= {size: between_groups(size=size) for size in (0.4, 4.0)}
    for name, given in others.items():
        assert not any(contest.reached(share(given, seed)) for seed in range(3)), name
    assert not any(map(contest.reached, contest.controls.values()))
