"""The design of notebook 02: a schedule for β that keeps a VAE of small digits from collapsing."""

import functools
import math

import torch
from torch import nn

from ... import session
from ...losses import bernoulli_nll, kl_normal
from ...priors import reparameterize
from ...train import adam, descend
from ..engine.compare import float_of
from ..engine.tasks import Contest, Exercise, Wrong, called

N_STEPS, Z_DIM = 600, 16


def schedule(t):
    """β at the share t of the training, from 0 to 1. → number"""
    return min(1.5, 3 * t) if t < 0.8 else 1.0


@functools.lru_cache(maxsize=1)
def small_digits():
    """Digits of 8 × 8 pixels in black and white, (n, 64) of −1 and 1: 1,400 to train, 397 to test."""
    from sklearn.datasets import load_digits

    x = (torch.tensor(load_digits().data) > 8).to(session.device(), torch.float32) * 2 - 1
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    return x[order[:1400]], x[order[1400:]]


def _weight(schedule, t):
    """β at t, if it is a number that keeps the rules."""
    if not callable(schedule):
        raise Wrong("give the function itself, its name in the place of the dots, without brackets.")
    beta = called(schedule, t, stops=f"at t = {t:g} your function stops")
    beta = called(float_of, beta, stops=f"at t = {t:g} β is no number: float(β) stops")
    if not math.isfinite(beta):
        raise Wrong(f"at t = {t:g} β is {beta}: a finite number is asked.")
    if beta < 0:
        raise Wrong(f"at t = {t:g} β is {beta:g}: a negative β rewards codes for being far from the prior.")
    if beta > 100:
        raise Wrong(f"at t = {t:g} β is {beta:g}: at most 100 is allowed. t goes from 0 to 1, not by steps.")
    return beta


def _minus_elbo(schedule, seed):
    """−ELBO on test digits after 600 steps with β = schedule(t), at a learning rate of 0.02. → nats"""
    betas = [_weight(schedule, i / N_STEPS) for i in range(N_STEPS)]
    if (mean := sum(betas) / N_STEPS) < 0.99:
        raise Wrong(f"the mean of β over the {N_STEPS} steps is {mean:.2f}: at least 1 is asked.")
    x_train, x_test = small_digits()
    enc = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2 * Z_DIM)).to(session.device())
    dec = nn.Sequential(nn.Linear(Z_DIM, 64), nn.ReLU(), nn.Linear(64, 64)).to(session.device())

    def losses(x):
        mu, log_var = enc(x).chunk(2, dim=1)
        return bernoulli_nll(dec(reparameterize(mu, log_var)), x), kl_normal(mu, log_var)

    opt = adam(VAE=[enc, dec], lr=0.02)
    for beta in betas:
        L_rec, L_kl = losses(x_train[torch.randint(len(x_train), (100,))])
        descend(L_rec + beta * L_kl, opt.VAE)
    with torch.no_grad():
        return sum(sum(losses(x_test)).item() for _ in range(10)) / 10


Exercise(
    "02.9",
    "A schedule for β",
    reference=schedule,
    contest=Contest(
        _minus_elbo,
        bar=19.8,
        score="−ELBO on test digits, with β = 1, in nats",
        controls={"β = 1 throughout": 23.3, "β = 2t": 20.9, "a code of nothing": 24.8},
    ),
    hints=(
        "When is the KL too heavy? At the start the decoder cannot use a code yet, so a code only costs.",
        "Which β must it be in the end, as −ELBO is measured with β = 1? So when can β be above 1, to make "
        "up for the cheap beginning?",
        "Let β grow from 0 past 1 in the first half, stay there, and come back to 1 for the last fifth. How "
        "far past 1 makes the mean 1?",
    ),
    mistakes=dict(
        warm_up=(
            lambda t: min(1.0, 2 * t),
            "the mean of β over the 600 steps is 0.75: at least 1 is asked.",
        ),
        negative=(
            lambda t: t - 0.5,
            "at t = 0 β is -0.5: a negative β rewards codes for being far from the prior.",
        ),
        in_steps=(
            lambda t: 600.0,
            "at t = 0 β is 600: at most 100 is allowed. t goes from 0 to 1, not by steps.",
        ),
        infinite=(lambda t: math.inf, "at t = 0 β is inf: a finite number is asked."),
        not_a_function=(
            0.5,
            "give the function itself, its name in the place of the dots, without brackets.",
        ),
        words=(
            lambda t: "warm-up",
            "at t = 0 β is no number: float(β) stops with ValueError: could not convert string to float: "
            "'warm-up'",
        ),
    ),
)
