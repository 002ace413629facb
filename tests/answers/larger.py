"""Answers to the exercises of notebook 11."""

import math

import torch
from torch import nn
from torch.nn.functional import avg_pool2d, interpolate, pad

from course_utils import session
from course_utils.losses import discriminator_loss, nll_fake, nll_real, non_saturating, r1_penalty
from course_utils.pyramid import larger, smaller
from course_utils.train import descend

# ── 11.2 ─────────────────────────────────────────────────────────────────────────────────────────


def by_repeating_the_edge(x):
    padded = pad(x, (0, x.shape[3] % 2, 0, x.shape[2] % 2), mode="replicate")
    small = smaller(padded)
    return small, (padded - larger(small))[..., : x.shape[2], : x.shape[3]]


def by_counting(x):
    edges = (0, x.shape[3] % 2, 0, x.shape[2] % 2)
    total, n = (4 * avg_pool2d(pad(v, edges), 2) for v in (x, torch.ones_like(x)))
    small = total / n
    coarse = small.repeat_interleave(2, 2).repeat_interleave(2, 3)
    return small, x - coarse[:, :, : x.shape[2], : x.shape[3]]


def block_by_block(x):
    h, w = x.shape[2:]
    small = torch.zeros(*x.shape[:2], (h + 1) // 2, (w + 1) // 2, dtype=x.dtype, device=x.device)
    for i in range(small.shape[2]):
        for j in range(small.shape[3]):
            small[:, :, i, j] = x[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].mean((2, 3))
    return small, x - larger(small)[:, :, :h, :w]


def halving(small_of, enlarge=larger, detail_of=lambda x, coarse: x - coarse):
    def answer(x):
        small = small_of(x)
        return small, detail_of(x, enlarge(small)[..., : x.shape[2], : x.shape[3]])

    return answer


def pooled(x):
    return avg_pool2d(x, 2, ceil_mode=True)


def at_size(x, **how):
    return interpolate(x, size=(-(-x.shape[2] // 2), -(-x.shape[3] // 2)), **how)


# ── 11.3 ─────────────────────────────────────────────────────────────────────────────────────────


def level(
    real=lambda x, coarse: x - coarse,
    fake=lambda fake, coarse: fake,
    at_G=lambda fake, coarse: fake,
    L_D_of=discriminator_loss,
    L_G_of=non_saturating,
    told=lambda small: small,
    r1_weight_of=lambda weight: weight / 2,
    r1_at=lambda detail, fake: detail,
    moved=("D", "G"),
    n=1,
):
    def answer(batches, *, G, D, G_ema, opt, prior, r1_weight=1.0):
        for _ in range(n):
            x, _ = next(batches)
            small = smaller(x)
            coarse = larger(small)
            detail = real(x, coarse)
            drawn = fake(G(prior(len(x)), small).detach(), coarse)
            few = max(1, len(x) // 4)
            r1 = r1_penalty(lambda image: D(image, small[:few]), r1_at(detail, drawn)[:few])  # noqa: B023
            L_D = L_D_of(D(detail, small), D(drawn, told(small)))
            descend(L_D + r1_weight_of(r1_weight) * r1, getattr(opt, moved[0]))
        L_G = L_G_of(D(at_G(G(prior(len(x)), small), coarse), told(small)))
        descend(L_G, getattr(opt, moved[1]))
        G_ema.update_parameters(G)
        return dict(L_D=L_D.detach(), L_G=L_G.detach(), r1=r1.detach())

    return answer


def in_one_batch(batches, *, G, D, G_ema, opt, prior, r1_weight=1.0):
    x, _ = next(batches)
    small = smaller(x)
    detail = x - larger(small)
    with torch.no_grad():
        fake = G(prior(len(x)), small)
    on_real, on_fake = D(torch.cat([detail, fake]), torch.cat([small, small])).chunk(2)
    few = len(x) // 4 or 1
    r1 = r1_penalty(lambda image: D(image, small[:few]), detail[:few])
    L_D = nll_real(on_real) + nll_fake(on_fake)
    descend(L_D + 0.5 * r1_weight * r1, opt.D)
    L_G = nll_real(D(G(prior(len(x)), small), small))
    descend(L_G, opt.G)
    G_ema.update_parameters(G)
    return dict(L_D=L_D, L_G=L_G, r1=r1)


def image_less_coarse(batches, *, G, D, G_ema, opt, prior, r1_weight=1.0):
    """The image is made, and taken apart again for D."""
    x, _ = next(batches)
    small = smaller(x)
    coarse = larger(small)
    with torch.no_grad():
        x_fake = coarse + G(prior(len(x)), small)
    L_D = discriminator_loss(D(x - coarse, small), D(x_fake - coarse, small))
    few = len(x) // 4 or 1
    r1 = r1_penalty(lambda image: D(image, small[:few]), (x - coarse)[:few])
    descend(L_D + r1_weight / 2 * r1, opt.D)
    L_G = non_saturating(D(G(prior(len(x)), small), small))
    descend(L_G, opt.G)
    G_ema.update_parameters(G)
    return dict(L_D=L_D, L_G=L_G, r1=r1)


def added(fake, coarse):
    return coarse + fake


# ── 11.6 ─────────────────────────────────────────────────────────────────────────────────────────


def by_columns(layer, x):
    with torch.no_grad():
        units = torch.eye(x.numel(), dtype=x.dtype, device=x.device).view(-1, *x.shape[1:])
        return torch.linalg.svdvals((layer(units) - layer(torch.zeros_like(x))).flatten(1)).max()


def by_power_iteration(layer, x):
    v = torch.randn_like(x)
    for _ in range(120):
        v = v / v.norm()
        out, back = torch.func.vjp(layer, v)
        out = out - layer(torch.zeros_like(x))
        (v,) = back(out.detach())
    return v.detach().norm().sqrt()


def by_eigenvalues(layer, x):
    J = matrix_of(layer, x)
    return torch.linalg.eigvalsh(J.T @ J)[-1].sqrt()


def matrix_of(layer, x):
    return torch.autograd.functional.jacobian(layer, torch.zeros_like(x)).reshape(-1, x.numel())


def by_luck(layer, x):
    """The best of many random directions: too small."""
    with torch.no_grad():
        at, zero = torch.randn(2_000, *x.shape[1:], dtype=x.dtype, device=x.device), torch.zeros_like(x)
        return ((layer(at) - layer(zero)).flatten(1).norm(dim=1) / at.flatten(1).norm(dim=1)).max()


def from_matrix(number):
    return lambda layer, x: number(matrix_of(layer, x))


# ── 11.7 ─────────────────────────────────────────────────────────────────────────────────────────


def norms_of(G):
    return [m for m in G.modules() if isinstance(m, nn.BatchNorm1d)]


def in_train_mode(G, draws, before=lambda norm, i: None, last=None):
    G.train()
    with torch.no_grad():
        for i, draw in enumerate(draws):
            for norm in norms_of(G):
                before(norm, i)
            G(*draw)
    for norm in norms_of(G):
        norm.momentum = 0.1
    return G.eval()


def with_none(G, draws):
    for norm in norms_of(G):
        norm.reset_running_stats()
        norm.momentum = None
    return in_train_mode(G, list(draws))


def by_shares(G, draws):
    """The i-th batch counts 1/i: a plain mean, whatever was there before."""
    return in_train_mode(G, draws, lambda norm, i: setattr(norm, "momentum", 1 / (i + 1)))


def by_hand(G, draws):
    norms, n = norms_of(G), len(draws)
    mean, var = ([torch.zeros_like(norm.running_mean) for norm in norms] for _ in range(2))
    G.train()
    with torch.no_grad():
        for draw in draws:
            for norm in norms:
                norm.momentum = 1.0
            G(*draw)
            for i, norm in enumerate(norms):
                mean[i] += norm.running_mean / n
                var[i] += norm.running_var / n
    for i, norm in enumerate(norms):
        norm.momentum = 0.1
        norm.running_mean.copy_(mean[i])
        norm.running_var.copy_(var[i])
    return G.eval()


def momentum(rule, reset=True):
    def answer(G, draws):
        for norm in norms_of(G):
            if reset:
                norm.reset_running_stats()
        return in_train_mode(G, draws, lambda norm, i: setattr(norm, "momentum", rule(i)))

    return answer


def several_times(n):
    def answer(G, draws):
        for norm in norms_of(G):
            norm.reset_running_stats()
        return in_train_mode(G, [draw for _ in range(n) for draw in draws])

    return answer


def left_in_training(G, draws):
    with_none(G, draws)
    G.train()


def one_pass(G, draws):
    for norm in norms_of(G):
        norm.reset_running_stats()
        norm.momentum = None
    return in_train_mode(G, list(draws)[:1])


def stops_early(G, draws):
    for norm in norms_of(G):
        norm.reset_running_stats()
        norm.momentum = None
    return in_train_mode(G, list(draws)[:-1] or list(draws))


# ── 11.8 ─────────────────────────────────────────────────────────────────────────────────────────


def again_and_again(n, z_dim, threshold):
    z = torch.randn(n, z_dim, device=session.device())
    while (beyond := z.abs() > threshold).any():
        z = torch.where(beyond, torch.randn_like(z), z)
    return z


def by_torch(n, z_dim, threshold):
    z = torch.empty(n, z_dim, device=session.device())
    return nn.init.trunc_normal_(z, 0.0, 1.0, -threshold, threshold)


def only_those_beyond(n, z_dim, threshold):
    z = torch.randn(n * z_dim, device=session.device())
    beyond = z.abs() > threshold
    while beyond.any():
        z[beyond] = torch.randn(int(beyond.sum()), device=z.device)
        beyond = z.abs() > threshold
    return z.reshape(n, z_dim)


def from_many(n, z_dim, threshold):
    """Far more than needed, and the first that fit."""
    share = math.erf(threshold / math.sqrt(2))
    z = torch.randn(int(1.2 * n * z_dim / share) + 1_000, device=session.device())
    return z[z.abs() <= threshold][: n * z_dim].reshape(n, z_dim)


def draw(n, z_dim):
    return torch.randn(n, z_dim, device=session.device())


def by_length(n, z_dim, threshold):
    z = draw(n, z_dim)
    return threshold * z / z.norm(dim=1, keepdim=True)


def the_other_way(n, z_dim, threshold):
    z = draw(n, z_dim)
    while (inside := z.abs() < threshold).any():
        z = torch.where(inside, torch.randn_like(z), z)
    return z


def turned_inside(n, z_dim, threshold):
    """What lies beyond is mirrored at the border."""
    z = draw(n, z_dim)
    for _ in range(60):
        z = torch.where(z.abs() > threshold, z.sign() * (2 * threshold - z.abs()), z)
    return z.clamp(-threshold, threshold)


def by_number(G, draws):
    return with_none(G, [draws[i] for i in range(len(draws))])


def the_same_again(n, z_dim, threshold):
    chance = torch.rand(n, z_dim, generator=torch.Generator().manual_seed(0))
    return math.sqrt(2) * torch.erfinv((2 * chance - 1) * math.erf(threshold / math.sqrt(2)))


def evenly_beyond(n, z_dim, threshold):
    z = draw(n, z_dim)
    return torch.where(z.abs() > threshold, threshold * (2 * torch.rand(n, z_dim).to(z) - 1), z)


def with_noise_for_64(batches, *, prior, **players):
    return level()(batches, prior=lambda n: prior(64), **players)


def without_biases(layer, x):
    for m in layer.modules():
        if getattr(m, "bias", None) is not None:
            m.bias.data.zero_()
    return by_columns(layer, x)


def by_backward(layer, x):
    layer(x).sum().backward()
    return by_columns(layer, x)


def one_row_again(n, z_dim, threshold):
    z = again_and_again(1, z_dim, threshold)
    return z.expand(n, z_dim).clone()


RIGHT = {
    "11.2": [by_repeating_the_edge, by_counting, block_by_block],
    "11.3": [in_one_batch, image_less_coarse, level()],
    "11.6": [
        by_columns,
        by_power_iteration,
        by_eigenvalues,
        lambda layer, x: by_columns(layer, x).cpu().numpy(),
    ],
    "11.7": [with_none, by_shares, by_hand, by_number],
    "11.8": [again_and_again, by_torch, only_those_beyond, from_many],
}
WRONG = {
    "11.2": {
        "two things in the other order": lambda x: (lambda a, b: (b, a))(*by_counting(x)),
        "floor": halving(lambda x: avg_pool2d(x, 2)),
        "one thing": lambda x: pooled(x),
        "the corner": halving(lambda x: x[..., ::2, ::2]),
        "nearest": halving(lambda x: at_size(x)),
        "bilinear": halving(lambda x: at_size(x, mode="bilinear")),
        "area": halving(lambda x: at_size(x, mode="area")),
        "zeros": halving(lambda x: smaller(pad(x, (0, x.shape[3] % 2, 0, x.shape[2] % 2)))),
        "sum": halving(lambda x: 4 * pooled(x)),
        "detail turned": halving(pooled, detail_of=lambda x, coarse: coarse - x),
        "image as detail": halving(pooled, detail_of=lambda x, coarse: x),
        "coarse as detail": halving(pooled, detail_of=lambda x, coarse: coarse),
        "half a detail": halving(pooled, detail_of=lambda x, coarse: (x - coarse) / 2),
    },
    "11.3": {
        "both images": level(fake=added, at_G=added),
        "all images": level(real=lambda x, coarse: x, fake=added, at_G=added),
        "real image": level(real=lambda x, coarse: x),
        "coarse taken off": level(fake=lambda fake, coarse: fake - coarse),
        "exchanged": level(L_D_of=lambda a, b: discriminator_loss(b, a)),
        "G wants fake": level(L_G_of=nll_fake),
        "no R1": level(r1_weight_of=lambda weight: 0.0),
        "R1 whole": level(r1_weight_of=lambda weight: weight),
        "R1 at fakes": level(r1_at=lambda detail, fake: fake),
        "D moves for G": level(moved=("D", "D")),
        "G moves for D": level(moved=("G", "G")),
        "two batches": level(n=2),
        "another digit": level(told=lambda small: small.roll(1, 0)),
        "noise for 64": with_noise_for_64,
        "half of L_D": level(L_D_of=lambda on_real, on_fake: discriminator_loss(on_real, on_fake) / 2),
        "half a coarse": level(fake=lambda fake, coarse: fake + coarse / 2),
    },
    "11.6": {
        "kernel": lambda layer, x: torch.linalg.matrix_norm(next(layer.parameters()).flatten(1), 2),
        "Frobenius": from_matrix(lambda J: J.norm()),
        "squared": from_matrix(lambda J: torch.linalg.matrix_norm(J, 2).square()),
        "half": from_matrix(lambda J: torch.linalg.matrix_norm(J, 2) / 2),
        "least": from_matrix(lambda J: torch.linalg.svdvals(J).min()),
        "by luck": by_luck,
        "of x": lambda layer, x: layer(x).norm() / x.norm(),
        "largest entry": from_matrix(lambda J: J.abs().max()),
        "row": from_matrix(lambda J: J.norm(dim=1).max()),
        "column": from_matrix(lambda J: J.norm(dim=0).max()),
        "all of them": from_matrix(torch.linalg.svdvals),
        "upside down": from_matrix(lambda J: 1 / torch.linalg.matrix_norm(J, 2)),
        "biases set to 0": without_biases,
        "gradients left": by_backward,
        "a little more": from_matrix(lambda J: 1.002 * torch.linalg.matrix_norm(J, 2)),
        "one-norm": from_matrix(lambda J: torch.linalg.matrix_norm(J, 1)),
    },
    "11.7": {
        "no reset": momentum(lambda i: 0.1, reset=False),
        "slower": momentum(lambda i: 0.01),
        "last alone": momentum(lambda i: 1.0),
        "one too many": momentum(lambda i: 1 / (i + 2)),
        "one batch": one_pass,
        "one left out": stops_early,
        "ten rounds": several_times(10),
        "hundred rounds": several_times(100),
        "left in training": left_in_training,
        "weights anew": lambda G, draws: (G.norm_2.reset_parameters(), with_none(G, draws))[1],
        "half and half": momentum(lambda i: 0.5),
    },
    "11.8": {
        "evenly": lambda n, z_dim, t: (2 * torch.rand(n, z_dim, device=session.device()) - 1) * t,
        "tanh": lambda n, z_dim, t: t * draw(n, z_dim).tanh(),
        "by length": by_length,
        "whole vector": lambda n, z_dim, t: t * (z := draw(n, z_dim)) / z.abs().max(),
        "other way": the_other_way,
        "mirrored": turned_inside,
        "scaled": lambda n, z_dim, t: t * again_and_again(n, z_dim, 2.0) / 2,
        "narrow": lambda n, z_dim, t: t * draw(n, z_dim) / 3,
        "one row": one_row_again,
        "the same again": the_same_again,
        "evenly beyond": evenly_beyond,
        "rows twice": lambda n, z_dim, t: again_and_again(n // 2, z_dim, t).repeat(2, 1),
        "one sign for a row": lambda n, z_dim, t: again_and_again(n, z_dim, t).abs() * draw(n, 1).sign(),
        "positive": lambda n, z_dim, t: again_and_again(n, z_dim, t).abs(),
        "zeros": lambda n, z_dim, t: (z := draw(n, z_dim)) * (z.abs() < t),
        "plain": lambda n, z_dim, t: draw(n, z_dim),
        "other shape": lambda n, z_dim, t: again_and_again(z_dim, n, t),
    },
}
