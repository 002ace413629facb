"""Exercises of notebook 05 on features, weights and gradients of D: references, checks, mistakes, hints."""

import math

import torch

from ...losses import feature_matching, gradient_norm_penalty, historical_average_penalty
from ..engine import words
from ..engine.fixtures import gradient_of, noise, small_net
from ..engine.tasks import Exercise


def feature_gap(f_real, f_fake):
    """‖μ_data − μ_g‖² of two true means of features, without bias, from (B, width) each. → scalar"""
    by_chance = sum(f.var(0).sum() / len(f) for f in (f_real, f_fake))
    return feature_matching(f_real, f_fake) - by_chance


def _features():
    sizes = ((2, 2, 6), (16, 5, 6), (7, 12, 4))
    cases = [(noise(n, width) + 1, 2 * noise(m, width)) for n, m, width in sizes]
    f_real, f_fake = noise(6, 5), noise(9, 5)
    f_fake = f_fake - f_fake.mean(0) + f_real.mean(0)  # the same means by chance: the estimate is below 0
    return [*cases, (f_real, f_fake)]


def _by_halves(f_real, f_fake):
    halves = zip(f_real.tensor_split(2), f_fake.tensor_split(2), strict=True)
    gap, other_gap = (real.mean(0) - fake.mean(0) for real, fake in halves)
    return (gap * other_gap).sum()


def _less(by_chance):
    return lambda f_real, f_fake: feature_matching(f_real, f_fake) - by_chance(f_real, f_fake)


Exercise(
    "05.3",
    "Zero, at last",
    reference=feature_gap,
    cases=_features,
    hints=(
        "Take one feature of real items alone: the mean of n items is off from the true mean. What is the "
        "mean of the square of that?",
        "variance / n. Both batches do this, independently of each other, and so does each feature: on "
        "average the loss is too large by all these together.",
        "Subtract f_real.var(0).sum() / len(f_real), and the same of f_fake. (`var` divides by n − 1, which "
        "makes it right on average.)",
    ),
    mistakes=dict(
        with_its_bias=(
            feature_matching,
            "that is the loss itself: two batches of one distribution do not have the same means.",
        ),
        mean_over_features=(
            lambda f_real, f_fake: feature_gap(f_real, f_fake) / f_real.shape[1],
            "gaps of several features add up: a sum, not a mean.",
        ),
        biased_variance=(
            _less(lambda r, f: sum(a.var(0, correction=0).sum() / len(a) for a in (r, f))),
            "nearly: the variance *within* a batch of n is too small by (n − 1)/n, on average.",
        ),
        variances_whole=(
            _less(lambda r, f: r.var(0).sum() + f.var(0).sum()),
            "those are the variances of items; the mean of n items has an n-th of it.",
        ),
        reals_alone=(
            _less(lambda r, f: r.var(0).sum() / len(r)),
            "the mean of the fakes is off by chance, too.",
        ),
        fakes_alone=(
            _less(lambda r, f: f.var(0).sum() / len(f)),
            "the mean of the real items is off by chance, too.",
        ),
        standard_deviations=(
            _less(lambda r, f: sum(a.std(0).sum() / len(a) for a in (r, f))),
            "the mean of the *square* is a variance, not a standard deviation.",
        ),
        added=(
            _less(lambda r, f: -sum(a.var(0).sum() / len(a) for a in (r, f))),
            "by chance the loss is too *large*: what chance adds is to be subtracted.",
        ),
        pooled=(
            _less(lambda r, f: (r.var(0).sum() + f.var(0).sum()) / (len(r) + len(f))),
            "each batch has its own variance and its own number of items: divide one by one.",
        ),
        one_variance=(
            _less(lambda r, f: r.var() / len(r) + f.var() / len(f)),
            "each feature has a variance of its own: var(0), and then the sum.",
        ),
        clamped=(
            lambda f_real, f_fake: feature_gap(f_real, f_fake).clamp(min=0),
            "cut off at 0 it is too large on average again: some of them must be below 0.",
        ),
        halves=(
            _by_halves,
            "right in expectation, but with the items in another order it is another number.",
        ),
        absolute=(
            lambda f_real, f_fake: feature_gap(f_real, f_fake).abs(),
            "some estimates must be below 0, or the average is too large again.",
        ),
    ),
)


