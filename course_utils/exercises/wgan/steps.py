"""Notebook 06's step to be mended: references, checks, known mistakes, hints."""

from types import SimpleNamespace

from torch import nn, no_grad

from ...losses import critic_loss, discriminator_loss, non_saturating
from ...steps import wgan_step
from ...train import clip_weights, descend
from ..engine import words
from ..engine.fixtures import after_updates, kept_on_device, noise, plain_descent, small_net
from ..engine.tasks import Exercise, Wrong
from .turns import Deal, turn_mistakes


def _games():
    """Small networks with some weights outside the bounds; real items score high at first."""

    def case(n_critic, clip):
        G, C = small_net(2, 2), small_net(2, 4, 1)
        nn.init.ones_(G[-1].weight)
        x, z = 2 + noise(9, 6, 2), noise(9, 6, 2)
        with no_grad():
            if C(x.flatten(0, 1)).mean() < C(G(z.flatten(0, 1))).mean():
                C[-1].weight.neg_()
        return Deal(x), G, C, Deal(z), n_critic, clip

    return [case(1, 0.5), case(3, 0.3)]


def _after_a_step(fn, arguments):
    """The weights of both networks after one step."""
    batches, G, C, prior, n_critic, clip = arguments
    opt = SimpleNamespace(G=plain_descent(G, lr=0.02), C=plain_descent(C, lr=0.1))

    def update():
        return fn(batches, G=G, C=C, opt=opt, prior=prior, n_critic=n_critic, clip=clip)

    return after_updates(update, n=1, told=lambda said: _checked(*said), C=C, G=G)


def _checked(losses):
    """Nothing to compare, if the losses are what they should be."""
    if not isinstance(losses, dict) or not {"W", "L_G"} <= losses.keys():
        raise Wrong("return its losses with their names, as dict(W=-L_C, L_G=L_G): `train` draws them.")
    for name in ("W", "L_G"):
        loss = kept_on_device(losses[name])
        if loss.layout != losses[name].layout or loss.device.type == "meta" or loss.numel() != 1:
            raise Wrong(f"{name} is to be one number.")
        if not loss.isfinite().all():
            raise Wrong(f"{name} is not finite (nan or inf).")
    if losses["W"] < 0:
        raise Wrong("W is to be E[C(x)] − E[C(G(z))], here above 0: is the critic's loss just its negative?")
    return ()


def _nothing(net, bound):
    pass


def _step(
    loss=critic_loss,
    loss_G=lambda on_fake: -on_fake.mean(),
    turns=lambda n: (n, 1),
    renewed="real fake",
    clipped=clip_weights,
    clipped_too=_nothing,
    before_G=_nothing,
    in_the_end=_nothing,
    before=_nothing,
    zero=True,
):
    """The step with another loss, other turns, fewer fresh items, or other weights clipped."""

    def wrong(batches, *, G, C, opt, prior, n_critic=5, clip=0.01):
        n_C, n_G = turns(n_critic)
        for i in range(n_C):
            if i == 0 or "real" in renewed:
                x, _ = next(batches)
            if i == 0 or "fake" in renewed:
                x_fake = G(prior(len(x))).detach()
            on_real, on_fake = C(x), C(x_fake)
            L_C, W = loss(on_real, on_fake), (on_real.mean() - on_fake.mean()).detach()
            if zero:
                opt.C.zero_grad()
            L_C.backward()
            before(C, clip)
            opt.C.step()
            clipped(C, clip)
            clipped_too(G, clip)
        before_G(C, clip)
        L_G = -W
        for _ in range(n_G):
            L_G = loss_G(C(G(prior(len(x)))))
            descend(L_G, opt.G)
        in_the_end(C, clip)
        return dict(W=W, L_G=L_G.detach())

    return wrong


def _step_that_clips_both(batches, *, G, C, opt, prior, n_critic=5, clip=0.01):
    """As shown: G is clipped, too, and cannot reach the data."""
    for _ in range(n_critic):
        x, _ = next(batches)
        with no_grad():
            x_fake = G(prior(len(x)))
        L_C = critic_loss(C(x), C(x_fake))
        descend(L_C, opt.C)
        for net in (G, C):
            clip_weights(net, clip)
    L_G = -C(G(prior(len(x)))).mean()
    descend(L_G, opt.G)
    return dict(W=-L_C, L_G=L_G)


Exercise(
    "06.9",
    "A heap",
    kind="debug",
    reference=wgan_step,
    cases=_games,
    outcome=_after_a_step,
    hints=(
        "Does C not tell G where to go, or can G not go there? Print the largest weight of both networks "
        "after a step.",
        "The critic's gradient is to have a bound, and so its weights get one. What does the same bound do "
        "to a G that is to reach a radius of 2?",
        "Algorithm 1 clips the critic's weights alone: clip_weights(C, clip).",
    ),
    mistakes=dict(
        given=(_step_that_clips_both, ""),
        clips_G=(
            _step(clipped=_nothing, clipped_too=clip_weights),
            "now G is clipped and the critic free, so that W runs away: the other way round.",
        ),
        clips_none=(
            _step(clipped=_nothing),
            "G is free now, but nothing bounds the critic's gradient: W will go on growing.",
        ),
        clips_in_the_end=(
            _step(clipped=_nothing, in_the_end=clip_weights),
            "the critic is clipped once a step, after G has met it unclipped: after *each* of its updates.",
        ),
        clips_after_the_loop=(
            _step(clipped=_nothing, before_G=clip_weights),
            "the critic is clipped once, after the loop, and makes its updates unbounded: clip after *each*.",
        ),
        clip_gradients=(
            _step(
                before=lambda C, clip: nn.utils.clip_grad_value_(C.parameters(), clip),
                clipped=_nothing,
            ),
            "that clips the critic's gradients; its weights may still take any value.",
        ),
        critic_sign=(
            _step(lambda on_real, on_fake: on_real.mean() - on_fake.mean()),
            "the critic goes the wrong way: real items are to score *higher*.",
        ),
        generator_sign=(
            _step(loss_G=lambda on_fake: on_fake.mean()),
            "G wants *high* scores for its items: L_G = −E C(G(z)).",
        ),
        log_loss=(_step(discriminator_loss), words.LOG_LOSS),
        log_loss_of_G=(
            _step(loss_G=non_saturating),
            "that is the generator's loss in a GAN: here it is −E C(G(z)), without a logarithm.",
        ),
        **turn_mistakes(_step, wgan_step),
        always_001=(
            lambda batches, *, clip=0.01, **players: wgan_step(batches, clip=0.01, **players),
            "hand `clip` on: it is not always 0.01.",
        ),
    ),
    unlike="after one step, n_critic 1 or 3, the weights of C or G are not what Algorithm 1 makes of them.",
)
