"""A BigGAN in small, and each of its parts taken away alone: notebook 11, section 3."""

from functools import partial

import torch
from torch import no_grad

from .. import data, models, priors, session
from ..losses import discriminator_loss, non_saturating
from ..match import Rule, match
from ..scores import digit_scores, label_error
from ..steps import biggan_step
from ..train import descend, train
from .table import Table, rounded

N_STEPS, Z = 3_000, 16
PRIOR = priors.gaussian(Z)
THRESHOLDS = (0.3, 0.5, 0.7, 1.0, 1.5, 2.0)


def log_loss_step(batches, *, G, D, G_ema, opt, prior, n_d=1):
    """biggan_step with the losses of notebook 04."""
    x, y = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)), y)
    L_D = discriminator_loss(D(x, y), D(x_fake, y))
    descend(L_D, opt.D)
    L_G = non_saturating(D(G(prior(len(x)), y), y))
    descend(L_G, opt.G)
    G_ema.update_parameters(G)
    return dict(L_D=L_D, L_G=L_G)


def _as_it_is(layer):
    return layer


WAYS = {  # what differs
    "all": {},
    "label as input": dict(G=partial(models.ConditionalGenerator, Z, 256)),
    "log loss": dict(step=log_loss_step),
    "no spectral norm": dict(D=partial(models.ProjectionDiscriminator, norm=_as_it_is)),
    "batch 32": dict(batch_size=32),
    "batch 512": dict(batch_size=512),
}


def fit(digits, G=models.BigGenerator, D=models.ProjectionDiscriminator, step=biggan_step, batch_size=128):
    """G, and the EMA of its weights with G's statistics. → G, G_ema"""
    rule = Rule(step, n_critic=1, ema=True)
    players = match(rule, G(), D(), PRIOR, lr=5e-4, lr_D=2e-3)
    batches = data.Batches(digits.x, digits.y, batch_size)
    train(step, batches, N_STEPS, lr_decay=0.3, quiet=True, **players)
    return players["G"].eval(), players["G_ema"].module.eval()


def drawn(G, n=10_000, prior=PRIOR):
    with torch.no_grad():
        y = priors.even_labels(n)
        return G(prior(n), y), y


def scores(G, digits, **how):
    x, y = drawn(G, **how)
    found = digit_scores(x, digits.x_test)
    return {name: found[name] for name in ("fcd", "precision", "recall")} | {"misread": label_error(x, y)}


def fresh(G, prior=PRIOR):
    return models.fresh_statistics(G, ((prior(500), priors.even_labels(500)) for _ in range(20)))


def run(way, seed):
    session.seed_all(seed)
    digits = data.digits("mnist")
    G, G_ema = fit(digits, **WAYS[way])
    found = scores(G, digits)
    found |= {f"{name} of EMA": value for name, value in scores(G_ema, digits).items()}
    fresh(G_ema)
    found |= {f"{name} of EMA, fresh": value for name, value in scores(G_ema, digits).items()}
    if way == "all":
        for t in THRESHOLDS:
            prior = partial(priors.truncated_normal, z_dim=Z, threshold=t)
            for what in ("", ", fresh"):
                if what:
                    fresh(G_ema, prior)
                at = scores(G_ema, digits, prior=prior)
                found |= {f"{name} at {t}{what}": value for name, value in at.items()}
            fresh(G_ema)
    return rounded(found)


TABLE = Table(
    {
        "words": "MNIST, three seeds; MLP 256-256, class-conditional batch norm, projection, spectral norm, "
        "hinge, batch 128, Adam at 5e-4 for G and 2e-3 for D, a fifth of it in the last 30 %; 10,000 "
        "images, each digit as often",
        "steps": N_STEPS,
        "thresholds": THRESHOLDS,
    },
    {f"{way}, seed {seed}": partial(run, way, seed) for seed in range(3) for way in WAYS},
)
