"""Notebook 09, sections 6 to 9: what is shown to be mended does harm, and the bar is where it is said."""

import pytest
import torch
from conftest import scores_of

from course_utils import data, metrics, models
from course_utils.exercises import EXERCISES
from course_utils.models import free_energy
from course_utils.train import sgd


def nats_after(update, seed, n=4_000, lr=0.2):
    """−log p of bars and stripes, exactly, after n updates whose chain is handed on. → float"""
    torch.manual_seed(seed)
    rbm = models.RBM(16, 12)
    v = ((data.bars_and_stripes(4).flatten(1) + 1) / 2).repeat(2, 1)
    chain, opt = torch.bernoulli(torch.full_like(v, 0.5)), sgd(rbm=[rbm], lr=lr).rbm
    for t in range(n):
        opt.param_groups[0]["lr"] = lr * (1 - t / n)
        chain = update(v, chain, rbm, opt)
    return (free_energy(v, rbm).mean() + metrics.log_Z(rbm)).item()


@pytest.mark.slow
def test_a_chain_that_is_not_handed_on_costs_nats():
    given, right = EXERCISES["09.12"].mistakes["given"].wrong, EXERCISES["09.12"].reference
    broken, mended = nats_after(given, 0), nats_after(right, 0)
    assert mended < 4.4 and mended < broken - 1, (broken, mended)


@pytest.mark.slow
def test_the_bar_of_sweeps_is_reached_by_chains_that_go_on_and_by_longer_ones_from_the_data():
    contest = EXERCISES["09.14"].contest
    for good in EXERCISES["09.14"].reference, dict(start="data", k=5, lr=1.0):
        assert sum(map(contest.reached, scores_of("09.14", good, range(5)))) >= 4
    assert not any(map(contest.reached, contest.controls.values()))


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        dict(start="data", k=1, lr=0.05),  # as shown
        dict(start="data", k=1, lr=0.2),  # the best of one sweep from the data
        dict(start="data", k=20, lr=0.2),  # a good gradient, and too few updates
        dict(start="chain", k=1, lr=1.0),  # too fast for the chains
    ],
)
def test_it_is_not_reached_by(settings):
    assert not any(map(EXERCISES["09.14"].contest.reached, scores_of("09.14", settings, range(2))))
