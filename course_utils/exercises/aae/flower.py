"""Notebook 03, sections 2 and 4: a flower to mend, a prior from a picture, a walk along a petal."""

import math

import torch

from ... import metrics, session
from ...priors import gaussian_mixture
from ..engine.fixtures import drawn, noise
from ..engine.tasks import Contest, Exercise, Wrong
from ..engine.verdict import Open


def _labels(n_components=10, *shape):
    y = torch.arange(n_components, device=session.device()).repeat_interleave(20_000)
    return (y, n_components, *shape)


def _moments(z):
    """Mean, covariance and fourth moment of points (n, 2). → (7,)"""
    mean = z.mean(0)
    return torch.cat([mean, z.T.cov().flatten(), (z - mean).norm(dim=1).pow(4).mean()[None]])


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
    across = torch.stack([-angle.sin(), angle.cos()], 1)
    e = torch.randn(len(y), 1, device=y.device)
    return (radius + stds[0] * e) * outward + stds[1] * e * across


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
    "Petals without an area",
    kind="debug",
    reference=gaussian_mixture,
    # the last is wide across
    cases=lambda: [_labels(), _labels(5, 1.4, (0.3, 0.2)), _labels(5, 1.0, (0.1, 0.5))],
    outcome=_by_component,
    tolerance=0.025,
    hints=(
        "Draw a few points of petal 0 by hand: which pairs (outward, across) can occur?",
        "The directions are right, and so is each standard deviation. What two Normal numbers have, if they "
        "are independent, these have not.",
        "The two directions need a random number *each*: torch.randn(len(y), 2), its first column outward, "
        "its second across; keep the shape (n, 1).",
    ),
    mistakes=dict(
        given=(_as_given, ""),
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


# ── a prior from a picture ───────────────────────────────────────────────────────────────────────

BAR, N_DRAWS, N_SAMPLES = 3.0, 2_000, 6


def my_prior(n):
    """A disc, evenly filled, with a third of the draws; a ring around it with the others. → (n, 2)"""
    angle = 2 * math.pi * torch.rand(n, device=device)
    in_disc = torch.rand(n, device=device) < 1 / 3
    ring = 2 + 0.15 * torch.randn(n, device=device)
    distance = torch.where(in_disc, 0.8 * torch.rand(n, device=device).sqrt(), ring)
    return torch.stack([distance * angle.cos(), distance * angle.sin()], 1)


device = session.device()  # as in the notebook, where the solution stands


def picture_draws(n=200):
    """Draws from the prior of exercise 03.7, always the same. → (n, 2)"""
    with session.seeded(7):
        return my_prior(n)


def times_the_floor(prior, seed):
    """Energy distance of draws of `prior` to the prior of the picture, as a multiple of the floor.

    Both are means over six samples of 2,000: a single one is a matter of luck.
    """
    samples = [_points(prior, N_DRAWS) for _ in range(N_SAMPLES)]
    if torch.equal(samples[0], samples[1]):
        raise Wrong("two calls give the same draws: use random numbers, and set no seed.")
    floors = [metrics.energy_distance(my_prior(N_DRAWS), my_prior(N_DRAWS)) for _ in samples]
    return sum(metrics.energy_distance(z, my_prior(N_DRAWS)) for z in samples) / sum(floors)


def _points(prior, n):
    if not callable(prior):
        raise Wrong("a function is asked: my_prior, without brackets.")
    try:
        z = prior(n)
    except Exception as error:
        if "ellipsis" in str(error) or repr(error) == "NotImplementedError()":
            raise Open from None
        raise Wrong(f"it stops with {type(error).__name__}: {error}") from None
    if z is None or z is Ellipsis:
        raise Open
    if not isinstance(z, torch.Tensor):
        raise Wrong(f"it gives a {type(z).__name__}, not a tensor.")
    if z.shape != (n, 2):
        raise Wrong(f"its shape is {tuple(z.shape)} for n = {n}, not (n, 2).")
    if not z.isfinite().all():
        raise Wrong("some of its draws are not finite.")
    return z.to(device=session.device(), dtype=torch.float32).detach()


def uniform_disc(n, share=1 / 3, radius=0.8):
    """As the prior of the picture, with another share in the disc."""
    angle, inner = 2 * math.pi * torch.rand(n), torch.rand(n) < share
    distance = torch.where(inner, radius * torch.rand(n).sqrt(), 2 + 0.15 * torch.randn(n))
    return torch.stack([distance * angle.cos(), distance * angle.sin()], 1)


Exercise(
    "03.7",
    "A prior from its picture",
    reference=my_prior,
    hints=(
        "Measure: `picture.norm(dim=1)` has the distances of the 200 draws from the centre. Their histogram "
        "has two parts: how many draws has each, and where do they begin and end?",
        "A draw first decides between disc and ring (torch.rand(n) < share), then takes its distance; the "
        "angle is uniform. The ring's distance is Normal: take mean and standard deviation of the outer "
        "part.",
        "In the disc, a uniform *distance* would be too dense in the middle: area grows with its square, so "
        "take 0.8 · √u. The share of the disc is about 0.3.",
    ),
    mistakes=dict(
        seeded=(
            lambda n: torch.randn(n, 2, generator=torch.Generator().manual_seed(0)),
            "two calls give the same draws: use random numbers, and set no seed.",
        ),
        one_number=(lambda n: torch.randn(n), "its shape is (2000,) for n = 2000, not (n, 2)."),
        rows=(lambda n: torch.randn(2, n), "its shape is (2, 2000) for n = 2000, not (n, 2)."),
        root_of_negative=(lambda n: torch.randn(n, 2).sqrt(), "some of its draws are not finite."),
        called=(torch.zeros(200, 2), "a function is asked: my_prior, without brackets."),
    ),
    contest=Contest(
        times_the_floor,
        bar=BAR,
        score="energy distance to the prior of the picture, in times its floor",
        controls={"Gaussian of the same spread": 7.2, "half in the disc": 13.0, "the 200 draws again": 6.4},
        lower_is_better=True,
    ),
)


# ── along a petal ────────────────────────────────────────────────────────────────────────────────


def main_axis(k, n, n_components=10, radius=2.0, std=0.5):
    """n codes on the main axis of petal k, from 2 std before its centre to 2 std behind it. → (n, 2)"""
    angle = torch.tensor(2 * math.pi * k / n_components)
    distance = torch.linspace(radius - 2 * std, radius + 2 * std, n)
    return torch.stack([distance * angle.cos(), distance * angle.sin()], 1).to(session.device())


def axis(turn=lambda k, n: k / n, near=-2.0, far=2.0, begin=1.0, flip=False, swap=False):
    """A wrong walk."""

    def wrong(k, n, n_components=10, radius=2.0, std=0.5):
        angle = 2 * math.pi * turn(k, n_components)
        d = torch.linspace(begin * radius + near * std, begin * radius + far * std, n)
        x, y = d * math.cos(angle), d * math.sin(angle)
        z = torch.stack([y, x] if swap else [x, y], 1).to(session.device())
        return z.flip(0) if flip else z

    return wrong


def _without_the_end(k, n, n_components=10, radius=2.0, std=0.5):
    return main_axis(k, n + 1, n_components, radius, std)[:-1]


def _across(k, n, n_components=10, radius=2.0, std=0.5):
    angle = 2 * math.pi * k / n_components
    d = torch.linspace(-2 * std, 2 * std, n)
    z = turned(torch.tensor(angle).expand(n), radius + 0 * d, d)
    return z.to(session.device())


Exercise(
    "03.10",
    "Along a petal",
    reference=main_axis,
    cases=lambda: [(0, 5), (3, 12), (4, 7, 5, 1.5, 0.3), (2, 9, 3, 1.0, 0.2)],
    hints=(
        "Only the distance from 0 changes along the main axis, the direction stays: that of petal k, 2πk / "
        "n_components.",
        "The centre lies at distance `radius`. Outward the spread is `std`: from radius − 2·std to radius + "
        "2·std.",
        "torch.linspace gives the n distances, (n,); times cos and sin of the angle, stacked to (n, 2).",
    ),
    mistakes=dict(
        one_std=(axis(near=-1.0, far=1.0), "that is one std before and behind the centre: two are asked."),
        from_the_centre=(axis(near=0.0), "it begins at the centre: begin 2 std nearer to 0."),
        to_the_centre=(axis(far=0.0), "it ends at the centre: go on for 2 std."),
        from_zero=(
            lambda k, n, n_components=10, radius=2.0, std=0.5: axis(near=-radius / std)(
                k, n, n_components, radius, std
            ),
            "it begins at 0, where all petals meet: begin 2 std before the centre.",
        ),
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
        four=(axis(near=-4.0, far=4.0), "that is 4 std before and behind the centre: two are asked."),
        without_the_end=(
            _without_the_end,
            "the last code is to lie at the end itself: linspace, not arange.",
        ),
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
