"""Exercises of notebook 08: references, checks, known mistakes, hints."""

from types import SimpleNamespace

import torch
from torch import nn

from ..losses import nll_fake, nll_real, r1_penalty
from ..steps import alae_step_1, alae_step_2, alae_step_3
from ..train import descend
from .engine import words
from .engine.fixtures import after_updates, gradient_of, noise, plain_descent, small_net
from .engine.tasks import Exercise


def _gradients(amount, **how):
    return lambda score, x: amount(gradient_of(score, x, **how).flatten(1))


def _r1(gradient):
    return gradient.square().sum(1).mean()


Exercise(
    "08.1",
    "R1",
    reference=r1_penalty,
    cases=lambda: [(small_net(2, 8, 1), noise(7, 2)), (small_net(9, 8, 1), noise(5, 1, 3, 3))],
    hints=(
        "As the gradient penalty of notebook 07, at the real items themselves, and pulled to 0: no root.",
        "The sum of squares over all numbers of an item, then the mean over items.",
        "gradient.flatten(1).square().sum(1).mean(), "
        "with gradient from autograd.grad(score(x).sum(), x, create_graph=True)",
    ),
    mistakes=dict(
        half=(_gradients(lambda g: _r1(g) / 2), "the ½ belongs to its weight γ/2: without it here."),
        mean_over_numbers=(
            _gradients(lambda g: g.square().mean()),
            "the squares of one item's gradient are summed; only items are averaged.",
        ),
        sum=(_gradients(lambda g: g.square().sum()), "the mean over items, not their sum."),
        norm=(_gradients(lambda g: g.norm(dim=1).mean()), "the *squared* norm, ‖∇‖²."),
        towards_1=(
            _gradients(lambda g: (g.norm(dim=1) - 1).square().mean()),
            "that is WGAN-GP's penalty, to 1; R1 pulls to 0.",
        ),
        no_create_graph=(_gradients(_r1, create_graph=False), words.NO_CREATE_GRAPH),
        mean_of_scores=(
            _gradients(_r1, total=torch.mean),
            "with score(x).mean() each gradient is divided by the batch size: take score(x).sum().",
        ),
    ),
)

Exercise(
    "08.2",
    "To 0 or to 1?",
    reference="b",
    why="At the real data a generator that has arrived should find no gradient; "
    "between real and fake, a critic should always have one.",
    hints=(
        "What does the generator do at a real image, if D has a gradient there?",
        "Where is each penalty taken: at the data, or on the way to it?",
    ),
    mistakes=dict(
        a=("a", "both are norms of ∇ with respect to the image."),
        c=("c", "γ and λ are weights; the norm that each penalty pulls to is another matter."),
        d=("d", "softplus or not, a gradient of D at the data would push a perfect generator away."),
    ),
)


def _four():
    """F, G, E, D: small networks, points for images."""
    return small_net(2, 6, 4), small_net(4, 6, 3), small_net(3, 6, 4), small_net(4, 6, 1)


def _after_two(fn, arguments):
    """The weights of all networks, and the losses. Arguments: batches, the networks, and what may follow."""
    nets = [a for a in arguments if isinstance(a, nn.Module)]
    F, G, E, D = (*nets, nn.Identity())[:4]
    opt = SimpleNamespace(ED=plain_descent(E, D), FG=plain_descent(F, G), EG=plain_descent(E, G))
    n = arguments.index(nets[-1]) + 1
    return after_updates(lambda: fn(*arguments[:n], opt, *arguments[n:]), F=F, G=G, E=E, D=D)


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


def _loss_1(on_fake=nll_fake, on_real=nll_real, share=0.5, penalty=_at_real):
    """Step I's loss, or one with other sides, another share of r1_weight, or the penalty somewhere else."""

    def loss(x, z, F, G, E, D, r1_weight):
        x_fake = G(F(z))
        L = on_fake(D(E(x_fake))) + on_real(D(E(x)))
        return L + share * r1_weight * penalty(E, D, x, x_fake) if share else L

    return loss


Exercise(
    "08.3",
    "Step I: E and D",
    reference=alae_step_1,
    cases=lambda: [(1 + noise(n, 3), noise(n, 2), *_four(), weight) for n, weight in ((4, 10.0), (9, 1.0))],
    outcome=_after_two,
    hints=(
        "A discriminator's loss as in notebook 04, where the discriminator is D after E.",
        "nll_fake of D(E(G(F(z)))), nll_real of D(E(x)), γ/2 times r1_penalty at x; descend with opt.ED.",
        "L_ED = nll_fake(score(x_fake)) + nll_real(score(x)) + r1_weight / 2 * r1_penalty(score, x)",
    ),
    mistakes=dict(
        penalty_on_fakes=(
            _update(_loss_1(penalty=lambda E, D, x, x_fake: _at_real(E, D, x_fake, x)), "ED"),
            "the penalty is taken at the fakes; R1 is taken at the *real* images.",
        ),
        no_half=(_update(_loss_1(share=1), "ED"), "the weight is γ/2, half of r1_weight."),
        no_penalty=(_update(_loss_1(share=0), "ED"), "the penalty γ/2 · R1 is missing."),
        sides_exchanged=(
            _update(_loss_1(nll_real, nll_fake), "ED"),
            "exchanged: x is real, G(F(z)) is fake.",
        ),
        of_d_alone=(
            _update(_loss_1(penalty=lambda E, D, x, x_fake: r1_penalty(D, E(x))), "ED"),
            "the gradient is that of D ∘ E with respect to the *image*, not of D with respect to the code.",
        ),
        moves_f_and_g=(
            _update(_loss_1(), "FG"),
            "the loss is right, but F and G moved; step I moves E and D.",
        ),
        nothing_returned=(_update(_loss_1(), "ED", told=False), words.NOT_RETURNED),
    ),
    unlike="after two updates E or D are not what Algorithm 1's step I makes of them.",
)


