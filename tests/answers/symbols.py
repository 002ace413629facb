"""Answers to the exercises of notebook 12, sections 1 to 3."""

import torch

from course_utils.estimates import draw, gumbel, gumbel_softmax, less_the_others, one_hot_of

# ── 12.2 ─────────────────────────────────────────────────────────────────────────────────────────


def sentence_by_sentence(log_p, reward):
    with torch.no_grad():
        fixed = reward.clone()
    return -torch.stack([(row * r).sum() for row, r in zip(log_p, fixed, strict=True)]).mean()


def by_einsum(log_p, reward):
    return -torch.einsum("bt,bt->", log_p, reward.detach()) / log_p.shape[0]


def sum_then_mean(log_p, reward):
    return (-log_p * reward.data).sum(dim=1).mean()


def by_ratio(log_p, reward):
    """As PPO writes it: another value, the same gradient."""
    return -((log_p - log_p.detach()).exp() * reward.detach()).sum(1).mean()


def loss(of=lambda lp, r: lp * r, total=lambda terms: terms.sum(1).mean(), sign=-1, cut=True):
    return lambda log_p, reward: sign * total(of(log_p, reward.detach() if cut else reward))


# ── 12.3 ─────────────────────────────────────────────────────────────────────────────────────────


def one_left_out(reward, sign):
    n = len(reward)
    return torch.stack([reward[i] - torch.cat([reward[:i], reward[i + 1 :]]).mean() for i in range(n)])


def by_mask(reward, sign):
    others = 1 - torch.eye(len(reward), dtype=reward.dtype, device=reward.device)
    return reward - others @ reward / others.sum(1)


def own_mean_stretched(reward, sign):
    n = len(reward)
    return (reward - reward.mean()) * n / (n - 1)


def one_other(reward, sign):
    """Another item's reward alone: a noisy baseline, but an honest one. (Too noisy for three or four.)"""
    return (reward - reward.roll(1) + less_the_others(reward)) / 2


def less(baseline):
    return lambda reward, sign: reward - baseline(reward, sign)


def by_sign(weight):
    def baseline(reward, sign):
        same = (sign[:, None] == sign).to(reward)
        return weight * (same @ reward) / same.sum(1)

    return baseline


# ── 12.5 ─────────────────────────────────────────────────────────────────────────────────────────


def by_gumbel(logits, u):
    return (logits - (-u.log()).log()).argmax(1)


def other_end_of_u(logits, u):
    return (-torch.log1p(-u) / torch.exp(logits)).min(dim=1).indices


def by_powers(logits, u):
    """u^(1/rate) is largest where the time is smallest."""
    return (u.log() * (-logits).exp()).argmax(dim=-1)


def by_inverse_cdf(logits, u):
    """Only one of the k chances is used: the draws are right."""
    return (u[:, :1] > logits.softmax(0).cumsum(0)[:-1]).sum(1)


def race(time, winner=torch.argmin):
    return lambda logits, u: winner(time(logits, u), 1)


# ── 12.6 ─────────────────────────────────────────────────────────────────────────────────────────


def by_uniform(logits, temperature=1.0):
    g = -torch.log(-torch.log(torch.rand_like(logits).clamp(1e-20, 1 - 1e-7)))
    soft = torch.softmax((logits + g) / temperature, -1)
    hard = torch.zeros_like(soft).scatter_(-1, soft.argmax(-1, keepdim=True), 1.0)
    return (hard - soft).detach() + soft


def by_pytorch(logits, temperature=1.0):
    return torch.nn.functional.gumbel_softmax(logits, tau=temperature, hard=True)


def noise_first(logits, temperature=1.0):
    noisy = logits + gumbel(logits)
    soft = (noisy / temperature).softmax(-1)
    return one_hot_of(noisy) - soft.detach() + soft


def straight(soft=gumbel_softmax, put=lambda hard, soft: hard + soft - soft.detach()):
    def answer(logits, temperature=1.0):
        shares = soft(logits, temperature)
        return put(one_hot_of(shares), shares)

    return answer


def soft_of(change):
    return straight(lambda logits, T: change(logits, gumbel(logits), T).softmax(-1))


RIGHT = {
    "12.2": [sentence_by_sentence, by_einsum, sum_then_mean, by_ratio],
    "12.3": [one_left_out, by_mask, own_mean_stretched],
    "12.5": [
        by_gumbel,
        other_end_of_u,
        by_powers,
        by_inverse_cdf,
        lambda logits, u: by_gumbel(logits, u).cpu().numpy(),
        lambda logits, u: by_gumbel(logits, u).tolist(),
    ],
    "12.6": [by_uniform, by_pytorch, noise_first],
}

