"""Notebook 12, sections 1 and 2: gradients of an expectation over signs, and two ways to estimate them."""

import itertools

import torch

from ... import estimates
from ...estimates import gumbel, gumbel_softmax, one_hot_of
from ..engine.fixtures import drawn, noise, numbers, uniform
from ..engine.tasks import Exercise, Wrong

Exercise(
    "12.1",
    "How much does it matter?",
    reference=0.54,
    hints=(
        "Raise θ₃ a little: p₃ grows. What do the other two probabilities do, if they add up to 1?",
        "Softmax: ∂pⱼ/∂θ₃ is p₃ (1 − p₃) for j = 3 and −pⱼ p₃ for the others.",
        "Collect: p₃ times (its reward less the mean reward). The mean reward is 0.5 · 1 + 0.2 · 4.",
    ),
    mistakes=dict(
        alone=(
            0.64,
            "that is p₃ (1 − p₃) · 4: the others lose what sign 3 gains, and one of them had a reward.",
        ),
        no_rest=(0.8, "that is p₃ · 4, as if the other signs lost nothing when p₃ grows."),
        no_p=(
            2.7,
            "4 − 1.3 is how much better it is than the mean; and p₃ moves how much, for a step in θ₃?",
        ),
        reward=(4.0, "that is its reward; θ₃ moves p₃, and with it all three."),
        sign=(-0.54, "the size is right; sign 3 is the best of the three: more of it raises the mean."),
        mean=(1.3, "that is E[reward] itself; asked is its slope along θ₃."),
        for_p=(0.16, "p₃ (1 − p₃) is how fast p₃ grows; the rewards are still missing."),
    ),
    why="0.2 · (4 − 1.3). A sign gains if it is better than the mean: p (reward − E[reward]).",
)


def _log_p(*shape):
    return (-noise(*shape).abs() - 0.1).requires_grad_()


def _wrong_loss(
    of=lambda log_p, reward: log_p * reward, total=lambda terms: terms.sum() / len(terms), sign=-1
):
    """A wrong form of `reinforce`."""
    return lambda log_p, reward: sign * total(of(log_p, reward.detach()))


Exercise(
    "12.2",
    "A loss whose value says nothing",
    reference=estimates.reinforce,
    cases=lambda: [
        (_log_p(B, T), noise(B, T, grad=True)) for B, T in ((1, 1), (1, 5), (7, 1), (7, 5), (40, 3))
    ],
    hints=(
        "E[f] = Σ p f, and ∇p = p ∇log p: so ∇E[f] = Σ p (f ∇log p). An E is a mean over draws.",
        "autograd is to give f ∇log p: of which expression is that the gradient, if f is a plain number?",
        "Sum over the signs of a sentence, mean over the sentences, a minus, and `reward.detach()`.",
    ),
    mistakes=dict(
        through_reward=(
            lambda log_p, reward: -(log_p * reward).sum() / len(log_p),
            "its value is right, but a gradient reaches reward: the judge would be changed to please.",
        ),
        over_time=(
            _wrong_loss(total=torch.mean),
            "it averages over the signs of a sentence: log p of a sentence is the *sum* of theirs, and each "
            "gradient is T times too small.",
        ),
        up=(_wrong_loss(sign=1), "its sign is turned: `descend` goes down, and the reward is to go up."),
        weighted=(
            _wrong_loss(of=lambda log_p, reward: log_p.exp() * reward),
            "it weighs each draw with its p. Draws come as often as they are probable: that is the weight.",
        ),
        summed=(
            _wrong_loss(total=torch.sum),
            "it sums over the batch: then twice the batch is twice the step.",
        ),
        cut=(
            _wrong_loss(of=lambda log_p, reward: log_p.detach() * reward),
            "its value is right, but carries no gradient: log_p is to keep its own.",
        ),
        no_reward=(
            _wrong_loss(of=lambda log_p, reward: log_p),
            "the reward is not used: all draws count the same.",
        ),
        whole=(
            _wrong_loss(of=lambda log_p, reward: log_p.sum(1) * reward.sum(1)),
            "each sign is multiplied with the rewards of *all* signs: reward (B, T) has one for each.",
        ),
    ),
)


