"""ALAE as on the slide, and an ablation of its parts: notebook 08."""

from functools import partial

import torch

from .. import data, metrics, models, priors, session
from ..scores import digit_scores, scoreboard
from ..steps import alae_step, alae_step_1, alae_step_2
from ..train import adam, descend, train
from .table import Table, rounded

_N_STEPS = 2_000


def _f_moves(batches, target, F, G, E, D, opt, prior):
    """alae_step with a step III that moves F too; E(G(w)) is compared with target(w)."""
    x, _ = next(batches)
    L_ED = alae_step_1(x, prior(len(x)), F, G, E, D, opt)
    L_FG = alae_step_2(prior(len(x)), F, G, E, D, opt)
    w = F(prior(len(x)))
    L_FEG = (target(w) - E(G(w))).square().sum(1).mean()
    descend(L_FEG, opt.FEG)
    return dict(L_ED=L_ED, L_FG=L_FG, L_EG=L_FEG)


def authors_step(batches, *, F, G, E, D, opt, prior):
    """As in the authors' published code: w is a fixed target, but F learns through the input of G."""
    return _f_moves(batches, torch.detach, F, G, E, D, opt, prior)


def running_target_step(batches, *, F, G, E, D, opt, prior):
    """A mistake: without .detach() the target moves towards E(G(w))."""
    return _f_moves(batches, lambda w: w, F, G, E, D, opt, prior)


def without_step_3(batches, *, F, G, E, D, opt, prior):
    """alae_step without its step III: E learns as a part of the discriminator only."""
    x, _ = next(batches)
    L_ED = alae_step_1(x, prior(len(x)), F, G, E, D, opt)
    return dict(L_ED=L_ED, L_FG=alae_step_2(prior(len(x)), F, G, E, D, opt))


VARIANTS = {
    "Algorithm 1": alae_step,
    "F moves (authors' code)": authors_step,
    "the target moves": running_target_step,
    "no step III": without_step_3,
    "no R1": partial(alae_step, r1_weight=0.0),
}


def run(variant, seed, n_steps=_N_STEPS):
    """Scores of notebook 08's small ALAE, trained by one of VARIANTS. → dict"""
    session.seed_all(seed)
    digits, prior = data.digits("mnist"), priors.gaussian(50)
    net = models.ALAE(hidden=256).to(session.device())
    E, F, G, D = net.E, net.F, net.G, net.D
    opt = adam(ED=[E, D], FG=[F, G], EG=[E, G], FEG=[F, E, G], lr=1.5e-3, betas=(0.5, 0.99))
    batches = data.Batches(digits.x, batch_size=128)
    train(VARIANTS[variant], batches, n_steps, lr_decay=0.4, quiet=True, **net.parts(), opt=opt, prior=prior)
    with torch.no_grad():
        x_rec = metrics.in_parts(net, digits.x_test)
        w = F(prior(10_000))
        scores = digit_scores(metrics.in_parts(G, w), digits.x_test)
        scores |= scoreboard.reconstruction_scores(x_rec, digits.x_test, digits.y_test)
        scores |= {"latent_error": metrics.latent_error(E, G, w), "spread": w.var(0).sum().item()}
    return rounded(scores)


TABLE = Table(
    {
        "words": "MNIST, the ALAE of MLPs with 256 units, batch 128, R1 with weight 10; Adam 1.5e-3 "
        "(0.5, 0.99), the last 40 % of the steps at a fifth of the learning rate",
        "steps": _N_STEPS,
        "variants": list(VARIANTS),
    },
    {f"{variant}, {seed}": partial(run, variant, seed) for seed in range(3) for variant in VARIANTS},
)
