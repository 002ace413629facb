"""Groups without a label: deck 000's paper has 16 and 30 of them; and what the paper does not have."""

from functools import partial

import torch

from .. import data, groups, metrics, models, priors, session
from ..losses import bernoulli_nll, nll_fake, nll_real
from ..steps import grouping_step
from ..train import adam, descend, train
from .table import Table

N_STEPS = {"game": 6_000, "views": 2_400}


def aae_groups_step(batches, *, enc, dec, D_y, D_z, opt, prior, adv_weight=30.0):
    """One update of an AAE with a class and a style, as `aae_semi_step` without its labels."""
    x, _ = next(batches)
    y_logits, z_code = enc(x)
    descend(bernoulli_nll(dec(torch.cat([y_logits.softmax(1), z_code], 1)), x), opt.AE)
    y_logits, z_code = enc(x)
    y_code = y_logits.softmax(1)
    L_D_y = nll_real(D_y(priors.categorical(*y_code.shape))) + nll_fake(D_y(y_code.detach()))
    L_D_z = nll_real(D_z(prior(len(x)))) + nll_fake(D_z(z_code.detach()))
    descend(L_D_y + L_D_z, opt.D)
    descend(adv_weight * (nll_real(D_y(y_code)) + nll_real(D_z(z_code))), opt.AE)
    return dict(L_D_y=L_D_y, L_D_z=L_D_z)


def _encoder(n_groups):
    return models.ClassAndStyleEncoder(2, hidden=256, n_classes=n_groups).to(session.device())


def by_game(n_groups, seed):
    """The paper's way: a discriminator asks for one-hot groups, all equally frequent. → dict"""
    session.seed_all(seed)
    digits, enc = data.digits("mnist"), _encoder(n_groups)
    nets = dict(
        dec=models.decoder(n_groups + 2, 256), D_y=models.discriminator(n_groups), D_z=models.discriminator(2)
    )
    nets = {name: net.to(session.device()) for name, net in nets.items()}
    opt = adam(AE=[enc, nets["dec"]], D=[nets["D_y"], nets["D_z"]], lr=1e-3, betas=(0.5, 0.99))
    players = dict(enc=enc, opt=opt, prior=priors.gaussian(2), **nets)
    train(aae_groups_step, data.Batches(digits.x), N_STEPS["game"], lr_decay=0.3, quiet=True, **players)
    return _scores(enc, digits)


def by_views(n_groups, seed, balance=1.0):
    """No decoder and no discriminator: two views of an image belong to one group. → dict"""
    session.seed_all(seed)
    digits, enc = data.digits("mnist"), _encoder(n_groups)
    players = dict(enc=enc, opt=adam(enc=[enc]), view=partial(data.warped, n_parts=8), balance=balance)
    batches = data.Batches(digits.x, batch_size=512)
    train(grouping_step, batches, N_STEPS["views"], lr_decay=0.3, quiet=True, **players)
    return _scores(enc, digits)


def _scores(enc, digits):
    p = metrics.in_parts(lambda x: enc(x)[0], digits.x_test).softmax(1)
    share = p.argmax(1).bincount(minlength=p.shape[1]) / len(p)
    return {"error": round(groups.surest_error(p, digits.y_test), 2), "in_use": int((share > 0.01).sum())}


WAYS = {
    "views": (by_views, (16, 30)),
    "views, no balance": (partial(by_views, balance=0.0), (16,)),
    "game": (by_game, (16, 30)),
}
TABLE = Table(
    {
        "words": "groups of MNIST, found without a label, in five runs: test error in % if the surest image "
        "names each, and how many have above 1 % of the images; networks 2×256, z 2-D; batches 128, 512",
        "steps": N_STEPS,
    },
    {
        f"{way}, {n_groups} groups, seed {seed}": partial(run, n_groups, seed)
        for way, (run, numbers) in WAYS.items()
        for n_groups in numbers
        for seed in range(5)
    },
)
