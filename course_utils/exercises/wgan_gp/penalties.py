"""Exercises of notebook 07 on the penalty: references, checks, known mistakes, hints."""

import torch
from torch import nn

from ...losses import gradient_penalty, interpolate, one_sided_penalty
from ..engine import words
from ..engine.fixtures import drawn, gradient_of, noise, numbers, small_net, uniform
from ..engine.tasks import Exercise


def _apart():
    """Real items all above 1, fakes all below −1: what lies between shows its ε."""
    return [(1 + uniform(*shape), -1 - uniform(*shape)) for shape in ((2_000, 2), (1_000, 1, 3, 3))]


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
        return numbers(NOT_RANDOM)
    if of_item.std() < 1e-3 and not torch.equal(mixed, again):
        return numbers(ONE_FOR_ALL)
    outside = ((of_item < 0) | (of_item > 1)).float().mean()
    inner = ((of_item - 0.5).abs() < 0.25).float().mean()  # ½ for a uniform ε
    spread = (epsilon.std(1) > 1e-3).float().mean()  # 0 if an item has one ε
    return torch.stack([spread, of_item.mean(), of_item.std(), outside, inner])


def _mix(epsilon):
    """A wrong mixer, with another ε; one for each item has the shape (B, 1, …)."""

    def wrong(x, x_fake):
        e = epsilon(x, (len(x), *[1] * (x.dim() - 1)))
        return e * x + (1 - e) * x_fake

    return wrong


def interpolate_points(x, x_fake):
    return torch.lerp(x_fake, x, torch.rand(len(x), 1, device=x.device))


_normal_mix = _mix(lambda x, shape: noise(*shape))

Exercise(
    "07.1",
    "Between real and fake",
    kind="debug",
    reference=interpolate,
    cases=_apart,
    outcome=_epsilons,
    tolerance=0.05,
    hints=(
        "Shapes are lined up from the right: which axis of (28, 1, 28, 28) does the 28 of an ε (28, 1) meet?",
        "It meets the rows of pixels: all images share 28 ε, one for each row. One for each *item* must "
        "broadcast over all axes of an item.",
        "For images ε is (B, 1, 1, 1): torch.rand(len(x), *[1] * (x.dim() - 1), device=x.device).",
    ),
    mistakes=dict(
        given=(interpolate_points, ""),
        normal_eps=(
            _normal_mix,
            "ε comes from a Normal: most points lie beyond the two items, not between. Use rand, not randn.",
        ),
        one_eps_per_batch=(_mix(lambda x, shape: uniform(())), "one ε for all: each item needs its own."),
        one_eps_per_number=(
            _mix(lambda x, shape: torch.rand_like(x)),
            "each *number* has its own ε: that leaves the line between the two items. One ε for each item.",
        ),
        half=(_mix(lambda x, shape: 0.5), "always the middle: ε is random, uniform on [0, 1]."),
        one_or_the_other=(
            _mix(lambda x, shape: uniform(*shape).round()),
            "ε is 0 or 1: those are real and fake items, and nothing between.",
        ),
        real_only=(_mix(lambda x, shape: 1.0), "ε = 1: that is x itself, and nothing of the fake."),
        fake_only=(_mix(lambda x, shape: 0.0), "ε = 0: that is the fake itself, and nothing of x."),
        not_random=(
            _mix(lambda x, shape: torch.linspace(0, 1, len(x), device=x.device).view(shape)),
            "ε is the same at every call: draw it at random.",
        ),
        one_eps_per_pixel=(
            _mix(lambda x, shape: torch.rand_like(x[:, :1])),
            "right for points; but in images each pixel has its own ε. One for each item: (B, 1, 1, 1).",
        ),
        only_images=(
            _mix(lambda x, shape: uniform(len(x), 1, 1, 1)),
            "right for images; for points (B, 2) ε is (B, 1): as many axes as x, each 1 long but the first.",
        ),
        one_eps_per_row=(
            _mix(lambda x, shape: uniform(*x.shape[:-1], 1) if x.dim() > 2 else uniform(*shape)),
            "right for points; but in images each row has its own ε. One for each item: (B, 1, 1, 1).",
        ),
    ),
    unlike="its points are not uniform on the lines from x_fake to x, with one ε on [0, 1] for each item.",
)


