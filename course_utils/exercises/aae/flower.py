"""Notebook 03, sections 2 and 4: a flower to mend, a walk along a petal."""

import math

import torch

from ... import session
from ...priors import gaussian_mixture
from ..engine.fixtures import drawn, noise, wherever
from ..engine.tasks import Exercise


def _labels(n_components=10, *shape):
    y = torch.arange(n_components, device=session.device()).repeat_interleave(20_000)
    return (y, n_components, *shape)


def _moments(z):
    """Mean, covariance and a tenth of the kurtosis of points (n, 2). → (7,)"""
    mean, squares = z.mean(0), (z - z.mean(0)).square().sum(1)
    kurtosis = squares.square().mean() / (squares.mean() ** 2).clamp(min=1e-12)
    return torch.cat([mean, z.T.cov().flatten(), kurtosis[None] / 10])


def _by_component(fn, arguments):
    """A sampler's outcome: the moments of each component."""
    z = drawn(fn(*arguments), len(arguments[0]), 2)
    return None if z is None else torch.stack([*map(_moments, z.detach().reshape(arguments[1], -1, 2))])


def turned(angle, outward, across):
    x = outward * angle.cos() - across * angle.sin()
    return torch.stack([x, outward * angle.sin() + across * angle.cos()], 1)


def petals(turns=lambda y, n: y / n, stds=lambda out, across: (out, across), centre=1.0, is_turned=True):
    """A wrong mixture."""

    def wrong(y, n_components=10, radius=2.0, std=(0.5, 0.1)):
        angle, e = 2 * math.pi * turns(y, n_components), noise(2, len(y))
        outward, across = (s * e for s, e in zip(stds(*std), e, strict=True))
        if is_turned:
            return turned(angle, centre * radius + outward, across)
        return turned(angle, radius + 0 * angle, 0 * angle) + torch.stack([outward, across], 1)

    return wrong


def _as_given(y, n_components=10, radius=2.0, stds=(0.5, 0.1)):
    angle = y * (2 * math.pi / n_components)
    outward = torch.stack([angle.cos(), angle.sin()], 1)
    across = torch.stack([angle.sin(), -angle.cos()], 1)
    e = torch.randn(len(y), 1, device=y.device).expand(-1, 2)
    e = e * torch.tensor(stds, device=y.device)
    return radius * outward + e[:, :1] * outward + e[:, 1:] * across


def _across_turned(y, n_components=10, radius=2.0, stds=(0.5, 0.1)):
    angle, e = y * (2 * math.pi / n_components), noise(1, len(y))[0]
    return turned(angle, radius + stds[0] * e, stds[1] * e)


def _of_one_size(y, n_components=10, radius=2.0, stds=(0.5, 0.1)):
    angle, (e, side) = y * (2 * math.pi / n_components), noise(2, len(y))
    return turned(angle, radius + stds[0] * e, stds[1] * e * side.sign())


def _one_for_all(y, n_components=10, radius=2.0, stds=(0.5, 0.1)):
    angle, e = y * (2 * math.pi / n_components), noise(1, 2)
    return turned(angle, radius + stds[0] * e[:, 0], stds[1] * e[:, 1] + 0 * angle)


def _mean_of_both(y, n_components=10, radius=2.0, stds=(0.5, 0.1)):
    angle, e = y * (2 * math.pi / n_components), noise(2, len(y)).mean(0)
    return turned(angle, radius + stds[0] * e, stds[1] * e)


def _bananas(y, n_components=10, radius=2.0, std=(0.5, 0.1)):
    outward, across = noise(2, len(y))
    angle = 2 * math.pi * y / n_components + std[1] * across / radius
    return turned(angle, radius + std[0] * outward, 0 * angle)


