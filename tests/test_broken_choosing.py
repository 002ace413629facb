"""Notebook 12, sections 4 to 6: what is to be mended does harm, and bars are where they are said to be."""

import pytest
import torch
from conftest import broken_and_right, scores_of

from course_utils import data, experiments
from course_utils.exercises import EXERCISES
from course_utils.exercises.symbols.policy import RUNS, unknown_rewards
from course_utils.experiments import irgan, lake
from course_utils.losses import discriminator_loss
from course_utils.steps import choosing
from course_utils.train import descend, train


@pytest.mark.slow
def test_rewards_of_before_teach_no_first_move(monkeypatch):
    arrives, first = [], []
    for to_go in broken_and_right("12.9"):
        monkeypatch.setattr(choosing, "to_go", to_go)
        there = data.Lake("R")
        cast = lake.players(there, 0)
        train(choosing.gail_step, lake._shown(0), 300, quiet=True, **cast)
        policy = lake.policy_of(cast["G"])
        arrives.append(there.how_it_ends(policy)["goal"])
        first.append(policy[there.start].max().item())
    assert arrives[0] < 0.45 and arrives[1] > 0.65, arrives
    assert first[0] < 0.6 < first[1], first


def irgan_step(batches, *, G, D, opt, docs, loss):
    """IRGAN with a loss of the generator that is handed in."""
    q, d = next(batches)

    def draw(p):
        return p.multinomial(8, replacement=True)

    log_p, scores = G(q, docs).log_softmax(1), D(q, docs)
    chosen = draw(log_p.detach().exp())
    descend(discriminator_loss(scores.gather(1, d[:, None]), scores.gather(1, chosen)), opt.D)
    with torch.no_grad():
        reward = D(q, docs)
    L_G = loss(log_p, reward, draw)
    descend(L_G, opt.G)
    return dict(L_G=L_G)


@pytest.mark.slow
def test_praise_for_another_document_teaches_nothing():
    there, found = data.retrieval(n_clicks=3), []
    for loss in broken_and_right("12.13"):
        cast = irgan.players(0)
        clicks = data.Clicks(there.q, there.clicked)
        train(irgan_step, clicks, 500, quiet=True, docs=there.docs, loss=loss, **cast)
        found.append(irgan.chosen_and_relevant(cast["G"], there))
    assert found[0] < 0.15 and found[1] > 0.45, found


def test_two_draws_have_no_gradient_in_the_mean():
    """Whose log p is raised does not depend on whose reward it is: summed over all pairs, nothing is left."""
    broken, right = broken_and_right("12.13")
    scores, reward, n = torch.randn(1, 4, requires_grad=True), torch.randn(1, 4), 4
    p, means = scores.softmax(1).detach()[0], []
    for loss in broken, right:
        mean = torch.zeros(1, n)
        for i in range(n):
            for j in range(n) if loss is broken else [i]:
                draws = iter((torch.tensor([[i]]), torch.tensor([[j]])))
                how_often = p[i] * p[j] if loss is broken else p[i]
                L = loss(scores.log_softmax(1), reward, lambda p, draws=draws: next(draws))
                mean += how_often * torch.autograd.grad(L, scores)[0]
        means.append(mean)
    (exact,) = torch.autograd.grad(-(scores.softmax(1) * reward).sum(), scores)
    assert means[0].abs().max() < 1e-5
    assert torch.allclose(means[1], exact, atol=1e-5)


def test_the_three_rewards_are_told_apart_in_every_seed():
    table = experiments.load("lake")
    for seed in range(lake.SEEDS):
        looks, curves = unknown_rewards(table, seed)
        moves, water = curves["moves a walk"], curves["share in the water"]
        by_length = sorted(RUNS, key=lambda letter: moves[letter][-1])
        assert "".join(by_length) == "ABC"
        at_100 = looks.index(100)
        assert water["A"][at_100] > 0.9 > 0.2 > max(water["B"][at_100], water["C"][at_100])
    assert EXERCISES["12.11"].reference == "BCA"


def test_fifty_forged_points_beat_a_thousand_real_ones():
    contest = EXERCISES["12.16"].contest
    assert sum(map(contest.reached, scores_of("12.16", EXERCISES["12.16"].reference, range(5)))) >= 4
    assert not any(map(contest.reached, contest.controls.values()))
    plain = scores_of("12.16", lambda x: x[:50], range(5))
    assert max(plain) < contest.bar
    assert sum(plain) / 5 == pytest.approx(contest.controls["50 real points"], abs=0.03)
    noise = scores_of("12.16", lambda x: x.mean(0) + x.std(0) * torch.randn(50, 2), range(3))
    assert sum(noise) / 3 == pytest.approx(contest.controls["noise"], abs=0.1)


def test_so_many_real_points_do_not_reach_the_bar(monkeypatch):
    from course_utils.exercises.symbols import measures

    monkeypatch.setattr(measures, "N_POINTS", 1_000)
    real = scores_of("12.16", lambda x: x, range(5))
    contest = EXERCISES["12.16"].contest
    assert max(real) < contest.bar
    assert sum(real) / 5 == pytest.approx(contest.controls["1,000 real points"], abs=0.02)
