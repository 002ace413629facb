"""Boltzmann machines: a fully visible one of 3×3 pixels, restricted ones of digits."""

import torch

from course_utils import data, models, steps
from course_utils.train import ema_of

from . import group

MOVES = {"rbm": "rbm"}


def _corner(x, y, batch_size):
    return data.BinaryBatches(x[:, :, 12:15, 12:15], y, batch_size)


def _rbm():
    return dict(rbm=models.RBM(784, 100))


def _pcd(digits):
    players = group(MOVES, _rbm)(digits)
    chain = torch.zeros(20, 784, device=players["rbm"].W.device)
    return players | dict(rbm_ema=ema_of(players["rbm"]), chain=chain)


PLAYERS = {
    steps.boltzmann_step: group({"bm": "bm"}, lambda: dict(bm=models.Boltzmann(9)), batches=_corner),
    steps.cd_step: group(MOVES, _rbm),
    steps.pcd_step: _pcd,
}
