"""Exercises of notebook 06 on a clipped critic: references, checks, known mistakes, hints."""

from torch import nn

from ...losses import critic_loss, discriminator_loss
from ...train import clip_weights, descend
from ..engine import words
from ..engine.fixtures import after_updates, noise, plain_descent, small_net
from ..engine.tasks import Exercise

Exercise(
    "06.6",
    "How steep may a clipped critic be?",
    reference=0.1792,
    tolerance=0.01,
    why="Each of the 64 hidden units has a gradient norm of at most 0.01 · √784 = 0.28, and all may point "
    "the same way; the last layer adds 64 of them, times 0.01 each: 0.28 · 64 · 0.01.",
    hints=(
        "One hidden unit alone: which 784 weights make its gradient norm largest, and how large?",
        "0.01 · √784 = 0.28. Can all 64 units have that gradient at once, in one direction?",
        "They can: all weights +c. The last layer adds 64 of them with weights 0.01.",
    ),
    mistakes=dict(
        one_layer=(0.28, "that is one unit of the first layer; then come 64 of them, times 0.01 each."),
        orthogonal=(
            0.0224,
            "so it would be if the 64 units pointed in 64 directions at right angles; they may all point the "
            "same way.",
        ),
        sum=(
            5.0176,
            "√784 for the first layer, not 784: the gradient *norm* is the root of a sum of squares.",
        ),
        one_path=(0.0001, "that is one path through the network; add them all up."),
        one=(1.0, "clipping bounds the gradient norm, but not by 1."),
        no_last=(17.92, "the last layer's weights are at most 0.01, too."),
        squared=(0.0784, "that is 0.28²: the second layer has 64 inputs, not 784."),
        root_of_all=(
            2.24,
            "that is the first layer's matrix, 0.01 · √(784 · 64); the last layer's has 0.08.",
        ),
    ),
)


def update_critic(C, x, x_fake, opt_C, clip):
    """One update of a critic whose weights are to stay within ±clip. → the loss"""
    L_C = critic_loss(C(x), C(x_fake))
    descend(L_C, opt_C)
    clip_weights(C, clip)
    return L_C


def _within(net, bound):
    clip_weights(net, bound)
    return net


def _after_two(fn, arguments):
    C, x, x_fake, clip = arguments
    opt_C = plain_descent(C, lr=0.2)
    return after_updates(lambda: fn(C, x, x_fake, opt_C, clip), C=C)


def _nothing(C, clip):
    pass


def _clip_gradients(net, bound):
    for p in net.parameters():
        p.grad.clamp_(-bound, bound)


def _clip_matrices(net, bound):
    for p in net.parameters():
        if p.dim() > 1:
            p.data.clamp_(-bound, bound)


def _clip_from_above(net, bound):
    for p in net.parameters():
        p.data.clamp_(max=bound)


def _update(loss=critic_loss, before=_nothing, between=_nothing, after=clip_weights, zero=True, told=True):
    """An update with something done to C before it, between gradient and step, and after it."""

    def wrong(C, x, x_fake, opt_C, clip):
        before(C, clip)
        if zero:
            opt_C.zero_grad()
        L_C = loss(C(x), C(x_fake))
        L_C.backward()
        between(C, clip)
        opt_C.step()
        after(C, clip)
        return L_C if told else None

    return wrong


Exercise(
    "06.7",
    "Outside its bounds",
    kind="debug",
    reference=update_critic,
    cases=lambda: [
        (_within(small_net(3, 8, 1), clip), 2 + noise(n, 3), noise(n, 3), clip)
        for n, clip in ((1, 0.1), (16, 0.2))
    ],
    outcome=_after_two,
    hints=(
        "The excess grows with the learning rate: how often do the weights move after they were clipped?",
        "Print the largest weight after each line. Whom does G meet, the critic before or after its update?",
        "The loss, one step, and *then* the clipping: clip_weights(C, clip) behind descend.",
    ),
    mistakes=dict(
        given=(_update(before=clip_weights, after=_nothing), ""),
        no_zero_grad=(_update(zero=False), words.NO_ZERO_GRAD),
        nothing_returned=(_update(told=False), words.NOT_RETURNED),
        not_clipped=(
            _update(after=_nothing),
            "the step is right, but the weights are not clipped: the critic's gradient has no bound.",
        ),
        between=(
            _update(between=clip_weights, after=_nothing),
            "clipped between gradient and step: the step still leads out. Clip *after* it.",
        ),
        clip_gradients_instead=(
            _update(between=_clip_gradients, after=_nothing),
            "that clips the gradients; Algorithm 1 clips the weights, after the step.",
        ),
        tighter=(
            _update(after=lambda C, clip: clip_weights(C, clip / 2)),
            "a tighter bound is another critic: the bound is clip.",
        ),
        one_side=(
            _update(after=_clip_from_above),
            "clipped from above only: the weights are to stay within −clip and clip.",
        ),
        always_01=(
            _update(after=lambda C, clip: clip_weights(C, 0.1)),
            "the bound is `clip`, not always 0.1.",
        ),
        matrices_only=(_update(after=_clip_matrices), "biases are clipped, too: every parameter."),
        with_gradients=(
            _update(between=_clip_gradients),
            "the weights are clipped, and so are the gradients: the steps are shorter than they should be.",
        ),
        norm_of_gradients=(
            _update(between=lambda C, clip: nn.utils.clip_grad_norm_(C.parameters(), clip)),
            "the weights are clipped, and so is the gradients' norm: the steps are shorter than they should "
            "be.",
        ),
        sign_flipped=(
            _update(lambda on_real, on_fake: on_real.mean() - on_fake.mean()),
            "the critic goes the wrong way: it must make E[C(x)] − E[C(x_fake)] *large*.",
        ),
        log_loss=(_update(discriminator_loss), words.LOG_LOSS),
    ),
    unlike="after two updates C has other weights than it should: the critic's loss, one step, the clipping.",
)

# The bounds c of section 6's critics, in no order.
_BOUNDS = {"A": 0.3, "B": 0.01, "C": 1.0, "D": 0.03, "E": 0.1}


def unknown_bounds():
    """Bounds c of five critics, to be told apart by their gradients alone. → {letter: c}"""
    return dict(_BOUNDS)


Exercise(
    "06.8",
    "Five critics without a name",
    kind="read",
    reference="BDEAC",
    why="Most weights are ±c, so a layer multiplies the gradient by a number that grows with c: the smaller "
    "c, the steeper the fall from the last layer to the first. At the last layer the norm is just c · √32: "
    "0.57 for c = 0.1.",
    hints=(
        "Each layer multiplies the gradient by about the same factor. How does that factor depend on c?",
        "The gradient runs from the last layer to the first. Which lines fall on that way, which rise?",
        "The last layer is 32 weights: its gradient norm is at most c · √32, that is 0.057 for c = 0.01, 5.7 "
        "for c = 1.",
    ),
    mistakes=dict(
        reversed=("CAEDB", "that is from the largest to the smallest: the gradient's way is right to left."),
        both_small=("DBEAC", "the two smallest are exchanged: which falls more steeply?"),
        both_large=("BDECA", "the two largest are exchanged: which rises more steeply?"),
        middle=("BEDAC", "look at the last layer: c · √32. Which critic has 0.57 there?"),
        alphabet=("ABCDE", "that is the alphabet; read the lines."),
    ),
)
