"""Answers to the exercises of notebook 05."""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus

from course_utils.exercises.tricks.labels import best_D
from course_utils.exercises.tricks.losses import feature_gap
from course_utils.losses import feature_matching, gradient_norm_penalty, historical_average_penalty, label_nll
from course_utils.tricks import closeness, virtual_batch_norm


def flipped_to(t, flip):
    return (1 - flip) * t + flip * (1 - t)


def share_of_real(log_p, log_q, label_real, label_fake, flip):
    w = 1 / (1 + (log_q - log_p).exp())
    return w * flipped_to(label_real, flip) + (1 - w) * flipped_to(label_fake, flip)


def by_softmax(log_p, log_q, label_real, label_fake, flip):
    w = torch.stack([log_p, log_q]).softmax(0)
    return flip + (1 - 2 * flip) * (label_real * w[0] + label_fake * w[1])


def by_the_larger(log_p, log_q, label_real, label_fake, flip):
    top = torch.maximum(log_p, log_q)
    p, q = (log_p - top).exp(), (log_q - top).exp()
    return (flipped_to(label_real, flip) * p + flipped_to(label_fake, flip) * q) / (p + q)


def of_densities(says):
    """A wrong best D from the densities themselves, and labels that are flipped rightly."""
    return lambda log_p, log_q, a, b, flip: says(
        log_p.exp(), log_q.exp(), flipped_to(a, flip), flipped_to(b, flip)
    )


def of_shares(says):
    return lambda log_p, log_q, a, b, flip: says(
        (log_p - log_q).sigmoid(), (log_q - log_p).sigmoid(), flipped_to(a, flip), flipped_to(b, flip)
    )


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
    count = 0
    for i in range(len(M)):
        others = [j for j in range(len(M)) if j != i]
        count = count + 1 / (1 + sum((-(M[i] - M[j]).abs().sum(1)).exp() for j in others))
    return count


def by_cdist(M):
    d = torch.cdist(M.transpose(0, 1), M.transpose(0, 1), p=1)  # (n_out, B, B)
    return (1 / (-d).exp().sum(2)).sum(1)


def masked(M):
    near = (-(M[:, None] - M[None]).abs().sum(-1)).exp()
    c = (near * (1 - torch.eye(len(M), device=M.device).to(M))[..., None]).sum(1)
    return (1 + c).reciprocal().sum(0)


def counted(distance=lambda d: d.abs().sum(-1), per=lambda e: e.sum(1) - 1, share=lambda c: 1 / (1 + c)):
    return lambda M: share(per((-distance(M[:, None] - M[None])).exp())).sum(0)


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


def pairs_without_itself(f):
    """The mean product of two different items: ‖μ‖² without bias."""
    products = f @ f.T
    return (products.sum() - products.diagonal().sum()) / (len(f) * (len(f) - 1))


