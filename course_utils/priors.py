"""Latent codes: priors n → (n, z_dim), and draws from an encoder's distribution."""

import torch

from . import session


def gaussian(z_dim):
    """The prior N(0, I): `prior = gaussian(20)`, then `prior(n)` draws codes (n, 20)."""
    return lambda n: torch.randn(n, z_dim, device=session.device())


def reparameterize(mu, log_var):
    """A draw from q(z|x) = N(μ, σ²) through which the gradient passes to μ and σ. → (B, z_dim)

    z = μ + σ ⊙ ε,  σ = exp(½ log σ²),  ε ~ N(0, I)

    Source: Kingma & Welling 2014; decks 002, 003. Trap: exp(log_var) is the variance, not the standard deviation.
    """
    return mu + (0.5 * log_var).exp() * torch.randn_like(mu)


def sample_latents(z_codes, n):
    """Draw each latent dimension on its own, a Normal with the mean and spread of the codes. → (n, latent_dim)

    z_d ~ N(mean_d, std_d),  z_codes (N, latent_dim)

    Source: deck 002, "Create random vectors". Trap: real codes are neither Normal nor independent.
    """
    mean, std = z_codes.mean(0), z_codes.std(0)
    return mean + std * torch.randn(n, z_codes.shape[1], device=z_codes.device)
