"""Answers to exercises 12.9 to 12.16."""

import torch

from course_utils.estimates import reinforce, to_go

# ── reward to go ─────────────────────────────────────────────────────────────────────────────────


def moment_by_moment(reward, discount=1.0):
    ahead, so_far = [], 0
    for t in reversed(range(reward.shape[1])):
        so_far = reward[:, t] + discount * so_far
        ahead.insert(0, so_far)
    return torch.stack(ahead, 1)


def by_a_triangle(reward, discount=1.0):
    t = torch.arange(reward.shape[1], device=reward.device)
    later = (t[:, None] - t).to(reward.dtype)  # row: when the reward comes; column: the move
    return reward @ torch.where(later >= 0, discount**later, 0 * later)


def whole_less_before(reward, discount=1.0):
    powers = discount ** torch.arange(reward.shape[1], device=reward.device)
    counted = reward * powers
    return (counted.sum(1, keepdim=True) - counted.cumsum(1) + counted) / powers


def later(change):
    """An answer that adds up nothing but what comes; change(reward, discount's powers)."""
    return lambda reward, discount=1.0: change(
        reward, discount ** torch.arange(reward.shape[1], device=reward.device)
    )


# ── draws from elsewhere ─────────────────────────────────────────────────────────────────────────


def ratio_alone(log_p, q, chosen, reward):
    return -(log_p.exp() / q * reward).gather(1, chosen).mean()


def by_logs(log_p, q, chosen, reward):
    weight = (log_p - q.log()).exp().detach()
    return -(weight * log_p * reward).gather(1, chosen).mean()


def row_by_row(log_p, q, chosen, reward):
    total = 0
    for i in range(len(chosen)):
        d = chosen[i]
        total = total - (log_p[i, d].exp() / q[i, d] * reward[i, d]).mean()
    return total / len(chosen)


def by_reinforce(log_p, q, chosen, reward):
    weighed = (log_p.detach().exp() / q * reward).gather(1, chosen)
    return reinforce(log_p.gather(1, chosen), weighed) / chosen.shape[1]


def of_chosen(weight, log_p, chosen, reward):
    return -(weight * log_p * reward).gather(1, chosen).mean()


# ── two draws ────────────────────────────────────────────────────────────────────────────────────


def drawn_first(log_p, reward, draw):
    chosen = draw(log_p.detach().exp())
    expected = (log_p.detach().exp() * reward).sum(1, keepdim=True)
    gain = reward.gather(1, chosen) - expected
    return -(log_p.gather(1, chosen) * gain).sum(1).mean()


def second_list_for_both(log_p, reward, draw):
    p = log_p.exp().detach()
    draw(p)
    chosen = draw(p)
    return reinforce(log_p.gather(1, chosen), (reward - (p * reward).sum(1)[:, None]).gather(1, chosen))


def by_index(log_p, reward, draw):
    p = log_p.detach().exp()
    chosen = draw(p)
    rows = torch.arange(len(p), device=p.device)[:, None]
    gain = (reward - (p * reward).sum(1, keepdim=True))[rows, chosen]
    return -(log_p[rows, chosen] * gain).sum() / len(p)


def once(of):
    """An answer that draws once: of(p, log_p, reward, chosen) → scalar"""

    def loss(log_p, reward, draw):
        p = log_p.detach().exp()
        return of(p, log_p, reward, draw(p))

    return loss


def gain(p, reward, chosen):
    return (reward - (p * reward).sum(1, keepdim=True)).gather(1, chosen)


RIGHT = {
    "12.9": [
        moment_by_moment,
        by_a_triangle,
        whole_less_before,
        lambda reward, discount=1.0: moment_by_moment(reward, discount).detach(),
    ],
    "12.10": [1.0986, 1.1, "1.099"],
    "12.11": ["bca", " BCA", "Bca"],
    "12.12": [ratio_alone, by_logs, row_by_row, by_reinforce],
    "12.13": [drawn_first, second_list_for_both, by_index],
    "12.14": [4.605, 4.61, "4.6"],
    "12.15": ["dba", " DBA", "Dba"],
}

