"""Priors: their moments, their shapes, and what a label changes."""

import math

import pytest
import torch

from course_utils import priors


def test_reparameterize_has_the_moments_and_the_gradients_of_its_formula():
    mu = torch.tensor([1.0, -2.0]).repeat(50_000, 1).requires_grad_()
    log_var = torch.tensor([0.0, 1.2]).repeat(50_000, 1).requires_grad_()
    z = priors.reparameterize(mu, log_var)
    assert torch.allclose(z.mean(0), mu[0], atol=0.03)
    assert torch.allclose(z.var(0), log_var[0].exp(), rtol=0.03)
    z.sum().backward()
    assert torch.equal(mu.grad, torch.ones_like(mu))
    assert torch.allclose(log_var.grad, 0.5 * (z - mu), atol=1e-5)  # ∂z/∂log σ² = ½ σ ε


def test_gaussian_prior():
    z = priors.gaussian(3)(50_000)
    assert z.shape == (50_000, 3) and z.mean(0).abs().max() < 0.03
    assert torch.allclose(z.T.cov(), torch.eye(3), atol=0.03)


def test_sample_latents_keeps_mean_and_std_but_no_correlation():
    one = torch.randn(2_000, 1)
    z_codes = torch.cat([one, 3 * one + 5], 1)
    z = priors.sample_latents(z_codes, 50_000)
    assert torch.allclose(z.mean(0), z_codes.mean(0), atol=0.08)
    assert torch.allclose(z.std(0), z_codes.std(0), rtol=0.03)
    assert z.T.corrcoef()[0, 1].abs() < 0.02


def test_gaussian_mixture_has_the_moments_of_its_petals():
    y = torch.arange(10).repeat_interleave(20_000)
    for k, petal in enumerate(priors.gaussian_mixture(y).reshape(10, -1, 2)):
        outward = torch.tensor([math.cos(0.2 * math.pi * k), math.sin(0.2 * math.pi * k)])
        across = torch.stack([-outward[1], outward[0]])
        assert torch.allclose(petal.mean(0), 2 * outward, atol=0.02)
        cov = 0.25 * outward[:, None] * outward + 0.01 * across[:, None] * across
        assert torch.allclose(petal.T.cov(), cov, atol=0.01)


def test_swiss_roll_is_a_spiral_in_ten_pieces_in_order():
    y = torch.arange(10).repeat(5_000)
    z = priors.swiss_roll(y)
    r, angle = z.norm(dim=1), torch.atan2(z[:, 1], z[:, 0])
    assert (torch.polar(r, angle) - torch.polar(r, 4 * math.pi * r / 3)).abs().max() < 1e-4  # on the spiral
    assert (10 * (r / 3).square() - y - 0.5).abs().max() < 0.501  # each label in its own tenth


@pytest.mark.parametrize("draw", [priors.gaussian_mixture, priors.swiss_roll])
def test_a_prior_by_label_draws_the_component_of_the_label_and_any_without_one(draw):
    prior = priors.by_label(draw)
    y = torch.full((4000,), 3)
    told, free, unknown = prior(4000, y), prior(4000), prior(4000, torch.full((4000,), priors.UNLABELLED))
    assert told.shape == free.shape == unknown.shape == (4000, 2)
    assert told.var(0).sum() < 0.5 * free.var(0).sum()
    assert torch.allclose(free.std(0), unknown.std(0), rtol=0.1)
    one = priors.by_label(draw, n_components=1)  # with one component every label means the same
    assert one(50, torch.arange(50) % 11).shape == (50, 2) and one(1).shape == (1, 2)


def test_categorical_is_uniform_and_one_hot():
    assert priors.categorical(7, 3).shape == (7, 3)
    y = priors.categorical(20_000)
    assert torch.equal(y.sum(1), torch.ones(20_000)) and (y.mean(0) - 0.1).abs().max() < 0.01
    assert torch.equal(priors.one_hot(torch.tensor([2, 0]), 3), torch.tensor([[0.0, 0, 1], [1, 0, 0]]))


def test_a_draw_lies_in_its_own_component():
    y = torch.arange(7).repeat(500)
    assert torch.equal(priors.piece(priors.swiss_roll(y, 7), 7), y)
    assert (priors.petal(priors.gaussian_mixture(y, 7), 7) == y).float().mean() > 0.99
