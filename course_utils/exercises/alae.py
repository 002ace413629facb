"""Exercises of notebook 08: references, checks, known mistakes, hints."""

from types import SimpleNamespace

import torch
from torch import nn, no_grad

from .. import session
from ..losses import nll_fake, nll_real, r1_penalty
from ..train import descend
from .core import Exercise, Mistake


def _scores():
    """Judges of points and of images, each with its items."""
    device = session.device()

    def judge(d):
        return nn.Sequential(nn.Flatten(), nn.Linear(d, 8), nn.Tanh(), nn.Linear(8, 1)).to(device)

    return [(judge(2), torch.randn(7, 2, device=device)), (judge(9), torch.randn(5, 1, 3, 3, device=device))]


def _slopes(amount, create_graph=True, score_of=torch.sum):
    def wrong(score, x):
        x = x.detach().requires_grad_()
        (slope,) = torch.autograd.grad(score_of(score(x)), x, create_graph=create_graph)
        return amount(slope.flatten(1))

    return wrong


Exercise(
    "08.1",
    "R1",
    reference=r1_penalty,
    cases=_scores,
    hints=(
        "As the gradient penalty of notebook 07, at the real items themselves, and pulled to 0: no root is needed.",
        "The sum of squares over all numbers of an item, then the mean over items.",
        "slope.flatten(1).square().sum(1).mean(), with slope from autograd.grad(score(x).sum(), x, create_graph=True)",
    ),
    mistakes={
        "half": Mistake(_slopes(lambda s: s.square().sum(1).mean() / 2), "the ½ belongs to its weight γ/2: without it here."),
        "mean_over_numbers": Mistake(
            _slopes(lambda s: s.square().mean()), "the squares of one item's slope are summed; only items are averaged."
        ),
        "sum": Mistake(_slopes(lambda s: s.square().sum()), "the mean over items, not their sum."),
        "norm": Mistake(_slopes(lambda s: s.norm(dim=1).mean()), "the *squared* norm, ‖∇‖²."),
        "towards_1": Mistake(
            _slopes(lambda s: (s.norm(dim=1) - 1).square().mean()), "that is WGAN-GP's penalty, to 1; R1 pulls to 0."
        ),
        "no_create_graph": Mistake(
            _slopes(lambda s: s.square().sum(1).mean(), create_graph=False),
            "the value is right, but no network learns from it: create_graph=True.",
        ),
        "mean_of_scores": Mistake(
            _slopes(lambda s: s.square().sum(1).mean(), score_of=torch.mean),
            "with score(x).mean() each slope is divided by the batch size: take score(x).sum().",
        ),
    },
)  # fmt: skip


def alae_step_1(x, z, F, G, E, D, opt, r1_weight=10.0):
    """Step I of ALAE: E and D learn to tell images x from G(F(z)), with R1 at x. → the loss"""

    def score(image):
        return D(E(image))

    with no_grad():
        x_fake = G(F(z))
    L_ED = nll_fake(score(x_fake)) + nll_real(score(x)) + r1_weight / 2 * r1_penalty(score, x)
    descend(L_ED, opt.ED)
    return L_ED


def alae_step_2(z, F, G, E, D, opt):
    """Step II of ALAE: F and G want their images to be taken for real. → the loss"""
    L_FG = nll_real(D(E(G(F(z)))))
    descend(L_FG, opt.FG)
    return L_FG


def alae_step_3(z, F, G, E, opt):
    """Step III of ALAE: E and G learn that E(G(w)) is w; F stays, because w is the target. → the loss"""
    with no_grad():
        w = F(z)
    L_EG = (w - E(G(w))).square().sum(1).mean()
    descend(L_EG, opt.EG)
    return L_EG


def _four():
    """Four small networks, points for images."""

    def net(*n):
        return nn.Sequential(nn.Linear(n[0], n[1]), nn.Tanh(), nn.Linear(n[1], n[2])).to(session.device())

    return net(2, 6, 4), net(4, 6, 3), net(3, 6, 4), net(4, 6, 1)


def _noise(*shape):
    return torch.randn(*shape, device=session.device())


def _first():
    return [(1 + _noise(n, 3), _noise(n, 2), *_four(), weight) for n, weight in ((4, 10.0), (9, 1.0))]


def _later(n_nets):
    return lambda: [(_noise(n, 2), *_four()[:n_nets]) for n in (4, 9)]


