"""Exercises of notebook 03: references, checks, known mistakes, hints."""

import math

import torch
from torch.nn.functional import softplus

from .. import session
from ..data import spiral
from ..losses import nll_fake, nll_real
from ..priors import gaussian_mixture, swiss_roll
from .core import Exercise, Mistake
from .parts import drawn, noise, small_net

Exercise(
    "03.1",
    "The discriminator's loss on fakes",
    reference=nll_fake,
    cases=lambda: [
        *((torch.randn(s, requires_grad=True),) for s in ((1, 1), (7, 1), (5, 3))),
        (torch.tensor([[120.0], [-120.0]], requires_grad=True),),
    ],
    hints=(
        "D = σ(logits) is the probability of real; the surprise at a fake is −log(1 − D).",
        "1 − σ(a) = σ(−a), and −log σ(−a) = log(1 + exp(a)), which torch calls softplus.",
        "nn.functional.softplus(logits).mean()",
    ),
    mistakes={
        "as_if_real": Mistake(
            lambda logits: softplus(-logits).mean(),
            "that is −log D, the surprise at a real one. For a fake it is −log(1 − D).",
        ),
        "sign_flipped": Mistake(
            lambda logits: -softplus(logits).mean(), "that is log(1 − D). A loss to minimize has the minus."
        ),
        "summed": Mistake(
            lambda logits: softplus(logits).sum(), "you sum over the batch: take the mean over items."
        ),
        "overflows": Mistake(
            lambda logits: -(1 - logits.sigmoid()).log().mean(),
            "the formula is right, but at a logit of 120 the sigmoid is 1 and log 0 is −∞. softplus does not overflow.",
        ),
        "no_sigmoid": Mistake(
            lambda logits: -(1 - logits).log().mean(),
            "logits are no probabilities: D is their sigmoid, and it belongs into the loss.",
        ),
    },
)


def aae_discriminator_loss(D, z, z_code):
    """D should take draws z from the prior for real, and codes z_code for fake. → scalar"""
    return nll_real(D(z)) + nll_fake(D(z_code.detach()))


Exercise(
    "03.2",
    "Two samples, one judge",
    reference=aae_discriminator_loss,
    cases=lambda: [(small_net(2, 8, 1), noise(n, 2), noise(n, 2, grad=True)) for n in (1, 7, 32)],
    hints=(
        "Which of the two is real here? The prior's draws are: they are what a code should look like.",
        "nll_real(D(…)) + nll_fake(D(…)).",
        "D must not change the encoder in its own step: hand it z_code.detach().",
    ),
    mistakes={
        "forgot_detach": Mistake(
            lambda D, z, z_code: nll_real(D(z)) + nll_fake(D(z_code)),
            "the value is right, but the gradient goes on into the encoder: hand D z_code.detach().",
        ),
        "swapped": Mistake(
            lambda D, z, z_code: nll_real(D(z_code.detach())) + nll_fake(D(z)),
            "you have real and fake swapped: the prior's draws are the real ones here.",
        ),
        "codes_only": Mistake(
            lambda D, z, z_code: nll_fake(D(z_code.detach())),
            "only codes are judged; a D that calls everything fake would win. Add the real ones.",
        ),
        "halved": Mistake(
            lambda D, z, z_code: (nll_real(D(z)) + nll_fake(D(z_code.detach()))) / 2,
            "that is half of it: here the two terms are added.",
        ),
        "both_real": Mistake(
            lambda D, z, z_code: nll_real(D(z)) + nll_real(D(z_code.detach())),
            "both are called real: that is what the encoder wants. D's loss on codes is nll_fake.",
        ),
    },
)


def encoder_loss(enc, D, x):
    """The encoder wants D to take its codes of the images x for draws from the prior. → scalar"""
    return nll_real(D(enc(x)))


def _blocked(enc, D, x):
    return nll_real(D(enc(x).detach()))


