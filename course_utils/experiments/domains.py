"""CycleGAN with a hidden truth: which losses, and which networks, find it: notebook 13."""

from functools import partial

from .. import data, models, session
from ..scores import translation_scores
from ..steps import cyclegan_step
from ..train import adam, train
from .table import Table, rounded

N_STEPS = {"convolutions": 1_200, "MLP": 2_400}  # an MLP's update takes less than half as long
GENERATORS = {"convolutions": models.translator, "MLP": models.mlp_translator}
# redrawn as, generators, weight of the cycle, of the identity
SETTINGS = {
    "hollow · convolutions": ("hollow", "convolutions", 10.0, 0.0),
    "hollow · convolutions · no cycle": ("hollow", "convolutions", 0.0, 0.0),
    "hollow · MLP": ("hollow", "MLP", 10.0, 0.0),
    "hollow · MLP · no cycle": ("hollow", "MLP", 0.0, 0.0),
    "hollow · convolutions · identity": ("hollow", "convolutions", 10.0, 5.0),
    "negative · convolutions": ("negative", "convolutions", 10.0, 0.0),
    "negative · convolutions · identity": ("negative", "convolutions", 10.0, 5.0),
    "turned · convolutions": ("turned", "convolutions", 10.0, 0.0),
    "turned · MLP": ("turned", "MLP", 10.0, 0.0),
}


def players(make):
    """New translators of one kind, their discriminators, and optimizers. → dict"""
    nets = {"AB": make(), "BA": make()}
    nets |= {name: models.dcgan_discriminator(16, normalize=False) for name in ("D_A", "D_B")}
    nets = {name: net.to(session.device()) for name, net in nets.items()}
    opt = adam(G=[nets["AB"], nets["BA"]], D=[nets["D_A"], nets["D_B"]], lr=2e-3, betas=(0.5, 0.99))
    return nets | {"opt": opt}


def run(setting, seed):
    """The scores of one of SETTINGS. → dict"""
    session.seed_all(seed)
    domain, kind, cycle_weight, same_weight = SETTINGS[setting]
    redraw, digits = data.REDRAWN[domain], data.digits("mnist")
    batches = data.Domains(*data.two_halves(digits.x, redraw), 16)
    cast = players(GENERATORS[kind]) | dict(cycle_weight=cycle_weight, same_weight=same_weight)
    train(cyclegan_step, batches, N_STEPS[kind], lr_decay=0.2, quiet=True, **cast)
    AB, BA = cast["AB"].eval(), cast["BA"].eval()
    return rounded(translation_scores(AB, BA, redraw, digits.x_test, digits.y_test))


TABLE = Table(
    {
        "words": "MNIST, A the first half, B the other half redrawn; batch 16; Adam 2e-3 (0.5, 0.99), the "
        "last 20 % of the steps at a fifth of it; R1 with weight 1; scores on 10,000 test images",
        "steps": N_STEPS,
        "settings": {name: list(values) for name, values in SETTINGS.items()},
    },
    {f"{setting}, {seed}": partial(run, setting, seed) for seed in range(3) for setting in SETTINGS},
)
