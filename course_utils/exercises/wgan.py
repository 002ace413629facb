"""Exercises of notebook 06: references, checks, known mistakes, hints."""

import inspect
from functools import partial

import torch
from torch import nn, no_grad

from ..losses import critic_loss, discriminator_loss
from ..train import clip_weights, descend
from ..transport import emd_1d, lipschitz_constant
from .engine import words
from .engine.fixtures import (
    after_updates,
    noise,
    numbers,
    plain_descent,
    small_net,
    uniform,
)
from .engine.tasks import Exercise


def _piles(n, spacing):
    return uniform(n).softmax(0), uniform(n).softmax(0), spacing


def _flows(total):
    """A wrong distance, from what passes at each gap."""
    return lambda u, v, spacing: spacing * total(u.cumsum(0) - v.cumsum(0))


Exercise(
    "06.1",
    "The earth mover's distance on a line",
    reference=emd_1d,
    cases=lambda: [
        *(_piles(n, spacing) for n, spacing in ((1, 1.0), (7, 1.0), (12, 0.5))),
        (
            numbers(0.0, 1, 0, 0, 0, 0),
            numbers(0.0, 0, 0, 0, 1, 0),
            1.0,
        ),  # all of it three places to the right
    ],
    hints=(
        "Between place i and the next: u has U_i to the left, v wants V_i there. The difference has to pass.",
        "cumsum(0) gives the running sums U and V.",
        "spacing * (u.cumsum(0) - v.cumsum(0)).abs().sum()",
    ),
    mistakes=dict(
        bars=(
            lambda u, v, spacing: spacing * (u - v).abs().sum(),
            "that compares bar with bar, however far the dirt has to go: take the running sums first.",
        ),
        no_abs=(
            _flows(lambda flow: flow.sum()),
            "dirt that goes to the left cancels dirt that goes to the right: take absolute values.",
        ),
        squared=(
            _flows(lambda flow: flow.square().sum()),
            "that is Cramér's distance, the squares of what passes; work is its absolute value.",
        ),
        mean=(_flows(lambda flow: flow.abs().mean()), "the work of all gaps adds up: a sum, not a mean."),
        no_spacing=(lambda u, v, spacing: emd_1d(u, v, 1.0), "right for spacing 1; multiply by it."),
        divided=(
            lambda u, v, spacing: emd_1d(u, v, 1.0) / spacing,
            "multiply by the spacing: twice as far is twice the work.",
        ),
        largest=(
            _flows(lambda flow: flow.abs().max()),
            "that is what passes at one gap, the busiest; the work is the sum over all gaps.",
        ),
    ),
)

Exercise(
    "06.2",
    "A pile and two holes",
    reference=5.0,
    tolerance=1e-3,
    why="Half of it goes 1 far and half 3: ½ · 1² + ½ · 3². With the cost |x − y| it would be 2.",
    hints=("There is one plan only: half of the pile to each hole.", "½ · 1² + ½ · 3²"),
    mistakes=dict(
        distance=(2.0, "that is the cost with |x − y|; here it is (x − y)²."),
        square_of_the_mean=(4.0, "that is the squared mean distance, 2²: square each way first."),
        no_weights=(10.0, "only half of the dirt goes each way."),
    ),
)


def _ways(x, metric=torch.cdist):
    """The distances of all places; 1 instead of the 0 to itself."""
    return metric(x, x) + torch.eye(len(x), device=x.device)


def _rises(f):
    return (f[:, None] - f[None]).abs()


