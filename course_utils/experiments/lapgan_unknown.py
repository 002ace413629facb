"""Three LapGANs, each with a fault at one level: exercise 11.4."""

from functools import partial

from torch import no_grad

from .. import data, session
from ..losses import discriminator_loss, non_saturating, r1_penalty
from ..match import Rule
from ..pyramid import larger, smaller
from ..steps import lapgan_step
from ..train import descend
from .lapgan import N_STEPS, RULES, fit, images_of, scores
from .table import Table, rounded

SHOWN = ("precision from noise", "recall from noise", "misread from real 7", "misread from real 14")


def blind_step(batches, *, G, D, G_ema, opt, prior, r1_weight=0.1):
    """lapgan_step, but both networks are shown the small image of another digit."""
    x, _ = next(batches)
    detail, other = x - larger(smaller(x)), smaller(x).roll(1, 0)
    with no_grad():
        fake = G(prior(len(x)), other)
    L_D = discriminator_loss(D(detail, other), D(fake, other))
    few = len(x) // 4 or 1
    r1 = r1_penalty(lambda detail: D(detail, other[:few]), detail[:few])
    descend(L_D + r1_weight / 2 * r1, opt.D)
    L_G = non_saturating(D(G(prior(len(x)), other), other))
    descend(L_G, opt.G)
    G_ema.update_parameters(G)
    return dict(L_D=L_D, L_G=L_G)


def _blind_at_14(digits):
    return fit(digits, RULES | {14: Rule(blind_step, ema=True)})


def _half_at_7(digits):
    images = images_of(digits.x)
    return fit(digits, images=images | {7: images[7][digits.y < 5]})


def _short_at_28(digits):
    return fit(digits, RULES | {28: Rule(_blurred, ema=True)})


def _blurred(batches, **players):
    """lapgan_step on images whose finest details are a fifth as large."""
    x, y = next(batches)
    coarse = larger(smaller(x))
    return lapgan_step(iter([(coarse + 0.2 * (x - coarse), y)]), **players)


FAULTS = {"level 7": _half_at_7, "level 14": _blind_at_14, "level 28": _short_at_28}


def run(fault):
    session.seed_all(3)
    digits = data.digits("mnist")
    found = scores(FAULTS[fault](digits), digits)
    return rounded({name: found[name] for name in SHOWN})


TABLE = Table(
    {"words": "as lapgan, seed 3; each has a fault at one level", "steps": N_STEPS},
    {fault: partial(run, fault) for fault in FAULTS},
)
