"""Who moves when in a step of critic and generator: fresh items for each update, slips in the turns."""

from ..engine import words
from ..engine.tasks import Wrong


class Deal:
    """Mini-batches without labels, or a prior: at each call other items, the same for every answer."""

    def __init__(self, items):
        self.items, self.n_dealt = items, 0

    def deal(self):
        self.n_dealt += 1
        return self.items[(self.n_dealt - 1) % len(self.items)]

    def __next__(self):
        return self.deal(), None

    def __call__(self, n):
        B = self.items.shape[1]
        if n != B:
            raise Wrong(f"prior({n}) was asked for; as many z as there are real items, {B}: prior(len(x)).")
        return self.deal()


def _all_in_the_loop(step):
    """G moves inside the critic's loop."""

    def wrong(batches, *, n_critic=5, **players):
        for _ in range(n_critic):
            said = step(batches, n_critic=1, **players)
        return said

    return wrong


def turn_mistakes(variant, step):
    """Slips in the turns of a right step, from `variant(turns=…, renewed=…, zero=…)` of it. → mistakes"""
    return dict(
        n_critic_inverted=(variant(turns=lambda n: (1, n)), "exchanged: n_critic updates of C for one of G."),
        once_each=(variant(turns=lambda n: (1, 1)), "C is updated n_critic times before G moves, not once."),
        always_5=(variant(turns=lambda n: (5, 1)), "C is updated n_critic times: it is not always 5."),
        no_generator=(variant(turns=lambda n: (n, 0)), "the critic is right; after it G makes one update."),
        generator_in_the_loop=(
            _all_in_the_loop(step),
            "G moves after the loop, once, not after every update of C.",
        ),
        same_batch=(
            variant(renewed="fake"),
            "the same real mini-batch for all critic updates: take a fresh one each time, next(batches).",
        ),
        same_fakes=(
            variant(renewed="real"),
            "the same fakes for all critic updates: draw fresh ones each time, G(prior(len(x))).",
        ),
        no_zero_grad=(variant(zero=False), words.NO_ZERO_GRAD),
    )
