"""Without activations, or with one weight: PCA, a saddle, tied weights; and a Markov chain's rule."""

import math

import torch

from ..engine.fixtures import drawn, noise
from ..engine.tasks import Exercise, Wrong

Exercise(
    "01.1",
    "When does a chain move? (Metropolis)",
    reference=math.exp(-2),
    tolerance=0.003,
    why="Down go e^(−3)/Z chains, up e^(−1)/Z times the share accepted: as many if it is e^(−2). Z cancels, "
    "so nobody has to know it.",
    hints=(
        "How many chains are at v, and how many at the proposal? In proportion to p, so to e^(−E).",
        "Per turn, e^(−3) chains go down, all of them; of e^(−1) chains that could go up, how many have to?",
        "e^(−1) · (accepted) = e^(−3) · 1.",
    ),
    mistakes=dict(
        energies=(1 / 3, "that is the ratio of the energies; how often a state is visited goes with e^(−E)."),
        always=(1, "then every move is accepted, and the chain forgets E: all states equally often."),
        never=(0, "then it only goes down and stays in a minimum: that is optimization, not sampling."),
        upside_down=(math.exp(2), "a probability above 1? It is the way up, to where fewer chains are."),
        density=(math.exp(-3), "that is p at the proposal, without Z; how does it compare with p at v?"),
        here=(math.exp(-1), "that is p at v, without Z; how does it compare with p at the proposal?"),
        the_rest=(1 - math.exp(-2), "that is the share that is refused."),
        base_two=(0.25, "nearly: the base is e, not 2."),
        sigmoid=(
            1 / (1 + math.exp(2)),
            "that rule keeps the balance too, but refuses some moves down; here none is refused.",
        ),
        twice=(2, "that is the difference of the energies; how much rarer are states with 2 more?"),
    ),
)


def principal_components(x, k):
    """The k directions in which the rows of x (n, d) spread most, orthonormal. → (d, k)"""
    centred = x - x.mean(0)
    covariance = centred.T @ centred / len(x)  # (d, d)
    values, vectors = torch.linalg.eigh(covariance)  # a column for each eigenvalue
    return vectors[:, -k:]


def _smallest(x, k):
    centred = x - x.mean(0)
    return torch.linalg.eigh(centred.T @ centred / len(x))[1][:, :k]


def _not_centred(x, k):
    return torch.linalg.eigh(x.T @ x / len(x))[1][:, -k:]


def _subspace(fn, arguments):
    """What directions span: the projection on them, the same for other signs, orders and axes."""
    x, k = arguments
    found = fn(x, k)
    if found is None or found is Ellipsis:
        return None
    if isinstance(found, torch.Tensor) and found.shape == (k, x.shape[1]) != (x.shape[1], k):
        raise Wrong("rows and columns are exchanged: (d, k), a column for each direction.")
    found = drawn(found, x.shape[1], k)
    if not torch.allclose(found.T @ found, torch.eye(k).to(found), atol=1e-3):
        raise Wrong("its columns are not orthonormal: each of length 1, and at right angles to the others.")
    spread = ((x - x.mean(0)) @ found).square().sum()
    best, least = (((x - x.mean(0)) @ f(x, k)).square().sum() for f in (principal_components, _smallest))
    if torch.isclose(spread, least, rtol=1e-3) and not torch.isclose(best, least, rtol=1e-3):
        raise Wrong("these are the directions of *least* spread.")
    if spread < 0.99 * best:
        share = f"{spread / best:.0%}"
        raise Wrong(
            f"these directions hold {share} of the spread that {k} could: are they the right columns?"
        )
    return (found @ found.T,)


