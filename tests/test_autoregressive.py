"""Models that give each pixel a probability: none sees itself or the future, all images add up to 1."""

import itertools
import math

import pytest
import torch

from course_utils import data, losses, models, steps
from course_utils.train import adam, train

SMALL = (1, 3, 3)
NETS = {
    "by itself": lambda shape: models.PixelByItself(shape),
    "logistic": lambda shape: models.LogisticPixels(shape),
    "MADE": lambda shape: models.MADE(30, shape),
    "PixelCNN": lambda shape: models.PixelCNN(6, 2, shape=shape),
    "PixelCNN of 3×3": lambda shape: models.PixelCNN(6, 3, 3, shape),
    "gated": lambda shape: models.GatedPixelCNN(6, 2, 3, shape),
}
each_net = pytest.mark.parametrize("build", NETS.values(), ids=NETS)


def shaken(net):
    """With large random weights nothing is hidden because it is near 0."""
    with torch.no_grad():
        for p in net.parameters():
            p += 0.5 * torch.randn_like(p)
    return net.eval()


def all_images():
    return torch.tensor(list(itertools.product((-1.0, 1.0), repeat=9))).view(-1, *SMALL)


def jacobian(net, x):
    """∂ logit_i / ∂ x_j at the images x, its size summed. → (pixels, pixels)"""
    J = torch.autograd.functional.jacobian(lambda v: net(v).flatten(1).sum(0), x)  # (pixels, B, 1, h, w)
    return J.abs().sum(1).flatten(1)


@each_net
def test_the_probabilities_of_all_images_add_up_to_one(build):
    net = shaken(build(SMALL)).double()
    x = all_images().double()
    p = (-losses.surprise(net(x), x).flatten(1).sum(1)).exp()
    assert p.sum().item() == pytest.approx(1, abs=1e-9)


@each_net
def test_no_pixel_sees_itself_or_a_later_one(build):
    net = shaken(build((1, 7, 6)))
    J = jacobian(net, torch.randn(3, 1, 7, 6))
    assert not J.triu().any()
    if not isinstance(net, models.PixelByItself) or isinstance(net, models.MADE):
        assert (J.tril(-1) > 0).float().sum() > 0.5 * 42 * 41 / 2


def test_logistic_made_and_gated_see_all_earlier_pixels_and_a_pixelcnn_has_a_blind_spot():
    for name in ("logistic", "MADE"):
        assert (jacobian(shaken(NETS[name]((1, 4, 4))), torch.randn(3, 1, 4, 4)) > 0).sum() == 16 * 15 / 2
    past = torch.arange(49).view(7, 7) < 4 * 7 + 3
    deep = shaken(models.PixelCNN(6, 8, 3, (1, 7, 7)))
    gated = shaken(models.GatedPixelCNN(6, 8, 3, (1, 7, 7)))
    x = torch.randn(30, 1, 7, 7)
    assert torch.equal(models.looks_at(gated, 4, 3, x), past)
    seen = models.looks_at(deep, 4, 3, x)
    assert (seen <= past).all() and 0 < (past & ~seen).sum() < 10
    assert not seen[3, 6] and seen[4, :3].all()  # one row up, far to the right


def test_a_first_layer_that_sees_itself_is_found_by_the_sum_over_all_images():
    net = models.PixelCNN(6, 2, 3, SMALL)
    net.first.mask[-1, 2] = 1  # kind "B"
    net, x = shaken(net).double(), all_images().double()
    p = (-losses.surprise(net(x), x).flatten(1).sum(1)).exp()
    assert abs(p.sum().item() - 1) > 0.1


@pytest.mark.parametrize("k", [1, 3, 5, 7])
def test_masks_keep_half_of_the_weights(k):
    a, b = models.causal_mask("A", k), models.causal_mask("B", k)
    assert a.sum() == (k * k - 1) / 2 and b.sum() == a.sum() + 1
    assert torch.equal(a + a.flip(0, 1), 1 - (b - a))  # the past, turned by 180°, is the future


def test_a_masked_convolution_is_an_ordinary_one_with_a_masked_kernel():
    conv = models.MaskedConv("B", 2, 3, 5)
    x = torch.randn(2, 2, 6, 7)
    kernel = torch.zeros(3, 2, 5, 5)
    kernel[:, :, :3] = conv.weight.detach()
    expected = torch.nn.functional.conv2d(x, kernel * models.causal_mask("B", 5), conv.bias, padding=2)
    assert torch.allclose(conv(x), expected, atol=1e-5)


def test_made_masks_let_no_path_lead_back():
    m = torch.tensor([1, 3, 3, 7, 8])
    enter, leave = models.made_masks(m, 9)
    paths = leave @ enter
    assert not paths.triu().any() and paths[8, :8].min() > 0 and paths[3, 2] == 2


def test_surprise_is_the_bernoulli_likelihood_pixel_by_pixel():
    logits, x = torch.randn(5, 1, 4, 4), torch.randn(5, 1, 4, 4).sign()
    p = torch.distributions.Bernoulli(logits=logits).log_prob((x + 1) / 2)
    assert torch.allclose(losses.surprise(logits, x), -p, atol=1e-6)
    total = losses.surprise(logits, x).flatten(1).sum(1).mean()
    assert torch.allclose(total, losses.bernoulli_nll(logits, x))


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_the_writer_that_keeps_its_layers_writes_the_same_pixels(given, temperature):
    net = shaken(models.PixelCNN(8, 3, shape=(1, 9, 8))).double()
    x = torch.randn(7, 1, 9, 8).double().sign() if given else None
    both = []
    for plainly in (False, True):
        torch.manual_seed(1)
        both.append(models.write(net, 7, x, 20 if given else 0, temperature, plainly))
    assert torch.equal(*both) and set(both[0].unique().tolist()) == {-1, 1}
    if given:
        assert torch.equal(both[0].flatten(1)[:, :20], x.flatten(1)[:, :20])


@each_net
def test_written_images_have_the_frequencies_that_the_model_says(build):
    net, x = shaken(build(SMALL)), all_images()
    p = (-losses.surprise(net(x), x).flatten(1).sum(1)).exp()
    written = models.write(net, 20_000)
    place = ((written.flatten(1) + 1) / 2 @ (2.0 ** torch.arange(8, -1, -1))).long()
    frequency = place.bincount(minlength=512) / 20_000
    assert (frequency - p).abs().max() < 5 * math.sqrt(p.max().item() / 20_000)


def test_the_log_odds_are_the_best_that_pixels_by_themselves_can_do():
    x = (torch.rand(400, 1, 4, 4) < torch.rand(1, 1, 4, 4)).float() * 2 - 1
    net = models.PixelByItself((1, 4, 4))
    with torch.no_grad():
        net.bias.copy_(models.log_odds(x))
    nll = losses.bernoulli_nll(net(x), x)
    (gradient,) = torch.autograd.grad(nll, net.bias)
    assert gradient.abs().max() < 2e-3


def test_logistic_pixels_learn_a_copied_row():
    """Each image: a random row, then the same again: log 2 for each pixel of the first row, and no more."""
    row = torch.randint(2, (2000, 1, 1, 4)) * 2.0 - 1
    batches = data.Batches(torch.cat([row, row], 2), batch_size=100)
    net = models.LogisticPixels((1, 2, 4))
    history = train(steps.pixelcnn_step, batches, 400, net=net, opt=adam(net=[net], lr=0.1), quiet=True)
    assert history["nats"][-20:].mean() == pytest.approx(4 * math.log(2), abs=0.05)
