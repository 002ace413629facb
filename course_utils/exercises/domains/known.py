"""The design of notebook 13: translators that can do no more than what is known of the truth."""

import math

import torch
from torch import nn

from ... import data, models, session
from ...data import Domains
from ...steps import cyclegan_step
from ...train import adam, train
from ..engine.tasks import Contest, Exercise, Wrong, called

N_STEPS, N_MODES = 400, 8


def truth_of(seed):
    """The redrawing of a seed: a turn, a size and a shift, the same for all points. → (n, 2) → (n, 2)"""
    draws = torch.Generator().manual_seed(100 + seed)
    a, b, c, d = torch.rand(4, generator=draws).tolist()
    angle = math.radians(8 + 7 * a) * (1 if b < 0.5 else -1)  # of the ring's 45° from place to place
    turn = torch.tensor([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    size, shift = 1.15 + 0.25 * c, torch.tensor([0.2 + 0.4 * d, -0.3])
    return lambda x: size * x @ turn.to(x) + shift.to(x)


def plain():
    """The MLP of the text."""
    return models.mlp(2, 2, 64)


def known():
    """A linear map, for a turn, a size and a shift; at first it changes nothing."""
    net = nn.Linear(2, 2)
    nn.init.eye_(net.weight)
    nn.init.zeros_(net.bias)
    return net


def _made(make):
    net = make if isinstance(make, nn.Module) else called(make, stops="your function stops")
    if not isinstance(net, nn.Module) or isinstance(make, nn.Module):
        raise Wrong("a function is asked that makes a new network each time it is called, an nn.Module.")
    if not any(p.requires_grad for p in net.parameters()):
        raise Wrong("it has nothing to learn: no truth is known beforehand.")
    net = net.to(session.device())
    with torch.no_grad():
        out = net(torch.zeros(5, 2, device=session.device()))
    if not isinstance(out, torch.Tensor) or out.shape != (5, 2):
        raise Wrong(f"points (5, 2) are to become points (5, 2), not {tuple(getattr(out, 'shape', ()))}.")
    return net


def share_found(make, seed, n_steps=N_STEPS):
    """Share of the points of A that AB brings to their true place among the eight of B. → float"""
    redraw = truth_of(seed)
    AB, BA = _made(make), _made(make)
    if AB is BA:
        raise Wrong("AB and BA are one and the same network: make a new one each time.")
    D_A, D_B = (models.mlp(2, 1, 32).to(session.device()) for _ in "AB")
    a, _ = data.ring(4_000, std=0.05)
    batches = Domains(a[:2_000], redraw(a[2_000:]), 128)
    opt = adam(G=[AB, BA], D=[D_A, D_B], lr=2e-2, betas=(0.5, 0.9))
    game = dict(AB=AB, BA=BA, D_A=D_A, D_B=D_B, opt=opt, cycle_weight=1.0, r1_weight=0.1)
    train(cyclegan_step, batches, n_steps, quiet=True, lr_decay=0.3, **game)
    x, mode = data.ring(1_000, std=0.05)
    places = redraw(torch.tensor(_ring(), device=x.device))
    with torch.no_grad():
        distance = torch.cdist(AB(x), places)
    right = distance.argmin(1) == mode
    return (right & (distance.amin(1) < 0.3)).float().mean().item()


def _ring():
    return [
        [math.cos(2 * math.pi * k / N_MODES), math.sin(2 * math.pi * k / N_MODES)] for k in range(N_MODES)
    ]


Exercise(
    "13.9",
    "Put in what you know",
    reference=known,
    hints=(
        "How many truths can the MLP express? And how many can a map express that only turns, stretches and "
        "moves all points alike?",
        "A linear layer does just that. But a turn by 45° more fits both piles as well: where should the "
        "search begin?",
        "At the map that changes nothing: nn.init.eye_(net.weight), nn.init.zeros_(net.bias). The truth is "
        "then the nearest solution.",
    ),
    mistakes=dict(
        a_network=(
            models.mlp(2, 2, 8),
            "a function is asked that makes a new network each time it is called, an nn.Module.",
        ),
        frozen=(nn.Identity, "it has nothing to learn: no truth is known beforehand."),
        images=(
            lambda: nn.Linear(2, 3),
            "points (5, 2) are to become points (5, 2), not (5, 3).",
        ),
    ),
    contest=Contest(
        share_found,
        bar=0.9,
        score="share of points at their true place",
        controls={"the MLP": 0.0, "a larger MLP": 0.0},
        lower_is_better=False,
    ),
)