WRONG = {
    "12.2": {
        "reward keeps its gradient": loss(cut=False),
        "up": loss(sign=1),
        "mean over signs": loss(total=torch.mean),
        "sum over all": loss(total=torch.sum),
        "one number a sentence": loss(total=lambda terms: terms.sum(1)),
        "one number a sign": loss(total=lambda terms: terms.mean(0)),
        "nothing taken together": loss(total=lambda terms: terms),
        "p for log p": loss(of=lambda lp, r: lp.exp() * r),
        "weighted by p": loss(of=lambda lp, r: lp.exp() * lp * r),
        "log p alone": loss(of=lambda lp, r: lp),
        "added": loss(of=lambda lp, r: lp + r),
        "log p detached": loss(of=lambda lp, r: lp.detach() * r),
        "rewards of all signs": loss(of=lambda lp, r: lp.sum(1, keepdim=True) * r),
        "mean reward": loss(of=lambda lp, r: lp * r.mean()),
        "rewards squared": loss(of=lambda lp, r: lp * r.square()),
        "half": loss(of=lambda lp, r: lp * r / 2),
    },
    "12.3": {
        "nothing taken away": less(lambda reward, sign: 0.0),
        "its sign's mean": less(by_sign(1.0)),
        "half of the mean": less(lambda reward, sign: reward.mean() / 2),
        "standardized": lambda reward, sign: (reward - reward.mean()) / (reward.std() + 1e-8),
        "half of its sign's mean": less(by_sign(0.5)),
        "nearly all of its sign's mean": less(by_sign(0.9)),
        "the largest": less(lambda reward, sign: reward.max()),
        "the smallest": less(lambda reward, sign: reward.min()),
        "the median": less(lambda reward, sign: reward.median()),
        "a constant": less(lambda reward, sign: 1.0),
        "added": lambda reward, sign: 2 * reward + less_the_others(reward),
        "its sign's number": less(lambda reward, sign: sign.to(reward)),
        "only the better ones": lambda reward, sign: less_the_others(reward).clamp(min=0),
        "in place": lambda reward, sign: reward.sub_((reward.sum() - reward) / (len(reward) - 1)),
        "turned": lambda reward, sign: -less_the_others(reward),
    },
    "12.5": {
        "the last": race(lambda logits, u: -u.log() / logits.exp(), torch.argmax),
        "times the rate": race(lambda logits, u: -u.log() * logits.exp()),
        "no logarithm": race(lambda logits, u: u / logits.exp()),
        "no chance": race(lambda logits, u: -logits.expand_as(u)),
        "the logit as rate": race(lambda logits, u: -u.log() / logits),
        "rates of 1": race(lambda logits, u: -u.log()),
        "times p": race(lambda logits, u: u * logits.softmax(0), torch.argmax),
        "uniform noise": race(lambda logits, u: logits + u, torch.argmax),
        "logistic noise": race(lambda logits, u: logits + u.logit(), torch.argmax),
        "sign of the time": race(lambda logits, u: u.log() / logits.exp()),
        "over the races": lambda logits, u: (-u.log() / logits.exp()).argmin(0),
        "from 1": lambda logits, u: by_gumbel(logits, u) + 1,
        "u in place": lambda logits, u: (-u.log_() / logits.exp()).argmin(1),
        "always the same": lambda logits, u: torch.multinomial(
            logits.softmax(0), len(u), True, generator=torch.Generator().manual_seed(0)
        ),
        "by the place": lambda logits, u: by_inverse_cdf(logits, torch.linspace(0, 1, len(u))[:, None]),
        "the time": lambda logits, u: (-u.log() / logits.exp()).min(1).values,
        "one-hot": lambda logits, u: one_hot_of(u.log() / logits.exp()),
        "chance of its own": lambda logits, u: draw(logits.expand_as(u)).argmax(1),
    },
    "12.6": {
        "soft": straight(put=lambda hard, soft: soft),
        "hard": straight(put=lambda hard, soft: hard),
        "all detached": straight(put=lambda hard, soft: hard + (soft - soft).detach()),
        "nothing detached": straight(put=lambda hard, soft: hard + soft - soft),
        "turned": straight(put=lambda hard, soft: hard - soft + soft.detach()),
        "twice": straight(put=lambda hard, soft: hard + 2 * soft - 2 * soft.detach()),
        "hard and soft": straight(put=lambda hard, soft: hard + soft),
        "product": straight(put=lambda hard, soft: hard * soft),
        "times T": soft_of(lambda logits, g, T: (logits + g) * T),
        "noise divided": soft_of(lambda logits, g, T: logits + g / T),
        "no noise": soft_of(lambda logits, g, T: logits / T),
        "the same noise": soft_of(
            lambda logits, g, T: (
                (logits - torch.empty_like(g).exponential_(generator=torch.Generator().manual_seed(0)).log())
                / T
            )
        ),
        "along axis 1": lambda logits, temperature=1.0: (
            (soft := ((logits + gumbel(logits)) / temperature).softmax(1))
            + (soft == soft.amax(1, keepdim=True)).to(soft)
            - soft.detach()
        ),
        "no temperature": soft_of(lambda logits, g, T: logits + g),
        "noise taken away": soft_of(lambda logits, g, T: (logits - g) / T),
        "Normal noise": soft_of(lambda logits, g, T: (logits + torch.randn_like(logits)) / T),
        "two draws": lambda logits, temperature=1.0: (
            draw(logits) + (soft := gumbel_softmax(logits, temperature)) - soft.detach()
        ),
    },
}
