"""The style generator as a GAN: mixed styles, what a part decides, how even a way is."""

import pytest
import torch

from course_utils import influence, models, scores, strokes
from course_utils.priors import gaussian
from course_utils.train import ema_of


def test_without_mixing_all_layers_get_one_style_and_with_it_the_crossing_is_even():
    w = torch.arange(3_000.0)[:, None].expand(-1, 2)
    assert torch.equal(models.mix_styles(w, 4, 0.0), w[:, None].expand(-1, 4, -1))
    own = models.mix_styles(w, 4, 1.0)[..., 0] == w[:, :1]
    assert torch.equal(own.sum(1).unique(), torch.tensor([1, 2, 3]))
    assert (own.sum(1).bincount()[1:] / 3_000 - 1 / 3).abs().max() < 0.04


def test_a_stylegan_mixes_in_training_only():
    asked = []

    def mix(w, n_layers):
        asked.append(n_layers)
        return w[:, None].expand(-1, n_layers, -1)

    net = models.StyleGAN(z_dim=5, w_dim=6, channels=2, mix=mix)
    x = net(torch.randn(3, 5))
    assert x.shape == (3, 1, 28, 28) and asked == [4]
    net.eval()(torch.randn(3, 5))
    models.StyleGAN(z_dim=5, w_dim=6, channels=2)(torch.randn(3, 5))
    assert asked == [4]


def test_styles_are_learned_a_hundred_times_as_slowly_as_what_is_made_of_them():
    net = models.StyleGAN(channels=2)
    opt = torch.optim.Adam(net.parameters(), lr=0.01)
    before = net.F[1].weight.clone(), net.F[1].bias.clone(), net.G.layers[0].conv.weight.clone()
    net(torch.randn(3, 50)).square().mean().backward()
    opt.step()
    after = net.F[1].weight, net.F[1].bias, net.G.layers[0].conv.weight
    moved = [(b - a).abs().max().item() for a, b in zip(before, after, strict=True)]
    assert moved == pytest.approx([1e-4, 1e-4, 1e-2], rel=0.02)


def test_its_ema_has_weights_of_its_own():
    net = models.StyleGAN(channels=2, mix=models.mix_styles)
    mean = ema_of(net)
    with torch.no_grad():
        net.G.start.add_(1)
    assert not torch.equal(mean.module.G.start, net.G.start) and not torch.equal(
        mean.module.eval()(gaussian(50)(2)), net.eval()(gaussian(50)(2))
    )


def test_normalization_takes_a_common_factor_of_a_layer_away():
    """conv and noise five times as strong: leaky ReLU hands the factor on, the norm divides by it."""
    net = models.StyleGAN(channels=4).eval()
    z = gaussian(50)(20)
    with torch.no_grad():
        for layer in net.G.layers:
            layer.noise.normal_()
            layer.conv.bias.normal_()
        torch.manual_seed(1)
        before = net(z)
        for layer in net.G.layers:
            for p in (layer.conv.weight, layer.conv.bias, layer.noise):
                p.mul_(5)
        torch.manual_seed(1)
        assert (net(z) - before).abs().max() < 1e-3


# ── what a part decides ──────────────────────────────────────────────────────────────────────────


def test_shares_of_parts_that_add_up_are_their_shares_of_the_variance():
    p, p_new, q, q_new = torch.randn(4, 200_000)
    measure = 2 * p + q  # variances 4 and 1
    assert influence.share_decided(measure, 2 * p_new + q).item() == pytest.approx(0.8, abs=0.01)
    assert influence.share_decided(measure, 2 * p + q_new).item() == pytest.approx(0.2, abs=0.01)
    assert influence.share_decided(measure, 2 * p_new + q_new).item() == pytest.approx(1, abs=0.01)
    assert influence.share_decided(measure, measure) == 0


def test_parts_that_decide_together_have_shares_with_a_larger_sum():
    p, p_new, q, q_new = torch.randn(4, 200_000)
    shares = [influence.share_decided(p * q, after).item() for after in (p_new * q, p * q_new)]
    assert shares == pytest.approx([1, 1], abs=0.03)  # neither does anything alone


def test_of_labels_it_is_how_often_they_change_beside_all_new_ones():
    eye, y = torch.eye(10), torch.arange(10_000) % 10
    after = torch.where(torch.arange(10_000) < 4_500, (y + 1) % 10, y)
    assert influence.share_decided(eye[y], eye[after]).item() == pytest.approx(0.45 / 0.9, abs=1e-4)


# ── ways ─────────────────────────────────────────────────────────────────────────────────────────


def by_itself(monkeypatch):
    """The features of an image are the image."""
    with_features = type("Net", (), {"features": torch.nn.Flatten()})
    monkeypatch.setattr(scores.paths, "load", lambda name: with_features)
    monkeypatch.setitem(scores.classifier.FEATURE_UNITS, "classifier", 1.0)


def test_an_even_way_is_as_long_as_its_ends_are_apart_and_a_jump_is_longer(monkeypatch):
    by_itself(monkeypatch)
    start, end, A = torch.randn(4_000, 3), torch.randn(4_000, 3), torch.randn(3, 8)
    even = ((end - start) @ A).square().sum(1).mean().item()
    assert scores.path_length(lambda w: w @ A, start, end) == pytest.approx(even, rel=1e-3)
    line, none = torch.ones(20_000, 1), torch.zeros(20_000, 1)

    def jump(w):  # moves in the tenth between 0.4 and 0.5 only
        return 10 * (w - 0.4).clamp(0, 0.1)

    assert scores.path_length(jump, none, line, step=1e-3) == pytest.approx(10, rel=0.1)


def test_noise_is_no_way(monkeypatch):
    by_itself(monkeypatch)
    start = torch.zeros(50, 3)
    assert scores.path_length(lambda w: w + torch.randn_like(w), start, start) == 0


# ── strokes ──────────────────────────────────────────────────────────────────────────────────────


def test_the_slant_of_a_leaning_stroke_is_its_angle():
    x = -torch.ones(2, 1, 28, 28)
    for i in range(20):
        x[0, 0, 4 + i, 14] = 1
        x[1, 0, 4 + i, 24 - i] = 1  # one pixel to the right for each up
    assert strokes.slant(x).tolist() == pytest.approx([0, 45], abs=0.5)
    assert strokes.thickness(x)[0].item() == pytest.approx(1, abs=0.15)
