"""Text: the language is what it says; the estimates are right on average, over all that can be drawn."""

import itertools
import math

import pytest
import torch

from course_utils import data, estimates, metrics, models, steps
from course_utils.losses import non_saturating
from course_utils.train import adam, train

LENGTH, K = 3, 3
EVERY = torch.nn.functional.one_hot(torch.tensor(list(itertools.product(range(K), repeat=LENGTH)))).float()


def small_pair(seed=0):
    """A writer and a judge of sentences of three signs, with large weights."""
    torch.manual_seed(seed)
    G, D = models.Writer(LENGTH, K, hidden=4), models.text_discriminator(LENGTH, K, hidden=8)
    with torch.no_grad():
        for p in (*G.parameters(), *D.parameters()):
            p *= 2
    return G, D


def probabilities(G):
    return G.log_p(EVERY).sum(1).exp()


def flat(gradients):
    return torch.cat([g.flatten() for g in gradients])


def away(a, b):
    """How far a is from b, as a share of b."""
    return ((a - b).norm() / b.norm()).item()


# ── the language, the writer ─────────────────────────────────────────────────────────────────────


def test_the_language_is_all_true_sums_and_its_draws_are_as_frequent_as_it_says():
    x, p = data.every_sum()
    texts = data.as_text(x)
    assert len(set(texts)) == 55 and p.sum().item() == pytest.approx(1)
    assert all(int(t[0]) + int(t[2]) == int(t[4]) and t[1] + t[3] == "+=" for t in texts)
    assert p[texts.index("0+0=0")].item() == pytest.approx(0.1)
    assert p[texts.index("4+5=9")].item() == pytest.approx(0.01)
    drawn = data.as_text(data.sums(20_000))
    shares = torch.tensor([drawn.count(t) / 20_000 for t in texts])
    assert (shares - p).abs().max() < 0.01
    assert data.as_text(data.one_hot_text(["3+4=7"])) == ["3+4=7"]


def test_a_writer_draws_as_it_says_and_never_looks_ahead():
    G, _ = small_pair()
    q = probabilities(G).detach()
    assert q.sum().item() == pytest.approx(1, abs=1e-5)
    with torch.no_grad():
        x = G.write(40_000)
    at = (x.argmax(-1) @ torch.tensor([9, 3, 1])).bincount(minlength=27) / 40_000
    assert (at - q).abs().max() < 0.01
    other = EVERY.flip(0).clone()
    other[:, :2] = EVERY[:, :2]
    assert torch.allclose(G(other)[:, :3], G(EVERY)[:, :3])  # the last sign changes no logits


def test_what_is_kept_stays_and_the_rest_is_drawn_anew():
    G, _ = small_pair()
    x, keep = EVERY.repeat(400, 1, 1), torch.arange(3).repeat(3600)
    with torch.no_grad():
        ends = G.write_on(x, keep)
    same = (ends == x).all(-1)
    assert all(same[keep == n, :n].all() for n in range(3))
    assert all(0.1 < same[keep == n, -1].float().mean() < 0.9 for n in range(3))


def test_scores_of_the_truth_and_of_a_uniform_model():
    x, p = data.every_sum()
    true, uniform = metrics.text_scores(p.log(), p), metrics.text_scores(-5 * math.log(12) + 0 * p, p)
    assert true["valid"] == pytest.approx(1) and true["KL"] == pytest.approx(0, abs=1e-6)
    assert true["kinds"] == pytest.approx(45.29, abs=0.01)
    assert uniform["valid"] == pytest.approx(55 / 12**5) and uniform["kinds"] == pytest.approx(55, abs=1e-2)
    assert uniform["KL"] == pytest.approx(5 * math.log(12) - math.log(true["kinds"]), abs=1e-4)


# ── estimates, by enumeration ────────────────────────────────────────────────────────────────────

THETA = torch.tensor([1.0, 0.0, -1.0])
REWARD = torch.tensor([0.3, 2.0, -1.0])


def exact_gradient():
    theta = THETA.clone().requires_grad_()
    return torch.autograd.grad(-(theta.softmax(0) * REWARD).sum(), theta)[0]


