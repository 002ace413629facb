"""The four networks of an adversarial latent autoencoder."""

from course_utils import models, steps
from course_utils.priors import gaussian

from . import group

MOVES = {"ED": "E D", "FG": "F G", "EG": "E G"}
PLAYERS = {steps.alae_step: group(MOVES, lambda: models.ALAE(hidden=256).parts(), prior=gaussian(50))}
