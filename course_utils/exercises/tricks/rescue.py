"""The design of notebook 05: a GAN whose D learns too slowly, to be rescued within 1,000 steps."""

import torch
from torch import nn

from ... import data, models, priors, session
from ...match import Rule, match
from ...steps import gan_step
from ...train import train
from ..engine.tasks import Contest, Exercise, Wrong, called
from ..gan.toy import RING, SCORE, share_of_all_modes

N_STEPS, MOST_WEIGHTS = 1_000, 6_000


def my_gan():
    """→ G (B, 2) → (B, 2), D (B, 2) → (B, 1), and a step (batches, *, G, D, opt, prior)"""
    G = models.mlp(2, 2, 64, norm=nn.BatchNorm1d, act=nn.ReLU)
    D = models.mlp(2, 1, 42, n_hidden=4)
    return G, D, gan_step


def plain_gan():
    """As the notebook shows it."""
    return models.mlp(2, 2, 64), models.mlp(2, 1, 64), gan_step


def rescued(make, seed):
    """Train what `make` returns by the rules of the exercise. → the score"""
    G, D, step = _checked(make)
    players = match(Rule(step), G, D, priors.gaussian(2), lr=1e-3, lr_D=1e-4)
    batches = data.Batches(RING(20_000)[0], batch_size=128)
    try:
        history = train(step, batches, N_STEPS, lr_decay=0.3, quiet=True, **players)
    except Exception as error:  # it is the student's step that stops
        raise Wrong(f"the step stops with {type(error).__name__}: {error}") from None
    if history.stopped:
        raise Wrong(f"the training {history.stopped}: a loss was not finite.")
    for name, net in (("G", G), ("D", D)):
        _one_update_a_step(name, getattr(players["opt"], name), net)
    return share_of_all_modes(G)


def _checked(make):
    """G, D and the step, if they are what is asked for."""
    if not callable(make):
        raise Wrong("hand over the function itself, without (): each seed begins with new networks.")
    made = called(make)
    if not isinstance(made, tuple | list) or len(made) != 3 or not callable(made[2]):
        raise Wrong("three things are asked, in this order: G, D and a step.")
    for name, net, n_out in (("G", made[0], 2), ("D", made[1], 1)):
        if not isinstance(net, nn.Module):
            raise Wrong(f"{name} is to be a network, not {type(net).__name__}.")
        n = sum(p.numel() for p in net.parameters())
        if not 0 < n <= MOST_WEIGHTS:
            raise Wrong(f"{name} has {n:,} weights, {MOST_WEIGHTS:,} are allowed.")
        try:
            with torch.no_grad():
                given = net.to(session.device())(torch.randn(8, 2, device=session.device()))
        except Exception as error:
            raise Wrong(f"{name} stops with {type(error).__name__}: {error}") from None
        if given.shape != (8, n_out) and name == "G":
            raise Wrong(f"G gives {tuple(given.shape)} for eight z of two numbers, not (8, 2).")
    return made


def _one_update_a_step(name, optimizer, net):
    """Adam counts its updates, and its learning rate is the one that was given."""
    counts = {int(state["step"]) for state in optimizer.state.values() if "step" in state}
    if not counts:
        raise Wrong(f"{name} was never updated by opt.{name}.")
    if max(counts) > N_STEPS:
        raise Wrong(f"{name} had {max(counts):,} updates in {N_STEPS:,} steps: one a step is allowed.")


def rule_of(step, G=lambda: models.mlp(2, 2, 64), D=lambda: models.mlp(2, 1, 64)):
    return lambda: (G(), D(), step)


def _twice(batches, *, G, D, opt, prior):
    gan_step(batches, G=G, D=D, opt=opt, prior=prior)
    return gan_step(batches, G=G, D=D, opt=opt, prior=prior)


Exercise(
    "05.13",
    "Rescue it",
    reference=my_gan,
    hints=(
        "Which rows of the table bring *points* to the modes, not only modes?",
        "Virtual batch norm in G most of all. Alone it stays a little below the bar: what does DCGAN "
        "(notebook 04) put behind its norm?",
        "models.mlp(2, 2, 64, norm=…, act=…) takes a norm layer and an activation: batch norm and ReLU in G, "
        "nothing of the kind in D. A deeper, narrower D fits the budget, too.",
    ),
    mistakes=dict(
        as_it_is=(plain_gan, f"{SCORE}: 0, 0, 0. 0 of 3 reach the bar of 0.45."),
        too_large=(
            rule_of(gan_step, G=lambda: models.mlp(2, 2, 128)),
            "G has 17,154 weights, 6,000 are allowed.",
        ),
        two_updates=(rule_of(_twice), "G had 2,000 updates in 1,000 steps: one a step is allowed."),
        called_already=(
            (nn.Linear(2, 2, device="meta"), nn.Linear(2, 1, device="meta"), gan_step),
            "hand over the function itself, without (): each seed begins with new networks.",
        ),
        no_step=(lambda: plain_gan()[:2], "three things are asked, in this order: G, D and a step."),
    ),
    contest=Contest(
        rescued,
        bar=0.45,
        score=SCORE,
        controls={
            "plain": 0.0,
            "noise": 0.03,
            "minibatch discrimination alone": 0.22,
            "virtual batch norm alone": 0.42,
            "a deeper D alone": 0.0,
        },
        lower_is_better=False,
        seeds=3,
        needed=2,
    ),
)
