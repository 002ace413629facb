"""Exercises of notebook 04: references, checks, known mistakes, hints."""

import math

import torch
from torch.nn.functional import binary_cross_entropy as bce
from torch.nn.functional import softplus

from ..losses import discriminator_loss, jensen_shannon, non_saturating
from ..metrics import modes_covered
from ..train import descend
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


def _logits():
    usual = [(noise(n, 1, grad=True), noise(n, 1, grad=True)) for n in (1, 7)]
    return [*usual, (numbers([-1000.0], grad=True), numbers([1000.0], grad=True))]


def _by_probabilities(on_real, on_fake):
    real, fake = on_real.sigmoid(), on_fake.sigmoid()
    return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))


Exercise(
    "04.1",
    "The discriminator's loss",
    reference=discriminator_loss,
    cases=_logits,
    hints=(
        "Two surprises: at real ones, −log D, and at fakes, −log(1 − D). Notebook 03 had both.",
        "nll_real(on_real) is the first.",
        "nll_real(on_real) + nll_fake(on_fake)",
    ),
    mistakes=dict(
        labels_swapped=(
            lambda on_real, on_fake: softplus(on_real).mean() + softplus(-on_fake).mean(),
            "real and fake are swapped: this D would call every fake real.",
        ),
        sigmoid_twice=(
            lambda on_real, on_fake: discriminator_loss(on_real.sigmoid(), on_fake.sigmoid()),
            "the sigmoid is applied twice: nll_real and nll_fake take logits, as D gives them.",
        ),
        halved=(
            lambda on_real, on_fake: discriminator_loss(on_real, on_fake) / 2,
            "that is half of it, as in decks 001 and 002; the paper and this course add the two terms.",
        ),
        fakes_only=(
            lambda on_real, on_fake: softplus(on_fake).mean(),
            "a D that calls everything fake would win: the real ones are missing.",
        ),
        to_be_maximized=(
            lambda on_real, on_fake: -discriminator_loss(on_real, on_fake),
            "that is V, which D maximizes. A loss to minimize is its negative.",
        ),
        overflows=(
            _by_probabilities,
            "right for moderate logits, but where the sigmoid is exactly 0 or 1 its logarithm is cut off, "
            "and with it the gradient. nll_real and nll_fake stay exact.",
        ),
    ),
)

Exercise(
    "04.2",
    "What the best discriminator says",
    reference=0.75,
    tolerance=1e-3,
    why="0.3 / (0.3 + 0.1): three of four things that lie there are real.",
    hints=("Of all that lies there, which share is real?", "D* = p_data / (p_data + p_g)."),
    mistakes=dict(
        odds=(3.0, "those are the odds, p_data / p_g; a probability is at most 1."),
        fake_share=(0.25, "that is the share of fakes; D says how probably it is *real*."),
        density=(0.3, "that is the density of real things there; D compares it with the fakes'."),
        cannot_tell=(0.5, "½ is right only where both densities are alike."),
    ),
)


def _distributions():
    p, q = uniform(5).softmax(0), uniform(5).softmax(0)
    return [(p, q), (q, p), (numbers(0.5, 0.5, 0, 0), numbers(0, 0, 0.25, 0.75))]


def _kl(p, q):
    return torch.special.xlogy(p, p / q).nan_to_num(0).sum()


def _plain_kl(p, q):
    return (p * (p / q).log()).sum()


def _mixed(kl, weight=0.5, share=2):
    """A JSD, or one with other KLs, another weight of them or another mixture."""
    return lambda p, q: weight * (kl(p, (p + q) / share) + kl(q, (p + q) / share))


Exercise(
    "04.3",
    "How far apart are two distributions?",
    reference=jensen_shannon,
    cases=_distributions,
    hints=(
        "JSD = ½ KL(p ‖ m) + ½ KL(q ‖ m), with the mixture m of both.",
        "m = (p + q) / 2. torch.special.xlogy(p, p / m) is p log(p/m), and 0 where p is 0.",
        "m = (p + q) / 2; then half of each torch.special.xlogy(·, · / m).sum().",
    ),
    mistakes=dict(
        without_halves=(_mixed(_kl, weight=1), "each of the two KLs enters with a half."),
        m_not_halved=(_mixed(_kl, share=1), "p + q sums to 2: the mixture is (p + q) / 2."),
        kl=(_kl, "that is KL(p ‖ q), which is infinite where q is 0 and p is not."),
        base_two=(_mixed(_kl, 0.5 / math.log(2)), "that is in bits; here everything is in nats."),
        nan_where_empty=(
            _mixed(_plain_kl),
            "right where both are positive; at an empty place 0 · log 0 is nan, but xlogy makes it 0.",
        ),
    ),
)

