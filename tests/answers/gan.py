"""Answers to the exercises of notebook 04."""

import math

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce_logits
from torch.nn.functional import logsigmoid, softplus

from course_utils.exercises.gan.dynamics import turn
from course_utils.losses import discriminator_loss, jensen_shannon, nll_fake, nll_real, non_saturating
from course_utils.metrics import modes_covered


def two_means(on_real, on_fake):
    return bce_logits(on_real, torch.ones_like(on_real)) + bce_logits(on_fake, torch.zeros_like(on_fake))


def weighed(on_real, on_fake):
    logits = torch.cat([on_real, on_fake])
    is_real = torch.cat([torch.ones_like(on_real), torch.zeros_like(on_fake)])
    n = torch.cat([torch.full_like(on_real, len(on_real)), torch.full_like(on_fake, len(on_fake))])
    return bce_logits(logits, is_real, weight=1 / n, reduction="sum")


def entropy(p):
    return -torch.xlogy(p, p).sum()


def where_positive(p, q):
    m, kl = (p + q) / 2, 0
    for a in (p, q):
        some = a > 0
        kl = kl + (a[some] * (a[some] / m[some]).log()).sum() / 2
    return kl


def value_of_the_best_D(p, q, total=torch.nansum):
    V = total(torch.xlogy(p, p / (p + q))) + total(torch.xlogy(q, q / (p + q)))
    return (V + math.log(4)) / 2


def complex_step(x, y, h):
    z = complex(x, y) * (1 + 1j * h)
    return z.real, z.imag


def old_kept(x, y, h):
    x_old = x
    x = x - h * y
    y = y + h * x_old
    return x, y


def both_gradients(x, y, h):
    d_x, d_y = y, x
    return x - h * d_x, y + h * d_y


def labels_follow(G, D, x, z, opt_G, opt_D):
    """Fakes first, and so do their labels."""
    n = len(x)
    is_real = torch.cat([torch.zeros(n, 1), torch.ones(n, 1)]).to(x.device)
    x_fake = G(z)
    L_D = bce_logits(D(torch.cat([x_fake.detach(), x])), is_real, reduction="sum") / n
    opt_D.zero_grad()
    L_D.backward()
    opt_D.step()
    L_G = bce_logits(D(x_fake), is_real[n:])
    opt_G.zero_grad()
    L_G.backward()
    opt_G.step()
    return L_D.detach(), L_G.detach()


def by_hand(after=False, sign_D=1, sign_G=1, both=False, one_pass=False):
    """A turn in PyTorch's own lines, with a slip."""

    def fn(G, D, x, z, opt_G, opt_D):
        L_D = sign_D * discriminator_loss(D(x), D(G(z).detach()))
        opt_D.zero_grad()
        L_D.backward()
        opt_D.step()
        L_G = sign_G * non_saturating(D(G(z)))
        opt_G.zero_grad()
        L_G.backward()
        opt_G.step()
        if both:
            opt_D.step()
        return L_D.detach(), L_G.detach()

    return fn


def minimax_turn(G, D, x, z, opt_G, opt_D):
    L_D = discriminator_loss(D(x), D(G(z).detach()))
    opt_D.zero_grad()
    L_D.backward()
    opt_D.step()
    L_G = -nll_fake(D(G(z)))
    opt_G.zero_grad()
    L_G.backward()
    opt_G.step()
    return L_D.detach(), L_G.detach()


def counted(x_fake, centres, std, reach=3.0, of=None):
    distance, nearest = torch.cdist(x_fake, centres).min(1)
    near = distance < reach * std
    return len(nearest[near].unique()), (near.float().mean().item() if of is None else of(near, centres))


def counted_in_a_loop(x_fake, centres, std):
    covered, near = set(), 0
    for point in x_fake:
        distances = [(point - centre).norm().item() for centre in centres]
        if min(distances) < 3 * std:
            near += 1
            covered.add(distances.index(min(distances)))
    return len(covered), near / len(x_fake)


def counted_by_columns(x_fake, centres, std):
    distance = torch.cdist(x_fake, centres)
    near = (distance < 3 * std) & (distance == distance.min(1, keepdim=True)[0])
    return int(near.any(0).sum()), near.any(1).double().mean().item()


def three(real=1.0, wrong=0.5, fake=0.5):
    return lambda r, w, f: real * nll_real(r) + wrong * nll_fake(w) + fake * nll_fake(f)


