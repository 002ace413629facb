"""Exercises of notebook 03: references, checks, known mistakes, hints."""

import math

import torch
from torch.nn.functional import softplus

from .. import session
from ..data import spiral
from ..losses import nll_fake, nll_real
from ..priors import gaussian_mixture, swiss_roll
from .engine.fixtures import drawn, noise, numbers, small_net, uniform
from .engine.tasks import Exercise

Exercise(
    "03.1",
    "The discriminator's loss on fakes",
    reference=nll_fake,
    cases=lambda: [
        *((noise(*s, grad=True),) for s in ((1, 1), (7, 1), (5, 3))),
        (numbers([1000.0], [-1000.0], grad=True),),
    ],
    hints=(
        "D = σ(logits) is the probability of real; the surprise at a fake is −log(1 − D).",
        "1 − σ(a) = σ(−a), and −log σ(−a) = log(1 + exp(a)), which torch calls softplus.",
        "nn.functional.softplus(logits).mean()",
    ),
    mistakes=dict(
        as_if_real=(
            lambda logits: softplus(-logits).mean(),
            "that is −log D, the surprise at a real one. For a fake it is −log(1 − D).",
        ),
        sign_flipped=(lambda logits: -softplus(logits).mean(), "that is log(1 − D); a loss has the minus."),
        summed=(lambda logits: softplus(logits).sum(), "you sum over the batch: take the mean over items."),
        overflows=(
            lambda logits: -(1 - logits.sigmoid()).log().mean(),
            "right, but at a logit of 1,000 the sigmoid is 1 and log 0 is −∞. softplus does not overflow.",
        ),
        no_sigmoid=(
            lambda logits: -(1 - logits).log().mean(),
            "logits are no probabilities: D is their sigmoid, and it belongs in the loss.",
        ),
    ),
)


def aae_discriminator_loss(D, z, z_code):
    """D should take draws z from the prior for real, and codes z_code for fake. → scalar"""
    return nll_real(D(z)) + nll_fake(D(z_code.detach()))


Exercise(
    "03.2",
    "Two samples, one discriminator",
    reference=aae_discriminator_loss,
    cases=lambda: [(small_net(2, 8, 1), noise(n, 2), noise(n, 2, grad=True)) for n in (1, 7, 32)],
    hints=(
        "Which of the two is real here? The prior's draws are: they are what a code should look like.",
        "nll_real(D(…)) + nll_fake(D(…)).",
        "D must not change the encoder in its own step: hand it z_code.detach().",
    ),
    mistakes=dict(
        forgot_detach=(
            lambda D, z, z_code: nll_real(D(z)) + nll_fake(D(z_code)),
            "the value is right, but the gradient goes on into the encoder: hand D z_code.detach().",
        ),
        swapped=(
            lambda D, z, z_code: nll_real(D(z_code.detach())) + nll_fake(D(z)),
            "you have real and fake swapped: the prior's draws are the real ones here.",
        ),
        codes_only=(
            lambda D, z, z_code: nll_fake(D(z_code.detach())),
            "only codes are judged; a D that calls everything fake would win. Add the real ones.",
        ),
        halved=(
            lambda D, z, z_code: aae_discriminator_loss(D, z, z_code) / 2,
            "that is half of it: here the two terms are added.",
        ),
        both_real=(
            lambda D, z, z_code: nll_real(D(z)) + nll_real(D(z_code.detach())),
            "both are called real: that is what the encoder wants. D's loss on codes is nll_fake.",
        ),
    ),
)


def encoder_loss(enc, D, x):
    """The encoder wants D to take its codes of the images x for draws from the prior. → scalar"""
    return nll_real(D(enc(x)))


