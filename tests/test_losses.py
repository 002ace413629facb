"""Formulas against independent oracles."""

import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from course_utils import losses


def test_reconstruction_against_torch_and_by_hand():
    x, x_rec = torch.randn(7, 1, 5, 3), torch.randn(7, 1, 5, 3)
    oracle = torch.nn.functional.mse_loss(x_rec, x, reduction="sum") / 7
    assert torch.allclose(losses.reconstruction(x_rec, x), oracle)
    assert losses.reconstruction(torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)) == 4  # four errors of 1


def test_kl_against_torch_by_sampling_and_at_the_prior():
    mu, log_var = torch.randn(6, 4), torch.randn(6, 4)
    q, p = Normal(mu, (0.5 * log_var).exp()), Normal(0.0, 1.0)
    assert torch.allclose(losses.kl_normal(mu, log_var), kl_divergence(q, p).sum(1).mean())
    z = q.sample((20_000,))
    sampled = (q.log_prob(z) - p.log_prob(z)).sum(2).mean()
    assert torch.allclose(losses.kl_normal(mu, log_var), sampled, rtol=0.02)
    assert losses.kl_normal(torch.zeros(3, 5), torch.zeros(3, 5)) == 0
    assert losses.kl_normal(torch.ones(2, 3), torch.zeros(2, 3)) == 1.5  # ½ |μ|²


def test_bernoulli_against_torch_and_without_overflow():
    logits, x = 4 * torch.randn(5, 1, 3, 2), torch.randn(5, 1, 3, 2).sign()
    oracle = -Bernoulli(logits=logits).log_prob((x + 1) / 2).flatten(1).sum(1).mean()
    assert torch.allclose(losses.bernoulli_nll(logits, x), oracle)
    even = losses.bernoulli_nll(torch.zeros(2, 1, 4, 4), torch.rand(2, 1, 4, 4))
    assert even == pytest.approx(16 * math.log(2))
    assert losses.bernoulli_nll(torch.full((1, 1), -1000.0), torch.ones(1, 1)) == 1000


@pytest.mark.parametrize("shape", [(), (1, 1, 3, 2), (5, 1, 3, 2)])
def test_normal_against_torch_with_any_variance(shape):
    mean, log_var, x = torch.randn(5, 1, 3, 2), torch.randn(shape), torch.randn(5, 1, 3, 2)
    oracle = -Normal(mean, (0.5 * log_var).exp()).log_prob(x).flatten(1).sum(1).mean()
    assert torch.allclose(losses.normal_nll((mean, log_var), x), oracle)


def test_real_and_fake_against_torch_and_without_overflow():
    logits = 3 * torch.randn(9, 1)
    D = Bernoulli(logits=logits)
    assert torch.allclose(losses.nll_real(logits), -D.log_prob(torch.ones(9, 1)).mean())
    assert torch.allclose(losses.nll_fake(logits), -D.log_prob(torch.zeros(9, 1)).mean())
    assert losses.nll_real(torch.zeros(3)) == losses.nll_fake(torch.zeros(3)) == pytest.approx(math.log(2))
    assert losses.nll_real(torch.tensor([-1000.0])) == losses.nll_fake(torch.tensor([1000.0])) == 1000


def test_the_gradients_of_the_generator_losses():
    """By hand, in the logit: D − 1, −D and −exp(logit)."""
    logit = torch.tensor([-6.0, 0.0, 2.0], requires_grad=True)
    D = logit.detach().sigmoid()
    gradients = {losses.non_saturating: D - 1, losses.minimax: -D}
    gradients[losses.maximum_likelihood] = -logit.detach().exp()
    for loss, gradient in gradients.items():
        (found,) = torch.autograd.grad(3 * loss(logit), logit)  # 3: undo the mean
        assert torch.allclose(found, gradient, atol=1e-6)
    assert losses.discriminator_loss(torch.zeros(4), torch.zeros(4)) == pytest.approx(2 * math.log(2))


def test_relativistic_is_the_loss_of_the_difference():
    winner, loser = torch.randn(6, 1), torch.randn(6, 1)
    assert torch.allclose(losses.relativistic(winner, loser), losses.nll_real(winner - loser))
    assert losses.relativistic(winner, winner) == pytest.approx(math.log(2))


def test_the_critics_loss_is_minus_the_difference_of_mean_scores():
    on_real, on_fake = torch.tensor([[3.0], [5.0]]), torch.tensor([[1.0], [0.0], [2.0]])
    assert losses.critic_loss(on_real, on_fake).item() == pytest.approx(-3.0)
    assert losses.critic_loss(on_real + 7, on_fake + 7).item() == pytest.approx(-3.0)  # a difference


def test_interpolated_items_are_uniform_on_the_line_between_their_pair():
    x, x_fake = torch.randn(20_000, 1, 2, 2), torch.randn(20_000, 1, 2, 2)
    share = (losses.interpolate(x, x_fake) - x_fake) / (x - x_fake)
    one = share[:, 0, 0, 0]
    assert torch.allclose(share, one[:, None, None, None].expand_as(share), atol=1e-2)  # one ε for an item
    assert one.mean().item() == pytest.approx(0.5, abs=0.01)
    assert one.std().item() == pytest.approx(12**-0.5, abs=0.01)
    assert one.min() >= -1e-3 and one.max() <= 1 + 1e-3


def test_gradient_penalty_of_a_bowl_is_a_third():
    """C(x) = ½‖x‖² has gradient norm ‖x‖ = ε for ‖x_real‖ = 1 and x_fake = 0: E (ε − 1)² = 1/3."""
    x = torch.nn.functional.normalize(torch.randn(200_000, 1, 2, 2).flatten(1)).reshape(-1, 1, 2, 2)
    found = losses.gradient_penalty(lambda v: 0.5 * v.flatten(1).square().sum(1), x, torch.zeros_like(x))
    assert found.item() == pytest.approx(1 / 3, rel=0.01)


def test_gradient_penalty_is_a_mean_over_items_and_has_a_gradient():
    a = torch.nn.Parameter(torch.tensor([3.0, 4.0]))  # gradient norm 5 everywhere
    penalty = losses.gradient_penalty(lambda v: v @ a, torch.randn(7, 2), torch.randn(7, 2))
    assert penalty.item() == pytest.approx(16)
    assert torch.allclose(torch.autograd.grad(penalty, a)[0], 2 * 4 * a / 5)


def test_r1_is_the_squared_gradient_norm_at_real_items():
    a = torch.nn.Parameter(torch.tensor([3.0, 4.0]))
    penalty = losses.r1_penalty(lambda v: v @ a, torch.randn(7, 2))
    assert penalty.item() == pytest.approx(25)
    assert torch.allclose(torch.autograd.grad(penalty, a)[0], 2 * a)
    x = torch.randn(50, 3)
    assert torch.allclose(losses.r1_penalty(lambda v: 0.5 * v.square().sum(1), x), x.square().sum(1).mean())


def test_the_one_sided_penalty_is_zero_for_gradient_norms_below_one():
    assert losses.one_sided_penalty(torch.tensor([0.0, 0.5, 1.0, 3.0])).item() == pytest.approx(1.0)


def test_accuracy_is_a_half_where_the_discriminator_sees_no_difference():
    sure = torch.full((5, 1), 9.0)
    assert losses.accuracy(sure, -sure) == 1 and losses.accuracy(sure, sure) == 0.5
    assert losses.accuracy(-sure, sure) == 0
