"""Answers to the exercises of notebook 03."""

import math
from statistics import NormalDist

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus

from course_utils.exercises.aae.flower import axis, even_shares, even_steps, main_axis, turned
from course_utils.exercises.aae.match import _energy, how_far
from course_utils.exercises.aae.phases import _regularize
from course_utils.losses import nll_fake, nll_real
from course_utils.priors import gaussian_mixture
from course_utils.train import descend


def by_descend(x, z, enc, D, opt):
    descend(nll_real(D(z)) + nll_fake(D(enc(x).detach())), opt.D)
    L_enc = nll_real(D(enc(x)))
    descend(L_enc, opt.enc)
    return L_enc


def by_autograd(x, z, enc, D, opt):
    for net, own, loss in (
        (D, opt.D, lambda: nll_real(D(z)) + nll_fake(D(enc(x)))),
        (enc, opt.enc, lambda: nll_real(D(enc(x)))),
    ):
        value, weights = loss(), list(net.parameters())
        for p, g in zip(weights, torch.autograd.grad(value, weights), strict=True):
            p.grad = g
        own.step()
        own.zero_grad()
    return value


def both_cleared(x, z, enc, D, opt):
    L_D = nll_real(D(z)) + nll_fake(D(enc(x)))
    opt.D.zero_grad()
    L_D.backward()
    opt.D.step()
    L_enc = nll_real(D(enc(x)))
    for own in (opt.enc, opt.D):
        own.zero_grad()
    L_enc.backward()
    opt.enc.step()
    return L_enc


def loss_of_before(x, z, enc, D, opt):
    before = nll_real(D(enc(x)))
    by_descend(x, z, enc, D, opt)
    return before


def loss_of_after(x, z, enc, D, opt):
    by_descend(x, z, enc, D, opt)
    return nll_real(D(enc(x)))


def loss_of_D(x, z, enc, D, opt):
    L_D = nll_real(D(z)) + nll_fake(D(enc(x).detach()))
    by_descend(x, z, enc, D, opt)
    return L_D


def in_complex_numbers(y, n_components=10, radius=2.0, stds=(0.5, 0.1)):
    e = torch.randn(2, len(y), device=y.device)
    z = torch.polar(torch.ones_like(e[0]), y * (2 * math.pi / n_components))
    return torch.view_as_real(z * torch.complex(radius + stds[0] * e[0], stds[1] * e[1]))


def by_matrices(y, n_components=10, radius=2.0, stds=(0.5, 0.1)):
    a = 2 * math.pi * y / n_components
    R = torch.stack([torch.stack([a.cos(), -a.sin()], 1), torch.stack([a.sin(), a.cos()], 1)], 1)
    e = torch.randn(len(y), 2, device=y.device) * torch.tensor(stds, device=y.device)
    return (R @ (e + torch.tensor([radius, 0.0], device=y.device)).unsqueeze(2)).squeeze(2)


def two_draws(y, n_components=10, radius=2.0, stds=(0.5, 0.1)):
    a = y * (2 * math.pi / n_components)
    out, across = torch.randn_like(a), torch.randn_like(a)
    return turned(a, radius + stds[0] * out, stds[1] * across)


def flower(outward, across, turn=lambda y, n: 2 * math.pi * y / n):
    """A mixture from what lies outward and across, functions of (radius, stds, n)."""

    def wrong(y, n_components=10, radius=2.0, stds=(0.5, 0.1)):
        return turned(turn(y, n_components), outward(radius, stds, len(y)), across(radius, stds, len(y)))

    return wrong


def n(size):
    return torch.randn(size)


def energy_by_loops(a, b):
    def mean(u, v):
        return torch.stack([(p - q).norm() for p in u for q in v]).mean()

    def others(u):
        return torch.stack(
            [(u[i] - u[j]).norm() for i in range(len(u)) for j in range(len(u)) if i != j]
        ).mean()

    return 2 * mean(a, b) - others(a) - others(b)