Exercise(
    "03.6",
    "A flower that D sees through",
    kind="debug",
    reference=gaussian_mixture,
    # the last is wide across
    cases=lambda: [_labels(), _labels(5, 1.4, (0.3, 0.2)), _labels(5, 1.0, (0.1, 0.5))],
    outcome=_by_component,
    tolerance=0.025,
    hints=(
        "Draw a few points of petal 0 by hand: which pairs (outward, across) can occur?",
        "Centres, directions and both standard deviations are right. The sign of `across` does not matter: "
        "its noise is as often negative. What is left of a cloud if you know neither more nor less than "
        "these?",
        "The two directions need a random number *each*: torch.randn(len(y), 2).",
    ),
    mistakes=dict(
        given=(_as_given, ""),
        across_turned=(
            _across_turned,
            "you have turned `across` round, which a noise without a side does not feel. Look at the noise.",
        ),
        of_one_size=(
            _of_one_size,
            "still one number for both directions, but for its sign. Outward and across need one each.",
        ),
        one_for_all=(
            _one_for_all,
            "all draws of a batch share one random number in each direction: every draw needs its own.",
        ),
        mean_of_both=(
            _mean_of_both,
            "still one number for both directions: the mean of two. Outward and across need one each.",
        ),
        noise_not_turned=(
            petals(is_turned=False),
            "the centres are right, but in every petal the noise lies along x: turn it with its petal.",
        ),
        across_and_outward_swapped=(
            petals(stds=lambda out, across: (across, out)),
            "the long axis lies across the petal: stds[0] belongs outward, stds[1] across.",
        ),
        no_radius=(petals(centre=0.0), "all petals have their centre at 0: add the radius outward."),
        banana=(_bananas, "noise on the *angle* makes a petal crooked: add it along (−sin, cos)."),
        std_is_root=(
            petals(stds=lambda out, across: (out**0.5, across**0.5)),
            "stds are standard deviations already: no square root.",
        ),
        variance_for_std=(
            petals(stds=lambda out, across: (out**2, across**2)),
            "you stretch by the variance; the noise is multiplied by the std.",
        ),
        no_noise_outward=(
            petals(stds=lambda out, across: (0 * out, across)),
            "outward there is no spread left: stds[0] times a random number of its own.",
        ),
        no_noise_across=(
            petals(stds=lambda out, across: (out, 0 * across)),
            "across there is no spread left: stds[1] times a random number of its own.",
        ),
        same_std=(
            petals(stds=lambda out, across: (out, out)),
            "both directions have the same spread: stds[0] outward, stds[1] across.",
        ),
        half_a_turn=(petals(lambda y, n: y / n / 2), "the petals fill half a circle: a whole turn is 2π."),
        always_ten=(petals(lambda y, n: y / 10), "right for ten petals; for others divide by n_components."),
    ),
    unlike="its draws have other means or spreads: in petal y the centre lies at `radius` in the petal's "
    "direction, the noise is Normal with stds[0] that way and, independently, stds[1] at right angles to it.",
)


def main_axis(k, n, n_components=10, radius=2.0, std=0.5):
    """n codes on the main axis of petal k, in steps of equal shares of its draws. → (n, 2)"""
    angle = torch.tensor(2 * math.pi * k / n_components)
    share = (torch.arange(n) + 0.5) / n  # of the petal's draws, nearer to 0
    distance = torch.distributions.Normal(radius, std).icdf(share)
    return torch.stack([distance * angle.cos(), distance * angle.sin()], 1)


def even_in_share(i, n):
    return (i + 0.5) / n


def axis(turn=lambda k, n: k / n, share=even_in_share, begin=1.0, wide=lambda s: s, flip=False, swap=False):
    """A wrong walk."""

    def wrong(k, n, n_components=10, radius=2.0, std=0.5):
        angle = 2 * math.pi * turn(k, n_components)
        d = begin * radius + wide(std) * torch.special.ndtri(share(torch.arange(n) * 1.0, n))
        x, y = d * math.cos(angle), d * math.sin(angle)
        z = torch.stack([y, x] if swap else [x, y], 1)
        return z.flip(0) if flip else z

    return wrong


def even_steps(near=-2.0, far=2.0):
    """Codes at even distances."""

    def wrong(k, n, n_components=10, radius=2.0, std=0.5):
        angle = 2 * math.pi * k / n_components
        d = torch.linspace(radius + near * std, radius + far * std, n)
        return torch.stack([d * math.cos(angle), d * math.sin(angle)], 1)

    return wrong


def even_shares(to_distance):
    """Codes at a distance that is another function of (share, radius, std)."""

    def wrong(k, n, n_components=10, radius=2.0, std=0.5):
        angle = 2 * math.pi * k / n_components
        d = to_distance((torch.arange(n) + 0.5) / n, radius, std)
        return torch.stack([d * math.cos(angle), d * math.sin(angle)], 1)

    return wrong


def _across(k, n, n_components=10, radius=2.0, std=0.5):
    angle = 2 * math.pi * k / n_components
    d = std * torch.special.ndtri((torch.arange(n) + 0.5) / n)
    return turned(torch.tensor(angle).expand(n), radius + 0 * d, d)


