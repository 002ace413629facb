"""Exercises of notebook 06: references, checks, known mistakes, hints."""

import inspect

import torch
from torch import nn, no_grad

from .. import session
from ..losses import critic_loss
from ..train import clip_weights, descend
from ..transport import emd_1d, lipschitz_constant
from .core import Exercise, Mistake
from .parts import after_updates, noise, plain_descent, small_net


def _piles(n):
    return torch.rand(n, device=session.device()).softmax(0)


Exercise(
    "06.1",
    "The earth mover's distance on a line",
    reference=emd_1d,
    cases=lambda: [
        *((_piles(n), _piles(n), spacing) for n, spacing in ((1, 1.0), (7, 1.0), (12, 0.5))),
        (torch.eye(6)[1], torch.eye(6)[4], 1.0),  # all of it three places to the right
    ],
    hints=(
        "Stand between place i and the next: u has U_i to your left, v wants V_i there. The difference has to pass you.",
        "cumsum(0) gives the running sums U and V.",
        "spacing * (u.cumsum(0) - v.cumsum(0)).abs().sum()",
    ),
    mistakes={
        "bars": Mistake(
            lambda u, v, spacing: spacing * (u - v).abs().sum(),
            "that compares bar with bar, and does not know how far dirt has to go: take the running sums first.",
        ),
        "no_abs": Mistake(
            lambda u, v, spacing: spacing * (u.cumsum(0) - v.cumsum(0)).sum(),
            "dirt that goes to the left cancels dirt that goes to the right: take absolute values.",
        ),
        "squared": Mistake(
            lambda u, v, spacing: spacing * (u.cumsum(0) - v.cumsum(0)).square().sum(),
            "that is Cramér's distance, the squares of what passes; work is its absolute value.",
        ),
        "mean": Mistake(
            lambda u, v, spacing: spacing * (u.cumsum(0) - v.cumsum(0)).abs().mean(),
            "the work of all gaps adds up: a sum, not a mean.",
        ),
        "no_spacing": Mistake(
            lambda u, v, spacing: (u.cumsum(0) - v.cumsum(0)).abs().sum(),
            "right where places are 1 apart; multiply by their spacing.",
        ),
        "divided": Mistake(
            lambda u, v, spacing: (u.cumsum(0) - v.cumsum(0)).abs().sum() / spacing,
            "multiply by the spacing: twice as far is twice the work.",
        ),
        "largest": Mistake(
            lambda u, v, spacing: spacing * (u.cumsum(0) - v.cumsum(0)).abs().max(),
            "that is what passes at one gap, the busiest; the work is the sum over all gaps.",
        ),
    },
)

Exercise(
    "06.2",
    "A pile and two holes",
    reference=5.0,
    tolerance=1e-3,
    why="Half of it goes 1 far and half 3: ½ · 1² + ½ · 3². With the cost |x − y| it would be ½ · 1 + ½ · 3 = 2.",
    hints=("There is one plan only: half of the pile to each hole.", "½ · 1² + ½ · 3²"),
    mistakes={
        "distance": Mistake(2.0, "that is the cost with |x − y|; here it is (x − y)²."),
        "square_of_the_mean": Mistake(4.0, "that is the squared mean distance, 2²: square each way first."),
        "no_weights": Mistake(10.0, "only half of the dirt goes each way."),
    },
)

Exercise(
    "06.3",
    "How steep is it?",
    reference=lipschitz_constant,
    cases=lambda: [
        (noise(n).cumsum(0), 3 * noise(n, d))
        for n, d in ((2, 1), (7, 1), (12, 3))
    ],
    hints=(
        "For each pair of places: how far apart are the values, how far the places? The largest ratio.",
        "(f[:, None] - f[None]).abs() and torch.cdist(x, x) are (n, n); pairs of a place with itself are 0/0.",
        "rise = (f[:, None] - f[None]).abs(); way = torch.cdist(x, x) + torch.eye(len(x), device=x.device); return (rise / way).max()",
    ),
    mistakes={
        "signed_mean": Mistake(
            lambda f, x: ((f[:, None] - f[None]) / _ways(x)).mean(),
            "rises and falls cancel: it is the largest ratio, not the mean.",
        ),
        "mean": Mistake(
            lambda f, x: ((f[:, None] - f[None]).abs() / _ways(x)).mean(),
            "the bound holds for *every* pair: take the largest ratio, not the mean.",
        ),
        "neighbours": Mistake(
            lambda f, x: (f[1:] - f[:-1]).abs().div((x[1:] - x[:-1]).norm(dim=1)).max(),
            "those are neighbours in the list only; compare each place with each.",
        ),
        "rise_only": Mistake(
            lambda f, x: (f[:, None] - f[None]).abs().max(), "divide each rise by how far apart the two places are."
        ),
        "sums_of_sides": Mistake(
            lambda f, x: (
                (f[:, None] - f[None]).abs() / ((x[:, None] - x[None]).abs().sum(-1) + torch.eye(len(x), device=x.device))
            ).max(),
            "‖x_i − x_j‖ is the root of the sum of squares, not the sum of sides: torch.cdist has it.",
        ),
        "extremes": Mistake(
            lambda f, x: (f.max() - f.min()) / torch.cdist(x, x).max(),
            "the largest rise over the largest way is not the largest ratio: divide pair by pair.",
        ),
    },
)  # fmt: skip


