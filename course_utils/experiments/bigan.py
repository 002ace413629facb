"""Notebook 10, section 6: small BiGANs, whole or with a part missing; beside each a latent regressor."""

from functools import partial

import torch
from torch import nn

from .. import data, metrics, models, priors, session
from ..losses import discriminator_loss, relativistic
from ..scores import digit_scores, label_error
from ..steps import bigan_step, regressor_step
from ..train import adam, train
from .table import Table, rounded

N_STEPS, SEEDS, HIDDEN = 1_200, 3, 128


class Blind(nn.Module):
    """A judge of pairs that does not see all of them."""

    def __init__(self, D, image=1.0, code=1.0):
        super().__init__()
        self.D, self.image, self.code = D, image, code

    def forward(self, x, z):
        return self.D(self.image * x, self.code * z)


def run(seed, image=1.0, code=1.0, E_learns=True, loss=relativistic):
    """Its samples, its codes, and what returns of real digits, by its own E and by a regressor. → dict"""
    session.seed_all(seed)
    digits, prior = data.digits("mnist"), priors.gaussian(16)
    net = models.BiGAN(hidden=HIDDEN).to(session.device())
    D = Blind(models.PairDiscriminator(hidden=HIDDEN, width=HIDDEN), image, code).to(session.device())
    moved = [net] if E_learns else [net.G]
    opt = adam(EG=moved, D=[D], lr=1e-3, betas=(0.5, 0.99))
    batches = data.Batches(digits.x, batch_size=128)
    players = dict(E=net.E, G=net.G, D=D, opt=opt, prior=prior, loss=loss)
    train(bigan_step, batches, N_STEPS, lr_decay=0.4, quiet=True, **players)
    scores = _scores(net, net.E, prior, digits)
    E_z = models.image_encoder(hidden=HIDDEN).to(session.device())
    players = dict(E=E_z, G=net.G, opt=adam(E=[E_z]), prior=prior)
    train(regressor_step, batches, N_STEPS, lr_decay=0.4, quiet=True, **players)
    by_regressor = _scores(net, E_z, prior, digits)
    return rounded(scores | {f"regressor, {k}": by_regressor[k] for k in ("misread", "latent_error")})


@torch.no_grad()
def _scores(net, E, prior, digits):
    net.eval()
    E.eval()
    z, codes = prior(10_000), metrics.in_parts(E, digits.x_test)
    distance, floor = metrics.prior_match(codes, prior)
    x_rec = metrics.in_parts(net.G, codes)
    return {
        "fcd": digit_scores(metrics.in_parts(net.G, z), digits.x_test)["fcd"],
        "codes to the prior": distance,
        "draws to the prior": floor,
        "misread": label_error(x_rec, digits.y_test),
        "latent_error": metrics.latent_error(E, net.G, z),
    }


VARIANTS = {
    "whole": {},
    "D sees no code": {"code": 0.0},
    "D sees no image": {"image": 0.0},
    "E does not learn": {"E_learns": False},
    "log loss": {"loss": discriminator_loss},
}
TABLE = Table(
    {
        "words": "MNIST, BiGAN of MLPs with 128 units, z 16-D, relativistic or log loss, R1 with weight 1, "
        "batch 128; Adam 1e-3 (0.5, 0.99), the last 40 % of the steps at a fifth of the learning rate",
        "steps": N_STEPS,
        "seeds": SEEDS,
    },
    {f"{name}, {seed}": partial(run, seed, **kw) for seed in range(SEEDS) for name, kw in VARIANTS.items()},
)
