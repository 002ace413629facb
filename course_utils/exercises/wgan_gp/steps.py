"""Exercises of notebook 07 on the critic's loss and the step: references, checks, known mistakes, hints."""

from types import SimpleNamespace

import torch
from torch import nn

from ...losses import critic_loss, gradient_penalty
from ...steps import wgan_gp_step
from ...train import clip_weights, descend
from ..engine.fixtures import after_updates, kept_on_device, named, noise, plain_descent, small_net
from ..engine.tasks import Exercise, Wrong
from ..wgan.turns import Deal, turn_mistakes


def wgan_gp_critic_loss(C, x, x_fake, gp_weight=10.0):
    """The critic's whole loss in WGAN-GP: what it wants, and what it must keep to. → scalar"""
    return critic_loss(C(x), C(x_fake)) + gp_weight * gradient_penalty(C, x, x_fake)


def _loss(on_scores=critic_loss, amount=lambda gp_weight: gp_weight, times=lambda gp_weight: 1):
    """The critic's loss with another part on the scores, another weight of the penalty, or of all."""

    def wrong(C, x, x_fake, gp_weight=10.0):
        L_C, weight = on_scores(C(x), C(x_fake)), amount(gp_weight)
        return times(gp_weight) * (L_C + weight * gradient_penalty(C, x, x_fake) if weight else L_C)

    return wrong


SIGN_FLIPPED = _loss(lambda on_real, on_fake: -critic_loss(on_real, on_fake))
SUBTRACTED = _loss(amount=lambda gp_weight: -gp_weight)
ALWAYS_10 = _loss(amount=lambda gp_weight: 10.0)
NO_PENALTY = _loss(amount=lambda gp_weight: 0)


def _games():
    """A linear generator and a linear critic, so that ε does not matter; real items score high at first."""

    def case(n_critic, gp_weight):
        G, C = small_net(2, 2), small_net(2, 1)
        nn.init.ones_(C[-1].weight)
        return Deal(5 + noise(9, 6, 2)), G, C, Deal(noise(9, 6, 2)), n_critic, gp_weight

    return [case(1, 10.0), case(3, 0.1)]


def _after_a_step(fn, arguments):
    """The weights of both networks after one step."""
    batches, G, C, prior, n_critic, gp_weight = arguments
    opt = SimpleNamespace(G=plain_descent(G, lr=0.02), C=plain_descent(C, lr=0.02))
    means = []  # of all scores that C gives, and of both halves, should real and fake come together

    def note(net, x, scores):
        means.extend(part.detach().mean() for part in (scores, *scores.chunk(2)))

    def update():
        return fn(batches, G=G, C=C, opt=opt, prior=prior, n_critic=n_critic, gp_weight=gp_weight)

    C.register_forward_hook(note)
    return after_updates(update, n=1, told=lambda said: _checked(*said, means), C=C, G=G)


def _checked(losses, means):
    """Nothing to compare, if the losses are what they should be."""
    named("W", "L_G")([losses])
    W = kept_on_device(losses["W"])
    differences = [a - b for a in means for b in means]  # W may be taken before an update or after it
    if W < 0 or not any((difference - W).abs() < 1e-4 for difference in differences):
        raise Wrong("W is to be E[C(x)] − E[C(G(z))], one number, here above 0, without the penalty.")
    return ()


def _nothing(C):
    pass


def _step(
    loss=wgan_gp_critic_loss,
    sign=-1,
    turns=lambda n: (n, 1),
    renewed="real fake",
    before=_nothing,
    after=_nothing,
    zero=True,
):
    """WGAN-GP's step with another loss, other turns, fewer fresh items, or something done to C."""

    def wrong(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
        n_C, n_G = turns(n_critic)
        for i in range(n_C):
            if i == 0 or "real" in renewed:
                x, _ = next(batches)
            if i == 0 or "fake" in renewed:
                x_fake = G(prior(len(x))).detach()
            W = (C(x).mean() - C(x_fake).mean()).detach()
            L_C = loss(C, x, x_fake, gp_weight)
            if zero:
                opt.C.zero_grad()
            L_C.backward()
            before(C)
            opt.C.step()
            after(C)
        for _ in range(n_G):
            descend(sign * C(G(prior(len(x)))).mean(), opt.G)
        return dict(W=W, L_G=L_C)

    return wrong


def _step_without_way_back(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
    """As shown: W stands inside no_grad, so that only the penalty trains the critic."""
    for _ in range(n_critic):
        x, _ = next(batches)
        with torch.no_grad():
            x_fake = G(prior(len(x)))
            W = C(x).mean() - C(x_fake).mean()
        gp = gradient_penalty(C, x, x_fake)
        descend(-W + gp_weight * gp, opt.C)
    L_G = -C(G(prior(len(x)))).mean()
    descend(L_G, opt.G)
    return dict(W=W, gp=gp, L_G=L_G)


Exercise(
    "07.7",
    "A critic that learns the wrong thing",
    kind="debug",
    reference=wgan_gp_step,
    cases=_games,
    outcome=_after_a_step,
    hints=(
        "The penalty is small and the norms are 1: that half of the loss is learned. Who learns the other "
        "half?",
        "Of the two terms of the critic's loss, which has a gradient for C? Print W.requires_grad.",
        "Fakes come without gradient, scores with one: which lines belong under no_grad?",
    ),
    mistakes=dict(
        given=(_step_without_way_back, ""),
        sign_flipped=(_step(SIGN_FLIPPED), "the critic goes the wrong way: it must make W *large*."),
        generator_sign_flipped=(_step(sign=1), "G wants *high* scores: L_G = −E C(G(z))."),
        clip_gradients_instead=(
            _step(NO_PENALTY, before=lambda C: nn.utils.clip_grad_norm_(C.parameters(), 1.0)),
            "that shortens the critic's steps and bounds nothing: the *penalty* belongs in the loss.",
        ),
        clip_weights=(
            _step(after=lambda C: clip_weights(C, 0.01)),
            "clipping is notebook 06; the penalty takes its place: leave the weights alone.",
        ),
        no_penalty=(_step(NO_PENALTY), "the penalty is missing: nothing bounds the critic's gradient."),
        penalty_subtracted=(_step(SUBTRACTED), "a penalty subtracted from a loss is a reward: add it."),
        always_10=(_step(ALWAYS_10), "hand gp_weight on to the loss: it is not always 10."),
        **turn_mistakes(_step, wgan_gp_step),
    ),
    unlike="after one step, n_critic 1 or 3, the weights of C or G are not what Algorithm 1 makes of them.",
)
