"""Notebook 12, section 2: symbols drawn by a race, and drawn straight through."""

import torch

from ... import estimates
from ...estimates import gumbel, gumbel_softmax, one_hot_of
from ..engine.fixtures import drawn, numbers, uniform, untouched
from ..engine.tasks import Exercise, Wrong


def first_home(logits, u):
    """Who wins each of n races; runner k has the rate e^logits[k]. u (n, k) uniform in (0, 1) → (n,)"""
    time = -u.log() / logits.exp()
    return time.argmin(1)


def _race(time=lambda logits, u: -u.log() / logits.exp(), winner=torch.Tensor.argmin):
    return lambda logits, u: winner(time(logits, u), 1)


def _frequencies(fn, arguments):
    logits, u = arguments
    first = untouched(fn, logits, u)
    if first is None or first is Ellipsis:
        return None
    first, second, turned = (
        torch.as_tensor(w).to(u.device) for w in (first, fn(logits, u), fn(logits, u.flip(0)))
    )
    if first.shape != (len(u),):
        raise Wrong(
            f"its result has shape {tuple(first.shape)}, expected {(len(u),)}: the number of the winner."
        )
    if first.is_floating_point() or first.dtype == torch.bool:
        raise Wrong("the winners' numbers are asked, whole ones.")
    if first.min() < 0 or first.max() >= len(logits):
        raise Wrong("the runners have the numbers 0 to k − 1.")
    if not torch.equal(first, second):
        raise Wrong("the same u gives other winners: all chance is to come from u.")
    if not torch.equal(first, turned.flip(0)):
        raise Wrong("u in another order gives other winners: who wins a race is to depend on its row of u.")
    return (first.bincount(minlength=len(logits)).to(u) / len(u),)


Exercise(
    "12.5",
    "A race",
    reference=first_home,
    cases=lambda: [
        (numbers(*theta), uniform(40_000, len(theta)).clamp(1e-12, 1 - 1e-7))
        for theta in ((1.0, -1.0), (0.5, 0.0, -2.0), (2.0, 1.0, 0.0, -1.0, 1.0))
    ],
    outcome=_frequencies,
    tolerance=0.012,
    hints=(
        "P(time > t) = e^(−rate · t) lies between 0 and 1, and so does u. Set them equal.",
        "u = e^(−rate · t): solve for t. The rate is e^logit.",
        "−u.log() / logits.exp(), and the first home has the *smallest* time.",
    ),
    unlike="the winners are not as frequent as softmax(logits) says. Check: the rate is e^logit, and which "
    "time has the chance u to be passed?",
    mistakes=dict(
        slowest=(_race(winner=torch.Tensor.argmax), "that is who comes home last: the smallest time wins."),
        times_rate=(
            _race(lambda logits, u: -u.log() * logits.exp()),
            "a high rate is to mean a short time: divide by it.",
        ),
        no_log=(
            _race(lambda logits, u: u / logits.exp()),
            "u / rate is no exponential time: the logarithm is missing.",
        ),
        most_likely=(
            _race(lambda logits, u: -logits.expand_as(u)),
            "that is the argmax of the logits: u is not used, and the same runner always wins.",
        ),
        rate_is_logit=(
            _race(lambda logits, u: -u.log() / logits),
            "the rate is e^logit; a logit may be negative, and a rate may not.",
        ),
        no_rates=(
            _race(lambda logits, u: -u.log()),
            "all runners are equally fast: the logits are not used.",
        ),
        scaled=(
            _race(lambda logits, u: logits.exp() * u, torch.Tensor.argmax),
            "probabilities times uniform numbers, the largest wins: it looks right, and favours the likely.",
        ),
        noisy=(
            _race(lambda logits, u: logits + u, torch.Tensor.argmax),
            "uniform noise on logits reaches 1 at most: who is 1 behind never wins. Make times of u.",
        ),
        logistic=(
            _race(lambda logits, u: logits + u.log() - (1 - u).log(), torch.Tensor.argmax),
            "log u − log(1 − u) is logistic noise: right for the difference of two runners, not for each.",
        ),
    ),
)


# ── straight through ─────────────────────────────────────────────────────────────────────────────


def _straight(soft=gumbel_softmax, put=lambda hard, soft: hard + soft - soft.detach()):
    def wrong(logits, temperature=1.0):
        shares = soft(logits, temperature)
        return put(one_hot_of(shares), shares)

    return wrong


def _noise_late(logits, temperature):
    return (logits / temperature + gumbel(logits)).softmax(-1)


WITHOUT_NOISE = "without noise the most probable sign is drawn each time."


