"""Notebook 03, section 1: how well codes match a prior, and what its weight in the loss does."""

import torch

from ... import data, session
from ..engine.fixtures import noise
from ..engine.tasks import Exercise
from .budget import molecule_aae

# adv_weight of the three runs to be told apart, in no order
_WEIGHTS = {"A": 1000.0, "B": 0.3, "C": 30.0}


def unknown_weights():
    """Three small AAEs on molecules, alike but for adv_weight. → {letter: (history, codes (225, 2))}"""
    n_steps, runs = session.n_steps(cpu=600, gpu=600), {}
    for letter, weight in _WEIGHTS.items():
        with session.seeded(0):
            enc, _, history = molecule_aae(n_steps, adv_weight=weight)
            with torch.no_grad():
                runs[letter] = history, enc(data.molecules().x)
    return runs


Exercise(
    "03.4",
    "Three weights",
    kind="read",
    reference="BCA",
    why="B: D's loss stays far below 1.39: D can tell, and the encoder does not care, the smallest weight. C "
    "and A both have 1.39, but only C's codes lie in the prior. A's encoder obeys any whim of D and loses "
    "everything else: its codes bunch up where D was last deceived. The weights are 0.3, 30, 1,000.",
    hints=(
        "In which run does D win, because the encoder hardly listens to it? Its loss tells.",
        "Two runs have a D that cannot tell. Which of them matches the prior?",
        "An encoder that listens to nothing but D moves its codes at each whim of D, all together: D never "
        "catches up, and yet the codes are no draws from the prior. That is the largest weight.",
    ),
    mistakes=dict(
        by_distance=(
            "ABC",
            "B's D wins, at a loss far below 1.39: would it be, if the encoder cared for it more than A's?",
        ),
        middle_swapped=(
            "BAC",
            "B is right. Of the two others, one encoder follows each whim of D: are its codes the ones that "
            "fill the prior?",
        ),
        reversed=("ACB", "the right order, but from the largest to the smallest."),
        best_is_largest=(
            "ABC"[::-1],
            "C matches best, but does a larger weight always match better? A and B do not, for two reasons.",
        ),
        largest_first=("CAB", "B's D wins because its encoder does not listen: that is the smallest weight."),
    ),
)


def how_far(a, b):
    """How far apart two samples are as distributions. a (n, d), b (m, d), n and m at least 2 → scalar"""

    def within(u):
        return torch.cdist(u, u).sum() / (len(u) * (len(u) - 1))  # a point with itself is no pair

    return 2 * torch.cdist(a, b).mean() - within(a) - within(b)


def _other_points(d):
    """The mean over pairs; within one sample, without a point and itself."""
    n, m = d.shape
    own = n == m and not d.diagonal().abs().gt(1e-6).any()
    return d.sum() / (n * (n - 1)) if own else d.mean()


def _energy(between=2.0, first=1.0, second=1.0, distance=torch.cdist, mean=_other_points):
    """The energy distance with other weights, distances or means."""

    def wrong(a, b):
        return between * mean(distance(a, b)) - first * mean(distance(a, a)) - second * mean(distance(b, b))

    return wrong


def _unequal(d):
    return d[d > 1e-6].mean() if (d > 1e-6).any() else d.mean()


def _each_pair_once(d):
    n, m = d.shape
    own = n == m and not d.diagonal().abs().gt(1e-6).any()
    return d.sum() / (n * (n - 1) / 2) if own else d.mean()


def _pairs_of_samples():
    sizes = ((2, 3, 2), (5, 7, 2), (40, 30, 3))
    pairs = [(noise(n, d), 2 * noise(m, d) + 1) for n, m, d in sizes]
    return [*pairs, (noise(3, 2).repeat(2, 1), noise(4, 2))]  # some points are there twice


Exercise(
    "03.5",
    "Near as a distribution",
    reference=how_far,
    cases=_pairs_of_samples,
    hints=(
        "Call the mean distances AB, AA and BB. Which weights follow from the first wish and the third?",
        "Two independent draws from one distribution have some mean distance. AB has it, on average. Has AA, "
        "if a point's distance to itself, 0, is counted among the n · n?",
        "2·AB − AA − BB, where AA sums torch.cdist(a, a) and divides by the n · (n − 1) pairs of two points.",
    ),
    mistakes=dict(
        with_itself=(
            _energy(mean=torch.mean),
            "two samples of one distribution then have more than 0 on average: a point's distance to itself "
            "is always 0, and no distance of two draws.",
        ),
        unequal_ones=(
            _energy(mean=_unequal),
            "right, unless two points are equal: only a point with *itself* is to be left out.",
        ),
        each_pair_once=(
            _energy(mean=_each_pair_once),
            "AA and BB are twice too large: torch.cdist(a, a) has each pair two times.",
        ),
        only_between=(
            _energy(2, 0, 0),
            "two samples of one distribution have to give 0 on average: the distances within are missing.",
        ),
        one_within=(_energy(2, 2, 0), "a and b are not treated alike: exchanged, they give another number."),
        half_within=(
            _energy(2, 0.5, 0.5),
            "two samples of one distribution do not give 0: how often must AA and BB go off?",
        ),
        half_of_it=(_energy(1, 0.5, 0.5), "two far samples shall have *twice* their distance."),
        squared=(
            _energy(distance=lambda u, v: torch.cdist(u, v).square()),
            "with squared distances only the means of the samples are compared: 0 for two clouds of the same "
            "centre, however wide. Leave them as they are.",
        ),
        paired=(
            lambda a, b: _energy(
                distance=lambda u, v: (u[: len(v)] - v[: len(u)]).norm(dim=1), mean=torch.mean
            )(a, b),
            "you compare point i with point i: mean over *all* pairs, torch.cdist.",
        ),
        summed=(_energy(mean=torch.sum), "means are asked, not sums: the samples may differ in size."),
        added=(
            _energy(2, -1, -1),
            "the distances within are added: two samples of one distribution then have four times their own "
            "distance, not 0.",
        ),
        all_alike=(
            _energy(1, 1, 1),
            "for samples of one distribution that is less than 0: AB comes once, AA and BB together twice.",
        ),
        other_within=(
            _energy(2, 0, 2),
            "a and b are not treated alike: exchanged, they give another number.",
        ),
        of_the_means=(
            lambda a, b: 2 * (a.mean(0) - b.mean(0)).norm(),
            "that is the distance of the two means: two clouds of one centre need not be equal.",
        ),
        manhattan=(
            _energy(distance=lambda u, v: torch.cdist(u, v, p=1)),
            "the ordinary (Euclidean) distance is meant: p=2.",
        ),
        one_less=(
            _energy(mean=lambda d: d.sum() / (len(d) - 1) ** 2 if d.shape[0] == d.shape[1] else d.mean()),
            "n points have n · (n − 1) pairs of two, not (n − 1)².",
        ),
    ),
)
