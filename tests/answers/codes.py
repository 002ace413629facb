"""Answers to the exercises of notebook 10, sections 1 to 4."""

import itertools
import math
from types import SimpleNamespace

import torch
from torch.nn.functional import cross_entropy, softplus

from course_utils.groups import matching
from course_utils.losses import code_nll, discriminator_loss, non_saturating, normal_nll
from course_utils.steps import infogan_step
from course_utils.train import descend

# ── 10.2 ─────────────────────────────────────────────────────────────────────────────────────────


def code_by_code(prior, channel):
    Q = torch.zeros_like(channel)
    for x in range(channel.shape[1]):
        p = torch.stack([prior[c] * channel[c, x] for c in range(len(prior))])
        Q[:, x] = p / p.sum()
    return Q


def by_logs(prior, channel):
    return (prior.log()[:, None] + channel.log()).softmax(0)


def by_matmul(prior, channel):
    return torch.diag(prior) @ channel / (prior @ channel)


def reader(of):
    return lambda prior, channel: of(prior[:, None], channel)


def shared_out(of, axis=0):
    return reader(lambda p, q: of(p, q) / of(p, q).sum(axis, keepdim=True))


# ── 10.3 ─────────────────────────────────────────────────────────────────────────────────────────


def with_the_code_as_argument(batches, *, G, DQ, opt, prior, weight=1.0, numbers=0.1):
    x, _ = next(batches)
    z, code = prior(len(x))
    x_fake = G(torch.cat([z, code], 1))

    def L_Q(told, code):
        in_category, in_numbers = code_nll(told, code)
        return in_category + numbers * in_numbers

    (on_real, _), (on_fake, told) = DQ(x), DQ(x_fake.detach())
    L_D = discriminator_loss(on_real, on_fake)
    descend(L_D + L_Q(told, code), opt.DQ)
    on_fake, told = DQ(x_fake)
    L_G = non_saturating(on_fake)
    descend(L_G + weight * L_Q(told, code), opt.G)
    return dict(L_D=L_D, L_G=L_G, unread=code_nll(told, code)[0])


def without_a_function(batches, *, G, DQ, opt, prior, weight=1.0, numbers=0.1):
    x, _ = next(batches)
    z, code = prior(len(x))
    with torch.no_grad():
        x_fake = G(torch.cat([z, code], 1))
    on_real, on_fake = DQ(x)[0], DQ(x_fake)[0]
    L_D = softplus(-on_real).mean() + softplus(on_fake).mean()
    a, b = code_nll(DQ(x_fake)[1], code)
    opt.DQ.zero_grad()
    (L_D + a + numbers * b).backward()
    opt.DQ.step()
    on_fake, told = DQ(G(torch.cat([z, code], 1)))
    a, b = code_nll(told, code)
    L_G = softplus(-on_fake).mean()
    opt.G.zero_grad()
    (L_G + weight * (a + numbers * b)).backward()
    opt.G.step()
    return {"L_D": L_D.detach(), "L_G": L_G.detach(), "unread": a.detach()}


def by_cross_entropy(batches, *, G, DQ, opt, prior, weight=1.0, numbers=0.1):
    x, _ = next(batches)
    z, code = prior(len(x))
    fake = G(torch.hstack([z, code]))
    y = code[:, :10].argmax(1)

    def lost(told):
        return cross_entropy(told[:, :10], y) + numbers * code_nll(told, code)[1]

    real, (seen, told) = DQ(x)[0], DQ(fake.detach())
    L_D = discriminator_loss(real, seen)
    descend(lost(told) + L_D, opt.DQ)
    seen, told = DQ(fake)
    L_G = non_saturating(seen)
    descend(weight * lost(told) + L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G, unread=cross_entropy(told[:, :10], y))


