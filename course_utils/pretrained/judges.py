"""The recipe of the classifier behind the scores."""

import torch
from torch.nn.functional import cross_entropy

from .. import metrics, models
from ..train import descend
from .recipe import Recipe, fit_by, no_codes


def _classifier():
    """The judge of generated digits (see `metrics.digit_scores`): 12 rounds of shifted digits."""

    def scores(net, digits):
        return {
            "test_error_in_percent": metrics.reading_error(
                metrics.in_parts(net, digits.x_test), digits.y_test
            )
        }

    words = "Classifier of digits; batch 256, shifts by up to 2 pixels, Adam at 1e-3, 2e-4 for 70, 30 % of the steps"
    rates = ((1e-3, 0.7), (2e-4, 0.3))
    fit = fit_by(_shifted_step, lambda net: (dict(net=net), dict(net=[net])), 256, rates=rates)
    return Recipe(words, models.Classifier, 3_000, fit, scores, no_codes, None, None)


def _shifted_step(batches, *, net, opt):
    x, y = next(batches)
    dx, dy = torch.randint(-2, 3, (2,)).tolist()  # the whole batch alike
    L = cross_entropy(net(x.roll((dy, dx), (2, 3))), y)
    descend(L, opt.net)
    return dict(L=L)


RECIPES = {"classifier": _classifier()}