def _at_random(k, n, n_components=10, radius=2.0, std=0.5):
    return even_shares(lambda share, r, s: (r + s * torch.randn(len(share))).sort().values)(
        k, n, n_components, radius, std
    )


Exercise(
    "03.10",
    "Along a petal",
    reference=main_axis,
    cases=lambda: [(0, 5), (3, 12), (4, 7, 5, 1.5, 0.3), (2, 9, 3, 1.0, 0.2), (1, 1)],
    outcome=wherever,
    hints=(
        "Only the distance from 0 changes along the main axis; among draws it is Normal, with mean `radius` "
        "and standard deviation `std`. Which share of them is nearer than the first code, the second, the "
        "last?",
        "Half of 1/n is nearer than the first code, 1/n more than the second: (i + ½) / n. Which function "
        "goes from such a share to the distance?",
        "The inverse of the Normal's cumulative distribution: radius + std · torch.special.ndtri(share), or "
        "torch.distributions.Normal(radius, std).icdf(share). Times cos and sin of 2πk / n_components.",
    ),
    mistakes=dict(
        even_distances=(
            even_steps(),
            "these are even *distances*, ±2 std; between codes shall lie equal shares of *draws*, which are "
            "densest in the middle.",
        ),
        even_distances_three=(
            even_steps(-3.0, 3.0),
            "these are even *distances*, ±3 std; between codes shall lie equal shares of *draws*.",
        ),
        even_distances_one=(
            even_steps(-1.0, 1.0),
            "these are even *distances*, ±1 std; between codes shall lie equal shares of *draws*.",
        ),
        whole_shares_beyond=(
            axis(share=lambda i, n: (i + 1) / (n + 1)),
            "beyond each end lies as much as between two codes: there it shall be half of that.",
        ),
        ends_at_infinity=(
            axis(share=lambda i, n: i / (n - 1)),
            "nothing lies beyond the ends: so they are infinitely far. Half of 1/n shall lie there.",
        ),
        begins_at_infinity=(
            axis(share=lambda i, n: i / n),
            "nothing lies before the first code: it is infinitely far. Half of 1/n shall lie there.",
        ),
        shares_as_distances=(
            even_shares(lambda share, r, s: r + s * (2 * share - 1)),
            "that is right for a uniform distance; along the petal it is Normal.",
        ),
        erfinv_without_root=(
            even_shares(lambda share, r, s: r + s * torch.erfinv(2 * share - 1)),
            "erfinv goes with the standard deviation 1/√2: times √2.",
        ),
        forward=(
            even_shares(lambda share, r, s: torch.distributions.Normal(r, s).cdf(share)),
            "cdf goes from a distance to a share; the way back is asked, icdf.",
        ),
        at_random=(
            _at_random,
            "these are sorted random draws: the shares between them are equal on average alone.",
        ),
        variance=(axis(wide=lambda s: s**2), "`std` is the standard deviation, not to be squared."),
        root=(axis(wide=lambda s: s**0.5), "`std` is the standard deviation already: no square root."),
        around_zero=(axis(begin=0.0), "the radius is missing: the axis runs through the petal's centre."),
        whole_half_turn=(axis(lambda k, n: k / n / 2), "its direction is πk/n: a whole turn is 2π."),
        always_ten=(axis(lambda k, n: k / 10), "right for ten petals; for others divide by n_components."),
        no_pi=(
            axis(lambda k, n: k / n / 2 / math.pi),
            "its direction is k/n: an angle in radians, so times 2π.",
        ),
        degrees=(axis(lambda k, n: k / n * 180 / math.pi), "cos and sin take radians, not degrees."),
        next_petal=(axis(lambda k, n: (k + 1) / n), "that is the next petal: petal 0 points along x."),
        cos_and_sin_swapped=(axis(swap=True), "x goes with cos, y with sin: petal 0 points along x."),
        clockwise=(axis(lambda k, n: -k / n), "it goes round clockwise: is there a minus at the sine?"),
        across=(_across, "that goes across the petal, at right angles to its direction."),
        radius_fixed=(
            lambda k, n, n_components=10, radius=2.0, std=0.5: main_axis(k, n, n_components, 2.0, std),
            "right for a radius of 2; use the argument.",
        ),
        std_fixed=(
            lambda k, n, n_components=10, radius=2.0, std=0.5: main_axis(k, n, n_components, radius),
            "right for a std of 0.5; use the argument.",
        ),
        inward=(axis(flip=True), "it runs from the tip to the base: the nearest to 0 comes first."),
    ),
)