def _through(fn, arguments):
    """How often each sign is drawn, and the gradient on average, from many draws."""
    logits, temperature, worth, shape = arguments
    leaf = logits.expand(*shape, -1).clone().requires_grad_()
    y, again = fn(leaf, temperature), fn(leaf, temperature)
    if drawn(y, *leaf.shape) is None:
        return None
    if torch.equal(y, again):
        same_noise = (y != y[:1]).any()
        raise Wrong("its noise is the same in each call: draw it anew." if same_noise else WITHOUT_NOISE)
    if not y.requires_grad:
        raise Wrong("it carries no gradient: the soft draw's is to come through.")
    (gradient,) = torch.autograd.grad((y * worth).sum(), leaf)
    value, gradient = y.detach().flatten(0, -2), gradient.flatten(0, -2)
    if ((value - value.round()).abs() > 1e-4).any() or ((value.sum(-1) - 1).abs() > 1e-4).any():
        raise Wrong("its draws are not one-hot: a 1 and zeros are asked, with the gradient of the soft draw.")
    size = gradient.square().sum(1).mean().sqrt()
    return value.mean(0), gradient.mean(0), size, (value * gradient).mean(0)


Exercise(
    "12.6",
    "Hard outside, soft inside",
    reference=estimates.straight_through,
    cases=lambda: [
        (numbers(*theta), T, numbers(*worth), shape)
        for theta, T, worth, shape in (
            ((1.0, -1.0), 1.0, (0.0, 1.0), (60_000,)),
            ((1.0, 0.0, -1.0), 0.5, (1.0, 0.0, 2.0), (60_000,)),
            ((1.0, 0.5, -1.0), 2.0, (0.0, 1.0, 3.0), (30_000, 2)),
        )
    ],
    outcome=_through,
    tolerance=0.025,
    hints=(
        "Begin with one soft draw. Which sign is the hard draw that belongs to it? What may be added to that "
        "hard draw without changing its value?",
        "Something whose value is 0 and whose gradient is that of the soft draw: the soft draw less a copy "
        "of itself. Which of the two is cut off from the graph?",
        "soft = gumbel_softmax(logits, temperature), then one_hot_of(soft) + soft − soft.detach().",
    ),
    unlike="its draws, or the gradient behind them, are not as frequent or as large as they should be.",
    mistakes=dict(
        noise_late=(
            _straight(_noise_late),
            "it adds the noise after the division: at T = 0.5 likely signs are drawn too often, at T = 2 too "
            "seldom. Noise first, then the division.",
        ),
        no_detach=(
            _straight(put=lambda hard, soft: hard + soft - soft),
            "the soft draw cancels in the gradient, too: which of its two copies is to be detached?",
        ),
        soft_only=(
            _straight(put=lambda hard, soft: soft),
            "its draws are not one-hot: a 1 and zeros are asked, with the gradient of the soft draw.",
        ),
        hard_only=(
            _straight(put=lambda hard, soft: hard),
            "it carries no gradient: the soft draw's is to come through.",
        ),
        turned=(
            _straight(put=lambda hard, soft: hard - soft + soft.detach()),
            "its draws are right; its gradient goes the opposite way.",
        ),
        twice=(
            _straight(put=lambda hard, soft: hard + 2 * (soft - soft.detach())),
            "its draws are right; its gradient is twice that of the soft draw.",
        ),
        noise_twice=(
            lambda logits, temperature=1.0: (
                one_hot_of(logits + gumbel(logits))
                + (soft := gumbel_softmax(logits, temperature))
                - soft.detach()
            ),
            "hard and soft draw have each a noise of their own: the gradient is that of another draw.",
        ),
        times=(
            _straight(lambda logits, T: ((logits + gumbel(logits)) * T).softmax(-1)),
            "the draws are right, but T is on the wrong side: a *low* temperature is to be hard.",
        ),
        noise_only=(
            _straight(lambda logits, T: (logits + gumbel(logits) / T).softmax(-1)),
            "the noise alone is divided: at low T it drowns the logits.",
        ),
        without_noise=(
            _straight(lambda logits, T: (logits / T).softmax(-1)),
            WITHOUT_NOISE,
        ),
        no_temperature=(
            _straight(lambda logits, T: gumbel_softmax(logits, 1.0)),
            "the draws are right, but the temperature is not used: the gradient is that of T = 1.",
        ),
        normal_noise=(
            _straight(lambda logits, T: ((logits + torch.randn_like(logits)) / T).softmax(-1)),
            "Normal noise draws from another distribution: only Gumbel noise gives softmax(logits).",
        ),
    ),
)
