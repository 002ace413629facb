"""Latent codes: priors, which are functions n → (n, z_dim), and draws from an encoder's distribution."""

import math

import torch

from . import session
from .data import spiral

N_CLASSES = 10
UNLABELLED = 10  # the label of an image whose class is unknown


def gaussian(z_dim):
    """The prior N(0, I): `prior = gaussian(20)`, then `prior(n)` draws codes (n, 20)."""
    return lambda n: torch.randn(n, z_dim, device=session.device())


def uniform(z_dim):
    """The prior of independent uniform numbers between −√3 and √3: variance 1, as in `gaussian`."""
    return lambda n: math.sqrt(3) * (2 * torch.rand(n, z_dim, device=session.device()) - 1)


def even_labels(n):
    """n labels of which each is as frequent as the others: 0, 1, …, 9, 0, 1, … → (n,)"""
    return torch.arange(n, device=session.device()) % N_CLASSES


def truncated_normal(n, z_dim, threshold):
    """Draws from N(0, I) whose numbers all lie between −threshold and threshold. → (n, z_dim)

    P(|z| < t) = erf(t/√2): a uniform share of it, turned into a number by the inverse of erf.

    Source: Brock et al. 2019, the "truncation trick", who draw numbers beyond it again. Traps: to clamp them
    puts them all on ±threshold; to draw whole vectors again would take for ever.
    """
    u = 2 * torch.rand(n, z_dim, device=session.device()) - 1
    return math.sqrt(2) * torch.erfinv(u * math.erf(threshold / math.sqrt(2)))


def gaussian_mixture(y, n_components=10, radius=2.0, stds=(0.5, 0.1)):
    """One draw from component y of a mixture of Normals, arranged like petals around 0. y (n,) → (n, 2)

    Petal k points in the direction of the angle 2πk/n_components; its centre is at `radius`, its standard
    deviations are `stds`: along this direction, and across it. Source: Makhzani et al. 2015, section 2.3;
    deck 000. Trap: the noise must be rotated with its petal.
    """
    angle = y * (2 * math.pi / n_components)
    outward = torch.stack([angle.cos(), angle.sin()], 1)  # (n, 2)
    across = torch.stack([-angle.sin(), angle.cos()], 1)  # (n, 2)
    noise = torch.randn(len(y), 2, device=y.device)
    return (radius + stds[0] * noise[:, :1]) * outward + stds[1] * noise[:, 1:] * across


def swiss_roll(y, n_components=10):
    """One draw from piece y of a Swiss roll, a spiral cut into n_components pieces. y (n,) → (n, 2)

    Source: Makhzani et al. 2015, section 2.3; deck 000.
    """
    along = (y + torch.rand(len(y), device=y.device)) / n_components  # (n,) in [0, 1]
    return spiral(along, turns=2.0, radius=3.0)


def petal(z, n_components=10):
    """The petal of the mixture to which codes z (n, 2) belong: the nearest one in angle. → (n,)"""
    return (torch.atan2(z[:, 1], z[:, 0]) * n_components / (2 * math.pi)).round().long() % n_components


def piece(z, n_components=10):
    """The piece of the Swiss roll to which codes z (n, 2) belong, by distance from the centre. → (n,)"""
    return (n_components * (z.norm(dim=1) / 3).square()).long().clamp(max=n_components - 1)


def by_label(draw, n_components=10):
    """A prior with components: `prior(n, y)` draws each code from the component of its label. → (n, z_dim)

    `draw(y, n_components)` is `gaussian_mixture` or `swiss_roll`. A random component is used by `prior(n)`,
    and for a label without a component, such as UNLABELLED.
    """

    def prior(n, y=None):
        any_component = torch.randint(n_components, (n,), device=session.device())
        y = any_component if y is None else torch.where(y < n_components, y, any_component)
        return draw(y, n_components)

    return prior


def categorical(n, n_classes=N_CLASSES):
    """One-hot labels, all classes equally likely: the prior of a class. → (n, n_classes)"""
    return one_hot(torch.randint(n_classes, (n,), device=session.device()), n_classes)


def with_code(z_dim, d=2):
    """The prior of InfoGAN: `prior(n)` → noise z (n, z_dim), and a code (n, 10 + d) to be read from images.

    The code is a one-hot category, then d numbers, uniform between −1 and 1. Source: Chen et al. 2016.
    """

    def prior(n):
        numbers = 2 * torch.rand(n, d, device=session.device()) - 1
        return torch.randn(n, z_dim, device=session.device()), torch.cat([categorical(n), numbers], 1)

    return prior


def one_hot(y, n=N_CLASSES):
    """Labels y (B,) as rows with a single 1. → (B, n)"""
    return torch.nn.functional.one_hot(y, n).float()


def reparameterize(mu, log_var):
    """A draw from q(z|x) = N(μ, σ²) through which gradients reach μ and σ. → (B, z_dim)

    z = μ + σ ⊙ ε,  σ = exp(½ log σ²),  ε ~ N(0, I)

    Source: Kingma & Welling 2014; decks 002, 003. Trap: exp(log_var) is the variance, not the standard
    deviation.
    """
    return mu + (0.5 * log_var).exp() * torch.randn_like(mu)


def sample_latents(z_codes, n):
    """Draw each latent dimension by itself, from a Normal with the codes' mean and standard deviation.

    z_d ~ N(mean_d, std_d),  z_codes (N, latent_dim) → (n, latent_dim)

    Source: deck 002, "Create random vectors". Trap: real codes are neither Normal nor independent.
    """
    mean, std = z_codes.mean(0), z_codes.std(0)
    return mean + std * torch.randn(n, z_codes.shape[1], device=z_codes.device)
