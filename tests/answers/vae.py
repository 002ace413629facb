"""Answers to the exercises of notebook 02."""

import math

import torch
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence
from torch.nn.functional import binary_cross_entropy_with_logits, gaussian_nll_loss, logsigmoid, softplus

from course_utils.losses import bernoulli_nll, kl_normal, normal_nll


def bernoulli_bugged(part):
    """02.3, mended elsewhere or otherwise: `part` makes one number of the log-probabilities."""
    return lambda logits, x: part((x + 1) / 2 * logsigmoid(logits) + (1 - (x + 1) / 2) * logsigmoid(-logits))


def pixels(log, squares, half=0.5):
    """02.10 with other parts, from log σ, log σ² and the squares."""

    def wrong(mean, log_var, x):
        error = math.log(2 * math.pi) + log(log_var) + squares((x - mean).square(), log_var)
        return half * error.flatten(1).sum(1).mean()

    return wrong


def kl_to(mu, log_var, tau):
    """To N(0, τ²): that to N(0, 1), in units of τ."""
    return kl_normal(mu / tau, log_var - 2 * math.log(tau))


def places(share):
    return lambda n: Normal(0.0, 1.0).icdf(share(torch.arange(n) + 0.5, n))


def edges(n):
    return Normal(0.0, 1.0).icdf(torch.linspace(0, 1, n + 1))


def means_by_the_error_function(n):
    """From the density at the edges, these by erfinv."""
    at = math.sqrt(2) * torch.erfinv(2 * torch.arange(1, n) / n - 1)
    inner = torch.exp(-(at**2) / 2) / math.sqrt(2 * math.pi)
    zero = torch.zeros(1)
    return -n * torch.diff(torch.cat([zero, inner, zero]))


def means_in_a_loop(n):
    cuts = [0.0, *(torch.special.ndtri(torch.tensor(i / n)).item() for i in range(1, n)), 0.0]
    at = [math.exp(-c * c / 2) / math.sqrt(2 * math.pi) for c in cuts]
    at[0] = at[-1] = 0.0
    return torch.tensor([n * (at[i] - at[i + 1]) for i in range(n)])


