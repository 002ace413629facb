"""How a code is scored: is the category the digit, are the numbers slant, width or thickness?"""

import torch

from .. import groups, metrics, session, strokes
from ..pretrained import load
from .classifier import enough


def error_of_category(DQ, digits):
    """Share of test images whose category is not their digit, after the best matching. → float, in %"""
    x, y = enough(digits.x_test), enough(digits.y_test)
    category = metrics.in_parts(lambda part: DQ(part)[1][:, :10].argmax(1), x)
    return groups.matched_error(category, y)


def error_of_drawing(G, prior, n=10_000):
    """Share of G's images that our classifier reads as another digit than their category's. → float, in %"""
    with torch.no_grad(), session.seeded(0):
        z, code = prior(n)
        read = metrics.in_parts(lambda part: load("classifier")(G(part)).argmax(1), torch.cat([z, code], 1))
    return groups.matched_error(code[:, :10].argmax(1), read)


def correlations(G, prior, n=5_000):
    """How much each number has to do with each measure of the strokes, within a category. → {name: float}"""
    with torch.no_grad(), session.seeded(0):
        z, code = prior(n)
        x = metrics.in_parts(G, torch.cat([z, code], 1))
    category, found = code[:, :10].argmax(1), {}
    for name, measure in strokes.MEASURES.items():
        for i, number in enumerate(code[:, 10:].T, 1):
            found[f"{name} and number {i}"] = groups.correlation(measure(x), number, category)
    return found
