"""Outcomes of a student's function and of ours: taken, compared, and their difference in words."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import nn


@dataclass
class Raised:
    """An outcome: the code stopped with an error; `where` is the student's line."""

    kind: type
    text: str
    where: str = ""


class Results(tuple):
    """An outcome: what a function gives that returns several things."""


class Updated(NamedTuple):
    """An outcome: the weights of each network, {name: tensors}, before, after one and after all updates.

    told  what the updates returned, or what else is compared
    """

    before: dict
    first: dict
    last: dict
    told: tuple


def value_and_gradients(fn, arguments):
    """The usual outcome: the value, and its gradient in whatever asks for one. → tuple"""
    leaves = [a for a in arguments if isinstance(a, torch.Tensor) and a.requires_grad]
    leaves += [p for a in arguments if isinstance(a, nn.Module) for p in a.parameters()]
    value = fn(*arguments)  # it may ask for gradients of its own: x.requires_grad_()
    if value is None or value is Ellipsis:
        return None
    if isinstance(value, tuple | list):
        return Results(value)
    if not isinstance(value, torch.Tensor):
        return _named(value)
    if not leaves:
        return (value.detach(),)
    if not value.requires_grad:
        return value.detach(), "no gradient"
    generator = torch.Generator().manual_seed(1)
    weights = torch.randn(value.shape, generator=generator).to(value)
    gradients = torch.autograd.grad((value * weights).sum(), leaves, allow_unused=True)
    return value.detach(), *(
        torch.zeros_like(p) if g is None else g for g, p in zip(gradients, leaves, strict=True)
    )


def same(a, b, tolerance):
    if isinstance(a, Raised) and isinstance(b, Raised):
        return a.kind is b.kind and a.text == b.text
    if isinstance(b, int | float) and not isinstance(b, bool):
        a = as_number(a)
        if isinstance(a, bool) or not isinstance(a, int | float):
            return False
        return a == b if isinstance(b, int) else abs(a - b) <= tolerance * (1 + abs(b))
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], tolerance) for key in a)
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if isinstance(a, torch.Tensor):
        if unlike(a, b):
            return False
        return torch.allclose(
            a.cpu().double(), b.cpu().double(), rtol=tolerance, atol=tolerance, equal_nan=True
        )
    return a == b


def as_number(value):
    """The one number in what NumPy or PyTorch gives, as Python's; all else, and sparse tensors, as it is."""
    if isinstance(value, torch.Tensor):
        readable = value.numel() == 1 and value.layout is torch.strided and not value.is_meta
        return value.item() if readable else value
    return value.item() if getattr(value, "size", None) == 1 else value


def float_of(value):
    """`float`, of what NumPy or PyTorch gives, too. Raises TypeError or ValueError if it is no number."""
    value = as_number(value)
    if isinstance(value, torch.Tensor):
        raise TypeError("a number is asked, or a tensor with one number")
    return float(value)


def unlike(got, want):
    """Why a value cannot be compared number by number with the tensor `want`; "" if it can. → str"""
    if not isinstance(got, torch.Tensor):
        return f"it gives {_named(got)}, expected a tensor of shape {tuple(want.shape)}."
    for word in ("shape", "device", "layout"):
        a, b = getattr(got, word), getattr(want, word)
        if a != b:
            return f"its result has {word} {_words(a)}, expected {_words(b)}."
    enough = (torch.float32, torch.float64) if want.is_floating_point() else (want.dtype,)
    if got.dtype not in enough:
        return f"its result has dtype {got.dtype}, expected {enough[0]}."
    return ""


def difference(got, want):
    """What a student sees when no known mistake fits: types, then shapes, values and gradients."""
    if isinstance(got, Results) and not isinstance(want, Results):
        return f"it returns a tuple or a list of {len(got)}, expected one result."
    if isinstance(want, Results):
        n = len(got) if isinstance(got, Results) else 1
        if n != len(want):
            return f"it returns {n} thing{'s' * (n != 1)}, expected {len(want)}."
        i = next(i for i, (g, w) in enumerate(zip(got, want, strict=True)) if not same(g, w, 1e-4))
        return f"of its {n} results, number {i + 1}: {difference(got[i], want[i])}"
    if isinstance(want, Updated):
        return "after its updates the weights are not what they should be."
    first_got, first_want = (v[0] if isinstance(v, tuple) and v else v for v in (got, want))
    if not isinstance(first_want, torch.Tensor):
        first_got = as_number(first_got)
        is_tensor = isinstance(first_got, torch.Tensor)
        given = f"a tensor of shape {tuple(first_got.shape)}" if is_tensor else _words(first_got)
        return f"it gives {given}, expected {_words(first_want)}."
    if reason := unlike(first_got, first_want):
        return reason
    if got[1:2] == ("no gradient",):
        return "its value carries no gradient: did .detach(), .item() or no_grad come in?"
    if not torch.isfinite(first_got).all():
        return "its result is not finite (nan or inf)."
    if not torch.allclose(first_got.to(first_want), first_want, rtol=1e-3, atol=1e-4):
        return f"its values differ: {_where_they_differ(first_got, first_want)}."
    return "its value is right, but its gradient is not."


def _where_they_differ(got, want):
    """The first numbers, or those around the largest difference if the first agree. → str"""
    got, want = got.flatten(), want.flatten()
    at = int((got - want).abs().argmax())
    if torch.allclose(got[:3].to(want), want[:3], rtol=1e-3, atol=1e-4):
        return f"the first agree, but number {at + 1} is {got[at]:.4g}, expected {want[at]:.4g}"
    return f"yours {_words(got)}, expected {_words(want)}"


def _named(value):
    """A number or a text itself, of all else its kind."""
    return value if isinstance(value, int | float | str) else f"a {type(value).__name__}"


def _words(value):
    if isinstance(value, torch.Size):
        return str(tuple(value))
    if isinstance(value, torch.Tensor):
        numbers = ", ".join(f"{v:.4g}" for v in value.flatten()[:3].tolist())
        return numbers + (", …" if value.numel() > 3 else "")
    return str(value)
