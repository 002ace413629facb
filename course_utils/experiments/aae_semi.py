"""Few labels: the table of deck 000, "Semi-Supervised Classification"; and what the deck does not have."""

from functools import partial

import torch
from torch.nn.functional import cross_entropy

from .. import data, metrics, models, priors, session
from ..steps import aae_semi_step, agreement_step, supervised_step
from ..train import adam, descend, ema_of, train
from .table import Table

N_STEPS, N_STEPS_BY_LABELS = 6_000, {100: 500, 1_000: 1_000, 60_000: 6_000}


def _labelled(n_labels, draw):
    """→ the digits, mini-batches of those whose labels are known"""
    session.seed_all(draw)
    digits = data.digits("mnist")
    n = len(digits.x)
    known = data.balanced(digits.y, n_labels // 10) if n_labels < n else torch.arange(n)
    return digits, data.Batches(digits.x[known], digits.y[known], batch_size=100)


def _encoder(z_dim):
    return models.ClassAndStyleEncoder(z_dim, hidden=256).to(session.device())


def _players(z_dim):
    """An encoder, and all that an AAE has besides. → dicts"""
    enc, dec = _encoder(z_dim), models.decoder(10 + z_dim, 256).to(session.device())
    D_y, D_z = (models.discriminator(n).to(session.device()) for n in (10, z_dim))
    opt = adam(AE=[enc, dec], D=[D_y, D_z], lr=1e-3, betas=(0.5, 0.99))
    return dict(enc=enc, opt=opt), dict(dec=dec, D_y=D_y, D_z=D_z, prior=priors.gaussian(z_dim))


def run(n_labels, draw):
    """Test errors in % of a semi-supervised AAE and of its encoder by labels alone. → dict

    draw  the seed, which chooses the labelled images too
    """
    digits, labelled = _labelled(n_labels, draw)
    baseline = _encoder(2)
    players = dict(enc=baseline, opt=adam(enc=[baseline]))
    train(supervised_step, labelled, N_STEPS_BY_LABELS[n_labels], lr_decay=0.3, quiet=True, **players)
    reader, others = _players(z_dim=2)
    batches = data.Batches(digits.x, batch_size=128)
    train(aae_semi_step, batches, N_STEPS, lr_decay=0.3, quiet=True, labelled=labelled, **reader, **others)
    return {"aae": _error(reader["enc"], digits), "by_labels_alone": _error(baseline, digits)}


def with_aae(batches, *, labelled, enc, opt, dec, D_y, D_z, prior, **agreement):
    """One update of a semi-supervised AAE, and one of the agreement."""
    aae_semi_step(batches, labelled=labelled, enc=enc, opt=opt, dec=dec, D_y=D_y, D_z=D_z, prior=prior)
    return agreement_step(batches, enc=enc, opt=opt, **agreement)


def alone(batches, *, labelled, enc, opt, sup_weight=100.0, **agreement):
    """One update of the encoder by labels, and one by the agreement: no decoder, no discriminator."""
    x, y = next(labelled)
    descend(sup_weight * cross_entropy(enc(x)[0], y), opt.AE)
    return agreement_step(batches, enc=enc, opt=opt, **agreement)


def agreeing(n_labels, draw, aae=True, z_dim=3):
    """Test error in % where an image must keep its class when it is warped; with an AAE or without. → dict"""
    digits, labelled = _labelled(n_labels, draw)
    reader, others = _players(z_dim)
    warped = ((data.warped(x), y) for x, y in labelled)
    reader |= dict(labelled=warped, enc_ema=ema_of(reader["enc"], decay=0.99), view=data.warped)
    batches, (step, more) = data.Batches(digits.x), (with_aae, others) if aae else (alone, {})
    train(step, batches, N_STEPS, lr_decay=0.3, quiet=True, **reader, **more)
    return {"error": _error(reader["enc"], digits)}


def _error(enc, digits):
    y_logits = metrics.in_parts(lambda x: enc(x)[0], digits.x_test)
    return round(metrics.reading_error(y_logits, digits.y_test), 2)


WAYS = {"agreement": {}, "agreement alone": dict(aae=False, z_dim=10)}  # it uses no style
TABLE = Table(
    {
        "words": "test error in % on MNIST, three draws of labels; networks 2×256, batch 128, z 2-D; "
        "with agreement and AAE z 3-D",
        "steps": N_STEPS,
        "steps_by_labels_alone": {str(n): steps for n, steps in N_STEPS_BY_LABELS.items()},
    },
    {f"{n} labels, draw {i}": partial(run, n, i) for n in N_STEPS_BY_LABELS for i in range(3)}
    | {
        f"{way}, {n} labels, draw {i}": partial(agreeing, n, i, **kw)
        for way, kw in WAYS.items()
        for n in N_STEPS_BY_LABELS
        for i in range(3)
    },
)
