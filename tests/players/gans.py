"""Generators and discriminators."""

from functools import partial

from course_utils import data, models, steps
from course_utils.match import Rule
from course_utils.priors import gaussian

from . import Z, game, group

CONDITIONAL = partial(models.ConditionalGenerator, Z), models.ConditionalDiscriminator


def _moving(x, y, batch_size):
    return data.MovingDigits(x, batch_size)


def _frames(**nets):
    build = lambda: {name: net() for name, net in nets.items()}  # noqa: E731
    return group({name: name for name in nets}, build, prior=gaussian(2), batches=_moving)


PLAYERS = {
    steps.gan_step: game(Rule(steps.gan_step, n_critic=1)),
    steps.lsgan_step: game(Rule(steps.lsgan_step, n_critic=1)),
    steps.unrolled_gan_step: game(Rule(steps.unrolled_gan_step)),
    steps.r1_gan_step: game(Rule(steps.r1_gan_step, ema=True)),
    steps.relativistic_gan_step: game(Rule(steps.relativistic_gan_step, ema=True)),
    steps.cgan_step: game(Rule(steps.cgan_step), *CONDITIONAL),
    steps.frame_step: _frames(G=models.FramePredictor),
    steps.frame_gan_step: _frames(G=models.FramePredictor, D=models.FrameDiscriminator),
}