Exercise(
    "03.3",
    "The encoder's side of the game",
    reference=encoder_loss,
    cases=lambda: [(small_net(5, 8, 2), small_net(2, 8, 1), noise(n, 5)) for n in (1, 7, 32)],
    hints=(
        "The encoder plays the generator: its loss is small when D says *real*.",
        "nll_real of D's logits for the codes of x; the gradient has to reach the encoder.",
        "nll_real(D(enc(x)))",
    ),
    mistakes=dict(
        as_the_discriminator=(
            lambda enc, D, x: nll_fake(D(enc(x))),
            "that is D's loss, not the encoder's: the encoder would help D.",
        ),
        minimax=(
            lambda enc, D, x: -nll_fake(D(enc(x))),
            "that is the minimax form, with hardly a gradient where D is sure: use nll_real (notebook 04).",
        ),
        detached=(
            lambda enc, D, x: nll_real(D(enc(x).detach())),
            "with .detach() the gradient stops before the encoder, which learns nothing.",
        ),
        images_for_codes=(lambda enc, D, x: nll_real(D(x[:, :2])), "D judges codes, not images: D(enc(x))."),
    ),
)

Exercise(
    "03.4",
    "A discriminator that cannot tell",
    reference=2 * math.log(2),
    tolerance=0.01,
    why="D = ½ everywhere, and −log ½ − log ½ = 2 log 2: no loss of D can be lower against perfect codes.",
    hints=("Where both samples are equally dense, the best D says ½.", "Two terms, each −log ½."),
    mistakes=dict(
        one_term=(math.log(2), "that is one of the two terms; the loss has one for real and one for fake."),
        zero=(0, "a loss of 0 is a discriminator that is always right and always sure."),
        one_half=(0.5, "½ is what D says; the loss is the sum of two surprises −log ½."),
    ),
)


def _labels(n_components=10, *shape):
    y = torch.arange(n_components, device=session.device()).repeat_interleave(20_000)
    return (y, n_components, *shape)


def _moments(z):
    """Mean, covariance and fourth moment of points (n, 2). → (7,)"""
    mean = z.mean(0)
    return torch.cat([mean, z.T.cov().flatten(), (z - mean).norm(dim=1).pow(4).mean()[None]])


def _by_component(fn, arguments):
    """A sampler's outcome: the moments of each component."""
    z = drawn(fn(*arguments), len(arguments[0]), 2)
    return None if z is None else torch.stack([*map(_moments, z.detach().reshape(arguments[1], -1, 2))])


def _turned(angle, outward, across):
    x = outward * angle.cos() - across * angle.sin()
    return torch.stack([x, outward * angle.sin() + across * angle.cos()], 1)


def _petals(turns=lambda y, n: y / n, stds=lambda out, across: (out, across), centre=1.0, turned=True):
    """A wrong mixture."""

    def wrong(y, n_components=10, radius=2.0, std=(0.5, 0.1)):
        angle, e = 2 * math.pi * turns(y, n_components), noise(2, len(y))
        outward, across = (s * e for s, e in zip(stds(*std), e, strict=True))
        if turned:
            return _turned(angle, centre * radius + outward, across)
        return _turned(angle, radius + 0 * angle, 0 * angle) + torch.stack([outward, across], 1)

    return wrong


def _bananas(y, n_components=10, radius=2.0, std=(0.5, 0.1)):
    outward, across = noise(2, len(y))
    angle = 2 * math.pi * y / n_components + std[1] * across / radius
    return _turned(angle, radius + std[0] * outward, 0 * angle)