def _after_two(call, nets_of):
    """Two updates with plain gradient descent: all weights, and the losses; nothing yet if all is as before."""

    def outcome(fn, arguments):
        F, G, E, D = (*nets_of(arguments), None)[:4]
        nets = [net for net in (F, G, E, D) if net is not None]
        before = [p.detach().clone() for net in nets for p in net.parameters()]

        def moves(*moved):
            params = [p for net in moved if net is not None for p in net.parameters()]
            return torch.optim.SGD(params, lr=0.1)

        opt = SimpleNamespace(ED=moves(E, D), FG=moves(F, G), EG=moves(E, G))
        losses = [call(fn, arguments, opt) for _ in range(2)]
        after = [p.detach() for net in nets for p in net.parameters()]
        if losses == [None, None] and all(torch.equal(a, b) for a, b in zip(before, after, strict=True)):
            return None
        said = [
            loss.detach() if isinstance(loss, torch.Tensor) else torch.tensor(torch.nan) for loss in losses
        ]
        return *after, *said

    return outcome


def _one(loss=None, moved="ED", told=True):
    """Step I with another loss, or other networks that move."""

    def wrong(x, z, F, G, E, D, opt, r1_weight=10.0):
        L = loss(lambda image: D(E(image)), x, G(F(z)), r1_weight)
        descend(L, getattr(opt, moved))
        return L if told else None

    return wrong


def _right_one(score, x, x_fake, weight):
    return nll_fake(score(x_fake)) + nll_real(score(x)) + weight / 2 * r1_penalty(score, x)


Exercise(
    "08.2",
    "Step I: E and D",
    reference=alae_step_1,
    cases=_first,
    outcome=_after_two(
        lambda fn, a, opt: fn(*a[:6], opt, r1_weight=a[6]), nets_of=lambda a: a[2:6]
    ),
    hints=(
        "A discriminator's loss as in notebook 04, where the discriminator is D after E.",
        "nll_fake of D(E(G(F(z)))), nll_real of D(E(x)), and γ/2 times r1_penalty at x; then descend with opt.ED.",
        "L_ED = nll_fake(score(x_fake)) + nll_real(score(x)) + r1_weight / 2 * r1_penalty(score, x)",
    ),
    mistakes={
        "penalty_on_fakes": Mistake(
            _one(lambda s, x, f, w: nll_fake(s(f)) + nll_real(s(x)) + w / 2 * r1_penalty(s, f)),
            "the penalty stands at the fakes; R1 is taken at the *real* images.",
        ),
        "no_half": Mistake(
            _one(lambda s, x, f, w: nll_fake(s(f)) + nll_real(s(x)) + w * r1_penalty(s, x)), "the weight is γ/2, half of r1_weight."
        ),
        "no_penalty": Mistake(_one(lambda s, x, f, w: nll_fake(s(f)) + nll_real(s(x))), "the penalty γ/2 · R1 is missing."),
        "sides_exchanged": Mistake(
            _one(lambda s, x, f, w: nll_real(s(f)) + nll_fake(s(x)) + w / 2 * r1_penalty(s, x)),
            "the sides are exchanged: x is real, G(F(z)) is fake.",
        ),
        "of_d_alone": Mistake(
            lambda x, z, F, G, E, D, opt, r1_weight=10.0: _one(
                lambda s, x, f, w: nll_fake(s(f)) + nll_real(s(x)) + w / 2 * r1_penalty(D, E(x))
            )(x, z, F, G, E, D, opt, r1_weight),
            "the slope is that of D ∘ E with respect to the *image*, not of D with respect to the code.",
        ),
        "moves_f_and_g": Mistake(_one(_right_one, "FG"), "the loss is right, but F and G moved; step I updates E and D."),
        "nothing_returned": Mistake(_one(_right_one, told=False), "the update is right; return its loss."),
    },
    unlike="after two updates E or D are not what Algorithm 1's step I makes of them.",
)  # fmt: skip


def _two(loss=nll_real, moved="FG", told=True):
    def wrong(z, F, G, E, D, opt):
        L = loss(D(E(G(F(z)))))
        descend(L, getattr(opt, moved))
        return L if told else None

    return wrong