RIGHT = {
    "05.1": [share_of_real, by_softmax, by_the_larger],
    "05.2": [
        bce,
        lambda logits, label: -(label * logsigmoid(logits) + (1 - label) * logsigmoid(-logits)).mean(),
        lambda logits, label: (softplus(logits) - label * logits).mean(),
    ],
    "05.3": [
        lambda r, f: (r.mean(0) - f.mean(0)).square().sum() - (r.var(0) / len(r) + f.var(0) / len(f)).sum(),
        torch.no_grad()(lambda r, f: feature_gap(r, f)),
        lambda r, f: pairs_without_itself(r) + pairs_without_itself(f) - 2 * (r @ f.T).mean(),
        lambda r, f: (
            (r.mean(0) - f.mean(0)).norm() ** 2
            - sum((a - a.mean(0)).square().sum() / (len(a) * (len(a) - 1)) for a in (r, f))
        ),
    ],
    "05.4": [pairwise_loop, by_cdist, masked, lambda M: torch.tensor(masked(M).tolist(), device=M.device)],
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
        "labels exchanged": lambda p, q, a, b, flip: best_D(p, q, b, a, flip),
        "densities exchanged": lambda p, q, a, b, flip: best_D(q, p, a, b, flip),
        "1 minus": lambda *arguments: 1 - best_D(*arguments),
        "logit": lambda *arguments: torch.logit(best_D(*arguments)),
        "odds": lambda *arguments: best_D(*arguments) / (1 - best_D(*arguments)),
        "of densities": of_densities(lambda p, q, a, b: (a * p + b * q) / (p + q)),
        "not smoothed": of_shares(lambda p, q, a, b: p),
        "not smoothed, of densities": of_densities(lambda p, q, a, b: p / (p + q)),
        "deck 001": of_densities(lambda p, q, a, b: a * p / (a * p + q)),
        "only the real label": of_shares(lambda p, q, a, b: a * p),
        "scaled": of_shares(lambda p, q, a, b: (a - b) * p),
        "no flips": lambda p, q, a, b, flip: best_D(p, q, a, b, 0.0),
        "only reals flipped": lambda p, q, a, b, flip: b + (flipped_to(a, flip) - b) * (p - q).sigmoid(),
        "half": lambda *arguments: best_D(*arguments) / 2,
        "one number": lambda *arguments: best_D(*arguments).mean(),
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
        "two cases": lambda logits, label: torch.where(
            torch.as_tensor(label) > 0.5, label * softplus(-logits), (1 - label) * softplus(logits)
        ).mean(),
        "sign of the label": lambda logits, label: softplus(
            torch.where(torch.as_tensor(label) > 0.5, -logits, logits)
        ).mean(),
        "case at 0": lambda logits, label: torch.where(
            torch.as_tensor(label) > 0, label * softplus(-logits), (1 - label) * softplus(logits)
        ).mean(),
    },
    "05.3": {
        "with its bias": lambda r, f: (r.mean(0) - f.mean(0)).square().sum(),
        "biased variances": lambda r, f: (
            feature_matching(r, f) - sum(a.var(0, correction=0).sum() / len(a) for a in (r, f))
        ),
        "variances not divided": lambda r, f: feature_matching(r, f) - (r.var(0) + f.var(0)).sum(),
        "only reals": lambda r, f: feature_matching(r, f) - r.var(0).sum() / len(r),
        "only fakes": lambda r, f: feature_matching(r, f) - f.var(0).sum() / len(f),
        "added": lambda r, f: feature_matching(r, f) + (r.var(0) / len(r) + f.var(0) / len(f)).sum(),
        "mean of features": lambda r, f: feature_gap(r, f) / r.shape[1],
        "sign": lambda r, f: -feature_gap(r, f),
        "half": lambda r, f: feature_gap(r, f) / 2,
        "by halves": lambda r, f: (
            (r[::2].mean(0) - f[::2].mean(0)) * (r[1::2].mean(0) - f[1::2].mean(0))
        ).sum(),
        "clamped": lambda r, f: feature_gap(r, f).clamp(min=0),
        "absolute": lambda r, f: feature_gap(r, f).abs(),
        "not summed": lambda r, f: (r.mean(0) - f.mean(0)).square() - r.var(0) / len(r) - f.var(0) / len(f),
    },
    "05.4": {
        "itself twice": counted(per=lambda e: e.sum(1)),
        "without the 1": counted(share=lambda c: 1 / c),
        "closeness": lambda M: closeness(M),
        "its sum": lambda M: closeness(M).sum(0),
        "one share for all": lambda M: len(M) / (1 + closeness(M).mean(0)),
        "mean over others": counted(per=lambda e: (e.sum(1) - 1) / (len(e) - 1)),
        "squares": counted(lambda d: d.square().sum(-1)),
        "euclid": counted(lambda d: (d.square().sum(-1) + 1e-12).sqrt()),
        "mean of distances": counted(lambda d: d.abs().mean(-1)),
        "growing": counted(lambda d: -d.abs().sum(-1)),
        "a mean": lambda M: (1 / (1 + closeness(M))).mean(0),
        "not summed": lambda M: 1 / (1 + closeness(M)),
        "exponential share": counted(share=lambda c: (-c).exp()),
    },
    "05.5": {
        "squares of sums": lambda net, past: sum(gap.sum().square() for gap in gaps(net, past)),
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
        "of both means, without create_graph": lambda D, x, k: (
            norms(D, x, create_graph=False, total=torch.mean).mean() - k
        ).square(),
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
