"""Boltzmann machines against sums over all states: energies, Z, gradients, chains, annealed sampling."""

import itertools
import math

import players
import pytest
import torch

from course_utils import data, metrics, models, steps
from course_utils.models import all_states, free_energy, gibbs
from course_utils.train import adam, descend, sgd, train


@pytest.fixture(autouse=True)
def in_double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def rbm_of(n_visible, n_hidden, std=0.7):
    rbm = models.RBM(n_visible, n_hidden)
    with torch.no_grad():
        for p in rbm.parameters():
            p.normal_(std=std)
    return rbm


def transition(rbm):
    """The matrix of one sweep between all states of v, from the two conditionals."""
    n_visible, n_hidden = rbm.W.shape
    v, h = all_states(n_visible), all_states(n_hidden)
    down, up = rbm.p_visible(h), rbm.p_hidden(v)
    to_h = (up[:, None] * h + (1 - up[:, None]) * (1 - h)).prod(2)
    to_v = (down[:, None] * v + (1 - down[:, None]) * (1 - v)).prod(2)
    return (to_h @ to_v).detach()


def gradients(L, rbm):
    return torch.cat([g.flatten() for g in torch.autograd.grad(L, list(rbm.parameters()))])


def test_all_states_are_all():
    assert all_states(5).unique(dim=0).shape == (32, 5)


def test_the_energy_counts_each_pair_once_and_no_unit_with_itself():
    bm = models.Boltzmann(3)
    with torch.no_grad():
        bm.U.normal_()
        bm.b.normal_()
    (a, b, c), (_, d, e), (_, _, f) = bm.b, bm.U[0], bm.U[1]
    energies = bm(torch.tensor([[1.0, 0, 0], [1, 1, 0], [0, 1, 1], [1, 1, 1]]))
    want = [-a, -a - b - d, -b - c - f, -a - b - c - d - e - f]
    assert torch.allclose(energies, torch.stack(want))
    assert bm.probabilities().sum().item() == pytest.approx(1)


def test_the_exact_gradient_is_the_difference_of_two_means():
    bm, x = models.Boltzmann(9), data.binarize(torch.rand(7, 1, 3, 3) * 2 - 1)
    with torch.no_grad():
        bm.U.normal_(std=0.5)
    U, b, p, s = bm.U.clone().detach(), bm.b.clone().detach(), bm.probabilities(), bm.states
    batches = iter([(x, None)])
    steps.boltzmann_step(batches, bm=bm, opt=sgd(bm=[bm], lr=1.0))
    v = (x.flatten(1) + 1) / 2
    assert torch.allclose(bm.b - b, v.mean(0) - p @ s)
    assert torch.allclose(bm.U - U, (v.T @ v / 7 - (s.T * p) @ s).triu(1))


def test_free_energy_sums_out_the_hidden_units():
    rbm = rbm_of(4, 3)
    v, h = all_states(4), all_states(3)
    pairs = torch.stack([rbm.energy(v, each.expand(16, 3)) for each in h], 1)
    assert torch.allclose(free_energy(v, rbm), -(-pairs).logsumexp(1))
    assert torch.allclose(rbm(v), free_energy(v, rbm))


@pytest.mark.parametrize("n_hidden", [5, 12])  # fewer than the 9 pixels, and more
def test_the_probabilities_of_all_512_images_add_up_to_one(n_hidden):
    rbm = rbm_of(9, n_hidden)
    assert (
        -free_energy(all_states(9), rbm) - metrics.log_Z(rbm, rows=100)
    ).exp().sum().item() == pytest.approx(1)


def test_what_cannot_be_summed_is_said():
    with pytest.raises(ValueError, match="AIS"):
        metrics.log_Z(models.RBM(30, 40))


def test_p_is_what_a_sweep_leaves_as_it_is_and_gibbs_makes_such_sweeps():
    rbm = rbm_of(4, 3)
    T, p = transition(rbm), (-free_energy(all_states(4), rbm)).softmax(0)
    assert torch.allclose(p @ T, p)
    n = 100_000
    drawn = gibbs(all_states(4)[5].expand(n, -1), rbm, 2) @ torch.tensor([1.0, 2, 4, 8])
    assert torch.allclose(drawn.long().bincount(minlength=16) / n, (T @ T)[5], atol=0.006)


def test_contrastive_divergence_nears_the_exact_gradient_as_k_grows():
    rbm, v = rbm_of(4, 3), all_states(4)
    some = v[[0, 3, 5, 15]]
    exact = gradients(free_energy(some, rbm).mean() + (-free_energy(v, rbm)).logsumexp(0), rbm)
    start = torch.zeros(16).index_fill(0, torch.tensor([0, 3, 5, 15]), 0.25)
    errors = []
    for k in (1, 3, 10, 100):
        at_k = start @ torch.linalg.matrix_power(transition(rbm), k)
        cd = gradients(free_energy(some, rbm).mean() - at_k @ free_energy(v, rbm), rbm)
        errors.append(((cd - exact).norm() / exact.norm()).item())
    assert errors == sorted(errors, reverse=True) and errors[0] > 0.01 and errors[-1] < 1e-9


