"""InfoGAN: the bound against exact information, groups against all matchings, strokes against drawn ones."""

import itertools
import math

import pytest
import torch
from torch.distributions import Categorical, Normal

from course_utils import data, groups, models, priors, steps, strokes
from course_utils.experiments import infogan
from course_utils.losses import code_nll
from course_utils.train import adam, train

# ── the bound on a channel of 4 codes and 6 images ───────────────────────────────────────────────


@pytest.fixture
def channel():
    torch.manual_seed(0)
    prior = torch.softmax(torch.randn(4, dtype=torch.double), 0)
    return prior, torch.softmax(2 * torch.randn(4, 6, dtype=torch.double), 1)  # p(c), p(x | c)


def information(prior, p_x):
    joint = prior[:, None] * p_x
    return torch.special.xlogy(joint, joint / (prior[:, None] * joint.sum(0))).sum()


def bound(prior, p_x, logits):
    """Entropy less `code_nll`, with each pair (c, x) as often as it occurs: logits (4, 6) of Q(c | x)."""
    joint, total = prior[:, None] * p_x, 0
    for c, x in itertools.product(range(4), range(6)):
        one_hot = torch.nn.functional.one_hot(torch.tensor([c]), 4).double()
        total = total + joint[c, x] * code_nll(logits[None, :, x], one_hot, n=4)[0]
    return Categorical(prior).entropy() - total


def test_the_bound_of_the_true_posterior_is_the_information(channel):
    prior, p_x = channel
    posterior = prior[:, None] * p_x
    assert torch.allclose(bound(*channel, posterior.log()), information(*channel))


def test_any_other_reader_falls_short_by_its_divergence_from_the_posterior(channel):
    prior, p_x = channel
    joint = prior[:, None] * p_x
    posterior = joint / joint.sum(0)
    for seed in range(20):
        torch.manual_seed(seed)
        logits = torch.randn(4, 6, dtype=torch.double)
        q = logits.softmax(0)
        gap = (joint.sum(0) * torch.special.xlogy(posterior, posterior / q).sum(0)).sum()
        assert gap > 0 and torch.allclose(information(*channel) - bound(*channel, logits), gap)


def test_numbers_are_read_as_by_torchs_normal_and_log_variance_stops_at_its_floor():
    told, code = torch.randn(7, 14, dtype=torch.double), torch.rand(7, 12, dtype=torch.double)
    code[:, :10] = torch.nn.functional.one_hot(torch.arange(7), 10)
    category, numbers = code_nll(told, code)
    mean, log_var = told[:, 10:12], told[:, 12:]
    assert torch.allclose(numbers, -Normal(mean, (log_var / 2).exp()).log_prob(code[:, 10:]).sum(1).mean())
    assert torch.allclose(category, -Categorical(logits=told[:, :10]).log_prob(torch.arange(7)).mean())
    floor = torch.cat([told[:, :10], code[:, 10:], -80 * torch.ones(7, 2)], 1)
    assert code_nll(floor, code)[1].item() == pytest.approx(math.log(2 * math.pi) - 5)
    assert code_nll(torch.randn(3, 10), torch.eye(10)[:3])[1] == 0  # a code without numbers


def test_the_bound_of_a_number_in_noise_is_the_closed_form():
    torch.manual_seed(0)
    c, sigma = 2 * torch.rand(400_000, 1, dtype=torch.double) - 1, 0.1
    x = c + sigma * torch.randn_like(c)
    for s in (0.1, 0.2, 1.0):
        told = torch.cat([torch.zeros(len(c), 10), x, torch.full_like(x, 2 * math.log(s))], 1)
        code = torch.cat([torch.eye(10)[[0] * len(c)].double(), c], 1)
        found = math.log(2) - code_nll(told, code)[1].item()
        closed = math.log(2) - 0.5 * math.log(2 * math.pi * s**2) - sigma**2 / (2 * s**2)
        assert found == pytest.approx(closed, abs=0.005)