def mean_gradient(change, n=2):
    """The gradient of `reinforce` on average over all batches of n draws, each as probable as it is."""
    theta, total = THETA.clone().requires_grad_(), 0
    p = THETA.softmax(0)
    for at in itertools.product(range(3), repeat=n):
        at = torch.tensor(at)
        loss = estimates.reinforce(theta.log_softmax(0)[at], change(REWARD[at]))
        total = total + p[at].prod() * torch.autograd.grad(loss, theta)[0]
    return total


def test_reinforce_is_right_in_the_mean_with_and_without_the_others_mean():
    assert torch.allclose(mean_gradient(lambda r: r), exact_gradient(), atol=1e-6)
    for n in (2, 3):
        assert torch.allclose(mean_gradient(estimates.less_the_others, n), exact_gradient(), atol=1e-6)
        own = mean_gradient(lambda r: r - r.mean(), n)
        assert torch.allclose(own, (1 - 1 / n) * exact_gradient(), atol=1e-6)


def test_reinforce_sums_over_time_and_gives_the_reward_no_gradient():
    log_p, reward = torch.randn(4, 5), torch.randn(4, 5, requires_grad=True)
    leaf = log_p.clone().requires_grad_()
    estimates.reinforce(leaf, reward).backward()
    assert torch.allclose(leaf.grad, -reward.detach() / 4) and reward.grad is None


def test_the_value_of_a_beginning_is_what_its_sentences_are_worth_in_the_mean():
    G, D = small_pair()
    with torch.no_grad():
        q, worth = probabilities(G), D(EVERY).squeeze(1)
        found = estimates.action_values(G.write_on, lambda x: D(x).squeeze(1), EVERY, 2_000)
    q, worth = q.view(3, 3, 3), worth.view(3, 3, 3)
    first = (q * worth).sum((1, 2)) / q.sum((1, 2))
    second = (q * worth).sum(2) / q.sum(2)
    assert torch.allclose(found[:, 0], first.repeat_interleave(9), atol=0.05)
    assert torch.allclose(found[:, 1], second.flatten().repeat_interleave(3), atol=0.05)
    assert torch.allclose(found[:, 2], worth.flatten())


def of_soft_draws(choose, temperature, judge, n=200_000):
    theta = THETA.expand(n, 3).clone().requires_grad_()
    return torch.autograd.grad(judge(choose(theta, temperature)).sum(), theta)[0]


def bias_and_spread(choose, temperature, judge):
    """Of the gradient of E[judge], as shares of its size."""
    g = of_soft_draws(choose, temperature, judge)
    p, worth = THETA.softmax(0), judge(torch.eye(3))
    exact = p * (worth - (p * worth).sum())
    return away(g.mean(0), exact), (g.var(0).sum().sqrt() / exact.norm()).item()


def judge(y):
    return (y @ torch.tensor([-4.0, 0.0, 4.0])).sigmoid()


def test_draws_follow_softmax_at_every_temperature():
    logits = THETA.expand(100_000, 3)
    for temperature in (0.1, 1.0, 10.0):
        hard = estimates.straight_through(logits, temperature)
        assert (
            torch.allclose(hard.sum(-1), torch.ones(100_000)) and ((hard - hard.round()).abs() < 1e-5).all()
        )
        assert torch.allclose(hard.mean(0), THETA.softmax(0), atol=0.01)
        soft = estimates.gumbel_softmax(logits, temperature)
        assert torch.allclose(estimates.one_hot_of(soft).mean(0), THETA.softmax(0), atol=0.01)
    assert torch.allclose(estimates.draw(logits).mean(0), THETA.softmax(0), atol=0.01)
    assert (estimates.gumbel(logits).mean() - 0.5772).abs() < 0.01


def test_colder_means_less_bias_and_more_variance_for_soft_draws():
    torch.manual_seed(0)
    cold, warm, hot = (bias_and_spread(estimates.gumbel_softmax, T, judge) for T in (0.1, 0.5, 5.0))
    assert cold[0] < 0.08 < warm[0] < 0.3 < hot[0] and cold[1] > warm[1] > hot[1]


