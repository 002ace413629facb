"""Scores of generated digits by the features of our classifier."""

import functools
import math

import torch

from .. import session
from ..metrics import class_balance, frechet_distance, in_parts, precision_and_recall, reading_error
from ..pretrained import load

# The unit of the classifier's features. In it, 10,000 training images of MNIST have the Fréchet distance 0.17
# to the test images.
FEATURE_UNIT = 5.9


def digit_scores(x_fake, x_real, n_near=2000):
    """Scores of generated digits x_fake against real ones x_real, both (n, 1, 28, 28). → dict

    fcd, the Fréchet distance of our classifier's features: 0.17 for training images of MNIST, about 1,600 for
    noise; kl and n_digits, the balance of the classes that the classifier reads; precision and recall, of the
    first n_near images. If an image is not finite, all are nan, and a message says so.
    """
    if not x_fake.isfinite().all():
        print("✗ The images are not finite (nan or inf), so they have no scores: the training diverged.")
        return dict(fcd=math.nan, kl=math.nan, n_digits=0, precision=math.nan, recall=math.nan)
    net = load("classifier")
    fake, real = in_parts(net.features, enough(x_fake)), _features_of_real(x_real, len(enough(x_real)))
    with torch.no_grad():
        kl, n_digits = class_balance(net.logits(fake).argmax(1))
    precision, recall = precision_and_recall(real[:n_near], fake[:n_near])
    fcd = frechet_distance(fake / FEATURE_UNIT, real / FEATURE_UNIT)
    return dict(fcd=fcd, kl=kl, n_digits=n_digits, precision=precision, recall=recall)


@functools.lru_cache(maxsize=1)
def _features_of_real(x, n):
    """Of the first n; cached, because many models are scored against one test set."""
    return in_parts(load("classifier").features, x[:n])


def label_error(x, y):
    """Share of images x (n, 1, 28, 28) that our classifier reads as another digit than y (n,). → float, %"""
    return reading_error(in_parts(load("classifier"), enough(x)), enough(y))


def enough(items):
    """All of them; only 500 at the smoke scale, where the scores mean nothing."""
    return items[:500] if session.scale() == "smoke" else items
