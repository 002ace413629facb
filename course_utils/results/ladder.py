"""The same two networks, and what was added since 2014: notebook 04, section 10."""

from functools import partial

import torch

from .. import data, metrics, models, priors, session
from ..steps import gan_step, r1_gan_step, relativistic_gan_step
from ..train import adam, average_of, train
from .sweep import Sweep

_LADDER_STEPS = 2_500
_RUNGS = {  # the step, the rates of G and D, the dropout of D
    "plain": (gan_step, 5e-4, 5e-4, 0.3),
    "two time scales": (gan_step, 5e-4, 1e-3, 0.3),
    "R1": (r1_gan_step, 5e-4, 1e-3, 0.0),
    "relativistic": (relativistic_gan_step, 5e-4, 1e-3, 0.0),
}


def _rung(rung, seed):
    """Scores of one run's generator, and of its average where the step keeps one."""
    session.seed_all(seed)
    digits, prior = data.digits("mnist"), priors.gaussian(100)
    step, lr_G, lr_D, dropout = _RUNGS[rung]
    G = models.generator(hidden=256).to(session.device())
    D = models.image_discriminator(hidden=256, dropout=dropout).to(session.device())
    opt = adam(D=[D], lr=lr_D, betas=(0.5, 0.99))
    opt.G = adam(G=[G], lr=lr_G, betas=(0.5, 0.99)).G
    average = {} if step is gan_step else {"G_avg": average_of(G)}
    players = dict(G=G, D=D, opt=opt, prior=prior, **average)
    train(step, data.Batches(digits.x, batch_size=128), _LADDER_STEPS, settle=0.3, quiet=True, **players)

    def scores(net, of=""):
        with torch.no_grad():
            x_fake = metrics.in_parts(net.eval(), prior(10_000))
        return {
            name + of: round(value, 4) for name, value in metrics.digit_scores(x_fake, digits.x_test).items()
        }

    return scores(G) | (scores(average["G_avg"], "_of_average") if average else {})


SWEEP = Sweep(
    {
        "words": "MNIST, five seeds; G and D 2×256, z 100-D, batch 128, the last 30 % of the steps in strides a fifth as long",
        "steps": _LADDER_STEPS,
        "step, lr_G, lr_D, dropout": {rung: [step.__name__, *rest] for rung, (step, *rest) in _RUNGS.items()},
    },
    {f"{rung}, seed {seed}": partial(_rung, rung, seed) for rung in _RUNGS for seed in range(5)},
)