def energy_by_pdist(a, b):
    between = (a[:, None] - b[None]).square().sum(-1).sqrt().mean()
    return 2 * between - nn.functional.pdist(a).mean() - nn.functional.pdist(b).mean()


def energy_in_one_matrix(a, b):
    d = torch.cdist(torch.cat([a, b]), torch.cat([a, b]))
    n, m = len(a), len(b)
    aa, bb = d[:n, :n].sum() / (n * n - n), d[n:, n:].sum() / (m * m - m)
    return 2 * d[:n, n:].mean() - aa - bb


def energy_by_correction(a, b):
    def within(u):
        return torch.cdist(u, u).mean() * len(u) / (len(u) - 1)

    return 2 * torch.cdist(a, b).mean() - within(a) - within(b)


def axis_by_polar(k, n, n_components=10, radius=2.0, std=0.5):
    d = torch.distributions.Normal(radius, std).icdf((torch.arange(n) + 0.5) / n)
    return torch.view_as_real(torch.polar(d, torch.full_like(d, 2 * math.pi * k / n_components)))


def axis_by_erfinv(k, n, n_components=10, radius=2.0, std=0.5):
    share = torch.arange(0.5, n) / n
    a = 2 * math.pi * k / n_components
    d = radius + math.sqrt(2) * std * torch.erfinv(2 * share - 1)
    return d[:, None] * torch.tensor([[math.cos(a), math.sin(a)]])


def axis_in_a_loop(k, n, n_components=10, radius=2.0, std=0.5):
    a, rows = 2 * math.pi * k / n_components, []
    for i in range(n):
        d = NormalDist(radius, std).inv_cdf((2 * i + 1) / (2 * n))
        rows.append([d * math.cos(a), d * math.sin(a)])
    return torch.tensor(rows)


