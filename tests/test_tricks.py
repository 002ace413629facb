"""Each trick of notebook 05 against its formula."""

import math

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim.swa_utils import AveragedModel

from course_utils import losses, models, steps, tricks
from course_utils.priors import gaussian, uniform
from course_utils.train import adam

# ── losses and penalties ─────────────────────────────────────────────────────────────────────────


def test_label_nll_is_binary_cross_entropy_and_its_minimum_is_at_the_label():
    logits, label = torch.randn(64, 1), torch.rand(64, 1)
    assert torch.allclose(losses.label_nll(logits, label), binary_cross_entropy_with_logits(logits, label))
    assert torch.allclose(losses.label_nll(logits, 1.0), losses.nll_real(logits))
    assert torch.allclose(losses.label_nll(logits, 0.0), losses.nll_fake(logits))
    best = torch.logit(torch.tensor([[0.9]]), eps=1e-6).requires_grad_()
    assert abs(torch.autograd.grad(losses.label_nll(best, 0.9), best)[0].item()) < 1e-6


def test_feature_matching_compares_means():
    f_real, f_fake = torch.randn(32, 5), torch.randn(32, 5)
    by_hand = sum((f_real[:, i].mean() - f_fake[:, i].mean()).item() ** 2 for i in range(5))
    assert math.isclose(losses.feature_matching(f_real, f_fake).item(), by_hand, rel_tol=1e-5)
    assert (
        losses.feature_matching(f_real, f_real[torch.randperm(32)]) < 1e-10
    )  # the order of items does not matter


def test_the_historical_average_is_the_mean_of_all_weights_so_far():
    net = nn.Linear(2, 1)
    past, seen = AveragedModel(net), []
    for _ in range(4):
        nn.init.normal_(net.weight)
        past.update_parameters(net)
        seen.append(net.weight.detach().clone())
    assert torch.allclose(past.module.weight, torch.stack(seen).mean(0), atol=1e-6)
    penalty, away = losses.historical_average_penalty(net, past), net.weight - torch.stack(seen).mean(0)
    assert torch.allclose(penalty, away.square().sum(), atol=1e-5)
    penalty.backward()
    assert torch.allclose(net.weight.grad, 2 * away, atol=1e-5)
    assert all(p.grad is None for p in past.parameters())


def test_the_gradient_norm_penalty_is_zero_where_every_norm_is_k():
    x = torch.randn(64, 2)
    steep = nn.Linear(2, 1)
    nn.init.constant_(steep.weight, 3 / math.sqrt(2))  # gradient norm 3 everywhere
    assert math.isclose(losses.gradient_norm_penalty(steep, x).item(), 4.0, rel_tol=1e-5)
    assert math.isclose(losses.gradient_norm_penalty(steep, x, k=3.0).item(), 0.0, abs_tol=1e-9)
    bowl = losses.gradient_norm_penalty(lambda v: v.square().sum(1, keepdim=True) / 2, x)  # gradient x at x
    assert torch.allclose(bowl, (x.norm(dim=1) - 1).square().mean())


def test_dragan_penalizes_d_around_the_data():
    class Recording(nn.Linear):
        def forward(self, x):
            seen.append(x)
            return super().forward(x)

    x, seen = 3 + 2 * torch.randn(20_000, 2), []
    G, D = models.mlp(2, 2, 4), Recording(2, 1)
    steps.dragan_step(iter([(x, None)]), G=G, D=D, opt=adam(G=[G], D=[D]), prior=gaussian(2))
    (near,) = (v for v in seen if v.requires_grad and v.is_leaf)  # where the gradient norm is taken
    assert abs((near - x).std() - 0.5 * x.std()) < 0.02 and abs((near - x).mean()) < 0.02


# ── labels, replay buffer, noise ─────────────────────────────────────────────────────────────────


def test_labels_are_constant_uniform_or_flipped():
    logits = torch.zeros(20_000, 1)
    assert (tricks.always(0.9)(logits) == 0.9).all() and tricks.always(0.9)(logits).shape == logits.shape
    noisy = tricks.between(0.7, 0.9)(logits)
    assert 0.7 <= noisy.min() < 0.71 and 0.89 < noisy.max() <= 0.9
    flips = tricks.flipped(1.0, 0.05)(logits)
    assert set(flips.unique().tolist()) == {0.0, 1.0} and abs((flips == 0).float().mean() - 0.05) < 0.01


