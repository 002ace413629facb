"""Notebook 12, sections 1 to 3: what is to be mended does harm, and bars are where they are said to be."""

import math

import pytest
import torch
from conftest import broken_and_right

from course_utils import data, experiments, session
from course_utils.estimates import draw, reinforce
from course_utils.exercises import EXERCISES
from course_utils.exercises.symbols.text import anonymous
from course_utils.train import descend


def test_the_numbers_by_hand_are_those_of_autograd():
    p, f = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([1.0, 0.0, 4.0])
    theta = p.log().requires_grad_()
    slope = torch.autograd.grad((theta.softmax(0) * f).sum(), theta)[0][2].item()
    assert slope == pytest.approx(EXERCISES["12.1"].reference, abs=1e-5)


def test_the_best_constant_leaves_no_spread_and_the_mean_reward_more_than_none():
    def spread(b):
        estimates = [(3 - b) * 0.1, (1 - b) * -0.9]
        mean = 0.9 * estimates[0] + 0.1 * estimates[1]
        assert mean == pytest.approx(0.18)  # for any b
        return math.sqrt(0.9 * (estimates[0] - mean) ** 2 + 0.1 * (estimates[1] - mean) ** 2)

    assert spread(EXERCISES["12.4"].reference) < 1e-9
    assert spread(2.8) > 1.3 * spread(0.0)


@pytest.mark.parametrize("n", [2, 50])
def test_with_its_own_reward_in_the_mean_a_writer_learns_at_half_the_speed_with_two_draws_alone(n):
    rewards, gained = torch.tensor([0.0, 1.0, 5.0]), []
    for advantages in broken_and_right("12.3"):
        torch.manual_seed(0)
        net = torch.nn.Embedding(2_000, 3)  # so many writers side by side
        torch.nn.init.zeros_(net.weight)
        opt = torch.optim.SGD(net.parameters(), lr=0.02)
        for _ in range(10):
            logits = net.weight.expand(n, 2_000, 3)
            y = draw(logits.detach())
            reward, sign = y @ rewards, y.argmax(-1)
            worth = torch.stack([advantages(*each) for each in zip(reward.T, sign.T, strict=True)], 1)
            descend(reinforce((logits.log_softmax(-1) * y).sum(-1), worth), opt)
        gained.append((net.weight.detach().softmax(-1) @ rewards).mean().item() - 2)
    assert gained[0] / gained[1] == pytest.approx(1 - 1 / n, abs=0.06), gained


def test_with_the_noise_outside_fewer_kinds_are_drawn_when_it_is_cold_and_more_when_it_is_hot():
    torch.manual_seed(0)
    task, logits = EXERCISES["12.6"], torch.tensor([1.5, 0.5, 0.0, -1.0]).expand(40_000, 4)
    wanted = torch.special.entr(logits[0].softmax(0)).sum().exp()
    for draws, same in ((task.mistakes["noise_late"].wrong, False), (task.reference, True)):
        kinds = [torch.special.entr(draws(logits, T).mean(0)).sum().exp() / wanted for T in (0.5, 1.0, 2.0)]
        assert kinds[1] == pytest.approx(1, abs=0.02)
        assert same == (abs(kinds[0] - 1) < 0.02) == (abs(kinds[2] - 1) < 0.02)
        assert same or kinds[0] < 0.9 and kinds[2] > 1.1


def test_the_bar_of_a_hundred_questions_is_reached_by_the_reference_and_not_by_the_controls():
    task = EXERCISES["12.7"]

    def scores(settings, seeds=3):
        found = []
        for seed in range(seeds):
            with session.seeded(seed):
                found.append(task.contest.run(settings, seed))
        return found

    assert sum(map(task.contest.reached, scores(task.reference, 5))) >= 4
    told = task.contest.controls
    for name, settings in {
        "the plain settings": {},
        "a writer that draws evenly": dict(lr=1e-4),
        "straight through": dict(way="straight through"),
    }.items():
        found = scores(settings)
        assert sum(found) / 3 == pytest.approx(told[name], abs=0.03) and max(found) < task.contest.bar


def test_another_way_reaches_it_too_and_the_obvious_changes_do_not():
    task, reached = EXERCISES["12.7"], {}
    for name, settings in {
        "hot": dict(way="relaxed", n=4, lr=1.0, temperature=5.0),
        "one draw": dict(n=1),
        "faster": dict(lr=3.0),
        "cold": dict(way="relaxed", temperature=0.2),
    }.items():
        found = []
        for seed in range(3):
            with session.seeded(seed):
                found.append(task.contest.run(settings, seed))
        reached[name] = sum(map(task.contest.reached, found)) >= task.contest.needed
    assert reached == {"hot": True, "one draw": False, "faster": False, "cold": False}


def test_the_three_faults_show_in_their_rows_as_the_question_says():
    rows, texts = anonymous(experiments.load("text_unknown")["runs"])
    chance = 2 * math.log(2)
    assert rows["A"]["L_D, last"] > chance > rows["A"]["L_D, first"] and rows["A"]["kinds"] < 2
    assert rows["C"]["L_D, last"] < 0.3 and rows["C"]["kinds"] < 2 and rows["C"]["valid"] > 0.99
    assert rows["B"]["kinds"] > 10 and 1.2 < rows["B"]["L_D, last"] < chance
    assert all(len(sentences.split()) == 8 for sentences in texts.values())
    true = set(data.as_text(data.every_sum()[0]))
    assert set(texts["A"].split()) <= true and set(texts["C"].split()) <= true
