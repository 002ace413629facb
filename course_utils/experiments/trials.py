"""One small experiment with and without a trick: on a ring, on a grid, on digits; several seeds at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from torch import nn

from .. import data, metrics, models, priors, session, transport
from ..match import Rule, match
from ..scores import digit_scores
from ..steps import gan_step
from ..train import train
from .ensembles import Ensemble


@dataclass(frozen=True)
class Baseline:
    """A data set, and the plain GAN for it: two MLPs without any trick."""

    n: int  # numbers of an item: 2 of a point, 784 of an image
    z_dim: int
    width: int
    n_steps: int
    lr_G: float
    lr_D: float
    draw: Callable | None = None  # for points: n → points, modes
    batch_size: int = 128


BASELINES = {
    # PacGAN's data (Lin et al. 2018); with half of G's learning rate for D, modes often collapse
    "ring": Baseline(2, 2, 64, 2_000, 1e-3, 5e-4, partial(data.ring, radius=1.0, std=0.01)),
    "grid": Baseline(2, 2, 64, 2_000, 1e-3, 1e-3, partial(data.grid, spacing=2.0, std=0.05)),
    "digits": Baseline(784, 64, 256, 800, 5e-4, 5e-4),
    # a tenth of G's learning rate for D: the baseline of "Rescue the collapsing GAN"
    "rescue": Baseline(2, 2, 64, 2_000, 1e-3, 1e-4, partial(data.ring, radius=2.0, std=0.05)),
}


def plain_G(baseline, end=(nn.Tanh,), **layers):
    """z → item. The last layers of a generator of images are `end`; of points, none."""
    last = [] if baseline.draw else [*(layer() for layer in end), nn.Unflatten(1, models.IMAGE)]
    return nn.Sequential(*models.mlp(baseline.z_dim, baseline.n, baseline.width, **layers), *last)


def plain_D(baseline, begin=(), more=None, n_items=1, **layers):
    """Item → logit; `D.body(x)` gives its features.

    begin    layers before the first
    more     one layer after the last hidden one, which adds n_out features
    n_items  items that D sees together, for packing
    """
    first = [*begin, *([] if baseline.draw else [nn.Flatten()])]
    last, added = ([more], more.n_out) if more else ([], 0)
    body = models.hidden_layers(n_items * baseline.n, baseline.width, **layers)
    return models.feature_discriminator(*first, *body, *last, width=baseline.width + added)


@dataclass(frozen=True)
class Trick:
    """What differs from the plain GAN: the rule, a network, the prior, or D's learning rate."""

    rule: Rule = Rule(gan_step)
    G: Callable = plain_G  # baseline → network
    D: Callable = plain_D
    prior: Callable = priors.gaussian
    lr_D_factor: float = 1.0
    sample_ema: bool = True  # from the EMA of G, if the rule keeps one


class Result(NamedTuple):
    """`scores` {name: [one a seed]}, `x_fake` (seeds, n, …), and the players of the last seed, or of all."""

    scores: dict
    x_fake: torch.Tensor
    players: dict


def play(trick, on="ring", seeds=5, digits=None, n_steps=None, quiet=False, seed=0):
    """Train `trick` on one of the BASELINES, with several seeds, for its number of steps or n_steps. → Result

    `seed` is the first one of digits, and the one that all points are drawn with.

    Points: modes covered, share of points at a mode, transport distance. Digits: `scores.digit_scores`.
    """
    baseline = BASELINES[on]
    n_steps = n_steps or baseline.n_steps
    n_steps = session.n_steps(cpu=n_steps, gpu=n_steps)  # fewer at the smoke scale
    if baseline.draw:
        return _play_points(trick, baseline, seeds, seed, n_steps, quiet)
    return _play_digits(trick, baseline, range(seed, seed + seeds), n_steps, digits or data.digits(), quiet)


def summary(scores, n_modes=8):
    """Scores of several seeds as one row: the share of seeds with all modes, and means. → dict"""
    means = {name: sum(each) / len(each) for name, each in scores.items()}
    return {f"all_{n_modes}": sum(m == n_modes for m in scores["modes"]) / len(scores["modes"]), **means}


def captions(scores):
    """What to write above each seed's points. → list of str"""
    pairs = zip(scores["modes"], scores["good"], strict=True)
    return [f"{modes:.0f} modes, {good:.0%}" for modes, good in pairs]


def _players(trick, baseline, G, D):
    prior, lr_D = trick.prior(baseline.z_dim), trick.lr_D_factor * baseline.lr_D
    return match(trick.rule, G, D, prior, baseline.lr_G, lr_D)


@torch.no_grad()
def _sample(trick, players, n):
    G = players.get("G_ema", players["G"]) if trick.sample_ema else players["G"]
    return metrics.in_parts(G, players["prior"](n), 100_000)


def _play_points(trick, baseline, seeds, seed, n_steps, quiet):
    """All seeds at once, as an ensemble: each with its own networks and draws."""
    session.seed_all(seed)
    G, D = (Ensemble([make(baseline) for _ in range(seeds)]) for make in (trick.G, trick.D))
    players = _players(trick, baseline, G, D)
    batches = data.Batches(baseline.draw(20_000)[0], batch_size=baseline.batch_size * seeds)
    train(trick.rule.step, batches, n_steps, lr_decay=0.3, leave=False, quiet=quiet, **players)
    x_fake = _sample(trick, players, 2_500 * seeds)
    x_fake = x_fake.unflatten(0, (-1, seeds)).transpose(0, 1)  # (seeds, 2500, 2)
    return Result(_by_name([point_scores(x, baseline.draw) for x in x_fake]), x_fake, players)


def point_scores(x_fake, draw):
    """How good points x_fake (n, 2) are, beside real ones. → dict

    modes      how many have a point near by; noise reaches all of them, too
    good       share of points near a mode
    rarest     share of points near the mode that has fewest
    distance   transport distance of the first 500

    draw(n, std=…) gives the real points, a ring or a grid: a `partial` with its std.
    """
    shares = metrics.mode_shares(x_fake, data.centres(draw), draw.keywords["std"])
    return dict(
        modes=int((shares > 0).sum()),
        good=shares.sum().item(),
        rarest=shares.min().item(),
        distance=transport.earth_mover(x_fake[:500], draw(500)[0]),
    )


def references(on, n=2_500):
    """The same scores of noise, and of new real points: what a score is worth. → {name: scores}

    Noise is even over the square in which the real points lie.
    """
    draw = BASELINES[on].draw
    real = draw(n)[0]
    noise = (2 * torch.rand_like(real) - 1) * real.abs().max()
    return {"noise": point_scores(noise, draw), "real data": point_scores(real, draw)}


def _play_digits(trick, baseline, seeds, n_steps, digits, quiet):
    """One seed after the other: each of these networks keeps the machine busy by itself."""
    rows, x_fake = [], []
    for seed in seeds:
        session.seed_all(seed)
        players = _players(trick, baseline, trick.G(baseline), trick.D(baseline))
        batches = data.Batches(digits.x, batch_size=baseline.batch_size)
        train(trick.rule.step, batches, n_steps, lr_decay=0.3, leave=False, quiet=quiet, **players)
        x_fake.append(_sample(trick, players, session.n_steps(cpu=10_000, gpu=10_000)))
        rows.append(digit_scores(x_fake[-1], digits.x_test))
    return Result(_by_name(rows), torch.stack(x_fake), players)


def _by_name(rows):
    return {name: [round(float(row[name]), 3) for row in rows] for name in rows[0]}
