"""The common slips, recognized by what they do to an outcome: sign, factor, axis, detach, zero_grad …"""

import inspect
import itertools
import math

import torch
from torch import nn

from .compare import Results, Updated, same
from .words import NOT_RETURNED

CLOSE = dict(rtol=1e-3, atol=1e-6)


def slip(task, cases, got, want, of_reference):
    """What a wrong answer got wrong, in words for the student; "" if it is none of the common slips. → str

    cases         tuples of arguments, the smallest first
    got, want     the outcomes of the answer and of the reference, case by case
    of_reference  case → the reference's outcome
    """
    if any(type(g) is not type(w) for g, w in zip(got, want, strict=True)):
        return ""
    if isinstance(want[0], Updated):
        return _of_updates(got, want)
    which = ""
    if isinstance(want[0], Results) and len({len(v) for v in (*got, *want)}) == 1:
        n = len(want[0])
        i = next(
            i for i in range(n) if not all(same(g[i], w[i], 1e-4) for g, w in zip(got, want, strict=True))
        )
        got, want = ([(v[i],) for v in part] for part in (got, want))
        which = f"of its {n} results, number {i + 1}: "
    if not all(map(_comparable, got, want)):
        return ""
    pairs = [
        (g[0].detach().cpu().double(), w[0].detach().cpu().double()) for g, w in zip(got, want, strict=True)
    ]
    if not all(g.isfinite().all() for g, _ in pairs):
        return _not_finite(pairs)
    if all(g.shape == w.shape and torch.allclose(g, w, **CLOSE) for g, w in pairs):
        said = _of_gradients(task, cases, got, want)
    elif any(g.shape != w.shape for g, w in pairs):
        said = _of_shapes(pairs)
    else:
        said = _of_arguments(task, cases, got, of_reference) or _of_values(pairs, cases)
    return which + said if said else ""


def _comparable(g, w):
    """Have both a tensor of a moderate size, of the same kind?"""
    if not all(isinstance(v, tuple) and v and isinstance(v[0], torch.Tensor) for v in (g, w)):
        return False
    g, w = g[0], w[0]
    if g.is_complex() != w.is_complex():
        return False
    return g.device == w.device and g.layout == w.layout and g.numel() <= 1_000 * w.numel() + 1_000_000


# ── values ───────────────────────────────────────────────────────────────────────────────────────


def _everywhere(relation, pairs):
    return all(torch.allclose(*relation(g, w), equal_nan=True, **CLOSE) for g, w in pairs)


RELATIONS = [  # (answer, right) → two tensors that are equal if this is the slip
    (lambda g, w: (g, -w), "its sign is turned."),
    (lambda g, w: (g, w.square()), "it is the square of what it should be: a root is missing."),
    (lambda g, w: (g.square(), w), "it is the root of what it should be: a square is missing."),
    (lambda g, w: (g, w.exp()), "a logarithm is missing: it is exp of what it should be."),
    (lambda g, w: (g.exp(), w), "a logarithm too much: it is log of what it should be."),
    (lambda g, w: (g, 1 - w), "it is 1 minus what it should be."),
    (lambda g, w: (g * w, torch.ones_like(w)), "it is upside down: 1 divided by what it should be."),
    (lambda g, w: (g, w.abs()), "its size is right, but a sign is lost: no absolute value here."),
    (lambda g, w: (g, w.clamp(min=0)), "what is negative has become 0: there is no clamp or ReLU here."),
    (lambda g, w: (g, w.sigmoid()), "a sigmoid too much."),
    (lambda g, w: (g.sigmoid(), w), "a sigmoid is missing."),
]