def step(
    in_D=lambda L_D, L_Q, w: L_D + L_Q,
    in_G=lambda L_G, L_Q, w: L_G + w * L_Q,
    read=lambda told, code, share: code_nll(told, code)[0] + share * code_nll(told, code)[1],
    loss_D=discriminator_loss,
    loss_G=non_saturating,
    seen=torch.detach,
    for_D=lambda code, prior: code,
    for_G=lambda code, prior: code,
    fresh_fake=False,
    order="DQ G",
):
    """The step with one part changed."""

    def wrong(batches, *, G, DQ, opt, prior, weight=1.0, numbers=0.1):
        x, _ = next(batches)
        z, code = prior(len(x))
        (on_real, _), x_fake = DQ(x), G(torch.cat([z, code], 1))
        for name in order.split():
            if name == "DQ":
                on_real, (on_fake, told) = DQ(x)[0], DQ(seen(x_fake))
                L_D = loss_D(on_real, on_fake)
                descend(in_D(L_D, read(told, for_D(code, prior), numbers), weight), opt.DQ)
                x_fake = G(torch.cat([z, code], 1))
            else:
                at_G = prior(len(x)) if fresh_fake else (z, code)
                on_fake, told = DQ(G(torch.cat(at_G, 1)))
                L_G = loss_G(on_fake)
                descend(in_G(L_G, read(told, for_G(code, prior), numbers), weight), opt.G)
                x_fake = G(torch.cat([z, code], 1))
        return dict(L_D=L_D.detach(), L_G=L_G.detach(), unread=code_nll(told, code)[0].detach())

    return wrong


def without_a_function_and_zero_grad(batches, *, opt, **players):
    kept = SimpleNamespace(
        **{name: SimpleNamespace(zero_grad=lambda: None, step=o.step) for name, o in vars(opt).items()}
    )
    return without_a_function(batches, opt=kept, **players)


def telling(unread):
    return lambda *a, **players: (told := infogan_step(*a, **players)) | {"unread": unread(told)}


def shuffled(code, prior):
    return code.roll(1, 0)


def anew(code, prior):
    return prior(len(code))[1]


# ── 10.5 ─────────────────────────────────────────────────────────────────────────────────────────


def at_least_minus_six(mean, log_var, numbers):
    log_var = torch.clamp(log_var, -6)
    error = (numbers - mean) ** 2 / torch.exp(log_var)
    return (0.5 * (math.log(2 * math.pi) + log_var + error)).sum(1).mean()


def a_little_always_added(mean, log_var, numbers):
    """A soft floor: at log-variances of −4 it is hardly felt."""
    log_var = -9.8 + softplus(log_var + 9.8)
    return normal_nll((mean, log_var), numbers)


def by_maximum(mean, log_var, numbers):
    return normal_nll((mean, torch.maximum(log_var, torch.full_like(log_var, -5.0))), numbers)


def by_torch(mean, log_var, numbers):
    spread = (0.5 * log_var.clamp(min=-7)).exp()
    return -torch.distributions.Normal(mean, spread).log_prob(numbers).sum(1).mean()


def density(
    of=lambda v: v.clamp(min=-5), total=lambda terms: terms.sum(1).mean(), half=0.5, sign=1, more=None
):
    def answer(mean, log_var, numbers):
        v = of(log_var)
        error = (numbers - mean).square() / v.exp()
        return sign * total(half * (math.log(2 * math.pi) + (v if more is None else more * v) + error))

    return answer


# ── 10.6 ─────────────────────────────────────────────────────────────────────────────────────────


def by_scipy(counts):
    from scipy.optimize import linear_sum_assignment

    return torch.as_tensor(linear_sum_assignment(-counts.numpy())[1])


def recursively(counts):
    def best(i, free):
        if i == len(counts):
            return 0, ()
        tries = [(counts[i, j].item(), j, best(i + 1, free - {j})) for j in free]
        return max((c + rest[0], (j, *rest[1])) for c, j, rest in tries)

    return list(best(0, frozenset(range(len(counts))))[1])