Exercise(
    "06.3",
    "How steep is it?",
    reference=lipschitz_constant,
    cases=lambda: [(noise(n).cumsum(0), 3 * noise(n, d)) for n, d in ((2, 1), (7, 1), (12, 3))],
    hints=(
        "For each pair of places: how far apart are the values, how far the places? The largest ratio.",
        "(f[:, None] - f[None]).abs() and torch.cdist(x, x) are (n, n); a place with itself gives 0/0.",
        "rise = (f[:, None] - f[None]).abs(); way = torch.cdist(x, x) + torch.eye(len(x), device=x.device); "
        "return (rise / way).max()",
    ),
    mistakes=dict(
        signed_mean=(
            lambda f, x: ((f[:, None] - f[None]) / _ways(x)).mean(),
            "rises and falls cancel: it is the largest ratio, not the mean.",
        ),
        mean=(
            lambda f, x: (_rises(f) / _ways(x)).mean(),
            "the bound holds for *every* pair: take the largest ratio, not the mean.",
        ),
        neighbours=(
            lambda f, x: (f[1:] - f[:-1]).abs().div((x[1:] - x[:-1]).norm(dim=1)).max(),
            "those are neighbours in the list only; compare each place with each.",
        ),
        rise_only=(lambda f, x: _rises(f).max(), "divide each rise by how far apart the two places are."),
        sums_of_sides=(
            lambda f, x: (_rises(f) / _ways(x, partial(torch.cdist, p=1))).max(),
            "‖x_i − x_j‖ is the root of the sum of squares, not the sum of sides: torch.cdist has it.",
        ),
        extremes=(
            lambda f, x: (f.max() - f.min()) / torch.cdist(x, x).max(),
            "the largest rise over the largest way is not the largest ratio: divide pair by pair.",
        ),
    ),
)


def _product(on_real, on_fake):
    return (on_real * on_fake).mean() if len(on_real) == len(on_fake) else on_real.mean() * on_fake.mean()


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
    mistakes=dict(
        sign_flipped=(
            lambda on_real, on_fake: on_real.mean() - on_fake.mean(),
            "that is W, which the critic makes *large*; a loss to minimize is its negative.",
        ),
        product=(_product, "the slide's product does not know which side is real: take the difference."),
        log_loss=(discriminator_loss, words.LOG_LOSS),
        hinge=(
            lambda on_real, on_fake: (1 - on_real).relu().mean() + (1 + on_fake).relu().mean(),
            "that is the hinge loss, another GAN: no pair of scores is ever good enough for a critic.",
        ),
        squared=(
            lambda on_real, on_fake: critic_loss(on_real, on_fake).square(),
            "squared, it does not matter which side is higher.",
        ),
        absolute=(
            lambda on_real, on_fake: critic_loss(on_real, on_fake).abs(),
            "without its sign the loss does not say which side is to be higher.",
        ),
        sum=(
            lambda on_real, on_fake: on_fake.sum() - on_real.sum(),
            "the course's losses are means over the batch; batches need not be equally large.",
        ),
    ),
)

Exercise(
    "06.5",
    "The critic upside down",
    reference=0.0,
    tolerance=1e-6,
    why="(−f(x)) · (−f(g)) = f(x) · f(g): the product cannot tell a good critic from its opposite. "
    "f(x) − f(g) turns its sign.",
    hints=("What is (−a) · (−b)?",),
    mistakes=dict(
        as_the_difference=(-4.0, "that is how f(x) − f(g) changes, from 2 to −2. Here it is the product."),
        difference_reversed=(4.0, "that would be the difference f(x) − f(g), from −2 to 2."),
        sign_turns=(2.0, "the product is −1 before; is it 1 afterwards? Both factors change their sign."),
        sign_turns_back=(-2.0, "both factors change their sign."),
    ),
)


def _weights_after(fn, arguments):
    """Weights and gradients afterwards; None for a stub, which calls nothing and returns nothing."""
    net, bound = arguments
    with no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(torch.linspace(-1, 1 + i, p.numel(), device=p.device).view_as(p))
            p.grad = torch.linspace(-0.3, 0.5, p.numel(), device=p.device).view_as(p)
    if fn(net, bound) is None and not inspect.unwrap(fn).__code__.co_names:
        return None
    return *(p.detach() for p in net.parameters()), *(p.grad for p in net.parameters())


def _each(change):
    """A wrong clipping: `change` done to each parameter."""
    return lambda net, bound: [change(p.detach(), bound) for p in net.parameters()]


