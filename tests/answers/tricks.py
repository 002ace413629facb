"""Answers to the exercises of notebook 05."""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus

from course_utils.exercises.tricks.labels import best_D
from course_utils.losses import feature_matching, gradient_norm_penalty, historical_average_penalty, label_nll
from course_utils.tricks import closeness, virtual_batch_norm


def share_of_real(p_data, p_g, label_real, label_fake):
    w = p_data / (p_data + p_g)
    return label_fake + (label_real - label_fake) * w


def by_parts(p_data, p_g, label_real, label_fake):
    yes = label_real * p_data + label_fake * p_g
    no = (1 - label_real) * p_data + (1 - label_fake) * p_g
    return yes / (yes + no)


def one_by_one(p_data, p_g, label_real, label_fake):
    pairs = zip(p_data, p_g, strict=True)
    return torch.stack([(label_real * p + label_fake * q) / (p + q) for p, q in pairs])


def bce(logits, label):
    target = torch.as_tensor(label).to(logits).expand_as(logits)
    return binary_cross_entropy_with_logits(logits, target)


def gaps(net, past):
    return [(p - m.detach()) for p, m in zip(net.parameters(), past.parameters(), strict=True)]


def gaps_without_detach(net, past):
    return [(p - m) for p, m in zip(net.parameters(), past.parameters(), strict=True)]


def in_one_vector(net, past):
    theta = nn.utils.parameters_to_vector(net.parameters())
    return (theta - nn.utils.parameters_to_vector(past.parameters()).detach()).square().sum()


def pairwise_loop(M):
    rows = []
    for i in range(len(M)):
        others = [j for j in range(len(M)) if j != i]
        rows.append(sum((-(M[i] - M[j]).abs().sum(1)).exp() for j in others))
    return torch.stack(rows)


def by_cdist(M):
    d = torch.cdist(M.transpose(0, 1), M.transpose(0, 1), p=1)  # (n_out, B, B)
    return ((-d).exp().sum(2) - 1).T


def masked(M):
    near = (-(M[:, None] - M[None]).abs().sum(-1)).exp()
    return (near * (1 - torch.eye(len(M), device=M.device).to(M))[..., None]).sum(1)


def close(M, per=lambda e: e.sum(1), distance=lambda d: d.abs().sum(-1), less=1.0):
    return per((-distance(M[:, None] - M[None])).exp()) - less


def places(x_fake):
    return torch.arange(len(x_fake), device=x_fake.device)


def mended(x_fake, kept, which, swap):
    place, kept, seen = places(x_fake), kept.clone(), x_fake.clone()
    seen[swap] = kept[which[swap], place[swap]]
    kept[which[swap], place[swap]] = x_fake[swap]
    return seen, kept


def in_a_loop(x_fake, kept, which, swap):
    kept, seen = kept.clone(), x_fake.clone()
    for i in range(len(x_fake)):
        if swap[i]:
            seen[i], kept[which[i], i] = kept[which[i], i].clone(), x_fake[i]
    return seen, kept


def by_a_picked_copy(x_fake, kept, which, swap):
    place, kept, seen = places(x_fake), kept.clone(), x_fake.clone()
    picked = kept[which, place]
    seen[swap] = picked[swap]
    picked[swap] = x_fake[swap]
    kept[which, place] = picked
    return seen, kept


def exchange(see=None, put=None, at=lambda which, place: (which, place)):
    """A wrong exchange: what D sees and what is kept, from (swap with all axes, x_fake, old)."""

    def wrong(x_fake, kept, which, swap):
        place, wide = places(x_fake), swap.view(-1, *[1] * (x_fake.dim() - 1))
        old, kept = kept[which, place], kept.clone()
        if put:
            kept[at(which, place)] = put(wide, x_fake, old)
        seen = see(wide, x_fake, old) if see else torch.where(wide, old, x_fake)
        return seen, kept

    return wrong


def put_right(wide, x_fake, old):
    return torch.where(wide, x_fake, old)


def seen_after(x_fake, kept, which, swap):
    _, kept = mended(x_fake, kept, which, swap)
    seen = x_fake.clone()
    seen[swap] = kept[which, places(x_fake)][swap]
    return seen, kept


