"""Five architectures under three objectives, with one budget: notebooks 06 and 07."""

from functools import partial

import torch

from .. import data, metrics, plotting, priors, session
from ..match import Rule, match
from ..models import ARCHITECTURES
from ..scores import digit_scores
from ..steps import gan_step, wgan_gp_step, wgan_step
from ..train import adam, rmsprop, train
from .table import Table, rounded

N_UPDATES, N_SHOWN, SEEDS = 3_000, 24, range(3)
OBJECTIVES = {
    "GAN": Rule(gan_step),
    "WGAN": Rule(wgan_step, "C", n_critic=3, optimizer=rmsprop),
    "WGAN-GP": Rule(wgan_gp_step, "C", n_critic=3, optimizer=partial(adam, betas=(0.0, 0.9))),
}


def run(architecture, name, seed, n_updates=N_UPDATES):
    """Scores of one architecture under one objective, on MNIST, and a sheet of samples as PNG. → dict"""
    session.seed_all(seed)
    digits, prior, rule = data.digits("mnist"), priors.gaussian(64), OBJECTIVES[name]
    generator, opponent = ARCHITECTURES[architecture]
    players = match(rule, generator(64), opponent(normalize=name != "WGAN-GP"), prior, lr=1e-3)
    batches, n_steps = data.Batches(digits.x, batch_size=64), n_updates // (rule.n_critic or 1)
    history = train(rule.step, batches, n_steps, lr_decay=0.3, quiet=True, **players)
    with torch.no_grad():
        x_fake = metrics.in_parts(players["G"], prior(10_000))
    return {
        **rounded(digit_scores(x_fake, digits.x_test)),
        "seconds": round(history.seconds, 3),
        "samples": plotting.sheet_text(x_fake[:N_SHOWN], 8),
    }


def runs(table, architecture, name):
    """The runs of all seeds, from the best to the worst by the Fréchet distance. → list of dicts"""
    seeds = (table["runs"][f"{architecture}, {name}, seed {seed}"] for seed in SEEDS)
    return sorted(seeds, key=lambda run: run["fcd"])


def middle(table, architecture, name):
    """The run in the middle of these. → dict"""
    return runs(table, architecture, name)[len(SEEDS) // 2]


def sheet(table, architecture, name):
    """The middle run's sheet, and the distances of all, for `plotting.sheets`. → str, str"""
    distances = ", ".join(f"{run['fcd']:.2g}" for run in runs(table, architecture, name))
    return middle(table, architecture, name)["samples"], f"Fréchet {distances}"


TABLE = Table(
    {
        "words": "MNIST, three seeds, batch 64, z 64-D; the same number of discriminator or critic updates "
        "for all, the last 30 % at a fifth of the learning rate; one update of G for each of them in the "
        "GAN, for every three of them in WGAN and WGAN-GP; no batch norm in WGAN-GP's critic; GAN: Adam 1e-3 "
        "(0.5, 0.99); WGAN: RMSProp 1e-3, clip 0.01; WGAN-GP: Adam 1e-3 (0, 0.9), penalty 10",
        "updates": N_UPDATES,
        "architectures": list(ARCHITECTURES),
        "objectives": list(OBJECTIVES),
    },
    {
        f"{net}, {name}, seed {seed}": partial(run, net, name, seed)
        for seed in SEEDS
        for net in ARCHITECTURES
        for name in OBJECTIVES
    },
)
