"""A tiny language whose distribution is known: true sums of five signs, such as 3+4=7.

A sentence is (5, 12): five rows, each with a single 1 at its sign.
"""

import functools

import torch

from .. import session

SIGNS = "0123456789+="


def one_hot_text(sentences):
    """Sentences of equal length, as text, in rows with a single 1. → (n, length, 12)"""
    at = torch.tensor([[SIGNS.index(sign) for sign in sentence] for sentence in sentences])
    return torch.nn.functional.one_hot(at, len(SIGNS)).to(session.device(), torch.get_default_dtype())


def as_text(x):
    """Sentences x (n, length, 12), drawn hard or softly, as text: the largest of each row. → list of str"""
    return ["".join(SIGNS[i] for i in row) for row in x.argmax(-1).tolist()]


@functools.cache
def _every_sum():
    told = [(f"{a}+{c - a}={c}", 1 / 10 / (c + 1)) for c in range(10) for a in range(c + 1)]
    sentences, p = zip(*told, strict=True)
    return sentences, p


def every_sum():
    """All 55 sentences of the language, and how probable each is. → (55, 5, 12), (55,)

    The result c is one of 0 to 9, all equally likely; then a is one of 0 to c.
    """
    sentences, p = _every_sum()
    return one_hot_text(sentences), torch.tensor(p, device=session.device())


def sums(n):
    """n draws from the language. → (n, 5, 12)"""
    x, p = every_sum()
    return x[p.multinomial(n, replacement=True)]


def as_map(values):
    """Numbers (55,), one a sentence, as a map: row c, the result; column a. → (10, 10), nan elsewhere"""
    sentences, _ = _every_sum()
    grid = torch.full((10, 10), torch.nan)
    for sentence, value in zip(sentences, values.tolist(), strict=True):
        grid[int(sentence[4]), int(sentence[0])] = value
    return grid