def _critics():
    """Critics whose gradient differs from place to place; with so many items, ε averages out."""
    n, points, images = 20_000, small_net(2, 16, 1), small_net(9, 16, 1)
    ones = 1 + 0 * noise(n, 1, 3, 3)
    cases = [(points, 1 + 0.3 * noise(n, 2), 0.3 * noise(n, 2)), (images, ones, 0.1 * noise(n, 1, 3, 3))]
    for (C, x, x_fake), scale in zip(cases, (1.5, 3), strict=True):
        for layer in (C[1], C[3]):
            nn.init.normal_(layer.weight, std=scale / layer.in_features**0.5)
        norms = _norms(gradient_of(C, interpolate(x, x_fake)))
        with torch.no_grad():
            C[3].weight /= norms.median()  # gradient norms below and above 1
    return cases


def _penalty(amount, at=interpolate, **how):
    """The penalty with other points, another norm, or without the way back."""
    return lambda C, x, x_fake: amount(gradient_of(C, at(x, x_fake), **how))


def _norms(gradient):
    return gradient.flatten(1).norm(dim=1)


def _right(gradient):
    return (_norms(gradient) - 1).square().mean()


Exercise(
    "07.2",
    "A penalty that is nearly zero",
    kind="debug",
    reference=gradient_penalty,
    cases=_critics,
    tolerance=0.04,
    hints=(
        "Take C(x) = w · x with ‖w‖ = 1, B = 4, and go through the lines by hand: what should come, what "
        "does?",
        "1/√63 is twice 1/√250: what is made to be 1 knows the batch size.",
        "Print the shape before the − 1: one number for each item is to stand there, "
        "gradient.flatten(1).norm(dim=1).",
    ),
    mistakes=dict(
        given=(_penalty(lambda g: (g.norm() - 1).square()), ""),
        no_create_graph=(_penalty(_right, create_graph=False), words.NO_CREATE_GRAPH),
        real_only=(
            _penalty(_right, at=lambda x, x_fake: x),
            "that is the gradient at the real items; it is wanted *between* real and fake.",
        ),
        fake_only=(
            _penalty(_right, at=lambda x, x_fake: x_fake),
            "that is the gradient at the fakes; it is wanted *between* real and fake.",
        ),
        squared_norm=(
            _penalty(lambda g: (_norms(g).square() - 1).square().mean()),
            "the norm itself is to be 1, not its square: take the root.",
        ),
        square_of_the_mean=(
            _penalty(lambda g: (_norms(g).mean() - 1).square()),
            "the square of the mean: norms of 0 and of 2 would cancel. It is the mean of the squares.",
        ),
        towards_0=(
            _penalty(lambda g: _norms(g).square().mean()),
            "that pulls the norm to 0, as R1 does; here it is pulled to 1.",
        ),
        one_sided=(
            _penalty(lambda g: one_sided_penalty(_norms(g))),
            "that is the one-sided penalty of section 6; this one also raises norms below 1.",
        ),
        mean_of_scores=(
            _penalty(_right, total=torch.mean),
            "the gradient is divided by the batch size, so that hardly any norm is left: take "
            "C(x_mix).sum(), and divide no gradient.",
        ),
        no_root_of_sum=(
            _penalty(lambda g: (g - 1).square().mean()),
            "each partial derivative is pulled to 1; it is the *norm* of an item's gradient that is to be 1.",
        ),
        sum=(_penalty(lambda g: (_norms(g) - 1).square().sum()), "the mean over the items, not their sum."),
        absolute=(
            _penalty(lambda g: (_norms(g) - 1).abs().mean()),
            "the distance from 1 is *squared*, not only without its sign.",
        ),
        sum_of_sizes=(
            _penalty(lambda g: (g.flatten(1).abs().sum(1) - 1).square().mean()),
            "the Euclidean norm, the root of the sum of squares, not the sum of sizes.",
        ),
        of_the_mean_gradient=(
            _penalty(lambda g: (g.mean(0).norm() - 1).square()),
            "the norm of the *mean* gradient: gradients that point apart would cancel. A norm for each item.",
        ),
        root_mean_square=(
            _penalty(lambda g: (g.norm() / len(g) ** 0.5 - 1).square()),
            "still one number for the batch, now of the right size: norms of 0 and of √2 would pass. One an "
            "item.",
        ),
        no_square=(
            _penalty(lambda g: (_norms(g) - 1).mean()),
            "the distance from 1 is squared: without, norms below 1 are a reward.",
        ),
        weighted=(_penalty(lambda g: 10 * _right(g)), "ten times too much: the weight λ comes in the loss."),
        no_sum=(
            _penalty(_right, total=lambda scores: scores),
            "autograd.grad wants one number to differentiate: the sum of the scores, C(x_mix).sum().",
        ),
        normal_eps=(
            _penalty(_right, at=_normal_mix),
            "the gradient is taken where an ε from a Normal leads; use interpolate.",
        ),
        not_flattened=(_penalty(lambda g: (g.norm(dim=1) - 1).square().mean()), words.NOT_FLATTENED),
    ),
)

