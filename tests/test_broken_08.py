"""Notebook 08: what is shown to be mended does harm, and the bars are where they are said to be."""

import pytest
import torch
from conftest import broken_and_right
from torch import nn

from course_utils import data, models, pretrained, session
from course_utils.exercises import EXERCISES
from course_utils.exercises.alae.bolder import BOLDER, between_groups, bolder, effects, judged, noise
from course_utils.losses import critic_loss, discriminator_loss, gradient_penalty, nll_real
from course_utils.priors import gaussian
from course_utils.steps import alae_step_1, alae_step_2, alae_step_3
from course_utils.train import adam, descend


def dirac(penalty, gamma, h=0.1, n=300, k=1, critic=False):
    """Notebook 08's smallest GAN, or WGAN; D's rate is k times G's. → distance from the equilibrium"""
    theta, line = nn.Parameter(torch.ones(1, 1)), nn.Linear(1, 1, bias=False)
    nn.init.zeros_(line.weight)
    players, real = (
        [torch.optim.SGD([line.weight], lr=k * h), torch.optim.SGD([theta], lr=h)],
        torch.zeros(1, 1),
    )
    loss_D = critic_loss if critic else discriminator_loss
    for _ in range(n):
        L_D = loss_D(line(real), line(theta.detach())) + gamma / 2 * penalty(line, real)
        descend(L_D, players[0])
        descend(-line(theta).mean() if critic else nll_real(line(theta)), players[1])
    return torch.cat([theta, line.weight]).norm().item()


def test_the_broken_penalty_changes_nothing_and_the_right_one_brings_to_rest():
    broken, right = broken_and_right("08.1")
    assert dirac(broken, 0.3) == dirac(broken, 0.0) == dirac(right, 0.0) > 0.4
    assert dirac(right, 0.3) < 0.05


def test_the_friction_that_is_asked_comes_to_rest_fastest():
    _, right = broken_and_right("08.1")
    gan, wgan = EXERCISES["08.2"].reference
    left = {gamma: dirac(right, gamma, h=0.05, k=4) for gamma in (0.1, 0.25, gan, 1.0, 2.0, 4.0)}
    assert min(left, key=left.get) == gan
    some = (0.5, 1.0, 2.0, 3.0, wgan, 6.0, 10.0)
    left = {gamma: dirac(right, gamma, h=0.05, n=1_000, k=0.25, critic=True) for gamma in some}
    assert min(left, key=left.get) == wgan


def test_wgan_gps_penalty_goes_round_or_stops_far_away():
    def path(weight, n):
        theta, line = nn.Parameter(torch.ones(1, 1)), nn.Linear(1, 1, bias=False)
        nn.init.zeros_(line.weight)
        players, real = [torch.optim.SGD([p], lr=0.1) for p in (line.weight, theta)], torch.zeros(1, 1)
        for _ in range(n):
            fake = theta.detach()
            penalty = gradient_penalty(line, real, fake)
            descend(critic_loss(line(real), line(fake)) + weight * penalty, players[0])
            descend(-line(theta).mean(), players[1])
        return theta.item(), line.weight.item()

    assert path(2.0, 400) == pytest.approx((-4, 0), abs=0.02)
    ends = torch.tensor([path(0.3, n) for n in (300, 315, 330, 345, 360, 375)])
    assert (ends.norm(dim=1) > 1.1).all() and ends[:, 0].std() > 0.3


def test_drawn_towards_the_mean_codes_that_are_too_wide_lose_a_quarter_of_their_error():
    r, left = EXERCISES["08.6"].reference
    w, other = torch.randn(2, 200_000, generator=torch.Generator().manual_seed(0))
    code = r * w + (1 - r**2) ** 0.5 * other
    assert (w - code).square().mean().item() == pytest.approx(1, abs=0.02)
    errors = [(w - c * code).square().mean().item() for c in torch.linspace(0, 1, 21)]
    assert min(errors) == pytest.approx(left, abs=0.01)


def test_a_number_of_z_moves_w_by_more_than_its_share():
    F = pretrained.load("alae").F
    with session.seeded(0), torch.no_grad():
        z = gaussian(50)(500)
        w = F(z)
        moved = torch.stack([F(z + one) - w for one in torch.eye(50, device=z.device)])
    share = moved.square().sum(2).mean() / w.var(0).sum()
    assert share.item() == pytest.approx(0.05, abs=0.005)  # a linear F: 1/50


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
        ink, is_seven, is_itself = effects(given(), seed)
    fine = (ink > BOLDER) & is_seven & is_itself
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
