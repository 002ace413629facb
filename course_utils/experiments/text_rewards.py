"""What a writer is paid, D or log D, by score and straight through: notebook 12, after text_gans."""

from functools import partial

import torch
from torch.nn.functional import logsigmoid

from .. import data, session
from ..estimates import action_values, less_the_others, reinforce, straight_through
from ..losses import discriminator_loss
from ..train import descend, train
from .table import Table, rounded
from .text_gans import N_MORE, beginning, scores, two_rates

PAID = {"D": torch.sigmoid, "log D": logsigmoid}


def _judged(batches, G, D, opt):
    x, _ = next(batches)
    with torch.no_grad():
        x_fake = G.write(len(x))
    L_D = discriminator_loss(D(x), D(x_fake))
    descend(L_D, opt.D)
    return len(x), L_D


def by_score(batches, *, G, D, opt, pay):
    """seqgan_step, paid with pay(logit)."""
    n, L_D = _judged(batches, G, D, opt)
    with torch.no_grad():
        x_fake = G.write(n)
        reward = action_values(G.write_on, lambda x: pay(D(x)).squeeze(1), x_fake)
    descend(reinforce(G.log_p(x_fake), less_the_others(reward)), opt.G)
    return dict(L_D=L_D)


def through_signs(batches, *, G, D, opt, pay):
    """gumbel_gan_step, paid with pay(logit)."""
    n, L_D = _judged(batches, G, D, opt)
    descend(-pay(D(G.write(n, straight_through))).mean(), opt.G)
    return dict(L_D=L_D)


STEPS = {"SeqGAN": by_score, "Gumbel GAN": through_signs}


def run(way, paid, seed):
    session.seed_all(seed)
    batches = data.Batches(data.sums(20_000), batch_size=256)
    G, D = beginning(batches)
    n_steps, players = N_MORE[way.split()[0]], dict(G=G, D=D, opt=two_rates(G, D))
    train(STEPS[way], batches, n_steps, quiet=True, **players, pay=PAID[paid])
    return rounded(scores(G))


TABLE = Table(
    {"words": "as text_gans; the writer is paid D or log D", "more": N_MORE},
    {
        f"{way} paid {paid}, seed {i}": partial(run, way, paid, i)
        for way in STEPS
        for paid in PAID
        for i in range(3)
    },
)
