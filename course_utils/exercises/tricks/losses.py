"""Exercises of notebook 05 on losses and penalties: references, checks, known mistakes, hints."""

import torch
from torch.nn.functional import softplus

from ... import session
from ...losses import feature_matching, historical_average_penalty, label_nll, slope_penalty
from ..core import Exercise, Mistake
from ..parts import noise, slope_of, small_net


def _logits_and_labels():
    return [
        *((noise(n, 1, grad=True), torch.rand(n, 1, device=session.device())) for n in (1, 7)),
        (noise(5, 1, grad=True), 0.9),
        (torch.tensor([[-120.0], [120.0]], device=session.device(), requires_grad=True), 0.9),
    ]


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
    mistakes={
        "as_on_deck_001": Mistake(
            lambda logits, label: (label * softplus(-logits)).mean(),
            "that is the slide's form: 0.9 only scales the loss, and D still wants to say 1. The part with 1 − label is missing.",
        ),
        "labels_swapped": Mistake(
            lambda logits, label: ((1 - label) * softplus(-logits) + label * softplus(logits)).mean(),
            "the two weights are swapped: label 1 must give −log D.",
        ),
        "to_be_maximized": Mistake(
            lambda logits, label: -(label * softplus(-logits) + (1 - label) * softplus(logits)).mean(),
            "that is the mean of t log D + (1 − t) log(1 − D), to be maximized. A loss to minimize is its negative.",
        ),
        "squared": Mistake(
            lambda logits, label: (logits.sigmoid() - label).square().mean(),
            "that is a squared error; it is cross-entropy that has its minimum at D = label *and* a slope where D is sure.",
        ),
        "overflows": Mistake(
            lambda logits, label: -(label * logits.sigmoid().log() + (1 - label) * (1 - logits.sigmoid()).log()).mean(),
            "right for moderate logits, but log(σ) is infinite or nan far out: softplus stays exact.",
        ),
        "sum": Mistake(
            lambda logits, label: (label * softplus(-logits) + (1 - label) * softplus(logits)).sum(),
            "the course's losses are means over the batch.",
        ),
    },
)  # fmt: skip


Exercise(
    "05.2",
    "The best judge with hesitant labels",
    reference=0.675,
    tolerance=1e-3,
    why="Three of four things there are real, and of those D is told 0.9: 0.9 · ¾.",
    hints=(
        "D* is the mean label of what lies there.",
        "Real ones have the label 0.9, fakes 0: (0.9 · p_data + 0 · p_g) / (p_data + p_g).",
    ),
    mistakes={
        "not_smoothed": Mistake(0.75, "that is D* with labels 1 and 0."),
        "label": Mistake(0.9, "0.9 is the label of the real ones; some of what lies there is fake."),
        "two_sided": Mistake(0.7, "that is two-sided smoothing, with 0.1 for fakes; here fakes have 0."),
        "as_on_deck_001": Mistake(
            0.27 / 0.37,
            "that is the best D of the loss as deck 001 prints it, 0.9 p_data / (0.9 p_data + p_g). With the missing part, "
            "D* is the mean label.",
        ),
    },
)


Exercise(
    "05.3",
    "Match the features",
    reference=feature_matching,
    cases=lambda: [(noise(*shape) + 1, noise(*shape, grad=True)) for shape in ((1, 6), (16, 6), (7, 3, 4))],
    hints=(
        "First the mean of each feature over the batch, for real and for fake; then their squared distance.",
        "f_real.mean(0) is (width,).",
        "(f_real.mean(0) - f_fake.mean(0)).square().sum(-1).mean(): the last mean is over the networks of a Stack.",
    ),
    mistakes={
        "mean_over_features": Mistake(
            lambda f_real, f_fake: (f_real.mean(0) - f_fake.mean(0)).square().mean(),
            "that is the mean over features, as in deck 004's code; the paper has the squared norm, a sum.",
        ),
        "mean_over_everything": Mistake(
            lambda f_real, f_fake: (f_real.mean() - f_fake.mean()).square(),
            "each feature has a mean of its own: mean(0).",
        ),
        "not_squared": Mistake(
            lambda f_real, f_fake: (f_real.mean(0) - f_fake.mean(0)).norm(), "the norm is squared."
        ),
        "item_by_item": Mistake(
            lambda f_real, f_fake: (f_real - f_fake).square().sum(-1).mean(),
            "that compares items one by one, which have nothing to do with each other: take the means first.",
        ),
        "sum_over_networks": Mistake(
            lambda f_real, f_fake: (f_real.mean(0) - f_fake.mean(0)).square().sum(),
            "right for one network; a Stack's features are (B, S, width): sum over the last axis only, then take the mean.",
        ),
    },
)


