"""The GAN with one trick each."""

from torch import nn
from torch.optim.swa_utils import AveragedModel

from course_utils import models, steps, tricks
from course_utils.match import Rule

from . import game


def _with(step, extras=lambda G, D: {}, **more):
    return game(Rule(step, extras=extras), **more)


def _past(G, D):
    return dict(G_past=AveragedModel(G), D_past=AveragedModel(D))


def _labels(G, D):
    return dict(label_real=tricks.always(0.9), label_fake=tricks.always(0.0))


def _discriminator():
    return models.feature_discriminator(nn.Flatten(), *models.hidden_layers(784, 512), width=512)


PLAYERS = {
    steps.ema_gan_step: game(Rule(steps.ema_gan_step, ema=True)),
    steps.label_gan_step: _with(steps.label_gan_step, _labels),
    steps.feature_matching_step: _with(steps.feature_matching_step, D=_discriminator),
    steps.historical_gan_step: _with(steps.historical_gan_step, _past),
    steps.replay_gan_step: _with(steps.replay_gan_step, lambda G, D: dict(buffer=tricks.ReplayBuffer())),
    steps.dragan_step: _with(steps.dragan_step),
    steps.noisy_gan_step: _with(steps.noisy_gan_step, lambda G, D: dict(noise=tricks.FadingNoise(0.5, 1000))),
    steps.mixed_gan_step: _with(steps.mixed_gan_step),
}
