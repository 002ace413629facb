"""Larger images: pyramids, levels that are told the small image, labels in norms, truncated noise."""

import math

import pytest
import torch
from conftest import Counted, weights
from torch import nn
from torch.distributions import Normal

from course_utils import losses, models, priors, pyramid, scores, steps
from course_utils.match import Rule, match
from course_utils.train import ema_of, sgd

LEVEL = Rule(steps.lapgan_step, ema=True)
BIG = Rule(steps.biggan_step, n_critic=1, ema=True)


# ── pyramids ─────────────────────────────────────────────────────────────────────────────────────


def test_a_pyramid_and_its_inverse_are_exact():
    x = 2 * torch.rand(5, 3, 28, 20) - 1
    levels = pyramid.pyramid(x)
    assert [tuple(level.shape[2:]) for level in levels] == [(7, 5), (14, 10), (28, 20)]
    assert torch.allclose(pyramid.image_of(levels), x, atol=1e-6)
    whole = (x * 256).round().double()  # sums of such numbers are exact
    assert torch.equal(pyramid.image_of(pyramid.pyramid(whole)), whole)


def test_the_small_image_is_the_best_one_and_details_have_no_mean():
    """By least squares: the small image whose enlargement is nearest to x; so details sum to 0."""
    x = torch.randn(1, 1, 4, 6, dtype=torch.double)
    small, detail = pyramid.pyramid(x, 1)
    enlarge = torch.stack([pyramid.larger(e.view(1, 1, 2, 3)).flatten() for e in torch.eye(6).double()], 1)
    best = torch.linalg.lstsq(enlarge, x.flatten()).solution
    assert torch.allclose(small.flatten(), best)
    assert pyramid.smaller(detail).abs().max() < 1e-12
    assert torch.allclose(x.square().sum(), 4 * small.square().sum() + detail.square().sum())  # Pythagoras


def test_a_detail_reaches_one_and_a_half_and_no_further():
    corners = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * 4).view(-1, 1, 2, 2)
    assert pyramid.pyramid(corners, 1)[1].abs().max() == 1.5


# ── a LapGAN ─────────────────────────────────────────────────────────────────────────────────────


def level(side=14):
    return match(LEVEL, models.DetailGenerator(4), models.DetailDiscriminator(side, 4), priors.gaussian(49))


def test_a_level_moves_d_then_g_once_each(moves):
    game, batches = level(), Counted(2 * torch.rand(30, 1, 14, 14) - 1, batch_size=8)
    moved = moves(G=game["G"], D=game["D"])
    for _ in range(2):
        steps.lapgan_step(batches, **game)
    assert moved == 2 * ["D", "G"] and batches.drawn == 2


def test_both_networks_of_a_level_are_told_the_small_image_and_d_sees_details_on_both_sides():
    """With fakes that are the real details, D cannot tell: its loss is that of one logit for both."""
    told = []

    class Judge(nn.Module):
        def __init__(self):
            super().__init__()
            self.logit = nn.Parameter(torch.tensor(0.7))

        def forward(self, detail, small):
            told.append((detail, small))
            return self.logit + 0 * detail.flatten(1).sum(1, keepdim=True)

    class Knows(nn.Module):
        def __init__(self):
            super().__init__()
            self.shift = nn.Parameter(torch.zeros(()))

        def forward(self, z, small):
            return pyramid.pyramid(x, 1)[1] + self.shift

    x = (2 * torch.rand(1, 1, 8, 8) - 1).expand(6, -1, -1, -1).clone()
    game = match(LEVEL, Knows(), Judge(), priors.gaussian(16))
    said = steps.lapgan_step(Counted(x, batch_size=6), **game)
    logit = torch.tensor(0.7)
    assert said["L_D"].item() == pytest.approx(
        (losses.nll_real(logit) + losses.nll_fake(logit)).item(), abs=1e-5
    )
    assert said["r1"] == 0
    for detail, small in told:
        assert torch.allclose(detail.detach(), pyramid.pyramid(x, 1)[1][: len(detail)], atol=0.01)
        assert torch.equal(small, pyramid.smaller(x)[: len(small)])


