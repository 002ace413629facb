"""Two domains without pairs: their images, the step of CycleGAN, the scores against the truth."""

import math

import pytest
import torch
from conftest import differ
from torch import nn

from course_utils import data, models, scores, session, steps
from course_utils.train import adam, train


def test_hollow_strokes_are_what_a_loop_over_pixels_makes():
    x = 2 * torch.rand(2, 1, 7, 6) - 1
    expected = torch.empty_like(x)
    for n in range(2):
        for i in range(7):
            for j in range(6):
                around = x[n, 0, max(0, i - 1) : i + 2, max(0, j - 1) : j + 2]
                expected[n, 0, i, j] = around.max() - x[n, 0, i, j] - 1
    assert torch.allclose(data.hollow(x), expected)


def test_each_redrawing_is_an_image_and_a_turn_taken_four_times_none():
    x = 2 * torch.rand(5, 1, 28, 28) - 1
    for redraw in data.REDRAWN.values():
        assert redraw(x).shape == x.shape and redraw(x).abs().max() <= 1 and not torch.equal(redraw(x), x)
    y = x
    for _ in range(4):
        y = data.turned(y)
    assert torch.equal(y, x) and torch.equal(data.negative(data.negative(x)), x)


def test_both_domains_are_drawn_each_for_itself_from_images_of_its_own():
    numbers = torch.arange(100.0) / 100
    a, b = data.two_halves(numbers[:, None, None, None] - 1, data.negative)
    assert set(a.flatten().tolist()).isdisjoint((-b).flatten().tolist())
    batches = data.Domains(a, b, 4_000)
    drawn_a, drawn_b = (part.flatten() for part in next(batches))
    assert abs(torch.corrcoef(torch.stack([drawn_a, drawn_b]))[0, 1]) < 0.06
    assert torch.isin(drawn_a, a).all() and torch.isin(drawn_b, b).all()


def test_a_pixel_of_a_translator_depends_on_what_is_near_and_of_an_mlp_on_all():
    x = torch.zeros(1, 1, 28, 28, requires_grad=True)
    for net, reach in ((models.translator(3), 6), (models.mlp_translator(8).eval(), 14)):
        (gradient,) = torch.autograd.grad(net(x)[0, 0, 14, 14], x)
        seen = gradient[0, 0].nonzero() - 14
        assert seen.abs().max() == reach and models.parameters(net) > 0
        assert net(x).shape == x.shape


# ── the step ─────────────────────────────────────────────────────────────────────────────────────


def small_game(n=2, lr=1e-2):
    nets = dict(
        AB=models.mlp(n, n, 8), BA=models.mlp(n, n, 8), D_A=models.mlp(n, 1, 8), D_B=models.mlp(n, 1, 8)
    )
    opt = adam(G=[nets["AB"], nets["BA"]], D=[nets["D_A"], nets["D_B"]], lr=lr, betas=(0.5, 0.9))
    return nets | {"opt": opt}


def test_both_judges_move_then_both_generators(moves):
    game = small_game()
    moved = moves(**{name: net for name, net in game.items() if name != "opt"})
    batches = data.Domains(torch.randn(50, 2), torch.randn(50, 2), 16)
    for _ in range(2):
        said = steps.cyclegan_step(batches, **game)
    assert moved == 2 * ["D_A D_B", "AB BA"] and list(said) == ["L_D", "L_G", "L_cycle", "L_same"]


@pytest.mark.parametrize(
    ("weights", "falls"), [(dict(cycle_weight=10.0), "L_cycle"), (dict(same_weight=50.0), "L_same")]
)
def test_what_has_weight_falls(weights, falls):
    last = {}
    for name, weight in (("with", weights), ("without", {key: 1e-9 for key in weights})):
        session.seed_all(0)
        batches = data.Domains(torch.randn(500, 2) + 2, torch.randn(500, 2) - 2, 64)
        history = train(
            steps.cyclegan_step, batches, 120, quiet=True, **small_game(), **{"same_weight": 1e-9, **weight}
        )
        last[name] = history[falls][-20:].mean()
    assert last["with"] < 0.7 * last["without"]


