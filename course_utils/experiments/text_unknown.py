"""Three GANs for text, each with one thing wrong, after the same beginning: exercise 12.8."""

from functools import partial

import torch

from .. import data, session
from ..estimates import action_values, gumbel_softmax, reinforce
from ..losses import discriminator_loss, non_saturating
from ..steps import seqgan_step
from ..train import descend, train
from .table import Table, rounded
from .text_gans import beginning, scores, two_rates

N_MORE = 200


def soft_step(batches, *, G, D, opt):
    """gumbel_gan_step, but the judge is shown soft draws."""
    x, _ = next(batches)
    L_D = discriminator_loss(D(x), D(G.write(len(x), gumbel_softmax).detach()))
    descend(L_D, opt.D)
    descend(non_saturating(D(G.write(len(x), gumbel_softmax))), opt.G)
    return dict(L_D=L_D)


def no_baseline_step(batches, *, G, D, opt):
    """seqgan_step, but rewards are taken as they are, 8 sentences at a time."""
    x, _ = next(batches)
    with torch.no_grad():
        L_D = discriminator_loss(D(x), D(G.write(len(x))))
        x_fake = G.write(8)
        reward = action_values(G.write_on, lambda x: D(x).sigmoid().squeeze(1), x_fake)
    descend(reinforce(G.log_p(x_fake), reward), opt.G)
    return dict(L_D=L_D)


WRONG = {  # what is wrong: the step, learning rates of D and G
    "soft draws": (soft_step, 5e-3, 3e-3),
    "a judge that has stopped learning": (seqgan_step, 0.0, 3e-3),
    "few draws, no baseline": (no_baseline_step, 5e-3, 3e-3),
}


def run(wrong):
    """Scores after N_MORE updates, and eight sentences. → dict"""
    session.seed_all(3)
    batches = data.Batches(data.sums(20_000), batch_size=256)
    G, D = beginning(batches)
    step, lr_D, lr_G = WRONG[wrong]
    opt = two_rates(G, D, lr_D, lr_G)
    history = train(step, batches, N_MORE, quiet=True, G=G, D=D, opt=opt)
    with torch.no_grad():
        texts = data.as_text(G.write(8))
    L_D = {"L_D, first": history["L_D"][:10].mean().item(), "L_D, last": history["L_D"][-10:].mean().item()}
    return rounded({**L_D, **scores(G)}) | {"texts": " ".join(texts)}


TABLE = Table(
    {"words": "as text_gans, seed 3; each has one thing wrong", "more": N_MORE},
    {wrong: partial(run, wrong) for wrong in WRONG},
)