# ── baselines, judged by all batches that can be drawn ───────────────────────────────────────────


def advantages(reward, sign):
    """Rewards (n,) of n drawn signs (n,), less a baseline: the mean gradient exact, its spread less."""
    others = (reward.sum() - reward) / (len(reward) - 1)  # the mean of all but the item's own
    return reward - others


def _of_its_sign(reward, sign):
    baseline = torch.zeros_like(reward)
    for k in sign.unique():
        baseline[sign == k] = reward[sign == k].mean()
    return reward - baseline


def _statistics(fn, arguments):
    """The estimate's mean over all batches, if its spread is less than without a baseline."""
    theta, worth, n = arguments
    p = theta.softmax(0)
    grad_log_p = torch.eye(len(p), device=p.device, dtype=p.dtype) - p  # of each sign, (k, k)
    means, squares, plain = 0, 0, 0
    for at in itertools.product(range(len(p)), repeat=n):
        at = torch.tensor(at, device=p.device)
        given = fn(worth[at].clone(), at.clone())
        if drawn(given, n) is None:
            return None
        weight = p[at].prod()
        g, g_plain = ((v[:, None] * grad_log_p[at]).mean(0) for v in (given.detach(), worth[at]))
        means, squares, plain = (
            means + weight * g,
            squares + weight * g @ g,
            plain + weight * g_plain @ g_plain,
        )
    exact = p * (worth - p @ worth)
    if squares >= 0.9 * plain and torch.allclose(means, exact, rtol=1e-4, atol=1e-6):
        raise Wrong("exact in the mean, but the spread is as large as without a baseline.")
    return (means / exact.norm(),)


def _small_cases():
    return [
        (numbers(0.5, -0.5), numbers(6.0, 5.0), 2),
        (numbers(0.0, 1.0, -1.0), numbers(-3.0, -4.5, -5.0), 3),
        (numbers(0.3, 0.0, -0.2), numbers(5.0, 4.0, 6.5), 4),
    ]


Exercise(
    "12.3",
    "Two at a time",
    kind="debug",
    reference=advantages,
    cases=_small_cases,
    outcome=_statistics,
    unlike="over all batches its gradient is not the exact one: what is taken away still knows the "
    "item's own sign.",
    hints=(
        "Why may one subtract b at all? Because E[b ∇log p] = b Σ ∇p = 0: which step needs b to be the same, "
        "whatever sign was drawn?",
        "Write it out for n = 2: r₁ less the mean is (r₁ − r₂) / 2. How much of r₁ is left? Of what in the "
        "batch may the baseline of item i be made, so that it is the same, whatever item i has drawn?",
        "The mean reward of the *other* items: (reward.sum() − reward) / (n − 1).",
    ),
    mistakes=dict(
        given=(lambda reward, sign: reward - reward.mean(), ""),
        of_its_sign=(
            _of_its_sign,
            "a baseline that knows the sign takes away all that the sign has earned: over all batches no "
            "gradient is left.",
        ),
        none=(
            lambda reward, sign: reward,
            "exact in the mean, but the spread is as large as without a baseline.",
        ),
        standardized=(
            lambda reward, sign: (reward - reward.mean()) / (reward.std() + 1e-8),
            "divided by the batch's own spread it is another gradient: its length no longer tells how much "
            "there is to gain, and the mean is still of the item's own reward, too.",
        ),
        largest=(
            lambda reward, sign: reward - reward.max(),
            "the largest reward may be the item's own: the baseline knows its sign.",
        ),
        others_of_its_sign=(
            lambda reward, sign: (
                reward
                - ((sign[:, None] == sign) * reward).sum(1)
                / (sign[:, None] == sign).sum(1).clamp(min=1)
                * 0.5
            ),
            "half of a baseline that knows the sign is still one: it takes half of the gradient away.",
        ),
        added=(
            lambda reward, sign: 2 * reward + advantages(reward, sign) - reward,
            "the baseline is to be taken away from the reward, once.",
        ),
    ),
)