Exercise(
    "04.4",
    "The generator's loss",
    reference=non_saturating,
    cases=lambda: [
        *((noise(n, 1, grad=True),) for n in (1, 7, 32)),
        (numbers([-1000.0], [1000.0], grad=True),),
    ],
    hints=(
        "G wants D to take its images for real.",
        "How surprised is D to hear that they are real? G wants that small.",
        "nll_real(on_fake)",
    ),
    mistakes=dict(
        saturating_sign=(
            lambda on_fake: -softplus(on_fake).mean(),
            "that is the minimax form, log(1 − D): nearly flat where D is sure of a fake. Take −log D.",
        ),
        helps_the_discriminator=(
            lambda on_fake: softplus(on_fake).mean(),
            "that is D's own loss on fakes: G would learn to be recognized.",
        ),
        sign_flipped=(lambda on_fake: -softplus(-on_fake).mean(), "that is log D; a loss is −log D."),
        overflows=(
            lambda on_fake: -on_fake.sigmoid().log().mean(),
            "right for moderate logits, but where the sigmoid is 0 its log is −∞: nll_real stays exact.",
        ),
        no_sigmoid=(lambda on_fake: -on_fake.mean(), "a critic's loss, without a sigmoid: see notebook 06."),
    ),
)

Exercise(
    "04.5",
    "A generator without advice",
    reference=-0.01,
    tolerance=1e-5,
    why="d/da log(1 − σ(a)) = −σ(a) = −D. The surer D is of a fake, the less G learns from it.",
    hints=("log(1 − σ(a)) = −softplus(a).", "The derivative of softplus is the sigmoid."),
    mistakes=dict(
        non_saturating=(-0.99, "that is the gradient of −log D, the other loss: D − 1."),
        in_d=(-1 / 0.99, "that is the gradient in D, −1/(1 − D); the question is about the logit."),
        no_logarithm=(-0.0099, "that is the gradient of 1 − D; the logarithm divides it by 1 − D."),
        sign=(0.01, "the size is right; log(1 − D) falls as the logit rises."),
        zero=(0, "nearly, but not quite: how much is left?"),
    ),
)


def simultaneous_step(x, y, h):
    """One step of size h for both players of V(x, y) = xy at once: x minimizes it, y maximizes it. → x, y"""
    return x - h * y, y + h * x


Exercise(
    "04.6",
    "Two players, one step",
    reference=simultaneous_step,
    cases=lambda: [(1.0, 0.0, 0.1), (0.3, -2.0, 0.5), (-1.0, 1.0, 1.0)],
    hints=(
        "The derivative of xy in x is y, and in y is x.",
        "x goes down its gradient, y goes up its own, both from the old point.",
    ),
    mistakes=dict(
        one_after_the_other=(
            lambda x, y, h: (x - h * y, y + h * (x - h * y)),
            "y already sees the new x: that is the alternating form. Here both start from the old point.",
        ),
        both_descend=(lambda x, y, h: (x - h * y, y - h * x), "y maximizes: it goes up its gradient."),
        both_ascend=(lambda x, y, h: (x + h * y, y + h * x), "x minimizes: it goes down its gradient."),
        own_value=(lambda x, y, h: (x - h * x, y + h * y), "the derivative of xy in x is y, not x."),
    ),
)

Exercise(
    "04.7",
    "A hundred steps out",
    reference=1.01**50,
    tolerance=5e-3,
    why="Each step multiplies the distance by √(1 + h²); a hundred of them by (1 + 0.01)^50 = 1.64.",
    hints=(
        "What is (x − hy)² + (y + hx)²?",
        "(1 + h²)(x² + y²): the distance grows by its root at each step.",
    ),
    mistakes=dict(
        circle=(1.0, "that is the exact solution, a circle; steps of finite size leave it outward."),
        no_root=(1.01**100, "1 + h² is the growth of the *squared* distance: take the root."),
        h_for_h_squared=(1.1**50, "h = 0.1 enters squared."),
    ),
)


