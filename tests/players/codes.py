"""A generator with a code, and a discriminator that reads it."""

from course_utils import models, steps
from course_utils.priors import with_code

from . import group


def _nets():
    return dict(G=models.code_generator(28, 8), DQ=models.DiscriminatorAndReader(14, 8, 64))


PLAYERS = {steps.infogan_step: group({"DQ": "DQ", "G": "G"}, _nets, prior=with_code(16))}