def whole_batches(x_fake, kept, which, swap):
    seen, _ = mended(x_fake, kept, which, swap)
    kept = kept.clone()
    kept[which[swap]] = x_fake
    return seen, kept


def into_the_first(x_fake, kept, which, swap):
    seen, _ = mended(x_fake, kept, which, swap)
    kept = kept.clone()
    kept[0, swap] = x_fake[swap]
    return seen, kept


def in_place(x_fake, kept, which, swap):
    place, seen = places(x_fake), x_fake.clone()
    seen[swap] = kept[which[swap], place[swap]]
    kept[which[swap], place[swap]] = x_fake[swap]
    return seen, kept


def changes_the_fakes(x_fake, kept, which, swap):
    place, kept, new = places(x_fake), kept.clone(), x_fake.clone()
    x_fake[swap] = kept[which[swap], place[swap]]
    kept[which[swap], place[swap]] = new[swap]
    return x_fake, kept


def row_by_row(a, a_ref):
    out = []
    for row in a:
        rows = torch.cat([a_ref, row[None]])
        out.append((row - rows.mean(0)) / (rows.var(0, correction=0) + 1e-5).sqrt())
    return torch.stack(out)


def by_squares(a, a_ref):
    n = len(a_ref) + 1
    mean = (a_ref.sum(0) + a) / n
    return (a - mean) / ((a_ref.square().sum(0) + a.square()) / n - mean.square() + 1e-5).sqrt()


def all_at_once(a, a_ref):
    rows = torch.cat([a_ref[None].expand(len(a), -1, -1), a[:, None]], 1)  # (B, M + 1, n)
    return (a - rows.mean(1)) / (rows.var(1, unbiased=False) + 1e-5).sqrt()


def vbn(mean=True, var=True, unbiased=False, eps=1e-5, outside=0.0, center=True):
    """Virtual batch norm with the row at hand in the mean, in the variance, or in neither."""

    def wrong(a, a_ref):
        rows = torch.cat([a_ref[None].expand(len(a), -1, -1), a[:, None]], 1)
        m = rows.mean(1) if mean else a_ref.mean(0)
        v = rows.var(1, unbiased=unbiased) if var else a_ref.var(0, unbiased=unbiased)
        return (a - m * center) / ((v + eps).sqrt() + outside)

    return wrong


def norms(D, x, create_graph=True, total=torch.sum):
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(total(D(x)), x, create_graph=create_graph)
    return gradient.flatten(1).norm(dim=1)


def in_double_backward(D, x, k=1.0):
    x = x.clone().requires_grad_(True)
    logits = D(x)
    (g,) = torch.autograd.grad(logits, x, grad_outputs=torch.ones_like(logits), create_graph=True)
    return ((g.reshape(len(x), -1).pow(2).sum(1).sqrt() - k) ** 2).mean()


def item_by_item(D, x, k=1.0):
    return torch.stack([(norms(D, item[None])[0] - k) ** 2 for item in x]).mean()


