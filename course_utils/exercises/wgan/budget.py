"""The design of notebook 06: a Wasserstein GAN that gets near to a ring on a small budget of the critic."""

from functools import partial

import torch

from ... import data, models, session
from ...priors import gaussian
from ...steps import wgan_step
from ...train import rmsprop, train
from ...transport import earth_mover
from ..engine.tasks import Contest, Exercise, Wrong, called

N_UPDATES, NAMES = 1_000, ("clip", "n_critic", "lr_C", "lr_G")
ASKED = "settings are asked, dict(clip=…, n_critic=…, lr_C=…, lr_G=…), these four and no others."
RING = partial(data.ring, radius=2.0, std=0.05)


def _checked(settings):
    """The four settings, if they are what is asked for."""
    settings = called(settings)
    if not isinstance(settings, dict) or settings.keys() != set(NAMES):
        raise Wrong(ASKED)
    for name in NAMES:
        value = settings[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
            raise Wrong(f"{name} is to be a number above 0.")
    n_critic = settings["n_critic"]
    if n_critic != int(n_critic) or n_critic > N_UPDATES:
        raise Wrong(f"n_critic is a whole number, at most {N_UPDATES:,}.")
    return settings["clip"], int(n_critic), settings["lr_C"], settings["lr_G"]


def distance_to_ring(settings, seed):
    """How far 500 points of G are from the ring after 1,000 updates of the critic. → float"""
    clip, n_critic, lr_C, lr_G = _checked(settings)
    G, C = (net.to(session.device()) for net in (models.mlp(2, 2), models.mlp(2, 1)))
    opt = rmsprop(C=[C], lr=lr_C)
    opt.G = rmsprop(G=[G], lr=lr_G).G
    players = dict(G=G, C=C, opt=opt, prior=gaussian(2), n_critic=n_critic, clip=clip)
    batches = data.Batches(RING(20_000)[0], batch_size=128)
    history = train(wgan_step, batches, N_UPDATES // n_critic, lr_decay=0.3, quiet=True, **players)
    if history.stopped:
        raise Wrong(f"the training {history.stopped}: a loss was not finite.")
    with torch.no_grad():
        x_fake = G(torch.randn(500, 2, device=session.device()))
    return earth_mover(x_fake, RING(500)[0])


Exercise(
    "06.11",
    "A critic on a budget",
    reference=dict(clip=0.3, n_critic=1, lr_C=1e-2, lr_G=2e-3),
    hints=(
        "With the paper's settings nothing moves far: a learning rate of 0.00005, 200 times. Which "
        "of the four "
        "is the first to change, and how much?",
        "c must let the critic see: section 6. And its weights have to get to ±c in some dozens of updates: "
        "compare lr_C with c.",
        "A critic with lr_C near c / 20 follows G quickly: it needs no five updates for one of G. Then G has "
        "up to 1,000.",
    ),
    mistakes=dict(
        no_settings=(0.1, ASKED),
        too_few=(dict(clip=0.1, lr_C=1e-2, lr_G=1e-3), ASKED),
        more_updates=(dict(clip=0.1, n_critic=5, lr_C=1e-2, lr_G=1e-3, n_updates=5_000), ASKED),
        no_clip=(dict(clip=0.0, n_critic=5, lr_C=1e-2, lr_G=1e-3), "clip is to be a number above 0."),
        half=(
            dict(clip=0.1, n_critic=2.5, lr_C=1e-2, lr_G=1e-3),
            "n_critic is a whole number, at most 1,000.",
        ),
        negative=(dict(clip=0.1, n_critic=5, lr_C=1e-2, lr_G=-1e-3), "lr_G is to be a number above 0."),
    ),
    contest=Contest(
        distance_to_ring,
        bar=0.43,
        score="earth mover's distance to the ring",
        controls={"the paper's settings": 1.3, "noise": 0.9, "c and learning rates larger, n_critic 5": 0.6},
        seeds=3,
        needed=2,
    ),
)
