"""Exercises of notebook 07 on the penalty: references, checks, known mistakes, hints."""

import torch
from torch import nn

from ... import session
from ...losses import gradient_penalty, interpolate, one_sided_penalty
from ..core import Exercise, Mistake
from ..parts import drawn, noise, slope_of, small_net


def _apart():
    """Real items all above 1, fakes all below −1: what lies between tells its ε."""

    def pair(*shape):
        x, x_fake = (torch.rand(*shape, device=session.device()) for _ in range(2))
        return 1 + x, -1 - x_fake

    return [pair(2_000, 2), pair(1_000, 1, 3, 3)]


NOT_RANDOM, ONE_FOR_ALL = -1.0, -2.0  # outcomes that need no numbers


def _epsilons(fn, arguments):
    """A mixer's outcome: how its ε are spread inside an item, and from item to item."""
    x, x_fake = arguments
    mixed, again = fn(x, x_fake), fn(x, x_fake)
    if drawn(mixed, *x.shape) is None:
        return None
    epsilon = ((mixed - x_fake) / (x - x_fake)).flatten(1)
    of_item = epsilon.mean(1)
    if of_item.std() > 1e-3 and torch.equal(mixed, again):
        return torch.tensor([NOT_RANDOM])
    if of_item.std() < 1e-3 and not torch.equal(mixed, again):
        return torch.tensor([ONE_FOR_ALL])
    outside = ((of_item < 0) | (of_item > 1)).float().mean()
    inner = ((of_item - 0.5).abs() < 0.25).float().mean()  # ½ for a uniform ε
    return torch.stack([epsilon.std(1).mean(), of_item.mean(), of_item.std(), outside, inner])


def _mix(epsilon):
    def wrong(x, x_fake):
        e = epsilon(x, (len(x), *[1] * (x.dim() - 1)))
        return e * x + (1 - e) * x_fake

    return wrong


Exercise(
    "07.1",
    "Between real and fake",
    reference=interpolate,
    cases=_apart,
    outcome=_epsilons,
    tolerance=0.05,
    hints=(
        "One ε for each item, uniform on [0, 1]: torch.rand. It must broadcast over all axes of an item.",
        "For images ε is (B, 1, 1, 1): torch.rand(len(x), *[1] * (x.dim() - 1), device=x.device).",
        "epsilon * x + (1 - epsilon) * x_fake",
    ),
    mistakes={
        "normal_eps": Mistake(
            _mix(lambda x, shape: torch.randn(shape, device=x.device)),
            "ε comes from a Normal: then most points lie beyond the real or the fake item, not between. torch.rand, not randn.",
        ),
        "one_eps_per_batch": Mistake(
            _mix(lambda x, shape: torch.rand((), device=x.device)),
            "one ε for the whole batch: each item needs its own.",
        ),
        "one_eps_per_number": Mistake(
            _mix(lambda x, shape: torch.rand_like(x)),
            "each *number* has its own ε: that leaves the line between the two items. One ε for each item.",
        ),
        "half": Mistake(_mix(lambda x, shape: 0.5), "always the middle: ε is random, uniform on [0, 1]."),
        "one_or_the_other": Mistake(
            _mix(lambda x, shape: torch.randint(2, shape, device=x.device)),
            "ε is 0 or 1: those are real and fake items, and nothing between.",
        ),
        "real_only": Mistake(_mix(lambda x, shape: 1.0), "ε = 1: that is x itself, and nothing of the fake."),
        "fake_only": Mistake(_mix(lambda x, shape: 0.0), "ε = 0: that is the fake itself, and nothing of x."),
        "not_random": Mistake(
            _mix(lambda x, shape: torch.linspace(0, 1, len(x), device=x.device).view(shape)),
            "ε is the same at every call: draw it at random.",
        ),
        "one_eps_per_pixel": Mistake(
            lambda x, x_fake: (e := torch.rand_like(x[:, :1])) * x + (1 - e) * x_fake,
            "right for points (B, 2); but in images each pixel has its own ε. One for each item: (B, 1, 1, 1).",
        ),
        "only_images": Mistake(
            lambda x, x_fake: (e := torch.rand(len(x), 1, 1, 1, device=x.device)) * x + (1 - e) * x_fake,
            "right for images; points (B, 2) want an ε (B, 1): as many axes as x has, all but the first of length 1.",
        ),
        "not_for_images": Mistake(
            lambda x, x_fake: (e := torch.rand(len(x), 1, device=x.device)) * x + (1 - e) * x_fake,
            "right for points (B, 2); for images (B, 1, h, w) an ε (B, 1) does not fit: it needs as many axes as x.",
        ),
    },
    unlike="its points are not spread evenly on the lines from x_fake to x, one ε uniform on [0, 1] for each item.",
)


