"""The networks of a BiGAN, and of a CatGAN."""

from course_utils import data, models, session, steps
from course_utils.priors import gaussian

from . import group

PRIOR = gaussian(16)


def _bigan():
    net = models.BiGAN(16, hidden=64)
    return dict(E=net.E, G=net.G, D=models.PairDiscriminator(16, 64))


def _catgan():
    return dict(G=models.generator(16, 64), D=models.grouper(10, 64))


def _regressor(digits):
    G = models.generator(16, 64).to(session.device())
    players = group({"E": "E"}, lambda: dict(E=models.image_encoder(16, 64)), prior=PRIOR)(digits)
    return players | dict(G=G.forward)  # no player: it is finished


def _semi(digits):
    labelled = data.Batches(digits.x, digits.y, batch_size=20)
    return group({"D": "D", "G": "G"}, _catgan, prior=PRIOR, labelled=labelled)(digits)


PLAYERS = {
    steps.bigan_step: group({"D": "D", "EG": "E G"}, _bigan, prior=PRIOR),
    steps.regressor_step: _regressor,
    steps.catgan_step: group({"D": "D", "G": "G"}, _catgan, prior=PRIOR),
    steps.catgan_semi_step: _semi,
}
