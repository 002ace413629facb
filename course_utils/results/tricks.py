"""Every trick of notebook 05 by itself, beside the plain GAN: on a ring, on a grid, on digits."""

from functools import partial

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from .. import data, priors, steps, tricks
from ..models import Affine
from ..train import average_of
from ..trials import BENCHES, Trick, plain_D, plain_G, play
from .sweep import Sweep

SEEDS = {"ring": 10, "grid": 10, "digits": 5}


def _labels(real, fake):
    return Trick(steps.label_gan_step, more=lambda G, D: dict(label_real=real, label_fake=fake))


def _past(G, D):
    n_nets = getattr(G, "n_nets", 1)  # the penalty is a sum over all networks, the losses are means
    return dict(G_past=AveragedModel(G), D_past=AveragedModel(D), past_weight=0.01 / n_nets)


def _average(G, D):
    return dict(G_avg=average_of(G))


def _discriminating(bench):
    return plain_D(bench, more=tricks.MinibatchDiscrimination(bench.width, n_out=3))


def _packed(bench):
    return tricks.Packed(plain_D(bench, n_items=2))


def _virtual(bench):
    norm = partial(tricks.VirtualBatchNorm, n_ref=64)
    return tricks.WithReference(plain_G(bench, norm=norm), torch.randn(64, bench.z_dim))


def _dropout(width):
    return nn.Dropout(0.3)


def _always_dropout(width):
    return tricks.AlwaysDropout(0.3)


def _seen_from_0_to_1(bench):
    return plain_D(bench, begin=[Affine(0.5, 0.5)])


TRICKS = {
    "plain": Trick(),
    "one-sided smoothing": _labels(tricks.always(0.9), tricks.always(0.0)),
    "two-sided smoothing": _labels(tricks.always(0.9), tricks.always(0.1)),
    "soft, noisy labels": _labels(tricks.between(0.7, 0.9), tricks.between(0.0, 0.3)),
    "flipped labels": _labels(tricks.flipped(1.0), tricks.flipped(0.0)),
    "least squares": Trick(steps.lsgan_step),
    "feature matching": Trick(steps.feature_matching_step),
    "minibatch discrimination": Trick(D=_discriminating),
    "packing": Trick(D=_packed),
    "historical averaging": Trick(steps.historical_gan_step, more=_past),
    "replay of old fakes": Trick(steps.replay_gan_step, more=lambda G, D: dict(memory=tricks.Memory())),
    "average of G": Trick(steps.averaged_gan_step, more=_average),
    "batch norm in D": Trick(D=partial(plain_D, norm=nn.BatchNorm1d)),
    "batch norm in D, mixed": Trick(steps.mixed_gan_step, D=partial(plain_D, norm=nn.BatchNorm1d)),
    "batch norm in G": Trick(G=partial(plain_G, norm=nn.BatchNorm1d)),
    "virtual batch norm in G": Trick(G=_virtual),
    "instance noise": Trick(
        steps.noisy_gan_step, more=lambda G, D: dict(noise=tricks.FadingNoise(0.5, 1_000))
    ),
    "DRAGAN": Trick(steps.dragan_step),
    "R1 and average of G": Trick(steps.r1_gan_step, more=_average),
    "spectral norm": Trick(D=partial(plain_D, linear=tricks.SpectralLinear)),
    "dropout in D": Trick(D=partial(plain_D, norm=_dropout)),
    "dropout in G": Trick(G=partial(plain_G, norm=_always_dropout)),
    "ReLU in D": Trick(D=partial(plain_D, act=nn.ReLU)),
    "uniform z": Trick(prior=priors.uniform),
    "pixels from 0 to 1": Trick(
        G=partial(plain_G, end=(nn.Sigmoid, partial(Affine, 2.0, -1.0))), D=_seen_from_0_to_1
    ),
    "D in longer strides": Trick(faster_D=4.0),
    "two updates of D": Trick(partial(steps.gan_step, n_d=2)),
}


def run(trick, on):
    """One cell of the table, on MNIST where it is digits. → {score: [one number for each seed]}"""
    digits = data.digits("mnist") if on == "digits" else None
    return play(TRICKS[trick], on, SEEDS[on], digits, quiet=True).scores


def _words(bench):
    return {name: value for name, value in vars(BENCHES[bench]).items() if name != "draw"}


SWEEP = Sweep(
    {
        "words": "each trick alone; MLPs of two hidden layers, Adam (0.5, 0.99), the last 30 % of the steps in strides a fifth as long",
        "data": "PacGAN's ring of 8 (radius 1, std 0.01) and grid of 25 (spacing 2, std 0.05), 2,500 points scored; MNIST, 10,000 scored",
        "seeds": SEEDS,
        "benches": {on: _words(on) for on in SEEDS},
        "tricks": list(TRICKS),
    },
    {
        f"{trick}, {on}": partial(run, trick, on)
        for on in SEEDS
        for trick in TRICKS
        if on == "digits" or "pixels" not in trick
    },
)