@pytest.mark.parametrize("k", [1, 100])
def test_a_cd_step_descends_on_that_gradient(k):
    rbm, v = rbm_of(4, 3), all_states(4)
    some, before = v[[0, 3, 5, 15]], torch.cat([p.detach().flatten() for p in rbm.parameters()])
    at_k = torch.zeros(16).index_fill(0, torch.tensor([0, 3, 5, 15]), 0.25)
    at_k = at_k @ torch.linalg.matrix_power(transition(rbm), k)
    want = gradients(free_energy(some, rbm).mean() - at_k @ free_energy(v, rbm), rbm)
    x = (2 * some - 1).repeat(20_000, 1)
    steps.cd_step(iter([(x, None)]), rbm=rbm, opt=sgd(rbm=[rbm], lr=1.0), k=k)
    moved = before - torch.cat([p.detach().flatten() for p in rbm.parameters()])
    assert torch.allclose(moved, want, atol=0.01)


def test_a_persistent_chain_goes_on_and_its_weights_are_averaged():
    batches, cast = players.of(
        steps.pcd_step, data.Digits(*[2 * torch.rand(9, 1, 28, 28) - 1] * 4, "noise"), 4
    )
    rbm, chain = cast["rbm"], cast["chain"]
    for p in rbm.parameters():
        p.data.zero_()
    rbm.b.data[:10] = 1e3  # whatever the data are: these pixels are ink in every state of the chain
    rbm.b.data[10:] = -1e3
    steps.pcd_step(batches, **cast)
    assert (chain[:, :10] == 1).all() and (chain[:, 10:] == 0).all()
    assert torch.equal(cast["rbm_ema"].module.b, rbm.b)


def test_annealed_importance_sampling_agrees_with_the_sum():
    rbm, base = rbm_of(30, 10, std=0.5), torch.randn(30)
    estimate, error = metrics.annealed_log_Z(rbm, base, 400, 1_000)
    assert error < 0.1 and abs(estimate - metrics.log_Z(rbm)) < 4 * error


def test_where_nothing_is_to_be_annealed_the_estimate_is_exact():
    rbm = models.RBM(20, 6)
    with torch.no_grad():
        rbm.W.zero_()
        rbm.b.normal_()
    estimate, error = metrics.annealed_log_Z(rbm, rbm.b, 10, 20)
    assert estimate.item() == pytest.approx(metrics.log_Z(rbm).item()) and error < 1e-9


def trained(step, x, net, n, **more):
    """log-likelihood after n updates at all images x at once. → nats"""
    everything = itertools.repeat((x, None))
    train(step, everything, n, quiet=True, **net, **more)


def test_pairs_learn_bars_and_stripes():
    x, bm = data.bars_and_stripes(3).double(), models.Boltzmann(9)
    trained(steps.boltzmann_step, x, dict(bm=bm), 1_000, opt=adam(bm=[bm], lr=0.05))
    assert bm((x.flatten(1) + 1) / 2).mean() + (-bm(bm.states)).logsumexp(0) < math.log(14) + 0.1


def test_pairs_learn_nothing_of_even_rows_and_hidden_units_do():
    x, bm, rbm = data.even_rows(3).double(), models.Boltzmann(9), models.RBM(9, 12)
    trained(steps.boltzmann_step, x, dict(bm=bm), 10, opt=sgd(bm=[bm], lr=1.0))
    assert bm.probabilities().std() < 1e-12  # every pair of pixels is like two fair coins
    v, states, opt = (x.flatten(1) + 1) / 2, all_states(9), adam(rbm=[rbm], lr=0.02)
    with torch.no_grad():
        rbm.W.normal_(std=0.5)
    for _ in range(1_500):
        L = free_energy(v, rbm).mean() + (-free_energy(states, rbm)).logsumexp(0)
        descend(L, opt.rbm)
    assert math.log(64) + 0.3 > L


def test_small_sets_are_all_different_and_what_they_should_be():
    for side, n in ((3, 14), (4, 30)):
        x = data.bars_and_stripes(side)
        assert len(x.unique(dim=0)) == len(x) == n
        rows, columns = ((x == x.narrow(dim, 0, 1)).flatten(1).all(1) for dim in (3, 2))
        assert (rows | columns).all()
    x = data.even_rows(3)
    assert x.unique(dim=0).shape == (64, 1, 3, 3) and (x.prod(3) == -1).all()  # 0 or 2 of 3 are ink


def test_binarized_pixels_are_ink_as_often_as_they_are_dark():
    x = torch.linspace(-1, 1, 5).expand(20_000, 5)
    drawn = data.binarize(x)
    assert set(drawn.unique().tolist()) == {-1, 1} and torch.allclose(drawn.mean(0), x[0], atol=0.03)
    assert torch.equal(data.binarize(x, seed=3), data.binarize(x, seed=3))
    assert not torch.equal(data.binarize(x, seed=3), data.binarize(x, seed=4))
    batches = data.BinaryBatches(x[:, None, None].float().double(), batch_size=8)
    assert set(next(batches)[0].unique().tolist()) == {-1, 1}