Exercise(
    "08.3",
    "Step II: F and G",
    reference=alae_step_2,
    cases=_later(4),
    outcome=_after_two(lambda fn, a, opt: fn(*a, opt), nets_of=lambda a: a[1:5]),
    hints=(
        "The non-saturating loss of notebook 04: they want D(E(G(F(z)))) high.",
        "softplus(−logit) is nll_real.",
        "L_FG = nll_real(D(E(G(F(z))))); descend(L_FG, opt.FG)",
    ),
    mistakes={
        "wrong_side": Mistake(_two(nll_fake), "that makes the fakes look *more* fake: F and G want to pass as real."),
        "minimax": Mistake(_two(lambda s: -nll_fake(s)), "the direction is right, but that is the minimax loss; the slide has softplus(−D)."),
        "critic": Mistake(_two(lambda s: -s.mean()), "that is a Wasserstein generator's loss; the slide has softplus(−D)."),
        "moves_the_judge": Mistake(_two(moved="ED"), "the loss is right, but E and D moved: they would learn to be fooled."),
        "nothing_returned": Mistake(_two(told=False), "the update is right; return its loss."),
    },
    unlike="after two updates F or G are not what Algorithm 1's step II makes of them.",
)  # fmt: skip


def _three(error=lambda e: e.square().sum(1).mean(), moved=("EG",), told=True):
    def wrong(z, F, G, E, opt):
        for name in moved:
            w = F(z)
            L = error(w - E(G(w)))
            descend(L, getattr(opt, name))
        return L if told else None

    return wrong


def _images_compared(z, F, G, E, opt):
    x_fake = G(F(z))
    L = (x_fake - G(E(x_fake))).square().sum(1).mean()
    descend(L, opt.EG)
    return L


Exercise(
    "08.4",
    "Step III: E and G",
    reference=alae_step_3,
    cases=_later(3),
    outcome=_after_two(lambda fn, a, opt: fn(*a, opt), nets_of=lambda a: a[1:4]),
    hints=(
        "w = F(z) is the target: it comes without gradient. Then there and back: E(G(w)).",
        "Squares summed over the numbers of w, mean over the batch; E and G move.",
        "L_EG = (w - E(G(w))).square().sum(1).mean(); descend(L_EG, opt.EG)",
    ),
    mistakes={
        "F_moves_in_step_three": Mistake(
            _three(moved=("FG",)), "F moved, and E did not: step III updates E and G. (The authors' code moves F too; Algorithm 1 does not.)"
        ),
        "F_moves_too": Mistake(
            _three(moved=("EG", "FG")), "F moved as well: w is the target, and a target that runs towards the arrow is no test."
        ),
        "mean_instead_of_sum": Mistake(
            _three(lambda e: e.square().mean()), "the squares of one w are summed; only the batch is averaged."
        ),
        "not_squared": Mistake(_three(lambda e: e.norm(dim=1).mean()), "the *squared* distance, ‖·‖²."),
        "images_compared": Mistake(
            _images_compared, "that compares images. ALAE compares *codes*: w with E(G(w)), and never images."
        ),
        "nothing_returned": Mistake(_three(told=False), "the update is right; return its loss."),
    },
    unlike="after two updates E or G are not what Algorithm 1's step III makes of them.",
)  # fmt: skip

Exercise(
    "08.5",
    "Which line is which?",
    reference="c",
    why="Step III keeps w ≈ E(G(w)). Lines 6 and 10 are the GAN, and the last term of line 6 is the penalty on the slope.",
    hints=("Two of the three losses compare real with fake. Which one has no D in it?",),
    mistakes={
        "a": Mistake("a", "line 6 is a discriminator's loss, and its last term the gradient penalty R1."),
        "b": Mistake("b", "line 10 is a generator's loss."),
        "d": Mistake("d", "no line of Algorithm 1 compares images: that is the surprise."),
    },
)

Exercise(
    "08.6",
    "To 0 or to 1?",
    reference="b",
    why="At the real data the generator should find no slope once it has arrived; a critic, between real and fake, should always have one.",
    hints=(
        "What does the generator do at a real image, if D has a slope there?",
        "Where is each penalty taken: at the data, or on the way to it?",
    ),
    mistakes={
        "a": Mistake("a", "both are norms of ∇ with respect to the image."),
        "c": Mistake("c", "γ and λ are weights; where the spring rests is another matter."),
        "d": Mistake("d", "softplus or not, a slope of D at the data would push a perfect generator away."),
    },
)
