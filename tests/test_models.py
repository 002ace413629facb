"""Networks: those of the labs as on the slides; shapes, ranges, and what each input changes."""

import pytest
import torch

from course_utils import models


def test_lab_1_as_on_the_slide(capsys):
    net = models.VanillaAutoencoder(latent_dim=3).train()
    assert models.parameters(net) == 218_643
    x = torch.zeros(2, 1, 28, 28)
    assert net(x).shape == x.shape and net.enc(x).shape == (2, 3)
    models.summary(net)
    out = capsys.readouterr().out
    rows = [line.strip("│├─ ").split() for line in out.splitlines()]
    slide = """Sequential: 1-1 [-1, 3] -- | Linear: 2-1 [-1, 128] 100,480 | ReLU: 2-2 [-1, 128] --
        | Linear: 2-3 [-1, 64] 8,256 | ReLU: 2-4 [-1, 64] -- | Linear: 2-5 [-1, 3] 195
        | Linear: 2-6 [-1, 64] 256 | ReLU: 2-7 [-1, 64] -- | Linear: 2-8 [-1, 128] 8,320
        | ReLU: 2-9 [-1, 128] -- | Linear: 2-10 [-1, 784] 101,136 | Tanh: 2-11 [-1, 784] --"""
    for row in slide.split("|"):
        assert row.split() in rows
    assert "Total params: 218,643" in out and net.training


def test_lab_2_as_on_the_slide(capsys):
    net = models.ConvAutoencoder()
    assert models.parameters(net) == 50_161
    models.summary(net)
    out = capsys.readouterr().out
    for shape in ("32, 10, 10", "32, 5, 5", "64, 3, 3", "64, 2, 2", "16, 15, 15", "1, 28, 28"):
        assert f"[-1, {shape}]" in out
    for weights in ("320", "18,496", "18,464", "12,816", " 65\n"):
        assert weights in out


@pytest.mark.parametrize("net", [models.VanillaAutoencoder(5), models.ConvAutoencoder()])
def test_outputs_are_pixels(net):
    x_rec = net(torch.rand(3, 1, 28, 28) * 200 - 100)
    assert x_rec.min() >= -1 and x_rec.max() <= 1


def test_a_linear_autoencoder_is_linear():
    net = models.LinearAutoencoder(4)
    a, b, zero = torch.randn(1, 1, 28, 28), torch.randn(1, 1, 28, 28), torch.zeros(1, 1, 28, 28)
    assert torch.allclose(net(a + b) - net(a) - net(b) + net(zero), zero, atol=1e-5)


def test_an_aae_has_the_networks_of_a_vae_without_the_variance():
    x = torch.rand(3, 1, 28, 28) * 2 - 1
    vae, aae = models.VAE(2, hidden=32), models.AAE(2, hidden=32)
    assert aae.enc(x).shape == (3, 2) and aae(x).shape == x.shape and aae(x).abs().max() <= 1
    assert models.parameters(vae) - models.parameters(aae) == 2 * 32 + 2  # the head of log_var
    assert models.AAE(2, hidden=32, n_labels=10).decode(torch.zeros(3, 12)).shape == x.shape
    assert models.discriminator(13)(torch.zeros(3, 13)).shape == (3, 1)


def test_class_and_style_encoder_adds_noise_in_training_only():
    enc, x = models.ClassAndStyleEncoder(z_dim=3, hidden=16), torch.rand(4, 1, 28, 28)
    y_logits, z_code = enc(x)
    assert y_logits.shape == (4, 10) and z_code.shape == (4, 3) and not torch.equal(enc(x)[1], z_code)
    enc.eval()
    assert torch.equal(enc(x)[0], enc(x)[0])


def test_encoder_and_decoder_of_a_conditional_vae_use_the_label():
    net, x, y = models.ConditionalVAE(3, hidden=16), torch.rand(4, 1, 28, 28), torch.arange(4)
    mu, log_var = net.encode(x, y)
    assert mu.shape == log_var.shape == (4, 3) and not torch.equal(mu, net.encode(x, y + 1)[0])
    assert net.decode(mu, y).shape == x.shape and not torch.equal(net.decode(mu, y), net.decode(mu, y + 1))


