"""Contrastive divergence, short and long, beside persistent chains: notebook 09."""

from functools import partial, wraps

import torch

from .. import data, losses, metrics, models, session
from ..models.boltzmann import free_energy
from ..steps import cd_step, pcd_step
from ..train import ema_of, sgd, train
from .table import Table, rounded

_LOOKS = (500, 1_000, 2_000, 3_000, 4_500, 6_000)  # updates after which a run is scored
_N_HIDDEN, _BATCH, _LR = 200, 50, 0.15


@wraps(cd_step)
def _averaged_cd_step(batches, *, rbm_ema, rbm, **players):
    """cd_step, and the EMA of the weights, as in pcd_step."""
    told = cd_step(batches, rbm=rbm, **players)
    rbm_ema.update_parameters(rbm)
    return told


VARIANTS = {
    "CD-1": (_averaged_cd_step, dict(k=1)),
    "CD-5": (_averaged_cd_step, dict(k=5)),
    "PCD": (pcd_step, dict(k=1)),
}


def reconstruction(rbm, v):
    """Cross-entropy of v after one sweep, in nats: what is easily measured. → float"""
    with torch.no_grad():
        logits = torch.bernoulli(rbm.p_hidden(v)) @ rbm.W.T + rbm.b
    return losses.bernoulli_nll(logits, 2 * v - 1).item()


def nats(rbm, v, base):
    """−log p(v) with Z by annealed importance sampling. → float"""
    with torch.no_grad():
        log_Z, _ = metrics.annealed_log_Z(rbm, base, 100, 1_000)
        return free_energy(v, rbm).cpu().double().mean().item() + log_Z.item()


def run(variant, seed, looks=_LOOKS):
    """Scores of one of VARIANTS after each number of updates, such as "nats at 500". → dict"""
    session.seed_all(seed)
    digits = data.digits("mnist")
    ink = (digits.x.mean(0).flatten() + 1) / 2
    base, v = ink.clamp(0.001, 0.999).logit(), (data.binarize(digits.x_test, seed=0).flatten(1) + 1) / 2
    step, players = VARIANTS[variant]
    rbm = models.RBM(784, _N_HIDDEN, ink).to(session.device())
    net_ema, opt = ema_of(rbm, decay=0.99), sgd(rbm=[rbm], lr=_LR)
    players = players | dict(rbm=rbm, rbm_ema=net_ema, opt=opt)
    if step is pcd_step:
        players |= dict(chain=torch.bernoulli(ink.expand(_BATCH, -1)))
    batches, scores, some = data.BinaryBatches(digits.x, batch_size=_BATCH), {}, 50
    for done in range(some, looks[-1] + 1, some):
        for group in opt.rbm.param_groups:
            group["lr"] = _LR * (1 - (done - some) / looks[-1])
        train(step, batches, some, quiet=True, **players)
        if done in looks:
            net = net_ema.module
            scores |= {
                f"nats at {done}": nats(net, v, base),
                f"reconstruction at {done}": reconstruction(net, v),
            }
    return rounded(scores, 2)


TABLE = Table(
    {
        "words": f"binarized MNIST, {_N_HIDDEN} hidden units, batch {_BATCH}, gradient descent, "
        "learning rate "
        f"from {_LR} linearly to 0, weights averaged (0.99); nats on all test images, log Z by AIS with 100 "
        "chains, 1,000 temperatures",
        "steps": _LOOKS[-1],
        "variants": list(VARIANTS),
    },
    {f"{variant}, {seed}": partial(run, variant, seed) for seed in range(3) for variant in VARIANTS},
)
