"""Walks around a lake and rankings of documents, against exact sums over all that can happen."""

import math

import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from course_utils import data, estimates, losses, metrics, models, steps
from course_utils.experiments import irgan, lake
from course_utils.train import adam, train


def random_policy(lake):
    return torch.randn(lake.n_places, 4).softmax(1)


def walks_of(lake, policy, n):
    return lake.walk(lambda s: policy[s].log(), n)


# ── the lake ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("begin", ["S", "R"])
def test_walks_visit_what_the_exact_sum_says(begin):
    lake, n = data.Lake(begin), 20_000
    policy = random_policy(lake)
    walks, (visits, here) = walks_of(lake, policy, n), lake.visits(policy)
    count = torch.zeros(lake.n_places, 4).index_put_((walks.s, walks.a), 1.0 * walks.on, accumulate=True) / n
    assert (count - visits).abs().max() < 0.05
    assert visits.sum() == pytest.approx(walks.on.sum().item() / n, rel=0.02)
    assert here.sum() == pytest.approx(1, abs=1e-4) and walks.s[:, 0].unique().item() == lake.start
    ends = lake.how_it_ends(policy)
    assert ends["goal"] + ends["water"] + ends["still_walking"] == pytest.approx(1)


def test_a_walk_moves_to_a_neighbour_and_ends_where_it_ends():
    lake = data.Lake()
    walks = walks_of(lake, random_policy(lake), 500)
    row, column = walks.s // 8, walks.s % 8
    assert ((row.diff(dim=1).abs() + column.diff(dim=1).abs()) <= 1).all()
    assert (walks.on.int().diff(dim=1) <= 0).all()  # once over, a walk stays over
    over = ~walks.on[:, :-1]
    assert (walks.s[:, 1:] == walks.s[:, :-1])[over].all()
    assert torch.allclose(lake.chance.sum(2), torch.ones(lake.n_places, 4))


def test_the_expert_arrives():
    assert data.Lake().how_it_ends(data.Lake().expert)["goal"] > 0.97
    s, a = data.Lake().expert_moves(50)
    assert len(s) == len(a) and not data.Lake().ended[s].any()


@pytest.mark.parametrize("with_critic", [False, True])
def test_reinforce_has_the_exact_gradient_of_the_return_in_the_mean(with_critic):
    """The oracle is autograd through the sum over all walks."""
    lake = data.Lake()
    logits, reward = torch.randn(40, 4, requires_grad=True), torch.randn(40, 4)
    (exact,) = torch.autograd.grad((lake.visits(logits.softmax(1))[0] * reward).sum(), logits)
    walk = lake.walk(lambda s: logits[s].detach(), 60_000)
    ahead = estimates.to_go(reward[walk.s, walk.a] * walk.on)
    baseline = torch.randn(40)[walk.s] if with_critic else 0.0  # any, as long as it does not see the move
    log_p = logits.log_softmax(1)[walk.s, walk.a] * walk.on
    (mean,) = torch.autograd.grad(-estimates.reinforce(log_p, ahead - baseline), logits)
    assert torch.cosine_similarity(mean.flatten(), exact.flatten(), dim=0) > 0.99
    assert (mean - exact).norm() < 0.15 * exact.norm()


def test_what_is_to_come_is_added_up_from_behind():
    reward = torch.tensor([[1.0, 2, 3], [0, 0, 5]])
    assert estimates.to_go(reward).tolist() == [[6, 5, 3], [5, 5, 5]]


def test_rewards_are_what_their_names_say():
    D = torch.tensor([0.1, 0.5, 0.9], dtype=torch.double)
    assert torch.allclose(losses.ratio_reward(D.logit()), D.log() - (1 - D).log())
    assert torch.allclose(losses.bonus_reward(D.logit()), -(1 - D).log())
    assert torch.allclose(losses.cost_reward(D.logit()), D.log())


def test_the_best_judge_of_moves_pays_the_log_ratio():
    lake = data.Lake()
    p, q = (lake.visits(policy)[0] for policy in (lake.expert, torch.full((40, 4), 0.25)))
    p, q = p / p.sum(), q / q.sum()
    D = models.Table(40, 4)
    opt = torch.optim.LBFGS(D.parameters(), lr=1, max_iter=500, tolerance_grad=1e-9)

    def loss():
        opt.zero_grad()
        softplus = torch.nn.functional.softplus
        L = (p * softplus(-D.numbers) + q * softplus(D.numbers)).sum()
        L.backward()
        return L

    for _ in range(5):
        opt.step(loss)
    often = (p > 1e-3) & (q > 1e-3)
    assert (D.numbers - (p / q).log())[often].abs().max() < 0.1


