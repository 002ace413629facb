"""Few labels: the table of deck 000, "Semi-Supervised Classification"."""

from functools import partial

import torch

from .. import data, metrics, models, priors, session
from ..steps import aae_semi_step, supervised_step
from ..train import adam, train
from .table import Table

N_STEPS, N_STEPS_BY_LABELS = 6_000, {100: 500, 1_000: 1_000, 60_000: 6_000}


def run(n_labels, draw):
    """Test errors in % of a semi-supervised AAE and of its encoder by labels alone. → dict

    draw  the seed, which chooses the labelled images too
    """
    session.seed_all(draw)
    digits = data.digits("mnist")
    n = len(digits.x)
    known = data.balanced(digits.y, n_labels // 10) if n_labels < n else torch.arange(n)
    labelled = data.Batches(digits.x[known], digits.y[known], batch_size=100)

    def encoder():
        return models.ClassAndStyleEncoder(z_dim=2, hidden=256).to(session.device())

    baseline = encoder()
    players = dict(enc=baseline, opt=adam(enc=[baseline]))
    train(supervised_step, labelled, N_STEPS_BY_LABELS[n_labels], lr_decay=0.3, quiet=True, **players)
    enc, dec = encoder(), models.decoder(12, 256).to(session.device())
    D_y, D_z = (models.discriminator(n).to(session.device()) for n in (10, 2))
    opt = adam(AE=[enc, dec], D=[D_y, D_z], lr=1e-3, betas=(0.5, 0.99))
    players = dict(labelled=labelled, enc=enc, dec=dec, D_y=D_y, D_z=D_z, opt=opt, prior=priors.gaussian(2))
    train(aae_semi_step, data.Batches(digits.x, batch_size=128), N_STEPS, lr_decay=0.3, quiet=True, **players)
    return {"aae": _error(enc, digits), "by_labels_alone": _error(baseline, digits)}


def _error(enc, digits):
    y_logits = metrics.in_parts(lambda x: enc(x)[0], digits.x_test)
    return round(metrics.reading_error(y_logits, digits.y_test), 2)


TABLE = Table(
    {
        "words": "test error in % on MNIST, three draws of labels; networks 2×256, z 2-D, batch 128",
        "steps": N_STEPS,
        "steps_by_labels_alone": {str(n): steps for n, steps in N_STEPS_BY_LABELS.items()},
    },
    {f"{n} labels, draw {i}": partial(run, n, i) for n in N_STEPS_BY_LABELS for i in range(3)},
)
