"""Does a loss tell how good the images are? Five trainings of a WGAN and of a GAN. Notebook 06, section 8."""

from functools import partial

import torch

from .. import data, metrics, models, priors, session
from ..losses import critic_loss
from ..scores import digit_scores
from ..steps import gan_step, wgan_step
from ..train import adam, rmsprop, train
from ..transport import lipschitz_constant
from .table import Table, rounded

N_STEPS, N_PARTS, FIRST = 960, 12, 3  # before the fourth score the critic finds its own scale


def run(name, seed):
    """Correlations of the losses of a training with the Fréchet distance, from the fourth score on. → dict"""
    session.seed_all(seed)
    digits, prior = data.digits("mnist"), priors.gaussian(100)
    batches, few = data.Batches(digits.x, batch_size=64), digits.x_test[:2_000]
    G, C = models.generator(), models.image_discriminator()
    if name == "WGAN":
        opt = rmsprop(C=[C], lr=3e-4)
        opt.G = rmsprop(G=[G], lr=1e-3).G
        step, loss, players = wgan_step, "W", dict(G=G, C=C, opt=opt, prior=prior)
        train(step, batches, 10, quiet=True, n_critic=50, **players)
    else:
        opt = adam(G=[G], D=[C], lr=5e-4, betas=(0.5, 0.99))
        step, loss, players = gan_step, "L_G", dict(G=G, D=C, opt=opt, prior=prior)
    seen = {"fcd": [], loss: []} | ({"W / K": []} if name == "WGAN" else {})
    for _ in range(N_PARTS):
        history = train(step, batches, N_STEPS // N_PARTS, quiet=True, **players)
        with torch.no_grad():
            x_fake = metrics.in_parts(G, prior(2_000))
        seen[loss].append(float(history[loss].mean()))
        seen["fcd"].append(digit_scores(x_fake, few, n_near=200)["fcd"])
        if name == "WGAN":
            seen["W / K"].append(_estimate(C, few, x_fake))
    _, *others = seen
    with_fcd = torch.tensor(list(seen.values()))[:, FIRST:].corrcoef()[0, 1:].tolist()
    correlations = {f"correlation of {of}": value for of, value in zip(others, with_fcd, strict=True)}
    return rounded(correlations | {"fcd at first": seen["fcd"][FIRST], "fcd at last": seen["fcd"][-1]})


@torch.no_grad()
def _estimate(C, x, x_fake):
    """The critic's estimate, divided by its Lipschitz constant between 500 items of each kind. → float"""
    f = C(torch.cat([x, x_fake]))
    some = torch.cat([x[:500], x_fake[:500]])
    K = lipschitz_constant(C(some)[:, 0], some.flatten(1))
    return float(-critic_loss(f[: len(x)], f[len(x) :]) / K)


TABLE = Table(
    {
        "words": "MNIST, the networks and settings of section 8; 12 scores in 960 updates of G, of which the "
        "last nine count",
        "steps": N_STEPS,
    },
    {f"{name}, seed {seed}": partial(run, name, seed) for name in ("WGAN", "GAN") for seed in range(5)},
)
