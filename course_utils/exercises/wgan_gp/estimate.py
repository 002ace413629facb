"""Notebook 07's design, a distance read off a critic, and its four unknown critics."""

import math
from functools import partial

import torch

from ... import data, models, session
from ...losses import critic_loss, gradient_penalty, interpolate, one_sided_penalty
from ...train import adam, descend, train
from ..engine.compare import float_of
from ..engine.fixtures import gradient_of
from ..engine.tasks import Contest, Exercise, Wrong, called
from .steps import wgan_gp_critic_loss

N_UPDATES, N_POINTS, BAR = 200, 4_000, 0.02


def _one_sided(C, x, x_fake, gp_weight):
    norm = gradient_of(C, interpolate(x, x_fake)).flatten(1).norm(dim=1)
    return critic_loss(C(x), C(x_fake)) + gp_weight * one_sided_penalty(norm)


LOSSES = {1: _one_sided, 2: wgan_gp_critic_loss}


SHIFTS = (2.27, 3.14, 3.86)  # none of them a round number


def _checked(sides=2, gp_weight=10.0, lr=2e-4):
    """sides, gp_weight and lr, if they are what is asked for."""
    if sides not in LOSSES:
        raise Wrong("sides is 1 or 2.")
    for name, value in (("gp_weight", gp_weight), ("lr", lr)):
        try:
            fine = 0 <= float(value) < 1e9
        except (TypeError, ValueError, RuntimeError):
            fine = False
        if not fine:
            raise Wrong(f"{name} is to be a number, 0 or more.")
    return sides, float(gp_weight), float(lr)


def _critic_step(batches, *, x_fake, C, opt, loss):
    x, _ = next(batches)
    fakes = x_fake[torch.randint(len(x_fake), (len(x),), device=x.device)]
    descend(loss(C, x, fakes), opt.C)
    return {}


def estimate_of(shift, sides, gp_weight, lr):
    """What a critic says after 200 updates; real points are as the fakes, moved by `shift`. → float"""
    x_fake = data.ring(N_POINTS, radius=1.0, std=0.1)[0]
    x = x_fake + torch.tensor([shift, 0.0], device=x_fake.device)  # so that W is the shift to the last digit
    C = models.mlp(2, 1, hidden=64, n_hidden=2).to(session.device())
    players = dict(x_fake=x_fake, C=C, opt=adam(C=[C], lr=lr, betas=(0.0, 0.9)))
    loss, batches = partial(LOSSES[sides], gp_weight=gp_weight), data.Batches(x, batch_size=250)
    history = train(_critic_step, batches, N_UPDATES, lr_decay=0.3, quiet=True, loss=loss, **players)
    with torch.no_grad():
        estimate = (C(x).mean() - C(x_fake).mean()).item()
    if history.stopped or estimate != estimate:
        raise Wrong("the training stops: the critic's numbers are not finite.")
    return estimate


def error_of_distance(measured, seed):
    """How far from the shift is what `measured` makes of one critic; tells with which sign. → float"""
    shift, said = SHIFTS[seed % 3], []

    def critic(*settings, **by_name):
        if said:
            raise Wrong("one critic for each distance: call it once.")
        try:
            sides, gp_weight, lr = _checked(*settings, **by_name)
        except TypeError:
            raise Wrong("a critic has sides, gp_weight and lr, these three and no others.") from None
        said.append(estimate_of(shift, sides, gp_weight, lr))
        return said[0]

    if not callable(measured):
        raise Wrong("a function is asked for, measured(critic), that gives a number: attempt its name.")
    W = called(measured, critic)
    if not said:
        raise Wrong("it trains no critic: call critic(…) once.")
    try:
        W = float_of(W)
    except (TypeError, ValueError):
        raise Wrong("one number is asked for; it gives none.") from None
    if not math.isfinite(W):
        raise Wrong("what it gives is not finite.")
    error = W / shift - 1
    print(f"moved by {shift}: the critic says {said[0]:.3f}, you say {W:.3f}, {100 * error:+.1f} %")
    return abs(error)