Exercise(
    "12.4",
    "The best constant",
    reference=1.2,
    hints=(
        "An estimate is (f − b) ∂log p / ∂θ₁. Write it down for both signs: ∂log p₁/∂θ₁ = 1 − p₁ = 0.1, and "
        "∂log p₂/∂θ₁ = −p₁ = −0.9.",
        "Its mean is exact, 0.18, for any b. How much may the two estimates differ, at the least?",
        "Not at all, for the right b: (3 − b) · 0.1 = (1 − b) · (−0.9).",
    ),
    mistakes=dict(
        mean_reward=(
            2.8,
            "that is E[f], the usual baseline. The two estimates are then 0.02 and 1.62: they differ more "
            "than with no baseline at all, which gives 0.3 and −0.9!",
        ),
        middle=(2.0, "that is the middle of the rewards: estimates of 0.1 and 0.9."),
        zero=(0.0, "without one the estimates are 0.3 and −0.9. They can lie closer together."),
        rare=(1.0, "then the rare sign gives 0, and the frequent one 0.2: nearly."),
        frequent=(3.0, "then the frequent sign gives 0, and the rare one 1.8."),
        gradient=(0.18, "that is the gradient itself, the mean of the estimates; asked is b."),
        negative=(-1.2, "the sign: (3 − b) · 0.1 = (1 − b) · (−0.9)."),
    ),
    why="Both signs then give 0.18: one draw is as good as all. A rare sign has a long ∇log p, so it is "
    "*its* reward that the best constant is near to. E[f], 2.8, is worse than nothing here.",
)


# ── draws ────────────────────────────────────────────────────────────────────────────────────────


def first_home(logits, u):
    """Who wins each of n races; runner k has the rate e^logits[k]. u (n, k) uniform in (0, 1) → (n,)"""
    time = -u.log() / logits.exp()
    return time.argmin(1)


def _race(time=lambda logits, u: -u.log() / logits.exp(), winner=torch.Tensor.argmin):
    return lambda logits, u: winner(time(logits, u), 1)


def _frequencies(fn, arguments):
    logits, u = arguments
    first, second = fn(logits, u), fn(logits, u)
    if first is None or first is Ellipsis:
        return None
    if isinstance(first, torch.Tensor) and first.shape != (len(u),):
        raise Wrong(
            f"its result has shape {tuple(first.shape)}, expected {(len(u),)}: the number of the winner."
        )
    if not isinstance(first, torch.Tensor) or first.is_floating_point():
        raise Wrong("the winners' numbers are asked, whole ones.")
    if not torch.equal(first, second):
        raise Wrong("the same u gives other winners: all chance is to come from u.")
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


def _through(fn, arguments):
    """How often each sign is drawn, and the gradient in the mean, from many draws."""
    logits, temperature, worth = arguments
    leaf = logits.expand(60_000, -1).clone().requires_grad_()
    y = fn(leaf, temperature)
    if drawn(y, *leaf.shape) is None:
        return None
    if not y.requires_grad:
        raise Wrong("it carries no gradient: the soft draw's is to come through.")
    (gradient,) = torch.autograd.grad((y * worth).sum(), leaf)
    value = y.detach()
    if ((value - value.round()).abs() > 1e-4).any() or ((value.sum(-1) - 1).abs() > 1e-4).any():
        raise Wrong("its draws are not one-hot: a 1 and zeros are asked, with the gradient of the soft draw.")
    size = gradient.square().sum(1).mean().sqrt()
    return value.mean(0), gradient.mean(0), size, (value * gradient).mean(0)


Exercise(
    "12.6",
    "Hard outside, soft inside",
    reference=estimates.straight_through,
    cases=lambda: [
        (numbers(*theta), T, numbers(*worth))
        for theta, T, worth in (
            ((1.0, -1.0), 1.0, (0.0, 1.0)),
            ((1.0, 0.0, -1.0), 0.5, (1.0, 0.0, 2.0)),
            ((1.0, 0.5, -1.0), 2.0, (0.0, 1.0, 3.0)),
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
            "without noise the most probable sign is drawn each time.",
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
