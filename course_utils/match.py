"""Who plays against whom: a `Rule` says it, `match` makes the players for game, experiments and recipes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from . import session
from .train import adam, ema_of


@dataclass(frozen=True)
class Rule:
    """How a generator G is trained against an opponent.

    step       a function of `steps`, or your own
    opponent   what the step calls the network that G plays against: "D", or "C" for a critic
    n_critic   updates of the opponent for each one of G; None if the step makes one and has no keyword for it
    optimizer  (lr=…, NAME=[networks]) → optimizers, such as `train.adam`
    ema        True if the step keeps an EMA (exponential moving average) of G's weights, G_ema
    extras     (G, D) → whatever else the step asks for, by name
    """

    step: Callable
    opponent: str = "D"
    n_critic: int | None = None
    optimizer: Callable = partial(adam, betas=(0.5, 0.99))
    ema: bool = False
    extras: Callable = lambda G, D: {}

    def turns(self, n):
        """n updates of the opponent, under the step's own name for that number, if it has one. → dict"""
        return {} if self.n_critic is None else {"n_d" if self.opponent == "D" else "n_critic": n}

    def players(self, G, D, opt, prior, n_critic=None):
        """Both networks and whatever else the step asks for, under the step's names. → dict"""
        named = {"G": G, self.opponent: D, "opt": opt, "prior": prior}
        return named | self.turns(n_critic or self.n_critic) | self.extras(G, D)


def match(rule, G, D, prior, lr=1e-3, lr_D=None):
    """The players of a game as `train` passes them to the step; networks on the session's device. → dict

    lr, lr_D  the learning rates of G and of its opponent; two different ones are TTUR (Heusel et al. 2017)
    """
    G, D = G.to(session.device()), D.to(session.device())
    opt = rule.optimizer(**{rule.opponent: [D]}, lr=lr_D or lr)
    opt.G = rule.optimizer(G=[G], lr=lr).G
    return rule.players(G, D, opt, prior) | ({"G_ema": ema_of(G)} if rule.ema else {})


# ── InfoGAN ──────────────────────────────────────────────────────────────────────────────────────

LR_G, LR_DQ = 2e-3, 5e-4


def two_rates(G, DQ):
    """The optimizers of an InfoGAN: D and Q learn at a quarter of G's rate (TTUR). → opt"""
    opt = adam(DQ=[DQ], lr=LR_DQ, betas=(0.5, 0.999))
    opt.G = adam(G=[G], lr=LR_G, betas=(0.5, 0.999)).G
    return opt
