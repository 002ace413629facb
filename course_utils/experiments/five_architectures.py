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

N_UPDATES, N_SHOWN = 3_000, 24
OBJECTIVES = {
    "GAN": Rule(gan_step),
    "WGAN": Rule(wgan_step, "C", n_critic=3, optimizer=rmsprop),
    "WGAN-GP": Rule(wgan_gp_step, "C", n_critic=3, optimizer=partial(adam, betas=(0.0, 0.9))),
}


def run(architecture, name, n_updates=N_UPDATES):
    """Scores of one architecture under one objective, on MNIST, and a sheet of samples as PNG. → dict"""
    session.seed_all(0)
    digits, prior, rule = data.digits("mnist"), priors.gaussian(64), OBJECTIVES[name]
    generator, opponent = ARCHITECTURES[architecture]
    players = match(rule, generator(64), opponent(normalize=name != "WGAN-GP"), prior, lr=5e-4)
    batches, n_steps = data.Batches(digits.x, batch_size=64), n_updates // (rule.n_critic or 1)
    history = train(rule.step, batches, n_steps, lr_decay=0.3, quiet=True, **players)
    with torch.no_grad():
        x_fake = metrics.in_parts(players["G"], prior(10_000))
    return {
        **rounded(digit_scores(x_fake, digits.x_test)),
        "seconds": round(history.seconds, 1),
        "samples": plotting.sheet_text(x_fake[:N_SHOWN], 8),
    }


def sheet(run):
    """A run's sample sheet and what to write above it, for `plotting.sheets`. → str, str"""
    return run["samples"], f"Fréchet {run['fcd']:.1f}"


TABLE = Table(
    {
        "words": "MNIST, seed 0, batch 64, z 64-D; the same number of discriminator or critic updates for "
        "all, the last 30 % at a fifth of the learning rate; one update of G for each of them in the GAN, "
        "for every three of them in WGAN and WGAN-GP; no batch norm in WGAN-GP's critic; "
        "GAN: Adam 5e-4 (0.5, 0.99); WGAN: RMSProp 5e-4, clip 0.01; WGAN-GP: Adam 5e-4 (0, 0.9), penalty 10",
        "updates": N_UPDATES,
        "architectures": list(ARCHITECTURES),
        "objectives": list(OBJECTIVES),
    },
    {f"{net}, {name}": partial(run, net, name) for net in ARCHITECTURES for name in OBJECTIVES},
)
