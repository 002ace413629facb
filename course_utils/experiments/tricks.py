"""Every trick of notebook 05 alone, and the plain GAN: on a ring, on a grid, on digits."""

from functools import partial

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from .. import data, priors, steps, tricks
from ..match import Rule
from ..models import Affine
from .table import Table
from .trials import BASELINES, Trick, plain_D, plain_G, play

SEEDS = {"ring": 10, "grid": 10, "digits": 5}


def _with(step, extras=lambda G, D: {}, ema=False):
    return Trick(Rule(step, extras=extras, ema=ema))


def _labels(real, fake):
    return _with(steps.label_gan_step, lambda G, D: dict(label_real=real, label_fake=fake))


def _past(G, D):
    n_nets = getattr(
        G, "n_nets", 1
    )  # the penalty is a sum over the ensemble's networks, the losses are means
    return dict(G_past=AveragedModel(G), D_past=AveragedModel(D), past_weight=0.01 / n_nets)


def _discriminating(baseline):
    return plain_D(baseline, more=tricks.MinibatchDiscrimination(baseline.width, n_out=3))


def _packed(baseline):
    return tricks.Packed(plain_D(baseline, n_items=2))


def _virtual(baseline):
    norm = partial(tricks.VirtualBatchNorm, n_ref=64)
    return tricks.WithReference(plain_G(baseline, norm=norm), torch.randn(64, baseline.z_dim))


def _dropout(width):
    return nn.Dropout(0.3)


def _always_dropout(width):
    return tricks.AlwaysDropout(0.3)


def _seen_from_0_to_1(baseline):
    return plain_D(baseline, begin=[Affine(0.5, 0.5)])


TRICKS = {
    "plain": Trick(),
    "one-sided smoothing": _labels(tricks.always(0.9), tricks.always(0.0)),
    "two-sided smoothing": _labels(tricks.always(0.9), tricks.always(0.1)),
    "soft, noisy labels": _labels(tricks.between(0.7, 0.9), tricks.between(0.0, 0.3)),
    "flipped labels": _labels(tricks.flipped(1.0), tricks.flipped(0.0)),
    "least squares": _with(steps.lsgan_step),
    "feature matching": _with(steps.feature_matching_step),
    "minibatch discrimination": Trick(D=_discriminating),
    "packing": Trick(D=_packed),
    "historical averaging": _with(steps.historical_gan_step, _past),
    "replay of old fakes": _with(steps.replay_gan_step, lambda G, D: dict(buffer=tricks.ReplayBuffer())),
    "EMA of G": _with(steps.ema_gan_step, ema=True),
    "batch norm in D": Trick(D=partial(plain_D, norm=nn.BatchNorm1d)),
    "batch norm in D, mixed": Trick(Rule(steps.mixed_gan_step), D=partial(plain_D, norm=nn.BatchNorm1d)),
    "batch norm in G": Trick(G=partial(plain_G, norm=nn.BatchNorm1d)),
    "virtual batch norm in G": Trick(G=_virtual),
    "instance noise": _with(steps.noisy_gan_step, lambda G, D: dict(noise=tricks.FadingNoise(0.5, 1_000))),
    "DRAGAN": _with(steps.dragan_step),
    "R1": Trick(Rule(steps.r1_gan_step, ema=True), sample_ema=False),
    "R1 and EMA of G": _with(steps.r1_gan_step, ema=True),
    "spectral norm": Trick(D=partial(plain_D, linear=tricks.SpectralLinear)),
    "dropout in D": Trick(D=partial(plain_D, norm=_dropout)),
    "dropout in G": Trick(G=partial(plain_G, norm=_always_dropout)),
    "ReLU in D": Trick(D=partial(plain_D, act=nn.ReLU)),
    "uniform z": Trick(prior=priors.uniform),
    "pixels from 0 to 1": Trick(
        G=partial(plain_G, end=(nn.Sigmoid, partial(Affine, 2.0, -1.0))), D=_seen_from_0_to_1
    ),
    "larger learning rate of D": Trick(lr_D_factor=4.0),
    "two updates of D": Trick(Rule(steps.gan_step, n_critic=2)),
}


def run(trick, on):
    """One cell of the table; digits are those of MNIST. → {score: [one number for each seed]}"""
    digits = data.digits("mnist") if on == "digits" else None
    return play(TRICKS[trick], on, SEEDS[on], digits, quiet=True).scores


def _words(baseline):
    return {name: value for name, value in vars(BASELINES[baseline]).items() if name != "draw"}


TABLE = Table(
    {
        "words": "each trick alone; MLPs of two hidden layers, Adam (0.5, 0.99), "
        "the last 30 % of the steps at a fifth of the learning rate",
        "data": "PacGAN's ring of 8 (radius 1, std 0.01) and grid of 25 (spacing 2, std 0.05), 2,500 points "
        "scored; MNIST, 10,000 images scored",
        "seeds": SEEDS,
        "baselines": {on: _words(on) for on in SEEDS},
        "tricks": list(TRICKS),
    },
    {
        f"{trick}, {on}": partial(run, trick, on)
        for on in SEEDS
        for trick in TRICKS
        if on == "digits" or "pixels" not in trick
    },
)
