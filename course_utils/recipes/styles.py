"""The recipe of the style generator; the EMA of its weights is shipped."""

from functools import partial

import torch

from .. import metrics, models, session
from ..pretrained.styles import PRIOR
from ..scores import digit_scores, sample_scores
from ..steps import r1_gan_step
from ..train import adam
from .recipe import Recipe, fit_ema_by, three_rates_in_words

BATCH_SIZE, LR, N_STEPS = 32, 2e-3, 10_000


def _players(net):
    net.mix = models.mix_styles
    D = models.dcgan_discriminator(16, normalize=False).to(session.device())
    return dict(G=net, D=D, prior=PRIOR), dict(G=[net], D=[D])


def _scores(net, digits):
    with torch.no_grad(), session.seeded(0):
        w = metrics.in_parts(net.F, PRIOR(10_000))
        scores = sample_scores(metrics.in_parts(net.G, w), digits.x_test)
        x_mixed = metrics.in_parts(net.G, models.mix_styles(w, len(net.G.layers), 1.0))
        return scores | {"fcd_of_mixed": digit_scores(x_mixed, digits.x_test)["fcd"]}


RECIPES = {
    "stylegan": Recipe(
        "Style generator, z and w 50-D, 90 % of the images with two styles; R1 with weight 1; "
        f"batch {BATCH_SIZE}, Adam at {three_rates_in_words(LR)}, betas 0 and 0.99; weights averaged",
        N_STEPS,
        fit_ema_by(r1_gan_step, _players, BATCH_SIZE, partial(adam, betas=(0.0, 0.99)), LR, in_step=True),
        _scores,
    )
}
