"""Five forms of the game times three rules of it, with one budget: notebooks 06 and 07."""

from functools import partial

import torch

from .. import data, metrics, plotting, priors, session
from ..models import FORMS
from ..steps import gan_step, n_critic, opponent, wgan_gp_step, wgan_step
from ..train import adam, rmsprop, train
from .sweep import Sweep

_UPDATES, _N_CRITIC, _N_SHOWN = 3_000, 3, 24
RULES = {  # the step, the optimizers
    "GAN": (gan_step, partial(adam, lr=5e-4, betas=(0.5, 0.99))),
    "WGAN": (partial(wgan_step, n_critic=_N_CRITIC), partial(rmsprop, lr=5e-4)),
    "WGAN-GP": (partial(wgan_gp_step, n_critic=_N_CRITIC), partial(adam, lr=5e-4, betas=(0.0, 0.9))),
}


def run(form, rule, n_updates=_UPDATES):
    """Scores of one form under one rule, on MNIST, and a sheet of samples as PNG. → dict"""
    session.seed_all(0)
    digits, prior = data.digits("mnist"), priors.gaussian(64)
    generator, against = FORMS[form]
    step, optimizer = RULES[rule]
    role = opponent(step)
    G = generator(64).to(session.device())
    other = against(normalize=rule != "WGAN-GP").to(session.device())
    opt = optimizer(**{"G": [G], role: [other]})
    players = {"G": G, role: other, "opt": opt, "prior": prior}
    history = train(
        step,
        data.Batches(digits.x, batch_size=64),
        n_updates // n_critic(step),
        settle=0.3,
        quiet=True,
        **players,
    )
    with torch.no_grad():
        x_fake = metrics.in_parts(G, prior(10_000))
    scores = metrics.digit_scores(x_fake, digits.x_test)
    return {
        **{name: round(value, 4) for name, value in scores.items()},
        "seconds": round(history.seconds, 1),
        "samples": plotting.sheet_text(x_fake[:_N_SHOWN], 8),
    }


def sheet(run):
    """A run's sample sheet and what to write above it, for `plotting.sheets`. → str, str"""
    return run["samples"], f"Fréchet {run['fcd']:.1f}"


SWEEP = Sweep(
    {
        "words": "MNIST, seed 0, batch 64, z 64-D; as many updates of the discriminator or critic for all, the last 30 % in strides a fifth as long; "
        "GAN with one of G for each of them, the others with one for every three; no batch norm in WGAN-GP's critic; "
        "GAN: Adam 5e-4 (0.5, 0.99); WGAN: RMSProp 5e-4, clip 0.01; WGAN-GP: Adam 5e-4 (0, 0.9), penalty 10",
        "updates": _UPDATES,
        "forms": list(FORMS),
        "rules": list(RULES),
    },
    {f"{form}, {rule}": partial(run, form, rule) for form in FORMS for rule in RULES},
)
