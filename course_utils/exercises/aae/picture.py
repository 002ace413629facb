"""Notebook 03, section 2: a prior of one's own, from a picture of 200 draws."""

import functools
import math

import torch

from ... import metrics, session
from ..engine.tasks import Contest, Exercise, Wrong, called

BAR, N_DRAWS, N_SAMPLES = 3.0, 2_000, 6


def my_prior(n):
    """Draws from the prior of the picture: 35 % in a disc, evenly, the others around an arc. → (n, 2)"""
    angle = 2 * math.pi * torch.rand(n, device=device)
    distance = 0.7 * torch.rand(n, device=device).sqrt()  # evenly in a disc around (0, −0.6)
    x, y = distance * angle.cos(), distance * angle.sin() - 0.6
    turn = math.radians(-30) + math.radians(240) * torch.rand(n, device=device)  # two thirds of a ring
    far = 2 + 0.15 * torch.randn(n, device=device)
    in_disc = torch.rand(n, device=device) < 0.35
    return torch.stack(
        [torch.where(in_disc, x, far * turn.cos()), torch.where(in_disc, y, far * turn.sin())], 1
    )


SEED = 183
device = session.device()  # as in the notebook, where the solution stands


def picture_draws(n=200):
    """Draws from the prior of exercise 03.7, always the same. → (n, 2)

    This seed gives the shape as it is (35 % in the disc), but an uneven arc, as chance does: who draws these
    points again, or others beside them, copies its clumps.
    """
    with session.seeded(SEED):
        return my_prior(n)


def times_the_floor(prior, seed):
    """Energy distance of draws of `prior` to the prior of the picture, as a multiple of the floor.

    It is a mean over six samples of 2,000: a single one is a matter of luck. The floor is what two samples
    of this size have on average, 2/n times the mean distance of two draws.
    """
    samples = [_points(prior, N_DRAWS) for _ in range(N_SAMPLES)]
    if torch.equal(samples[0], samples[1]):
        raise Wrong("two calls give the same draws: use random numbers, and set no seed.")
    floor = 2 / N_DRAWS * _mean_distance()
    times = sum(metrics.energy_distance(z, my_prior(N_DRAWS)) for z in samples) / N_SAMPLES / floor
    outside = sum(_outside(z) for z in samples) / N_SAMPLES
    print(f"seed {seed}: {times:.1f} times the floor; {outside:.0%} of your draws where it has hardly any")
    return times


@functools.cache
def _mean_distance():
    with session.seeded(0):
        return torch.cdist(my_prior(5_000), my_prior(5_000)).mean().item()


def _outside(z):
    """Share of points (n, 2) that are neither in the disc nor by the arc. → float"""
    in_disc = (z - torch.tensor([0.0, -0.6], device=z.device)).norm(dim=1) < 0.8
    turn = torch.rad2deg(torch.atan2(z[:, 1], z[:, 0]))  # −180 to 180
    by_arc = ((z.norm(dim=1) - 2).abs() < 0.5) & ((turn > -35) | (turn < -145))
    return (~(in_disc | by_arc)).float().mean().item()


def _points(prior, n):
    if not callable(prior):
        raise Wrong("a function is asked: my_prior, without brackets.")
    z = called(prior, n)
    if not isinstance(z, torch.Tensor):
        raise Wrong(f"it gives a {type(z).__name__}, not a tensor.")
    if z.shape != (n, 2):
        raise Wrong(f"its shape is {tuple(z.shape)} for n = {n}, not (n, 2).")
    if not z.isfinite().all():
        raise Wrong("some of its draws are not finite.")
    return z.to(device=session.device(), dtype=torch.float32).detach()


def disc_and_arc(share=0.35, centre=-0.6, radius=0.7, begin=-30, end=210, width=0.15):
    """As the prior of the picture, with other numbers. → function n → (n, 2)"""

    def prior(n):
        a, turn = 2 * math.pi * torch.rand(n), torch.deg2rad(begin + (end - begin) * torch.rand(n))
        d, far = radius * torch.rand(n).sqrt(), 2 + width * torch.randn(n)
        disc = torch.stack([d * a.cos(), d * a.sin() + centre], 1)
        arc = torch.stack([far * turn.cos(), far * turn.sin()], 1)
        return torch.where((torch.rand(n) < share)[:, None], disc, arc)

    return prior


Exercise(
    "03.7",
    "A prior from its picture",
    reference=my_prior,
    hints=(
        "Two parts. Which draws belong to each, and how many of the 200 are they? Where is the centre of the "
        "one, and from which angle to which goes the other?",
        "A draw first decides for a part (torch.rand(n) < share). Of the arc, the distance from 0 is Normal, "
        "the angle even; take mean and standard deviation of picture.norm(dim=1) there. The clumps along it "
        "are chance: do not copy them.",
        "In the disc, a uniform *distance* would be too dense in the middle: area grows with its square, so "
        "take 0.7 · √u around (0, −0.6). The share of the disc is 0.35; the arc goes from −30° to 210°.",
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
        controls={
            "Gaussian around 0, of the same spread": 36.0,
            "the 200 draws again": 7.0,
            "their distances, any angle": 30.0,
        },
        lower_is_better=True,
    ),
)