def _of_values(pairs, cases):
    big = [(g, w) for g, w in pairs if w.abs().max() > 1e-6 or g.abs().max() > 1e-4]
    if not big:
        return ""
    if all((g.abs() < 1e-9).all() for g, _ in big):
        return "it is 0 everywhere."
    for relation, said in RELATIONS:
        if _everywhere(relation, big):
            return said
    if said := _a_factor(big, cases):
        return said
    if all(g.dim() and _everywhere(lambda g, w: (g, w.flip(0)), [(g, w)]) for g, w in big):
        return "its order is reversed: the last comes first."
    if all(g.dim() == 2 and g.shape[0] == g.shape[1] and torch.allclose(g, w.T, **CLOSE) for g, w in big):
        return "rows and columns are exchanged."
    if all(g.dim() and torch.allclose(g, w.mean().expand_as(g), **CLOSE) for g, w in big):
        return "every item has the mean of all: one number for the whole batch, where each item has its own."
    gaps = torch.cat([(g - w).flatten() for g, w in pairs])
    if torch.allclose(gaps, gaps[0].expand_as(gaps), rtol=1e-3) and len(gaps) > 1:
        return f"it is always {_number(abs(gaps[0]))} too {'large' if gaps[0] > 0 else 'small'}: a constant."
    if all(
        g.dim() and _everywhere(lambda g, w: (g.flatten().sort()[0], w.flatten().sort()[0]), [(g, w)])
        for g, w in big
    ):
        return "the numbers are right, but they stand in another order."
    return ""


def _a_factor(pairs, cases):
    """Is the answer a multiple of what is right, the same for all items of a case?"""
    factors = []
    for g, w in pairs:
        some = w.abs() > 1e-6
        ratios = g[some] / w[some]
        if (
            not some.any()
            or not torch.allclose(ratios, ratios[0].expand_as(ratios), rtol=1e-3)
            or (g[~some].abs() > 1e-4).any()
        ):
            return ""
        factors.append(ratios[0].item())
    sizes = {}  # what might have been multiplied or divided by, {words: one number a case}
    firsts = [next((a for a in case if isinstance(a, torch.Tensor) and a.dim()), None) for case in cases]
    if all(a is not None for a in firsts) and len(firsts) == len(factors):
        items, numbers = [len(a) for a in firsts], [a[0].numel() for a in firsts]
        both = [n * d for n, d in zip(items, numbers, strict=True)]
        for size, words in (
            (items, "the number of items in the batch"),
            (numbers, "the numbers in an item"),
            (both, "all numbers of the batch"),
        ):
            sizes[f"it is n times what it should be, n {words}: a sum where a mean is asked?"] = size
            sizes[f"it is divided by {words} once too often: a mean where a sum is asked?"] = [
                1 / v for v in size
            ]
        exchanged = [n / d for n, d in zip(items, numbers, strict=True)]
        sizes["it sums over the batch and averages over an item's numbers: the other way round."] = exchanged
        sizes["it averages over the batch and sums over an item's numbers: the other way round."] = [
            1 / v for v in exchanged
        ]
        if min(items) > 1:
            sizes["it is divided by n − 1 in place of n."] = [v / (v - 1) for v in items]
            sizes["it is divided by n in place of n − 1."] = [(v - 1) / v for v in items]
    for i in range(len(cases[0])):
        weights = [case[i] for case in cases]
        if all(isinstance(v, int | float) and not isinstance(v, bool) and v for v in weights):
            sizes["it has its weight once too often."] = weights
            sizes["its weight is missing."] = [1 / v for v in weights]
    same_for_all = all(math.isclose(f, factors[0], rel_tol=1e-3) for f in factors)
    for words, size in sizes.items():
        fits = len(size) == len(factors) and all(
            math.isclose(f, s, rel_tol=1e-3) for f, s in zip(factors, size, strict=True)
        )
        if fits and not all(math.isclose(s, 1) for s in size) and not (same_for_all and len(set(size)) > 1):
            return words
    if same_for_all:
        return f"it is {_number(factors[0])} times what it should be: is a factor missing, or one too much?"
    if any(w.numel() > 1 for _, w in pairs):
        return "all its numbers are too large, or too small, by one factor: what are they divided by?"
    return ""


def _number(value):
    value = float(value)
    named = {2.0: "2", math.pi: "π", 2 * math.pi: "2π", math.log(2): "log 2"}
    shown = f"{value:.3g}" if abs(value - 1) > 5e-3 else f"{value:.5g}"
    return next((word for v, word in named.items() if math.isclose(value, v, rel_tol=1e-3)), shown)


def _not_finite(pairs):
    kind = "nan" if any(g.isnan().any() for g, _ in pairs) else "inf"
    return (
        f"its result is not finite ({kind}): which logarithm or division meets 0, which root less than 0, "
        "which exp a large number?"
    )


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────

REDUCED = {"mean": torch.mean, "sum": torch.sum}