Exercise(
    "01.8",
    "PCA that keeps nothing",
    kind="debug",
    reference=principal_components,
    cases=lambda: [
        (noise(*s[:2]) * torch.arange(1, s[1] + 1).to(noise(1)) + 5 * noise(s[1]), s[2])
        for s in ((7, 4, 1), (40, 5, 2), (60, 12, 3))
    ],
    outcome=_subspace,
    tolerance=1e-3,
    hints=(
        "It gives orthonormal directions, and the centring is right. Which directions does it take?",
        "Print `values`: in which order does `eigh` give the eigenvalues?",
        "They rise, so the directions of most spread stand in the last columns.",
    ),
    mistakes=dict(
        given=(_smallest, ""),
        not_centred=(
            _not_centred,
            "without centring, the first direction leads to the mean; PCA is about what differs from it.",
        ),
        rows=(
            lambda x, k: torch.linalg.eigh((x - x.mean(0)).T @ (x - x.mean(0)))[1][-k:],
            "rows and columns are exchanged: (d, k), a column for each direction.",
        ),
        skips_one=(
            lambda x, k: torch.linalg.eigh((x - x.mean(0)).T @ (x - x.mean(0)))[1][:, -k - 1 : -1],
            "the direction of most spread, the very last column, is left out.",
        ),
    ),
)

Exercise(
    "01.9",
    "The saddle (deck 003, exercise 4)",
    reference=(0, 0),
    why="The gradient is 0 there, yet the loss falls along w1 = w2 and rises along w1 = −w2.",
    hints=(
        "Set both derivatives of (1 − w1·w2)² to zero.",
        "−2·w2·(1 − w1·w2) = 0 and −2·w1·(1 − w1·w2) = 0: either w1·w2 = 1, where the loss is 0, or …",
        "A point with zero gradient and a loss above 0; there is just one.",
    ),
    mistakes=dict(
        minimum=((1, 1), "the loss is 0 there: that is a minimum, not a saddle."),
        other_minimum=((-1, -1), "the loss is 0 there: that is a minimum, not a saddle."),
        rising=((1, -1), "the gradient is not 0 there: the loss still falls toward the middle."),
        none=("none", "there is one: where are both derivatives 0, and the loss is not?"),
    ),
)


def tied_gradient(w, x):
    """dL/dw of the loss mean((x − w·w·x)²), where encoder and decoder share their weight w. → scalar"""
    return -4 * w * (1 - w**2) * x.square().mean()


Exercise(
    "01.10",
    "One weight for both",
    kind="derive",
    reference=tied_gradient,
    cases=lambda: [(w, noise(n)) for w, n in ((0.3, 1), (-1.5, 5), (2.0, 7))],
    hints=(
        "x − w·w·x = (1 − w²)·x, so the loss is (1 − w²)² times the mean of x².",
        "The chain rule: 2·(1 − w²) times the derivative of 1 − w².",
        "The derivative of 1 − w² is −2w: w acts twice, once in the encoder, once in the decoder.",
    ),
    mistakes=dict(
        one_path=(
            lambda w, x: -2 * w * (1 - w**2) * x.square().mean(),
            "that is the decoder's share alone. The same w also encodes: add what flows back through there.",
        ),
        sign=(
            lambda w, x: 4 * w * (1 - w**2) * x.square().mean(),
            "the opposite sign: at a small w > 0 the loss falls when w grows, so its gradient is negative.",
        ),
        as_if_linear=(
            lambda w, x: -2 * (1 - w) * x.square().mean(),
            "that is for x_rec = w·x: here x passes w twice.",
        ),
        inner=(
            lambda w, x: -4 * (1 - w**2) * x.square().mean(),
            "the derivative of 1 − w² is −2w: a factor w is missing.",
        ),
        outer=(
            lambda w, x: 2 * (1 - w**2) * x.square().mean(),
            "that is the derivative by (1 − w²): the inner derivative, −2w, is missing.",
        ),
        x_not_squared=(
            lambda w, x: -4 * w * (1 - w**2) * x.mean(),
            "x comes out of the square as x², before the mean.",
        ),
        mean_first=(
            lambda w, x: -4 * w * (1 - w**2) * x.mean().square(),
            "the mean of the squares is asked, not the square of the mean.",
        ),
        without_x=(
            lambda w, x: torch.as_tensor(-4 * w * (1 - w**2)).to(x),
            "the mean of x² is missing: how large the items are counts.",
        ),
        not_squared=(
            lambda w, x: -4 * w * (1 - w) * x.square().mean(),
            "the factor is 1 − w², with a square: x passes w twice.",
        ),
        the_loss=(
            lambda w, x: (x - w * w * x).square().mean(),
            "that is the loss itself; its derivative by w is asked.",
        ),
    ),
)
