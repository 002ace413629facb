"""The recipe of the restricted Boltzmann machine; the EMA of its weights is shipped."""

import torch
from torch.nn.functional import binary_cross_entropy

from .. import data, metrics, session
from ..models.boltzmann import free_energy, gibbs
from ..steps import pcd_step
from ..train import ema_of, sgd, train
from .recipe import Recipe

BATCH, LR, STRETCHES = 100, 0.05, 20


def _fit(net, digits, n_steps):
    """PCD with plain gradient descent; the learning rate falls linearly to 0, in stretches."""
    ink = (digits.x.mean(0).flatten() + 1) / 2
    with torch.no_grad():
        net.b.copy_(ink.clamp(0.001, 0.999).logit())
    chain = torch.bernoulli(ink.expand(BATCH, -1))
    net_ema, batches = ema_of(net, decay=0.999), data.BinaryBatches(digits.x, batch_size=BATCH)
    players = dict(rbm=net, rbm_ema=net_ema, chain=chain)
    for i in range(STRETCHES):
        opt = sgd(rbm=[net], lr=LR * (1 - i / STRETCHES))
        history = train(pcd_step, batches, n_steps // STRETCHES, opt=opt, **players)
        if history.stopped:
            break
    net.load_state_dict(net_ema.module.state_dict())
    return history


def _v_test(digits):
    return (data.binarize(digits.x_test, seed=0).flatten(1) + 1) / 2


def _scores(net, digits):
    v, base = _v_test(digits), ((digits.x.mean(0).flatten() + 1) / 2).clamp(0.001, 0.999).logit()
    with session.seeded(0), torch.no_grad():
        log_Z, error = metrics.annealed_log_Z(net, base, n_chains=200, n_temperatures=10_000)
        p = net.p_visible(torch.bernoulli(net.p_hidden(v)))
    reconstruction = binary_cross_entropy(p.clamp(1e-6, 1 - 1e-6), v, reduction="none").sum(1).mean()
    nats = free_energy(v, net).cpu().double().mean().item() + log_Z.item()
    return {
        "nats": nats,
        "log_Z": log_Z.item(),
        "log_Z_error": error.item(),
        "reconstruction": reconstruction.item(),
    }


def _codes(net, digits):
    """States of the model that never were data: chains from pixels by themselves, after 10,000 sweeps."""
    ink = (digits.x.mean(0).flatten() + 1) / 2
    with session.seeded(0):
        return {"chain": gibbs(torch.bernoulli(ink.expand(200, -1)), net, 10_000)}


WORDS = (
    f"RBM of 500 hidden units, PCD with one sweep a step, {BATCH} chains, batch {BATCH}; "
    f"gradient descent, learning rate from {LR} linearly to 0; weights averaged"
)
RECIPES = {"rbm": Recipe(WORDS, 70_000, _fit, _scores, _codes)}