def test_a_level_learns_the_details_of_bars():
    """Bright small pixels are vertical bars, dark ones horizontal: G must look at the small image."""
    torch.manual_seed(0)
    side = torch.randint(2, (400, 1, 4, 4)).float()
    small = 0.5 * (2 * side - 1)
    bars = torch.tensor([[1.0, -1.0], [1.0, -1.0]]).repeat(4, 4)
    detail = torch.where(pyramid.larger(side) > 0, bars, bars.T) * 0.4
    x = pyramid.larger(small) + detail

    class Judge(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Sequential(nn.Conv2d(2, 16, 2, stride=2), nn.LeakyReLU(0.2), nn.Conv2d(16, 1, 1))

        def forward(self, detail, small):
            return self.net(torch.cat([pyramid.larger(small), detail], 1)).mean((2, 3))

    game = match(LEVEL, models.DetailGenerator(8), Judge(), priors.gaussian(16), lr=1e-3)
    batches = Counted(x, batch_size=32)
    for _ in range(450):
        steps.lapgan_step(batches, **game)
    with torch.no_grad():
        drawn = game["G"].eval()(torch.randn(400, 16), small)
    assert torch.cosine_similarity(drawn.flatten(), detail.flatten(), 0) > 0.7


def test_a_lapgan_grows_from_7_to_28_and_each_level_hears_its_own_noise():
    net = models.LapGAN(4).eval()
    z = torch.randn(3, sum(net.z_dims))
    with torch.no_grad():
        z_small, *zs = z.split(net.z_dims, 1)
        images = net.grow(net.small(z_small), *zs)
        assert [tuple(image.shape[1:]) for image in images] == [(1, s, s) for s in (7, 14, 28)]
        assert torch.equal(images[-1], net(z)) and net(z).abs().max() <= 1
        from_middle = net.grow(images[1], zs[1])[-1]
        assert torch.equal(from_middle, images[-1])
        zs[1] = zs[1] + 1
        other = net.grow(net.small(z_small), *zs)
    assert torch.equal(other[1], images[1]) and not torch.equal(other[2], images[2])


# ── a BigGAN in small ────────────────────────────────────────────────────────────────────────────


def test_hinge_by_hand_and_its_best_score():
    """Where real items are more frequent than fakes the best score is 1, else −1; its loss 2 − 2 TV."""
    on_real, on_fake = torch.tensor([[2.0], [0.5], [-1.0]]), torch.tensor([[-2.0], [0.0]])
    assert losses.hinge_loss(on_real, on_fake).item() == pytest.approx((0.5 + 2) / 3 + 1 / 2)
    p, q = torch.tensor([0.6, 0.3, 0.1]), torch.tensor([0.2, 0.3, 0.5])
    s = torch.linspace(-2, 2, 401)
    paid = p[:, None] * (1 - s).relu() + q[:, None] * (1 + s).relu()
    assert paid.argmin(1)[[0, 2]].tolist() == [300, 100]  # 1 and −1
    assert paid.min(1).values.sum().item() == pytest.approx(2 - (p - q).abs().sum().item(), abs=1e-6)


def test_conditional_batch_norm_is_batch_norm_where_labels_agree_and_mixes_by_shares():
    norm, h = models.ConditionalBatchNorm(4), 3 * torch.randn(50, 4) + 1
    with torch.no_grad():
        norm.scale.copy_(torch.rand(10, 4) + 0.5)
        norm.shift.copy_(torch.randn(10, 4))
    y = torch.randint(10, (50,))
    plain = nn.functional.batch_norm(h, None, None, training=True)  # all labels together
    assert torch.allclose(norm(h, priors.one_hot(y)), norm.scale[y] * plain + norm.shift[y], atol=1e-6)
    norm.eval()
    a, b = (norm(h, priors.one_hot(torch.full((50,), k))) for k in (2, 7))
    half = torch.zeros(50, 10)
    half[:, 2] = half[:, 7] = 0.5
    assert torch.allclose(norm(h, half), (a + b) / 2, atol=1e-6)


def test_labels_reach_g_through_its_norms_alone():
    G, z = models.BigGenerator(5, 8), torch.randn(6, 5)
    one, two = torch.zeros(6, dtype=torch.long), torch.ones(6, dtype=torch.long)
    with torch.no_grad():
        assert torch.equal(G(z, one), G(z, two))  # at first all rows of a norm are alike
        G.norms[1].shift[1] += 1
        assert not torch.equal(G(z, one), G(z, two))
        assert torch.allclose(G.eval()(z, one), G(z, priors.one_hot(one)))


def test_a_projection_adds_the_labels_row_to_one_score_for_all():
    D, x = models.ProjectionDiscriminator(8, norm=lambda layer: layer), torch.rand(4, 1, 28, 28)
    y = torch.tensor([0, 1, 1, 9])
    with torch.no_grad():
        f = D.body(x)
        by_hand = [
            (D.head.weight[0] + D.of_label.weight[k]) @ row + D.head.bias for row, k in zip(f, y, strict=True)
        ]
        assert torch.allclose(D(x, y), torch.stack(by_hand), atol=1e-5)


def test_with_spectral_norm_d_is_not_steeper_than_its_norms_allow():
    D = models.ProjectionDiscriminator(16).train()
    x, y = torch.randn(40, 1, 28, 28), torch.arange(40) % 10
    for _ in range(30):
        D(x, y)  # each forward pass is one step of the power iteration
    D.eval()
    x = x.requires_grad_()
    (gradient,) = torch.autograd.grad(D(x, y).sum(), x)
    for layer in (D.body[1], D.body[3], D.head, D.of_label):
        assert torch.linalg.matrix_norm(layer.weight, 2).item() == pytest.approx(1, abs=0.02)
    assert gradient.flatten(1).norm(dim=1).max() <= 2.1  # 1 by the head, and 1 by a label's row


@pytest.mark.parametrize("n_d", [1, 2])
def test_a_biggan_step_moves_d_as_often_as_it_should_and_the_ema_follows(n_d, moves):
    game = match(BIG, models.BigGenerator(3, 8), models.ProjectionDiscriminator(8), priors.gaussian(3)) | {
        "n_d": n_d
    }
    batches = Counted(2 * torch.rand(50, 1, 28, 28) - 1, torch.arange(50) % 10, batch_size=16)
    moved = moves(G=game["G"], D=game["D"])
    for _ in range(2):
        steps.biggan_step(batches, **game)
    assert moved == 2 * (["D"] * n_d + ["G"]) and batches.drawn == 2 * n_d
    assert not torch.equal(weights(game["G_ema"].module), weights(game["G"]))


def test_a_biggan_step_by_hand():
    """D(x) = w x + b, one real place 1, G's place −1, plain descent at rate 0.1: two lines of arithmetic."""

    class Line(nn.Module):
        def __init__(self):
            super().__init__()
            self.w, self.b = (nn.Parameter(torch.tensor(v)) for v in (0.5, 0.0))

        def forward(self, x, y):
            return self.w * x + self.b

    class Place(nn.Module):
        def __init__(self):
            super().__init__()
            self.at = nn.Parameter(torch.tensor([-1.0]))

        def forward(self, z, y):
            return self.at.expand(len(z), 1)

    G, D = Place(), Line()
    opt = sgd(G=[G], D=[D], lr=0.1)
    batches = Counted(torch.ones(20, 1), torch.zeros(20), batch_size=8)
    game = dict(G=G, D=D, opt=opt, prior=priors.gaussian(1), G_ema=ema_of(G))
    said = steps.biggan_step(batches, **game)
    assert said["L_D"].item() == pytest.approx(0.5 + 0.5)  # both sides are within the hinge
    assert D.w.item() == pytest.approx(0.5 + 0.1 * 2) and D.b.item() == pytest.approx(0.0)
    assert said["L_G"].item() == pytest.approx(0.7) and G.at.item() == pytest.approx(-1 + 0.1 * 0.7)


def test_fresh_statistics_are_those_of_all_draws_together_and_leave_the_rest():
    G, z = models.BigGenerator(5, 8), torch.randn(6, 40, 5)
    y = torch.arange(40) % 10
    G.norms[0].norm.running_mean += 9
    before = weights(G)
    models.fresh_statistics(G, [(part, y) for part in z])
    h = G.layers[0](z.flatten(0, 1))
    assert torch.allclose(G.norms[0].norm.running_mean, h.mean(0), atol=1e-5)
    each = torch.stack([G.layers[0](part).var(0) for part in z]).mean(0)
    assert torch.allclose(G.norms[0].norm.running_var, each, atol=1e-5)
    assert torch.equal(weights(G), before) and not G.training and G.norms[0].norm.momentum == 0.1


# ── truncation, classes by themselves ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("threshold", [0.3, 1.0, 2.5])
def test_truncated_noise_is_spread_as_the_normal_inside_the_threshold(threshold):
    z = priors.truncated_normal(20_000, 3, threshold)
    assert z.abs().max() <= threshold and z.shape == (20_000, 3)
    normal, at = Normal(0.0, 1.0), threshold * torch.linspace(-0.9, 0.9, 7)
    low, high = normal.cdf(torch.tensor([-threshold, threshold]))
    wanted = (normal.cdf(at) - low) / (high - low)
    assert ((z[..., None] < at).float().mean((0, 1)) - wanted).abs().max() < 0.01
    phi = math.exp(-(threshold**2) / 2) / math.sqrt(2 * math.pi)  # the variance in closed form
    assert z.var().item() == pytest.approx(1 - 2 * threshold * phi / (high - low).item(), rel=0.03)


def test_classes_by_themselves_tell_exchanged_labels_and_all_together_do_not(noise):
    x, y = noise.x[:200], noise.y[:200]
    x = (0.2 * x + y.view(-1, 1, 1, 1) / 5 - 1).clamp(-1, 1)
    right, wrong = scores.class_fcds(x, y, x, y), scores.class_fcds(x, (y + 1) % 10, x, y)
    assert list(right) == list(range(10)) and max(right.values()) < 1e-3 < min(wrong.values())