Exercise(
    "07.3",
    "The law of the spring",
    reference=5.0,
    tolerance=1e-3,
    why="With slope s a way of length d gains d · s and pays λ (s − 1)²: most is left at s = 1 + d / (2λ). "
    "Each way has a slope of its own, so the estimate is the mean of d (1 + d / (2λ)), and its error the "
    "mean of d² / (2λ): long ways weigh most.",
    hints=(
        "With one way, the best critic has one slope s all along. What does it gain, what does it pay?",
        "It gains d · s and pays λ (s − 1)². Which s leaves most? Check it with the table: s is the estimate "
        "/ d.",
        "s = 1 + d / (2λ). Now two ways, half of the pairs on each: must their slopes be the same?",
        "s is 1.1 on the short way, 1.3 on the long one: the mean of 2 · 1.1 and 6 · 1.3.",
    ),
    mistakes=dict(
        of_the_mean=(
            4.8,
            "that is the law at the mean distance, 4, with one slope for both ways: is it the best for each?",
        ),
        no_spring=(4.0, "that is W itself. Does any line of the table give its W?"),
        no_two=(6.0, "the derivative of λ (s − 1)² is 2 λ (s − 1): where is the 2?"),
        no_half=(10.0, "a sum over both ways; only half of the items lie on each."),
        long_way=(7.8, "that is the long way alone; half of the items lie on the short one."),
        short_way=(2.2, "that is the short way alone; half of the items lie on the long one."),
        quarter=(4.5, "one factor 2 too much: check your law with a line of the table."),
        one_slope=(4.4, "a slope of 1.1 all over is the best of the short way only."),
        steep_slope=(5.2, "a slope of 1.3 all over is the best of the long way only."),
    ),
)


Exercise(
    "07.6",
    "What the theorem allows",
    reference=one_sided_penalty,
    cases=lambda: [((2 * uniform(n)).requires_grad_(),) for n in (4, 7, 64)],
    hints=(
        "What does an item pay whose norm is 0.7, what one whose norm is 1.3?",
        "Norms up to 1 are allowed: only what is above 1 counts, squared.",
        "(norm - 1).relu() is 0 where the norm is below 1.",
        "(norm - 1).relu().square().mean()",
    ),
    mistakes=dict(
        two_sided=(lambda norm: (norm - 1).square().mean(), "that also raises norms below 1."),
        other_side=(
            lambda norm: (1 - norm).relu().square().mean(),
            "that punishes norms *below* 1; it is those above that break the bound.",
        ),
        not_squared=(lambda norm: (norm - 1).relu().mean(), "the excess is squared."),
        norm_itself=(lambda norm: ((norm > 1) * norm.square()).mean(), "the excess over 1 is squared."),
        sum=(lambda norm: (norm - 1).relu().square().sum(), "the mean over the items, not their sum."),
        of_those_above=(
            lambda norm: (norm[norm > 1] - 1).square().mean(),
            "the mean over *all* items: those below 1 count as 0.",
        ),
        only_the_largest=(
            lambda norm: (norm.max() - 1).relu().square(),
            "only the largest norm counts: that gives 4, not 1.25. A mean over all items is asked for.",
        ),
        counted=(
            lambda norm: (norm > 1).to(norm).mean() + 0 * norm.mean(),
            "that counts norms above 1, and no gradient comes from a count.",
        ),
        of_the_mean=(
            lambda norm: (norm.mean() - 1).relu().square(),
            "norms of 0 and of 2 would cancel: relu and square for each item, then the mean.",
        ),
    ),
)
