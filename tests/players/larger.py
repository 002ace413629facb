"""One level of a LapGAN; a BigGAN in small."""

from course_utils import models, steps
from course_utils.match import Rule, match
from course_utils.priors import gaussian

SMALL = 14 * 14  # numbers of noise for the level of 28 × 28


def _level(digits):
    rule = Rule(steps.lapgan_step, ema=True)
    return match(rule, models.DetailGenerator(8), models.DetailDiscriminator(28, 8), gaussian(SMALL))


def _big(digits):
    rule = Rule(steps.biggan_step, n_critic=1, ema=True)
    return match(rule, models.BigGenerator(), models.ProjectionDiscriminator(), gaussian(16))


PLAYERS = {steps.lapgan_step: _level, steps.biggan_step: _big}