def test_codes_are_one_hot_and_uniform():
    torch.manual_seed(0)
    z, code = priors.with_code(16, 2)(20_000)
    assert z.shape == (20_000, 16) and code.shape == (20_000, 12)
    assert (code[:, :10].sum(1) == 1).all() and (code[:, :10].mean(0) - 0.1).abs().max() < 0.01
    assert code[:, 10:].abs().max() <= 1 and (code[:, 10:].var(0) - 1 / 3).abs().max() < 0.01
    assert (z.std() - 1).abs() < 0.01


# ── groups ───────────────────────────────────────────────────────────────────────────────────────


def test_the_matching_is_the_best_of_all():
    torch.manual_seed(0)
    for _ in range(20):
        group, y = torch.randint(5, (40,)), torch.randint(5, (40,))
        best = max(
            sum((y[group == k] == p[k]).sum().item() for k in range(5))
            for p in itertools.permutations(range(5))
        )
        assert groups.matched_error(group, y, 5, 5) == pytest.approx(100 * (1 - best / 40), abs=1e-4)
        assert sorted(groups.matching(group, y, 5, 5).tolist()) == list(range(5))


def test_groups_beyond_the_labels_are_left_over_and_a_renamed_truth_is_no_error():
    y = torch.arange(10).repeat(5)
    assert groups.matched_error((y + 3) % 10, y) == 0
    named = groups.matching(torch.arange(12), torch.tensor([*range(10), 0, 1]), n_groups=12)
    assert (named == -1).sum() == 2
    assert groups.count(torch.tensor([1, 1, 0]), torch.tensor([2, 2, 0]), 2, 3).tolist() == [
        [1, 0, 0],
        [0, 0, 2],
    ]