def test_a_shift_and_its_way_back_are_found_up_to_a_reflection():
    """A is Normal around 0, B the same around 1: AB(a) is to be 1 + a or 1 − a, and BA to undo it."""
    found = []
    for seed in range(3):
        session.seed_all(seed)
        game = dict(
            AB=nn.Linear(1, 1), BA=nn.Linear(1, 1), D_A=models.mlp(1, 1, 16), D_B=models.mlp(1, 1, 16)
        )
        opt = adam(G=[game["AB"], game["BA"]], D=[game["D_A"], game["D_B"]], lr=2e-2, betas=(0.5, 0.9))
        batches = data.Domains(torch.randn(4_000, 1), torch.randn(4_000, 1) + 1, 128)
        weights = dict(cycle_weight=1.0, r1_weight=0.1)
        train(steps.cyclegan_step, batches, 400, quiet=True, lr_decay=0.4, opt=opt, **game, **weights)
        (k, c), (k_back, _) = ((net.weight.item(), net.bias.item()) for net in (game["AB"], game["BA"]))
        found.append(math.copysign(1, k))
        assert abs(k) == pytest.approx(1, abs=0.2) and c == pytest.approx(1, abs=0.3)
        assert k * k_back == pytest.approx(1, abs=0.1)


def test_a_wrong_dictionary_has_no_cycle_error_either():
    """Five kinds as one-hot rows; AB exchanges two kinds of equal frequency, BA undoes it."""
    kinds = torch.eye(5)[torch.multinomial(torch.tensor([0.4, 0.2, 0.2, 0.1, 0.1]), 4_000, replacement=True)]
    exchange = torch.eye(5)[[0, 2, 1, 3, 4]]
    assert torch.equal(kinds @ exchange @ exchange.T, kinds)
    assert ((kinds @ exchange).mean(0) - kinds.mean(0)).abs().max() < 0.03


def test_fakes_reach_the_judges_without_a_way_back(each_descent):
    game, reached = small_game(), []

    def watched(loss, opt, descend):
        if opt is game["opt"].D:
            generators = [*game["AB"].parameters(), *game["BA"].parameters()]
            grads = torch.autograd.grad(loss, generators, retain_graph=True, allow_unused=True)
            reached.append(any(g is not None for g in grads))
        descend(loss, opt)

    each_descent(watched)
    steps.cyclegan_step(data.Domains(torch.randn(20, 2), torch.randn(20, 2), 8), **game)
    assert reached == [False]


# ── scores ───────────────────────────────────────────────────────────────────────────────────────


def test_the_truth_has_no_error_and_keeps_every_digit_that_is_read():
    digits = data.digits("bundled")
    x, y = digits.x_test[:300], digits.y_test[:300]
    found = scores.translation_scores(data.negative, data.negative, data.negative, x, y)
    assert found["error"] == found["way_back"] == found["from_truth"] == 0
    assert found["kept"] == found["returned"] == pytest.approx(100 - scores.label_error(x, y))


def test_the_mean_image_has_error_1_and_a_secret_helps_only_on_the_way_back_from_ones_own():
    x = 2 * torch.rand(200, 1, 28, 28) - 1
    y = torch.arange(200) % 10
    mean = (-x).mean(0, keepdim=True)
    found = scores.translation_scores(
        lambda v: mean.expand(len(v), -1, -1, -1), data.negative, data.negative, x, y
    )
    assert (
        found["error"] == pytest.approx(1, abs=1e-5) and found["from_truth"] == 0 and found["way_back"] > 0.9
    )


def test_shipped_translators_hold_both_ways():
    net = models.Translators()
    assert set(net.parts()) == {"AB", "BA"} and differ(net.AB.parameters(), net.BA.parameters())
