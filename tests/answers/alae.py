"""Answers to the exercises of notebook 08."""

import torch
from torch import nn
from torch.nn.functional import instance_norm, softplus

from course_utils.exercises import EXERCISES
from course_utils.exercises.alae.steps import _loss_1, _loss_2, _loss_3, _loss_of_authors, _update
from course_utils.exercises.alae.style import variant
from course_utils.losses import nll_fake, nll_real, r1_penalty
from course_utils.train import descend

masked_adain = EXERCISES["08.8"].reference


# ── R1 ───────────────────────────────────────────────────────────────────────────────────────────


def item_by_item(score, x):
    x = x.detach().requires_grad_()
    squares = [
        torch.autograd.grad(score(x[i : i + 1]).squeeze(), x, create_graph=True)[0].square().sum()
        for i in range(len(x))
    ]
    return torch.stack(squares).mean()


def as_published(score, x):
    x = x.clone().requires_grad_()
    on_x = score(x)
    gradient = torch.autograd.grad(on_x, x, torch.ones_like(on_x), create_graph=True)[0]
    return gradient.reshape(len(x), -1).norm(2, dim=1).pow(2).mean()


def sum_over_all(score, x):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(score(x).sum(), x, create_graph=True)[0].pow(2).sum() / len(x)


def squares(change, total=torch.sum):
    def answer(score, x):
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(total(score(x)), x, create_graph=True)
        return change(gradient.flatten(1))

    return answer


# ── steps ────────────────────────────────────────────────────────────────────────────────────────


def step_1_in_one_batch(x, z, F, G, E, D, opt, r1_weight=10.0):
    x_fake = G(F(z)).detach()
    on_real, on_fake = D(E(torch.cat([x, x_fake]))).split([len(x), len(x_fake)])
    r1 = r1_penalty(lambda image: D(E(image)), x)
    L_ED = softplus(on_fake).mean() + softplus(-on_real).mean() + r1_weight * 0.5 * r1
    descend(L_ED, opt.ED)
    return L_ED


def step_1_sequential(x, z, F, G, E, D, opt, r1_weight=10.0):
    both = nn.Sequential(E, D)
    L_ED = nll_fake(both(G(F(z)))) + nll_real(both(x)) + r1_weight / 2 * r1_penalty(both, x)
    descend(L_ED, opt.ED)
    return L_ED


def step_1_by_hand(x, z, F, G, E, D, opt, r1_weight=10.0):
    x = x.clone().requires_grad_()
    on_real = D(E(x))
    (gradient,) = torch.autograd.grad(on_real.sum(), x, create_graph=True)
    L_ED = nll_fake(D(E(G(F(z))))) + nll_real(on_real)
    L_ED = L_ED + r1_weight / 2 * gradient.square().sum() / len(x)
    descend(L_ED, opt.ED)
    return L_ED.detach()


def step_2_written_out(z, F, G, E, D, opt, wanted=1.0):
    t = D(E(G(F(z))))
    L_FG = (softplus(t) - wanted * t).mean()
    opt.FG.zero_grad()
    L_FG.backward(inputs=[p for group in opt.FG.param_groups for p in group["params"]])
    opt.FG.step()
    return L_FG


def step_2_log_sigmoid(z, F, G, E, D, opt, wanted=1.0):
    t = D(E(G(F(z))))
    L_FG = (-nn.functional.logsigmoid(t) + (1 - wanted) * t).mean()
    descend(L_FG, opt.FG)
    return L_FG


def step_2_bce(z, F, G, E, D, opt, wanted=1.0):
    logits = D(E(G(F(z))))
    target = torch.full_like(logits, wanted)
    L_FG = nn.functional.binary_cross_entropy_with_logits(logits, target)
    descend(L_FG, opt.FG)
    return L_FG


def step_3_detached(z, F, G, E, opt):
    w = F(z).detach()
    L_EG = ((E(G(w)) - w) ** 2).sum(dim=-1).mean()
    descend(L_EG, opt.EG)
    return L_EG


def step_3_attached(z, F, G, E, opt):
    w = F(z)  # opt.EG does not hold F
    L_EG = (w - E(G(w))).pow(2).sum() / len(z)
    descend(L_EG, opt.EG)
    return L_EG