def by_the_package(counts):
    k = len(counts)
    pairs = torch.repeat_interleave(torch.arange(k * k), counts.flatten())
    return matching(pairs // k, pairs % k, k, k)


def of_all(choose, score=lambda counts, p: sum(counts[i, j].item() for i, j in enumerate(p))):
    def answer(counts):
        orders = list(itertools.permutations(range(len(counts))))
        return torch.tensor(choose(orders, key=lambda p: score(counts, p)))

    return answer


def largest_first(counts):
    left, names = counts.float(), torch.zeros(len(counts), dtype=torch.long)
    for at in counts.flatten().argsort(descending=True).tolist():
        i, j = divmod(at, len(counts))
        if left[i].max() >= 0 and left[i, j] >= 0:
            names[i] = j
            left[i], left[:, j] = -1, -1
    return names


def digit_by_digit(counts):
    left, names = counts.float(), torch.zeros(len(counts), dtype=torch.long)
    for j in range(len(counts)):
        i = int(left[:, j].argmax())
        names[i], left[i] = j, -1
    return names


# ── 10.8 ─────────────────────────────────────────────────────────────────────────────────────────


def drawing_by_drawing(ink):
    found = []
    for drawing in ink:
        points = drawing.nonzero()
        weight = drawing[points[:, 0], points[:, 1]]
        weight = weight / weight.sum()
        y, x = -points[:, 0].to(ink), points[:, 1].to(ink)
        x, y = x - (weight * x).sum(), y - (weight * y).sum()
        found.append((weight * x * y).sum() / (weight * y * y).sum())
    return torch.stack(found)


def row_by_row(ink):
    """The middle of each row's ink; a line through the middles, weighted by their ink."""
    n, h, w = ink.shape
    of_row = ink.sum(2)
    middle = (ink * torch.arange(w).to(ink)).sum(2) / of_row.clamp_min(1e-12)
    up = torch.arange(h - 1, -1, -1).to(ink).expand(n, h)
    p = of_row / of_row.sum(1, keepdim=True)
    up = up - (p * up).sum(1, keepdim=True)
    return (p * up * middle).sum(1) / (p * up * up).sum(1)


def upper_against_lower(ink):
    """Another measure with the same properties: the upper half's middle against the lower half's."""
    n, h, w = ink.shape
    p = ink / ink.sum((1, 2), keepdim=True)
    y, x = torch.meshgrid(-torch.arange(h).to(ink), torch.arange(w).to(ink), indexing="ij")
    above = ((y - (p * y).sum((1, 2), keepdim=True)) > 0).to(ink)
    up, down = p * above, p * (1 - above)

    def mean(q, v):
        return (q * v).sum((1, 2)) / q.sum((1, 2))

    return (mean(up, x) - mean(down, x)) / (mean(up, y) - mean(down, y))


def edges(ink):
    """The left edge of the topmost row with ink against that of the lowest."""
    found = []
    for drawing in ink:
        rows = drawing.sum(1).nonzero()[:, 0]
        top, bottom = (drawing[row].nonzero()[0, 0] for row in (rows[0], rows[-1]))
        found.append((top - bottom) / (rows[-1] - rows[0]))
    return torch.stack(found).to(ink)


def moments(of, middle=True, ink_of=lambda ink: ink, normalize=True):
    def answer(ink):
        ink = ink_of(ink)
        n, h, w = ink.shape
        p = ink / ink.sum((1, 2), keepdim=True) if normalize else ink
        y, x = torch.meshgrid(-torch.arange(h).to(ink), torch.arange(w).to(ink), indexing="ij")
        y, x = y.expand(n, h, w), x.expand(n, h, w)
        if middle == "sheet":
            y, x = y + h // 2, x - w // 2
        elif middle:
            y, x = y - (p * y).sum((1, 2), keepdim=True), x - (p * x).sum((1, 2), keepdim=True)
        xx, xy, yy = ((p * a * b).sum((1, 2)) for a, b in ((x, x), (x, y), (y, y)))
        return of(xx, xy, yy)

    return answer


RIGHT = {
    "10.2": [code_by_code, by_logs, by_matmul],
    "10.3": [with_the_code_as_argument, without_a_function, by_cross_entropy],
    "10.5": [
        at_least_minus_six,
        a_little_always_added,
        by_maximum,
        by_torch,
        density(lambda v: v, lambda terms: terms.clamp(min=-4).sum(1).mean()),
    ],
    "10.6": [by_scipy, recursively, by_the_package],
    "10.8": [drawing_by_drawing, row_by_row, upper_against_lower],
}

WRONG = {
    "10.2": {
        "no prior": shared_out(lambda p, q: q),
        "prior only": reader(lambda p, q: p.expand_as(q)),
        "channel": reader(lambda p, q: q.clone()),
        "joint": reader(lambda p, q: p * q),
        "rows": shared_out(lambda p, q: p * q, 1),
        "turned": lambda prior, channel: by_logs(prior, channel).T,
        "all": reader(lambda p, q: p * q / (p * q).sum()),
        "surest": reader(lambda p, q: ((p * q) == (p * q).max(0).values).to(q)),
        "softmax": reader(lambda p, q: (p * q).softmax(0)),
        "softmax of rows": reader(lambda p, q: (p * q).softmax(1)),
        "log-softmax": reader(lambda p, q: (p.log() + q.log()).log_softmax(0)),
        "prior squared": shared_out(lambda p, q: p * p * q),
        "channel squared": shared_out(lambda p, q: p * q * q),
        "divided by the prior": shared_out(lambda p, q: q / p),
        "in place": lambda prior, channel: channel.mul_(prior[:, None]) / channel.sum(0),
        "logarithms": reader(lambda p, q: (p * q / (p * q).sum(0)).log()),
        "added": shared_out(lambda p, q: p + q),
        "uniform": reader(lambda p, q: torch.ones_like(q) / len(q)),
    },
    "10.3": {
        "G's code anew": step(for_G=anew),
        "Q's code anew": step(for_D=anew),
        "both shuffled": step(for_D=shuffled, for_G=shuffled),
        "Q alone": step(in_G=lambda L_G, L_Q, w: L_G),
        "G alone": step(in_D=lambda L_D, L_Q, w: L_D),
        "nobody": step(in_D=lambda L_D, L_Q, w: L_D, in_G=lambda L_G, L_Q, w: L_G),
        "G against": step(in_G=lambda L_G, L_Q, w: L_G - w * L_Q),
        "Q against": step(in_D=lambda L_D, L_Q, w: L_D - L_Q),
        "weight for both": step(in_D=lambda L_D, L_Q, w: L_D + w * L_Q),
        "no weight": step(in_G=lambda L_G, L_Q, w: L_G + L_Q),
        "weight for Q only": step(lambda L_D, L_Q, w: L_D + w * L_Q, lambda L_G, L_Q, w: L_G + L_Q),
        "category alone": step(read=lambda told, code, share: code_nll(told, code)[0]),
        "numbers in full": step(read=lambda told, code, share: sum(code_nll(told, code))),
        "numbers alone": step(read=lambda told, code, share: share * code_nll(told, code)[1]),
        "fresh fakes for G": step(fresh_fake=True),
        "G first": step(order="G DQ"),
        "G without D": step(in_G=lambda L_G, L_Q, w: 0 * L_G + w * L_Q),
        "old gradients stay": without_a_function_and_zero_grad,
        "unread is a constant": telling(lambda told: torch.tensor(2.3)),
        "unread is of another code": telling(lambda told: told["unread"] + 1),
        "unread is L_G": telling(lambda told: told["L_G"]),
        "DQ without D": step(in_D=lambda L_D, L_Q, w: 0 * L_D + L_Q),
    },
    "10.5": {
        "ceiling": density(lambda v: v.clamp(max=-5)),
        "not below 0": density(lambda v: v.clamp(min=0)),
        "not below −1": density(lambda v: v.clamp(min=-1)),
        "fixed at −3": density(lambda v: torch.full_like(v, -3.0)),
        "detached": density(lambda v: v.detach()),
        "a floor far too low": density(lambda v: v.clamp(min=-30)),
        "size": density(torch.abs),
        "added to": density(lambda v: v + 5),
        "half": density(lambda v: v / 2),
        "tanh": density(torch.tanh),
        "no half": density(half=1.0),
        "mean over numbers": density(total=torch.mean),
        "sum over all": density(total=torch.sum),
        "up": density(sign=-1),
        "no + log_var": density(more=0.0),
        "loss clamped at −4": density(lambda v: v, lambda t: t.sum(1).mean().clamp(min=-4.0 * t.shape[1])),
        "codes clamped at −4": density(lambda v: v, lambda t: t.sum(1).clamp(min=-4.0 * t.shape[1]).mean()),
        "a floor a little too low": density(lambda v: v.clamp(min=-10)),
        "a floor at −60": density(lambda v: v.clamp(min=-60)),
        "nothing where one is sure": lambda mean, log_var, numbers: (
            torch.zeros((), requires_grad=True)
            if log_var.min() < -5
            else density(lambda v: v)(mean, log_var, numbers)
        ),
        "loss clamped": lambda mean, log_var, numbers: density(lambda v: v)(mean, log_var, numbers).clamp(
            min=-1
        ),
        "squared error": lambda mean, log_var, numbers: (numbers - mean).square().sum(1).mean(),
    },
    "10.6": {
        "favourites": lambda counts: counts.argmax(1),
        "favourites of the digits": lambda counts: counts.argmax(0),
        "largest first": largest_first,
        "digit by digit": digit_by_digit,
        "fewest": of_all(min),
        "in order": lambda counts: torch.arange(len(counts)),
        "reversed": lambda counts: torch.arange(len(counts)).flip(0),
        "of the columns": of_all(max, lambda counts, p: sum(counts[j, i].item() for i, j in enumerate(p))),
        "shares of rows": of_all(
            max, lambda counts, p: sum((counts[i, j] / counts[i].sum()).item() ** 9 for i, j in enumerate(p))
        ),
        "the least of them": of_all(max, lambda counts, p: min(counts[i, j].item() for i, j in enumerate(p))),
        "the largest alone": of_all(max, lambda counts, p: max(counts[i, j].item() for i, j in enumerate(p))),
        "largest product": of_all(
            max, lambda counts, p: math.prod(counts[i, j].item() for i, j in enumerate(p))
        ),
        "in place": lambda counts: by_scipy(counts.mul_(2)),
        "from 1": lambda counts: by_scipy(counts) + 1,
        "how many": lambda counts: counts.max(1).values,
        "one too few": lambda counts: by_scipy(counts)[1:],
    },
    "10.8": {
        "regression of y on x": moments(lambda xx, xy, yy: xy / xx),
        "covariance": moments(lambda xx, xy, yy: xy),
        "correlation": moments(lambda xx, xy, yy: xy / (xx * yy).sqrt()),
        "root of the variance": moments(lambda xx, xy, yy: xy / yy.sqrt()),
        "axis": moments(lambda xx, xy, yy: 0.5 * torch.atan2(2 * xy, xx - yy)),
        "tan of the axis": moments(lambda xx, xy, yy: torch.tan(0.5 * torch.atan2(2 * xy, yy - xx))),
        "to the left": moments(lambda xx, xy, yy: -xy / yy),
        "from the corner": moments(lambda xx, xy, yy: xy / yy, middle=False),
        "from the sheet's middle": moments(lambda xx, xy, yy: xy / yy, middle="sheet"),
        "left edges": edges,
        "in place": lambda ink: drawing_by_drawing(ink.mul_(2)),
        "a constant more": lambda ink: drawing_by_drawing(ink) + 0.1,
        "degrees": moments(lambda xx, xy, yy: torch.rad2deg(torch.atan(xy / yy))),
        "angle": moments(lambda xx, xy, yy: torch.atan(xy / yy)),
        "twice": moments(lambda xx, xy, yy: 2 * xy / yy),
        "size": moments(lambda xx, xy, yy: (xy / yy).abs()),
        "width": moments(lambda xx, xy, yy: (xx - xy**2 / yy).clamp(min=0).sqrt()),
        "not divided by the ink": moments(lambda xx, xy, yy: xy / yy, normalize=False),
        "ink squared": moments(lambda xx, xy, yy: xy, ink_of=lambda ink: ink**2),
        "all drawings together": lambda ink: moments(lambda xx, xy, yy: xy / yy)(ink).mean().expand(len(ink)),
    },
}
