"""Latent priors: n → (n, z_dim)."""

import torch


def sample_latents(z_codes, n):
    """Draw each latent dimension on its own, a Normal with the mean and spread of the codes. → (n, latent_dim)

    z_d ~ N(mean_d, std_d),  z_codes (N, latent_dim)

    Source: deck 002, "Create random vectors". Trap: real codes are neither Normal nor independent.
    """
    mean, std = z_codes.mean(0), z_codes.std(0)
    return mean + std * torch.randn(n, z_codes.shape[1], device=z_codes.device)
