"""The steps of Algorithm 1: two to mend, two to write."""

from math import log
from types import SimpleNamespace

import torch
from torch import nn, no_grad
from torch.nn.functional import softplus

from ...losses import nll_fake, nll_real, r1_penalty
from ...steps import alae_step_1, alae_step_3
from ...train import descend
from ..engine import words
from ..engine.fixtures import after_updates, noise, plain_descent, small_net
from ..engine.tasks import Exercise


def _four():
    """F, G, E, D: small networks, points for images; steep enough that one update shows in the loss."""
    nets = small_net(2, 6, 4), small_net(4, 6, 3), small_net(3, 6, 4), small_net(4, 6, 1)
    with no_grad():
        for parameter in (p for net in nets for p in net.parameters()):
            parameter.mul_(2)
    return nets


def _after_two(fn, arguments):
    """The weights of all networks, and the losses. Arguments: batches, the networks, and what may follow."""
    nets = [a for a in arguments if isinstance(a, nn.Module)]
    F, G, E, D = (*nets, nn.Identity())[:4]
    opt = SimpleNamespace(ED=plain_descent(E, D), FG=plain_descent(F, G), EG=plain_descent(E, G))
    opt.FEG = plain_descent(F, E, G)
    n = arguments.index(nets[-1]) + 1
    return after_updates(lambda: fn(*arguments[:n], opt, *arguments[n:]), D=D, E=E, F=F, G=G)


def _update(loss, *moved, told=True):
    """A step with another loss, or one that moves others."""

    def wrong(*arguments):
        opt = next(a for a in arguments if isinstance(a, SimpleNamespace))
        for name in moved:
            L = loss(*(a for a in arguments if a is not opt))
            descend(L, getattr(opt, name))
        return L if told else None

    return wrong


def _at_real(E, D, x, x_fake):
    return r1_penalty(lambda image: D(E(image)), x)


def _of_d_alone(E, D, x, x_fake):
    return r1_penalty(D, E(x))


def _loss_1(on_fake=nll_fake, on_real=nll_real, share=0.5, penalty=_at_real):
    """Step I's loss, or one with other sides, another share of r1_weight, or the penalty somewhere else."""

    def loss(x, z, F, G, E, D, r1_weight):
        x_fake = G(F(z))
        L = on_fake(D(E(x_fake))) + on_real(D(E(x)))
        return L + share * r1_weight * penalty(E, D, x, x_fake) if share else L

    return loss


def step_1_with_the_penalty_of_d_alone(x, z, F, G, E, D, opt, r1_weight=10.0):
    with no_grad():
        x_fake = G(F(z))
    w_fake, w_real = E(x_fake), E(x)
    L_ED = nll_fake(D(w_fake)) + nll_real(D(w_real)) + r1_weight / 2 * r1_penalty(D, w_real)
    descend(L_ED, opt.ED)
    return L_ED


