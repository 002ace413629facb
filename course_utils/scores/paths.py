"""How evenly images change on the way from one code to another."""

import torch

from .. import metrics, session
from ..pretrained import load
from .classifier import FEATURE_UNITS


def path_length(draw, start, end, step=0.02):
    """How far images move, squared, for a small step on the way from code to code; (n, d) each. → float

    E‖f(x(t + step)) − f(x(t))‖² / step²,  x(t) = draw(start + t (end − start)), t even over [0, 1),
    f the features of our classifier

    Source: Karras et al. 2019, section 4.1, "perceptual path length". Trap: the noise of a style generator
    has to stay the same on both sides, or it is all that is measured.
    """
    t = torch.rand(len(start), 1, device=start.device) * (1 - step)

    def features(at):
        with session.seeded(0):  # the same noise
            x = metrics.in_parts(draw, start + at * (end - start))
        return metrics.in_parts(load("classifier").features, x) / FEATURE_UNITS["classifier"]

    return ((features(t + step) - features(t)).square().sum(1).mean() / step**2).item()