WRONG = {
    "12.9": {
        "turned around only": lambda reward, discount=1.0: reward.flip(1),
        "minus": lambda reward, discount=1.0: -to_go(reward, discount),
        "minus what was": later(lambda r, powers: -(r * powers).cumsum(1)),
        "mean of what is left": lambda reward, discount=1.0: (
            to_go(reward, discount) / torch.arange(reward.shape[1], 0, -1, device=reward.device)
        ),
        "one number a walk": lambda reward, discount=1.0: reward.sum(1),
        "one number in all": lambda reward, discount=1.0: reward.sum(),
        "mean over walks": lambda reward, discount=1.0: to_go(reward, discount).mean(0),
        "no discount": lambda reward, discount=1.0: reward.flip(1).cumsum(1).flip(1),
        "counted from the beginning": later(lambda r, powers: (r * powers).flip(1).cumsum(1).flip(1)),
        "the last counts most": later(lambda r, powers: (r.flip(1) * powers).cumsum(1).flip(1)),
        "multiplied twice": later(lambda r, powers: (r * powers).flip(1).cumsum(1).flip(1) * powers),
        "own reward left out": lambda reward, discount=1.0: to_go(reward, discount) - reward,
        "twice": lambda reward, discount=1.0: 2 * to_go(reward, discount),
        "both sides": lambda reward, discount=1.0: to_go(reward, discount) + reward.cumsum(1),
        "along walks": lambda reward, discount=1.0: reward.cumsum(0),
    },
    "12.12": {
        "detached log": lambda log_p, q, chosen, reward: (
            -(log_p.detach().exp() / q * log_p.detach() * reward).gather(1, chosen).mean()
        ),
        "a number": lambda log_p, q, chosen, reward: 0.0,
        "one for each draw": lambda log_p, q, chosen, reward: -(log_p.exp() / q * reward).gather(1, chosen),
        "one for each query": lambda log_p, q, chosen, reward: (
            -(log_p.exp() / q * reward).gather(1, chosen).mean(1)
        ),
        "uphill": lambda log_p, q, chosen, reward: (log_p.exp() / q * reward).gather(1, chosen).mean(),
        "sum over draws": lambda log_p, q, chosen, reward: (
            -(log_p.exp() / q * reward).gather(1, chosen).sum(1).mean()
        ),
        "sum of all": lambda log_p, q, chosen, reward: -(log_p.exp() / q * reward).gather(1, chosen).sum(),
        "upside down": lambda log_p, q, chosen, reward: of_chosen(
            q / log_p.detach().exp(), log_p, chosen, reward
        ),
        "no weight": lambda log_p, q, chosen, reward: of_chosen(1.0, log_p, chosen, reward),
        "q as weight": lambda log_p, q, chosen, reward: of_chosen(q, log_p, chosen, reward),
        "p not detached": lambda log_p, q, chosen, reward: of_chosen(log_p.exp() / q, log_p, chosen, reward),
        "reward left out": lambda log_p, q, chosen, reward: -(log_p.exp() / q).gather(1, chosen).mean(),
        "twice": lambda log_p, q, chosen, reward: -2 * (log_p.exp() / q * reward).gather(1, chosen).mean(),
        "all documents": lambda log_p, q, chosen, reward: -(log_p.exp() * reward).sum(1).mean(),
    },
    "12.13": {
        "uphill": once(lambda p, log_p, reward, d: -reinforce(log_p.gather(1, d), gain(p, reward, d))),
        "no baseline": once(lambda p, log_p, reward, d: reinforce(log_p.gather(1, d), reward.gather(1, d))),
        "mean over the choices": once(
            lambda p, log_p, reward, d: -(log_p.gather(1, d) * gain(p, reward, d)).mean()
        ),
        "sum over queries": once(
            lambda p, log_p, reward, d: -(log_p.gather(1, d) * gain(p, reward, d)).sum()
        ),
        "p for log p": once(
            lambda p, log_p, reward, d: reinforce(log_p.exp().gather(1, d), gain(p, reward, d))
        ),
        "detached": once(
            lambda p, log_p, reward, d: reinforce(log_p.detach().gather(1, d), gain(p, reward, d))
        ),
        "one for each query": once(
            lambda p, log_p, reward, d: -(log_p.gather(1, d) * gain(p, reward, d)).sum(1)
        ),
        "mean of rewards": once(
            lambda p, log_p, reward, d: reinforce(
                log_p.gather(1, d), (reward - reward.mean(1, keepdim=True)).gather(1, d)
            )
        ),
        "baseline added": once(
            lambda p, log_p, reward, d: reinforce(
                log_p.gather(1, d), (reward + (p * reward).sum(1, keepdim=True)).gather(1, d)
            )
        ),
        "baseline of the chosen": once(
            lambda p, log_p, reward, d: reinforce(
                log_p.gather(1, d), reward.gather(1, d) - reward.gather(1, d).mean(1, keepdim=True)
            )
        ),
        "all documents": lambda log_p, reward, draw: (
            -(log_p.exp() * (reward - reward.mean(1, keepdim=True))).sum(1).mean()
        ),
        "twice": once(lambda p, log_p, reward, d: 2 * reinforce(log_p.gather(1, d), gain(p, reward, d))),
    },
}