RIGHT = {
    "04.1": [
        two_means,
        weighed,
        lambda on_real, on_fake: softplus(-on_real).mean() + softplus(on_fake).mean(),
        lambda on_real, on_fake: -logsigmoid(on_real).mean() - logsigmoid(-on_fake).mean(),
    ],
    "04.3": [
        lambda p, q: entropy((p + q) / 2) - entropy(p) / 2 - entropy(q) / 2,
        where_positive,
        value_of_the_best_D,
    ],
    "04.4": [
        lambda a: softplus(-a).mean(),
        lambda a: -logsigmoid(a).mean(),
        lambda a: bce_logits(a, torch.ones_like(a)),
        lambda a: (softplus(a) - a).mean(),
    ],
    "04.6": [
        complex_step,
        old_kept,
        both_gradients,
        lambda x, y, h: [x - h * y, y + h * x],
        lambda x, y, h: tuple(np.array([x - h * y, y + h * x])),
        lambda x, y, h: (torch.tensor([[1, -h], [h, 1]]) @ torch.tensor([x, y])).unbind(),
    ],
    "04.10": [labels_follow, turn(), by_hand()],
    "04.12": [
        counted,
        counted_in_a_loop,
        counted_by_columns,
        lambda *arguments: tuple(map(torch.tensor, counted(*arguments))),
    ],
    "04.15": [4, 4.14],
    "04.16": [
        lambda r, w, f: nll_real(r) + nll_fake(w) / 2 + nll_fake(f) / 2,
        lambda r, w, f: softplus(-r).mean() + 0.5 * (softplus(w).mean() + softplus(f).mean()),
        lambda r, w, f: (discriminator_loss(r, w) + discriminator_loss(r, f)) / 2,
    ],
    "04.17": [1.33, "4/3"],
}
WRONG = {
    "04.1": {
        "sign of all": lambda r, f: -two_means(r, f),
        "half": lambda r, f: two_means(r, f) / 2,
        "sums": lambda r, f: softplus(-r).sum() + softplus(f).sum(),
        "labels": lambda r, f: two_means(f, r),
        "one mean": lambda r, f: bce_logits(torch.cat([r, f]), torch.cat([r * 0 + 1, f * 0])),
        "the fakes' number": lambda r, f: softplus(-r).sum() / len(f) + softplus(f).mean(),
        "real only": lambda r, f: softplus(-r).mean(),
        "fakes only": lambda r, f: softplus(f).mean(),
        "no mean": lambda r, f: softplus(-r) + softplus(f[:1]).mean(),
        "detached fakes' logits": lambda r, f: two_means(r, f.detach()),
        "detached": lambda r, f: two_means(r, f).detach(),
        "sigmoid twice": lambda r, f: two_means(r.sigmoid(), f.sigmoid()),
        "doubled mean": lambda r, f: 2 * bce_logits(torch.cat([r, f]), torch.cat([r * 0 + 1, f * 0])),
        "a number": lambda r, f: two_means(r, f).item(),
    },
    "04.3": {
        "nan where both are 0": lambda p, q: value_of_the_best_D(p, q, torch.sum),
        "sign": lambda p, q: -jensen_shannon(p, q),
        "twice": lambda p, q: 2 * jensen_shannon(p, q),
        "root": lambda p, q: jensen_shannon(p, q).sqrt(),
        "bits": lambda p, q: jensen_shannon(p, q) / math.log(2),
        "entropy of the mixture": lambda p, q: entropy((p + q) / 2),
        "entropies not halved": lambda p, q: entropy((p + q) / 2) - entropy(p) - entropy(q),
        "one of them only": lambda p, q: entropy((p + q) / 2) - entropy(p),
        "nan": lambda p, q: sum((a * (a / ((p + q) / 2)).log()).sum() / 2 for a in (p, q)),
        "mean over places": lambda p, q: jensen_shannon(p, q) / len(p),
        "kl": lambda p, q: torch.xlogy(p, p / q).nan_to_num(0).sum(),
        "not summed": lambda p, q: (torch.xlogy(p, 2 * p / (p + q)) + torch.xlogy(q, 2 * q / (p + q))) / 2,
        "conditional": lambda p, q: (entropy(p) + entropy(q)) / 2,
    },
    "04.4": {
        "minimax": lambda a: -softplus(a).mean(),
        "of D": lambda a: softplus(a).mean(),
        "sign": lambda a: -softplus(-a).mean(),
        "sum": lambda a: softplus(-a).sum(),
        "not averaged": lambda a: softplus(-a),
        "linear": lambda a: -a.mean(),
        "of the mean": lambda a: softplus(-a.mean()),
        "half": lambda a: softplus(-a).mean() / 2,
        "1 - D": lambda a: (1 - a.sigmoid()).mean(),
        "D - 1": lambda a: (a.sigmoid() - 1).mean(),
        "overflow": lambda a: -a.sigmoid().log().mean(),
        "detach": lambda a: softplus(-a.detach()).mean(),
        "sigmoid twice": lambda a: softplus(-a.sigmoid()).mean(),
    },
    "04.6": {
        "y first": lambda x, y, h: (x - h * (y + h * x), y + h * x),
        "both descend": lambda x, y, h: (x - h * y, y - h * x),
        "both ascend": lambda x, y, h: (x + h * y, y + h * x),
        "own value": lambda x, y, h: (x - h * x, y + h * y),
        "roles": lambda x, y, h: (x + h * y, y - h * x),
        "order of the results": lambda x, y, h: (y + h * x, x - h * y),
        "no h": lambda x, y, h: (x - y, y + x),
        "only x": lambda x, y, h: (x - h * y, y),
        "only y": lambda x, y, h: (x, y + h * x),
        "half of h": lambda x, y, h: (x - h / 2 * y, y + h / 2 * x),
        "the product": lambda x, y, h: (x - h * x * y, y + h * x * y),
        "gradients only": lambda x, y, h: (-h * y, h * x),
    },
    "04.10": {
        "both turned": turn(labels=(0, 1), wanted=0),
        "G helps": turn(wanted=0),
        "all real": turn(labels=(1, 1)),
        "all fake": turn(labels=(0, 0)),
        "G is cut off": turn(G_sees=False),
        "D climbs": turn(sign_D=-1),
        "G climbs": turn(sign_G=-1),
        "half": turn(share=0.5),
        "D in G's turn": turn(opts="DD"),
        "G in D's turn": turn(opts="GG", detached=False),
        "no zero_grad": turn(zero=False),
        "D moves twice": by_hand(both=True),
        "minimax": minimax_turn,
    },
    "04.12": {
        "share alone mended": lambda x, c, std: (
            int((torch.cdist(x, c) < 3 * std).any(0).sum()),
            modes_covered(x, c, std)[1],
        ),
        "modes alone mended": lambda x, c, std: (
            modes_covered(x, c, std)[0],
            (torch.cdist(x, c) < 3 * std).sum().item() / len(x),
        ),
        "at most 1": lambda x, c, std: (
            int((torch.cdist(x, c) < 3 * std).any(0).sum()),
            min(1.0, (torch.cdist(x, c) < 3 * std).sum().item() / len(x)),
        ),
        "far ones": lambda x, c, std: counted(x, c, std, math.inf),
        "one std": lambda x, c, std: counted(x, c, std, 1.0),
        "squared": lambda x, c, std: counted(x, c, std, math.sqrt(3 / std)),
        "share of modes": lambda x, c, std: (lambda n, _: (n, n / len(c)))(*counted(x, c, std)),
        "number of points": lambda x, c, std: counted(x, c, std, of=lambda near, _: float(near.sum())),
        "share of far ones": lambda x, c, std: (lambda n, s: (n, 1 - s))(*counted(x, c, std)),
        "exchanged": lambda x, c, std: modes_covered(x, c, std)[::-1],
        "one thing": lambda x, c, std: modes_covered(x, c, std)[0],
        "points for modes": lambda x, c, std: (lambda near: (int(near.sum()), near.float().mean().item()))(
            torch.cdist(x, c).min(1)[0] < 3 * std
        ),
        "no distance to a mode": lambda x, c, std: (len(c), counted(x, c, std)[1]),
        "in percent": lambda x, c, std: counted(
            x, c, std, of=lambda near, _: 100 * near.float().mean().item()
        ),
        "always 0.15": lambda x, c, std: modes_covered(x, c, 0.05),
    },
    "04.16": {
        "two against one": three(wrong=1.0, fake=1.0),
        "thirds": three(1 / 3, 1 / 3, 1 / 3),
        "half of all": three(0.5, 0.25, 0.25),
        "wrong is real": lambda r, w, f: nll_real(r) + (nll_real(w) + nll_fake(f)) / 2,
        "no wrong": three(wrong=0.0, fake=1.0),
        "no fake": three(wrong=1.0, fake=0.0),
        "thrown together": lambda r, w, f: nll_real(r) + nll_fake(torch.cat([w, f])),
        "sign": lambda r, w, f: -three()(r, w, f),
        "labels": lambda r, w, f: nll_fake(r) + (nll_real(w) + nll_real(f)) / 2,
        "sums": lambda r, w, f: softplus(-r).sum() + (softplus(w).sum() + softplus(f).sum()) / 2,
        "detached": lambda r, w, f: three()(r, w, f).detach(),
        "fakes detached": lambda r, w, f: three()(r, w, f.detach()),
        "product": lambda r, w, f: nll_real(r) + nll_fake(w) * nll_fake(f),
    },
}
