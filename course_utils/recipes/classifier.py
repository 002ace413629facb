"""The recipes of the two classifiers behind the scores."""

import torch
from torch.nn.functional import cross_entropy

from .. import metrics
from ..train import descend
from .recipe import Recipe, fit_by


def _shifted_step(batches, *, net, opt):
    """One update of a classifier on a batch shifted by up to 2 pixels."""
    x, y = next(batches)
    dx, dy = torch.randint(-2, 3, (2,)).tolist()  # the same shift for the whole batch
    L = cross_entropy(net(x.roll((dy, dx), (2, 3))), y)
    descend(L, opt.net)
    return dict(L=L)


def _scores(net, digits):
    error = metrics.reading_error(metrics.in_parts(net, digits.x_test), digits.y_test)
    return {"test_error_in_percent": error}


def _players(net):
    return dict(net=net), dict(net=[net])


RECIPES = {
    name: Recipe(
        f"{kind} of digits; batch 256, shifts by up to 2 pixels, "
        "Adam at 1e-3, 2e-4 for 70, 30 % of the steps",
        n_steps=3_000,
        fit=fit_by(_shifted_step, _players, 256, rates=((1e-3, 0.7), (2e-4, 0.3))),
        scores=_scores,
    )
    for name, kind in (("classifier", "Classifier"), ("second_classifier", "Second classifier"))
}
