"""Two generators and two discriminators of two domains."""

from course_utils import data, models, steps

from . import group


def _pair(x, y, batch_size):
    return data.Domains(x, -x, batch_size)


def _nets():
    nets = {name: models.translator(4) for name in ("AB", "BA")}
    return nets | {name: models.dcgan_discriminator(4, normalize=False) for name in ("D_A", "D_B")}


PLAYERS = {steps.cyclegan_step: group({"G": "AB BA", "D": "D_A D_B"}, _nets, batches=_pair)}
