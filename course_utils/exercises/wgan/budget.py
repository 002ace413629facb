"""The design of notebook 06: a Wasserstein GAN that gets near to a ring on a small budget of the critic."""

from functools import partial

import torch

from ... import data, models, session
from ...priors import gaussian
from ...steps import wgan_step
from ...train import rmsprop, train
from ...transport import earth_mover
from ..engine.tasks import Contest, Exercise, Wrong, settings_of

N_UPDATES = 1_000
MAY_BE_SET = dict(
    clip=(0.01, 1e-9, 1e9), n_critic=(5, 1, N_UPDATES), lr_C=(5e-5, 1e-9, 1e9), lr_G=(5e-5, 1e-9, 1e9)
)
RING = partial(data.ring, radius=2.0, std=0.05)


def distance_to_ring(settings, seed):
    """How far 500 points of G are from the ring after 1,000 updates of the critic. → float"""
    clip, n_critic, lr_C, lr_G = settings_of(settings, MAY_BE_SET, whole=("n_critic",)).values()
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
        "With the paper's settings G gets a third of the way: a learning rate of 0.00005, 200 times. Which "
        "of the four is the first to change, and how much?",
        "c must let the critic see: section 6. And its weights have to get to ±c in some dozens of updates: "
        "compare lr_C with c.",
        "A critic with lr_C near c / 30 may need no five updates for one of G. Then G has up to 1,000.",
    ),
    mistakes=dict(
        one_number=(0.1, "settings are asked, as a dict, not float."),
        more_updates=(
            dict(clip=0.1, n_updates=5_000),
            "'n_updates' is not to be set; these are: clip, n_critic, lr_C, lr_G.",
        ),
        no_clip=(dict(clip=0.0), "clip is to be a number from 1e-09 to 1e+09."),
        half=(dict(n_critic=2.5), "n_critic is a whole number."),
        too_many=(dict(n_critic=5_000), "n_critic is to be a number from 1 to 1000."),
        negative=(dict(lr_G=-1e-3), "lr_G is to be a number from 1e-09 to 1e+09."),
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
