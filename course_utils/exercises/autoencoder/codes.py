"""What codes know, and codes drawn at random."""

import torch

from ... import session
from ...priors import sample_latents
from ..engine.fixtures import drawn, noise, uniform
from ..engine.tasks import Exercise, Wrong


def agreement(z, labels):
    """How often an item's nearest neighbour has the same label as the item. → scalar"""
    distance = torch.cdist(z, z)  # (n, n) from each item to each
    distance.fill_diagonal_(torch.inf)  # by its place: with twins, an item is not always first in its row
    nearest = distance.argmin(1)  # (n,) which item is nearest
    return (labels[nearest] == labels).float().mean()


def _itself(z, labels):
    return (labels[torch.cdist(z, z).argmin(1)] == labels).float().mean()


def _told_by(rank):
    """A wrong agreement: with the neighbour of another rank; 0 is the item itself, −1 the farthest."""
    return lambda z, labels: (labels[torch.cdist(z, z).argsort(1)[:, rank % len(z)]] == labels).float().mean()


def _not_at_zero(z, labels):
    distance = torch.cdist(z, z)
    distance[distance < 1e-4] = torch.inf
    return (labels[distance.argmin(1)] == labels).float().mean()


def _labelled():
    """Items with labels, and then twins: every item twice, with two labels."""
    groups = [
        (noise(n, d), torch.arange(n, device=session.device()) // 2 % 3)
        for n, d in ((7, 1), (30, 2), (60, 5))
    ]
    return groups + [(z.repeat(2, 1), torch.cat([labels, labels + 1])) for z, labels in groups[1:]]


Exercise(
    "01.12",
    "Twins",
    kind="debug",
    reference=agreement,
    cases=_labelled,
    hints=(
        "In the row of an item that has a twin, which two distances are the smallest, and who comes first?",
        "Both are 0. For one of the two twins, column 1 holds the item itself. How else is it known?",
        "By its place: put infinity on the diagonal, distance.fill_diagonal_(torch.inf), then argmin(1).",
    ),
    mistakes=dict(
        given=(_told_by(1), ""),
        itself=(_itself, "each item finds itself, at distance 0: even noise then gets 1.00."),
        farthest=(_told_by(-1), "that is the farthest item, not the nearest of the others."),
        second=(_told_by(2), "that is the second nearest of the others: you skip one too many."),
        no_twins=(
            _not_at_zero,
            "you skip all that is at distance 0, so the twin as well, though it is the nearest other.",
        ),
        others=(
            lambda z, labels: 1 - agreement(z, labels),
            "that is the share whose neighbour has *another* label.",
        ),
        itself_and_next=(
            lambda z, labels: (
                (labels[torch.cdist(z, z).topk(2, largest=False).indices] == labels[:, None]).float().mean()
            ),
            "each item still counts itself, beside its neighbour.",
        ),
        twenty=(
            lambda z, labels: (
                (labels[torch.cdist(z, z).topk(2, largest=False).indices] == labels[:, None])
                .float()
                .mean(0)
                .sum()
            ),
            "each item still counts itself, beside its neighbour, and the two shares are added.",
        ),
        subtracted=(
            lambda z, labels: _itself(z, labels) - 1 / len(z),
            "taking something off the score does not help: each item still finds itself.",
        ),
    ),
)


def _statistics(fn, arguments):
    """A sampler's outcome: mean, spread, share within one standard deviation, and correlation."""
    z_codes, n = arguments
    z = drawn(fn(z_codes, n), n, z_codes.shape[1])
    if z is None:
        return None
    mean, std = z.mean(0), z.std(0)
    if std.min() < 1e-6:
        raise Wrong("a number is the same in all new codes: draw one for each code, torch.randn(n, k).")
    inside = ((z - mean).abs() < std).float().mean(0)
    return torch.stack([mean, std, inside, torch.corrcoef(z.T)[0]])


def _codes():
    """Not Normal, and the first two columns correlated: so real codes differ from drawn ones."""
    a, b, c = uniform(500, 3).T
    return [(torch.stack([6 * a - 5, a + 0.5 * b + 4, 0.9 * c + 0.5], 1), 40_000)]


def _uniform(z, n):
    return z.mean(0) + z.std(0) * (uniform(n, z.shape[1]) * 2 - 1) * 3**0.5


def _noise(z, n):
    return noise(n, z.shape[1])


def _with_the_variance(z_codes, n):
    """As the notebook shows it, to be mended."""
    mean = z_codes.mean(0)
    around_it = (z_codes - mean).square().mean(0)
    return torch.normal(mean.expand(n, -1), around_it.expand(n, -1))


Exercise(
    "01.13",
    "Alike, or extreme",
    kind="debug",
    reference=sample_latents,
    cases=_codes,
    outcome=_statistics,
    tolerance=0.04,
    hints=(
        "Draw codes for numbers that spread by 0.1, and by 10. How far do the new ones spread?",
        "In which unit is a mean square, and in which one does torch.normal want the spread?",
        "torch.normal takes the standard deviation, the root of the variance: z_codes.std(0).",
    ),
    mistakes=dict(
        standard_normal=(_noise, "that is N(0, 1) in every dimension; use each one's mean and std."),
        no_mean=(lambda z, n: z.std(0) * _noise(z, n), "the mean of each dimension is missing."),
        one_std=(
            lambda z, n: z.mean() + z.std() * _noise(z, n),
            "you use one mean and spread for all dimensions: take them over dim 0, one for each column.",
        ),
        given=(_with_the_variance, ""),
        same_noise=(
            lambda z, n: z.mean(0) + z.std(0) * noise(n, 1),
            "all dimensions get the same noise: draw a number for each, torch.randn(n, k).",
        ),
        transposed=(
            lambda z, n: (z.mean(0) + z.std(0) * _noise(z, n)).T,
            "rows and columns are swapped: one row for each new code, (n, latent_dim).",
        ),
        real_codes=(
            lambda z, n: z[torch.randint(len(z), (n,), device=z.device)],
            "those are codes of real images. The question is what *new* numbers decode to: draw noise.",
        ),
        full_covariance=(
            lambda z, n: z.mean(0) + _noise(z, n) @ torch.linalg.cholesky(z.T.cov()).T,
            "better than the slide: you also keep the correlations. Here each number is drawn by itself.",
        ),
        root_of_std=(
            lambda z, n: z.mean(0) + z.std(0).sqrt() * _noise(z, n),
            "you take the root of the standard deviation; it is itself the root of the variance.",
        ),
        too_wide=(
            lambda z, n: z.mean(0) + 2 * z.std(0) * _noise(z, n),
            "the new codes spread twice as far as the real ones.",
        ),
        rand=(
            lambda z, n: z.mean(0) + z.std(0) * uniform(n, z.shape[1]),
            "torch.rand is between 0 and 1: noise around 0 is torch.randn.",
        ),
        means_only=(
            lambda z, n: z.mean(0).expand(n, -1),
            "every new code is the same: draw numbers for each, torch.randn(n, k).",
        ),
        variance_of_all=(
            lambda z, n: z.mean(0) + z.var() * _noise(z, n),
            "one variance for all numbers: each column has its own spread, and it is a standard deviation.",
        ),
        uniform=(
            _uniform,
            "mean and spread are right, but these numbers are not Normal: the slide uses randn.",
        ),
    ),
    unlike="its draws have other means, spreads or shares: each number of a code is to be Normal, by itself, "
    "with the mean and the standard deviation of its column in z_codes.",
)