RIGHT = {
    "05.1": [share_of_real, by_parts, one_by_one],
    "05.2": [
        bce,
        lambda logits, label: -(label * logsigmoid(logits) + (1 - label) * logsigmoid(-logits)).mean(),
        lambda logits, label: (softplus(logits) - label * logits).mean(),
    ],
    "05.3": [
        lambda f_real, f_fake: ((f_fake.mean(0) - f_real.mean(0)) ** 2).sum(),
        lambda f_real, f_fake: (f_real.sum(0) / len(f_real) - f_fake.sum(0) / len(f_fake)).norm() ** 2,
        lambda f_real, f_fake: sum(
            (f_real[:, i].mean() - f_fake[:, i].mean()) ** 2 for i in range(f_real.shape[1])
        ),
    ],
    "05.4": [pairwise_loop, by_cdist, masked],
    "05.5": [
        in_one_vector,
        lambda net, past: sum(gap.norm() ** 2 for gap in gaps(net, past)),
        lambda net, past: torch.cat([gap.flatten() for gap in gaps(net, past)]).square().sum(),
    ],
    "05.6": [mended, in_a_loop, by_a_picked_copy],
    "05.7": [row_by_row, by_squares, all_at_once],
    "05.8": [in_double_backward, item_by_item, lambda D, x, k=1.0: (norms(D, x) - k).square().mean()],
}
WRONG = {
    "05.1": {
        "labels exchanged": lambda p, q, a, b: best_D(p, q, b, a),
        "densities exchanged": lambda p, q, a, b: best_D(q, p, a, b),
        "1 minus": lambda p, q, a, b: 1 - best_D(p, q, a, b),
        "logit": lambda p, q, a, b: torch.logit(best_D(p, q, a, b)),
        "odds": lambda p, q, a, b: best_D(p, q, a, b) / (1 - best_D(p, q, a, b)),
        "not smoothed": lambda p, q, a, b: p / (p + q),
        "deck 001": lambda p, q, a, b: a * p / (a * p + q),
        "weighs twice": lambda p, q, a, b: (a * p + b * q) / (a * p + b * q + p + q),
        "only the real label": lambda p, q, a, b: a * p / (p + q),
        "scaled": lambda p, q, a, b: (a - b) * p / (p + q),
        "half": lambda p, q, a, b: best_D(p, q, a, b) / 2,
        "one number": lambda p, q, a, b: best_D(p, q, a, b).mean(),
    },
    "05.2": {
        "one line only": lambda logits, label: (label * softplus(-logits)).mean(),
        "sign": lambda logits, label: -label_nll(logits, label),
        "swapped": lambda logits, label: label_nll(-logits, label),
        "sum": lambda logits, label: label_nll(logits, label) * len(logits),
        "not reduced": lambda logits, label: label * softplus(-logits) + (1 - label) * softplus(logits),
        "half": lambda logits, label: label_nll(logits, label) / 2,
        "second not weighed": lambda logits, label: (label * softplus(-logits) + softplus(logits)).mean(),
        "labels of 1": lambda logits, label: softplus(-logits).mean(),
        "labels of 0": lambda logits, label: softplus(logits).mean(),
        "detached": lambda logits, label: label_nll(logits.detach(), label),
        "sigmoid twice": lambda logits, label: label_nll(logits.sigmoid(), label),
        "squared": lambda logits, label: (logits.sigmoid() - label).square().mean(),
        "case at 0": lambda logits, label: torch.where(
            torch.as_tensor(label) > 0, label * softplus(-logits), (1 - label) * softplus(logits)
        ).mean(),
    },
    "05.3": {
        "mean of squares": lambda r, f: (r.mean(0) - f.mean(0)).square().mean(),
        "root": lambda r, f: feature_matching(r, f).sqrt(),
        "absolute": lambda r, f: (r.mean(0) - f.mean(0)).abs().sum(),
        "items": lambda r, f: (r - f).square().sum(1).mean(),
        "sign": lambda r, f: -feature_matching(r, f),
        "sums": lambda r, f: (r.sum(0) - f.sum(0)).square().sum(),
        "wrong axis": lambda r, f: (r.mean(1).mean() - f.mean(1).mean()).square(),
        "all": lambda r, f: (r.mean() - f.mean()).square(),
        "half": lambda r, f: feature_matching(r, f) / 2,
        "detached": lambda r, f: feature_matching(r, f.detach()),
        "not summed": lambda r, f: (r.mean(0) - f.mean(0)).square(),
        "pairs": lambda r, f: (r[:, None] - f[None]).square().sum(2).mean(),
    },
    "05.4": {
        "itself": lambda M: close(M, less=0.0),
        "mean": lambda M: close(M, per=lambda e: e.mean(1), less=0.0),
        "squares": lambda M: close(M, distance=lambda d: d.square().sum(-1)),
        "euclid": lambda M: close(M, distance=lambda d: (d.square().sum(-1) + 1e-12).sqrt()),
        "mean of distances": lambda M: close(M, distance=lambda d: d.abs().mean(-1)),
        "distances": lambda M: (M[:, None] - M[None]).abs().sum(-1).sum(1),
        "one less": lambda M: closeness(M) - 1,
        "divided": lambda M: closeness(M) / len(M),
        "sign": lambda M: -closeness(M),
        "growing": lambda M: (M[:, None] - M[None]).abs().sum(-1).exp().sum(1) - 1,
        "over outputs": lambda M: closeness(M).sum(1),
        "nearest": lambda M: close(M, per=lambda e: e.sort(1)[0][:, -2], less=0.0),
    },
    "05.5": {
        "no squares": lambda net, past: sum(gap.sum() for gap in gaps(net, past)),
        "absolute": lambda net, past: sum(gap.abs().sum() for gap in gaps(net, past)),
        "absolute of the sum": lambda net, past: sum(gap.sum().abs() for gap in gaps(net, past)),
        "means": lambda net, past: sum(gap.square().mean() for gap in gaps(net, past)),
        "norms": lambda net, past: sum(gap.norm() for gap in gaps(net, past)),
        "root": lambda net, past: historical_average_penalty(net, past).sqrt(),
        "half": lambda net, past: historical_average_penalty(net, past) / 2,
        "sign": lambda net, past: -historical_average_penalty(net, past),
        "past moves": lambda net, past: sum(gap.square().sum() for gap in gaps_without_detach(net, past)),
        "net detached": lambda net, past: historical_average_penalty(net, past).detach(),
        "weights only": lambda net, past: gaps(net, past)[0].square().sum(),
        "sum of all": lambda net, past: sum(gap.sum() for gap in gaps(net, past)).square(),
    },
    "05.6": {
        "where not": exchange(put=lambda wide, x, old: torch.where(wide, old, x)),
        "all new": exchange(put=lambda wide, x, old: x),
        "reversed": exchange(
            lambda wide, x, old: torch.where(wide, x, old), lambda wide, x, old: torch.where(wide, old, x)
        ),
        "D sees the old ones": exchange(lambda wide, x, old: old, put_right),
        "D sees the new ones": exchange(lambda wide, x, old: x, put_right),
        "read too late": seen_after,
        "whole batches": whole_batches,
        "in place": in_place,
        "the fakes in place": changes_the_fakes,
        "one thing": lambda *arguments: mended(*arguments)[1],
        "exchanged results": lambda *arguments: mended(*arguments)[::-1],
        "always into the first": into_the_first,
    },
    "05.7": {
        "reference only": vbn(mean=False, var=False),
        "own mean": vbn(var=False),
        "own variance": vbn(mean=False),
        "unbiased": vbn(unbiased=True),
        "eps outside": vbn(eps=0.0, outside=1e-5),
        "no eps": vbn(eps=0.0),
        "not centred": vbn(center=False),
        "no root": lambda a, r: (
            (a - (a + r.sum(0)) / (len(r) + 1))
            * virtual_batch_norm(a, r).square()
            / (a - (a + r.sum(0)) / (len(r) + 1)).square()
        ),
        "batch norm": lambda a, r: (a - a.mean(0)) / (a.var(0, unbiased=False) + 1e-5).sqrt(),
        "all rows": lambda a, r: (
            (a - torch.cat([r, a]).mean(0)) / (torch.cat([r, a]).var(0, unbiased=False) + 1e-5).sqrt()
        ),
        "sign": lambda a, r: -virtual_batch_norm(a, r),
        "exchanged": lambda a, r: virtual_batch_norm(r, a),
        "detached": lambda a, r: virtual_batch_norm(a.detach(), r),
    },
    "05.8": {
        "square of the mean": lambda D, x, k: (norms(D, x).mean() - k).square(),
        "square inside": lambda D, x, k: (norms(D, x).square() - k).mean(),
        "squared norm": lambda D, x, k: (norms(D, x).square() - k).square().mean(),
        "absolute": lambda D, x, k: (norms(D, x) - k).abs().mean(),
        "one-sided": lambda D, x, k: (norms(D, x) - k).relu().square().mean(),
        "no k": lambda D, x, k: norms(D, x).square().mean(),
        "always 1": lambda D, x, k: gradient_norm_penalty(D, x),
        "no create_graph": lambda D, x, k: (norms(D, x, create_graph=False) - k).square().mean(),
        "mean of logits": lambda D, x, k: (norms(D, x, total=torch.mean) - k).square().mean(),
        "sum": lambda D, x, k: (norms(D, x) - k).square().sum(),
        "items": lambda D, x, k: (norms(D, x) - k).square(),
        "sign": lambda D, x, k: -gradient_norm_penalty(D, x, k),
        "root": lambda D, x, k: gradient_norm_penalty(D, x, k).sqrt(),
    },
}
