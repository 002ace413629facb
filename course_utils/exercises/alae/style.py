"""AdaIN with a style of some pixels only, from what it must do."""

import torch

from ...session import device
from ..engine.fixtures import noise
from ..engine.tasks import Exercise


def masked_adain(h, h_style, mask):
    """Feature maps h (B, C, H, W), in the style of h_style where mask (B, 1, ·, ·) is 1. → like h"""

    def moments(maps, counts):
        n = counts.sum((2, 3), keepdim=True).clamp(min=1)  # (B, 1, 1, 1); 1 in place of 0
        mean = (counts * maps).sum((2, 3), keepdim=True) / n  # (B, C, 1, 1)
        variance = (counts * (maps - mean).square()).sum((2, 3), keepdim=True) / n
        return mean, (variance + 1e-5).sqrt()

    (mean, std), (new_mean, new_std) = moments(h, torch.ones_like(h[:, :1])), moments(h_style, mask)
    return torch.where(mask.sum((2, 3), keepdim=True) > 0, (h - mean) / std * new_std + new_mean, h)


def variant(
    axes=(2, 3),
    correction=0,
    eps=1e-5,
    root=True,
    least=1.0,
    of_all=False,
    zeros=False,
    kept=lambda h, new: h,
    out=lambda n, mean, std: n * std + mean,
):
    """masked_adain with its moments taken otherwise, or put together otherwise.

    axes        of the moments of h and h_style
    least       n is at least that
    of_all      n counts all pixels, not those of the mask
    zeros       moments of mask · h_style, the pixels outside as zeros
    kept        what an image with an empty mask becomes
    out         of the normalized maps, and the new moments
    """

    def moments(maps, counts):
        counts = counts.expand_as(maps)
        if zeros:
            maps, counts = counts * maps, torch.ones_like(maps)
        n = counts.sum(axes, keepdim=True)
        if of_all:
            n = torch.ones_like(maps).sum(axes, keepdim=True)
        mean = (counts * maps).sum(axes, keepdim=True) / n.clamp(min=least)
        squares = (counts * (maps - mean).square()).sum(axes, keepdim=True)
        variance = squares / (n - correction).clamp(min=least) + eps
        return mean, variance.sqrt() if root else variance

    def wrong(h, h_style, mask):
        (mean, std), (new_mean, new_std) = moments(h, torch.ones_like(h[:, :1])), moments(h_style, mask)
        new = out((h - mean) / std, new_mean, new_std)
        return torch.where(mask.sum((2, 3), keepdim=True) > 0, new, kept(h, new))

    return wrong


def _spread_of_zeros(h, h_style, mask):
    """With the spread of mask · h_style around the right mean, all divided by the mask's number."""
    n = mask.sum((2, 3), keepdim=True).clamp(min=1)
    mean = (mask * h_style).sum((2, 3), keepdim=True) / n
    std = ((mask * h_style - mean).square().sum((2, 3), keepdim=True) / n + 1e-5).sqrt()
    normal = variant(out=lambda n, mean, std: n)(h, h_style, torch.ones_like(mask))
    return normal * std + mean


def _mask(*shape, empty=()):
    """About half of the pixels, at least two, of all images but the `empty` ones."""
    mask = (torch.rand(shape, device=device()) < 0.5).to(torch.get_default_dtype())
    mask[:, :, 0, :2] = 1
    for i in empty:
        mask[i] = 0
    return mask


def _cases():
    flat, flat_style = noise(2, 3, 4, 4), 2 - noise(2, 3, 4, 4)
    flat[0, 1] = 2.0  # a constant map
    flat[1, 2] *= 0.003  # beside it 1e-5 counts
    flat_style[1, 0] *= 0.003
    return [
        (noise(1, 2, 3, 3, grad=True), 3 * noise(1, 2, 3, 3) + 1, _mask(1, 1, 3, 3)),
        (flat, flat_style, _mask(2, 1, 4, 4)),
        (noise(3, 4, 6, 6, grad=True), 0.1 * noise(3, 4, 3, 4) + 5, _mask(3, 1, 3, 4, empty=[1])),
    ]


