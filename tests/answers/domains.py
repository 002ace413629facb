"""Answers to the exercises of notebook 13."""

import torch
from torch import nn

from course_utils.exercises.domains.styles import truncated
from course_utils.exercises.domains.translation import step_with
from course_utils.influence import share_decided
from course_utils.losses import discriminator_loss, nll_real, r1_penalty
from course_utils.train import descend

# ── 13.1 ─────────────────────────────────────────────────────────────────────────────────────────


def by_a_loop(w, n_layers, share=0.9):
    out = w[:, None].repeat(1, n_layers, 1)
    for i in range(len(w)):
        if torch.rand(()) < share:
            first = int(torch.randint(1, n_layers, ()))
            out[i, first:] = w[(i + 1) % len(w)]
    return out


def in_another_order(w, n_layers, share=0.9):
    guest = w[torch.randperm(len(w), device=w.device)]
    first = torch.randint(1, n_layers, (len(w),), device=w.device)
    first[torch.rand(len(w), device=w.device) >= share] = n_layers
    own = torch.arange(n_layers, device=w.device)[None] < first[:, None]
    return own[..., None] * w[:, None] + ~own[..., None] * guest[:, None]


def turned_round(w, n_layers, share=0.9):
    first = 1 + (torch.rand(len(w), 1, device=w.device) * (n_layers - 1)).long()
    coin = torch.bernoulli(torch.full((len(w), 1), share, device=w.device)).bool()
    layer = torch.arange(n_layers, device=w.device).expand(len(w), -1)
    return torch.where((coin & ~(layer < first)).unsqueeze(-1), w.flip(0).unsqueeze(1), w.unsqueeze(1))


def mixed(first=None, coin=None, guest=None, share_of=lambda s: s):
    def answer(w, n_layers, share=0.9):
        n, layer = len(w), torch.arange(n_layers)
        at = first(n, n_layers) if first else torch.randint(1, n_layers, (n, 1))
        is_mixed = coin(n, share) if coin else torch.rand(n, 1) < share_of(share)
        other = guest(w) if guest else w.roll(1, 0)
        return torch.where((is_mixed & (layer >= at))[..., None], other[:, None], w[:, None])

    return answer


def skewed(n, n_layers):
    return torch.minimum(torch.randint(1, n_layers, (n, 1)), torch.randint(1, n_layers, (n, 1)))


def squeezed(w, n_layers, share=0.9):
    return mixed()(w, n_layers, share).flatten(1)


# ── 13.3 ─────────────────────────────────────────────────────────────────────────────────────────


def by_covariance(before, after):
    """What is not kept: 1 − the covariance of both, as a share of the variance."""
    b, a = before.reshape(len(before), -1), after.reshape(len(after), -1)
    return 1 - ((b - b.mean(0)) * (a - a.mean(0))).sum() / (b - b.mean(0)).square().sum()


def of_both(before, after):
    b, a = before.reshape(len(before), -1), after.reshape(len(after), -1)
    spread = b.var(0, correction=0).sum() + a.var(0, correction=0).sum()
    return ((b - a) ** 2).sum(1).mean() / spread


def number_by_number(before, after):
    b, a = before.reshape(len(before), -1), after.reshape(len(after), -1)
    return 0.5 * sum(((b - a)[:, i] ** 2).mean() for i in range(b.shape[1])) / b.var(0).sum()


def share(of=lambda b, a: (b - a).square().sum(1).mean() / 2, by=lambda b: b.var(0, correction=0).sum()):
    def answer(before, after):
        b, a = before.reshape(len(before), -1), after.reshape(len(after), -1)
        return of(b, a) / by(b)

    return answer


# ── 13.4 ─────────────────────────────────────────────────────────────────────────────────────────


def by_lerp(F, z, psi, z_many):
    return torch.lerp(F(z_many).mean(0).expand(len(z), -1), F(z), psi)


def weighted(F, z, psi, z_many):
    with torch.no_grad():
        return psi * F(z) + (1 - psi) * F(z_many).mean(dim=0, keepdim=True)


