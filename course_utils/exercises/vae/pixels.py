"""Normal pixels in notebook 02: a likelihood to be mended."""

import math

import torch

from ...losses import normal_nll
from ..engine.fixtures import noise
from ..engine.tasks import Exercise


def pixel_nll(mean, log_var, x):
    """−log p(x|z) of Normal pixels with this mean and log-variance, in nats. → scalar"""
    return normal_nll((mean, log_var), x)


def _with_one_logarithm(mean, log_var, x):
    """As the notebook shows it, to be mended."""
    squares = (x - mean).square() / log_var.exp()
    constant = math.log(2 * math.pi)
    return 0.5 * (constant + log_var + squares.flatten(1).sum(1)).mean()


def _pixels():
    cases = [
        (noise(*s, grad=True), noise(1, grad=True), noise(*s))
        for s in ((1, 1, 2, 2), (7, 1, 5, 3), (2, 1, 6, 6))
    ]
    return [*cases, (noise(3, 1, 4, 4, grad=True), noise(3, 1, 4, 4, grad=True), noise(3, 1, 4, 4))]


def _mutated(log=1.0, square=1.0, two_pi=1.0, spread=lambda v: v.exp(), half=0.5, reduce=None):
    """A wrong Normal likelihood: one of its parts is another."""
    reduce = reduce or (lambda error: error.flatten(1).sum(1).mean())

    def wrong(mean, log_var, x):
        error = (
            two_pi * math.log(2 * math.pi) + log * log_var + square * (x - mean).square() / spread(log_var)
        )
        return reduce(half * error)

    return wrong


def _sum(part, x):
    """A part of the loss that does not depend on the pixel, summed as the rest. → scalar"""
    return part.expand_as(x).flatten(1).sum(1).mean()


Exercise(
    "02.10",
    "σ, 28 times too large",
    kind="debug",
    reference=pixel_nll,
    cases=_pixels,
    hints=(
        "On images of 8 × 8 pixels it settles at 8 times the error. Of what is 28 the root, in our images?",
        "For one pixel ½ (log 2π + log σ² + e²/σ²). An image's −log p is a sum of that over its pixels: "
        "which of the three is summed, and which counts once?",
        "Add the three first, pixel by pixel; then .flatten(1).sum(1).mean(). If all pixels have one "
        "log_var, it broadcasts.",
    ),
    mistakes=dict(
        given=(_with_one_logarithm, ""),
        logarithm_only=(
            lambda mean, log_var, x: (
                0.5
                * (
                    math.log(2 * math.pi) + (log_var + (x - mean).square() / log_var.exp()).flatten(1).sum(1)
                ).mean()
            ),
            "σ is right now. But log 2π belongs to each pixel, too: the loss is no −log p yet.",
        ),
        times_784=(
            lambda mean, log_var, x: (
                0.5
                * (
                    784 * (math.log(2 * math.pi) + log_var.mean())
                    + ((x - mean).square() / log_var.exp()).flatten(1).sum(1)
                ).mean()
            ),
            "right for 784 pixels with one variance; an image may have others, and each pixel its own "
            "log_var.",
        ),
        times_pixels=(
            lambda mean, log_var, x: (
                0.5
                * (
                    x[0].numel() * (math.log(2 * math.pi) + log_var.flatten()[0])
                    + ((x - mean).square() / log_var.exp()).flatten(1).sum(1)
                ).mean()
            ),
            "right for one variance; but each pixel may have its own log_var, and then they are to be "
            "summed.",
        ),
        squares_averaged=(
            _mutated(reduce=lambda error: error.flatten(1).mean(1).mean()),
            "now σ is right, but the loss is a mean over the pixels: the KL would be far too heavy.",
        ),
        half_a_logarithm=(
            _mutated(log=0.5),
            "inside ½ (…) it is log σ², as it was: with log σ, σ would settle at 1.41 times the error.",
        ),
        square_halved=(
            _mutated(log=0.5, square=0.5),
            "σ is right, but the loss is too small by half of both terms: then the KL weighs twice.",
        ),
        square_doubled=(
            _mutated(log=0.5, square=2.0),
            "log σ² counts half and the squares twice: σ would settle at twice the error.",
        ),
        no_logarithm=(
            _mutated(log=0.0),
            "without log σ², a larger σ always costs less: σ would grow without end.",
        ),
        log_var_twice=(
            _mutated(log=2.0),
            "now log σ² counts twice: with it, σ would settle at 0.71 times the error. Once is enough.",
        ),
        sigma_for_variance=(
            _mutated(spread=lambda v: (0.5 * v).exp()),
            "the squares are divided by σ now: by σ², exp(log_var), they were right.",
        ),
        no_half=(_mutated(half=1.0), "the ½ in front is gone: now the whole loss is twice too large."),
        no_constant=(
            _mutated(two_pi=0.0),
            "log 2π was right: without it nothing trains otherwise, but the loss is no −log p any more.",
        ),
        sum_over_batch=(_mutated(reduce=torch.sum), "the mean over the images of the batch was right."),
        multiplied=(
            _mutated(spread=lambda v: (-v).exp()),
            "now the squares are multiplied by σ²: an error counts less where σ is large.",
        ),
        logarithm_turned=(
            _mutated(log=-1.0),
            "with −log σ² both terms get smaller with σ: it would grow without end. The sign was right.",
        ),
        not_its_logarithm=(
            lambda mean, log_var, x: (
                _mutated(log=0.0)(mean, log_var, x) + _sum(0.5 * (0.5 * log_var).exp(), x)
            ),
            "it is σ itself that is added now; a Normal's −log p has the *logarithm* of σ.",
        ),
        absolute=(
            lambda mean, log_var, x: _mutated()(mean, log_var, mean + (x - mean).abs().sqrt()),
            "the error is to be squared, as it was: an absolute error belongs to a Laplace distribution.",
        ),
        squares_alone=(
            _mutated(spread=torch.ones_like),
            "the squares are not divided by σ² any more: then σ shrinks without end. They were right.",
        ),
    ),
)
