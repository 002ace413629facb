"""Notebook 07's design, a critic whose estimate can be trusted, and its four unknown critics."""

from functools import partial

import torch

from ... import data, models, session
from ...losses import critic_loss, gradient_penalty, interpolate, one_sided_penalty
from ...train import adam, descend, train
from ..engine.fixtures import gradient_of
from ..engine.tasks import Contest, Exercise, Wrong
from ..engine.verdict import Open
from .steps import wgan_gp_critic_loss

N_UPDATES, N_POINTS = 200, 4_000


def _one_sided(C, x, x_fake, gp_weight):
    norm = gradient_of(C, interpolate(x, x_fake)).flatten(1).norm(dim=1)
    return critic_loss(C(x), C(x_fake)) + gp_weight * one_sided_penalty(norm)


LOSSES = {1: _one_sided, 2: wgan_gp_critic_loss}


def _checked(settings):
    """sides, gp_weight and lr, if they are what is asked for."""
    try:
        settings = settings() if callable(settings) else settings
    except Exception as error:
        if "ellipsis" in str(error) or repr(error) == "NotImplementedError()":
            raise Open from None
        raise Wrong(f"it stops with {type(error).__name__}: {error}") from None
    if settings is None or settings is Ellipsis:
        raise Open
    if not isinstance(settings, dict) or settings.keys() != {"sides", "gp_weight", "lr"}:
        raise Wrong("settings are asked, dict(sides=…, gp_weight=…, lr=…), these three and no others.")
    sides, gp_weight, lr = (settings[name] for name in ("sides", "gp_weight", "lr"))
    if sides not in LOSSES:
        raise Wrong("sides is 1 or 2.")
    for name, value in (("gp_weight", gp_weight), ("lr", lr)):
        if not isinstance(value, int | float) or not 0 <= value < 1e9:
            raise Wrong(f"{name} is to be a number, 0 or more.")
    return sides, float(gp_weight), float(lr)


def _critic_step(batches, *, x_fake, C, opt, loss):
    x, _ = next(batches)
    fakes = x_fake[torch.randint(len(x_fake), (len(x),), device=x.device)]
    descend(loss(C, x, fakes), opt.C)
    return {}


def error_of_estimate(settings, seed):
    """|estimate / W − 1| of a critic after 200 updates; real points are the fakes, moved by W. → float"""
    sides, gp_weight, lr = _checked(settings)
    W = 2.0 + seed % 3
    x, x_fake = (data.ring(N_POINTS, radius=1.0, std=0.1)[0] for _ in range(2))
    x = x + torch.tensor([W, 0.0], device=x.device)
    C = models.mlp(2, 1, hidden=64, n_hidden=2).to(session.device())
    players = dict(x_fake=x_fake, C=C, opt=adam(C=[C], lr=lr, betas=(0.0, 0.9)))
    loss, batches = partial(LOSSES[sides], gp_weight=gp_weight), data.Batches(x, batch_size=250)
    history = train(_critic_step, batches, N_UPDATES, lr_decay=0.3, quiet=True, loss=loss, **players)
    with torch.no_grad():
        estimate = (C(x).mean() - C(x_fake).mean()).item()
    if history.stopped or estimate != estimate:
        raise Wrong("the training stops: the critic's numbers are not finite.")
    return abs(estimate / W - 1)


SCORE = "|estimate / W − 1|"

Exercise(
    "07.8",
    "An estimate to be trusted",
    reference=dict(sides=1, gp_weight=100.0, lr=1e-2),
    hints=(
        "Which λ does the law of section 3 ask for, if d = 4 is to be at most 4 % too large?",
        "With so large a λ look at the *sign* of the estimate of the two-sided critic: some begin with "
        "a slope near "
        "−1, and to get to +1 they must pass 0. What does that cost with two sides, what with one?",
        "One side, λ around 100; then the learning rate: 200 updates of size 0.001 do not lead far.",
    ),
    mistakes=dict(
        no_settings=(
            10.0,
            "settings are asked, dict(sides=…, gp_weight=…, lr=…), these three and no others.",
        ),
        three_sides=(dict(sides=3, gp_weight=10.0, lr=1e-3), "sides is 1 or 2."),
        a_reward=(
            dict(sides=2, gp_weight=-10.0, lr=1e-3),
            "gp_weight is to be a number, 0 or more.",
        ),
        more_updates=(
            dict(sides=2, gp_weight=10.0, lr=1e-3, n_updates=2_000),
            "settings are asked, dict(sides=…, gp_weight=…, lr=…), these three and no others.",
        ),
    ),
    contest=Contest(
        error_of_estimate,
        bar=0.04,
        score=SCORE,
        controls={"as in the paper, λ = 10": 0.16, "a critic that has not learned": 1.0},
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
    why="C: a bound on weights leaves gradient norms small, and different from place to place. A and D "
    "have nearly one "
    "norm everywhere, 1 + W / 2λ: 1.64 with λ = 1, 1.06 with λ = 10. B: no bound at all, the penalty is "
    "only a "
    "number.",
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
