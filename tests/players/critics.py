"""Generators and critics."""

from functools import partial

from course_utils import steps
from course_utils.match import Rule
from course_utils.train import rmsprop

from . import game
from .gans import CONDITIONAL

Critic = partial(Rule, opponent="C", n_critic=5)
PLAYERS = {
    steps.wgan_step: game(Critic(steps.wgan_step, optimizer=rmsprop)),
    steps.wgan_gp_step: game(Critic(steps.wgan_gp_step)),
    steps.cwgan_step: game(Critic(steps.cwgan_step, optimizer=rmsprop), *CONDITIONAL),
    steps.cwgan_gp_step: game(Critic(steps.cwgan_gp_step), *CONDITIONAL),
}