Exercise(
    "03.5",
    "A mixture as prior",
    reference=gaussian_mixture,
    # the last is wide across
    cases=lambda: [_labels(), _labels(5, 1.4, (0.3, 0.2)), _labels(5, 1.0, (0.1, 0.5))],
    outcome=_by_component,
    tolerance=0.025,
    hints=(
        "Petal k points to the angle 2πk/n_components: outward is (cos, sin), across is (−sin, cos).",
        "A draw is (radius + stds[0]·ε₁) · outward + stds[1]·ε₂ · across, with two standard normal numbers.",
        "outward = torch.stack([angle.cos(), angle.sin()], 1) has shape (n, 2); the ε's need shape (n, 1).",
    ),
    mistakes=dict(
        noise_not_turned=(
            _petals(turned=False),
            "the centres are right, but in every petal the noise lies along x: turn it with its petal.",
        ),
        across_and_outward_swapped=(
            _petals(stds=lambda out, across: (across, out)),
            "the long axis lies across the petal: stds[0] belongs outward, stds[1] across.",
        ),
        no_radius=(_petals(centre=0.0), "all petals have their centre at 0: add the radius outward."),
        banana=(_bananas, "noise on the *angle* makes a petal crooked: add it along (−sin, cos)."),
        std_is_root=(
            _petals(stds=lambda out, across: (out**0.5, across**0.5)),
            "stds are standard deviations already: no square root.",
        ),
        variance_for_std=(
            _petals(stds=lambda out, across: (out**2, across**2)),
            "you stretch by the variance; the noise is multiplied by the std.",
        ),
        half_a_turn=(_petals(lambda y, n: y / n / 2), "the petals fill half a circle: a whole turn is 2π."),
        always_ten=(_petals(lambda y, n: y / 10), "right for ten petals; for others divide by n_components."),
    ),
    unlike="its draws have other means or spreads: in petal y the centre lies at `radius` in the petal's "
    "direction, the noise is Normal with stds[0] that way and stds[1] at right angles to it.",
)


def _along_the_roll(fn, arguments):
    """A sampler's outcome: where each piece lies, how long it is, and how far from the spiral."""
    z = drawn(fn(*arguments), len(arguments[0]), 2)
    if z is None:
        return None
    along = (z.detach().norm(dim=1) / 3).square()
    off = (z.detach() - spiral(along)).norm(dim=1)
    along, off = (v.reshape(arguments[1], -1) for v in (along, off))
    return torch.stack([along.mean(1), along.std(1), off.mean(1)], 1)


def _share(y, n):
    return (y + uniform(len(y))) / n


def _denser_inside(y, n=10):
    share = _share(y, n)
    return _turned(4 * math.pi * share.sqrt(), 3 * share, 0 * share)


Exercise(
    "03.6",
    "A Swiss roll as prior",
    reference=swiss_roll,
    cases=lambda: [_labels(), _labels(4)],
    outcome=_along_the_roll,
    tolerance=0.01,
    hints=(
        "Piece k holds the shares k/n to (k + 1)/n of the way: add a uniform random number to the label.",
        "(y + torch.rand(len(y), device=y.device)) / n_components; spiral(along) has the points.",
        "spiral(along, turns=2.0, radius=3.0): the distance is 3 √along, the angle 4π √along.",
    ),
    mistakes=dict(
        label_ignored=(
            lambda y, n=10: spiral(uniform(len(y))),
            "every label draws from the whole roll: add y before you divide.",
        ),
        one_point_a_piece=(
            lambda y, n=10: spiral(y / n),
            "a piece is a single point: add a uniform number to y.",
        ),
        not_divided=(lambda y, n=10: spiral(_share(y, 1)), "along goes to n_components: divide by it."),
        always_ten=(lambda y, n=10: spiral(_share(y, 10)), "right for ten; else divide by n_components."),
        no_root_in_radius=(
            _denser_inside,
            "the distance is 3 √along: without the root the inner turns are too dense. spiral() does both.",
        ),
    ),
    unlike="its draws lie elsewhere: uniform in piece y of n_components, exactly on the spiral, no noise.",
)

_RIGHT_LINES = {
    1: "drawing y is not wrong yet; the question is who uses it.",
    2: "line 2 is right: the encoder sees the image and nothing else.",
    4: "line 4 is right: one-hot draws are the real ones, the encoder's classes the fake ones, detached.",
    5: "line 5 is right: these are the few labels that we do have.",
    6: "line 6 is right: the supervised phase, on q(y|x).",
}
Exercise(
    "03.7",
    "Find the bug: too good to be true",
    reference=3,
    why="The decoder is given the true labels of images that count as unlabelled: a leak. "
    "Hand it the encoder's own y.",
    hints=("Which line uses a label that we pretend not to have?",),
    mistakes={f"line_{n}": (n, tell) for n, tell in _RIGHT_LINES.items()},
)
