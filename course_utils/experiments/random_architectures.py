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
WGAN_GP = Rule(
    partial(wgan_gp_step, gp_weight=0.1), "C", n_critic=3, optimizer=partial(adam, betas=(0.0, 0.9))
)
OBJECTIVES = {  # the rule, the norm of the opponent where its architecture has one
    "GAN": (Rule(gan_step), nn.BatchNorm1d),
    "WGAN-GP": (WGAN_GP, nn.LayerNorm),
}
DRAW = partial(data.ring, radius=2.0, std=0.05)
_N, _UPDATES = 32, 3_600


class Architecture(NamedTuple):
    """Two MLPs alike, drawn at random: hidden layers, their width, what bends, and who has a norm."""

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
    die = random.Random(seed)
    depth, width, activation = (
        die.choice([2, 4, 6, 8]),
        die.choice([32, 64, 128]),
        die.choice(list(ACTIVATIONS)),
    )
    return Architecture(depth, width, activation, die.choice([False, True]), die.choice([False, True]))


def play(seed, name, n_updates=_UPDATES, quiet=False):
    """An architecture under one objective: 500 of its points, and their scores. → points (500, 2), dict

    distance, the exact transport distance to real points; modes covered; good, the share of points at one
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
        x_fake = players["G"](prior(2_500)).nan_to_num(99, 99, -99)  # one that diverged is far away
    return x_fake[:500], rounded(point_scores(x_fake, DRAW))


def run(seed, rule):
    return play(seed, rule, quiet=True)[1]


def share_below(table, rule, threshold, which=lambda shape: True):
    """Share of the architectures (of `which`) that come closer to the data than `threshold`. → float"""
    runs = [table["runs"][f"{seed}, {rule}"] for seed in range(_N) if which(architecture(seed))]
    return sum(run["distance"] < threshold for run in runs) / len(runs)


TABLE = Table(
    {
        "words": "a ring of 8 (radius 2, std 0.05); G and its opponent of one random architecture, Adam "
        "1e-3, batch 128, the last 30 % of the steps at a fifth of the learning rate; as many updates of "
        "discriminator or critic; WGAN-GP: 3 of them for one of G, penalty 0.1, layer norm for batch norm in "
        "C",
        "updates": _UPDATES,
        # half the distance of the best single Normal, 0.88; two real samples are 0.16 apart
        "threshold": 0.44,
        "architectures": {str(seed): str(architecture(seed)) for seed in range(_N)},
    },
    {f"{seed}, {rule}": partial(run, seed, rule) for seed in range(_N) for rule in OBJECTIVES},
)