def _critics():
    """Critics whose slope is another one at each place; so many items that the luck of ε does not matter."""
    n, points, images = 20_000, small_net(2, 16, 1), small_net(9, 16, 1)
    for C in (points, images):
        for layer in (C[1], C[3]):  # slopes below and above 1
            nn.init.normal_(layer.weight, std=(1.5 if C is points else 3) / layer.in_features**0.5)
    return [
        (points, 1 + 0.3 * noise(n, 2), 0.3 * noise(n, 2)),
        (images, torch.ones(n, 1, 3, 3, device=session.device()), 0.1 * noise(n, 1, 3, 3)),
    ]


def _penalty(amount, at=interpolate, **slope):
    """The penalty with other points, another norm, or without the way back."""
    return lambda C, x, x_fake: amount(slope_of(C, at(x, x_fake), **slope))


def _right(slope):
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()


Exercise(
    "07.2",
    "The gradient penalty",
    reference=gradient_penalty,
    cases=_critics,
    tolerance=0.04,
    hints=(
        "Five lines: x_mix from interpolate, its scores, their gradient with respect to x_mix, one norm for each item, (norm − 1)².",
        "x_mix = interpolate(x, x_fake).detach().requires_grad_(); then torch.autograd.grad(C(x_mix).sum(), x_mix, create_graph=True) gives a tuple of one.",
        "(slope.flatten(1).norm(dim=1) - 1).square().mean()",
    ),
    mistakes={
        "norm_over_batch": Mistake(
            _penalty(lambda slope: (slope.norm() - 1).square()),
            "one norm for the whole batch: it must be one for each item, then the mean over items.",
        ),
        "no_create_graph": Mistake(
            _penalty(_right, create_graph=False),
            "the value is right, but C learns nothing from it: create_graph=True keeps the way back to its weights.",
        ),
        "real_only": Mistake(
            _penalty(_right, at=lambda x, x_fake: x),
            "that is the slope at the real items; it is wanted *between* real and fake.",
        ),
        "fake_only": Mistake(
            _penalty(_right, at=lambda x, x_fake: x_fake),
            "that is the slope at the fakes; it is wanted *between* real and fake.",
        ),
        "squared_norm": Mistake(
            _penalty(lambda slope: (slope.flatten(1).square().sum(1) - 1).square().mean()),
            "the norm itself is to be 1, not its square: take the root.",
        ),
        "square_of_the_mean": Mistake(
            _penalty(lambda slope: (slope.flatten(1).norm(dim=1).mean() - 1).square()),
            "the square of the mean: slopes of 0 and of 2 would cancel. It is the mean of the squares.",
        ),
        "towards_0": Mistake(
            _penalty(lambda slope: slope.flatten(1).square().sum(1).mean()),
            "that pulls the slope to 0, as R1 does; here it is pulled to 1.",
        ),
        "one_sided": Mistake(
            _penalty(lambda slope: (slope.flatten(1).norm(dim=1) - 1).relu().square().mean()),
            "that is the one-sided penalty of section 6; this one also lifts slopes below 1.",
        ),
        "mean_of_scores": Mistake(
            _penalty(_right, total=torch.mean),
            "with C(x_mix).mean() each slope is divided by the batch size: take C(x_mix).sum().",
        ),
        "no_root_of_sum": Mistake(
            _penalty(lambda slope: (slope - 1).square().mean()),
            "each partial derivative is pulled to 1; it is the *norm* of an item's gradient that is to be 1.",
        ),
        "sum": Mistake(
            _penalty(lambda slope: (slope.flatten(1).norm(dim=1) - 1).square().sum()),
            "the mean over the items, not their sum.",
        ),
        "no_square": Mistake(
            _penalty(lambda slope: (slope.flatten(1).norm(dim=1) - 1).mean()),
            "the distance from 1 is squared: without, slopes below 1 are a reward.",
        ),
        "weighted": Mistake(
            _penalty(lambda slope: 10 * _right(slope)),
            "that is the penalty times 10: its weight λ comes in exercise 07.3.",
        ),
        "no_sum": Mistake(
            _penalty(_right, total=lambda scores: scores),
            "autograd.grad wants one number to differentiate: take the sum of the scores, C(x_mix).sum().",
        ),
        "normal_eps": Mistake(
            _penalty(_right, at=_mix(lambda x, shape: torch.randn(shape, device=x.device))),
            "the slope is taken where an ε from a Normal puts it; use interpolate.",
        ),
        "not_flattened": Mistake(
            _penalty(lambda slope: (slope.norm(dim=1) - 1).square().mean()),
            "right for points; an image's slope has three axes: one norm over all of them, slope.flatten(1).norm(dim=1).",
        ),
    },
)