Exercise(
    "03.3",
    "The encoder's side of the game",
    reference=encoder_loss,
    cases=lambda: [(small_net(5, 8, 2), small_net(2, 8, 1), noise(n, 5)) for n in (1, 7, 32)],
    hints=(
        "The encoder is the forger: it is content when D says *real*.",
        "nll_real of D's logits for the codes of x; the gradient has to reach the encoder.",
        "nll_real(D(enc(x)))",
    ),
    mistakes={
        "as_the_judge": Mistake(
            lambda enc, D, x: nll_fake(D(enc(x))),
            "that is D's wish, not the encoder's: it would help D to catch it.",
        ),
        "minimax": Mistake(
            lambda enc, D, x: -nll_fake(D(enc(x))),
            "that is the minimax form. Right as a game, but where D is sure its slope is nearly 0; use nll_real (notebook 04).",
        ),
        "detached": Mistake(_blocked, "with .detach() the gradient stops before the encoder, which learns nothing."),
        "images_for_codes": Mistake(
            lambda enc, D, x: nll_real(D(x[:, :2])), "D judges codes, not images: D(enc(x))."
        ),
    },
)  # fmt: skip

Exercise(
    "03.4",
    "A judge who cannot tell",
    reference=2 * math.log(2),
    tolerance=0.01,
    why="D = ½ everywhere, and −log ½ − log ½ = 2 log 2: no loss of D can be lower against perfect codes.",
    hints=("Where both samples are equally dense, the best D says ½.", "Two terms, each −log ½."),
    mistakes={
        "one_term": Mistake(math.log(2), "that is one of the two terms; the loss has one for real and one for fake."),
        "zero": Mistake(0, "a loss of 0 is a judge who is always right and always sure."),
        "one_half": Mistake(0.5, "½ is what D says; the loss is the sum of two surprises −log ½."),
    },
)  # fmt: skip


def _labels(n_components=10, *shape):
    y = torch.arange(n_components, device=session.device()).repeat_interleave(20_000)
    return (y, n_components, *shape)


def _by_component(fn, arguments):
    """A sampler's outcome: mean, covariance and fourth moment of each component."""
    z = drawn(fn(*arguments), len(arguments[0]), 2)
    if z is None:
        return None
    z = z.detach()
    return torch.stack([
        torch.cat([part.mean(0), part.T.cov().flatten(), (part - part.mean(0)).norm(dim=1).pow(4).mean()[None]])
        for part in z.reshape(arguments[1], -1, 2)
    ])  # fmt: skip


def _turned(angle, outward, across):
    return torch.stack(
        [outward * angle.cos() - across * angle.sin(), outward * angle.sin() + across * angle.cos()], 1
    )


def _petals(
    angle=lambda y, n: 2 * math.pi * y / n, stds=lambda out, across: (out, across), centre=1.0, turned=True
):
    """A wrong mixture."""

    def wrong(y, n_components=10, radius=2.0, std=(0.5, 0.1)):
        at, e = angle(y, n_components), torch.randn(2, len(y), device=y.device)
        outward, across = stds(*std)
        if turned:
            return _turned(at, centre * radius + outward * e[0], across * e[1])
        return _turned(at, radius + 0 * at, 0 * at) + torch.stack([outward * e[0], across * e[1]], 1)

    return wrong


def _bananas(y, n_components=10, radius=2.0, std=(0.5, 0.1)):
    e = torch.randn(2, len(y), device=y.device)
    angle = 2 * math.pi * y / n_components + std[1] * e[1] / radius
    return _turned(angle, radius + std[0] * e[0], 0 * angle)