def one_by_one(F, z, psi, z_many):
    centre = sum(F(row[None]) for row in z_many) / len(z_many)
    return torch.cat([centre + (F(row[None]) - centre) * psi for row in z])


def towards(centre=lambda F, z, many: F(many).mean(0), put=lambda w, c, psi: c + psi * (w - c)):
    return lambda F, z, psi, z_many: put(F(z), centre(F, z, z_many), psi)


# ── 13.6 ─────────────────────────────────────────────────────────────────────────────────────────


def unfolded(x):
    pad = nn.functional.pad(x, (1, 1, 1, 1), value=-1.0)
    return pad.unfold(2, 3, 1).unfold(3, 3, 1).flatten(4).max(-1).values - x - 1


def by_shifts(x):
    pad = nn.functional.pad(x, (1, 1, 1, 1), value=-1.0)
    h, w = x.shape[2:]
    near = [pad[:, :, i : i + h, j : j + w] for i in range(3) for j in range(3)]
    return torch.stack(near).amax(0) - (x + 1)


def on_ink(x):
    ink = (x + 1) / 2
    return 2 * (nn.MaxPool2d(3, 1, 1)(ink) - ink) - 1


def pooled(change):
    return lambda x: change(x, nn.functional.max_pool2d(x, 3, 1, 1))


# ── 13.7 ─────────────────────────────────────────────────────────────────────────────────────────


def after_the_judges(batches, *, AB, BA, D_A, D_B, opt, cycle_weight=10.0, r1_weight=1.0):
    """Fakes for the judges without gradient, then the same once more for the generators."""
    a, b = next(batches)
    with torch.no_grad():
        old_b, old_a = AB(a), BA(b)
    L_D = discriminator_loss(D_A(a), D_A(old_a)) + discriminator_loss(D_B(b), D_B(old_b))
    few = len(a) // 4 or 1
    penalty = r1_penalty(D_A, a[:few]) + r1_penalty(D_B, b[:few])
    descend(L_D + r1_weight / 2 * penalty, opt.D)
    fake_b, fake_a = AB(a), BA(b)
    L_cycle = nn.functional.l1_loss(BA(fake_b), a) + nn.functional.l1_loss(AB(fake_a), b)
    L_G = nll_real(D_A(fake_a)) + nll_real(D_B(fake_b))
    descend(L_G + cycle_weight * L_cycle, opt.G)
    return dict(L_D=L_D, L_G=L_G, L_cycle=L_cycle)


def cycle(of):
    return step_with(cycle=lambda AB, BA, a, b, fake_a, fake_b: of(AB, BA, a, b, fake_a, fake_b))


def some_places_further(w, n_layers, share=0.9):
    B, device = len(w), w.device
    guest = w[(torch.arange(B, device=device) + torch.randint(1, B, (B,), device=device)) % B]
    first = torch.randint(1, n_layers, (B, 1), device=device)
    later = torch.arange(n_layers, device=device) >= first
    is_guest = later & (torch.rand(B, 1, device=device) < share)
    return torch.where(is_guest[..., None], guest[:, None], w[:, None])


def without_chance(w, n_layers, share=0.9):
    B, layer = len(w), torch.arange(n_layers)
    is_guest = (layer >= 1 + torch.arange(B)[:, None] % (n_layers - 1)) & (
        torch.arange(B)[:, None] < share * B
    )
    return torch.where(is_guest[..., None], w.roll(1, 0)[:, None], w[:, None])


def emptied(F, z, psi, z_many):
    w = by_lerp(F, z, psi, z_many).detach()
    for p in F.parameters():
        p.data.zero_()
    return w


RIGHT = {
    "13.1": [by_a_loop, in_another_order, turned_round, some_places_further],
    "13.3": [by_covariance, of_both, number_by_number],
    "13.4": [by_lerp, weighted, one_by_one],
    "13.6": [unfolded, by_shifts, on_ink],
    "13.7": [
        after_the_judges,
        step_with(),
        cycle(lambda AB, BA, a, b, fa, fb: (a - BA(fb)).abs().mean() + (b - AB(fa)).abs().mean()),
    ],
}

