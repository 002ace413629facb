"""The steps of two players: who moves, how often, and where the game should end."""

import pytest
import torch
from conftest import Counted
from torch import nn

from course_utils import data, losses, models, steps, transport
from course_utils.match import Rule, match
from course_utils.priors import gaussian
from course_utils.train import adam, ema_of, train

RULES = [
    Rule(steps.gan_step, n_critic=3),
    Rule(steps.lsgan_step, n_critic=3),
    Rule(steps.wgan_step, "C", n_critic=3),
    Rule(steps.wgan_gp_step, "C", n_critic=3),
]
GAN, WGAN = Rule(steps.gan_step), Rule(steps.wgan_step, "C", n_critic=1)


def players(rule, **more):
    return match(rule, models.mlp(3, 2, 8), models.mlp(2, 1, 8), gaussian(3)) | more


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.step.__name__)
def test_each_update_moves_its_own_player_as_often_as_it_should(rule, moves):
    cast, batches = players(rule), Counted(torch.randn(50, 2), batch_size=16)
    moved = moves(G=cast["G"], opponent=cast[rule.opponent])
    for _ in range(2):  # the second time Adam has momentum to move what it should not
        rule.step(batches, **cast)
    assert moved == 2 * (["opponent"] * 3 + ["G"]) and batches.drawn == 6


def test_the_players_of_a_conditional_gan_are_told_the_label():
    G, D = models.ConditionalGenerator(3, 8), models.ConditionalDiscriminator(8)
    z, x, (y, other) = torch.randn(4, 3), torch.rand(4, 1, 28, 28), torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8]])
    with torch.no_grad():
        assert not torch.equal(G.eval()(z, y), G(z, other)) and not torch.equal(D(x, y), D(x, other))


@pytest.mark.parametrize("step", [steps.cwgan_step, steps.cwgan_gp_step], ids=lambda f: f.__name__)
def test_a_conditional_critic_compares_items_of_one_label(step, each_descent):
    class Listening(models.ConditionalDiscriminator):
        def forward(self, x, y):
            heard.append(y)
            return super().forward(x, y)

    heard, moved = [], []
    G, C = models.ConditionalGenerator(3, 8), Listening(8)
    batches = Counted(torch.rand(50, 1, 28, 28), torch.arange(50) % 10, batch_size=16)
    opt = adam(G=[G], C=[C])

    def watched(loss, opt, descend):
        moved.append(opt)
        descend(loss, opt)

    each_descent(watched)
    step(batches, G=G, C=C, opt=opt, prior=gaussian(3), n_critic=2)
    assert moved == [opt.C, opt.C, opt.G] and batches.drawn == 2
    per_update = (len(heard) - 1) // 2  # real, fake, and with a penalty what lies between
    assert per_update == (3 if "gp" in step.__name__ else 2)
    for update in (heard[:per_update], heard[per_update:]):
        assert all(torch.equal(y, update[0]) for y in update)


def test_unrolling_leaves_d_with_one_update_and_without_a_look_ahead_is_a_gan():
    """n_ahead=0 must give gan_step's weights, bit for bit; with it, D still moves once, and G moves otherwise."""
    ends = {}
    for name, step, more in (("gan", steps.gan_step, {}), ("none", steps.unrolled_gan_step, {"n_ahead": 0}),
                             ("five", steps.unrolled_gan_step, {"n_ahead": 5})):  # fmt: skip
        torch.manual_seed(0)
        cast = players(GAN)
        step(data.Batches(torch.randn(50, 2), batch_size=16), **cast, **more)
        ends[name] = {n: torch.cat([p.detach().flatten() for p in cast[n].parameters()]) for n in "GD"}
    assert torch.equal(ends["gan"]["D"], ends["none"]["D"]) and torch.equal(
        ends["gan"]["G"], ends["none"]["G"]
    )
    assert torch.equal(ends["five"]["D"], ends["gan"]["D"]) and not torch.equal(
        ends["five"]["G"], ends["gan"]["G"]
    )


@pytest.mark.parametrize("step", [steps.r1_gan_step, steps.relativistic_gan_step], ids=lambda f: f.__name__)
def test_each_moves_once_and_the_ema_trails(step, each_descent):
    cast = players(GAN)
    G_ema, moved = ema_of(cast["G"], decay=0.9), []
    start = [p.clone() for p in cast["G"].parameters()]
    each_descent(lambda loss, opt, descend: (moved.append(opt), descend(loss, opt)))
    batches = Counted(torch.randn(50, 2), batch_size=16)
    step(batches, **cast, G_ema=G_ema)  # the first update copies G
    first = [p.clone() for p in cast["G"].parameters()]
    step(batches, **cast, G_ema=G_ema)
    assert moved == 2 * [cast["opt"].D, cast["opt"].G] and batches.drawn == 2
    for average, a, b, c in zip(G_ema.module.parameters(), start, first, cast["G"].parameters(), strict=True):
        assert not torch.equal(a, b) and torch.allclose(average, 0.9 * b + 0.1 * c, atol=1e-6)