def _of_shapes(pairs):
    yours, right = next((tuple(g.shape), tuple(w.shape)) for g, w in reversed(pairs) if g.shape != w.shape)
    if all(g.squeeze().shape == w.squeeze().shape for g, w in pairs):
        return f"its shape is {yours}, expected {right}: an axis of size 1."
    if all(w.dim() == 0 for _, w in pairs):
        for name, reduce in REDUCED.items():
            if all(torch.allclose(reduce(g), w, **CLOSE) for g, w in pairs):
                return f"one number is asked: the {name} of yours is still to be taken."
    if all(g.dim() == 0 for g, _ in pairs):
        for name, reduce in REDUCED.items():
            if all(torch.allclose(g, reduce(w), **CLOSE) for g, w in pairs):
                return f"it is the {name} of what is asked: here each item keeps its own number."
    if all(g.shape == w.T.shape for g, w in pairs if w.dim() == 2) and all(w.dim() == 2 for _, w in pairs):
        return "rows and columns are exchanged."
    if all(w.dim() and g.dim() == w.dim() + 1 and g.shape[0] == g.shape[1] == len(w) for g, w in pairs):
        return "every item meets every other: shapes (n, 1) and (n,) are combined to (n, n)."
    if all(g.dim() == w.dim() > 0 for g, w in pairs):
        return f"its shape is {yours}, expected {right}: is another axis summed or averaged (dim=…)?"
    return ""


# ── arguments ────────────────────────────────────────────────────────────────────────────────────

TAKEN = [  # as if the argument were …
    (lambda a: -a, "its negative"),
    (lambda a: 2 * a, "twice as large"),
    (lambda a: a / 2, "half as large"),
    (lambda a: a.square(), "its square"),
    (lambda a: a.abs().sqrt(), "its root"),
    (lambda a: a.exp(), "its exp"),
    (lambda a: a.sigmoid(), "its sigmoid"),
    (lambda a: 1 - a, "1 minus itself"),
    (lambda a: a.clamp(min=0), "0 where it is negative"),
    (lambda a: torch.zeros_like(a), "0, or not there"),
    (lambda a: a.flip(0), "in reversed order"),
    (lambda a: a[:1].expand_as(a), "the first item for all"),
]


def _of_arguments(task, cases, got, of_reference):
    """Is the answer right for other arguments: two exchanged, or one changed?"""

    def fits(change):
        try:
            return all(
                same(_value(g), _value(of_reference(change(case))), 1e-4)
                for g, case in zip(got, cases, strict=True)
            )
        except Exception:  # these arguments make no sense
            return False

    names = list(inspect.signature(task.reference).parameters)
    names += [f"argument {i + 1}" for i in range(len(names), len(cases[0]))]
    # two maps of yes and no may be the same by chance
    is_map = all(v[0].dim() and ((v[0] == 0) | (v[0] == 1)).all() for v in got)
    kinds = [a.shape if isinstance(a, torch.Tensor) else type(a) for a in cases[-1]]
    for i, j in itertools.combinations(range(len(kinds)), 2):
        if kinds[i] == kinds[j] and fits(lambda case, i=i, j=j: _exchanged(case, i, j)):
            return f"{names[i]} and {names[j]} are exchanged."
    for i, first in enumerate(cases[0]):
        if isinstance(first, torch.Tensor) and first.is_floating_point() and first.dim() and not is_map:
            for change, words in TAKEN:
                if fits(lambda case, i=i, change=change: (*case[:i], _like(change, case[i]), *case[i + 1 :])):
                    return f"it would be right if {names[i]} were {words}."
        if isinstance(first, int | float) and not isinstance(first, bool):
            for number in (0, 1, 0.5, 2):
                if fits(lambda case, i=i, number=number: (*case[:i], type(case[i])(number), *case[i + 1 :])):
                    return f"it would be right if {names[i]} were {number}: is the argument used?"
    return ""


def _value(outcome):
    return outcome[0] if isinstance(outcome, tuple) and outcome else outcome


def _exchanged(case, i, j):
    case = list(case)
    case[i], case[j] = case[j], case[i]
    return tuple(case)


def _like(change, a):
    return change(a.detach()).requires_grad_(a.requires_grad)


# ── gradients ────────────────────────────────────────────────────────────────────────────────────