def test_a_replay_buffer_replaces_half_of_a_batch_by_older_fakes_in_the_same_places():
    torch.manual_seed(0)
    buffer, B = tricks.ReplayBuffer(n_batches=4), 1000
    place = torch.arange(B)
    for t in range(30):
        x_fake = torch.stack([torch.full((B,), float(t)), place.float()], 1)
        before = x_fake.clone()
        mixed = buffer.mix(x_fake)
        assert torch.equal(x_fake, before) and torch.equal(mixed[:, 1].long(), place)
    old = mixed[:, 0] < 29
    assert abs(old.float().mean() - 0.5) < 0.06
    assert 20 < mixed[old, 0].mean() < 28.5  # not too old: new fakes replace those that were given back
    assert buffer.kept.shape == (4, B, 2)


def test_fading_noise_ends_at_zero():
    noise, x = tricks.FadingNoise(0.5, 10), torch.zeros(20_000, 2)
    assert abs(noise(x).std() - 0.5) < 0.01
    for _ in range(5):
        noise.fade()
    assert abs(noise(x).std() - 0.25) < 0.01
    for _ in range(6):
        noise.fade()
    assert torch.equal(noise(x), x)


def test_a_packed_discriminator_sees_rows_together():
    x, D = torch.randn(6, 2), models.mlp(4, 1, 8)
    packed = tricks.Packed(D)
    assert packed(x).shape == (3, 1)
    assert torch.allclose(packed(x)[1], D(torch.cat([x[2], x[3]])[None])[0])


def test_uniform_noise_has_the_std_of_gaussian_noise():
    z = uniform(3)(50_000)
    assert z.shape == (50_000, 3) and abs(z.std() - 1) < 0.01 and z.abs().max() <= math.sqrt(3)


# ── layers ───────────────────────────────────────────────────────────────────────────────────────


def test_minibatch_discrimination_by_hand():
    layer, f = tricks.MinibatchDiscrimination(5, n_out=3, n_dim=2), torch.randn(4, 5)
    with torch.no_grad():
        out = layer(f)
    M = (f @ layer.T.detach().flatten(1)).view(4, 3, 2)
    for i in range(4):
        for b in range(3):
            close = sum(math.exp(-(M[i, b] - M[j, b]).abs().sum()) for j in range(4) if j != i)
            assert math.isclose(out[i, 5 + b].item(), close, rel_tol=1e-4)
    assert torch.equal(out[:, :5], f)
    twins = layer(f[:1].repeat(6, 1))
    assert torch.allclose(twins[:, 5:], torch.full((6, 3), 5.0))  # five others, all at distance 0


def test_virtual_batch_norm_by_hand():
    a, a_ref = torch.randn(3, 4), 2 + 3 * torch.randn(50, 4)
    out = tricks.virtual_batch_norm(a, a_ref)
    for i in range(3):
        rows = torch.cat([a_ref, a[i : i + 1]])
        expected = (a[i] - rows.mean(0)) / (rows.var(0, unbiased=False) + 1e-5).sqrt()
        assert torch.allclose(out[i], expected, atol=1e-4)
    assert torch.allclose(tricks.virtual_batch_norm(a[:1], a_ref), out[:1], atol=1e-5)  # by itself


def test_with_a_reference_an_item_does_not_depend_on_its_batch():
    net = nn.Sequential(nn.Linear(2, 6), tricks.VirtualBatchNorm(6, 16), nn.ReLU(), nn.Linear(6, 3))
    G, z = tricks.WithReference(net, torch.randn(16, 2)), torch.randn(8, 2)
    assert G(z).shape == (8, 3)
    assert torch.allclose(G(z)[:1], G(z[:1]), atol=1e-5)


def test_a_spectral_layer_has_norm_one_and_the_gradient_of_torchs_own():
    layer = tricks.SpectralLinear(6, 4)
    for _ in range(200):
        layer(torch.zeros(1, 6))  # power iterations
    sigma = torch.linalg.matrix_norm(layer.weight, 2)
    x = torch.randn(5, 6)
    assert torch.allclose(layer(x), x @ (layer.weight / sigma).T + layer.bias, atol=1e-5)
    theirs = nn.utils.parametrizations.spectral_norm(nn.Linear(6, 4), n_power_iterations=200)
    original = theirs.parametrizations.weight.original
    with torch.no_grad():
        original.copy_(layer.weight), theirs.bias.copy_(layer.bias)
    theirs(x)
    target = torch.randn(5, 4)
    (ours,) = torch.autograd.grad((layer(x) * target).sum(), layer.weight)
    assert torch.allclose(ours, torch.autograd.grad((theirs(x) * target).sum(), original)[0], atol=1e-4)
    layer.eval()
    u = layer.u.clone()
    layer(x)
    assert torch.equal(layer.u, u)
