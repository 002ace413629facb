"""BiGAN on a toy whose every pair of maps can be tried; CatGAN's entropies against torch.distributions."""

import itertools
import math

import pytest
import torch
from torch.distributions import Categorical, kl_divergence

from course_utils import entropies, losses, models, steps
from course_utils.train import adam

# ── pairs ────────────────────────────────────────────────────────────────────────────────────────


def joint_tables(E, G):
    """How often each pair comes, from E and from G; rows of E and of G are distributions, (n, n) each."""
    n = len(E)
    return E / n, G.T / n


def value(E, G):
    return 2 * losses.jensen_shannon(*joint_tables(E, G)).item() - math.log(4)


def maps(n):
    return [torch.eye(n)[list(to)] for to in itertools.product(range(n), repeat=n)]


def test_exactly_the_inverse_pairs_of_maps_leave_the_best_judge_helpless():
    best = [(E, G) for E in maps(3) for G in maps(3) if value(E, G) < -math.log(4) + 1e-6]
    assert len(best) == 6 and all(torch.equal(G @ E, torch.eye(3)) for E, G in best)


def test_maps_that_ignore_their_input_leave_it_helpless_too():
    by_chance = torch.full((3, 3), 1 / 3)
    assert value(by_chance, by_chance) == pytest.approx(-math.log(4))
    swapped, same = torch.eye(3)[[1, 0, 2]], torch.eye(3)
    assert value(swapped, same) == pytest.approx(-2 / 3 * math.log(2))  # right marginals are not enough


class TableD(torch.nn.Module):
    """A logit for each pair of one of n images and one of n codes."""

    def __init__(self, n):
        super().__init__()
        self.logits = torch.nn.Parameter(torch.zeros(n, n))

    def forward(self, x, z):
        return (x @ self.logits * z).sum(1, keepdim=True)


def test_a_judge_trained_by_the_step_finds_the_value_of_the_sum():
    """E swaps two of three images, G does not: D's loss falls to minus the value of the tables."""
    n, E, G, D = 3, torch.nn.Linear(3, 3, bias=False), torch.nn.Linear(3, 3, bias=False), TableD(3)
    E.weight.data, G.weight.data = torch.eye(n)[[1, 0, 2]], torch.eye(n)
    opt = adam(D=[D], lr=0.1)
    opt.EG = adam(EG=[E, G], lr=0.0).EG
    every = itertools.repeat((torch.eye(n).repeat(50, 1), None))
    for _ in range(300):
        told = steps.bigan_step(
            every, E=E, G=G, D=D, opt=opt, prior=lambda b: torch.eye(n).repeat(b // n, 1), r1_weight=0.0
        )
    assert told["L_D"].item() == pytest.approx(-value(E.weight.data.T, G.weight.data.T), abs=0.02)


def test_e_and_g_move_against_the_judge_and_their_gradients_are_those_of_the_swapped_labels():
    net, D = models.BiGAN(4, hidden=16).eval(), models.PairDiscriminator(4, 16)
    x, z = torch.rand(8, 1, 28, 28) * 2 - 1, torch.randn(8, 4)
    on_real, on_fake = D(x, net.E(x)), D(net.G(z), z)
    expected = (-(1 - on_real.sigmoid()).log() - on_fake.sigmoid().log()).mean()
    opt = adam(D=[D], lr=0.0)
    opt.EG = adam(EG=[net], lr=0.0).EG
    told = steps.bigan_step(iter([(x, None)]), E=net.E, G=net.G, D=D, opt=opt, prior=lambda n: z)
    assert told["L_EG"].item() == pytest.approx(expected.item(), abs=1e-5)


def test_a_regressor_learns_to_invert_a_linear_generator():
    torch.manual_seed(0)
    A = torch.linalg.qr(torch.randn(6, 3)).Q  # G(z) = A z, and its inverse is the transpose of A
    E = torch.nn.Linear(6, 3, bias=False)
    opt = adam(E=[E], lr=0.05)
    batches = itertools.repeat((torch.zeros(64, 6), None))
    for _ in range(400):
        steps.regressor_step(batches, E=E, G=lambda z: z @ A.T, opt=opt, prior=lambda n: torch.randn(n, 3))
    assert torch.allclose(E.weight @ A, torch.eye(3), atol=0.02)


# ── groups ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shape", [(1, 2), (50, 7), (8, 20)])
def test_entropies_and_their_difference_against_torch(shape):
    logits = 3 * torch.randn(*shape, dtype=torch.double)
    each, mean = Categorical(logits=logits), Categorical(logits.softmax(1).mean(0))
    H, H_mean = entropies.mean_entropy(logits), entropies.entropy_of_mean(logits)
    assert torch.allclose(H, each.entropy().mean()) and torch.allclose(H_mean, mean.entropy())
    assert torch.allclose(H_mean - H, kl_divergence(each, mean).mean())  # the mutual information


@pytest.mark.parametrize("empty", [[], [-200.0]])  # a group that nobody is in, or none
def test_sure_answers_have_no_entropy_and_a_finite_gradient(empty):
    logits = torch.tensor([[200.0, -200.0, *empty], [-200.0, 200.0, *empty]], requires_grad=True)
    (gradient,) = torch.autograd.grad(
        entropies.mean_entropy(logits) - entropies.entropy_of_mean(logits), logits
    )
    assert entropies.mean_entropy(logits) == 0 and gradient.isfinite().all()
    assert entropies.entropy_of_mean(logits).item() == pytest.approx(math.log(2))


class Two(torch.nn.Module):
    """A sorter of points on a line into two groups by one weight."""

    def __init__(self, w):
        super().__init__()
        self.w = torch.nn.Parameter(torch.tensor(w))

    def forward(self, x):
        return torch.cat([self.w * x, -self.w * x], 1)


def test_a_catgan_sorts_two_heaps_without_a_label():
    torch.manual_seed(0)
    D, G = Two(0.01), torch.nn.Linear(1, 1)
    opt = adam(D=[D], G=[G], lr=0.03)

    def heaps():
        while True:
            side = torch.randint(2, (64, 1)) * 2.0 - 1
            yield side + 0.1 * torch.randn(64, 1), side

    for _ in range(200):
        told = steps.catgan_step(heaps(), G=G, D=D, opt=opt, prior=lambda n: torch.randn(n, 1))
    x, side = next(heaps())
    group = D(x).argmax(1)
    assert D.w.abs() > 1 and (group == (side[:, 0] * D.w.sign() < 0)).all() and told["H"] < 0.3