def test_gail_moves_judge_then_critic_then_policy(moves):
    there = data.Lake()
    cast = lake.players(there, 0)
    moved = moves(**{name: cast[name] for name in "GDC"})
    batches = data.Batches(*there.expert_moves(3), batch_size=16)
    steps.gail_step(batches, **cast)
    assert moved == ["D", "C", "G"]


@pytest.mark.slow
def test_imitation_and_cloning_learn_the_way():
    there, batches = data.Lake(), lake._shown(0)
    cast = lake.players(there, 0)
    train(steps.gail_step, batches, 150, quiet=True, **cast)
    assert there.how_it_ends(lake.policy_of(cast["G"]))["goal"] > 0.85
    G = models.Table(40, 4)
    train(steps.cloning_step, batches, 300, quiet=True, G=G, opt=adam(G=[G], lr=0.05))
    assert there.how_it_ends(lake.policy_of(G))["goal"] > 0.9


# ── documents ────────────────────────────────────────────────────────────────────────────────────


def test_clicks_are_relevant_and_the_test_has_documents_and_queries_of_its_own():
    there = data.retrieval(n_clicks=3, seed=1)
    relevant = data.answers(there.y_q, there.y_docs)
    assert relevant.gather(1, there.clicked).all() and there.clicked.shape == (300, 3)
    assert all(len(set(row)) == 3 for row in there.clicked.tolist())
    images = torch.cat([there.q, there.docs, there.q_test, there.docs_test]).flatten(1)
    assert len(images) == 1797 and images.aminmax() == (-1, 1)
    assert len(images.unique(dim=0)) > 1790  # a handful of the originals are alike
    assert data.answers(torch.tensor([3, 9]), torch.tensor([4, 0, 3])).tolist() == [
        [True, False, False],
        [False, True, False],
    ]
    q, d = next(data.Clicks(there.q, there.clicked, 7))
    assert q.shape == (7, 1, 8, 8) and d.shape == (7,)


def test_irgan_has_the_exact_gradient_in_the_mean():
    """The oracle is the sum over all documents, each as probable as G makes it."""
    scores, reward = torch.randn(2, 5, requires_grad=True), torch.randn(2, 5)
    p = scores.softmax(1)
    (exact,) = torch.autograd.grad(-(p * reward).sum(1).mean(), scores)
    mean, p = torch.zeros(2, 5), p.detach()
    for d in range(5):
        log_p = scores.log_softmax(1)
        gain = reward - (p * reward).sum(1, keepdim=True)
        weighed = p[:, d : d + 1] * gain[:, d : d + 1]  # reinforce on d, as often as it is drawn
        mean += torch.autograd.grad(estimates.reinforce(log_p[:, d : d + 1], weighed), scores)[0]
    assert torch.allclose(mean, exact, atol=1e-6)


def test_irgan_moves_judge_then_generator_and_draws_once(moves):
    there = data.retrieval()
    cast = irgan.players(0)
    moved = moves(G=cast["G"], D=cast["D"])
    steps.irgan_step(data.Clicks(there.q, there.clicked), docs=there.docs, **cast)
    assert moved == ["D", "G"]


def test_precision_at_5():
    scores = torch.tensor([[9.0, 8, 7, 6, 5, 4], [1, 2, 3, 4, 5, 6]])
    relevant = torch.tensor([[True, True, False, False, False, True]] * 2)
    assert metrics.precision_at(scores, relevant) == pytest.approx((2 / 5 + 2 / 5) / 2)
    assert metrics.precision_at(scores, relevant, k=1) == 1.0
    assert metrics.precision_at(scores, relevant, k=3) == pytest.approx((2 / 3 + 1 / 3) / 2)


@pytest.mark.slow
def test_who_ranks():
    there = data.retrieval(n_clicks=3)
    cast, batches = irgan.players(0), data.Clicks(there.q, there.clicked)
    assert irgan.at_5(irgan.pixels, there) < 0.05
    train(steps.ranking_step, batches, 400, quiet=True, docs=there.docs, D=cast["D"], opt=cast["opt"])
    assert irgan.at_5(cast["D"], there) > 0.6


# ── measures ─────────────────────────────────────────────────────────────────────────────────────


def test_windows_are_a_mixture_of_normals():
    x, samples = torch.randn(7, 3), torch.randn(5, 3)
    windows = Independent(Normal(samples, 0.4), 1)
    mixture = MixtureSameFamily(Categorical(torch.ones(5)), windows)
    assert torch.allclose(metrics.parzen_log_p(x, samples, 0.4), mixture.log_prob(x), atol=1e-4)


def test_a_copy_has_no_distance_to_what_is_known():
    known = torch.randn(20, 1, 4, 4)
    away = metrics.distance_to_nearest(torch.cat([known[:3], known[:1] + 1]), known)
    assert away[:3].max() < 1e-5 and 0 < away[3] <= math.sqrt(16) + 1e-4
