"""What strokes look like, in numbers: slant, width and thickness of drawn signs, by moments of their ink."""

import torch


def moments(x):
    """Second moments of the ink of images x (n, 1, h, w) in [−1, 1]. → (n,) each: xx, xy, yy

    The share of ink at each pixel is taken for a probability; xx and yy are the variances of its column and
    of its height, xy is their covariance: y points *up*.
    """
    ink = (x[:, 0] + 1) / 2
    p = ink / ink.sum((1, 2), keepdim=True).clamp_min(1e-9)
    h, w = p.shape[1:]
    across, up = torch.arange(w, device=x.device), -torch.arange(h, device=x.device)
    across = across - (p.sum(1) @ across.to(p))[:, None]  # (n, w)
    up = up - (p.sum(2) @ up.to(p))[:, None]  # (n, h)
    xx, yy = (p.sum(1) * across.square()).sum(1), (p.sum(2) * up.square()).sum(1)
    return xx, (p * across[:, None, :] * up[:, :, None]).sum((1, 2)), yy


def slant(x):
    """How far strokes lean to the right, in degrees: 0 upright, 45 one pixel to the right for each up. → (n,)

    arctan(xy / yy). Source: the shear that "deskewing" a digit takes away. Trap: of a round sign, or a lying
    one, it says little.
    """
    _, xy, yy = moments(x)
    return torch.rad2deg(torch.atan(xy / yy.clamp_min(1e-9)))


def width(x):
    """How wide a sign is once its slant is taken away: the standard deviation across, in pixels. → (n,)

    √(xx − xy² / yy)
    """
    xx, xy, yy = moments(x)
    return (xx - xy.square() / yy.clamp_min(1e-9)).clamp_min(0).sqrt()


def thickness(x):
    """How thick strokes are, in pixels: twice the ink for each pixel of edge. → (n,)

    A stroke of length L and thickness t has ink L · t, and 2 L of edge, the sum of its gradient norms.
    """
    ink = torch.nn.functional.pad((x[:, 0] + 1) / 2, (1, 1, 1, 1))
    right, down = ink[:, :-1, 1:] - ink[:, :-1, :-1], ink[:, 1:, :-1] - ink[:, :-1, :-1]
    edge = (right.square() + down.square() + 1e-12).sqrt().sum((1, 2))
    return 2 * ink.sum((1, 2)) / edge.clamp_min(1e-9)


MEASURES = {"slant": slant, "width": width, "thickness": thickness}