def test_without_weight_r1_is_gan_step_and_with_it_d_gets_flatter():
    ends = {}
    for name, step, more in (("gan", steps.gan_step, {}), ("none", steps.r1_gan_step, {"r1_weight": 0.0}),
                             ("flat", steps.r1_gan_step, {"r1_weight": 100.0})):  # fmt: skip
        torch.manual_seed(0)
        cast = players(GAN)
        average = {} if step is steps.gan_step else {"G_ema": ema_of(cast["G"])}
        batches = data.Batches(2 + 0.1 * torch.randn(50, 2), batch_size=16)
        for _ in range(30):
            losses = step(batches, **cast, **average, **more)
        ends[name] = torch.cat([p.detach().flatten() for p in cast["D"].parameters()]), losses.get("r1")
    assert torch.equal(ends["gan"][0], ends["none"][0])
    assert ends["flat"][1] < ends["none"][1]


def test_frames_by_squared_error_are_the_mean_of_the_futures():
    x = torch.full((8, 1, 28, 28), -1.0)
    x[:, :, 10:18, 12:16] = 1
    frames, G = data.MovingDigits(x, batch_size=32), models.FramePredictor()
    train(steps.frame_step, frames, 250, lr_decay=0.3, G=G, opt=adam(G=[G], lr=1e-2), prior=gaussian(2))
    with torch.no_grad():
        assert (G(x, torch.randn(8, 2)) - frames.futures(x).mean(0)).abs().max() < 0.2


def test_clipped_weights_stay_clipped():
    cast = players(WGAN, clip=0.02)
    steps.wgan_step(data.Batches(torch.randn(50, 2)), **cast)
    assert max(p.abs().max() for p in cast["C"].parameters()) <= 0.02


def test_a_penalized_critic_of_points_that_stand_still_is_as_steep_as_it_may_be_and_sees_their_distance():
    """G fixed: mean slope between real and fake 1 ± 0.1, and W within 10 % of the best plan's."""
    torch.manual_seed(0)
    x, x_fake = data.ring(300, radius=2.0, std=0.1)[0], 0.6 * torch.randn(300, 2)
    G, C = nn.Embedding.from_pretrained(x_fake, freeze=False), models.mlp(2, 1, n_hidden=3)
    opt = adam(C=[C], lr=3e-3, betas=(0.0, 0.9))
    opt.G = torch.optim.SGD(G.parameters(), lr=0.0)
    cast = dict(G=G, C=C, opt=opt, prior=torch.arange, n_critic=1)
    train(steps.wgan_gp_step, data.Batches(x, batch_size=150), 300, lr_decay=0.3, **cast)
    between = losses.interpolate(x, x_fake).requires_grad_()
    (slope,) = torch.autograd.grad(C(between).sum(), between)
    assert slope.norm(dim=1).mean().item() == pytest.approx(1.0, abs=0.1)
    with torch.no_grad():
        estimate = (C(x).mean() - C(x_fake).mean()).item()
    assert estimate == pytest.approx(transport.earth_mover(x, x_fake), rel=0.1)


def test_a_critic_between_two_points_finds_their_distance_and_what_the_penalty_adds():
    """Two points at distance d, G fixed: W → d (1 + d / (2·gp_weight)), the best of W − gp_weight·gp."""
    d, gp_weight = 2.0, 10.0
    x, C = torch.zeros(64, 2), models.mlp(2, 1, 64)
    G = nn.Linear(1, 2)
    with torch.no_grad():
        G.weight.zero_(), G.bias.copy_(torch.tensor([d, 0.0]))
    opt = adam(C=[C], lr=1e-3, betas=(0.5, 0.9))
    opt.G = torch.optim.SGD(G.parameters(), lr=0.0)
    cast = dict(G=G, C=C, opt=opt, prior=gaussian(1), n_critic=1, gp_weight=gp_weight)
    history = train(steps.wgan_gp_step, data.Batches(x, batch_size=64), 600, lr_decay=0.3, **cast)
    assert history["W"][-50:].mean() == pytest.approx(d * (1 + d / (2 * gp_weight)), rel=0.03)


def test_a_discriminator_of_two_normals_lands_on_the_ratio_of_densities():
    """D* = p / (p + q): for N(−1, 1) against N(1, 1) its logit is −2x."""
    x, D = torch.randn(20_000, 1) - 1, models.mlp(1, 1, 32)
    G = nn.Linear(1, 1)
    with torch.no_grad():
        G.weight.fill_(1), G.bias.fill_(1)
    opt = adam(D=[D], lr=2e-3)
    opt.G = torch.optim.SGD(G.parameters(), lr=0.0)
    train(
        steps.gan_step,
        data.Batches(x, batch_size=512),
        500,
        lr_decay=0.3,
        G=G,
        D=D,
        opt=opt,
        prior=gaussian(1),
    )
    at = torch.linspace(-2, 2, 9)[:, None]
    with torch.no_grad():
        assert (D(at).sigmoid() - (-2 * at).sigmoid()).abs().max() < 0.05
