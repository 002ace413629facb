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


def draw(sigma, epsilon=torch.randn_like):
    return lambda mu, log_var: mu + sigma(log_var) * epsilon(mu)


def places(share):
    return lambda n: Normal(0.0, 1.0).icdf(share(torch.arange(n) + 0.5, n))


def inverse_by_bisection(n):
    low, high = torch.full((n,), -9.0), torch.full((n,), 9.0)
    for _ in range(60):
        middle = (low + high) / 2
        below = Normal(0.0, 1.0).cdf(middle) < (torch.arange(n) + 0.5) / n
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return (low + high) / 2


def largest_first(log_w):
    m = log_w.detach().max(0).values
    return m + (log_w - m).exp().mean(0).log()


RIGHT = {
    "02.2": [
        lambda mu, log_var: (0.5 * (mu**2 + log_var.exp() - log_var - 1)).sum() / len(mu),
        lambda mu, log_var: kl_divergence(Normal(mu, (log_var / 2).exp()), Normal(0, 1)).sum(-1).mean(),
        lambda mu, log_var: (
            0.5
            * torch.stack(
                [(a @ a + (v.exp() - v - 1).sum()) for a, v in zip(mu, log_var, strict=True)]
            ).mean()
        ),
    ],
    "02.3": [
        bernoulli_bugged(lambda log_p: -log_p.sum() / len(log_p)),
        lambda logits, x: binary_cross_entropy_with_logits(logits, (x + 1) / 2, reduction="sum") / len(x),
        lambda logits, x: (softplus(logits) - (x + 1) / 2 * logits).flatten(1).sum(1).mean(),
        lambda logits, x: (
            -Bernoulli(logits=logits, validate_args=False).log_prob((x + 1) / 2).flatten(1).sum(1).mean()
        ),
    ],
    "02.4": [
        lambda mu, log_var: Normal(mu, (log_var / 2).exp()).rsample(),
        lambda mu, log_var: torch.randn_like(mu) * log_var.exp().sqrt() + mu,
        lambda mu, log_var: torch.addcmul(
            mu, torch.exp(log_var) ** 0.5, torch.randn(mu.shape, device=mu.device)
        ),
    ],
    "02.6": [
        largest_first,
        lambda log_w: torch.logsumexp(log_w - math.log(log_w.shape[0]), dim=0),
        lambda log_w: torch.stack([torch.logsumexp(w, 0) - math.log(len(w)) for w in log_w.T]),
    ],
    "02.7": [
        lambda n: math.sqrt(2) * torch.erfinv(2 * (torch.arange(n) + 0.5) / n - 1),
        lambda n: torch.special.ndtri(torch.linspace(0.5 / n, 1 - 0.5 / n, n)),
        inverse_by_bisection,
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
        "sign of μ": lambda mu, log_var: 0.5 * (log_var.exp() - mu**2 - log_var - 1).sum(1).mean(),
        "twice": lambda mu, log_var: 2 * kl_normal(mu, log_var),
        "root": lambda mu, log_var: kl_normal(mu, log_var).sqrt(),
        "no gradient": lambda mu, log_var: kl_normal(mu, log_var).detach(),
        "mean over the first axis only": lambda mu, log_var: (
            0.5 * (mu**2 + log_var.exp() - log_var - 1).mean(0)
        ),
        "one for each image": lambda mu, log_var: 0.5 * (mu**2 + log_var.exp() - log_var - 1).sum(1),
        "exchanged": lambda mu, log_var: kl_normal(log_var, mu),
        "μ does not learn": lambda mu, log_var: kl_normal(mu.detach(), log_var),
        "σ does not learn": lambda mu, log_var: kl_normal(mu, log_var.detach()),
        "divided twice": lambda mu, log_var: kl_normal(mu, log_var) / len(mu),
        "sign of log_var": lambda mu, log_var: kl_normal(mu, -log_var),
    },
    "02.3": {
        "mean over images, sum of nothing": bernoulli_bugged(lambda log_p: -log_p.flatten(1).sum(1)),
        "columns": bernoulli_bugged(lambda log_p: -log_p.flatten(1).sum(0).mean()),
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
        "negative noise scale squared": draw(lambda v: v.exp().square()),
        "detached noise and mean": lambda mu, log_var: (
            (mu + (0.5 * log_var).exp() * torch.randn_like(mu)).data
        ),
        "sample": lambda mu, log_var: Normal(mu, (0.5 * log_var).exp()).sample(),
        "σ is 1": draw(torch.ones_like),
        "quarter": draw(lambda v: (0.25 * v).exp()),
        "half outside": draw(lambda v: 0.5 * v.exp()),
        "half of σ": draw(lambda v: 0.5 * (0.5 * v).exp()),
        "one draw for the batch": lambda mu, log_var: (
            mu + (0.5 * log_var).exp() * torch.randn(1, mu.shape[1])
        ),
        "μ twice": lambda mu, log_var: 2 * mu + (0.5 * log_var).exp() * torch.randn_like(mu),
        "no μ": lambda mu, log_var: (0.5 * log_var).exp() * torch.randn_like(mu) + 0 * mu,
        "stretched after the shift": lambda mu, log_var: (0.5 * log_var).exp() * (mu + torch.randn_like(mu)),
        "minus μ": lambda mu, log_var: (0.5 * log_var).exp() * torch.randn_like(mu) - mu,
    },
    "02.6": {
        "a dimension is left": lambda log_w: log_w.logsumexp(0, keepdim=True) - math.log(len(log_w)),
        "sign": lambda log_w: math.log(len(log_w)) - log_w.logsumexp(0),
        "mean of the images": lambda log_w: (log_w.logsumexp(0) - math.log(len(log_w))).mean(),
        "no gradient": lambda log_w: (log_w.logsumexp(0) - math.log(len(log_w))).detach(),
        "weights, not logarithms": lambda log_w: log_w.exp().mean(0),
        "half": lambda log_w: 0.5 * (log_w.logsumexp(0) - math.log(len(log_w))),
        "worst": lambda log_w: log_w.min(0).values,
        "median": lambda log_w: log_w.median(0).values,
        "log of n + 1": lambda log_w: log_w.logsumexp(0) - math.log(len(log_w) + 1),
        "minus n": lambda log_w: log_w.logsumexp(0) - len(log_w),
        "softmax": lambda log_w: log_w.softmax(0).mean(0),
        "log_softmax": lambda log_w: log_w.log_softmax(0).mean(0),
        "the largest is not added again": lambda log_w: (log_w - log_w.max(0).values).exp().mean(0).log(),
        "clamped": lambda log_w: log_w.exp().mean(0).clamp(min=1e-30).log(),
    },
    "02.7": {
        "falling": places(lambda i, n: 1 - i / n),
        "twice": lambda n: 2 * places(lambda i, n: i / n)(n),
        "absolute": lambda n: places(lambda i, n: i / n)(n).abs(),
        "even, to 2": lambda n: torch.linspace(-2, 2, n),
        "from one": places(lambda i, n: ((i + 0.5) / n).clamp(max=1)),
        "a column": lambda n: places(lambda i, n: i / n)(n)[:, None],
        "a mean of 1": lambda n: places(lambda i, n: i / n)(n) + 1,
        "density": lambda n: Normal(0.0, 1.0).log_prob(torch.linspace(-3, 3, n)).exp(),
        "sorted draws": lambda n: torch.randn(n).sort()[0],
        "one share too far": places(lambda i, n: (i + 0.5) / n),
        "variance ½": lambda n: Normal(0.0, 0.5).icdf((torch.arange(n) + 0.5) / n),
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