Exercise(
    "08.3",
    "Step I: a penalty that is always small",
    kind="debug",
    reference=alae_step_1,
    cases=lambda: [(1 + noise(n, 3), noise(n, 2), *_four(), weight) for n, weight in ((4, 10.0), (9, 1.0))],
    outcome=_after_two,
    hints=(
        "R1 is taken of the discriminator's logit at an image. Of which function does this step take the "
        "gradient, and with respect to what?",
        "r1_penalty(score, x) takes the gradient of any function of x. Which function takes an *image* and "
        "gives the logit?",
        "r1_penalty(lambda image: D(E(image)), x): a penalty on D alone leaves E free to be steep.",
    ),
    mistakes=dict(
        given=(step_1_with_the_penalty_of_d_alone, ""),
        penalty_on_fakes=(
            _update(_loss_1(penalty=lambda E, D, x, x_fake: _at_real(E, D, x_fake, x)), "ED"),
            "the penalty is taken at the fakes; R1 is taken at the *real* images.",
        ),
        of_d_at_fakes=(
            _update(_loss_1(penalty=lambda E, D, x, x_fake: r1_penalty(D, E(x_fake))), "ED"),
            "still the gradient of D with respect to a code, now at the fakes. The discriminator that sees "
            "images is D ∘ E.",
        ),
        of_e=(
            _update(_loss_1(penalty=lambda E, D, x, x_fake: r1_penalty(E, x)), "ED"),
            "now it is the gradient of E alone: D could still be steep. The logit of an image is D(E(x)).",
        ),
        at_both=(
            _update(
                _loss_1(
                    penalty=lambda E, D, x, x_fake: _at_real(E, D, x, x_fake) + _at_real(E, D, x_fake, x_fake)
                ),
                "ED",
            ),
            "R1 is taken at the real images only; R2 would be the one at the fakes.",
        ),
        both_penalties=(
            _update(
                _loss_1(
                    penalty=lambda E, D, x, x_fake: _at_real(E, D, x, x_fake) + _of_d_alone(E, D, x, x_fake)
                ),
                "ED",
            ),
            "the right penalty is there, but so is the old one.",
        ),
        detached=(
            _update(
                _loss_1(penalty=lambda E, D, x, x_fake: _at_real(E, D, x, x_fake).detach()),
                "ED",
            ),
            "the penalty is in the loss, but nobody learns from it: is it detached, or a number?",
        ),
        no_half=(_update(_loss_1(share=1), "ED"), "the weight is γ/2, half of r1_weight."),
        no_penalty=(_update(_loss_1(share=0), "ED"), "the penalty γ/2 · R1 is missing."),
        sides_exchanged=(
            _update(_loss_1(nll_real, nll_fake), "ED"),
            "exchanged: x is real, G(F(z)) is fake.",
        ),
        moves_f_and_g=(
            _update(_loss_1(), "FG"),
            "the loss is right, but F and G moved; step I moves E and D.",
        ),
        nothing_returned=(_update(_loss_1(), "ED", told=False), words.NOT_RETURNED),
    ),
    unlike="after two updates E or D are not what Algorithm 1's step I makes of them.",
)


def alae_step_2(z, F, G, E, D, opt, wanted=1.0):
    """Step II: F and G want their images to be taken for real, with the probability `wanted`. → the loss"""
    logits = D(E(G(F(z))))
    L_FG = wanted * nll_real(logits) + (1 - wanted) * nll_fake(logits)
    descend(L_FG, opt.FG)
    return L_FG


def _loss_2(of_logits=lambda t, wanted: wanted * nll_real(t) + (1 - wanted) * nll_fake(t)):
    return lambda z, F, G, E, D, wanted: of_logits(D(E(G(F(z)))), wanted)


