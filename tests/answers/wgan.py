"""Answers to the exercises of notebook 06."""

import torch
from torch import nn

from course_utils.losses import critic_loss, discriminator_loss
from course_utils.train import clip_weights, descend

# ── transport ────────────────────────────────────────────────────────────────────────────────────


def one_gap_after_another(u, v, spacing=1.0):
    work, carried = 0.0, 0.0
    for i in range(len(u)):
        carried = carried + u[i] - v[i]
        work = work + abs(carried) * spacing
    return work


def by_a_triangle(u, v, spacing=1.0):
    below = torch.tril(torch.ones(len(u), len(u), dtype=u.dtype, device=u.device))
    return spacing * (below @ (v - u)).norm(1)


def flow(total, of=lambda u, v: u.cumsum(0) - v.cumsum(0)):
    return lambda u, v, spacing=1.0: spacing * total(of(u, v))


def by_quantiles(a, b, directions):
    total = 0
    for direction in directions:
        s, t = (a * direction).sum(1), (b * direction).sum(1)
        total = total + (s[s.argsort()] - t[t.argsort()]).abs().mean()
    return total / len(directions)


def transposed(a, b, directions):
    s, t = torch.sort(directions @ a.T, dim=1)[0], torch.sort(directions @ b.T, dim=1)[0]
    return nn.functional.l1_loss(s, t)


def from_the_top(a, b, directions):
    s, t = (torch.einsum("nd,kd->kn", p, directions).sort(1, descending=True).values for p in (a, b))
    return torch.stack([(x - y).abs().mean() for x, y in zip(s, t, strict=True)]).mean()


def shadows(total, pair=lambda s: s.sort(0).values):
    return lambda a, b, directions: total(pair(a @ directions.T), pair(b @ directions.T))


def pair_by_pair(f, x):
    steepest = torch.zeros((), dtype=x.dtype, device=x.device)
    for i in range(len(f)):
        for j in range(i):
            steepest = torch.maximum(steepest, (f[i] - f[j]).abs() / (x[i] - x[j]).norm())
    return steepest


def by_pdist(f, x):
    return (torch.pdist(f[:, None]) / torch.pdist(x)).max()


def off_the_diagonal(f, x):
    off = ~torch.eye(len(f), dtype=torch.bool, device=x.device)
    return ((f[:, None] - f).abs()[off] / torch.cdist(x, x)[off]).amax()


def ways(x):
    return torch.cdist(x, x) + torch.eye(len(x), device=x.device)


def rises(f):
    return (f[:, None] - f[None]).abs()


def price_by_price(u, v, spacing=1.0):
    f, carried = [torch.zeros((), dtype=u.dtype, device=u.device)], 0
    for i in range(len(u) - 1):
        carried = carried + u[i] - v[i]
        f.append(f[-1] - spacing if carried > 0 else f[-1] + spacing)
    return torch.stack(f)


def by_where(u, v, spacing=1.0):
    surplus = (u - v).cumsum(0)
    step = torch.where(surplus > 0, -spacing, spacing).to(u)
    return torch.cat([step.new_zeros(1), step[:-1].cumsum(0)]) + 7


def backwards(u, v, spacing=1.0):
    right = (v - u).flip(0).cumsum(0)[:-1].sign() * spacing  # what is wanted on the right
    return torch.cat([right.new_zeros(1), right.cumsum(0)]).flip(0)


def prices(slopes):
    def answer(u, v, spacing=1.0):
        slope = slopes(u, v)[:-1]
        return spacing * torch.cat([slope.new_zeros(1), slope.cumsum(0)])

    return answer


def running(u, v):
    return v.cumsum(0) - u.cumsum(0)


# ── updates ──────────────────────────────────────────────────────────────────────────────────────


def clipped_by_hand(C, x, x_fake, opt_C, clip):
    loss = C(x_fake).mean() - C(x).mean()
    opt_C.zero_grad()
    loss.backward()
    opt_C.step()
    with torch.no_grad():
        for p in C.parameters():
            p.copy_(p.clamp(-clip, clip))
    return loss.detach()


def through_data(C, x, x_fake, opt_C, clip):
    L_C = critic_loss(C(x), C(x_fake))
    descend(L_C, opt_C)
    for p in C.parameters():
        p.data = p.data.clamp(min=-clip, max=clip)
    return L_C


