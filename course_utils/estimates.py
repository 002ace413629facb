"""Estimates of the gradient of an expectation over symbols: by the score function, and by relaxed draws.

A symbol is a row of k numbers with a single 1; its logits (…, k) say how probable each is.
"""

import torch


def reinforce(log_p, reward):
    """A loss whose gradient is, on average over draws, that of −E[reward]. → scalar

    −mean over the batch of Σ_t log p(x_t | …) · reward_t,  log_p and reward (B,) or (B, T), no gradient
    through the reward

    Source: Williams 1992 (REINFORCE); deck 001, "GAN and RL connection". Trap: its value says nothing. A mean
    over time steps in place of the sum makes each T times too small.
    """
    return -(log_p * reward.detach()).sum() / len(log_p)


def less_the_others(reward):
    """Each reward (B, …) less the mean of the *other* items: a baseline that costs no bias. → (B, …)

    Trap: with its own reward in the mean, each gradient shrinks by 1 − 1/B.
    """
    n = len(reward)
    return reward - (reward.sum(0) - reward) / (n - 1)


def action_values(write_on, judge, x, n_rollouts=4):
    """What sentences that begin as x (B, T, k) are worth, for each of the T beginnings. → (B, T)

    write_on(x, keep) leaves the first `keep` (n,) signs of each of x (n, T, k) and draws the others anew;
    judge(x) → (n,) is averaged over `n_rollouts` of them. Source: Yu et al. 2017, equation 4.
    """
    B, T = x.shape[:2]
    keep = torch.arange(1, T, device=x.device).repeat_interleave(B).repeat(n_rollouts)
    ends = write_on(x.repeat(n_rollouts * (T - 1), 1, 1), keep)
    values = judge(ends).view(n_rollouts, T - 1, B).mean(0)
    return torch.cat([values, judge(x)[None]]).T


def gumbel(like):
    """Standard Gumbel noise in the shape of `like`: −log of a waiting time whose mean is 1. → like `like`"""
    return -torch.empty_like(like).exponential_().log()


def one_hot_of(scores):
    """A 1 where the last axis has its largest number, 0 elsewhere; no gradient. → like `scores`"""
    return torch.zeros_like(scores).scatter(-1, scores.argmax(-1, keepdim=True), 1.0)


def draw(logits):
    """A symbol from softmax(logits), as one-hot (…, k); no gradient (the Gumbel-max trick)."""
    return one_hot_of(logits + gumbel(logits))


def gumbel_softmax(logits, temperature=1.0):
    """A symbol drawn softly: every symbol gets a share. → (…, k), positive, sums to 1, with gradient

    softmax((logits + Gumbel noise) / T);  T → 0 gives one-hot draws from softmax(logits)

    Source: Jang et al. 2017; Maddison et al. 2017; deck 001. Trap: noise added *after* the division draws
    from another distribution.
    """
    return ((logits + gumbel(logits)) / temperature).softmax(-1)


def straight_through(logits, temperature=1.0):
    """A symbol drawn hard, one-hot (…, k), with the gradient of the soft draw behind it.

    Source: Bengio et al. 2013; Jang et al. 2017. Trap: the gradient belongs to another function than the
    value, so it is biased at every temperature.
    """
    soft = gumbel_softmax(logits, temperature)
    return one_hot_of(soft) + soft - soft.detach()


def to_go(reward, discount=1.0):
    """What is still to come at each moment of a walk, its own reward included. (B, T) → (B, T)

    Σ_d discount^d · reward[t + d],  d = 0, 1, … to the end

    Source: Sutton & Barto, section 13.3. Rewards of before a move are no merit of it: they only add noise.
    """
    sums = [torch.zeros_like(reward[:, 0])]
    for now in reward.T.flip(0):  # from the end
        sums.append(now + discount * sums[-1])
    return torch.stack(sums[:0:-1], 1)