def test_the_surest_item_names_its_group_even_if_it_is_the_odd_one():
    p = torch.tensor([[0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [0.7, 0.3, 0.0], [0.2, 0.8, 0.0], [0.4, 0.6, 0.0]])
    assert groups.surest_error(p, torch.tensor([4, 4, 7, 2, 2])) == pytest.approx(20)
    assert groups.surest_error(p, torch.tensor([7, 4, 4, 2, 2])) == pytest.approx(
        40
    )  # the third group has no item


def test_a_correlation_within_groups_does_not_see_their_means():
    torch.manual_seed(0)
    group, a = torch.randint(10, (20_000,)), torch.randn(20_000)
    b = 0.6 * a + 0.8 * torch.randn(20_000)
    assert groups.correlation(a + 9 * group, b - 4 * group, group) == pytest.approx(0.6, abs=0.02)
    assert groups.correlation(torch.ones(50), a[:50], group[:50]) == 0
    assert torch.equal(groups.mean_of_group(group.float(), group), group.float())


# ── strokes ──────────────────────────────────────────────────────────────────────────────────────


def bar(left, right, top=4, bottom=24):
    x = -torch.ones(1, 1, 28, 28)
    x[..., top:bottom, left:right] = 1
    return x


def sheared(x, per_row):
    """Each row moved to the right by `per_row` pixels for each row that it is higher than row 27."""
    rows = [x[..., r, :].roll(per_row * (27 - r) - 13 * per_row, -1) for r in range(28)]
    return torch.stack(rows, -2)


def test_a_sheared_bar_leans_by_its_shear_and_stays_as_wide():
    upright = bar(13, 15, 8, 20)
    leaning = sheared(upright, 1)
    assert strokes.slant(upright).item() == pytest.approx(0, abs=1e-4)
    assert strokes.slant(leaning).item() == pytest.approx(45, abs=0.01)
    assert strokes.slant(leaning.flip(-1)).item() == pytest.approx(-45, abs=0.01)
    for x in upright, leaning:  # two columns have the variance (4 − 1) / 12
        assert strokes.width(x).item() == pytest.approx(0.5, abs=1e-3)


def test_a_long_stroke_is_as_thick_as_it_is():
    for thick in (1, 2, 4):
        assert strokes.thickness(bar(10, 10 + thick, 0, 28)).item() == pytest.approx(thick, rel=0.18)
    empty = -torch.ones(2, 1, 28, 28)
    assert all(measure(empty).isfinite().all() for measure in strokes.MEASURES.values())


# ── the step ─────────────────────────────────────────────────────────────────────────────────────


def players(n_in, n_told, **more):
    nets = dict(G=models.code_generator(n_in, 4), DQ=models.DiscriminatorAndReader(n_told, 4, 16, **more))
    return nets | dict(opt=adam(**{name: [net] for name, net in nets.items()}))


def test_first_both_readers_move_then_the_generator(moves):
    there = players(16 + 12, 14)
    moved = moves(G=there["G"], body=there["DQ"].body, D=there["DQ"].D, Q=there["DQ"].Q)
    batches = data.Batches(torch.zeros(20, 1, 28, 28).uniform_(-1, 1), batch_size=8)
    told = steps.infogan_step(batches, prior=priors.with_code(16), **there)
    assert moved == ["body D Q", "G"] and told.keys() == {"L_D", "L_G", "unread"}


def gradient_of_G(weight, seed=0):
    """What G's update pulls at its first layer, with this weight."""
    torch.manual_seed(seed)
    there = players(16 + 12, 14, shared=False)
    there["opt"].DQ = torch.optim.SGD(there["DQ"].parameters(), lr=0.0)
    batches = data.Batches(torch.zeros(20, 1, 28, 28).uniform_(-1, 1), batch_size=8)
    steps.infogan_step(batches, prior=priors.with_code(16), weight=weight, **there)
    return there["G"][0].weight.grad.clone()


def test_the_weight_is_that_of_the_code_in_gs_loss_alone(moves):
    plain, once, twice = map(gradient_of_G, (0.0, 1.0, 2.0))
    assert not torch.allclose(plain, once) and torch.allclose(twice - once, once - plain, atol=1e-6)
    there = players(16 + 12, 14, shared=False)
    moved = moves(G=there["G"], own=there["DQ"].own_body, Q=there["DQ"].Q)
    batches = data.Batches(torch.zeros(20, 1, 28, 28).uniform_(-1, 1), batch_size=8)
    steps.infogan_step(batches, prior=priors.with_code(16), weight=0.0, **there)
    assert moved == ["own Q", "G"]  # Q learns to read, whatever G cares


@pytest.mark.slow
def test_the_code_is_used_with_a_weight_and_not_without():
    """Ten dots as images: after some hundred updates the category is read from nearly every image."""
    torch.manual_seed(0)
    x = -torch.ones(1_000, 1, 28, 28)
    for i in range(1_000):
        x[i, 0, 2 * (i % 10) + 3 : 2 * (i % 10) + 7, 12:16] = 1
    unread = {}
    for weight in (0.0, 1.0):
        there = players(4 + 10, 10)
        history = train(
            steps.infogan_step,
            data.Batches(x, batch_size=32),
            250,
            quiet=True,
            prior=priors.with_code(4, 0),
            weight=weight,
            numbers=0.0,
            **there,
        )
        unread[weight] = history["unread"][-50:].mean()
    assert unread[1.0] < 0.5 and unread[0.0] > 1.5


@pytest.mark.parametrize("variant", infogan.VARIANTS)
def test_a_run_of_the_table_has_scores(variant, noise, monkeypatch):
    monkeypatch.setattr("course_utils.data.digits", lambda name="auto": noise)
    found = infogan.run(variant, 0, looks=(1, 2))
    assert {"bound at 1", "error at 2", "drawing error at 2", "fcd at 1", "counts"} <= found.keys()
    assert sum(map(sum, found["counts"])) == 300 and ("slant and number 1" in found) == (
        variant != "no numbers"
    )