EMPTY_NAN = (
    "an image with an empty mask: 0 / 0 is nan, and torch.where hides it in the value, not in the gradient "
    "(0 · nan is nan). Let n be at least 1 before you divide by it."
)

Exercise(
    "08.8",
    "The style of the ink alone",
    reference=masked_adain,
    cases=_cases,
    hints=(
        "Two moves: take away from each map its own mean and spread; give it those of the style's map. One "
        "of these maps has pixels that do not count.",
        "A mean over some pixels: the sum of mask · map, divided by the sum of the mask; and a variance so, "
        "too, of the squared distances from that mean. keepdim=True makes the numbers fit again.",
        "Empty masks: let the sum of the mask be at least 1 (clamp) where you divide by it; at the end "
        "torch.where(mask.sum((2, 3), keepdim=True) > 0, (h − mean) / std · new_std + new_mean, h).",
    ),
    mistakes=dict(
        nan_gradient=(variant(least=0.0), EMPTY_NAN),
        nothing_kept=(
            variant(kept=lambda h, new: new),
            "right where there is a mask; an image whose mask is empty keeps its h.",
        ),
        nan_everywhere=(
            variant(least=0.0, kept=lambda h, new: new),
            "an image whose mask is empty becomes nan: 0 / 0. It is to keep its h.",
        ),
        without_the_mask=(
            lambda h, h_style, mask: torch.where(
                mask.sum((2, 3), keepdim=True) > 0,
                masked_adain(h, h_style, torch.ones_like(mask)),
                h,
            ),
            "that is the style of the whole image: only the pixels of the mask are to count.",
        ),
        mask_ignored=(
            lambda h, h_style, mask: masked_adain(h, h_style, torch.ones_like(mask)),
            "that is the style of the whole image: the mask says which of its pixels count.",
        ),
        zeros_counted=(
            variant(zeros=True),
            "the pixels outside of the mask count as zeros: divide by the number of those inside.",
        ),
        zeros_for_the_spread=(
            lambda h, h_style, mask: torch.where(
                mask.sum((2, 3), keepdim=True) > 0,
                _spread_of_zeros(h, h_style, mask),
                h,
            ),
            "the mean is right; in the variance the pixels outside count as zeros: mask the squared "
            "distances, too.",
        ),
        of_all=(
            variant(of_all=True),
            "the sums are right, but divided by all pixels: divide by those of the mask.",
        ),
        over_the_batch=(
            variant((0, 2, 3)),
            "these moments are those of a channel over the whole batch (batch norm): each image has its own.",
        ),
        over_the_channels=(
            variant((1, 2, 3)),
            "these moments are those of all maps of an image together (layer norm): each map has its own.",
        ),
        n_minus_1=(
            variant(correction=1),
            "the variance divides by n here, the number of pixels that count, not by n − 1.",
        ),
        no_eps=(variant(eps=0.0), "a constant map is divided by 0: the 1e-5 belongs under both roots."),
        no_root=(variant(root=False), "that is the variance: its root is the standard deviation."),
        spread_only=(
            variant(out=lambda n, mean, std: n * std),
            "the spread is right; the mean of the style is missing.",
        ),
        mean_only=(
            variant(out=lambda n, mean, std: n + mean),
            "the mean is right; the spread of the style is missing.",
        ),
        plain_norm=(
            variant(out=lambda n, mean, std: n),
            "that is normalized only: mean 0, spread 1. The style is still to come.",
        ),
        mean_scaled=(
            variant(out=lambda n, mean, std: (n + mean) * std),
            "first the spread, then the mean: as it is, the new mean is multiplied, too.",
        ),
        unchanged=(lambda h, h_style, mask: h + 0, "that is h as it was: the style is still to come."),
        emptied=(
            variant(kept=lambda h, new: torch.zeros_like(h)),
            "right where there is a mask; an image whose mask is empty keeps its h, and is not emptied.",
        ),
        mask_turned=(
            lambda h, h_style, mask: masked_adain(h, h_style, 1 - mask),
            "turned: the mask is 1 where a pixel counts.",
        ),
    ),
)