RIGHT = {
    "03.1": [
        lambda logits: softplus(logits).mean(),
        lambda logits: -logsigmoid(-logits).mean(),
        lambda logits: nll_real(-logits),
        lambda logits: torch.logaddexp(logits, torch.zeros_like(logits)).mean(),
    ],
    "03.2": [by_descend, by_autograd, both_cleared],
    "03.5": [energy_by_loops, energy_by_pdist, energy_in_one_matrix, energy_by_correction],
    "03.6": [in_complex_numbers, by_matrices, two_draws],
    "03.10": [axis_by_polar, axis_by_erfinv, axis_in_a_loop],
}
WRONG = {
    "03.1": {
        "half": lambda a: nll_fake(a) / 2,
        "twice": lambda a: 2 * nll_fake(a),
        "each item": lambda a: softplus(a),
        "exp": lambda a: nll_fake(a).exp(),
        "log too much": lambda a: nll_fake(a).log(),
        "detached": lambda a: nll_fake(a.detach()),
        "a sigmoid before": lambda a: softplus(a.sigmoid()).mean(),
        "raw log": lambda a: -torch.log1p(-a.sigmoid()).mean(),
        "per item": lambda a: softplus(a).mean(1),
        "as BCE with ones": lambda a: binary_cross_entropy_with_logits(a, torch.ones_like(a)),
        "an axis is left": lambda a: softplus(a).mean(0, keepdim=True),
        "absolute": lambda a: softplus(a.abs()).mean(),
        "hinge": lambda a: nn.functional.relu(a).mean(),
    },
    "03.2": {
        "D stands still": _regularize(step_D=False),
        "enc stands still": _regularize(step_enc=False),
        "enc the other way": _regularize(L_enc=lambda D, c: -nll_real(D(c))),
        "D the other way": _regularize(L_D=lambda D, z, c: -nll_real(D(z)) - nll_fake(D(c.detach()))),
        "half of D": _regularize(L_D=lambda D, z, c: (nll_real(D(z)) + nll_fake(D(c.detach()))) / 2),
        "minimax": _regularize(L_enc=lambda D, c: -nll_fake(D(c))),
        "double enc": _regularize(L_enc=lambda D, c: 2 * nll_real(D(c))),
        "loss of before": loss_of_before,
        "loss of after": loss_of_after,
        "loss of D": loss_of_D,
        "nothing cleared": _regularize(clear_D=False, clear_enc=False),
    },
    "03.5": {
        "sign": lambda a, b: -how_far(a, b),
        "root": lambda a, b: how_far(a, b).sqrt(),
        "square": lambda a, b: how_far(a, b).square(),
        "a twice": lambda a, b: how_far(a, a),
        "twice": lambda a, b: 2 * how_far(a, b),
        "exp": lambda a, b: how_far(a, b).exp(),
        "third": lambda a, b: how_far(a, b) / 3,
        "one minus": lambda a, b: 1 - how_far(a, b),
        "plain means": lambda a, b: (
            2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()
        ),
        "plain differences": _energy(distance=lambda u, v: (u[:, None] - v[None]).sum(-1)),
        "largest": _energy(distance=lambda u, v: torch.cdist(u, v, p=math.inf)),
    },
    "03.6": {
        "two for all": lambda y, k=10, r=2.0, s=(0.5, 0.1): gaussian_mixture(y, k, r, s) * 0 + r,
        "radius is 2": lambda y, k=10, r=2.0, s=(0.5, 0.1): gaussian_mixture(y, k, 2.0, s),
        "stds are fixed": lambda y, k=10, r=2.0, s=(0.5, 0.1): gaussian_mixture(y, k, r),
        "clockwise": flower(
            lambda r, s, m: r + s[0] * n(m), lambda r, s, m: s[1] * n(m), lambda y, k: -2 * math.pi * y / k
        ),
        "degrees": flower(
            lambda r, s, m: r + s[0] * n(m), lambda r, s, m: s[1] * n(m), lambda y, k: 360 * y / k
        ),
        "next petal": flower(
            lambda r, s, m: r + s[0] * n(m),
            lambda r, s, m: s[1] * n(m),
            lambda y, k: 2 * math.pi * (y + 1) / k,
        ),
        "even noise": flower(
            lambda r, s, m: r + s[0] * (2 * torch.rand(m) - 1), lambda r, s, m: s[1] * (2 * torch.rand(m) - 1)
        ),
        "only outward of the centre": flower(
            lambda r, s, m: r + s[0] * n(m).abs(), lambda r, s, m: s[1] * n(m)
        ),
        "shape": lambda y, k=10, r=2.0, s=(0.5, 0.1): gaussian_mixture(y, k, r, s).T,
        "no noise": flower(lambda r, s, m: r + 0 * n(m), lambda r, s, m: 0 * n(m)),
        "noise times radius": flower(lambda r, s, m: r * s[0] * n(m), lambda r, s, m: s[1] * n(m)),
    },
    "03.10": {
        "sign": lambda *a: -main_axis(*a),
        "half": lambda *a: main_axis(*a) / 2,
        "twice": lambda *a: 2 * main_axis(*a),
        "rows and columns": lambda *a: main_axis(*a).T,
        "first petal": lambda k, m, c=10, r=2.0, s=0.5: main_axis(0, m, c, r, s),
        "even steps, two std": even_steps(),
        "even steps, four std": even_steps(-4.0, 4.0),
        "n + 1 shares": axis(share=lambda i, n: (i + 1) / (n + 1)),
        "from 0 to 1": axis(share=lambda i, n: i / n),
        "a uniform distance": even_shares(lambda share, r, s: r + s * (2 * share - 1)),
        "one code": lambda k, m, c=10, r=2.0, s=0.5: main_axis(k, 1, c, r, s),
        "the centre, n times": even_steps(0.0, 0.0),
        "absolute": lambda *a: main_axis(*a).abs(),
        "squares": lambda *a: main_axis(*a).square(),
        "distances alone": lambda *a: main_axis(*a).norm(dim=1),
        "numpy": lambda *a: main_axis(*a).numpy(),
    },
}
