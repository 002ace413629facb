"""Answers to the exercises of notebook 07."""

import math

import torch
from torch import nn

from course_utils.losses import gradient_penalty, interpolate
from course_utils.train import descend


def with_rand_like_of_one(x, x_fake):
    e = torch.rand_like(x.flatten(1)[:, 0]).view(-1, *[1] * (x.dim() - 1))
    return x_fake + e * (x - x_fake)


def mixed_flat(x, x_fake):
    e = torch.rand(len(x), 1, device=x.device)
    return (e * x_fake.flatten(1) + (1 - e) * x.flatten(1)).view_as(x)


def one_by_one(x, x_fake):
    return torch.stack(
        [torch.lerp(b, a, torch.rand((), device=x.device)) for a, b in zip(x, x_fake, strict=True)]
    )


def mix(epsilon, change=lambda e, x, x_fake: e * x + (1 - e) * x_fake):
    def answer(x, x_fake):
        shape = (len(x), *[1] * (x.dim() - 1))
        return change(epsilon(x, shape), x, x_fake)

    return answer


def rand(x, shape):
    return torch.rand(shape, device=x.device)


def penalty(amount, at=interpolate, total=torch.sum, **how):
    def answer(C, x, x_fake):
        x_mix = at(x, x_fake).detach().requires_grad_()
        (g,) = torch.autograd.grad(total(C(x_mix)), x_mix, **{"create_graph": True, **how})
        return amount(g)

    return answer


def norms(g):
    return g.flatten(1).norm(dim=1)


def right(g):
    return (norms(g) - 1).square().mean()


def in_a_loop(C, x):
    x = x.detach().requires_grad_()
    scores, rows = C(x), []
    for i in range(len(x)):
        (g,) = torch.autograd.grad(scores[i, 0], x, retain_graph=True)
        rows.append(g.flatten(1).norm(dim=1))
    return torch.stack(rows)


def by_backward(C, x):
    x, n = x.detach().requires_grad_(), len(x)
    scores, out = C(x).flatten(), torch.zeros(n, n, device=x.device)
    for i in range(n):
        x.grad = None
        scores[i].backward(retain_graph=True)
        out[i] = x.grad.flatten(1).square().sum(1).sqrt()
    for p in C.parameters():
        p.grad = None
    return out


def jacobian(of, mode=None, change=lambda x: x):
    def answer(C, x):
        was = C.training
        C.train(was if mode is None else mode)
        J = torch.autograd.functional.jacobian(C, change(x))[:, 0]
        C.train(was)
        return of(J.flatten(2))

    return answer


def norm_of(J):
    return J.norm(dim=2)


