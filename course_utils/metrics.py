"""Scores: how good is what a model made? Each a number with its unit, each with its ideal."""

import json

import torch

from . import session

EXPECTED = session.ROOT / "notebooks" / "expected" / "scores.json"


def compare(what, digits, **scores):
    """Print scores beside the expected ones: those of a recorded run on the same data set at the same scale.

    `python -m course_utils figures` records them; at the smoke scale nothing is learned, so nothing is expected.
    """
    setting, table = f"{digits.name}, {session.scale()} scale", _recorded()
    if session.recording():
        table.setdefault(setting, {})[what] = {name: round(value, 3) for name, value in scores.items()}
        EXPECTED.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    expected = table.get(setting, {}).get(what, {})
    width = max(map(len, scores))
    print(f"{'':{width}}   yours   expected ({setting})")
    for name, value in scores.items():
        beside = f"{expected[name]:.4g}" if name in expected else "–"
        print(f"{name.replace('_', ' '):{width}} {value:7.4g}   {beside}")


def _recorded():
    return json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}


@torch.no_grad()
def in_parts(f, x, size=2000):
    """Apply `f` to x (N, …) in parts of `size`, so that a whole test set fits through any network."""
    return torch.cat([f(part) for part in x.split(size)])


def reconstruction_error(net, x):
    """Squared error of an image, summed over pixels, averaged over images x (N, …); 0 is perfect. → float"""
    return in_parts(lambda part: (part - net(part)).square().flatten(1).sum(1), x).mean().item()


def still_read(x_rec, y, x_known, y_known):
    """Share of images x_rec (N, …) that a nearest neighbour among known images reads as their digit y. → float

    The same score of the originals is the ceiling, 0.1 is chance.
    """
    known = x_known.flatten(1)
    norms = known.square().sum(1)
    nearest = in_parts(lambda part: (norms - 2 * part.flatten(1) @ known.T).argmin(1), x_rec)
    return (y_known[nearest] == y).float().mean().item()
