"""A style generator trained as a GAN, with mixed styles and without: notebook 13."""

from functools import partial

import torch

from .. import data, metrics, models, session
from ..priors import gaussian
from ..scores import digit_scores, path_length
from ..steps import r1_gan_step
from ..train import adam, ema_of, train
from .table import Table, rounded

N_STEPS = 1_500
SHARES = {"one style": 0.0, "two styles": 0.9}  # how many images are mixed


def run(way, seed, n_steps=N_STEPS):
    """Scores of plain and of mixed images, and path lengths in z and in w. → dict"""
    session.seed_all(seed)
    digits, prior = data.digits("mnist"), gaussian(50)
    G = models.StyleGAN(channels=8, mix=partial(models.mix_styles, share=SHARES[way])).to(session.device())
    D = models.dcgan_discriminator(16, normalize=False).to(session.device())
    G_ema, opt = ema_of(G), adam(G=[G], D=[D], lr=2e-3, betas=(0.0, 0.99))
    batches = data.Batches(digits.x, batch_size=32)
    train(
        r1_gan_step, batches, n_steps, lr_decay=0.3, quiet=True, G=G, D=D, G_ema=G_ema, opt=opt, prior=prior
    )
    net = G_ema.module.eval()
    with torch.no_grad():
        w = metrics.in_parts(net.F, prior(10_000))
        plain = digit_scores(metrics.in_parts(net.G, w), digits.x_test)
        mixed = metrics.in_parts(net.G, models.mix_styles(w, len(net.G.layers), 1.0))
        scores = {name: plain[name] for name in ("fcd", "precision", "recall")}
        scores["fcd of mixed"] = digit_scores(mixed, digits.x_test)["fcd"]
        z_1, z_2 = prior(2_000), prior(2_000)
        scores["path in z"] = path_length(net, z_1, z_2)
        scores["path in w"] = path_length(net.G, net.F(z_1), net.F(z_2))
    return rounded(scores)


TABLE = Table(
    {
        "words": "MNIST, batch 32, R1 with weight 1; Adam 2e-3 (0, 0.99), the last 30 % of the steps at a "
        "fifth "
        "of it; EMA of the weights; 10,000 images",
        "steps": N_STEPS,
        "shares": SHARES,
    },
    {f"{way}, {seed}": partial(run, way, seed) for seed in range(3) for way in SHARES},
)
