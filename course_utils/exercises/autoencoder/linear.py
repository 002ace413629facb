"""Without activations, or with one weight: PCA, a saddle, tied weights; and a Markov chain's rule."""

import math

import torch

from ..engine.fixtures import drawn, noise
from ..engine.tasks import Exercise, Wrong

Exercise(
    "01.1",
    "A fair refusal",
    reference=math.exp(-2) / 2,
    tolerance=0.003,
    why="Of e^(−3)/Z chains, a share q goes down; of e^(−1)/Z chains, 2q times the share accepted goes up: "
    "as many if that is e^(−2)/2. Z cancels, so nobody has to know it.",
    hints=(
        "How many chains are at v, and how many at v'? In proportion to p, so to e^(−E).",
        "Down go e^(−3) · q chains, if v' proposes v with probability q. How many propose the way up?",
        "e^(−1) · 2q · (accepted) = e^(−3) · q.",
    ),
    mistakes=dict(
        as_often=(math.exp(-2), "that is right if both moves are proposed as often; here v proposes more."),
        doubled=(2 * math.exp(-2), "who proposes more must refuse more: divide by the 2."),
        squared=(math.exp(-4), "the two proposals differ by a factor 2 in their number, not in the energy."),
        energies=(1 / 3, "that is the ratio of the energies; how often a state is visited goes with e^(−E)."),
        half_energies=(1 / 6, "how often a state is visited goes with e^(−E), not with 1/E."),
        always=(1, "then every move is accepted, and the chain forgets E."),
        a_half=(0.5, "that makes up for the proposals alone; v' must also be visited less often, by its E."),
        never=(0, "then it only goes down and stays in a minimum: that is optimization, not sampling."),
        upside_down=(math.exp(2) / 2, "a probability above 1? It is the way up, to where fewer chains are."),
        upside=(math.exp(2), "a probability above 1? It is the way up, to where fewer chains are."),
        density=(math.exp(-3), "that is p at the proposal, without Z; how does it compare with p at v?"),
        here=(math.exp(-1), "that is p at v, without Z; how does it compare with p at the proposal?"),
        the_rest=(1 - math.exp(-2) / 2, "that is the share that is refused."),
        base_two=(0.125, "nearly: the base is e, not 2."),
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


def _mean_squared(x, k):
    return torch.linalg.eigh(x.T @ x / len(x) - x.mean(0) ** 2)[1][:, -k:]


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
    "PCA that keeps too little",
    kind="debug",
    reference=principal_components,
    cases=lambda: [
        (noise(*s[:2]) * torch.arange(1, s[1] + 1).to(noise(1)) + 5 * noise(s[1]), s[2])
        for s in ((7, 4, 1), (40, 5, 2), (60, 12, 3))
    ],
    outcome=_subspace,
    tolerance=1e-3,
    hints=(
        "`eigh` sorts its eigenvalues upward: the last columns are right. Of which matrix are they, though?",
        "The covariance of pixels i and j is mean(x_i·x_j) − mean_i·mean_j. What is taken off here?",
        "mean**2 is a row of d numbers; torch.outer(mean, mean) is the matrix of all mean_i·mean_j.",
    ),
    mistakes=dict(
        given=(_mean_squared, ""),
        smallest=(_smallest, "these are the directions of *least* spread."),
        diagonal=(
            lambda x, k: torch.linalg.eigh(x.T @ x / len(x) - torch.diag(x.mean(0) ** 2))[1][:, -k:],
            "that is right on the diagonal alone: two pixels i and j need mean_i·mean_j taken off as well.",
        ),
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
    "With weight decay",
    reference=(0.7071, 0.7071),
    tolerance=3e-3,
    why="For a given product p = w1·w2 the decay is smallest for equal weights: 2cp. With c = ½ mean(x²) the "
    "sum is mean(x²)·((1 − p)² + p), smallest at p = ½. The point (0, 0) remains a saddle.",
    hints=(
        "Let the mean of x² be 1, so c = ½: where are both derivatives of (1 − w1·w2)² + ½(w1² + w2²) zero?",
        "Of all pairs with the same product, L is the same. For which of them is the decay smallest?",
        "For equal weights: the smallest (1 − w²)² + w². What is its derivative by w²?",
    ),
    mistakes=dict(
        without_decay=((1, 1), "the gradient is not 0 there: the decay pulls both weights toward 0."),
        saddle=((0, 0), "the gradient is 0 there, but along w1 = w2 the sum falls: a saddle."),
        the_other=((-0.7071, -0.7071), "the sum is as small there, but asked is w1 > 0."),
        product=((0.5, 0.5), "½ is the right product of the two; what are they, if they are equal?"),
        unequal=((1, 0.5), "the product is right; of all such pairs, which has the least decay?"),
        unequal_too=((0.5, 1), "the product is right; of all such pairs, which has the least decay?"),
        factor=((0.866, 0.866), "nearly: both terms of a derivative, L's and the decay's, have a factor 2."),
        rising=((0.7071, -0.7071), "the signs: where w1·w2 < 0, x and its reconstruction are opposite."),
        none=("none", "there is one: L alone has a whole valley, and the decay chooses in it."),
    ),
)


def tied_gradient(w, x, s):
    """dL/dw, where encoder and decoder share their weight w, and the input has noise of std s. → scalar"""
    return -4 * w * (1 - w**2) * x.square().mean() + 4 * w**3 * s**2


def _both(on_x, on_noise=lambda w: 4 * w**3):
    """A wrong gradient, from its factors of the mean of x² and of s²."""
    return lambda w, x, s: on_x(w) * x.square().mean() + on_noise(w) * s**2


Exercise(
    "01.10",
    "One weight for both, and noise",
    kind="derive",
    reference=tied_gradient,
    cases=lambda: [
        (w, noise(n), s) for w, n, s in ((0.3, 1, 0.7), (-1.5, 5, 0.4), (2.0, 7, 1.3), (0.8, 3, 0.0))
    ],
    hints=(
        "x − w²(x + ε) = (1 − w²)·x − w²·ε. Square it, and take the mean over ε, whose mean is 0.",
        "The mixed term is gone, and the mean of ε² is s²: L = (1 − w²)² · mean(x²) + w⁴ · s².",
        "The derivative of (1 − w²)² is −4w(1 − w²), that of w⁴ is 4w³.",
    ),
    mistakes=dict(
        no_noise=(
            _both(lambda w: -4 * w * (1 - w**2), lambda w: 0),
            "the noise is missing: the term that it adds to the loss grows with w.",
        ),
        one_path=(
            _both(lambda w: -2 * w * (1 - w**2), lambda w: 2 * w**3),
            "that is the decoder's share alone. The same w also encodes: add what flows back through there.",
        ),
        sign=(
            lambda w, x, s: -tied_gradient(w, x, s),
            "the opposite sign: at a small w > 0 the loss falls when w grows, so its gradient is negative.",
        ),
        noise_sign=(
            _both(lambda w: -4 * w * (1 - w**2), lambda w: -4 * w**3),
            "noise makes the loss larger the larger w is: its term has the opposite sign.",
        ),
        noise_once=(
            _both(lambda w: -4 * w * (1 - w**2), lambda w: 2 * w),
            "the noise passes w twice, as x does: it comes out as w²·ε, with the square w⁴·ε².",
        ),
        noise_cubed=(
            _both(lambda w: -4 * w * (1 - w**2), lambda w: w**4),
            "w⁴·s² is in the loss; here is its derivative asked.",
        ),
        noise_inside=(
            _both(lambda w: -4 * w * (1 - w**2), lambda w: -4 * w * (1 - w**2)),
            "the target is x, without noise: what is left of ε in the difference is w²·ε, not (1 − w²)·ε.",
        ),
        std=(
            lambda w, x, s: -4 * w * (1 - w**2) * x.square().mean() + 4 * w**3 * s,
            "the mean of ε² is s², the variance.",
        ),
        inner=(
            _both(lambda w: -4 * (1 - w**2)),
            "the derivative of 1 − w² is −2w: a factor w is missing.",
        ),
        outer=(
            _both(lambda w: 2 * (1 - w**2)),
            "that is the derivative by (1 − w²): the inner derivative, −2w, is missing.",
        ),
        x_not_squared=(
            lambda w, x, s: -4 * w * (1 - w**2) * x.mean() + 4 * w**3 * s**2,
            "x comes out of the square as x², before the mean.",
        ),
        mean_first=(
            lambda w, x, s: -4 * w * (1 - w**2) * x.mean().square() + 4 * w**3 * s**2,
            "the mean of the squares is asked, not the square of the mean.",
        ),
        without_x=(
            lambda w, x, s: torch.as_tensor(-4 * w * (1 - w**2) + 4 * w**3 * s**2).to(x),
            "the mean of x² is missing: how large the items are counts.",
        ),
        not_squared=(
            _both(lambda w: -4 * w * (1 - w)),
            "the factor is 1 − w², with a square: x passes w twice.",
        ),
        drawn=(
            lambda w, x, s: (2 * (x - w * w * (e := x + s * noise(len(x)))) * (-2 * w * e)).mean(),
            "you draw noise, so each call gives another number: take the mean over it by hand.",
        ),
        the_loss=(
            lambda w, x, s: (1 - w * w) ** 2 * x.square().mean() + w**4 * s**2,
            "that is the loss itself; its derivative by w is asked.",
        ),
    ),
)
