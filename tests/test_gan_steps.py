"""The steps of two players: who moves, how often, and what the game converges to."""

import pytest
import torch
from conftest import Counted, weights
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
    """Two small networks in the plane, under a rule. → dict"""
    return match(rule, models.mlp(3, 2, 8), models.mlp(2, 1, 8), gaussian(3)) | more


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.step.__name__)
def test_each_update_moves_its_own_player_as_often_as_it_should(rule, moves):
    game, batches = players(rule), Counted(torch.randn(50, 2), batch_size=16)
    moved = moves(G=game["G"], opponent=game[rule.opponent])
    for _ in range(2):  # the second time Adam has momentum to move what it should not
        rule.step(batches, **game)
    assert moved == 2 * (["opponent"] * 3 + ["G"]) and batches.drawn == 6


def test_both_players_of_a_conditional_gan_use_the_label():
    G, D = models.ConditionalGenerator(3, 8), models.ConditionalDiscriminator(8)
    z, x, (y, other) = torch.randn(4, 3), torch.rand(4, 1, 28, 28), torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8]])
    with torch.no_grad():
        assert not torch.equal(G.eval()(z, y), G(z, other)) and not torch.equal(D(x, y), D(x, other))


@pytest.mark.parametrize("step", [steps.cwgan_step, steps.cwgan_gp_step], ids=lambda f: f.__name__)
def test_a_conditional_critic_compares_items_of_one_label(step, each_descent):
    class Recording(models.ConditionalDiscriminator):
        def forward(self, x, y):
            labels.append(y)
            return super().forward(x, y)

    labels, moved = [], []
    G, C = models.ConditionalGenerator(3, 8), Recording(8)
    batches = Counted(2 * torch.rand(50, 1, 28, 28) - 1, torch.arange(50) % 10, batch_size=16)
    opt = adam(G=[G], C=[C])

    each_descent(lambda loss, opt, descend: (moved.append(opt), descend(loss, opt)))
    step(batches, G=G, C=C, opt=opt, prior=gaussian(3), n_critic=2)
    assert moved == [opt.C, opt.C, opt.G] and batches.drawn == 2
    per_update = (len(labels) - 1) // 2  # for real, fake and, in the penalty, interpolated items
    assert per_update == (3 if "gp" in step.__name__ else 2)
    for update in (labels[:per_update], labels[per_update:]):
        assert all(torch.equal(y, update[0]) for y in update)


def played(step, n=1, **more):
    """The players, and the last losses, after n steps from the same start. → dict, dict"""
    torch.manual_seed(0)
    game, batches = players(GAN), data.Batches(2 + 0.1 * torch.randn(50, 2), batch_size=16)
    if step is steps.r1_gan_step:
        more["G_ema"] = ema_of(game["G"])
    for _ in range(n):
        losses = step(batches, **game, **more)
    return game, losses


def test_unrolling_leaves_d_with_one_update_and_without_a_look_ahead_it_is_a_gan():
    plain, _ = played(steps.gan_step)
    none, _ = played(steps.unrolled_gan_step, n_ahead=0)
    five, _ = played(steps.unrolled_gan_step, n_ahead=5)
    for game, same_G in ((none, True), (five, False)):
        assert torch.equal(weights(game["D"]), weights(plain["D"]))
        assert torch.equal(weights(game["G"]), weights(plain["G"])) == same_G


def test_r1_without_weight_is_gan_step_and_with_weight_makes_d_flatter():
    plain, _ = played(steps.gan_step, 30)
    none, free = played(steps.r1_gan_step, 30, r1_weight=0.0)
    _, held = played(steps.r1_gan_step, 30, r1_weight=100.0)
    assert torch.equal(weights(plain["D"]), weights(none["D"])) and held["r1"] < free["r1"]


@pytest.mark.parametrize("step", [steps.r1_gan_step, steps.relativistic_gan_step], ids=lambda f: f.__name__)
def test_each_moves_once_and_the_ema_follows(step, each_descent):
    game = players(GAN)
    G_ema, moved = ema_of(game["G"], decay=0.9), []
    start = [p.clone() for p in game["G"].parameters()]
    each_descent(lambda loss, opt, descend: (moved.append(opt), descend(loss, opt)))
    batches = Counted(torch.randn(50, 2), batch_size=16)
    step(batches, **game, G_ema=G_ema)  # the first update copies G
    first = [p.clone() for p in game["G"].parameters()]
    step(batches, **game, G_ema=G_ema)
    assert moved == 2 * [game["opt"].D, game["opt"].G] and batches.drawn == 2
    for mean, a, b, c in zip(G_ema.module.parameters(), start, first, game["G"].parameters(), strict=True):
        assert not torch.equal(a, b) and torch.allclose(mean, 0.9 * b + 0.1 * c, atol=1e-6)


