"""An ablation: the GAN of 2014, and what was added to it since. Notebook 04, section 10."""

from functools import partial

import torch

from .. import data, metrics, models, priors, session
from ..match import Rule, match
from ..scores import digit_scores
from ..steps import gan_step, r1_gan_step, relativistic_gan_step
from ..train import train
from .table import Table, rounded

N_STEPS = 4_000
RULES = {  # the rule, the learning rates of G and D, the dropout of D
    "plain": (Rule(gan_step), 1e-3, 1e-3, 0.5),
    "TTUR": (Rule(gan_step), 1e-3, 2e-3, 0.5),
    "R1": (Rule(r1_gan_step, ema=True), 1e-3, 2e-3, 0.0),
    "relativistic": (Rule(relativistic_gan_step, ema=True), 1e-3, 2e-3, 0.0),
}


def run(name, seed):
    """Scores of one run's generator, and of its EMA where the step keeps one. → dict"""
    session.seed_all(seed)
    digits, prior = data.digits("mnist"), priors.gaussian(100)
    rule, lr_G, lr_D, dropout = RULES[name]
    G, D = models.generator(hidden=256), models.image_discriminator(hidden=256, dropout=dropout)
    players = match(rule, G, D, prior, lr_G, lr_D)
    train(rule.step, data.Batches(digits.x, batch_size=128), N_STEPS, lr_decay=0.3, quiet=True, **players)

    def scores(net, of=""):
        with torch.no_grad():
            x_fake = metrics.in_parts(net.eval(), prior(10_000))
        return {name + of: value for name, value in rounded(digit_scores(x_fake, digits.x_test)).items()}

    return scores(G) | (scores(players["G_ema"], "_of_ema") if rule.ema else {})


TABLE = Table(
    {
        "words": "MNIST, five seeds; G and D 2×256, z 100-D, batch 128, "
        "the last 30 % of the steps at a fifth of the learning rate",
        "steps": N_STEPS,
        "step, lr_G, lr_D, dropout": {k: [rule.step.__name__, *rest] for k, (rule, *rest) in RULES.items()},
    },
    {f"{name}, seed {seed}": partial(run, name, seed) for name in RULES for seed in range(5)},
)
