"""Answers to exercises 10.9 to 10.16."""

import math

import torch
from torch.distributions import Categorical

from course_utils.entropies import entropy_of_mean, mean_entropy
from course_utils.exercises.codes.pairs import _fool, _step
from course_utils.losses import nll_fake, nll_real
from course_utils.train import descend

# ── around the theorem ───────────────────────────────────────────────────────────────────────────


def by_softmax(n):
    table = torch.zeros(n, n).softmax(1)
    return table, table


def as_lists(n):
    row = [1 / n] * n
    return [row] * n, [row] * n


def by_ones(n):
    E = torch.ones(n, n) / n
    return E, E.T.clone()


def tables(E, G=None):
    return lambda n: (E(n), (G or E)(n))


def even(n):
    return torch.full((n, n), 1 / n)


def lazy(n):
    return 0.5 * torch.eye(n) + 0.5 * even(n)


# ── on whose side? ───────────────────────────────────────────────────────────────────────────────


def exchanged_names(x, z, E, G, D, opt, loss):
    on_G, on_E = D(G(z), z), D(x, E(x))
    L = loss(on_G, on_E)
    descend(L, opt.EG)
    return L


def by_keywords_of_position(x, z, E, G, D, opt, *rest):
    (loss,) = rest
    L = loss(*reversed((D(x, E(x)), D(G(z), z))))
    descend(L, opt.EG)
    return L


def by_hand(x, z, E, G, D, opt, loss):
    L = loss(D(G(z), z), D(x, E(x)))
    opt.EG.zero_grad()
    L.backward(inputs=[*E.parameters(), *G.parameters()])
    opt.EG.step()
    return L


# ── entropies ────────────────────────────────────────────────────────────────────────────────────


def by_torch(logits):
    return Categorical(probs=logits.softmax(1).mean(0)).entropy()


def by_logsumexp(logits):
    log_mean = logits.log_softmax(1).logsumexp(0) - math.log(len(logits))
    return -(log_mean.exp() * log_mean).sum()


def by_loop(logits):
    mean = sum(row.softmax(0) for row in logits) / len(logits)
    return sum(-p * p.log() for p in mean)


def H(p):
    return -(p * p.log()).sum()


def three_in_full(y, y_fake):
    p, p_fake = y.softmax(1), y_fake.softmax(1)
    each, fakes = (torch.special.entr(q).sum(1).mean() for q in (p, p_fake))
    return each - torch.special.entr(p.mean(0)).sum() - fakes


def by_information(y, y_fake):
    mean = Categorical(y.softmax(1).mean(0).expand(len(y), -1))
    information = torch.distributions.kl_divergence(Categorical(logits=y), mean).mean()
    return -information - Categorical(logits=y_fake).entropy().mean()


def by_sums(y, y_fake):
    return sum((mean_entropy(y), -entropy_of_mean(y), -mean_entropy(y_fake)))


RIGHT = {
    "10.9": [-0.462, -0.4621, "-0.462"],
    "10.10": [by_softmax, as_lists, by_ones],
    "10.11": [exchanged_names, by_keywords_of_position, by_hand],
    "10.13": [by_torch, by_logsumexp, by_loop],
    "10.14": [three_in_full, by_information, by_sums],
}

