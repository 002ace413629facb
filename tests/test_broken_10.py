"""Notebook 10, sections 1 to 4: what is to be mended does harm, and what is counted by thought is so."""

import itertools
import math

import pytest
import torch
from conftest import broken_and_right

from course_utils import data, models
from course_utils.exercises import EXERCISES
from course_utils.exercises.codes.info_meaning import lean
from course_utils.priors import with_code
from course_utils.train import adam, descend, train


@pytest.mark.slow
def test_the_broken_step_never_reads_and_the_right_one_does():
    x = -torch.ones(1_000, 1, 28, 28)
    for i in range(1_000):
        x[i, 0, 2 * (i % 10) + 3 : 2 * (i % 10) + 7, 12:16] = 1
    unread = []
    for step in broken_and_right("10.3"):
        torch.manual_seed(0)
        nets = dict(G=models.code_generator(4 + 10, 4), DQ=models.DiscriminatorAndReader(10, 4, 16))
        opt = adam(lr=1e-3, **{name: [net] for name, net in nets.items()})
        batches = data.Batches(x, batch_size=32)
        history = train(step, batches, 250, quiet=True, opt=opt, prior=with_code(4, 0), numbers=0.0, **nets)
        unread.append(history["unread"][-50:].mean())
    assert unread[0] > 2.2 and unread[1] < 1.0


def test_without_a_floor_a_number_is_worth_more_and_more():
    worth = []
    for loss in broken_and_right("10.5"):
        torch.manual_seed(0)
        numbers = 2 * torch.rand(64, 1) - 1
        gain, log_var = torch.nn.Parameter(torch.ones(1)), torch.nn.Parameter(torch.zeros(1))
        opt = torch.optim.Adam([gain, log_var], lr=0.05)
        for _ in range(600):
            descend(loss(gain * numbers, log_var.expand(64, 1), numbers), opt)
        worth.append(math.log(2) - loss(gain * numbers, log_var.expand(64, 1), numbers).item())
    assert worth[0] > 8 and 1 < worth[1] < 2.5


def information(joint):
    return torch.special.xlogy(joint, joint / (joint.sum(1, keepdim=True) * joint.sum(0))).nan_to_num().sum()


def test_twins_tell_what_is_said():
    images = [0, 1, 2, 3, 4, 5, 6, 7, 3, 8]
    joint = torch.zeros(10, 9, dtype=torch.double)
    joint[range(10), images] = 0.1
    assert information(joint).item() == pytest.approx(EXERCISES["10.1"].reference)


def test_ten_places_on_a_line():
    sigma = EXERCISES["10.4"].reference
    paid = -torch.distributions.Normal(0.0, sigma).log_prob(sigma * torch.randn(2_000_000)).mean()
    assert math.log(2) - paid.item() == pytest.approx(math.log(10), abs=0.01)


def test_fifteen_tables_are_best():
    """All tables with each kind in one category: D's divergence, less the information."""
    best = {}
    for at in itertools.product(range(3), repeat=6):
        joint = torch.zeros(3, 6, dtype=torch.double)
        for kind, category in enumerate(at):
            joint[category, kind] = 1.0
        joint = joint / joint.sum(1, keepdim=True).clamp_min(1) / 3  # categories are equally frequent
        p, q = joint.sum(0), torch.full((6,), 1 / 6, dtype=torch.double)
        m = (p + q) / 2
        js = (torch.special.xlogy(p, p / m) + torch.special.xlogy(q, q / m)).sum() / 2
        pairs = frozenset(frozenset(k for k in range(6) if at[k] == c) for c in range(3))
        best[pairs] = round((2 * js - information(joint)).item(), 9)
    least = min(best.values())
    assert sum(value == least for value in best.values()) == EXERCISES["10.7"].reference
    assert least == pytest.approx(-math.log(3))
    assert math.factorial(20) // (2**10 * math.factorial(10)) == 654_729_075  # ten pairs of 20 kinds


def test_leaning_is_the_tangent_of_the_slant():
    from course_utils.strokes import slant

    x = 2 * torch.rand(5, 1, 28, 28) - 1
    assert torch.allclose(torch.rad2deg(lean((x[:, 0] + 1) / 2).atan()), slant(x), atol=1e-3)