Exercise(
    "08.4",
    "Step II: what fools",
    reference=alae_step_2,
    cases=lambda: [(noise(n, 2), *_four(), wanted) for n, wanted in ((4, 1.0), (9, 0.7), (4, 0.5))],
    outcome=_after_two,
    hints=(
        "In D's eyes an image with the logit t is real with probability σ(t). So the slope is σ(t) − wanted. "
        "What has the derivative σ(t), what the derivative −wanted?",
        "softplus(t) − wanted · t, which is log 2 at t = 0. With wanted = 1 it is softplus(−t).",
        "L_FG = wanted · nll_real + (1 − wanted) · nll_fake, both of D(E(G(F(z)))): then descend with the "
        "optimizer of the two that shall learn.",
    ),
    mistakes=dict(
        as_if_1=(
            _update(_loss_2(lambda t, wanted: nll_real(t)), "FG"),
            "right for wanted = 1. With 0.7 it pulls on where D already sees 0.7: the slope is 0 there.",
        ),
        weighted_only=(
            _update(_loss_2(lambda t, wanted: wanted * nll_real(t)), "FG"),
            "its slope is `wanted` times that of wanted = 1: it still pulls where D sees just `wanted`.",
        ),
        wrong_side=(
            _update(_loss_2(lambda t, wanted: wanted * nll_fake(t) + (1 - wanted) * nll_real(t)), "FG"),
            "real and fake are exchanged: that makes the fakes look *more* fake, to 1 − wanted.",
        ),
        fake_only=(
            _update(_loss_2(lambda t, wanted: nll_fake(t)), "FG"),
            "that makes the fakes look *more* fake: F and G want them to be taken for real.",
        ),
        minimax=(
            _update(_loss_2(lambda t, wanted: -nll_fake(t)), "FG"),
            "that is the minimax loss: its slope is 0 where D is sure of a fake. It should be −wanted there.",
        ),
        critic=(
            _update(_loss_2(lambda t, wanted: -wanted * t.mean()), "FG"),
            "its slope is −wanted everywhere: what D thinks of the image is left out.",
        ),
        slope=(
            _update(_loss_2(lambda t, wanted: (t.sigmoid() - wanted).mean()), "FG"),
            "that is the slope itself; asked is the function that has this slope.",
        ),
        squared=(
            _update(_loss_2(lambda t, wanted: (t.sigmoid() - wanted).square().mean()), "FG"),
            "least where it should be, but its slope vanishes where D is sure of a fake; it should be "
            "−wanted there.",
        ),
        half_squared=(
            _update(_loss_2(lambda t, wanted: (t.sigmoid() - wanted).square().mean() / 2), "FG"),
            "least where it should be, but its slope vanishes where D is sure of a fake; it should be "
            "−wanted there.",
        ),
        from_0=(
            _update(_loss_2(lambda t, wanted: (softplus(t) - wanted * t - log(2)).mean()), "FG"),
            "the slope is right; but where D is undecided, at the logit 0, the loss is log 2.",
        ),
        moves_the_discriminator=(
            _update(_loss_2(), "ED"),
            "the loss is right, but E and D moved: they would learn to be fooled.",
        ),
        moves_e_and_g=(
            _update(_loss_2(), "EG"),
            "E and G moved. E is half of the discriminator; the generator is G ∘ F.",
        ),
        moves_all=(
            _update(_loss_2(), "ED", "FG"),
            "E and D moved as well: they would learn to be fooled.",
        ),
        nothing_returned=(_update(_loss_2(), "FG", told=False), words.NOT_RETURNED),
    ),
    unlike="after two updates F or G are not what this step II makes of them.",
)


def _loss_3(error=lambda e: e.square().sum(1).mean()):
    def loss(z, F, G, E):
        w = F(z)
        return error(w - E(G(w)))

    return loss


def _images_compared(z, F, G, E):
    x_fake = G(F(z))
    return (x_fake - G(E(x_fake))).square().sum(1).mean()


def _G_detached(z, F, G, E):
    w = F(z)
    return (w - E(G(w).detach())).square().sum(1).mean()


