"""Exercises of notebook 05 on losses and penalties: references, checks, known mistakes, hints."""

import torch
from torch.nn.functional import softplus

from ...losses import (
    feature_matching,
    gradient_norm_penalty,
    historical_average_penalty,
    label_nll,
)
from ..engine import words
from ..engine.fixtures import gradient_of, noise, numbers, small_net, uniform
from ..engine.tasks import Exercise


def _logits_and_labels():
    each = [(noise(n, 1, grad=True), uniform(n, 1)) for n in (1, 7)]
    return [*each, (noise(5, 1, grad=True), 0.9), (numbers([-120.0], [120.0], grad=True), 0.9)]


Exercise(
    "05.1",
    "A label that hesitates",
    reference=label_nll,
    cases=_logits_and_labels,
    hints=(
        "With probability t the label is 1, else 0: weigh the two surprises −log D and −log(1 − D).",
        "−log D = softplus(−logits), −log(1 − D) = softplus(logits).",
        "(label * softplus(-logits) + (1 - label) * softplus(logits)).mean()",
    ),
    mistakes=dict(
        as_on_deck_001=(
            lambda logits, label: (label * softplus(-logits)).mean(),
            "that is the slide's form: 0.9 only scales the loss. The part with 1 − label is missing.",
        ),
        labels_swapped=(
            lambda logits, label: label_nll(logits, 1 - label),
            "the two weights are swapped: label 1 must give −log D.",
        ),
        to_be_maximized=(
            lambda logits, label: -label_nll(logits, label),
            "that is the mean of t log D + (1 − t) log(1 − D); a loss to minimize is its negative.",
        ),
        squared=(
            lambda logits, label: (logits.sigmoid() - label).square().mean(),
            "that is a squared error; cross-entropy has its minimum at D = label, too, "
            "*and* a gradient where D is sure.",
        ),
        overflows=(
            lambda logits, label: _by_logarithms(logits.sigmoid(), label),
            "right for moderate logits, but log(σ) is infinite or nan far out: softplus stays exact.",
        ),
        sum=(
            lambda logits, label: (label * softplus(-logits) + (1 - label) * softplus(logits)).sum(),
            "the course's losses are means over the batch.",
        ),
    ),
)


def _by_logarithms(p, label):
    return -(label * p.log() + (1 - label) * (1 - p).log()).mean()


Exercise(
    "05.2",
    "The best discriminator with smoothed labels",
    reference=0.675,
    tolerance=1e-3,
    why="Three of four things there are real, and of those D is told 0.9: 0.9 · ¾.",
    hints=(
        "D* is the mean label of what lies there.",
        "Real ones have the label 0.9, fakes 0: (0.9 · p_data + 0 · p_g) / (p_data + p_g).",
    ),
    mistakes=dict(
        not_smoothed=(0.75, "that is D* with labels 1 and 0."),
        label=(0.9, "0.9 is the label of the real ones; some of what lies there is fake."),
        two_sided=(0.7, "that is two-sided smoothing, with 0.1 for fakes; here fakes have 0."),
        as_on_deck_001=(
            0.27 / 0.37,
            "that is the best D of the loss as deck 001 prints it, 0.9 p_data / (0.9 p_data + p_g). "
            "With the missing part, D* is the mean label.",
        ),
    ),
)

Exercise(
    "05.3",
    "Match the features",
    reference=feature_matching,
    cases=lambda: [
        (noise(n, width) + 1, noise(n, width, grad=True)) for n, width in ((1, 6), (16, 6), (7, 4))
    ],
    hints=(
        "First the mean of each feature over the batch, for real and for fake; then their squared distance.",
        "f_real.mean(0) is (width,).",
        "(f_real.mean(0) - f_fake.mean(0)).square().sum()",
    ),
    mistakes=dict(
        mean_over_features=(
            lambda f_real, f_fake: (f_real.mean(0) - f_fake.mean(0)).square().mean(),
            "that is the mean over features, as in deck 004's code; the paper has the squared norm, a sum.",
        ),
        mean_over_everything=(
            lambda f_real, f_fake: (f_real.mean() - f_fake.mean()).square(),
            "each feature has a mean of its own: mean(0).",
        ),
        not_squared=(lambda f_real, f_fake: (f_real.mean(0) - f_fake.mean(0)).norm(), "the norm is squared."),
        item_by_item=(
            lambda f_real, f_fake: (f_real - f_fake).square().sum(1).mean(),
            "that compares items one by one, which have nothing to do with each other: take the means first.",
        ),
    ),
)