def _loss_2(on_fake=nll_real):
    return lambda z, F, G, E, D: on_fake(D(E(G(F(z)))))


Exercise(
    "08.4",
    "Step II: F and G",
    reference=alae_step_2,
    cases=lambda: [(noise(n, 2), *_four()) for n in (4, 9)],
    outcome=_after_two,
    hints=(
        "The non-saturating loss of notebook 04: they want D(E(G(F(z)))) high.",
        "softplus(−logit) is nll_real.",
        "L_FG = nll_real(D(E(G(F(z))))); descend(L_FG, opt.FG)",
    ),
    mistakes=dict(
        wrong_side=(
            _update(_loss_2(nll_fake), "FG"),
            "that makes the fakes look *more* fake: F and G want them to be taken for real.",
        ),
        minimax=(
            _update(_loss_2(lambda logits: -nll_fake(logits)), "FG"),
            "the direction is right, but that is the minimax loss; the slide has softplus(−D).",
        ),
        critic=(
            _update(_loss_2(lambda scores: -scores.mean()), "FG"),
            "that is a Wasserstein generator's loss; the slide has softplus(−D).",
        ),
        moves_the_discriminator=(
            _update(_loss_2(), "ED"),
            "the loss is right, but E and D moved: they would learn to be fooled.",
        ),
        nothing_returned=(_update(_loss_2(), "FG", told=False), words.NOT_RETURNED),
    ),
    unlike="after two updates F or G are not what Algorithm 1's step II makes of them.",
)


def _loss_3(error=lambda e: e.square().sum(1).mean()):
    def loss(z, F, G, E):
        w = F(z)
        return error(w - E(G(w)))

    return loss


def _images_compared(z, F, G, E):
    x_fake = G(F(z))
    return (x_fake - G(E(x_fake))).square().sum(1).mean()


Exercise(
    "08.5",
    "Step III: E and G",
    reference=alae_step_3,
    cases=lambda: [(noise(n, 2), *_four()[:3]) for n in (4, 9)],
    outcome=_after_two,
    hints=(
        "w = F(z) is the target: it comes without gradient. Then there and back: E(G(w)).",
        "Squares summed over the numbers of w, mean over the batch; E and G move.",
        "L_EG = (w - E(G(w))).square().sum(1).mean(); descend(L_EG, opt.EG)",
    ),
    mistakes=dict(
        F_moves_in_step_three=(
            _update(_loss_3(), "FG"),
            "F moved, and E did not: step III updates E and G. (The authors' code moves F too.)",
        ),
        F_moves_too=(_update(_loss_3(), "EG", "FG"), "F moved as well; but w is the target and must stay."),
        mean_instead_of_sum=(
            _update(_loss_3(lambda e: e.square().mean()), "EG"),
            "the squares of one w are summed; only the batch is averaged.",
        ),
        not_squared=(_update(_loss_3(lambda e: e.norm(dim=1).mean()), "EG"), "the *squared* distance, ‖·‖²."),
        images_compared=(
            _update(_images_compared, "EG"),
            "that compares images. ALAE compares *codes*, w with E(G(w)), and never images.",
        ),
        nothing_returned=(_update(_loss_3(), "EG", told=False), words.NOT_RETURNED),
    ),
    unlike="after two updates E or G are not what Algorithm 1's step III makes of them.",
)

Exercise(
    "08.6",
    "Which line is which?",
    reference="c",
    why="Detect fakes, detect real ones, fool: that is a GAN. The last term of line 6 is the gradient "
    "penalty, line 14 keeps the latent spaces similar.",
    hints=(
        "A plain GAN has a discriminator's loss and a generator's, and nothing else.",
        "Which of the five remarks does notebook 04's gan_step know?",
    ),
    mistakes=dict(
        a=("a", "line 6 is the discriminator's loss: a GAN's generator has one, too."),
        b=("b", "nearly: line 6 ends in R1, a gradient penalty, and a plain GAN has none."),
        d=("d", "line 14 compares codes: that is the autoencoder in it."),
    ),
)