Exercise(
    "08.5",
    "Step III: two spaces",
    reference=alae_step_3,
    cases=lambda: [(noise(n, 2), *_four()[:3]) for n in (4, 9)],
    outcome=_after_two,
    hints=(
        "One draw z has a point in both spaces: F puts it into the first; the way to the second leads over "
        "an image.",
        "w = F(z) in the one, E(G(w)) in the other. Put the mean w̄ in place of E(G(w)): of which distance "
        "from w is the mean Σ Var(wᵢ)?",
        "w = F(z) under no_grad; L_EG = (w - E(G(w))).square().sum(1).mean(); descend(L_EG, opt.EG)",
    ),
    mistakes=dict(
        F_moves_in_step_three=(
            _update(_loss_3(), "FG"),
            "F moved, and E did not: line 12 says E and G. E's space is to follow F's.",
        ),
        F_moves_too=(
            _update(_loss_3(), "EG", "FG"),
            "F moved as well: line 12 says E and G. F's space is the measure and must stay.",
        ),
        all_at_once=(
            _update(_loss_3(), "FEG"),
            "F moved as well: line 12 says E and G. F's space is the measure and must stay.",
        ),
        G_stays=(
            _update(_G_detached, "EG"),
            "G does not learn: a gradient has to go through its image (no_grad, detach).",
        ),
        mean_instead_of_sum=(
            _update(_loss_3(lambda e: e.square().mean()), "EG"),
            "with the mean of w for an answer that is the *mean* of the variances: sum the squares of one w.",
        ),
        not_squared=(_update(_loss_3(lambda e: e.norm(dim=1).mean()), "EG"), "the *squared* distance, ‖·‖²."),
        images_compared=(
            _update(_images_compared, "EG"),
            "that compares images. ALAE compares *codes*, and never images.",
        ),
        nothing_returned=(_update(_loss_3(), "EG", told=False), words.NOT_RETURNED),
    ),
    unlike="after two updates E or G are not what Algorithm 1's step III makes of them.",
)

# ── the authors' step III ────────────────────────────────────────────────────────────────────────


def authors_step_3(z, F, G, E, opt):
    """Step III of the authors' code: F learns, too. → the loss"""
    w = F(z)
    L_FEG = (w.detach() - E(G(w))).square().sum(1).mean()
    descend(L_FEG, opt.FEG)
    return L_FEG


def step_3_with_a_target_that_moves(z, F, G, E, opt):
    w = F(z)
    L_FEG = (w - E(G(w))).square().sum(1).mean()
    descend(L_FEG, opt.FEG)
    return L_FEG


def _loss_of_authors(target=torch.detach, seen=lambda w: w, error=lambda e: e.square().sum(1).mean()):
    def loss(z, F, G, E):
        w = F(z)
        return error(target(w) - E(G(seen(w))))

    return loss


Exercise(
    "08.10",
    "A loss that is too easy",
    kind="debug",
    reference=authors_step_3,
    cases=lambda: [(noise(n, 2), *_four()[:3]) for n in (4, 9)],
    outcome=_after_two,
    hints=(
        "Two ways lead from this loss to F. Which one makes images whose code can be found again, which one "
        "makes the question easier?",
        "If F gives one code for all z, every E that knows it is right: loss 0. Which of the two w in the "
        "loss lets F go there?",
        "The first w is a target: w.detach() − E(G(w)). The second one keeps its gradient.",
    ),
    mistakes=dict(
        given=(step_3_with_a_target_that_moves, ""),
        the_other_way=(
            _update(_loss_of_authors(lambda w: w, torch.detach), "FEG"),
            "the wrong one of the two: now F learns *only* by moving its target towards E's answer.",
        ),
        F_stays=(
            _update(_loss_of_authors(torch.detach, torch.detach), "FEG"),
            "now F does not learn at all. That is Algorithm 1; here F is to learn through the input of G.",
        ),
        only_F_and_G=(
            _update(_loss_of_authors(), "FG"),
            "E does not move any more: nobody reads the codes from the images.",
        ),
        answer_detached=(
            _update(lambda z, F, G, E: (F(z) - E(G(F(z))).detach()).square().sum(1).mean(), "FEG", told=True),
            "now only the target moves, and E and G learn nothing.",
        ),
        mean_instead_of_sum=(
            _update(_loss_of_authors(error=lambda e: e.square().mean()), "FEG"),
            "the target is right now; but the squares of one w are to be summed, as before.",
        ),
        not_squared=(
            _update(_loss_of_authors(error=lambda e: e.norm(dim=1).mean()), "FEG"),
            "the target is right now; but the distance is to be squared, as before.",
        ),
        nothing_returned=(_update(_loss_of_authors(), "FEG", told=False), words.NOT_RETURNED),
    ),
    unlike="after two updates F, E or G are not what the authors' step III makes of them.",
)
