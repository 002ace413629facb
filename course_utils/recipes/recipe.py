"""What a recipe is, and what recipes have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from .. import data, priors
from ..train import adam, ema_of, train


def no_codes(net, digits):
    return {}


@dataclass(frozen=True)
class Recipe:
    """How one shipped network is trained and scored.

    fit     (net, digits, n_steps) → the last History
    scores  (net, digits) → dict
    codes   (net, digits) → tensors to save with the weights
    """

    words: str
    n_steps: int
    fit: Callable
    scores: Callable
    codes: Callable = no_codes


def fit_by(
    step, players_of, batch_size, optimizer=adam, n_labels=None, rates=((1e-3, 0.7), (2e-4, 0.2), (4e-5, 0.1))
):
    """Training in several stretches, each with its own learning rate. → Recipe.fit

    players_of  net → the step's players, and for each optimizer the networks that it updates
    rates       learning rates, each with its share of the steps
    """

    def fit(net, digits, n_steps):
        y, rows = digits.y.clone(), None
        if n_labels:
            y[n_labels:] = priors.UNLABELLED
            rows = data.half_labelled(n_labels, len(y))
        batches = data.Batches(digits.x, y, batch_size, rows)
        players, moved = players_of(net)
        for lr, share in rates:
            opt = optimizer(lr=lr, **moved)
            history = train(step, batches, round(share * n_steps), opt=opt, **players)
            if history.stopped:
                break
        return history

    return fit


def fit_ema_by(step, players_of, batch_size, optimizer, lr, in_step=False, decay=0.999):
    """As `fit_by`, but the EMA of the network's weights is kept. → Recipe.fit

    in_step  True if the step updates the EMA itself, as its player G_ema
    """

    def fit(net, digits, n_steps):
        net_ema = ema_of(net, decay)

        @wraps(step)
        def turn(batches, **players):
            if in_step:
                return step(batches, G_ema=net_ema, **players)
            losses = step(batches, **players)
            net_ema.update_parameters(net)
            return losses

        history = fit_by(turn, players_of, batch_size, optimizer, rates=three_rates(lr))(net, digits, n_steps)
        net.load_state_dict(net_ema.module.state_dict())
        return history

    return fit


def three_rates(lr):
    """A decaying learning rate in three stretches: (rate, share of the steps) for each. → tuple of pairs"""
    return (lr, 0.5), (0.4 * lr, 0.3), (0.1 * lr, 0.2)


def three_rates_in_words(lr):
    return f"{', '.join(f'{rate:.2g}' for rate, _ in three_rates(lr))} for 50, 30, 20 % of the steps"


def in_words(what, batch_size, more=""):
    return f"{what}; batch {batch_size}, Adam at 1e-3, 2e-4, 4e-5 for 70, 20, 10 % of the steps{more}"