def _ways(x):
    return torch.cdist(x, x) + torch.eye(len(x), device=x.device)


Exercise(
    "06.4",
    "The critic's loss",
    reference=critic_loss,
    cases=lambda: [(noise(n, 1, grad=True), noise(m, 1, grad=True)) for n, m in ((1, 1), (7, 7), (32, 20))],
    hints=(
        "The critic wants the mean score of real items high, and that of fakes low.",
        "A loss goes down: on_fake.mean() is to fall, on_real.mean() to rise.",
        "on_fake.mean() - on_real.mean()",
    ),
    mistakes={
        "sign_flipped": Mistake(
            lambda on_real, on_fake: on_real.mean() - on_fake.mean(),
            "that is W, which the critic makes *large*; a loss to minimize is its negative.",
        ),
        "product": Mistake(
            lambda on_real, on_fake: (
                (on_real * on_fake).mean() if len(on_real) == len(on_fake) else on_real.mean() * on_fake.mean()
            ),
            "that is the slide's product: it does not know which side is real. It is a difference.",
        ),
        "log_loss": Mistake(
            lambda on_real, on_fake: nn.functional.softplus(-on_real).mean() + nn.functional.softplus(on_fake).mean(),
            "that is the discriminator's loss: a critic has no sigmoid and no logarithm.",
        ),
        "hinge": Mistake(
            lambda on_real, on_fake: (1 - on_real).relu().mean() + (1 + on_fake).relu().mean(),
            "that is the hinge loss, another GAN: no pair of scores is ever good enough for a critic.",
        ),
        "squared": Mistake(
            lambda on_real, on_fake: (on_fake.mean() - on_real.mean()).square(),
            "squared, it does not matter which side is higher.",
        ),
        "absolute": Mistake(
            lambda on_real, on_fake: (on_fake.mean() - on_real.mean()).abs(),
            "without its sign the loss does not say which side is to be higher.",
        ),
        "sum": Mistake(
            lambda on_real, on_fake: on_fake.sum() - on_real.sum(),
            "the course's losses are means over the batch; batches need not be equally large.",
        ),
    },
)  # fmt: skip

Exercise(
    "06.5",
    "The critic upside down",
    reference=0.0,
    tolerance=1e-6,
    why="(−f(x)) · (−f(g)) = f(x) · f(g): the product cannot tell a good critic from its opposite. f(x) − f(g) turns its sign.",
    hints=("What is (−a) · (−b)?",),
    mistakes={
        "as_the_difference": Mistake(-4.0, "that is how f(x) − f(g) changes, from 2 to −2. Here it is the product."),
        "difference_reversed": Mistake(4.0, "that would be the difference f(x) − f(g), from −2 to 2."),
        "sign_turns": Mistake(2.0, "the product is −1 before; is it 1 afterwards? Both factors change their sign."),
        "sign_turns_back": Mistake(-2.0, "both factors change their sign."),
    },
)  # fmt: skip


def _weights_after(fn, arguments):
    """What stands in the weights and gradients afterwards; nothing yet for a stub, which calls and returns nothing."""
    net, bound = arguments
    with no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(torch.linspace(-1, 1 + i, p.numel(), device=p.device).view_as(p))
            p.grad = torch.linspace(-0.3, 0.5, p.numel(), device=p.device).view_as(p)
    if fn(net, bound) is None and not inspect.unwrap(fn).__code__.co_names:
        return None
    return *(p.detach() for p in net.parameters()), *(p.grad for p in net.parameters())


