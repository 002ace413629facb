"""Policies on a lake and rankers of documents: their steps need the device of the digits only."""

import torch

from course_utils import data, models, session, steps
from course_utils.train import adam


def _moves(x, y, batch_size):
    """Moves of an expert without an expert: any will do."""
    s = torch.arange(40, device=x.device)
    return data.Batches(s, s % 4, batch_size)


def _walking(digits):
    lake = data.Lake()
    nets = dict(
        G=models.Table(lake.n_places, 4), D=models.Table(lake.n_places, 4), C=models.Table(lake.n_places)
    )
    nets = {name: net.to(session.device()) for name, net in nets.items()}
    return nets | dict(lake=lake, opt=adam(**{n: [net] for n, net in nets.items()}), batches=_moves)


def _cloning(digits):
    G = models.Table(40, 4).to(session.device())
    return dict(G=G, opt=adam(G=[G]), batches=_moves)


def _clicks(x, y, batch_size):
    return data.Clicks(_small(x), torch.arange(len(x), device=x.device)[:, None] % 20, batch_size)


def _small(x):
    return x[:, :, ::4, ::4][..., 1:, 1:].repeat(1, 1, 2, 2)[..., :8, :8]  # (n, 1, 8, 8)


def _choosing(*names):
    def players(digits):
        nets = {name: models.Ranker().to(session.device()) for name in names}
        opt = adam(**{name: [net] for name, net in nets.items()})
        return dict(**nets, opt=opt, docs=_small(digits.x[:20]), batches=_clicks)

    return players


PLAYERS = {
    steps.cloning_step: _cloning,
    steps.gail_step: _walking,
    steps.ranking_step: _choosing("D"),
    steps.irgan_step: _choosing("G", "D"),
}
