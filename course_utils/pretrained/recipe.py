"""What a recipe is, and what recipes have in common."""

import contextlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps

import torch
from torch import nn

from .. import data, priors
from ..train import adam, average_of, train


@dataclass(frozen=True)
class Recipe:
    """How one shipped network is made and used.

    fit(net, digits, n_steps) trains and returns its last History; codes(net, digits) are tensors kept beside the
    weights; sample(net, codes, n) and reconstruct(net, x) give images (n, 1, 28, 28), where the model can.
    """

    words: str
    build: Callable[[], nn.Module]
    n_steps: int
    fit: Callable
    scores: Callable
    codes: Callable
    sample: Callable | None
    reconstruct: Callable | None


def fit_by(
    step, cast, batch_size, optimizer=adam, n_labels=None, rates=((1e-3, 0.7), (2e-4, 0.2), (4e-5, 0.1))
):
    """cast(net) names the step's players and, by optimizer, the networks that it moves. → Recipe.fit"""

    def fit(net, digits, n_steps):
        y, rows = digits.y.clone(), None
        if n_labels:
            y[n_labels:] = priors.UNLABELLED
            rows = data.half_labelled(n_labels, len(y))
        batches = data.Batches(digits.x, y, batch_size, rows)
        players, moved = cast(net)
        for lr, share in rates:  # ever shorter strides, to settle
            opt = optimizer(lr=lr, **moved)
            history = train(step, batches, round(share * n_steps), opt=opt, **players)
            if history.stopped:
                break
        return history

    return fit


def fit_average_by(step, cast, batch_size, optimizer, lr):
    """As `fit_by` in three legs; what stays is the average of the network's weights after each step. → Recipe.fit"""

    def fit(net, digits, n_steps):
        net_avg = average_of(net, decay=0.999)

        @wraps(step)
        def averaging_step(batches, **players):
            losses = step(batches, **players)
            net_avg.update_parameters(net)
            return losses

        by_itself = "G_avg" in inspect.signature(step).parameters
        turn = partial(step, G_avg=net_avg) if by_itself else averaging_step
        history = fit_by(turn, cast, batch_size, optimizer, rates=three_legs(lr))(net, digits, n_steps)
        net.load_state_dict(net_avg.module.state_dict())
        return history

    return fit


def three_legs(lr):
    """The rates of a game that is to settle, each with its share of the steps. → tuple of pairs"""
    return (lr, 0.5), (0.4 * lr, 0.3), (0.1 * lr, 0.2)


def three_legs_in_words(lr):
    return f"{', '.join(f'{rate:.1g}' for rate, _ in three_legs(lr))} for 50, 30, 20 % of the steps"


def in_words(what, batch_size, more=""):
    return f"{what}; batch {batch_size}, Adam at 1e-3, 2e-4, 4e-5 for 70, 20, 10 % of the steps{more}"


def no_codes(net, digits):
    return {}


@contextlib.contextmanager
def seeded(seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