def _pull(per_weight, to=torch.detach):
    def wrong(net, past):
        return sum(
            per_weight(p - to(mean)) for p, mean in zip(net.parameters(), past.parameters(), strict=True)
        )

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
    mistakes={
        "past_moves": Mistake(
            _pull(lambda d: d.square().sum(), to=lambda mean: mean),
            "the value is right, but the past would move too: detach it.",
        ),
        "mean": Mistake(
            _pull(lambda d: d.square().mean()), "‖·‖² is a sum over all weights, not a mean for each tensor."
        ),
        "norm": Mistake(_pull(lambda d: d.norm()), "the norm is squared, over all weights together."),
        "pushes_away": Mistake(
            _pull(lambda d: -d.square().sum()),
            "the sign pushes the weights away from their past, as deck 004 puts it; the paper's penalty pulls them back.",
        ),
        "not_squared": Mistake(_pull(lambda d: d.sum()), "differences of both signs cancel: square them."),
    },
)


def _judges():
    return [
        (small_net(2, 8, 1), noise(1, 2), 1.0), (small_net(2, 8, 1), 3 * noise(7, 2), 0.5), (small_net(16, 8, 1), noise(5, 1, 4, 4), 1.0),
    ]  # fmt: skip


def _slopes(penalty, create_graph=True, flat=True):
    def wrong(D, x, k):
        slope = slope_of(D, x, create_graph)
        return penalty(slope.flatten(1) if flat else slope, k)

    return wrong


Exercise(
    "05.8",
    "A slope of k",
    reference=slope_penalty,
    cases=_judges,
    hints=(
        "x = x.detach().requires_grad_(), then torch.autograd.grad(D(x).sum(), x, create_graph=True) gives all slopes at once.",
        "One norm for each item: slope.flatten(1).norm(dim=1), (B,).",
        "(slope.flatten(1).norm(dim=1) - k).square().mean()",
    ),
    mistakes={
        "squared_mean": Mistake(
            _slopes(lambda slope, k: (slope.norm(dim=1).mean() - k).square()),
            "the square of the mean: slopes of 0 and of 2k would cancel. It is the mean of the squares.",
        ),
        "square_inside": Mistake(
            _slopes(lambda slope, k: (slope.square().sum(1) - k).mean()),
            "the square belongs around the difference (‖∇D‖ − k); this one can go below 0.",
        ),
        "squared_norm": Mistake(
            _slopes(lambda slope, k: (slope.square().sum(1) - k).square().mean()),
            "the norm itself is to be k, not its square.",
        ),
        "norm_over_batch": Mistake(
            _slopes(lambda slope, k: (slope.norm() - k).square()),
            "one norm for the whole batch: it must be one for each item.",
        ),
        "no_create_graph": Mistake(
            _slopes(lambda slope, k: (slope.norm(dim=1) - k).square().mean(), create_graph=False),
            "the value is right, but D learns nothing from it: create_graph=True keeps the way back to its weights.",
        ),
        "not_flattened": Mistake(
            _slopes(lambda slope, k: (slope.norm(dim=1) - k).square().mean(), flat=False),
            "an image's slope has three axes: one norm over all of them, slope.flatten(1).norm(dim=1).",
        ),
        "mean_of_logits": Mistake(
            _slopes(lambda slope, k: (slope.norm(dim=1) / len(slope) - k).square().mean()),
            "with D(x).mean() each slope is divided by the batch size: take D(x).sum().",
        ),
        "r1": Mistake(
            _slopes(lambda slope, k: slope.square().sum(1).mean()), "that is R1 of notebook 04, which pulls to 0, not to k."
        ),
    },
)  # fmt: skip
