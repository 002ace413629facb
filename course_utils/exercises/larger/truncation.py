"""Notebook 11, section 4: truncated noise, classes by themselves, noise to throw away, unknown generators."""

import contextlib
import math

import torch

from ... import metrics, session
from ...priors import truncated_normal
from ..engine.fixtures import SAME_AGAIN, drawn
from ..engine.tasks import Contest, Exercise, Wrong, called

# ── what lies beyond the threshold ───────────────────────────────────────────────────────────────


def clamped_normal(n, z_dim, threshold):
    """As shown: what lies beyond is put on the border."""
    z = torch.randn(n, z_dim, device=session.device())
    return z.clamp(-threshold, threshold)


def _plain(n, z_dim):
    return torch.randn(n, z_dim, device=session.device())


def _once_more(n, z_dim, threshold):
    z = _plain(n, z_dim)
    return torch.where(z.abs() > threshold, _plain(n, z_dim), z)


def _wrapped(n, z_dim, threshold):
    return torch.remainder(_plain(n, z_dim) + threshold, 2 * threshold) - threshold


def _shorter(n, z_dim, threshold):
    z = _plain(n, z_dim)
    return threshold * z / z.abs().amax(1, keepdim=True)


def _how_it_is_spread(fn, arguments):
    """Which share of the numbers lies in each tenth of the interval, and how two numbers go together."""
    n, z_dim, threshold = arguments
    z = drawn(fn(n, z_dim, threshold), n, z_dim)
    if z is None:
        return None
    if torch.equal(z, fn(n, z_dim, threshold)):
        raise Wrong(SAME_AGAIN)
    if len(z.unique(dim=0)) < 0.99 * n:
        raise Wrong("some rows come twice: each is to be drawn anew.")
    if (z.abs() > threshold * (1 + 1e-6)).any():
        raise Wrong(
            f"with threshold {threshold:g} some numbers lie beyond it, at {z.abs().max().item():.3g}."
        )
    cell = ((z / threshold + 1) * 5).long().clamp(0, 9)
    shares = cell.flatten().bincount(minlength=10).to(z) / z.numel()
    z = z / threshold
    together = [
        (v[:, i] * v[:, j]).mean() - v[:, i].mean() * v[:, j].mean()
        for v in (z, z.abs())
        for i, j in ((0, 1), (-2, -1))
    ]
    return (torch.cat([10 * shares, torch.stack(together)]),)


Exercise(
    "11.8",
    "All on the border",
    kind="debug",
    reference=truncated_normal,
    cases=lambda: [(200_000, 2, 2.0), (200_000, 3, 0.5), (20_000, 64, 1.0)],
    outcome=_how_it_is_spread,
    tolerance=0.015,
    hints=(
        "A truncated Normal looks like the Normal inside, only that nothing lies outside. What does the "
        "function do with the 62 % of the numbers that are outside at a threshold of 0.5?",
        "Draw those numbers again, and again, until all are inside. Each number by itself: how likely is it "
        "that 100 are inside at once?",
        "while (beyond := z.abs() > threshold).any(): z = torch.where(beyond, torch.randn_like(z), z)",
    ),
    unlike="inside the threshold its numbers are not spread as those of a Normal distribution.",
    mistakes=dict(
        given=(clamped_normal, ""),
        scaled=(
            lambda n, z_dim, threshold: threshold * truncated_normal(n, z_dim, 1.0),
            "that cuts at 1 and then makes all numbers smaller: another distribution, with the same border.",
        ),
        scaled_from_two=(
            lambda n, z_dim, threshold: threshold * truncated_normal(n, z_dim, 2.0) / 2,
            "that cuts at 2 and then makes all numbers smaller: another distribution, with the same border.",
        ),
        even=(
            lambda n, z_dim, threshold: threshold * (2 * torch.rand(n, z_dim, device=session.device()) - 1),
            "these are spread evenly between the borders: near 0 a Normal has more.",
        ),
        once=(_once_more, "what is drawn again may lie beyond, too: again, until nothing does."),
        wrapped=(
            _wrapped,
            "what leaves on one side comes in on the other: near the borders there are too many.",
        ),
        zeros=(
            lambda n, z_dim, threshold: (z := _plain(n, z_dim)) * (z.abs() <= threshold),
            "what lies beyond has become 0: now they all sit in the middle, in place of the border.",
        ),
        shorter=(
            _shorter,
            "each vector is shortened as a whole, until its largest number is at the border: its numbers "
            "depend on one another.",
        ),
        halves=(
            lambda n, z_dim, threshold: truncated_normal(n, z_dim, threshold).abs(),
            "all numbers are positive: the other half is missing.",
        ),
    ),
)