def clipped_twice(C, x, x_fake, opt_C, clip):
    clip_weights(C, clip)
    L_C = critic_loss(C(x), C(x_fake))
    descend(L_C, opt_C)
    clip_weights(C, clip)
    return L_C


def update(
    loss=critic_loss,
    before=lambda C, clip: None,
    between=lambda C, clip: None,
    after=clip_weights,
    zero=True,
    n=1,
    say=lambda L: L,
):
    def answer(C, x, x_fake, opt_C, clip):
        before(C, clip)
        for _ in range(n):
            L_C = loss(C(x), C(x_fake))
            if zero:
                opt_C.zero_grad()
            L_C.backward()
            between(C, clip)
            opt_C.step()
        after(C, clip)
        return say(L_C)

    return answer


def a_copy(C, clip):
    for p in C.parameters():
        p.detach().clamp(-clip, clip)


def from_above(C, clip):
    for p in C.parameters():
        p.data.clamp_(max=clip)


def scaled(C, clip):
    for p in C.parameters():
        p.data.mul_(clip / p.data.abs().max())


def step(
    loss=critic_loss,
    clipping=clip_weights,
    in_the_end=lambda C, clip: None,
    clip_G=False,
    for_G=lambda C, G, prior, x, x_fake: -C(G(prior(len(x)))).mean(),
    turns=lambda n: (n, 1),
    say=lambda W, L_G: dict(W=W, L_G=L_G),
    before=lambda C, clip: None,
    opt_of_G="G",
):
    def answer(batches, *, G, C, opt, prior, n_critic=5, clip=0.01):
        n_C, n_G = turns(n_critic)
        for _ in range(n_C):
            x, _ = next(batches)
            x_fake = G(prior(len(x))).detach()
            on_real, on_fake = C(x), C(x_fake)
            W = (on_real.mean() - on_fake.mean()).detach()
            opt.C.zero_grad()
            loss(on_real, on_fake).backward()
            before(C, clip)
            opt.C.step()
            clipping(C, clip)
            if clip_G:
                clip_weights(G, clip)
        L_G = W
        for _ in range(n_G):
            L_G = for_G(C, G, prior, x, x_fake)
            descend(L_G, getattr(opt, opt_of_G))
        in_the_end(C, clip)
        return say(W, L_G.detach())

    return answer


def without_no_grad(batches, *, G, C, opt, prior, n_critic=5, clip=0.01):
    for _ in range(n_critic):
        x, _ = next(batches)
        L_C = critic_loss(C(x), C(G(prior(len(x)))))
        descend(L_C, opt.C)
        clip_weights(C, clip)
    L_G = -C(G(prior(len(x)))).mean()
    descend(L_G, opt.G)
    return dict(W=-L_C, L_G=L_G)


def by_labels(batches, *, G, C, opt, prior, n_critic=5, clip=0.01):
    for _ in range(n_critic):
        x, _ = next(batches)
        with torch.no_grad():
            both = torch.cat([x, G(prior(len(x)))])
        labels = torch.cat([-torch.ones(len(x)), torch.ones(len(x))]).to(both)[:, None]
        loss = 2 * (labels * C(both)).mean()
        descend(loss, opt.C)
        for p in C.parameters():
            p.data.clamp_(-clip, clip)
    L_G = -C(G(prior(len(x)))).mean()
    descend(L_G, opt.G)
    return {"L_G": L_G, "W": -loss}


NONE = dict(clipping=lambda C, clip: None)