def step_3_mse(z, F, G, E, opt):
    w = F(z).detach()
    L_EG = nn.functional.mse_loss(E(G(w)), w, reduction="sum") / w.shape[0]
    descend(L_EG, opt.EG)
    return L_EG


def step_3_twice_f(z, F, G, E, opt):
    with torch.no_grad():
        target = F(z)
    L = (E(G(F(z))) - target).square().sum(1).mean()
    descend(L, opt.FEG)
    return L


def authors_no_grad(z, F, G, E, opt):
    with torch.no_grad():
        target = F(z)
    L = (target - E(G(F(z)))).square().sum(1).mean()
    descend(L, opt.FEG)
    return L


def authors_mse(z, F, G, E, opt):
    w = F(z)
    L = nn.functional.mse_loss(E(G(w)), w.detach(), reduction="sum") / len(w)
    descend(L, opt.FEG)
    return L


def after_the_step(step, loss):
    def answer(*arguments):
        step(*arguments)
        return loss(*(a for a in arguments if not hasattr(a, "EG")))

    return answer


def no_zero_grad(loss, name):
    def answer(*arguments):
        opt = next(a for a in arguments if hasattr(a, "EG"))
        L = loss(*(a for a in arguments if a is not opt))
        optimizer = getattr(opt, name)
        L.backward(inputs=[p for group in optimizer.param_groups for p in group["params"]])
        optimizer.step()
        return L

    return answer


def times(factor, loss):
    return lambda *arguments: factor * loss(*arguments)


loss_1, loss_2, loss_3, loss_a = _loss_1(), _loss_2(), _loss_3(), _loss_of_authors()


# ── AdaIN ────────────────────────────────────────────────────────────────────────────────────────


def with_instance_norm(h, h_style, mask):
    n = mask.sum((1, 2, 3))[:, None]  # (B, 1)
    safe = torch.where(n > 0, n, torch.ones_like(n))
    mean = (mask * h_style).flatten(2).sum(2) / safe
    gaps = mask * (h_style - mean[..., None, None])
    std = (gaps.pow(2).flatten(2).sum(2) / safe + 1e-5).sqrt()
    new = instance_norm(h) * std[..., None, None] + mean[..., None, None]
    some = (n > 0).to(h)[..., None, None]
    return some * new + (1 - some) * h


def eps_outside(h, h_style, mask):
    def moments(maps, counts):
        n = counts.sum((2, 3), keepdim=True).clamp(min=1)
        mean = (counts * maps).sum((2, 3), keepdim=True) / n
        return mean, ((counts * (maps - mean).square()).sum((2, 3), keepdim=True) / n).sqrt() + 1e-5

    (mean, std), (new_mean, new_std) = moments(h, torch.ones_like(h[:, :1])), moments(h_style, mask)
    return torch.where(mask.sum((2, 3), keepdim=True) > 0, (h - mean) / std * new_std + new_mean, h)


def map_by_map(h, h_style, mask):
    rows = []
    for a, s, m in zip(h, h_style, mask, strict=True):
        inside = m[0] > 0
        if not inside.any():
            rows.append(a)
            continue
        maps = []
        for one, style in zip(a, s, strict=True):
            of = style[inside]
            std, new_std = ((v.var(correction=0) + 1e-5).sqrt() for v in (one, of))
            maps.append((one - one.mean()) / std * new_std + of.mean())
        rows.append(torch.stack(maps))
    return torch.stack(rows)


def with_means_of_squares(h, h_style, mask):
    n = mask.sum((2, 3), keepdim=True)
    share = mask / (n + (n == 0))
    mean, new_mean = h.mean((2, 3), keepdim=True), (share * h_style).sum((2, 3), keepdim=True)
    std = ((h - mean).square().mean((2, 3), keepdim=True) + 1e-5).sqrt()
    new_std = ((share * (h_style - new_mean) ** 2).sum((2, 3), keepdim=True) + 1e-5).sqrt()
    return torch.where(n == 0, h, new_mean + (h - mean) * (new_std / std))


def some_only(h, h_style, mask):
    new, some = h.clone(), mask.flatten(1).any(1)
    new[some] = with_instance_norm(h[some], h_style[some], mask[some])
    return new


