"""Random architectures as GAN and as WGAN-GP, with one budget: small tables 1 and 2 of Gulrajani et al. 2017."""

import random
from functools import partial
from typing import NamedTuple

import torch
from torch import nn

from .. import data, metrics, models, priors, session, transport
from ..steps import gan_step, n_critic, opponent, wgan_gp_step
from ..train import adam, train
from .sweep import Sweep

BENDS = {"ReLU": nn.ReLU, "leaky ReLU": models.leaky, "softplus": nn.Softplus, "tanh": nn.Tanh}
RULES = {  # the step, Adam's betas, the norm of the opponent where its architecture has one
    "GAN": (gan_step, (0.5, 0.99), nn.BatchNorm1d),
    "WGAN-GP": (partial(wgan_gp_step, n_critic=3, gp_weight=0.1), (0.0, 0.9), nn.LayerNorm),
}
DRAW = partial(data.ring, radius=2.0, std=0.05)
_N, _UPDATES = 32, 3_600


class Architecture(NamedTuple):
    """Two MLPs alike, drawn at random: hidden layers, their width, what bends, and who has a norm."""

    depth: int
    width: int
    bend: str
    norm_in_G: bool
    norm_in_D: bool

    def __str__(self):
        norms = {(0, 0): "no norm", (1, 0): "norm in G", (0, 1): "norm in D", (1, 1): "norm in both"}
        return f"{self.depth} × {self.width}, {self.bend}, {norms[self.norm_in_G, self.norm_in_D]}"


def architecture(seed):
    """The architecture of this seed. → Architecture"""
    die = random.Random(seed)
    return Architecture(
        die.choice([2, 4, 6, 8]), die.choice([32, 64, 128]), die.choice(list(BENDS)),
        die.choice([False, True]), die.choice([False, True]),
    )  # fmt: skip


def play(seed, rule, n_updates=_UPDATES, quiet=False):
    """An architecture under one rule: 500 of its points, and their scores. → points (500, 2), dict

    distance  exact transport distance to as many real points;  modes covered;  good, the share of points at one
    """
    session.seed_all(seed)
    shape, (step, betas, norm_of_D) = architecture(seed), RULES[rule]
    depth_and_bend = dict(hidden=shape.width, n_hidden=shape.depth, act=BENDS[shape.bend])
    G = models.mlp(2, 2, norm=nn.BatchNorm1d if shape.norm_in_G else None, **depth_and_bend)
    D = models.mlp(2, 1, norm=norm_of_D if shape.norm_in_D else None, **depth_and_bend)
    G, D, role, prior = G.to(session.device()), D.to(session.device()), opponent(step), priors.gaussian(2)
    opt = adam(**{"G": [G], role: [D]}, lr=1e-3, betas=betas)
    players = {"G": G, role: D, "opt": opt, "prior": prior}
    batches = data.Batches(DRAW(20_000)[0], batch_size=128)
    train(step, batches, max(n_updates // n_critic(step), 1), settle=0.3, leave=False, quiet=quiet, **players)
    with torch.no_grad():
        x_fake = G(prior(2_500)).nan_to_num(99, 99, -99)  # one that diverged is far away
    modes, good = metrics.modes_covered(x_fake, data.centres(DRAW), DRAW.keywords["std"])
    distance = transport.earth_mover(x_fake[:500], DRAW(500)[0])
    return x_fake[:500], {"distance": round(distance, 4), "modes": modes, "good": round(good, 4)}


def run(seed, rule):
    return play(seed, rule, quiet=True)[1]


def share_below(table, rule, threshold, which=lambda shape: True):
    """The share of architectures, of those of `which`, that come closer to the data than `threshold`. → float in [0, 1]"""
    runs = [table["runs"][f"{seed}, {rule}"] for seed in range(_N) if which(architecture(seed))]
    return sum(run["distance"] < threshold for run in runs) / len(runs)


SWEEP = Sweep(
    {
        "words": "a ring of 8 (radius 2, std 0.05); G and its opponent of one random architecture each, Adam 1e-3, batch 128, the last 30 % in strides "
        "a fifth as long; as many updates of discriminator or critic; WGAN-GP: 3 of them for one of G, penalty 0.1, layer norm for batch norm in C",
        "updates": _UPDATES,
        "threshold": 0.44,  # half the distance of the best single Normal, 0.88; two real samples are 0.16 apart
        "architectures": {str(seed): str(architecture(seed)) for seed in range(_N)},
    },
    {f"{seed}, {rule}": partial(run, seed, rule) for seed in range(_N) for rule in RULES},
)