def test_a_frame_predicted_by_squared_error_is_the_mean_of_the_futures():
    x = torch.full((8, 1, 28, 28), -1.0)
    x[:, :, 10:18, 12:16] = 1
    frames, G = data.MovingDigits(x, batch_size=32), models.FramePredictor()
    train(steps.frame_step, frames, 250, lr_decay=0.3, G=G, opt=adam(G=[G], lr=1e-2), prior=gaussian(2))
    with torch.no_grad():
        assert (G(x, torch.randn(8, 2)) - frames.futures(x).mean(0)).abs().max() < 0.2


def test_clipped_weights_stay_clipped():
    game = players(WGAN, clip=0.02)
    steps.wgan_step(data.Batches(torch.randn(50, 2)), **game)
    assert weights(game["C"]).abs().max() <= 0.02


def still(net):
    """An optimizer that leaves the network as it is."""
    return torch.optim.SGD(net.parameters(), lr=0.0)


def test_against_a_fixed_g_a_penalized_critic_has_gradient_norm_1_and_estimates_the_distance():
    """Mean gradient norm between real and fake 1 ± 0.1; W within 10 % of the best plan's cost."""
    torch.manual_seed(0)
    x, x_fake = data.ring(300, radius=2.0, std=0.1)[0], 0.6 * torch.randn(300, 2)
    G, C = nn.Embedding.from_pretrained(x_fake, freeze=False), models.mlp(2, 1, n_hidden=3)
    opt = adam(C=[C], lr=3e-3, betas=(0.0, 0.9))
    opt.G = still(G)
    game = dict(G=G, C=C, opt=opt, prior=torch.arange, n_critic=1)
    train(steps.wgan_gp_step, data.Batches(x, batch_size=150), 300, lr_decay=0.3, **game)
    between = losses.interpolate(x, x_fake).requires_grad_()
    (gradient,) = torch.autograd.grad(C(between).sum(), between)
    assert gradient.norm(dim=1).mean().item() == pytest.approx(1.0, abs=0.1)
    with torch.no_grad():
        estimate = (C(x).mean() - C(x_fake).mean()).item()
    assert estimate == pytest.approx(transport.earth_mover(x, x_fake), rel=0.1)


def test_a_critic_of_two_points_finds_their_distance_and_what_the_penalty_adds():
    """Two points at distance d, G fixed: W → d (1 + d / (2·gp_weight)), the best of W − gp_weight·gp."""
    d, gp_weight = 2.0, 10.0
    x, C = torch.zeros(64, 2), models.mlp(2, 1, 64)
    G = nn.Linear(1, 2)
    G.load_state_dict({"weight": torch.zeros(2, 1), "bias": torch.tensor([d, 0.0])})
    opt = adam(C=[C], lr=1e-3, betas=(0.5, 0.9))
    opt.G = still(G)
    game = dict(G=G, C=C, opt=opt, prior=gaussian(1), n_critic=1, gp_weight=gp_weight)
    history = train(steps.wgan_gp_step, data.Batches(x, batch_size=64), 600, lr_decay=0.3, **game)
    assert history["W"][-50:].mean() == pytest.approx(d * (1 + d / (2 * gp_weight)), rel=0.03)


def test_a_discriminator_of_two_normals_learns_the_ratio_of_densities():
    """D* = p / (p + q): for N(−1, 1) against N(1, 1) its logit is −2x."""
    x, D = torch.randn(20_000, 1) - 1, models.mlp(1, 1, 32)
    G = nn.Linear(1, 1)
    G.load_state_dict({"weight": torch.ones(1, 1), "bias": torch.ones(1)})
    opt = adam(D=[D], lr=2e-3)
    opt.G = still(G)
    game = dict(G=G, D=D, opt=opt, prior=gaussian(1))
    train(steps.gan_step, data.Batches(x, batch_size=512), 500, lr_decay=0.3, **game)
    at = torch.linspace(-2, 2, 9)[:, None]
    with torch.no_grad():
        assert (D(at).sigmoid() - (-2 * at).sigmoid()).abs().max() < 0.05
