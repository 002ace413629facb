"""Optimal transport against closed forms, all permutations and its own dual."""

import itertools

import pytest
import torch

from course_utils import metrics, transport


def piles(n, seed=0):
    generator = torch.Generator().manual_seed(seed)
    bars = torch.rand(n, generator=generator)
    return bars / bars.sum()


def from_left_to_right(u, v):
    """Move the leftmost mass to the leftmost gap: on a line the best plan for every convex cost."""
    plan, have, gap = torch.zeros(len(u), len(v)), u.tolist(), v.tolist()
    i = j = 0
    while i < len(u) and j < len(v):
        plan[i, j] = amount = min(have[i], gap[j])
        have[i], gap[j] = have[i] - amount, gap[j] - amount
        i, j = (i + 1, j) if have[i] <= gap[j] else (i, j + 1)
    return plan


PLACE = torch.arange(9.0)
COST = transport.moving_costs(PLACE, PLACE)


def test_on_a_line_the_plan_the_potential_and_the_cumulative_sums_agree():
    for seed in range(5):
        u, v = piles(9, seed), piles(9, 100 + seed)
        plan, f = transport.best_plan(u, v, COST), transport.best_potential(u, v, COST)
        W = transport.emd_1d(u, v)
        transport.check_plan(plan, u, v)
        assert transport.total_cost(plan, COST) == pytest.approx(W.item(), abs=1e-5)
        assert (f * (u - v)).sum().item() == pytest.approx(W.item(), abs=1e-5)
        assert transport.lipschitz_constant(f, PLACE[:, None]).item() <= 1 + 1e-5


@pytest.mark.parametrize("power", [1, 2])
def test_on_a_line_the_best_plan_goes_from_left_to_right(power):
    u, v, cost = piles(9), piles(9, 1), transport.moving_costs(PLACE, PLACE, power)
    plan = from_left_to_right(u, v)
    transport.check_plan(plan, u, v)
    best = transport.best_plan(u, v, cost)
    assert torch.allclose(transport.total_cost(plan, cost), transport.total_cost(best, cost), atol=1e-5)


def test_known_answers():
    one, far = torch.eye(6)[1], torch.eye(6)[4]
    assert transport.emd_1d(one, far, spacing=0.5) == 1.5
    assert transport.emd_1d(one, one) == 0
    two_holes = torch.tensor([0.0, 0.5, 0.0, 0.5])
    squares = transport.moving_costs(torch.arange(4.0), torch.arange(4.0), 2)
    plan = transport.best_plan(torch.eye(4)[0], two_holes, squares)
    assert transport.total_cost(plan, squares).item() == pytest.approx(5.0, abs=1e-5)


def test_nothing_is_to_be_moved_where_nothing_differs():
    a = torch.randn(60, 3)  # by products of matrices it would be about 1e-4
    assert transport.earth_mover(a, a.flip(0)) == 0


def test_earth_mover_is_the_best_of_all_pairings():
    a, b = torch.randn(5, 3), torch.randn(5, 3)
    for power in (1, 2):
        pairings = map(list, itertools.permutations(range(5)))
        best = min(((a - b[order]).norm(dim=1) ** power).mean().item() for order in pairings)
        assert transport.earth_mover(a, b, power) == pytest.approx(best, rel=1e-5)


def test_normals_against_samples_and_known_forms():
    mean, eye = torch.zeros(2), torch.eye(2)
    shifted = transport.between_normals(mean, eye, torch.tensor([3.0, 4.0]), eye)
    assert shifted.item() == pytest.approx(25.0)  # the means alone
    wider = transport.between_normals(mean, eye, mean, 9 * eye)
    assert wider.item() == pytest.approx(2 * (3 - 1) ** 2)  # (σ_a − σ_b)² in each direction
    a = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    assert transport.earth_mover(a, 3 * a, power=2) == pytest.approx(wider.item(), rel=0.1)
    moved = transport.between_normals(a.mean(0), a.T.cov(), 3 * a.mean(0) + 1, 9 * a.T.cov())
    assert metrics.frechet_distance(a, 3 * a + 1) == pytest.approx(moved.item(), rel=1e-3)


NO_HISTOGRAMS = [
    (torch.empty(0), "a row of bars"),
    (torch.ones(2, 2) / 4, "a row of bars"),
    (torch.tensor([0.5, 0.7]), "divide them by their sum"),
    (torch.tensor([1.5, -0.5]), "from 0 up"),
    (torch.tensor([float("nan"), 1.0]), "from 0 up"),
]


@pytest.mark.parametrize(("bars", "said"), NO_HISTOGRAMS)
def test_bars_that_are_no_histogram_are_an_error(bars, said):
    right = torch.tensor([0.5, 0.5])
    cost = transport.moving_costs(torch.arange(2.0), torch.arange(2.0))
    for make in (transport.best_plan, transport.best_potential):
        for pair in ((bars, right), (right, bars)):
            with pytest.raises(ValueError, match=said):
                make(*pair, cost)


def test_the_error_for_a_wrong_plan_names_the_place():
    u, v = torch.tensor([0.75, 0.25]), torch.tensor([0.5, 0.5])
    with pytest.raises(ValueError, match="0.500 is taken from place 0, but it should be 0.750"):
        transport.check_plan(torch.tensor([[0.5, 0.0], [0.0, 0.5]]), u, v)
    with pytest.raises(ValueError, match="arrives at place"):
        transport.check_plan(torch.tensor([[0.75, 0.0], [0.0, 0.25]]), u, v)
    with pytest.raises(ValueError, match="negative"):
        transport.check_plan(torch.tensor([[1.0, -0.25], [-0.5, 0.75]]), u, v)
    with pytest.raises(ValueError, match="a row for each place"):
        transport.check_plan(torch.zeros(3, 2), u, v)
    transport.check_plan(torch.tensor([[0.5, 0.25], [0.0, 0.25]]), u, v)
    with pytest.raises(ValueError, match="nan is taken from"):
        transport.check_plan(torch.full((2, 2), torch.nan), u, v)
    with pytest.raises(ValueError, match="a cost is not finite"):
        transport.best_plan(u, v, torch.tensor([[0.0, torch.nan], [1.0, 0.0]]))


def test_the_lipschitz_constant_is_exact_far_from_0():
    x = 30 + torch.randn(500, 2)
    assert transport.lipschitz_constant(x[:, 0], x) <= 1 + 1e-4