# ── each class by itself ─────────────────────────────────────────────────────────────────────────

ALL, EACH = (math.sqrt(20) - 4) ** 2, 4.0
Exercise(
    "11.9",
    "Always the same 4",
    reference=EACH / ALL,
    tolerance=2e-2,
    hints=(
        "Of one class: both means are the same, the std is 2 and 0. In one number the Fréchet distance is "
        "(difference of the means)² + (difference of the std)².",
        "Of all together: the mean is 0 on both sides. The variance is that of ±4, and, of real images, that "
        "within a class on top.",
        "4 for each class; (√20 − √16)² for all.",
    ),
    mistakes=dict(
        upside_down=(ALL / EACH, "that is how many times *smaller* the distance of all is."),
        of_all=(ALL, "that is the distance of all together; how many times does it go into that of a class?"),
        of_each=(4.0, "that is the distance of a class by itself; and that of all together?"),
        variances=(1.0, "the variances differ by 4 in both cases; it is the std that are compared."),
        two=(2 * EACH / ALL, "the *mean* over the classes is asked, not their sum."),
        squared=(
            EACH / 16,
            "(20 − 16)² is the squared difference of the variances: it is the std that are compared.",
        ),
        mean_too=(16 / ALL, "the variance within a class is 4, its std 2: (2 − 0)² for a class."),
        rooted=(math.sqrt(EACH / ALL), "the distances are squared already: no root."),
    ),
    why="4 for each class, (√20 − 4)² = 0.22 for all: eighteen times as much. Beside the distance *between* "
    "classes what happens within one hardly shows.",
)


# ── which noise to throw away ────────────────────────────────────────────────────────────────────

N, SPOTS = 2_000, 8
REAL = dict(radius=2.0, std=0.1)


class Spots(torch.nn.Module):
    """A generator without gaps: eight spots on a ring, and what lies on the way from one to the next.

    z (n, 2) → (n, 2). Its ring is turned by `turn`; `steep`: how late, and then how fast, it leaves a spot.
    """

    def __init__(self, turn=0.0, steep=4.0):
        super().__init__()
        self.turn, self.steep = turn, steep

    def forward(self, z):
        sector = 2 * math.pi / SPOTS
        angle = torch.atan2(z[:, 1], z[:, 0]) - self.turn
        nearest = (angle / sector).round() * sector
        way = (angle - nearest) / (sector / 2)  # −1 to 1: from spot to spot
        angle = nearest + sector / 2 * (self.steep * way).sinh() / math.sinh(self.steep) + self.turn
        radius = REAL["radius"] + REAL["std"] * (z.norm(dim=1) - 1.25)
        return radius[:, None] * torch.stack([angle.cos(), angle.sin()], 1)

    def real(self, n):
        """Points as they should be: n of them at the spots. → (n, 2)"""
        angle = 2 * math.pi * torch.arange(n) / SPOTS + self.turn
        noise = REAL["std"] * torch.randn(n, 2)
        return REAL["radius"] * torch.stack([angle.cos(), angle.sin()], 1) + noise


class _Closed(torch.nn.Module):
    """A generator of which nothing can be had but its images."""

    def __init__(self, G):
        super().__init__()
        self.forward = lambda z: G(z)


def share_at_a_spot(keep, seed):
    """Which share of the kept half lies at a spot; 0 if a spot gets less than a twentieth of it. → float"""
    if not callable(keep):
        raise Wrong("a function keep(z, G) is asked: it is called with other noise, and another G.")
    G = Spots(turn=0.3 * seed + 0.1).to(session.device())
    z = torch.randn(N, 2, device=session.device())
    kept = _half(called(keep, z.clone(), _Closed(G)), z)  # it may ask G for gradients
    with torch.no_grad():
        angle = 2 * math.pi * torch.arange(SPOTS, device=z.device) / SPOTS + G.turn
        centres = REAL["radius"] * torch.stack([angle.cos(), angle.sin()], 1)
        shares = metrics.mode_shares(G(kept), centres, REAL["std"])
    return shares.sum().item() if shares.min() >= 0.05 else 0.0