def squared_after_the_sum(net, past):
    """The code to debug: the square of a sum of norms pulls each tensor as hard as any other."""
    pairs = zip(net.parameters(), past.parameters(), strict=True)
    return sum((p - mean.detach()).norm() for p, mean in pairs).square()


def _pull(per_weight, to=lambda mean: mean.detach()):
    """A wrong penalty: the sum of `per_weight` of each weight's distance from its mean."""

    def wrong(net, past):
        pairs = zip(net.parameters(), past.parameters(), strict=True)
        return sum(per_weight(p - to(mean)) for p, mean in pairs)

    return wrong


Exercise(
    "05.5",
    "A penalty without rest",
    kind="debug",
    reference=historical_average_penalty,
    cases=lambda: [(small_net(3, 4, 1), small_net(3, 4, 1)) for _ in range(2)],
    hints=(
        "Two tensors, a and b away from their means. What does the code charge, and what is ‖·‖² of all "
        "weights together?",
        "(a + b)² in place of a² + b²: its slope in a is 2 (a + b), even where a is next to 0. Square before "
        "the sum.",
        "sum((p - mean.detach()).square().sum() for p, mean in pairs)",
    ),
    mistakes=dict(
        given=(squared_after_the_sum, ""),
        summed_before_squared=(
            _pull(lambda d: d.sum().square()),
            "differences of both signs cancel within a tensor: square each weight's own.",
        ),
        past_moves=(
            _pull(lambda d: d.square().sum(), to=lambda mean: mean),
            "the value is right, but the past would move too: detach it.",
        ),
        absolute=(
            _pull(lambda d: d.abs().sum()),
            "nothing cancels any more, but ‖·‖² has squares, not absolute values.",
        ),
        mean=(_pull(lambda d: d.square().mean()), "‖·‖² is a sum over all weights, no mean per tensor."),
        norm=(
            _pull(lambda d: d.norm()),
            "no square is left: each tensor is now pulled with the force 1, near its mean or far from it.",
        ),
        absolute_sum=(
            _pull(lambda d: d.sum().abs()),
            "the sum comes before the absolute value: differences of both signs still cancel.",
        ),
        weights_of_the_first_layer=(
            lambda net, past: (next(net.parameters()) - next(past.parameters()).detach()).square().sum(),
            "that is the penalty of the first tensor alone: the loop is to add up all of them.",
        ),
        one_sum_of_all=(
            lambda net, past: _pull(lambda d: d.sum())(net, past).square(),
            "now differences cancel across tensors, too: square each before any sum.",
        ),
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


def penalty_of_means(D, x, k=1.0):
    """The code to debug: the gradient of the mean logit, and the square around the mean norm (deck 001)."""
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(D(x).mean(), x, create_graph=True)
    return (gradient.flatten(1).norm(dim=1).mean() - k).square()


Exercise(
    "05.8",
    "A hill of a given gradient norm",
    kind="debug",
    reference=gradient_norm_penalty,
    cases=_discriminators,
    hints=(
        "0.25 is (½ − 1)², 0.98 is (1/100 − 1)²: the norms are too small. What divides them, and where?",
        "D(x).mean() divides each item's gradient by the number of items; D(x).sum() does not. Now take two "
        "items with the norms 0 and 2: what should they cost, and what does the code charge?",
        "1 each, and it charges 0: the square of each difference comes before the mean, "
        "(gradient.flatten(1).norm(dim=1) - k).square().mean()",
    ),
    mistakes=dict(
        given=(penalty_of_means, ""),
        squared_mean=(
            _gradients(lambda g, k: (g.norm(dim=1).mean() - k).square()),
            "one slip is left, the square of the mean: norms of 0 and of 2k would cancel.",
        ),
        square_inside=(
            _gradients(lambda g, k: (g.square().sum(1) - k).mean()),
            "the square belongs around the difference (‖∇D‖ − k); this one can go below 0.",
        ),
        squared_norm=(
            _gradients(lambda g, k: (g.square().sum(1) - k).square().mean()),
            "the norm itself is to be k, not its square.",
        ),
        not_squared=(
            _gradients(lambda g, k: (g.norm(dim=1) - k).abs().mean()),
            "the differences are squared, not only made positive.",
        ),
        one_sided=(
            _gradients(lambda g, k: (g.norm(dim=1) - k).relu().square().mean()),
            "norms below k shall cost, too: a norm of 0 costs k².",
        ),
        norm_over_batch=(_gradients(lambda g, k: (g.norm() - k).square()), words.ONE_NORM),
        no_create_graph=(_gradients(_right, create_graph=False), words.NO_CREATE_GRAPH),
        not_flattened=(_gradients(_right, flat=False), words.NOT_FLATTENED),
        mean_of_logits=(
            _gradients(lambda g, k: _right(g / len(g), k)),
            "one slip is left: with D(x).mean() each gradient is divided by the batch size.",
        ),
        r1=(_gradients(lambda g, k: g.square().sum(1).mean()), "that is R1 (notebook 04), which pulls to 0."),
    ),
)


def _sigmoid(logit):
    return 1 / (1 + math.exp(-logit))


HALF_A_CHORD = math.sin(math.pi / 8)  # from a mode of the ring to the middle to its neighbour, 0.383
AT_A_MODE = math.log(0.9 / 0.1)  # the logit where D = 0.9

Exercise(
    "05.9",
    "As far down as D may go",
    reference=round(_sigmoid(AT_A_MODE - HALF_A_CHORD), 4),
    tolerance=5e-4,
    why="The middle is sin(π/8) = 0.383 away. The logit at the mode is log 9 = 2.197, and falls by 0.383 at "
    "most: σ(1.815) = 0.860. To D a gap without data may look hardly worse than a mode.",
    hints=(
        "How far is it from a mode to the middle? Two neighbours and the centre of the ring make a triangle "
        "with two sides of 1 and an angle of 45° between them.",
        "Half of the third side: sin(22.5°) = 0.383. With a gradient norm of 1 the *logit* changes by no "
        "more than the distance. Which logit has D = 0.9?",
        "log(0.9 / 0.1) = 2.197 at the mode, 2.197 − 0.383 in the middle at the lowest; D is its sigmoid.",
    ),
    mistakes=dict(
        to_the_neighbour=(
            round(_sigmoid(AT_A_MODE - 2 * HALF_A_CHORD), 4),
            "that is 0.765 away, at the neighbour itself: the middle is half as far.",
        ),
        along_the_ring=(
            round(_sigmoid(AT_A_MODE - math.pi / 8), 4),
            "nearly: π/8 is the way along the circle; the straight way is shorter.",
        ),
        logit=(round(AT_A_MODE - HALF_A_CHORD, 4), "that is the logit; D is its sigmoid."),
        distance=(round(HALF_A_CHORD, 4), "that is the distance, and how far the logit may fall; what is D?"),
        probability=(
            round(0.9 - HALF_A_CHORD, 4),
            "the gradient norm of the *logit* is 1, not that of D: D is the sigmoid of it.",
        ),
        half_at_a_mode=(
            round(_sigmoid(-HALF_A_CHORD), 4),
            "so it is for D = 0.5 at a mode, the logit 0; which logit has D = 0.9?",
        ),
        taken_for_a_logit=(
            round(_sigmoid(0.9 - HALF_A_CHORD), 4),
            "0.9 is what D says at the mode, not its logit: σ(a) = 0.9 for a = log 9.",
        ),
        up=(round(_sigmoid(AT_A_MODE + HALF_A_CHORD), 4), "that is as far *up* as D may go there."),
        nothing=(0.9, "with a gradient norm of 1 the logit does change: by how much over this distance?"),
    ),
)
