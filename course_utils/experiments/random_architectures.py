"""Random architectures as GAN and as WGAN-GP, with one budget: after tables 1, 2 of Gulrajani et al. 2017."""

import random
from functools import partial
from typing import NamedTuple

import torch
from torch import nn

from .. import data, models, priors, session
from ..match import Rule, match
from ..steps import gan_step, wgan_gp_step
from ..train import adam, train
from .table import Table, rounded
from .trials import point_scores

ACTIVATIONS = {"ReLU": nn.ReLU, "leaky ReLU": models.leaky, "softplus": nn.Softplus, "tanh": nn.Tanh}
_WITHOUT_MOMENTUM = partial(adam, betas=(0.0, 0.9))
WGAN_GP = Rule(partial(wgan_gp_step, gp_weight=0.1), "C", n_critic=3, optimizer=_WITHOUT_MOMENTUM)
OBJECTIVES = {  # the rule, and the layer that is the opponent's norm, if it has one
    "GAN": (Rule(gan_step), nn.BatchNorm1d),
    "WGAN-GP": (WGAN_GP, nn.LayerNorm),
}
DRAW = partial(data.ring, radius=2.0, std=0.05)
_N, _UPDATES = 32, 3_600


class Architecture(NamedTuple):
    """Two MLPs drawn at random: their hidden layers, width and activation, and which of them has a norm."""

    depth: int
    width: int
    activation: str
    norm_in_G: bool
    norm_in_D: bool

    def __str__(self):
        norms = {(0, 0): "no norm", (1, 0): "norm in G", (0, 1): "norm in D", (1, 1): "norm in both"}
        return f"{self.depth} × {self.width}, {self.activation}, {norms[self.norm_in_G, self.norm_in_D]}"


def architecture(seed):
    """The architecture of this seed. → Architecture"""
    draw = random.Random(seed).choice
    depth, width, activation = draw([2, 4, 6, 8]), draw([32, 64, 128]), draw(list(ACTIVATIONS))
    return Architecture(depth, width, activation, draw([False, True]), draw([False, True]))


def play(seed, name, n_updates=_UPDATES, quiet=False):
    """Train the architecture of this seed by one objective. → 500 of its points (500, 2), scores

    distance, the exact transport distance to real points; modes covered; good, the share of points at a mode
    """
    session.seed_all(seed)
    shape, (rule, norm_of_D) = architecture(seed), OBJECTIVES[name]
    both_have = dict(hidden=shape.width, n_hidden=shape.depth, act=ACTIVATIONS[shape.activation])
    G = models.mlp(2, 2, norm=nn.BatchNorm1d if shape.norm_in_G else None, **both_have)
    D = models.mlp(2, 1, norm=norm_of_D if shape.norm_in_D else None, **both_have)
    prior = priors.gaussian(2)
    players, batches = match(rule, G, D, prior), data.Batches(DRAW(20_000)[0], batch_size=128)
    n_steps = max(n_updates // (rule.n_critic or 1), 1)
    train(rule.step, batches, n_steps, lr_decay=0.3, leave=False, quiet=quiet, **players)
    with torch.no_grad():
        x_fake = players["G"](prior(2_500)).nan_to_num(99, 99, -99)  # if it diverged, its points are far away
    return x_fake[:500], rounded(point_scores(x_fake, DRAW))


def run(seed, rule):
    return play(seed, rule, quiet=True)[1]


def share_below(table, rule, threshold, which=lambda shape: True):
    """Share of the architectures, or of `which`, that come closer to the data than `threshold`. → float"""
    runs = [table["runs"][f"{seed}, {rule}"] for seed in range(_N) if which(architecture(seed))]
    return sum(run["distance"] < threshold for run in runs) / len(runs)


TABLE = Table(
    {
        "words": "a ring of 8 (radius 2, std 0.05); in each run G and its opponent have one random "
        "architecture; Adam 1e-3, batch 128, the last 30 % of the steps at a fifth of the learning rate; the "
        "same number of discriminator or critic updates for all; WGAN-GP: one update of G for every three of "
        "them, penalty 0.1, layer norm in place of batch norm in C",
        "updates": _UPDATES,
        "threshold": 0.44,  # half of 0.88, the best of one normal distribution; two real samples: 0.16
        "architectures": {str(seed): str(architecture(seed)) for seed in range(_N)},
    },
    {f"{seed}, {rule}": partial(run, seed, rule) for seed in range(_N) for rule in OBJECTIVES},
)
