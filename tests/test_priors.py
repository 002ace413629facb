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
    assert (
        z.shape == (50_000, 3)
        and z.mean(0).abs().max() < 0.03
        and (z.T.cov() - torch.eye(3)).abs().max() < 0.03
    )


def test_sample_latents_keeps_mean_and_spread_and_forgets_correlation():
    one = torch.randn(2_000, 1)
    z_codes = torch.cat([one, 3 * one + 5], 1)
    z = priors.sample_latents(z_codes, 50_000)
    assert torch.allclose(z.mean(0), z_codes.mean(0), atol=0.08) and torch.allclose(
        z.std(0), z_codes.std(0), rtol=0.03
    )
    assert z.T.corrcoef()[0, 1].abs() < 0.02