def update_discriminator(G, D, x, z, opt_D):
    """One update of D, the inner loop of the paper's Algorithm 1. G is frozen: nothing of it may reach G."""
    x_fake = G(z).detach()
    descend(discriminator_loss(D(x), D(x_fake)), opt_D)
    return "done"


def _after_two(fn, arguments):
    """The weights of both players, and whether anything is left in G's gradients."""
    G, D, x, z = arguments
    opt_D = plain_descent(D)

    def left(said):
        return [float(any(p.grad is not None and p.grad.abs().max() > 0 for p in G.parameters()))]

    return after_updates(lambda: fn(G, D, x, z, opt_D), told=left, D=D, G=G)


def _update(loss, zero=True):
    def wrong(G, D, x, z, opt_D):
        if zero:
            opt_D.zero_grad()
        loss(G, D, x, z).backward()
        opt_D.step()
        return "done"

    return wrong


def _right_loss(G, D, x, z):
    return discriminator_loss(D(x), D(G(z).detach()))


Exercise(
    "04.8",
    "Freeze the generator",
    reference=update_discriminator,
    cases=lambda: [(small_net(3, 6, 2), small_net(2, 6, 1), noise(n, 2), noise(n, 3)) for n in (1, 16)],
    outcome=_after_two,
    hints=(
        "Generate, cut the gradient off, take D's loss on both, and do one step.",
        "G(z).detach(), or with torch.no_grad(): both keep D's gradient away from G.",
        "descend(discriminator_loss(D(x), D(x_fake)), opt_D)",
    ),
    mistakes=dict(
        forgot_detach=(
            _update(lambda G, D, x, z: discriminator_loss(D(x), D(G(z)))),
            "D is right, but gradients are left in G, and its next update would add them: cut them off.",
        ),
        no_zero_grad=(_update(_right_loss, zero=False), words.NO_ZERO_GRAD),
        ascends=(
            _update(lambda G, D, x, z: -_right_loss(G, D, x, z)),
            "D goes up its gradient: it gets worse.",
        ),
        swapped=(
            _update(lambda G, D, x, z: discriminator_loss(D(G(z).detach()), D(x))),
            "real and fake are swapped.",
        ),
    ),
    unlike="after two updates D or G has other weights than it should: both batches, D's loss, D's step.",
)


def _toy_points():
    centres = 2 * noise(5, 2)
    near = centres[:3].repeat(4, 1) + 0.05 * noise(12, 2)
    return [(torch.cat([near, 20 + noise(4, 2)]), centres, 0.05), (20 + noise(3, 2), centres, 0.05)]


def _counted(measure=torch.cdist, share=None, reach=3):
    def wrong(x_fake, centres, std):
        distance, nearest = measure(x_fake, centres).min(1)
        near = distance < reach * std
        modes = len(nearest[near].unique())
        return modes, near.float().mean().item() if share is None else share(modes, near, centres)

    return wrong


Exercise(
    "04.9",
    "Count the modes",
    reference=modes_covered,
    cases=_toy_points,
    hints=(
        "torch.cdist(x_fake, centres) has all distances (n, m); .min(1) gives each point's nearest centre.",
        "A point counts if it lies within 3 std; a mode is covered if some counting point is nearest to it.",
        "len(nearest[near].unique()), near.float().mean().item()",
    ),
    mistakes=dict(
        far_points_count=(_counted(reach=math.inf), "points far away do not count: keep those within 3 std."),
        squared=(
            _counted(lambda a, b: torch.cdist(a, b).square()),
            "the distance itself counts, not its square.",
        ),
        one_std=(_counted(reach=1), "PacGAN's count reaches to 3 std, not to 1."),
        share_of_modes=(
            _counted(share=lambda modes, near, centres: modes / len(centres)),
            "the second number is the share of *points* near a centre, not of modes.",
        ),
    ),
)
