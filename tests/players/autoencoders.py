"""Autoencoders: plain, variational, adversarial."""

from functools import partial

import torch

from course_utils import data, models, priors, session, steps
from course_utils.train import ema_of

from . import group

AE, VAE, ADVERSARIAL = {"AE": "enc dec"}, {"VAE": "enc dec"}, {"AE": "enc dec", "D": "D"}


def _parts(net, **more):
    return dict(enc=net.enc, dec=net.dec, **more)


def _aae(z_dim, prior, told=0, seen=0):
    """told, seen: the numbers of the label that the decoder and the discriminator are given."""
    nets = lambda: _parts(models.AAE(z_dim, n_labels=told), D=models.discriminator(z_dim + seen))  # noqa: E731
    return group(ADVERSARIAL, nets, prior=prior)


def _semi(digits):
    nets = dict(enc=models.ClassAndStyleEncoder(), dec=models.decoder(20))
    nets |= dict(D_y=models.discriminator(10), D_z=models.discriminator(10))
    moves, labelled = {"AE": "enc dec", "D": "D_y D_z"}, data.Batches(digits.x[:1000], digits.y[:1000])
    return group(moves, lambda: nets, prior=priors.gaussian(10), labelled=labelled)(digits)


def _agreement(digits):
    enc = models.ClassAndStyleEncoder().to(session.device())
    more = dict(enc_ema=ema_of(enc), view=data.warped, sure=0.0)  # sure of every image, even untrained
    return group({"AE": "enc"}, lambda: dict(enc=enc), **more)(digits)


PLAYERS = {
    steps.agreement_step: _agreement,
    steps.grouping_step: group(
        {"enc": "enc"},
        lambda: dict(enc=models.ClassAndStyleEncoder(n_classes=16)),
        view=partial(torch.roll, shifts=1, dims=3),
    ),
    steps.ae_step: group(AE, lambda: _parts(models.VanillaAutoencoder())),
    steps.vae_step: group(VAE, lambda: _parts(models.VAE())),
    steps.cvae_step: group({"VAE": "net"}, lambda: dict(net=models.ConditionalVAE())),
    steps.supervised_step: group({"enc": "enc"}, lambda: dict(enc=models.ClassAndStyleEncoder())),
    steps.aae_step: _aae(10, priors.gaussian(10)),
    steps.aae_style_step: _aae(10, priors.gaussian(10), told=10, seen=10),
    steps.aae_label_step: _aae(2, priors.by_label(priors.gaussian_mixture), seen=11),
    steps.aae_semi_step: _semi,
}