RIGHT = {
    "06.1": [
        one_gap_after_another,
        by_a_triangle,
        lambda u, v, spacing=1.0: sum((u - v)[: i + 1].sum().abs() * spacing for i in range(len(u) - 1)),
        flow(lambda f: f.abs().sum(), lambda u, v: (v - u).cumsum(0)),
    ],
    "06.2": [by_quantiles, transposed, from_the_top],
    "06.3": [pair_by_pair, by_pdist, off_the_diagonal],
    "06.4": [[0, -1, 1, 0], torch.tensor([0.0, -1, 1, 0]), "(0, -1, 1, 0)"],
    "06.5": [price_by_price, by_where, backwards],
    "06.6": [0.179, 0.01 * 0.01 * 64 * 28, 0.18],
    "06.7": [clipped_by_hand, through_data, clipped_twice],
    "06.8": ["bdeac", " BDEAC "],
    "06.9": [step(), without_no_grad, by_labels],
    "06.10": ["B", "(b)"],
    "06.12": [41 / 13, 3.15, 3.154],
}
WRONG = {
    "06.1": {
        "bars": flow(lambda f: f.abs().sum(), lambda u, v: u - v),
        "signed": flow(torch.sum),
        "squared": flow(lambda f: f.square().sum()),
        "root of squares": flow(torch.norm),
        "mean": flow(lambda f: f.abs().mean()),
        "largest": flow(lambda f: f.abs().max()),
        "each gap": flow(torch.abs),
        "no spacing": lambda u, v, spacing=1.0: one_gap_after_another(u, v),
        "spacing squared": lambda u, v, spacing=1.0: spacing * one_gap_after_another(u, v, spacing),
        "half": lambda u, v, spacing=1.0: one_gap_after_another(u, v, spacing) / 2,
        "one way": flow(lambda f: f.relu().sum()),
        "negative": lambda u, v, spacing=1.0: -one_gap_after_another(u, v, spacing),
        "of means": lambda u, v, spacing=1.0: (
            spacing * ((u - v) * torch.arange(len(u), device=u.device)).sum().abs()
        ),
    },
    "06.2": {
        "not sorted": shadows(lambda s, t: (s - t).abs().mean(), lambda s: s),
        "other axis": shadows(lambda s, t: (s - t).abs().mean(), lambda s: s.sort(1).values),
        "sorted first": lambda a, b, directions: (
            ((a.sort(0).values - b.sort(0).values) @ directions.T).abs().mean()
        ),
        "means": shadows(lambda s, t: (s.mean(0) - t.mean(0)).abs().mean()),
        "squared": shadows(lambda s, t: (s - t).square().mean()),
        "root mean square": shadows(lambda s, t: (s - t).square().mean().sqrt()),
        "signed": shadows(lambda s, t: (s - t).mean()),
        "sum": shadows(lambda s, t: (s - t).abs().sum()),
        "sum of directions": shadows(lambda s, t: (s - t).abs().mean(0).sum()),
        "sum of points": shadows(lambda s, t: (s - t).abs().sum(0).mean()),
        "each direction": shadows(lambda s, t: (s - t).abs().mean(0)),
        "largest": shadows(lambda s, t: (s - t).abs().mean(0).max()),
        "size of the signed mean": shadows(lambda s, t: (s - t).mean().abs()),
        "norm": shadows(lambda s, t: (s - t).norm(dim=1).mean()),
    },
    "06.3": {
        "mean": lambda f, x: (rises(f) / ways(x)).mean(),
        "signed": lambda f, x: ((f[:, None] - f) / ways(x)).mean(),
        "neighbours": lambda f, x: ((f[1:] - f[:-1]).abs() / (x[1:] - x[:-1]).norm(dim=1)).max(),
        "rise": lambda f, x: rises(f).max(),
        "sides": lambda f, x: (rises(f) / (torch.cdist(x, x, p=1) + torch.eye(len(x)))).max(),
        "extremes": lambda f, x: (f.max() - f.min()) / torch.cdist(x, x).max(),
        "matrix": lambda f, x: rises(f) / ways(x),
        "each place": lambda f, x: (rises(f) / ways(x)).amax(1),
        "nan": lambda f, x: (rises(f) / torch.cdist(x, x)).max(),
        "size": lambda f, x: f.abs().max(),
        "squared": lambda f, x: (rises(f) / ways(x)).square().max(),
        "upside down": lambda f, x: (torch.cdist(x, x) / (rises(f) + torch.eye(len(f)))).max(),
        "least": lambda f, x: 1 / (rises(f) / ways(x)).max(),
    },
    "06.4": {
        "turned": (0, 1, -1, 0),
        "no distance": (0, -1, 0, -1),
        "size": (0, -2, 0, -2),
        "down": (0, -1, -3, -4),
        "up": (0, 1, 3, 4),
        "too steep": (0, -1, 2, 1),
        "bars": [0, -0.75, 0.5, -0.25],
    },
    "06.5": {
        "turned": prices(lambda u, v: -running(u, v).sign()),
        "bars": prices(lambda u, v: (v - u).sign()),
        "how much": prices(running),
        "slopes": lambda u, v, spacing=1.0: spacing * running(u, v).sign(),
        "size": lambda u, v, spacing=1.0: (u - v).sign(),
        "no spacing": lambda u, v, spacing=1.0: prices(lambda u, v: running(u, v).sign())(u, v),
        "late": lambda u, v, spacing=1.0: spacing * running(u, v).sign().cumsum(0),
        "twice as steep": prices(lambda u, v: 2 * running(u, v).sign()),
        "half": prices(lambda u, v: running(u, v).sign() / 2),
        "flows": lambda u, v, spacing=1.0: spacing * running(u, v),
        "flat": lambda u, v, spacing=1.0: 0 * u,
        "gain": lambda u, v, spacing=1.0: one_gap_after_another(u, v, spacing),
        "one short": lambda u, v, spacing=1.0: (spacing * running(u, v).sign()[:-1]).cumsum(0),
    },
    "06.6": {
        "one unit": 0.28,
        "right angles": 0.0224,
        "sum": 5.0176,
        "path": 0.0001,
        "one": 1,
        "no last layer": 17.92,
        "squared": 0.0784,
        "one matrix": 2.24,
    },
    "06.7": {
        "not clipped": update(after=lambda C, clip: None),
        "between": update(between=clip_weights, after=lambda C, clip: None),
        "copy": update(after=a_copy),
        "from above": update(after=from_above),
        "scaled": update(after=scaled),
        "sign": update(lambda r, f: r.mean() - f.mean()),
        "log": update(discriminator_loss),
        "gradients": update(
            between=lambda C, clip: nn.utils.clip_grad_value_(C.parameters(), clip),
            after=lambda C, clip: None,
        ),
        "gradients too": update(between=lambda C, clip: nn.utils.clip_grad_value_(C.parameters(), clip)),
        "no zero_grad": update(zero=False),
        "nothing returned": update(say=lambda L: None),
        "number": update(say=lambda L: L.item()),
        "negative": update(say=lambda L: -L),
        "two steps": update(n=2),
        "half the bound": update(after=lambda C, clip: clip_weights(C, clip / 2)),
    },
    "06.9": {
        "G only": step(**NONE, clip_G=True),
        "none": step(**NONE),
        "in the end": step(**NONE, in_the_end=clip_weights),
        "sign": step(lambda r, f: r.mean() - f.mean()),
        "log": step(discriminator_loss),
        "G down": step(for_G=lambda C, G, prior, x, x_fake: C(G(prior(len(x)))).mean()),
        "exchanged": step(turns=lambda n: (1, n)),
        "once": step(turns=lambda n: (1, 1)),
        "five": step(turns=lambda n: (5, 1)),
        "no G": step(turns=lambda n: (n, 0)),
        "gradients": step(**NONE, before=lambda C, clip: nn.utils.clip_grad_value_(C.parameters(), clip)),
        "nothing returned": step(say=lambda W, L_G: None),
        "W turned": step(say=lambda W, L_G: dict(W=-W, L_G=L_G)),
        "no names": step(say=lambda W, L_G: (W, L_G)),
        "number": step(say=lambda W, L_G: dict(W=W.item(), L_G=L_G)),
    },
    "06.11": {
        "a number": 0.1,
        "a text": "clip=0.1",
        "three": dict(clip=0.1, n_critic=5, lr_C=1e-2),
        "more": dict(clip=0.1, n_critic=5, lr_C=1e-2, lr_G=1e-3, seed=3),
        "no critic": dict(clip=0.1, n_critic=0, lr_C=1e-2, lr_G=1e-3),
        "negative": dict(clip=-0.1, n_critic=5, lr_C=1e-2, lr_G=1e-3),
        "a word": dict(clip="small", n_critic=5, lr_C=1e-2, lr_G=1e-3),
        "half": dict(clip=0.1, n_critic=1.5, lr_C=1e-2, lr_G=1e-3),
    },
    "06.12": {
        "five": 5,
        "three": 3,
        "no G": 35 / 13,
        "six": 6,
        "with gradient": 3.4,
        "one batch": 2.6,
        "passes": 41,
        "upside down": 13 / 41,
    },
}
WRONG["06.8"] = {order: order for order in ("CAEDB", "DBEAC", "BDECA", "BEDAC", "ABCDE")}
WRONG["06.10"] = {letter: letter for letter in "acd"}