Exercise(
    "06.6",
    "Clip the weights",
    reference=clip_weights,
    cases=lambda: [(small_net(3, 4, 1), 0.1), (small_net(2, 1), 0.01)],
    outcome=_weights_after,
    hints=(
        "Every parameter, weights and biases alike, back into [−bound, bound].",
        "for p in net.parameters(): p.clamp_(...), in place; autograd must not watch (torch.no_grad).",
        "with torch.no_grad():\n    for p in net.parameters():\n        p.clamp_(-bound, bound)",
    ),
    mistakes={
        "clip_gradients_instead": Mistake(
            lambda net, bound: [p.grad.clamp_(-bound, bound) for p in net.parameters()],
            "that clips the *gradients*, and the weights may go anywhere: clamp p itself.",
        ),
        "clip_gradient_norm": Mistake(
            lambda net, bound: nn.utils.clip_grad_norm_(net.parameters(), bound),
            "that scales the gradients; it is the weights that are clipped.",
        ),
        "a_copy": Mistake(
            lambda net, bound: [p.detach().clamp(-bound, bound) for p in net.parameters()],
            "clamp makes a new tensor and leaves the network as it was; clamp_ works in place.",
        ),
        "from_above_only": Mistake(
            lambda net, bound: [p.detach().clamp_(max=bound) for p in net.parameters()],
            "weights below −bound are left: clamp from both sides.",
        ),
        "weights_only": Mistake(
            lambda net, bound: [p.detach().clamp_(-bound, bound) for p in net.parameters() if p.dim() > 1],
            "biases are parameters, too.",
        ),
        "scaled": Mistake(
            lambda net, bound: [p.detach().mul_(bound / p.detach().abs().max()) for p in net.parameters()],
            "that scales each tensor down; clipping leaves small weights as they are.",
        ),
    },
    unlike="the weights are not what they should be: those inside the bounds as before, all others at the bound they passed.",
)  # fmt: skip


def update_critic(C, x, x_fake, opt_C, clip):
    """One update of a critic: its loss, one step downhill, and its weights back in their bounds. → the loss"""
    L_C = critic_loss(C(x), C(x_fake))
    descend(L_C, opt_C)
    clip_weights(C, clip)
    return L_C


def _after_two(fn, arguments):
    C, x, x_fake, clip = arguments
    opt_C = plain_descent(C, lr=0.2)
    return after_updates(lambda: fn(C, x, x_fake, opt_C, clip), C)


def _update(loss=critic_loss, before=None, between=None, after=clip_weights, zero=True, told=True):
    """An update with something done to C before it, between gradient and step, and after it."""

    def wrong(C, x, x_fake, opt_C, clip):
        if before:
            before(C, clip)
        if zero:
            opt_C.zero_grad()
        L_C = loss(C(x), C(x_fake))
        L_C.backward()
        if between:
            between(C, clip)
        opt_C.step()
        if after:
            after(C, clip)
        return L_C if told else None

    return wrong


def _clip_gradients(C, bound):
    for p in C.parameters():
        p.grad.clamp_(-bound, bound)


Exercise(
    "06.7",
    "The inner loop",
    reference=update_critic,
    cases=lambda: [(small_net(3, 8, 1), 2 + noise(n, 3), noise(n, 3), 0.1) for n in (1, 16)],
    outcome=_after_two,
    hints=(
        "Three things, in the order of Algorithm 1: the loss, one step downhill, the clipping.",
        "descend(critic_loss(C(x), C(x_fake)), opt_C), then clip_weights.",
        "L_C = critic_loss(C(x), C(x_fake))\ndescend(L_C, opt_C)\nclip_weights(C, clip)\nreturn L_C",
    ),
    mistakes={
        "no_zero_grad": Mistake(
            _update(zero=False),
            "the first update is right, the second adds the first one's gradient: zero_grad, or descend, which does it.",
        ),
        "nothing_returned": Mistake(_update(told=False), "the update is right; return its loss."),
        "not_clipped": Mistake(
            _update(after=None),
            "the step is right, but the weights are not clipped afterwards: the critic's slope has no bound.",
        ),
        "clipped_before": Mistake(
            _update(before=clip_weights, after=None), "clip *after* the step: as it is, the generator meets a critic outside its bounds."
        ),
        "clip_gradients_instead": Mistake(
            _update(between=_clip_gradients, after=None), "that clips the gradients; Algorithm 1 clips the weights, after the step."
        ),
        "sign_flipped": Mistake(
            _update(lambda on_real, on_fake: on_real.mean() - on_fake.mean()),
            "the critic goes the wrong way: it must make E[C(x)] − E[C(x_fake)] *large*.",
        ),
        "log_loss": Mistake(
            _update(lambda on_real, on_fake: (nn.functional.softplus(-on_real) + nn.functional.softplus(on_fake)).mean()),
            "that is the discriminator's loss: a critic has no sigmoid and no logarithm.",
        ),
    },
    unlike="after two updates C has other weights than it should: the critic's loss, one step, then the clipping.",
)  # fmt: skip

Exercise(
    "06.8",
    "How steep may a clipped critic be?",
    reference=0.28,
    tolerance=0.01,
    why="The slope is the weights themselves: 784 numbers of at most 0.01 have a norm of at most 0.01 · √784 = 0.28.",
    hints=("The slope of C(x) = a · x + b is a.", "‖a‖ for 784 numbers of 0.01 each: the root of the sum of squares."),
    mistakes={
        "one_weight": Mistake(0.01, "that is one weight; the slope is the norm of all 784."),
        "sum": Mistake(7.84, "that is the sum of the weights; the norm is the root of the sum of squares."),
        "one_lipschitz": Mistake(1.0, "clipping bounds the slope, but not by 1: by 0.01 · √784."),
    },
)  # fmt: skip