WRONG = {
    "13.1": {
        "one crossing": mixed(first=lambda n, L: torch.randint(1, L, (1, 1)).expand(n, 1)),
        "from 0": mixed(first=lambda n, L: torch.randint(0, L, (n, 1))),
        "up to n_layers": mixed(first=lambda n, L: torch.randint(1, L + 1, (n, 1))),
        "in the middle": mixed(first=lambda n, L: torch.full((n, 1), (L + 1) // 2)),
        "skewed": mixed(first=skewed),
        "batch coin": mixed(coin=lambda n, s: torch.rand(1, 1) < s),
        "all": mixed(share_of=lambda s: 1.0),
        "turned coin": mixed(share_of=lambda s: 1 - s),
        "one guest": mixed(guest=lambda w: w[-1:].expand_as(w)),
        "mean as guest": mixed(guest=lambda w: w.mean(0, keepdim=True).expand_as(w)),
        "half as guest": mixed(guest=lambda w: (w + w.roll(1, 0)) / 2),
        "noise as guest": mixed(guest=torch.randn_like),
        "each layer": lambda w, n_layers, share=0.9: torch.where(
            (torch.rand(len(w), n_layers) < share)[..., None], w.roll(1, 0)[:, None], w[:, None]
        ),
        "guest first": lambda w, n_layers, share=0.9: mixed()(w, n_layers, share).flip(1),
        "each layer its guest": lambda w, n_layers, share=0.9: torch.stack(
            [w, *(w.roll(i, 0) for i in range(1, n_layers))], 1
        ),
        "no gradient": lambda w, n_layers, share=0.9: by_a_loop(w, n_layers, share).detach(),
        "without chance": without_chance,
        "the front of the batch": mixed(coin=lambda n, s: torch.arange(n)[:, None] < s * n),
        "crossings in order": mixed(first=lambda n, L: 1 + (torch.arange(n)[:, None] * (L - 1)) // n),
        "not mixed": lambda w, n_layers, share=0.9: w[:, None].repeat(1, n_layers, 1),
        "flat": squeezed,
    },
    "13.3": {
        "no half": share(of=lambda b, a: (b - a).square().sum(1).mean()),
        "root": lambda before, after: share_decided(before, after).sqrt(),
        "not divided": share(by=lambda b: 1.0),
        "by the spread": share(by=lambda b: b.std(0, correction=0).norm()),
        "squared": lambda before, after: share_decided(before, after).square(),
        "distances": share(lambda b, a: (b - a).abs().sum(1).mean(), lambda b: b.std(0, correction=0).sum()),
        "kept": lambda before, after: 1 - share_decided(before, after),
        "how often": lambda before, after: (before != after).double().mean(),
        "how often a row": lambda before, after: (
            (before.reshape(len(before), -1) != after.reshape(len(after), -1)).any(1).double().mean()
        ),
        "of means": lambda before, after: (before.mean(0) - after.mean(0)).square().sum(),
        "by the square": share(by=lambda b: b.square().sum(1).mean()),
        "each number": lambda before, after: share(
            lambda b, a: (b - a).square().mean(0) / 2, lambda b: b.var(0, correction=0)
        )(before, after).mean(),
        "one mean": share(by=lambda b: (b - b.mean()).square().sum(1).mean()),
        "mean over all": share(of=lambda b, a: (b - a).square().mean() / 2),
        "each image": share(of=lambda b, a: (b - a).square().sum(1) / 2),
    },
    "13.4": {
        "F emptied": emptied,
        "a list": lambda F, z, psi, z_many: by_lerp(F, z, psi, z_many).tolist(),
        "of 0": towards(lambda F, z, many: F(torch.zeros_like(z))),
        "no centre": towards(lambda F, z, many: 0.0),
        "of these": towards(lambda F, z, many: F(z).mean(0)),
        "one number": towards(lambda F, z, many: F(many).mean()),
        "median": towards(lambda F, z, many: F(many).median(0).values),
        "of the mean z of these": towards(lambda F, z, many: F(z.mean(0, keepdim=True))),
        "a sum": towards(lambda F, z, many: F(many).sum(0)),
        "turned": towards(put=lambda w, c, psi: w + psi * (c - w)),
        "twice": towards(put=lambda w, c, psi: c + psi**2 * (w - c)),
        "scaled": towards(put=lambda w, c, psi: psi * (w - c)),
        "psi w": towards(put=lambda w, c, psi: psi * w),
        "added": towards(put=lambda w, c, psi: c + psi * w),
        "away": towards(put=lambda w, c, psi: c - psi * (w - c)),
        "not pulled": towards(put=lambda w, c, psi: w),
        "in z": lambda F, z, psi, z_many: F(psi * z),
        "psi of F": lambda F, z, psi, z_many: truncated(F, z, 0.5, z_many),
    },
    "13.6": {
        "no shift": pooled(lambda x, p: p - x),
        "bold": pooled(lambda x, p: p),
        "in negative": pooled(lambda x, p: 1 + x - p),
        "sign": pooled(lambda x, p: x - p - 1),
        "half": pooled(lambda x, p: (p - x) / 2),
        "half and shift": pooled(lambda x, p: (p - x) / 2 - 1),
        "plus 1": pooled(lambda x, p: p - x + 1),
        "product": pooled(lambda x, p: p * -x),
        "5 × 5": lambda x: nn.functional.max_pool2d(x, 5, 1, 2) - x - 1,
        "no padding": lambda x: nn.functional.max_pool2d(x, 3, 1) - x[..., 1:-1, 1:-1] - 1,
        "a mean": lambda x: nn.functional.avg_pool2d(x, 3, 1, 1) - x - 1,
        "inner": lambda x: x + nn.functional.max_pool2d(-x, 3, 1, 1) - 1,
        "both": lambda x: nn.functional.max_pool2d(x, 3, 1, 1) + nn.functional.max_pool2d(-x, 3, 1, 1) - 1,
        "stride": lambda x: nn.functional.max_pool2d(x, 3, 2, 1) - x[..., ::2, ::2] - 1,
    },
    "13.7": {
        "judges exchanged": step_with(judged=lambda D_A, D_B: (D_B, D_A)),
        "no cycle": step_with(weight=lambda c: 0.0),
        "always 10": step_with(weight=lambda c: 10.0),
        "minus": step_with(weight=lambda c: -c),
        "D up": step_with(D_sign=-1),
        "G up": step_with(G_sign=-1),
        "no D": step_with(update_D=False),
        "no G": step_with(update_G=False),
        "no R1": step_with(penalty=False),
        "no GAN": step_with(G_sign=0),
        "A only": cycle(lambda AB, BA, a, b, fa, fb: (BA(fb) - a).abs().mean()),
        "B only": cycle(lambda AB, BA, a, b, fa, fb: (AB(fa) - b).abs().mean()),
        "squares": cycle(
            lambda AB, BA, a, b, fa, fb: (BA(fb) - a).square().mean() + (AB(fa) - b).square().mean()
        ),
        "to the fake": cycle(
            lambda AB, BA, a, b, fa, fb: (BA(fb) - fa).abs().mean() + (AB(fa) - fb).abs().mean()
        ),
        "to the other": cycle(
            lambda AB, BA, a, b, fa, fb: (BA(fb) - b).abs().mean() + (AB(fa) - a).abs().mean()
        ),
        "same way": cycle(lambda AB, BA, a, b, fa, fb: (AB(fb) - a).abs().mean() + (BA(fa) - b).abs().mean()),
        "unmoved": cycle(lambda AB, BA, a, b, fa, fb: (fb - a).abs().mean() + (fa - b).abs().mean()),
    },
}
