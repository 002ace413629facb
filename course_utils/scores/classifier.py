"""Scores of generated digits by the features of our classifier."""

import functools
import math

import torch

from .. import session
from ..metrics import class_balance, frechet_distance, in_parts, precision_and_recall, reading_error
from ..pretrained import load

# The units of the classifiers' features. In them, 10,000 training images of MNIST have the Fréchet distance
# 0.17 to the test images, by either classifier; noise has 1,606 by the first, 34 by the second.
FEATURE_UNITS = {"classifier": 5.9, "second_classifier": 7.28}


def digit_scores(x_fake, x_real, n_near=2000):
    """Scores of generated digits x_fake against real ones x_real, both (n, 1, 28, 28). → dict

    fcd, the Fréchet distance of our classifier's features: 0.17 for training images of MNIST, about 1,600 for
    noise; kl and n_digits, the balance of the classes that the classifier reads; precision and recall, of the
    first n_near images. If an image is not finite, all are nan, and a message says so.
    """
    if not x_fake.isfinite().all():
        print("✗ The images are not finite (nan or inf), so they have no scores: the training diverged.")
        return dict(fcd=math.nan, kl=math.nan, n_digits=0, precision=math.nan, recall=math.nan)
    fake, real = _features(x_fake), _features_of_real(x_real, len(enough(x_real)))
    with torch.no_grad():
        kl, n_digits = class_balance(load("classifier").logits(fake).argmax(1))
    precision, recall = precision_and_recall(real[:n_near], fake[:n_near])
    unit = FEATURE_UNITS["classifier"]
    fcd = frechet_distance(fake / unit, real / unit)
    return dict(fcd=fcd, kl=kl, n_digits=n_digits, precision=precision, recall=recall)


def sample_scores(x_fake, x_real):
    """`digit_scores`, and `fcd_2`: the Fréchet distance by a second classifier. → dict"""
    return {**digit_scores(x_fake, x_real), "fcd_2": second_fcd(x_fake, x_real)}


def second_fcd(x_fake, x_real):
    """The Fréchet distance by another classifier, so that one network's blind spots pick no winner. → float

    It was trained apart; its layers, activations and pooling are others. 0.17 for training images of MNIST as
    well, 34 for noise.
    """
    if not x_fake.isfinite().all():
        return math.nan
    second, unit = "second_classifier", FEATURE_UNITS["second_classifier"]
    real = _features_of_real(x_real, len(enough(x_real)), second)
    return frechet_distance(_features(x_fake, second) / unit, real / unit)


def _features(x, name="classifier"):
    return in_parts(load(name).features, enough(x))


@functools.lru_cache(maxsize=2)
def _features_of_real(x, n, name="classifier"):
    """Of the first n; cached, because many models are scored against one test set."""
    return _features(x[:n], name)


def class_fcds(x_fake, y_fake, x_real, y_real):
    """The Fréchet distance of each class by itself, by our classifier's features. → {label: float}

    Images (n, 1, 28, 28), and the labels that they were asked for, or have (n,). Trap: a class has a tenth of
    the images, and few images raise the value: also score real ones, as many of each class.
    """
    unit = FEATURE_UNITS["classifier"]
    fake, real = _features(x_fake) / unit, _features_of_real(x_real, len(enough(x_real))) / unit
    y_fake, y_real = enough(y_fake), enough(y_real)
    labels = y_real.unique().tolist()
    return {k: frechet_distance(fake[y_fake == k], real[y_real == k]) for k in labels}


def label_error(x, y):
    """Share of images x (n, 1, 28, 28) that our classifier reads as another digit than y (n,). → float, %"""
    return reading_error(in_parts(load("classifier"), enough(x)), enough(y))


def enough(items):
    """All of them; only 500 at the smoke scale, where the scores mean nothing."""
    return items[:500] if session.scale() == "smoke" else items