def step(
    loss=lambda on_real, on_fake, gp, w: on_fake.mean() - on_real.mean() + w * gp,
    turns=lambda n: (n, 1),
    x_pen=lambda x, x_fake: (x, x_fake),
    for_G=lambda C, G, prior, x, x_fake: -C(G(prior(len(x)))).mean(),
    say=lambda W, L_G: dict(W=W, L_G=L_G),
    opt_of_C="C",
    after=lambda C: None,
):
    def answer(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
        n_C, n_G = turns(n_critic)
        for _ in range(n_C):
            x, _ = next(batches)
            x_fake = G(prior(len(x))).detach()
            on_real, on_fake = C(x), C(x_fake)
            gp = gradient_penalty(C, *x_pen(x, x_fake))
            descend(loss(on_real, on_fake, gp, gp_weight), getattr(opt, opt_of_C))
            after(C)
        W = (on_real.mean() - on_fake.mean()).detach()
        for _ in range(n_G):
            L_G = for_G(C, G, prior, x, x_fake)
            descend(L_G, opt.G)
        return say(W, L_G.detach() if n_G else W)

    return answer


def by_hand(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
    for _ in range(n_critic):
        x, _ = next(batches)
        with torch.no_grad():
            x_fake = G(prior(len(x)))
        W = C(x).mean() - C(x_fake).mean()
        opt.C.zero_grad()
        (gp_weight * gradient_penalty(C, x, x_fake) - W).backward()
        opt.C.step()
    opt.G.zero_grad()
    L_G = -C(G(prior(len(x)))).mean()
    L_G.backward()
    opt.G.step()
    return dict(W=W.detach(), L_G=L_G.detach())


def fakes_with_gradient(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
    for _ in range(n_critic):
        x, _ = next(batches)
        x_fake = G(prior(len(x)))
        W = C(x).mean() - C(x_fake).mean()
        descend(-W + gp_weight * gradient_penalty(C, x, x_fake), opt.C)
    L_G = -C(G(prior(len(x)))).mean()
    descend(L_G, opt.G)
    return dict(W=W, L_G=L_G)


def read_off(gp_weight, sides=1, lr=3e-3):
    """A soft spring, and its law backwards."""

    def answer(critic):
        estimate = critic(sides=sides, gp_weight=gp_weight, lr=lr)
        return -gp_weight + math.sqrt(gp_weight**2 + 2 * gp_weight * estimate)

    return answer


def by_place(critic):
    return torch.tensor([read_off(1.0)(lambda sides, gp_weight, lr: critic(sides, gp_weight, lr))])


RIGHT = {
    "07.1": [with_rand_like_of_one, mixed_flat, one_by_one],
    "07.2": [
        penalty(right),
        penalty(lambda g: ((g.flatten(1).square().sum(1) + 1e-12).sqrt() - 1).pow(2).mean()),
        penalty(
            lambda g: torch.stack([(a.norm() - 1) ** 2 for a in g[:]]).mean() if len(g) < 50 else right(g)
        ),
    ],
    "07.5": [in_a_loop, by_backward, jacobian(lambda J: J.square().sum(2).sqrt())],
    "07.6": [
        lambda norm: (norm.clamp(min=1) - 1).square().mean(),
        lambda norm: torch.where(norm > 1, (norm - 1) ** 2, 0.0).mean(),
        lambda norm: torch.relu(norm - 1).pow(2).sum() / len(norm),
    ],
    "07.7": [step(), by_hand, fakes_with_gradient],
    "07.8": [read_off(1.0), read_off(1.0, sides=2), read_off(10.0, lr=1e-3), by_place],
}
WRONG = {
    "07.1": {
        "normal": mix(lambda x, s: torch.randn(s, device=x.device)),
        "one for all": mix(lambda x, s: torch.rand(1, device=x.device)),
        "each number": mix(lambda x, s: torch.rand_like(x)),
        "middle": lambda x, x_fake: (x + x_fake) / 2,
        "the sum": mix(rand, lambda e, x, x_fake: e * x + e * x_fake),
        "no complement": mix(rand, lambda e, x, x_fake: e * x + x_fake),
        "difference": mix(rand, lambda e, x, x_fake: e * (x - x_fake)),
        "beyond": mix(lambda x, s: 2 * rand(x, s)),
        "half of the way": mix(lambda x, s: rand(x, s) / 2),
        "minus": mix(rand, lambda e, x, x_fake: e * x - (1 - e) * x_fake),
        "images only": lambda x, x_fake: mix(rand)(x, x_fake) if x.dim() == 4 else torch.lerp(x_fake, x, 0.5),
        "or": mix(lambda x, s: (rand(x, s) > 0.5).to(x)),
        "each row": mix(lambda x, s: rand(x, (*x.shape[:-1], 1) if x.dim() > 2 else s)),
        "beside the line": lambda x, x_fake: mixed_flat(x, x_fake) + 0.1 * torch.randn_like(x),
        "all axes but one": mix(lambda x, s: rand(x, s[:-1])),
    },
    "07.2": {
        "mean gradient": penalty(lambda g: (g.mean(0).norm() - 1).square()),
        "zero": penalty(lambda g: norms(g).square().mean()),
        "squared norm": penalty(lambda g: (g.flatten(1).square().sum(1) - 1).square().mean()),
        "no graph": penalty(right, create_graph=False, retain_graph=True),
        "detached": penalty(lambda g: right(g.detach())),
        "sum": penalty(lambda g: (norms(g) - 1).square().sum()),
        "no square": penalty(lambda g: (norms(g) - 1).mean()),
        "absolute": penalty(lambda g: (norms(g) - 1).abs().mean()),
        "mean then square": penalty(lambda g: (norms(g).mean() - 1).square()),
        "per axis": penalty(lambda g: (g.norm(dim=1) - 1).square().mean()),
        "along the batch": penalty(lambda g: (g.flatten(1).norm(dim=0) - 1).square().mean()),
        "l1": penalty(lambda g: (g.flatten(1).abs().sum(1) - 1).square().mean()),
        "mean of scores": penalty(right, total=torch.mean),
        "at real": penalty(right, at=lambda x, x_fake: x),
        "one norm over batch size": penalty(lambda g: (g.norm() / len(g) - 1).square()),
        "root mean square": penalty(lambda g: (g.norm() / len(g) ** 0.5 - 1).square()),
        "half": penalty(lambda g: right(g) / 2),
        "every item": penalty(lambda g: (norms(g) - 1).square()),
        "one-sided": penalty(lambda g: (norms(g) - 1).relu().square().mean()),
    },
    "07.3": {
        "law at the mean": 4.8,
        "W": 4,
        "no two": "6",
        "not halved": 10.0,
        "long": 7.8,
        "short": 2.2,
        "quarter": 4.5,
        "first slope": 4.4,
        "second slope": 5.2,
        "one way": 3.9,
    },
    "07.5": {
        "transposed": jacobian(lambda J: J.norm(dim=2).T),
        "squares": jacobian(lambda J: J.square().sum(2)),
        "sum": jacobian(lambda J: J.sum(2)),
        "l1": jacobian(lambda J: J.abs().sum(2)),
        "own": jacobian(lambda J: norm_of(J).diag()),
        "own only": jacobian(lambda J: norm_of(J) * torch.eye(len(J)).to(J)),
        "training": jacobian(norm_of, mode=True),
        "in a tuple": lambda C, x: (jacobian(norm_of)(C, x),),
        "evaluation": jacobian(norm_of, mode=False),
        "column sums": jacobian(lambda J: norm_of(J).sum(0)),
        "row sums": jacobian(lambda J: norm_of(J).sum(1)),
        "total": jacobian(lambda J: norm_of(J).sum()),
        "of the sum": jacobian(lambda J: J.sum(0).norm(dim=1)),
        "mean square": jacobian(lambda J: J.square().mean(2).sqrt()),
        "vectors": jacobian(lambda J: J),
        "largest": jacobian(lambda J: J.abs().amax(2)),
        "without others": jacobian(lambda J: norm_of(J) * (1 - torch.eye(len(J)).to(J))),
    },
    "07.6": {
        "in a tuple": lambda norm: ((norm - 1).relu().square().mean(),),
        "two-sided": lambda norm: (norm - 1).square().mean(),
        "below": lambda norm: (1 - norm).relu().square().mean(),
        "no square": lambda norm: (norm - 1).relu().mean(),
        "sum": lambda norm: (norm - 1).relu().square().sum(),
        "those above": lambda norm: (norm[norm > 1] - 1).square().mean(),
        "mean first": lambda norm: (norm.mean() - 1).relu().square(),
        "norm": lambda norm: norm.relu().square().mean(),
        "max": lambda norm: (norm.max() - 1).relu().square(),
        "each": lambda norm: (norm - 1).relu().square(),
        "half": lambda norm: (norm - 1).relu().square().mean() / 2,
        "detached": lambda norm: (norm - 1).relu().square().mean().detach(),
        "clamped at 1": lambda norm: (norm - 1).clamp(max=0).square().mean(),
        "negative": lambda norm: -(norm - 1).relu().square().mean(),
        "counted": lambda norm: (norm > 1).to(norm).mean() + 0 * norm.mean(),
    },
    "07.7": {
        "sign": step(lambda r, f, gp, w: r.mean() - f.mean() + w * gp),
        "penalty subtracted": step(lambda r, f, gp, w: f.mean() - r.mean() - w * gp),
        "always ten": step(lambda r, f, gp, w: f.mean() - r.mean() + 10 * gp),
        "no weight": step(lambda r, f, gp, w: f.mean() - r.mean() + gp),
        "no penalty": step(lambda r, f, gp, w: f.mean() - r.mean()),
        "exchanged": step(turns=lambda n: (1, n)),
        "once": step(turns=lambda n: (1, 1)),
        "no G": step(turns=lambda n: (n, 0)),
        "G down": step(for_G=lambda C, G, prior, x, x_fake: C(G(prior(len(x)))).mean()),
        "G by W": step(for_G=lambda C, G, prior, x, x_fake: C(x).mean() - C(G(prior(len(x)))).mean() * 2),
        "clipped too": step(after=lambda C: nn.utils.clip_grad_norm_(C.parameters(), 1) and clip(C)),
        "nothing returned": step(say=lambda W, L_G: None),
        "W turned": step(say=lambda W, L_G: dict(W=-W, L_G=L_G)),
        "no names": step(say=lambda W, L_G: (W, L_G)),
        "old fakes for G": step(for_G=lambda C, G, prior, x, x_fake: -C(x_fake).mean()),
        "only W detached": step(lambda r, f, gp, w: (f.mean() - r.mean()).detach() + 2 * w * gp),
    },
    "07.8": {
        "a number": 3.0,
        "settings": dict(sides=1, gp_weight=100.0, lr=1e-2),
        "more": lambda critic: critic(sides=1, gp_weight=1.0, lr=3e-3, n=500),
        "no side": lambda critic: critic(sides=0, gp_weight=10.0, lr=1e-3),
        "a text": lambda critic: critic(sides=1, gp_weight="large", lr=1e-3),
        "the middle of what may be": lambda critic: 3.0,
        "two critics": lambda critic: (critic(gp_weight=1.0) + critic(gp_weight=10.0)) / 2,
        "as given": lambda critic: critic(sides=2, gp_weight=10.0, lr=2e-4),
        "λ of the paper": lambda critic: critic(sides=2, gp_weight=10.0, lr=1e-3),
        "the law, but no balance": read_off(10.0, sides=2, lr=2e-4),
        "a stiff spring": lambda critic: critic(sides=1, gp_weight=100.0, lr=3e-3),
        "law upside down": lambda critic: (E := critic(sides=1, gp_weight=10.0, lr=3e-3)) * (1 + E / 20),
        "law without the 2": lambda critic: ((1 + 4 * critic(gp_weight=1.0, lr=3e-3)) ** 0.5 - 1) / 2,
    },
}
WRONG["07.4"] = {order: order for order in ("CDAB", "ACDB", "DACB", "CBDA", "BADC")}
WRONG["07.9"] = {order: order for order in ("ACB", "CBA", "BAC", "ABC", "CAB")}


def clip(C):
    for p in C.parameters():
        p.data.clamp_(-0.01, 0.01)
