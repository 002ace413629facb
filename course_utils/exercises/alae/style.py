"""AdaIN, from what it must do."""

from ..engine.fixtures import noise
from ..engine.tasks import Exercise


def adain(h, h_style):
    """Feature maps h (B, C, H, W), each with the mean and spread of its map in h_style. → like h"""

    def moments(maps):
        variance = maps.var((2, 3), correction=0, keepdim=True)  # (B, C, 1, 1)
        return maps.mean((2, 3), keepdim=True), (variance + 1e-5).sqrt()

    (mean, std), (new_mean, new_std) = moments(h), moments(h_style)
    return (h - mean) / std * new_std + new_mean


def variant(axes=(2, 3), correction=0, eps=1e-5, root=True, out=lambda n, mean, std: n * std + mean):
    """adain with its moments taken otherwise, or put together otherwise: `out` of the normalized maps."""

    def moments(maps):
        variance = maps.var(axes, correction=correction, keepdim=True) + eps
        return maps.mean(axes, keepdim=True), variance.sqrt() if root else variance

    def wrong(h, h_style):
        (mean, std), (new_mean, new_std) = moments(h), moments(h_style)
        return out((h - mean) / std, new_mean, new_std)

    return wrong


def _cases():
    flat = noise(2, 3, 4, 4)
    flat[0, 1] = 2.0  # a constant map
    return [
        (noise(1, 2, 3, 3, grad=True), 3 * noise(1, 2, 3, 3) + 1),
        (flat, 2 - noise(2, 3, 4, 4)),
        (2 * noise(3, 4, 6, 6, grad=True) - 1, 0.1 * noise(3, 4, 3, 4) + 5),
    ]


Exercise(
    "08.8",
    "The style of another image",
    reference=adain,
    cases=_cases,
    hints=(
        "Two moves: take away from each map its own mean and spread; give it those of the style's map.",
        "Each map by itself: which of the four axes are one map? keepdim=True makes the numbers fit again.",
        "(h − mean) / std · new_std + new_mean; moments over (2, 3), std = √(var(…, correction=0) + 1e-5).",
    ),
    mistakes=dict(
        over_the_batch=(
            variant((0, 2, 3)),
            "these moments are those of a channel over the whole batch (batch norm): each image has its own.",
        ),
        over_the_channels=(
            variant((1, 2, 3)),
            "these moments are those of all maps of an image together (layer norm): each map has its own.",
        ),
        over_the_places=(variant((1,)), "these moments are those of a pixel over the channels."),
        over_the_items=(variant((0,)), "these moments are those of a pixel over the batch."),
        n_minus_1=(variant(correction=1), "the variance divides by n here, not by n − 1: correction=0."),
        no_eps=(variant(eps=0.0), "a constant map is divided by 0: the 1e-5 belongs under both roots."),
        no_root=(variant(root=False), "that is the variance: its root is the standard deviation."),
        not_normalized=(
            lambda h, h_style: h * variant(out=lambda n, mean, std: std)(h, h_style),
            "h still has its own mean and spread when the new ones come: take them away first.",
        ),
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
        exchanged=(
            lambda h, h_style: adain(h_style, h),
            "exchanged: what is seen comes from h, the look from h_style.",
        ),
    ),
)