Exercise(
    "07.4",
    "Two points",
    reference=2.2,
    tolerance=1e-3,
    why="With slope s it earns d · s − λ (s − 1)², most at s = 1 + d / (2λ) = 1.1: an estimate of 2 · 1.1, above W = 2.",
    hints=(
        "A critic with slope s between them says d · s, and pays λ (s − 1)². Which s earns most?",
        "The derivative d − 2λ (s − 1) is 0 at s = 1 + d / (2λ). The estimate is d · s.",
    ),
    mistakes={
        "exact": Mistake(2.0, "that is W itself: a penalty is a spring, not a wall, and a little more slope pays."),
        "slope": Mistake(1.1, "that is the slope; the estimate is d times that."),
        "with_penalty": Mistake(2.1, "that is what it earns after the penalty; the estimate is the difference of the scores."),
        "no_two": Mistake(2.4, "the derivative of λ (s − 1)² is 2 λ (s − 1)."),
    },
)  # fmt: skip


Exercise(
    "07.5",
    "Why no batch norm?",
    reference="c",
    why="With batch norm C(x_i) depends on the whole batch, and so does its gradient: ‖∇C‖ at one item has no meaning of its own.",
    hints=(
        "Look at the rows of the picture: which items move the score of item 3?",
        "The penalty asks for ‖∇C(x̂_i)‖ = 1, a statement about one item. What else does the gradient now hold?",
    ),
    mistakes={
        "a": Mistake("a", "it has a second derivative; autograd can do it."),
        "b": Mistake("b", "it costs a little time, but that is not what goes wrong."),
        "d": Mistake("d", "weights and slopes may be of any size with either norm."),
    },
)


Exercise(
    "07.6",
    "One side only",
    reference=one_sided_penalty,
    cases=lambda: [(torch.rand(n, device=session.device()).mul(2).requires_grad_(),) for n in (4, 7, 64)],
    hints=(
        "Slopes up to 1 are allowed: only what is above 1 counts, squared.",
        "(norm - 1).relu() is 0 where the norm is below 1.",
        "(norm - 1).relu().square().mean()",
    ),
    mistakes={
        "two_sided": Mistake(
            lambda norm: (norm - 1).square().mean(), "that also lifts slopes below 1: it has two sides."
        ),
        "other_side": Mistake(
            lambda norm: (1 - norm).relu().square().mean(),
            "that punishes slopes *below* 1; it is those above that break the bound.",
        ),
        "not_squared": Mistake(lambda norm: (norm - 1).relu().mean(), "the excess is squared."),
        "norm_itself": Mistake(
            lambda norm: ((norm > 1) * norm.square()).mean(), "it is the excess over 1 that is squared."
        ),
        "sum": Mistake(
            lambda norm: (norm - 1).relu().square().sum(), "the mean over the items, not their sum."
        ),
        "of_those_above": Mistake(
            lambda norm: (norm[norm > 1] - 1).square().mean(),
            "the mean over *all* items: those below 1 count as 0.",
        ),
        "of_the_mean": Mistake(
            lambda norm: (norm.mean() - 1).relu().square(),
            "a slope of 0 and one of 2 would cancel: relu and square for each item, then the mean.",
        ),
    },
)
