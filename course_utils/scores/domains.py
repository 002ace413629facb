"""Scores of translators between two domains, where the true counterpart of each image is known."""

import torch

from .. import metrics
from .classifier import enough, label_error


@torch.no_grad()
def translation_scores(AB, BA, redraw, x, y):
    """How well digits x (n, 1, 28, 28) with labels y are translated to their redrawing, and back. → dict

    kept      of b → BA(b), in %: how many our classifier still reads as their digit
    error     ‖AB(a) − truth‖² as a share of the variance of B: 1 is no better than the mean image
    returned  of a → BA(AB(a)), in %: how many are still read as their digit
    way_back  ‖BA(AB(a)) − a‖² as a share of the variance of A
    from_truth  the same, on the way back from the true counterpart in place of AB(a)
    """
    x, y = enough(x), enough(y)
    truth = redraw(x)

    def share(images, of):
        return ((images - of).square().sum() / (of - of.mean(0)).square().sum()).item()

    fake_b, fake_a = metrics.in_parts(AB, x), metrics.in_parts(BA, truth)
    back = metrics.in_parts(BA, fake_b)
    return {
        "kept": 100 - label_error(fake_a, y),
        "error": share(fake_b, truth),
        "returned": 100 - label_error(back, y),
        "way_back": share(back, x),
        "from_truth": share(fake_a, x),
    }
