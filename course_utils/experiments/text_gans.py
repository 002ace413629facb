"""Three ways to learn a language whose distribution is known, from the same beginning: notebook 12."""

from functools import partial

from .. import data, losses, metrics, models, session
from ..steps import gumbel_gan_step, mle_step, seqgan_step
from ..train import adam, descend, train
from .table import Table, rounded

N_FIRST, N_JUDGE, N_MORE = 200, 300, {"MLE": 300, "SeqGAN": 200, "Gumbel": 300}
BETAS = (0.5, 0.99)


def beginning(batches):
    """A writer after a short training by maximum likelihood, and a judge that has read it. → G, D"""
    G, D = models.Writer().to(session.device()), models.text_discriminator(hidden=128).to(session.device())
    train(mle_step, batches, N_FIRST, quiet=True, G=G, opt=adam(G=[G], lr=1e-2))
    opt = adam(D=[D], lr=5e-3, betas=BETAS)
    for _ in range(N_JUDGE):
        x, _ = next(batches)
        descend(losses.discriminator_loss(D(x), D(G.write(len(x)).detach())), opt.D)
    return G, D


def two_rates(G, D, lr_D=5e-3, lr_G=3e-3):
    """The optimizers of a game from the beginning on. → opt"""
    opt = adam(D=[D], lr=lr_D, betas=BETAS)
    opt.G = adam(G=[G], lr=lr_G, betas=BETAS).G
    return opt


def scores(G):
    x, p = data.every_sum()
    return metrics.text_scores(G.log_p(x).sum(1).detach(), p)


def run(way, seed):
    """The scores of a writer after N_MORE updates in this way; `way` "start": before them. → dict"""
    session.seed_all(seed)
    batches = data.Batches(data.sums(20_000), batch_size=256)
    G, D = beginning(batches)
    if way == "MLE":
        train(mle_step, batches, N_MORE[way], quiet=True, G=G, opt=adam(G=[G], lr=3e-3))
    elif way != "start":
        step = {"SeqGAN": seqgan_step, "Gumbel": gumbel_gan_step}[way]
        train(step, batches, N_MORE[way], quiet=True, G=G, D=D, opt=two_rates(G, D))
    return rounded(scores(G))


TABLE = Table(
    {
        "words": "sums of five signs, 20,000 of them, batch 256; valid: share, kinds: exp(entropy), KL: nats",
        "first": N_FIRST,
        "more": N_MORE,
    },
    {f"{way}, seed {i}": partial(run, way, i) for i in range(3) for way in ("start", *N_MORE)},
)