def in_groups(inside, outside=lambda bounds: bounds.mean(0)):
    return lambda log_w, k: outside(inside(log_w[: len(log_w) // k * k].unflatten(0, (-1, k)), k))


def log_mean(groups, k):
    return groups.logsumexp(1) - math.log(k)


def largest_first(log_w, k):
    parts = [log_w[i : i + k] for i in range(0, len(log_w) - k + 1, k)]
    m = [part.detach().max(0).values for part in parts]
    return sum(c + (part - c).exp().mean(0).log() for c, part in zip(m, parts, strict=True)) / len(parts)


def of_q(mu, log_var):
    """Mean and variance of q(z)."""
    return mu.mean(0), (mu - mu.mean(0)).square().mean(0) + log_var.exp().mean(0)


def saved(m, v):
    return lambda mu, log_var: 0.5 * (m(mu, log_var) ** 2 + v(mu, log_var) - 1 - v(mu, log_var).log()).sum()


def by_both_kls(mu, log_var):
    q, (m, v) = Normal(mu, (log_var / 2).exp()), of_q(mu, log_var)
    return (kl_divergence(q, Normal(0.0, 1.0)) - kl_divergence(q, Normal(m, v.sqrt()))).sum(1).mean()


def by_second_moments(mu, log_var):
    second = (mu**2 + log_var.exp()).mean(0)
    return 0.5 * (second - 1 - (second - mu.mean(0) ** 2).log()).sum()


RIGHT = {
    "02.2": [
        lambda mu, log_var, tau: (
            ((mu**2 + log_var.exp()) / tau**2 - log_var + math.log(tau**2) - 1).sum() / (2 * len(mu))
        ),
        lambda mu, log_var, tau: kl_normal(mu / tau, log_var - 2 * math.log(tau)),
        lambda mu, log_var, tau: torch.stack(
            [
                (a @ a + v.exp().sum()) / (2 * tau**2) - (v.sum() / 2 + len(v) * (0.5 - math.log(tau)))
                for a, v in zip(mu, log_var, strict=True)
            ]
        ).mean(),
    ],
    "02.3": [
        bernoulli_bugged(lambda log_p: -log_p.sum() / len(log_p)),
        lambda logits, x: binary_cross_entropy_with_logits(logits, (x + 1) / 2, reduction="sum") / len(x),
        lambda logits, x: (softplus(logits) - (x + 1) / 2 * logits).flatten(1).sum(1).mean(),
        lambda logits, x: (
            -Bernoulli(logits=logits, validate_args=False).log_prob((x + 1) / 2).flatten(1).sum(1).mean()
        ),
    ],
    "02.6": [
        largest_first,
        lambda log_w, k: torch.stack(
            [torch.logsumexp(w, 0) - math.log(k) for w in log_w.split(k) if len(w) == k]
        ).mean(0),
        lambda log_w, k: (
            (log_w[: len(log_w) - len(log_w) % k].reshape(-1, k, log_w.shape[1]) - math.log(k))
            .logsumexp(1)
            .mean(0)
        ),
    ],
    "02.7": [
        means_by_the_error_function,
        means_in_a_loop,
        lambda n: n * -Normal(0.0, 1.0).log_prob(edges(n)).exp().diff(),
    ],
    "02.11": [
        by_both_kls,
        by_second_moments,
        lambda mu, log_var: kl_divergence(
            Normal(mu.mean(0), of_q(mu, log_var)[1].sqrt()), Normal(0.0, 1.0)
        ).sum(),
    ],
    "02.10": [
        lambda mean, log_var, x: normal_nll((mean, log_var), x),
        lambda mean, log_var, x: (
            -Independent(Normal(mean, (0.5 * log_var).exp().expand_as(x)), 3).log_prob(x).mean()
        ),
        lambda mean, log_var, x: (
            gaussian_nll_loss(mean, x, log_var.exp().expand_as(x), full=True, reduction="sum", eps=0) / len(x)
        ),
        pixels(lambda v: 2 * (0.5 * v), lambda s, v: s * (-v).exp()),
    ],
}

WRONG = {
    "02.2": {
        "sign of μ": lambda mu, log_var, tau: kl_to(mu, log_var, tau) - (mu / tau).square().sum(1).mean(),
        "twice": lambda mu, log_var, tau: 2 * kl_to(mu, log_var, tau),
        "root": lambda mu, log_var, tau: kl_to(mu, log_var, tau).sqrt(),
        "no gradient": lambda mu, log_var, tau: kl_to(mu, log_var, tau).detach(),
        "mean over the first axis only": lambda mu, log_var, tau: (
            0.5 * (mu**2 / tau**2 + log_var.exp() / tau**2 - log_var + math.log(tau**2) - 1).mean(0)
        ),
        "one for each image": lambda mu, log_var, tau: (
            0.5 * (mu**2 / tau**2 + log_var.exp() / tau**2 - log_var + math.log(tau**2) - 1).sum(1)
        ),
        "τ is 1": lambda mu, log_var, tau: kl_normal(mu, log_var),
        "τ for τ²": lambda mu, log_var, tau: kl_to(mu, log_var, math.sqrt(tau)),
        "no log τ": lambda mu, log_var, tau: kl_to(mu, log_var, tau) - mu.shape[1] * math.log(tau),
        "by torch": lambda mu, log_var, tau: (
            kl_divergence(Normal(mu, (0.5 * log_var).exp()), Normal(0.0, tau)).sum(-1).mean()
        ),
        "μ does not learn": lambda mu, log_var, tau: kl_to(mu.detach(), log_var, tau),
        "σ does not learn": lambda mu, log_var, tau: kl_to(mu, log_var.detach(), tau),
        "divided twice": lambda mu, log_var, tau: kl_to(mu, log_var, tau) / len(mu),
        "the prior from q": lambda mu, log_var, tau: kl_to(-mu, -log_var, tau),
    },
    "02.3": {
        "mean over images, sum of nothing": bernoulli_bugged(lambda log_p: -log_p.flatten(1).sum(1)),
        "a mean of all": bernoulli_bugged(lambda log_p: -log_p.flatten(1).mean()),
        "a sum of all": bernoulli_bugged(lambda log_p: -log_p.sum()),
        "twice divided": lambda logits, x: bernoulli_nll(logits, x) / len(x),
        "half": lambda logits, x: bernoulli_nll(logits, x) / 2,
        "sign": bernoulli_bugged(lambda log_p: log_p.flatten(1).sum(1).mean()),
        "exchanged": lambda logits, x: (
            binary_cross_entropy_with_logits(x, logits.sigmoid(), reduction="sum") / len(x)
        ),
        "no gradient": lambda logits, x: bernoulli_nll(logits.detach(), x),
        "absolute": lambda logits, x: bernoulli_nll(logits, x).exp(),
        "target squared": lambda logits, x: bernoulli_nll(logits, 2 * ((x + 1) / 2).square() - 1),
        "paper only": lambda logits, x: -((1 - (x + 1) / 2) * logsigmoid(-logits)).flatten(1).sum(1).mean(),
        "summed over rows only": bernoulli_bugged(lambda log_p: -log_p.sum(-1).mean()),
    },
    "02.4": {
        "noise": 2,
        "log σ": 6.0,
        "σ²": 0.3333,
        "μ": 1,
        "none": 0.0,
        "sign": -3,
        "half of σ": 1.5,
        "half of z": 3.5,
        "half of σ²": 4.5,
        "the variance": 9,
    },
    "02.6": {
        "a dimension is left": in_groups(log_mean, lambda bounds: bounds.mean(0, keepdim=True)),
        "sign": lambda log_w, k: -in_groups(log_mean)(log_w, k),
        "mean of the images": lambda log_w, k: in_groups(log_mean)(log_w, k).mean(),
        "no gradient": lambda log_w, k: in_groups(log_mean)(log_w, k).detach(),
        "weights, not logarithms": in_groups(lambda groups, k: groups.exp().mean(1)),
        "half": lambda log_w, k: 0.5 * in_groups(log_mean)(log_w, k),
        "first group": lambda log_w, k: log_w[:k].logsumexp(0) - math.log(k),
        "all draws": lambda log_w, k: log_w.logsumexp(0) - math.log(len(log_w)),
        "log k − 1": in_groups(lambda groups, k: groups.logsumexp(1) - math.log(k + 1)),
        "minus k": in_groups(lambda groups, k: groups.logsumexp(1) - k),
        "mean of the logs": lambda log_w, k: log_w.mean(0),
        "the rest as a group": lambda log_w, k: torch.stack(
            [torch.logsumexp(w, 0) - math.log(len(w)) for w in log_w.split(k)]
        ).mean(0),
        "the rest, divided by k": lambda log_w, k: torch.stack(
            [torch.logsumexp(w, 0) - math.log(k) for w in log_w.split(k)]
        ).mean(0),
        "strides": lambda log_w, k: torch.stack(
            [
                log_w[i : len(log_w) // k * k : len(log_w) // k].logsumexp(0) - math.log(k)
                for i in range(len(log_w) // k)
            ]
        ).mean(0),
        "clamped": in_groups(lambda groups, k: groups.exp().mean(1).clamp(min=1e-30).log()),
        "the largest is not added again": in_groups(
            lambda groups, k: (groups - groups.amax(1, keepdim=True)).exp().mean(1).log()
        ),
        "the groups' bounds in a mean of weights": in_groups(
            log_mean, lambda bounds: bounds.exp().mean(0).log()
        ),
    },
    "02.7": {
        "falling": lambda n: n * Normal(0.0, 1.0).log_prob(edges(n)).exp().diff(),
        "medians": places(lambda i, n: i / n),
        "twice": lambda n: -2 * n * Normal(0.0, 1.0).log_prob(edges(n)).exp().diff(),
        "not divided by the share": lambda n: -Normal(0.0, 1.0).log_prob(edges(n)).exp().diff(),
        "absolute": lambda n: (n * Normal(0.0, 1.0).log_prob(edges(n)).exp().diff()).abs(),
        "even, to 2": lambda n: torch.linspace(-2, 2, n),
        "a column": lambda n: (-n * Normal(0.0, 1.0).log_prob(edges(n)).exp().diff())[:, None],
        "a mean of 1": lambda n: 1 - n * Normal(0.0, 1.0).log_prob(edges(n)).exp().diff(),
        "density": lambda n: Normal(0.0, 1.0).log_prob(torch.linspace(-3, 3, n)).exp(),
        "sorted draws": lambda n: torch.randn(n).sort()[0],
        "edges": lambda n: edges(n)[1:],
        "middles": lambda n: (edges(n).clamp(-4, 4)[:-1] + edges(n).clamp(-4, 4)[1:]) / 2,
        "without 2π": lambda n: -n * (-(edges(n) ** 2) / 2).exp().diff(),
        "all edges": lambda n: n * Normal(0.0, 1.0).log_prob(edges(n)).exp(),
    },
    "02.11": {
        "means only": lambda mu, log_var: saved(lambda m, _: m.mean(0), lambda m, _: m.var(0, correction=0))(
            mu, log_var
        ),
        "within only": saved(lambda mu, _: mu.mean(0), lambda _, v: v.exp().mean(0)),
        "prior's mean stays": saved(lambda mu, _: 0 * mu[0], lambda mu, v: (mu**2 + v.exp()).mean(0)),
        "N − 1": saved(
            lambda mu, _: mu.mean(0),
            lambda mu, v: mu.var(0, correction=min(1, len(mu) - 1)) + v.exp().mean(0),
        ),
        "twice": lambda mu, log_var: 2 * by_both_kls(mu, log_var),
        "sign": lambda mu, log_var: -by_both_kls(mu, log_var),
        "mean over dimensions": lambda mu, log_var: by_both_kls(mu, log_var) / mu.shape[1],
        "what remains": lambda mu, log_var: kl_normal(mu, log_var) - by_both_kls(mu, log_var),
        "all": lambda mu, log_var: kl_normal(mu, log_var),
        "no gradient": lambda mu, log_var: by_both_kls(mu, log_var).detach(),
        "log of the mean": saved(
            lambda mu, _: mu.mean(0), lambda mu, v: mu.var(0, correction=0) + v.mean(0).exp()
        ),
        "standard deviations": saved(
            lambda mu, _: mu.mean(0), lambda mu, v: mu.var(0, correction=0) + (v / 2).exp().mean(0)
        ),
        "one for each dimension": lambda mu, log_var: (
            0.5 * (of_q(mu, log_var)[0] ** 2 + of_q(mu, log_var)[1] - 1 - of_q(mu, log_var)[1].log())
        ),
        "sum over images": lambda mu, log_var: by_both_kls(mu, log_var) * len(mu),
    },
    "02.10": {
        "log σ² as log σ everywhere": pixels(lambda v: 2 * v, lambda s, v: s / (2 * v).exp()),
        "sign of the logarithm": pixels(lambda v: -v, lambda s, v: s / v.exp()),
        "σ itself": pixels(lambda v: (0.5 * v).exp(), lambda s, v: s / v.exp()),
        "absolute error": pixels(lambda v: v, lambda s, v: s.sqrt() / v.exp()),
        "sign": lambda mean, log_var, x: -normal_nll((mean, log_var), x),
        "mean does not learn": lambda mean, log_var, x: normal_nll((mean.detach(), log_var), x),
        "σ does not learn": lambda mean, log_var, x: normal_nll((mean, log_var.detach()), x),
        "half": lambda mean, log_var, x: normal_nll((mean, log_var), x) / 2,
        "divided by the batch": lambda mean, log_var, x: normal_nll((mean, log_var), x) / len(x),
        "no spread": pixels(lambda v: 0 * v, lambda s, v: s + 0 * v),
        "fixed σ in the squares": pixels(lambda v: v, lambda s, v: s),
    },
}
