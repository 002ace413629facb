"""The recipe of the InfoGAN."""

import torch

from .. import metrics, session
from ..match import LR_DQ, LR_G, two_rates
from ..pretrained.codes import PRIOR
from ..scores import correlations, error_of_category, error_of_drawing, sample_scores
from ..steps import infogan_step
from .recipe import Recipe, fit_by

N_STEPS, BATCH = 12_000, 64


def _optimizer(lr, G, DQ):
    return two_rates(*G, *DQ)


def _players(net):
    return {"G": net.G, "DQ": net.DQ, "prior": PRIOR}, {"G": [net.G], "DQ": [net.DQ]}


def _scores(net, digits):
    with torch.no_grad(), session.seeded(0):
        x_fake = metrics.in_parts(net, torch.cat(PRIOR(10_000), 1))
    return {
        "category_error_in_percent": error_of_category(net.DQ, digits),
        "drawing_error_in_percent": error_of_drawing(net.G, PRIOR),
        **sample_scores(x_fake, digits.x_test),
        **{name.replace(" ", "_"): value for name, value in correlations(net.G, PRIOR).items()},
    }


RECIPES = {
    "infogan": Recipe(
        "InfoGAN, 8 and 16 channels, z 16-D, a category of ten, two numbers that count a "
        f"tenth; batch {BATCH}, Adam at {LR_G:g} for G, {LR_DQ:g} for D and Q, betas 0.5 and 0.999; the "
        "best of five seeds (all five in data/results/infogan.json)",
        N_STEPS,
        fit_by(infogan_step, _players, BATCH, _optimizer, rates=((LR_G, 1.0),)),
        _scores,
    )
}