RIGHT = {
    "08.1": [item_by_item, as_published, sum_over_all],
    "08.3": [step_1_in_one_batch, step_1_sequential, step_1_by_hand],
    "08.4": [step_2_written_out, step_2_log_sigmoid, step_2_bce],
    "08.5": [step_3_detached, step_3_attached, step_3_mse],
    "08.8": [with_instance_norm, map_by_map, with_means_of_squares, some_only],
    "08.10": [authors_no_grad, authors_mse, step_3_twice_f],
}
WRONG = {
    "08.1": {
        "sign": lambda score, x: -as_published(score, x),
        "twice": lambda score, x: 2 * as_published(score, x),
        "sum over the batch": squares(lambda g: g.square().sum()),
        "mean over all": squares(lambda g: g.square().mean()),
        "norm": squares(lambda g: g.norm(dim=1).mean()),
        "one norm": squares(lambda g: g.norm().square() / len(g) ** 2),
        "each": squares(lambda g: g.square().sum(1)),
        "towards 1": squares(lambda g: (g.norm(dim=1) - 1).square().mean()),
        "mean of the scores": squares(lambda g: g.square().sum(1).mean(), torch.mean),
        "root": lambda score, x: as_published(score, x).sqrt(),
        "wrong axis": squares(lambda g: g.square().sum(0)),
        "of the score": lambda score, x: score(x).square().mean(),
    },
    "08.2": {
        "k left out": (1, 2),
        "k in the pull": (2, 1),
        "k in the friction": (0.25, 8),
        "slope ½": (0.5, 2),
        "slope 1": (1, 4),
        "exchanged": (4, 0.5),
        "one slope": (0.71, 4),
        "10": (10, 10),
        "half": (0.25, 2),
        "0": (0, 0),
    },
    "08.3": {
        "twice": _update(times(2, loss_1), "ED"),
        "sign": _update(times(-1, loss_1), "ED"),
        "moves FG": _update(loss_1, "FG"),
        "moves EG": _update(loss_1, "EG"),
        "moves all": _update(loss_1, "ED", "FG"),
        "no penalty": _update(_loss_1(share=0), "ED"),
        "whole weight": _update(_loss_1(share=1), "ED"),
        "at fakes": _update(_loss_1(penalty=lambda E, D, x, f: r1_penalty(lambda v: D(E(v)), f)), "ED"),
        "of E": _update(_loss_1(penalty=lambda E, D, x, f: r1_penalty(E, x)), "ED"),
        "detached": _update(
            _loss_1(penalty=lambda E, D, x, f: r1_penalty(lambda v: D(E(v)), x).detach()), "ED"
        ),
        "of codes at fakes": _update(_loss_1(penalty=lambda E, D, x, f: r1_penalty(D, E(f))), "ED"),
        "minus": _update(_loss_1(share=-0.5), "ED"),
        "no zero_grad": no_zero_grad(loss_1, "ED"),
    },
    "08.4": {
        "twice": _update(times(2, loss_2), "FG"),
        "sign": _update(times(-1, loss_2), "FG"),
        "as if wanted were 1": _update(_loss_2(lambda t, wanted: nll_real(t)), "FG"),
        "wanted as a weight": _update(_loss_2(lambda t, wanted: wanted * nll_real(t)), "FG"),
        "exchanged": _update(
            _loss_2(lambda t, wanted: wanted * nll_fake(t) + (1 - wanted) * nll_real(t)), "FG"
        ),
        "fake": _update(_loss_2(lambda t, wanted: nll_fake(t)), "FG"),
        "minimax": _update(_loss_2(lambda t, wanted: -nll_fake(t)), "FG"),
        "critic": _update(_loss_2(lambda t, wanted: -wanted * t.mean()), "FG"),
        "the slope": _update(_loss_2(lambda t, wanted: (t.sigmoid() - wanted).mean()), "FG"),
        "squared": _update(_loss_2(lambda t, wanted: (t.sigmoid() - wanted).square().mean()), "FG"),
        "no log 2": _update(
            _loss_2(lambda t, wanted: (softplus(t) - wanted * t).mean() - softplus(0 * t).mean()), "FG"
        ),
        "ED": _update(loss_2, "ED"),
        "EG": _update(loss_2, "EG"),
        "two updates": _update(loss_2, "FG", "FG"),
        "G alone": _update(
            lambda z, F, G, E, D, wanted: loss_2(z, lambda z: F(z).detach(), G, E, D, wanted), "FG"
        ),
        "no zero_grad": no_zero_grad(loss_2, "FG"),
        "after the step": after_the_step(_update(loss_2, "FG"), loss_2),
        "sum": _update(_loss_2(lambda t, wanted: (softplus(t) - wanted * t).sum()), "FG"),
    },
    "08.5": {
        "twice": _update(times(2, loss_3), "EG"),
        "half": _update(times(0.5, loss_3), "EG"),
        "sign": _update(times(-1, loss_3), "EG"),
        "FG": _update(loss_3, "FG"),
        "ED for EG": _update(loss_3, "FEG"),
        "F, too": _update(loss_3, "EG", "FG"),
        "mean": _update(_loss_3(lambda e: e.square().mean()), "EG"),
        "norm": _update(_loss_3(lambda e: e.norm(dim=1).mean()), "EG"),
        "no sum": _update(_loss_3(lambda e: e.square().sum()), "EG"),
        "E alone": _update(lambda z, F, G, E: (F(z) - E(G(F(z)).detach())).square().sum(1).mean(), "EG"),
        "two updates": _update(loss_3, "EG", "EG"),
        "images": _update(lambda z, F, G, E: (G(F(z)) - G(E(G(F(z))))).square().sum(1).mean(), "EG"),
        "after the step": after_the_step(_update(loss_3, "EG"), loss_3),
        "no zero_grad": no_zero_grad(loss_3, "EG"),
    },
    "08.6": {
        "nothing": (0, 1),
        "not shrunk": (0.5, 1),
        "1 − r": (0.5, 0.5),
        "r²": (0.5, 0.25),
        "root": (0.5, 0.866),
        "1 − r² = ½": (0.71, 0.5),
        "perfect": (1, 0),
        "0": (0, 0),
        "minus": (-0.5, 0.75),
        "quarter": (0.25, 0.9375),
    },
    "08.8": {
        "1e-5 beside the roots": eps_outside,
        "nan in the gradient": variant(least=0.0),
        "nan": variant(least=0.0, kept=lambda h, new: new),
        "constant": variant(kept=lambda h, new: new),
        "zero": variant(kept=lambda h, new: torch.zeros_like(h)),
        "whole image": lambda h, h_style, mask: masked_adain(h, h_style, torch.ones_like(mask)),
        "outside": lambda h, h_style, mask: masked_adain(h, h_style, 1 - mask),
        "zeros counted": variant(zeros=True),
        "all pixels": variant(of_all=True),
        "batch": variant((0, 2, 3)),
        "layer": variant((1, 2, 3)),
        "n − 1": variant(correction=1),
        "no eps": variant(eps=0.0),
        "no root": variant(root=False),
        "normalized only": variant(out=lambda n, mean, std: n),
        "spread only": variant(out=lambda n, mean, std: n * std),
        "mean only": variant(out=lambda n, mean, std: n + mean),
        "detached": lambda h, h_style, mask: masked_adain(h.detach(), h_style, mask),
        "h itself": lambda h, h_style, mask: h,
    },
    "08.9": {"a": "PQSR", "b": "SRPQ", "c": "PRSQ", "d": "QSPR", "e": "SQRP", "f": "QSRP"},
    "08.10": {
        "the other way": _update(_loss_of_authors(lambda w: w, torch.detach), "FEG"),
        "F stays": _update(_loss_of_authors(torch.detach, torch.detach), "FEG"),
        "EG": _update(loss_a, "EG"),
        "FG": _update(loss_a, "FG"),
        "mean": _update(_loss_of_authors(error=lambda e: e.square().mean()), "FEG"),
        "norm": _update(_loss_of_authors(error=lambda e: e.norm(dim=1).mean()), "FEG"),
        "twice": _update(times(2, loss_a), "FEG"),
        "sign": _update(times(-1, loss_a), "FEG"),
        "two updates": _update(loss_a, "FEG", "FEG"),
        "half, both": _update(times(0.5, _loss_of_authors(lambda w: w)), "FEG"),
        "image detached": _update(
            lambda z, F, G, E: (F(z).detach() - E(G(F(z)).detach())).square().sum(1).mean(), "FEG"
        ),
        "no zero_grad": no_zero_grad(loss_a, "FEG"),
    },
}