def test_a_gradient_through_the_back_door_is_biased_at_every_temperature():
    torch.manual_seed(0)
    for T in (0.05, 0.1, 0.5, 1.0, 5.0):
        assert bias_and_spread(estimates.straight_through, T, judge)[0] > 0.3


# ── steps ────────────────────────────────────────────────────────────────────────────────────────


def gradient_of_G(step, moved, **players):
    """What one step would move G by: its optimizer is gradient descent at rate 1."""
    G = players["G"]
    before = flat(p.detach() for p in G.parameters())
    step(players.pop("batches"), **players)
    after = flat(p.detach() for p in G.parameters())
    with torch.no_grad():
        torch.nn.utils.vector_to_parameters(before, G.parameters())
    moved.append(before - after)


def players_of(G, D, n):
    p = torch.linspace(1, 3, 27)
    batches = data.Batches(EVERY[p.multinomial(4_000, replacement=True)], batch_size=n)
    opt = adam(D=[D], lr=0.0)
    opt.G = torch.optim.SGD(G.parameters(), lr=1.0)
    return dict(batches=batches, G=G, D=D, opt=opt)


def test_the_mean_of_seqgan_steps_is_the_gradient_of_the_expected_reward():
    G, D = small_pair()
    exact = torch.autograd.grad(
        -(probabilities(G) * D(EVERY).sigmoid().squeeze(1).detach()).sum(), G.parameters()
    )
    moved = []
    for _ in range(40):
        gradient_of_G(steps.seqgan_step, moved, **players_of(G, D, 500))
    assert away(torch.stack(moved).mean(0), flat(exact)) < 0.1


def test_the_mean_of_mle_steps_is_the_gradient_of_the_cross_entropy():
    G, D = small_pair()
    players = players_of(G, D, 500)
    players.pop("D")
    p = torch.linspace(1, 3, 27) / torch.linspace(1, 3, 27).sum()
    exact, moved = torch.autograd.grad(-(p * G.log_p(EVERY).sum(1)).sum(), G.parameters()), []
    for _ in range(40):
        gradient_of_G(steps.mle_step, moved, **players)
    assert away(torch.stack(moved).mean(0), flat(exact)) < 0.15


def test_cold_soft_draws_carry_nearly_the_exact_gradient_through_a_whole_sentence():
    """The oracle sums over all 27 sentences; the relaxed draws are cold, their bias is small."""
    G, D = small_pair()
    exact = torch.autograd.grad((probabilities(G) * _loss_of(D, EVERY)).sum(), G.parameters())
    moved = []
    for _ in range(20):
        soft = G.write(5_000, lambda logits: estimates.gumbel_softmax(logits, 0.2))
        moved.append(flat(torch.autograd.grad(non_saturating(D(soft)), G.parameters())))
    assert away(torch.stack(moved).mean(0), flat(exact)) < 0.5


def _loss_of(D, x):
    return torch.nn.functional.softplus(-D(x)).squeeze(1)


def test_first_the_judge_moves_then_the_writer(moves):
    G, D = models.Writer(), models.text_discriminator()
    opt, batches = adam(G=[G], D=[D]), data.Batches(data.sums(100), batch_size=16)
    moved = moves(G=G, D=D)
    for step in (steps.seqgan_step, steps.gumbel_gan_step):
        step(batches, G=G, D=D, opt=opt)
    steps.mle_step(batches, G=G, opt=opt)
    assert moved == ["D", "G", "D", "G", "G"]


def test_maximum_likelihood_learns_most_sums():
    torch.manual_seed(0)
    G, (x, p) = models.Writer(), data.every_sum()
    batches = data.Batches(data.sums(20_000), batch_size=64)
    train(steps.mle_step, batches, 250, quiet=True, G=G, opt=adam(G=[G], lr=1e-2))
    with torch.no_grad():
        scores = metrics.text_scores(G.log_p(x).sum(1), p)
    assert scores["valid"] > 0.5 and scores["KL"] < 0.8