def _pull(per_weight, to=torch.detach):
    """A wrong penalty: the sum of `per_weight` of each weight's distance from its mean."""

    def wrong(net, past):
        pairs = zip(net.parameters(), past.parameters(), strict=True)
        return sum(per_weight(p - to(mean)) for p, mean in pairs)

    return wrong


Exercise(
    "05.5",
    "Stay near your past",
    reference=historical_average_penalty,
    cases=lambda: [(small_net(3, 4, 1), small_net(3, 4, 1)) for _ in range(2)],
    hints=(
        "For each weight tensor of net and its mean in past: the squared distance, summed over everything.",
        "zip(net.parameters(), past.parameters()) gives the pairs.",
        "sum((p - mean.detach()).square().sum() for p, mean in zip(net.parameters(), past.parameters()))",
    ),
    mistakes=dict(
        past_moves=(
            _pull(lambda d: d.square().sum(), to=lambda mean: mean),
            "the value is right, but the past would move too: detach it.",
        ),
        mean=(_pull(lambda d: d.square().mean()), "‖·‖² is a sum over all weights, no mean per tensor."),
        norm=(_pull(lambda d: d.norm()), "the norm is squared, over all weights together."),
        pushes_away=(
            _pull(lambda d: -d.square().sum()),
            "that pushes the weights from their past, as deck 004 says; the paper's penalty pulls them back.",
        ),
        not_squared=(_pull(lambda d: d.sum()), "differences of both signs cancel: square them."),
    ),
)


def _discriminators():
    cases = ((2, (1, 2), 1, 1.0), (2, (7, 2), 3, 0.5), (16, (5, 1, 4, 4), 1, 1.0))
    return [(small_net(n_in, 8, 1), scale * noise(*shape), k) for n_in, shape, scale, k in cases]


def _gradients(penalty, create_graph=True, flat=True):
    def wrong(D, x, k):
        gradient = gradient_of(D, x, create_graph)
        return penalty(gradient.flatten(1) if flat else gradient, k)

    return wrong


def _right(gradient, k):
    return (gradient.norm(dim=1) - k).square().mean()


Exercise(
    "05.8",
    "A gradient norm of k",
    reference=gradient_norm_penalty,
    cases=_discriminators,
    hints=(
        "x = x.detach().requires_grad_(), then torch.autograd.grad(D(x).sum(), x, create_graph=True) "
        "gives all gradients at once.",
        "One norm for each item: gradient.flatten(1).norm(dim=1), (B,).",
        "(gradient.flatten(1).norm(dim=1) - k).square().mean()",
    ),
    mistakes=dict(
        squared_mean=(
            _gradients(lambda g, k: (g.norm(dim=1).mean() - k).square()),
            "the square of the mean: norms of 0 and of 2k would cancel. It is the mean of the squares.",
        ),
        square_inside=(
            _gradients(lambda g, k: (g.square().sum(1) - k).mean()),
            "the square belongs around the difference (‖∇D‖ − k); this one can go below 0.",
        ),
        squared_norm=(
            _gradients(lambda g, k: (g.square().sum(1) - k).square().mean()),
            "the norm itself is to be k, not its square.",
        ),
        norm_over_batch=(_gradients(lambda g, k: (g.norm() - k).square()), words.ONE_NORM),
        no_create_graph=(_gradients(_right, create_graph=False), words.NO_CREATE_GRAPH),
        not_flattened=(_gradients(_right, flat=False), words.NOT_FLATTENED),
        mean_of_logits=(
            _gradients(lambda g, k: _right(g / len(g), k)),
            "with D(x).mean() each gradient is divided by the batch size: take D(x).sum().",
        ),
        r1=(_gradients(lambda g, k: g.square().sum(1).mean()), "that is R1 (notebook 04), which pulls to 0."),
    ),
)