def _of_gradients(task, cases, got, want):
    """The value is right; what is wrong with its gradients?"""
    if any(g[1:2] == ("no gradient",) for g in got):
        return "its value is right, but carries no gradient: did .detach(), .item() or no_grad come in?"
    if any(w[1:2] == ("no gradient",) for w in want):
        return "its value is right, but is to carry no gradient: .detach(), or no_grad."
    names = list(inspect.signature(task.reference).parameters)
    leaves = []  # names, in the order of `value_and_gradients`: tensors first, then the weights of networks
    named = list(zip(names, cases[-1], strict=False))
    leaves += [name for name, a in named if isinstance(a, torch.Tensor) and a.requires_grad]
    leaves += [
        f"the weights of {name}" for name, a in named if isinstance(a, nn.Module) for _ in a.parameters()
    ]
    g, w = got[-1][1:], want[-1][1:]
    if len(g) != len(w) or len(leaves) != len(g):
        return ""
    wrong = [i for i in range(len(g)) if not torch.allclose(g[i], w[i].to(g[i]), **CLOSE)]
    lost = [leaves[i] for i in wrong if (g[i] == 0).all() and (w[i] != 0).any()]
    extra = [leaves[i] for i in wrong if (w[i] == 0).all()]
    if extra:
        return f"its value is right, but a gradient reaches {extra[0]}, where none is to: detach()."
    if lost:
        return (
            f"its value is right, but no gradient reaches {lost[0]}: is there a detach(), a no_grad, "
            "or no create_graph=True?"
        )
    if wrong and all(torch.allclose(g[i], -w[i].to(g[i]), **CLOSE) for i in wrong):
        return f"its value is right, but its gradient for {leaves[wrong[0]]} is turned."
    if wrong:
        return (
            f"its value is right, but its gradient for {leaves[wrong[0]]} is not: is a part of it cut off "
            "(detach, no_grad), or rounded, clamped or compared on the way?"
        )
    return ""


# ── updates ──────────────────────────────────────────────────────────────────────────────────────


def _of_updates(got, want):
    for g, w in zip(got, want, strict=True):
        moved_alike = same(g.first, w.first, 1e-3)
        if moved_alike and _are_a_chain(w.told) and not same(g.told[0], w.told[0], 1e-4):
            return "its first update of the weights is right; what it gives back for the next one is not."
        for stage in ("first", "last"):
            before, yours, right = w.before, getattr(g, stage), getattr(w, stage)
            for name in right:
                if not before[name]:  # it has no weights
                    continue
                moved, should = (_way(before[name], after[name]) for after in (yours, right))
                if torch.allclose(moved, should, **CLOSE):
                    continue
                return _of_a_network(name, moved, should, stage)
    if all(isinstance(v, torch.Tensor) and not v.is_meta and v.isnan().all() for g in got for v in g.told):
        return NOT_RETURNED
    return "the weights are right; what it returns is not the loss: its sign, its factor, or after the step?"


def _are_a_chain(told):
    """Do updates give back what the next one goes on with, and no loss?"""
    return bool(told) and all(isinstance(v, torch.Tensor) and v.dim() > 1 for v in told)


def _way(before, after):
    return torch.cat([(b - a).flatten() for a, b in zip(before, after, strict=True)])


def _of_a_network(name, moved, should, stage):
    if not should.any():
        return f"{name} moves, but is to stay as it is: which optimizer, and does a gradient reach it?"
    if not moved.any():
        if stage == "last":
            return f"{name} moves at the first update, and then no more."
        return f"{name} does not move: descend with its optimizer, on a loss whose gradient reaches it."
    if stage == "last":
        return (
            f"the first update of {name} is right, the second is not: does an old gradient stay (zero_grad)?"
        )
    if torch.allclose(moved, -should, **CLOSE):
        return f"{name} goes the opposite way: the sign of its loss."
    some = should.abs() > 1e-7
    ratios = moved[some] / should[some]
    if torch.allclose(ratios, ratios[0].expand_as(ratios), rtol=1e-3) and (moved[~some].abs() < 1e-6).all():
        return (
            f"{name} goes {_number(ratios[0])} times as far as it should: a factor, or one update too many."
        )
    still = (moved == 0) & some
    if still.any():
        return f"a part of {name} does not move: does a gradient reach all of its weights?"
    return f"{name} moves, but another way than it should: which loss does it descend?"