Exercise(
    "03.5",
    "A mixture as prior",
    reference=gaussian_mixture,
    cases=lambda: [_labels(), _labels(5, 1.4, (0.3, 0.2)), _labels(5, 1.0, (0.1, 0.5))],  # the last is wide across
    outcome=_by_component,
    tolerance=0.025,
    hints=(
        "Petal k points to the angle 2πk/n_components: its unit vectors are outward (cos, sin) and across (−sin, cos).",
        "A draw is (radius + stds[0]·ε₁) · outward + stds[1]·ε₂ · across, with two standard normal numbers a point.",
        "outward = torch.stack([angle.cos(), angle.sin()], 1) has shape (n, 2); the ε's need shape (n, 1).",
    ),
    mistakes={
        "noise_not_turned": Mistake(
            _petals(turned=False),
            "the centres are right, but the noise lies along x in every petal: it has to turn with its petal.",
        ),
        "across_and_outward_swapped": Mistake(
            _petals(stds=lambda out, across: (across, out)),
            "the long axis lies across the petal: stds[0] belongs outward, stds[1] across.",
        ),
        "no_radius": Mistake(_petals(centre=0.0), "all petals have their centre at 0: add the radius outward."),
        "banana": Mistake(
            _bananas,
            "the noise across turns the *angle*, which bends a petal: add it at right angles, along (−sin, cos).",
        ),
        "std_is_root": Mistake(
            _petals(stds=lambda out, across: (out**0.5, across**0.5)),
            "stds are standard deviations already: no square root.",
        ),
        "variance_for_std": Mistake(
            _petals(stds=lambda out, across: (out**2, across**2)),
            "you stretch by the variance; the noise is multiplied by the std.",
        ),
        "half_a_turn": Mistake(
            _petals(lambda y, n: math.pi * y / n), "the petals fill half a circle only: a whole turn is 2π."
        ),
        "always_ten": Mistake(
            _petals(lambda y, n: 2 * math.pi * y / 10), "right for ten petals; for others divide by n_components."
        ),
    },
    unlike="its draws have other means or spreads: in petal y the centre lies at `radius` in the petal's direction, "
    "the noise is Normal with stds[0] that way and stds[1] at right angles to it.",
)  # fmt: skip


def _along_the_roll(fn, arguments):
    """A sampler's outcome: where each piece lies, how long it is, and whether it lies on the spiral."""
    z = drawn(fn(*arguments), len(arguments[0]), 2)
    if z is None:
        return None
    z = z.detach()
    along = (z.norm(dim=1) / 3).square()
    off = (z - spiral(along)).norm(dim=1)
    along, off = (v.reshape(arguments[1], -1) for v in (along, off))
    return torch.stack([along.mean(1), along.std(1), off.mean(1)], 1)


def _share(y, n):
    return (y + torch.rand(len(y), device=y.device)) / n


def _at(distance, angle):
    return distance[:, None] * torch.stack([angle.cos(), angle.sin()], 1)


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
    mistakes={
        "label_ignored": Mistake(
            lambda y, n=10: spiral(torch.rand(len(y), device=y.device)),
            "every label draws from the whole roll: add y before you divide.",
        ),
        "one_point_a_piece": Mistake(
            lambda y, n=10: spiral(y / n), "each piece is a single point: add a uniform random number to y."
        ),
        "not_divided": Mistake(
            lambda y, n=10: spiral(y + torch.rand(len(y), device=y.device)),
            "along goes from 0 to n_components: divide by it.",
        ),
        "always_ten": Mistake(
            lambda y, n=10: spiral(_share(y, 10)), "right for ten pieces; for others divide by n_components."
        ),
        "no_root_in_radius": Mistake(
            lambda y, n=10: _at(3 * _share(y, n), 4 * math.pi * _share(y, n).sqrt()),
            "the distance is 3 √along: without the root the inner turns are too dense. spiral() does both.",
        ),
    },
    unlike="its draws lie elsewhere: uniform within piece y of n_components, and exactly on the spiral, without noise.",
)  # fmt: skip

_RIGHT_LINES = {
    1: "drawing y is no crime yet; the question is who uses it.",
    2: "line 2 is right: the encoder sees the image and nothing else.",
    4: "line 4 is right: one-hot draws are the real ones, the encoder's classes the fake ones, detached.",
    5: "line 5 is right: these are the few labels that we do have.",
    6: "line 6 is right: the supervised phase, on q(y|x).",
}
Exercise(
    "03.7",
    "Find the bug: too good to be true",
    reference=3,
    why="The decoder is given the true labels of images that count as unlabelled: a leak. Hand it the encoder's own y.",
    hints=("Which line uses a label that we pretend not to have?",),
    mistakes={f"line_{n}": Mistake(n, tell) for n, tell in _RIGHT_LINES.items()},
)