def measured(critic):
    """The distance between two clouds, read off one critic. → number"""
    gp_weight = 10.0
    estimate = critic(sides=2, gp_weight=gp_weight, lr=1e-3)  # now it is in balance, and the law is known
    return gp_weight * ((1 + 2 * estimate / gp_weight) ** 0.5 - 1)  # W (1 + W / 2λ) = estimate, for W


def _as_it_is(**settings):
    """A wrong answer: the estimate of a critic, taken for the distance."""
    return lambda critic: critic(**settings)


def _read(law):
    """A wrong answer: the critic of the reference, read with another law."""
    return lambda critic: law(critic(sides=1, gp_weight=1.0, lr=3e-3))


def _twice(critic):
    return (critic(sides=1, gp_weight=1.0, lr=3e-3) + critic(sides=1, gp_weight=1.0, lr=3e-3)) / 2


Exercise(
    "07.8",
    "A distance to be trusted",
    reference=measured,
    hints=(
        "Two errors: where the critic is not yet in balance (which settings take long?), and where the "
        "balance itself is. For one of them you have a law.",
        "A critic that falls short has not arrived: try a larger lr, or a softer spring. A soft one ends at "
        "a number far above W, and known.",
        "Solve estimate = W (1 + W / 2λ) for W; then lr about 1e-3 with λ = 10, or 3e-3 with λ = 1.",
    ),
    mistakes=dict(
        a_number=(
            2.0,
            "a function is asked for, measured(critic), that gives a number: attempt its name.",
        ),
        no_critic=(lambda critic: 3.0, "it trains no critic: call critic(…) once."),
        two_critics=(_twice, "one critic for each distance: call it once."),
        three_sides=(_as_it_is(sides=3), "sides is 1 or 2."),
        a_reward=(_as_it_is(gp_weight=-10.0), "gp_weight is to be a number, 0 or more."),
        more_updates=(
            _as_it_is(n_updates=2_000),
            "a critic has sides, gp_weight and lr, these three and no others.",
        ),
    ),
    contest=Contest(
        error_of_distance,
        bar=BAR,
        score="|distance / W − 1|",
        controls={"the critic as given": 0.30, "a critic that has not learned": 1.0},
        seeds=3,
        needed=3,
    ),
)


def _clipped(C, x, x_fake):
    return critic_loss(C(x), C(x_fake))


def _without_graph(C, x, x_fake):
    return critic_loss(C(x), C(x_fake)) + 10 * gradient_penalty(C, x, x_fake).detach()


def unknown_critics():
    """Four ways to train a critic, to be told apart by what it became. → {letter: (loss, clip)}"""
    return {
        "A": (partial(wgan_gp_critic_loss, gp_weight=1.0), None),
        "B": (_without_graph, None),
        "C": (_clipped, 0.05),
        "D": (wgan_gp_critic_loss, None),
    }


Exercise(
    "07.4",
    "Four unknown critics",
    kind="read",
    reference="CADB",
    why="C: a bound on weights leaves gradient norms small, and different from place to place. A and D have "
    "nearly one norm everywhere, 1 + W / 2λ: 1.64 with λ = 1, 1.06 with λ = 10. B: no bound at all, the "
    "penalty is only a number.",
    hints=(
        "One of them has no bound at all: which fault makes a penalty that nothing is learned from?",
        "Divide each std by its mean: two critics have nearly the same norm everywhere. A bound on what?",
        "W is 1.27. What does the law of section 3 give for λ = 1, what for λ = 10?",
    ),
    mistakes=dict(
        both_springs=("CDAB", "λ = 1 and λ = 10 are exchanged: the weaker spring gives way more."),
        soft_and_clipped=(
            "ACDB",
            "the clipped one and λ = 1 are exchanged: which has the same norm everywhere, and above 1?",
        ),
        stiff_and_clipped=(
            "DACB",
            "clipping asks for no norm of 1, and for no norm that is the same everywhere.",
        ),
        graph_and_soft=(
            "CBDA",
            "without create_graph *nothing* bounds the norm; λ = 1 is a bound, a soft one.",
        ),
        clipped_and_graph=(
            "BADC",
            "clipping is a bound, though a rough one; the largest numbers belong to no bound at all.",
        ),
    ),
)