def test_generators_and_their_discriminators_fit():
    for G, D, shape in (
        (models.generator(7, 16), models.image_discriminator(16, dropout=0.3), (1, 28, 28)),
        (models.dcgan_generator(7, 4), models.dcgan_discriminator(4), (1, 28, 28)),
        (models.dcgan_generator(7, 4), models.dcgan_discriminator(4, normalize=False), (1, 28, 28)),
        (models.upsampling_generator(7, 8), models.colour_discriminator(4), (3, 32, 32)),
    ):
        x = G(torch.randn(5, 7))
        assert x.shape == (5, *shape) and x.abs().max() <= 1 and D(x).shape == (5, 1)


@pytest.mark.parametrize("name", models.ARCHITECTURES)
def test_the_compared_architectures_fit_and_their_critics_score_each_image_by_itself(name):
    generator, opponent = models.ARCHITECTURES[name]
    x = generator(7)(torch.randn(5, 7))
    assert x.shape == (5, 1, 28, 28) and x.abs().max() <= 1
    alone, together = opponent(normalize=False), opponent(normalize=True)
    assert torch.allclose(alone(x)[:2], alone(x[:2]), atol=1e-4) and alone(x).shape == (5, 1)
    assert not torch.allclose(together(x)[:2], together(x[:2]), atol=1e-4)


def test_the_mlp_generator_does_not_begin_collapsed():
    G = models.ARCHITECTURES["MLP generator"][0](64)
    assert G(torch.randn(50, 64)).std(0).mean() > 0.2  # with PyTorch's own initialization 0.02


def test_a_style_generator_takes_one_w_for_all_layers_or_one_for_each():
    G = models.StyleGenerator(5, channels=4).eval()
    w = torch.randn(3, 5)
    n = len(G.layers)
    each = w[:, None].repeat(1, n, 1)
    assert G(w).shape == (3, 1, 28, 28) and torch.allclose(G(w), G(each), atol=1e-5)
    for layer in range(n):  # every layer depends on its own w
        other = each.clone()
        other[:, layer] += 1
        assert not torch.allclose(G(w), G(other), atol=1e-3)


def test_a_styled_layer_sets_mean_and_std_of_every_map():
    layer, h, w = models.StyledLayer(3, 4, 2, twice=True), torch.randn(5, 3, 6, 6), torch.randn(5, 2)
    out = layer(h, w)
    scale, shift = layer.style(w).chunk(2, 1)
    assert out.shape == (5, 4, 12, 12)
    assert torch.allclose(out.mean((2, 3)), shift, atol=1e-4)
    assert torch.allclose(out.std((2, 3), unbiased=False), (1 + scale).abs(), atol=1e-3)
    torch.nn.init.ones_(layer.noise)
    assert not torch.equal(layer(h, w), layer(h, w))


def test_alae_keeps_the_variance_of_z_and_its_style_variant_fits():
    z = torch.randn(2_000, 50)
    assert 0.2 < models.ALAE(hidden=8).F(z).var(0).mean() < 5  # 0.00002 with torch's default weights
    net = models.style_alae(z_dim=50, w_dim=6, channels=4)
    assert net(torch.rand(3, 1, 28, 28)).shape == (3, 1, 28, 28) and net.D(net.F(z[:3])).shape == (3, 1)


def test_a_frame_predictor_moves_ink_and_keeps_its_sum():
    G, x = models.FramePredictor(), torch.full((3, 1, 28, 28), -1.0)
    x[:, :, 14, 14] = 1
    x_next, filters = G(x, z := torch.randn(3, 2)), G.filters(z)
    assert torch.allclose(filters.sum((1, 2, 3)), torch.ones(3)) and not torch.equal(filters[0], filters[1])
    assert torch.allclose((x_next + 1).sum((1, 2, 3)), (x + 1).sum((1, 2, 3)), atol=1e-4)
    assert models.FrameDiscriminator()(x, x_next).shape == (3, 1)
