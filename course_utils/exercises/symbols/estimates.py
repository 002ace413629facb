"""Notebook 12, sections 1 and 2: gradients of an expectation over signs, and baselines of an estimate."""

import itertools

import torch

from ... import estimates
from ..engine.fixtures import drawn, gradients_of_loss, noise, numbers, untouched
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
    outcome=gradients_of_loss,
    hints=(
        "E[f] = Σ p f, and ∇p = p ∇log p: so ∇E[f] = Σ p (f ∇log p). An E is a mean over draws.",
        "autograd is to give f ∇log p: of which expression is that the gradient, if f is a plain number?",
        "Sum over the signs of a sentence, mean over the sentences, a minus, and `reward.detach()`.",
    ),
    mistakes=dict(
        through_reward=(
            lambda log_p, reward: -(log_p * reward).sum() / len(log_p),
            "its gradient in log_p is right, but one reaches reward: the judge would be changed to please.",
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
            "its value carries no gradient: log_p must stay in it, without .detach().",
        ),
        no_reward=(
            _wrong_loss(of=lambda log_p, reward: log_p),
            "the reward is not used: all draws count the same.",
        ),
        whole=(
            _wrong_loss(of=lambda log_p, reward: log_p.sum(1) * reward.sum(1)),
            "each sign is multiplied with the rewards of *all* signs: reward (B, T) has one for each.",
        ),
        one_a_sentence=(
            _wrong_loss(of=lambda log_p, reward: log_p.sum(1) * reward.mean(1)),
            "right if all signs of a sentence have one reward; but reward (B, T) has one for each sign.",
        ),
    ),
)


# ── baselines, judged by all batches that can be drawn ───────────────────────────────────────────


def advantages(reward, sign):
    """Rewards (n,) of n drawn signs (n,), less a baseline: the gradient exact on average."""
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
        given = untouched(fn, worth[at], at)
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
        raise Wrong("exact on average, but the spread is as large as without a baseline.")
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
    unlike="over all batches its gradient is not the exact one: what is taken away still knows the item's "
    "own sign.",
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
            "exact on average, but the spread is as large as without a baseline.",
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