def _clip_gradients(net, bound):
    for p in net.parameters():
        p.grad.clamp_(-bound, bound)


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
    mistakes=dict(
        clip_gradients_instead=(
            _clip_gradients,
            "that clips the *gradients*, and the weights may go anywhere: clamp p itself.",
        ),
        clip_gradient_norm=(
            lambda net, bound: nn.utils.clip_grad_norm_(net.parameters(), bound),
            "that scales the gradients; it is the weights that are clipped.",
        ),
        a_copy=(
            _each(lambda p, bound: p.clamp(-bound, bound)),
            "clamp makes a new tensor and leaves the network as it was; clamp_ works in place.",
        ),
        from_above_only=(
            _each(lambda p, bound: p.clamp_(max=bound)),
            "weights below −bound are left: clamp from both sides.",
        ),
        weights_only=(_each(lambda p, bound: p.dim() > 1 and p.clamp_(-bound, bound)), "clip biases, too."),
        scaled=(
            _each(lambda p, bound: p.mul_(bound / p.abs().max())),
            "that scales each tensor down; clipping leaves small weights as they are.",
        ),
    ),
    unlike="other weights are expected: those inside the bounds as before, all others at the nearest bound.",
)


def update_critic(C, x, x_fake, opt_C, clip):
    """One update of a critic: its loss, one step, and its weights back in their bounds. → the loss"""
    L_C = critic_loss(C(x), C(x_fake))
    descend(L_C, opt_C)
    clip_weights(C, clip)
    return L_C


def _after_two(fn, arguments):
    C, x, x_fake, clip = arguments
    opt_C = plain_descent(C, lr=0.2)
    return after_updates(lambda: fn(C, x, x_fake, opt_C, clip), C=C)


def _nothing(C, clip):
    pass


def _update(loss=critic_loss, before=_nothing, between=_nothing, after=clip_weights, zero=True, told=True):
    """An update with something done to C before it, between gradient and step, and after it."""

    def wrong(C, x, x_fake, opt_C, clip):
        before(C, clip)
        if zero:
            opt_C.zero_grad()
        L_C = loss(C(x), C(x_fake))
        L_C.backward()
        between(C, clip)
        opt_C.step()
        after(C, clip)
        return L_C if told else None

    return wrong


Exercise(
    "06.7",
    "The inner loop",
    reference=update_critic,
    cases=lambda: [(small_net(3, 8, 1), 2 + noise(n, 3), noise(n, 3), 0.1) for n in (1, 16)],
    outcome=_after_two,
    hints=(
        "Three things, in the order of Algorithm 1: the loss, one step, the clipping.",
        "descend(critic_loss(C(x), C(x_fake)), opt_C), then clip_weights.",
        "L_C = critic_loss(C(x), C(x_fake))\ndescend(L_C, opt_C)\nclip_weights(C, clip)\nreturn L_C",
    ),
    mistakes=dict(
        no_zero_grad=(_update(zero=False), words.NO_ZERO_GRAD),
        nothing_returned=(_update(told=False), words.NOT_RETURNED),
        not_clipped=(
            _update(after=_nothing),
            "the step is right, but the weights are not clipped: the critic's gradient has no bound.",
        ),
        clipped_before=(
            _update(before=clip_weights, after=_nothing),
            "clip *after* the step: as it is, the generator meets a critic outside its bounds.",
        ),
        clip_gradients_instead=(
            _update(between=_clip_gradients, after=_nothing),
            "that clips the gradients; Algorithm 1 clips the weights, after the step.",
        ),
        sign_flipped=(
            _update(lambda on_real, on_fake: on_real.mean() - on_fake.mean()),
            "the critic goes the wrong way: it must make E[C(x)] − E[C(x_fake)] *large*.",
        ),
        log_loss=(_update(discriminator_loss), words.LOG_LOSS),
    ),
    unlike="after two updates C has other weights than it should: the critic's loss, one step, the clipping.",
)

Exercise(
    "06.8",
    "How steep may a clipped critic be?",
    reference=0.28,
    tolerance=0.01,
    why="The gradient is the weights: 784 numbers of at most 0.01 have a norm of at most 0.01 · √784 = 0.28.",
    hints=(
        "The gradient of C(x) = a · x + b is a.",
        "‖a‖ for 784 numbers of 0.01 each: the root of the sum of squares.",
    ),
    mistakes=dict(
        one_weight=(0.01, "that is one weight; the gradient norm takes all 784."),
        sum=(7.84, "that is the sum of the weights; the norm is the root of the sum of squares."),
        one_lipschitz=(1.0, "clipping bounds the gradient norm, but not by 1: by 0.01 · √784."),
    ),
)