WRONG = {
    "10.10": {
        "lazy": tables(lazy),
        "unequal rows": tables(
            lambda n: torch.rand(n, n, generator=torch.Generator().manual_seed(0)).softmax(1)
        ),
        "no sums": tables(lambda n: torch.zeros(n, n)),
        "negative": tables(lambda n: 2 * torch.eye(n) - even(n) * 1.0),
        "one row": tables(lambda n: torch.full((1, n), 1 / n)),
        "numbers": lambda n: (1 / n, 1 / n),
        "three tables": lambda n: (even(n), even(n), even(n)),
        "E by chance, G a map": tables(even, torch.eye),
        "E a map, G by chance": tables(torch.eye, even),
        "one image": tables(even, lambda n: torch.eye(n)[[0] * n]),
        "columns": tables(lambda n: torch.eye(n)[[0] * n].T),
        "not scaled": tables(lambda n: torch.ones(n, n)),
        "reversed": tables(lambda n: torch.eye(n).flip(0)),
    },
    "10.11": {
        "minus in front": _step(lambda loss, on_E, on_G: -1 * loss(on_E, on_G)),
        "only E's half": _step(lambda loss, on_E, on_G: nll_fake(on_E)),
        "only G's half": _step(lambda loss, on_E, on_G: nll_real(on_G)),
        "halved": _step(lambda loss, on_E, on_G: loss(on_G, on_E) / 2),
        "both real": _step(lambda loss, on_E, on_G: nll_real(on_E) + nll_real(on_G)),
        "both fake": _step(lambda loss, on_E, on_G: nll_fake(on_E) + nll_fake(on_G)),
        "same twice": _step(lambda loss, on_E, on_G: loss(on_G, on_G)),
        "same twice, E": _step(lambda loss, on_E, on_G: loss(on_E, on_E)),
        "moves D": _step(_fool, ("D",)),
        "moves all": _step(_fool, ("EG", "D")),
        "moves twice": _step(_fool, ("EG", "EG")),
        "G only": _step(_fool, ("G",)),
        "E only": _step(_fool, ("E",)),
        "E detached": _step(_fool, code=lambda E, x: E(x).detach()),
        "nothing returned": _step(_fool, told=False),
    },
    "10.13": {
        "mean of the entropies": mean_entropy,
        "of the mean logits": lambda logits: H(logits.mean(0).softmax(0)),
        "sign": lambda logits: -H(logits.softmax(1).mean(0)),
        "mean over groups": lambda logits: H(logits.softmax(1).mean(0)) / logits.shape[1],
        "each item": lambda logits: -(logits.softmax(1) * logits.log_softmax(1)).sum(1),
        "each group": lambda logits: torch.special.entr(logits.softmax(1).mean(0)),
        "sum of items": lambda logits: H(logits.softmax(1).sum(0)),
        "softmax over items": lambda logits: H(logits.softmax(0).mean(0)),
        "detached": lambda logits: H(logits.softmax(1).mean(0)).detach(),
        "difference": lambda logits: H(logits.softmax(1).mean(0)) - mean_entropy(logits),
        "bits": lambda logits: H(logits.softmax(1).mean(0)) / math.log(2),
        "a number": lambda logits: H(logits.softmax(1).mean(0)).item(),
        "log of the mean only": lambda logits: -logits.softmax(1).mean(0).log().mean(),
        "exponential": lambda logits: H(logits.softmax(1).mean(0)).exp(),
    },
    "10.14": {
        "all turned": lambda y, y_fake: entropy_of_mean(y) - mean_entropy(y) + mean_entropy(y_fake),
        "sure of fakes": lambda y, y_fake: mean_entropy(y) - entropy_of_mean(y) + mean_entropy(y_fake),
        "fakes evenly": lambda y, y_fake: mean_entropy(y) - entropy_of_mean(y) - entropy_of_mean(y_fake),
        "no evenness": lambda y, y_fake: mean_entropy(y) - mean_entropy(y_fake),
        "no fakes": lambda y, y_fake: mean_entropy(y) - entropy_of_mean(y),
        "not sure": lambda y, y_fake: -entropy_of_mean(y) - mean_entropy(y_fake),
        "uneven": lambda y, y_fake: mean_entropy(y) + entropy_of_mean(y) - mean_entropy(y_fake),
        "undecided": lambda y, y_fake: -mean_entropy(y) - entropy_of_mean(y) - mean_entropy(y_fake),
        "exchanged": lambda y, y_fake: mean_entropy(y_fake) - entropy_of_mean(y_fake) - mean_entropy(y),
        "evenness of fakes for that of real ones": lambda y, y_fake: (
            mean_entropy(y) - entropy_of_mean(y_fake) - mean_entropy(y_fake)
        ),
        "detached": lambda y, y_fake: by_sums(y.detach(), y_fake.detach()),
        "fakes detached": lambda y, y_fake: by_sums(y, y_fake.detach()),
        "mean of three": lambda y, y_fake: by_sums(y, y_fake) / 3,
    },
}