def _half(chosen, z):
    """The rows of z that were chosen: by a mask (n,), or by their numbers (n/2,)."""
    with contextlib.suppress(TypeError, ValueError, RuntimeError):
        chosen = torch.as_tensor(chosen[0] if isinstance(chosen, tuple) else chosen, device=z.device)
    if not isinstance(chosen, torch.Tensor) or chosen.dim() != 1:
        raise Wrong("a mask (n,) of True and False is asked, or the numbers (n/2,) of the rows to keep.")
    if len(chosen) == len(z) and not chosen.is_floating_point() and chosen.max() <= 1:
        chosen = chosen.bool()
    if chosen.dtype == torch.bool:
        if len(chosen) != len(z):
            raise Wrong(f"the mask has {len(chosen)} places, and z has {len(z)} rows.")
        chosen = chosen.nonzero()[:, 0]
    if chosen.is_floating_point():
        raise Wrong("rows are chosen by their whole numbers, or by a mask of True and False.")
    if len(chosen.unique()) < len(chosen):
        raise Wrong("a row is kept twice.")
    if abs(len(chosen) - len(z) / 2) > len(z) / 50:
        raise Wrong(f"half of the {len(z):,} rows are to be kept; these are {len(chosen):,}.")
    return z[chosen]


def quiet_half(z, G):
    """The half of z (n, 2) where a small step moves G's image least. → numbers of rows (n/2,)"""
    moved = sum((G(z + step) - G(z)).square().sum(1) for step in 1e-3 * torch.eye(2, device=z.device))
    return moved.argsort()[: len(z) // 2]


def shortest_half(z, G):
    return z.norm(dim=1).argsort()[: len(z) // 2]


def crowded_half(z, G):
    """The half whose images have the nearest neighbours."""
    x = G(z)
    return torch.cdist(x, x).kthvalue(20, dim=1).values.argsort()[: len(z) // 2]


def _longest_half(z, G):
    return z.norm(dim=1).argsort(descending=True)[: len(z) // 2]


Exercise(
    "11.10",
    "What to throw away",
    reference=quiet_half,
    hints=(
        "Between two spots there are hardly any real points. Must a G without jumps cross there, and how "
        "fast?",
        "Where few z have to cover a long way, G moves fast: near z and z′ have images far apart. In a spot "
        "many z have nearly the same image.",
        "Move each z by a thousandth, compare G's images, and keep the half that moved least. (Or keep those "
        "whose images have the nearest neighbours.)",
    ),
    mistakes=dict(
        a_number=(0.5, "a function keep(z, G) is asked: it is called with other noise, and another G."),
        none=(lambda z, G: z.norm(dim=1) < 0, "half of the 2,000 rows are to be kept; these are 0."),
        all_of_them=(
            lambda z, G: z.norm(dim=1) > 0,
            "half of the 2,000 rows are to be kept; these are 2,000.",
        ),
        as_z=(
            lambda z, G: z[: len(z) // 2],
            "a mask (n,) of True and False is asked, or the numbers (n/2,) of the rows to keep.",
        ),
        twice=(lambda z, G: z.norm(dim=1).argsort()[: len(z) // 4].repeat(2), "a row is kept twice."),
    ),
    contest=Contest(
        share_at_a_spot,
        bar=0.95,
        score="share at a spot",
        controls={"any half": 0.76, "the shortest z": 0.76, "one spot alone": 0.0},
        lower_is_better=False,
    ),
)


# ── unknown generators ───────────────────────────────────────────────────────────────────────────

WHAT = {"A": "labels exchanged", "B": "thirty vectors", "C": "truncated"}


def anonymous(runs):
    """The runs of `biggan_unknown`, with letters in place of what was done. → table"""
    return {"as it is": runs["as it is"]} | {letter: runs[what] for letter, what in WHAT.items()}


Exercise(
    "11.11",
    "Three changed generators",
    kind="read",
    reference="BCA",
    hints=(
        "Which of the four columns look at the label that an image was asked for? Only one, the last.",
        "Thirty vectors make thirty images of each digit. Each looks as real as before; but how many of the "
        "real ones have one of them near by? Truncated noise loses some of that, too, but less.",
        "In the order of the question: recall near 0; recall seven tenths of what it was; all as it is "
        "but the classes.",
    ),
    mistakes=dict(
        recall=("CBA", "both lose recall. Which one loses nearly all of it?"),
        labels_first=(
            "ABC",
            "A's images, all together, are those of `as it is`: nothing is missing in them.",
        ),
        labels_second=("BAC", "A's precision and recall are unchanged: truncation would move both."),
        turned=("ACB", "A loses no recall, so it draws more than thirty images of a digit."),
        labels_as_b=("CAB", "B's recall is gone. Exchanged labels leave all images together as they were."),
    ),
    why="B: its images are real enough, but thirty of a digit stand near few real ones: recall is gone. C: "
    "precision up, more than a quarter of the recall lost. A: FCD, precision and recall do not look at "
    "labels, so nothing moves; the classes by themselves do.",
)
