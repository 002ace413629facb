"""R1, the penalty of notebook 08: one to mend."""

import torch

from ...losses import r1_penalty
from ..engine.fixtures import gradient_of, noise, small_net
from ..engine.tasks import Exercise


def penalty_without_a_way_back(score, x):
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(score(x).sum(), x)
    return gradient.flatten(1).square().sum(1).mean()


def _gradients(amount, **how):
    return lambda score, x: amount(gradient_of(score, x, **how).flatten(1))


def _r1(gradient):
    return gradient.square().sum(1).mean()


Exercise(
    "08.1",
    "A penalty without effect",
    kind="debug",
    reference=r1_penalty,
    cases=lambda: [(small_net(2, 8, 1), noise(7, 2)), (small_net(9, 8, 1), noise(5, 1, 3, 3))],
    hints=(
        "The number is right, and still nothing changes: then what does an optimizer ask of a loss, beside "
        "its number?",
        "Is the penalty a function of D's weights, as far as PyTorch knows? Print r1_penalty(D, "
        "x).requires_grad.",
        "autograd.grad forgets how it came to its result, unless you ask it to keep that: create_graph=True.",
    ),
    mistakes=dict(
        given=(penalty_without_a_way_back, ""),
        switched_on_afterwards=(
            lambda score, x: penalty_without_a_way_back(score, x).requires_grad_(),
            "requires_grad_() at the end only says that there is a gradient; the way back to D's weights is "
            "still cut.",
        ),
        half=(_gradients(lambda g: _r1(g) / 2), "the ½ belongs to its weight γ/2: without it here."),
        mean_over_numbers=(
            _gradients(lambda g: g.square().mean()),
            "the squares of one item's gradient are summed; only items are averaged.",
        ),
        sum=(_gradients(lambda g: g.square().sum()), "the mean over items, not their sum."),
        norm=(_gradients(lambda g: g.norm(dim=1).mean()), "the *squared* norm, ‖∇‖²."),
        towards_1=(
            _gradients(lambda g: (g.norm(dim=1) - 1).square().mean()),
            "that is WGAN-GP's penalty, to 1; R1 pulls to 0.",
        ),
        mean_of_scores=(
            _gradients(_r1, total=torch.mean),
            "with score(x).mean() each gradient is divided by the batch size: take score(x).sum().",
        ),
    ),
)
