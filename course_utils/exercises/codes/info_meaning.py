"""Notebook 10, sections 3 and 4: names for groups, how many groupings are best, a measure of slant."""

import itertools

import torch

from ..engine.fixtures import untouched
from ..engine.tasks import Exercise, Wrong

# ── names for groups ─────────────────────────────────────────────────────────────────────────────


def names_of(counts):
    """The digit of each group, no digit twice, such that most items are right; counts (k, k). → (k,)"""
    k = len(counts)
    right, best = max(
        (sum(counts[i, p[i]].item() for i in range(k)), p) for p in itertools.permutations(range(k))
    )
    return torch.tensor(best, device=counts.device)


def _tables():
    """Small tables, among them some where a group's or a digit's own choice is not the best for all."""
    torch.manual_seed(5)
    some = [torch.randint(0, 40, (k, k)) for k in (4, 5, 6)]
    greedy = torch.tensor([[50, 45, 0], [40, 2, 3], [0, 30, 28]])
    rows = torch.tensor([[30, 20, 0, 0], [28, 1, 5, 0], [0, 9, 8, 2], [1, 1, 40, 39]])
    turns = torch.tensor([[18, 20, 1], [5, 30, 2], [3, 4, 25]])
    product = torch.tensor([[10, 4], [4, 1]])  # of which the largest is not with the largest sum
    return [(table,) for table in (product, turns, greedy, rows, *some)]


def _named(fn, arguments):
    """How many items are right under the names given; Wrong if a digit is named twice."""
    (counts,) = arguments
    names = untouched(fn, counts)
    if names is None or names is Ellipsis:
        return None
    names = torch.as_tensor(names).flatten().long()
    k = len(counts)
    if len(names) != k:
        raise Wrong(f"one digit for each of the {k} groups is asked, but these are {len(names)} numbers.")
    if (names < 0).any() or (names >= k).any():
        raise Wrong(f"a digit's number is its column, from 0 to {k - 1}.")
    if len(names.unique()) < k:
        raise Wrong(
            "a digit is named twice, and another not at all: then two groups are told to mean the same. Each "
            "digit once."
        )
    right, best = (counts[torch.arange(k), p].sum().item() for p in (names, names_of(counts)))
    other = counts[names, torch.arange(k)].sum().item()
    if right < best:
        if other == best:
            raise Wrong("these are the groups of the digits: turn the assignment around (row i is group i).")
        raise Wrong(
            f"each digit once, but not the best: {right} items of {counts.sum().item()} are right, and "
            f"{best} could be. What one group takes, another cannot have."
        )
    return (float(right),)


def _greedy(counts):
    """The largest number first, then the largest of what is left."""
    left, names = counts.clone().float(), [0] * len(counts)
    for _ in range(len(counts)):
        i, j = divmod(int(left.argmax()), len(counts))
        names[i] = j
        left[i], left[:, j] = -1, -1
    return torch.tensor(names)


def _in_turn(counts):
    """Group after group takes the best of what is left."""
    left, names = counts.clone().float(), []
    for row in left:
        names.append(int(row.argmax()))
        left[:, names[-1]] = -1
    return torch.tensor(names)


def _worst(counts):
    return names_of(-counts)


Exercise(
    "10.6",
    "Names for groups",
    reference=names_of,
    cases=_tables,
    outcome=_named,
    hints=(
        "Two groups, counts 50 45 and 40 2. Who takes the first digit, if both want it? How many are right "
        "then, and how many the other way?",
        "Taking the largest number first may leave the others with nothing. With few groups one can try all.",
        "itertools.permutations(range(len(counts))): for each p the sum of counts[i, p[i]]; keep the best p. "
        "(For ten groups SciPy's linear_sum_assignment(counts, maximize=True) is faster.)",
    ),
    mistakes=dict(
        favourite=(
            lambda counts: counts.argmax(1),
            "a digit is named twice, and another not at all: then two groups are told to mean the same. Each "
            "digit once.",
        ),
        favourite_group=(
            lambda counts: counts.argmax(0),
            "a digit is named twice, and another not at all: then two groups are told to mean the same. Each "
            "digit once.",
        ),
        largest_first=(
            _greedy,
            "greedy: the largest number is taken first, whatever it costs the others. In one of the tables "
            "that leaves a group with nothing.",
        ),
        in_turn=(
            _in_turn,
            "the first group takes its favourite, the next what is left: the result depends on the order of "
            "the groups.",
        ),
        worst=(_worst, "that is the *worst* of all: as few as possible are right."),
        turned=(
            lambda counts: names_of(counts).argsort() if len(counts) > 2 else names_of(counts),
            "these are the groups of the digits: turn the assignment around (row i is group i).",
        ),
        in_order=(
            lambda counts: torch.arange(len(counts)),
            "group 0 is not digit 0: nobody told the network any order.",
        ),
    ),
)

Exercise(
    "10.7",
    "Like with like",
    reference=15,
    hints=(
        "What has to hold for a bound of log 3, if each kind of image is drawn as often as it occurs?",
        "Each category makes two of the six kinds, and no kind is made by two categories. Which two does not "
        "matter to D, nor to Q.",
        "The first kind has one of five others for company; then the first of the four that are left, one of "
        "three: 5 · 3.",
    ),
    mistakes=dict(
        like_with_like=(
            1,
            "where in the game does it say that they look alike? D and Q know each kind by itself.",
        ),
        named=(
            90,
            "that counts which category has which pair, too: 6 times as many. Asked are ways to form pairs.",
        ),
        ordered=(30, "twice as many: does it matter which of the two in a pair comes first?"),
        three_of_six=(20, "that is how to choose three of six: but three categories have *two* kinds each."),
        any_sharing=(
            729,
            "that is every kind to any category. One that makes four kinds, and one that makes none: is that "
            "still log 3, and every kind as frequent as it is?",
        ),
        orders=(720, "that is 6!, all orders of the kinds: many of them form the same pairs."),
        three_kinds=(3, "three pairs there are; in how many ways can they be formed?"),
        pairs_of_pairs=(
            6,
            "that is how to give three pairs to three categories; asked is how to form the pairs.",
        ),
        any_size=(
            540,
            "that lets a category make one kind, another three: then codes and kinds cannot both be equally "
            "frequent, unless one kind has two categories.",
        ),
    ),
    why="5 · 3 · 1. One of the 15 is the one that we mean. With ten categories and 20 kinds it is one of 655 "
    "million: the game does not ask for it. What favours it are the networks (what looks alike passes the "
    "same filters) and z, which takes what else varies; and luck.",
)

# ── slant ────────────────────────────────────────────────────────────────────────────────────────


def lean(ink):
    """How far drawings lean to the right, in pixels for each pixel up; ink (n, h, w) ≥ 0. → (n,)"""
    n, h, w = ink.shape
    p = ink / ink.sum((1, 2), keepdim=True)
    x = torch.arange(w, device=ink.device).to(ink).expand(n, w)
    y = -torch.arange(h, device=ink.device).to(ink).expand(n, h)
    x = x - (p.sum(1) * x).sum(1, keepdim=True)
    y = y - (p.sum(2) * y).sum(1, keepdim=True)
    xy = (p * y[:, :, None] * x[:, None, :]).sum((1, 2))
    return xy / (p.sum(2) * y.square()).sum(1)


def _sheared(ink, s):
    """Each row moved by s pixels to the right for each row that it is higher. ink (n, h, w)"""
    h = ink.shape[1]
    return torch.stack([ink[:, r].roll(s * (h // 2 - r), -1) for r in range(h)], 1)


def _drawings():
    """Drawings, wider below, in the middle of a wide sheet: shearing and moving cuts nothing off."""
    torch.manual_seed(7)
    cases = []
    for n, h, w in ((2, 5, 31), (3, 8, 61), (2, 4, 21)):
        ink = torch.zeros(n, h, w)
        for row in range(1, h - 1):
            ink[:, row, w // 2 - 2 : w // 2 + 2 + row] = torch.rand(n, 4 + row)
        cases.append((ink,))
    return cases


def _properties(fn, arguments):
    """What shearing, moving, fainter ink, and mirroring do to the measure: not its value."""
    (ink,) = arguments
    ink = ink.to(torch.get_default_dtype())
    plain = untouched(fn, ink)
    if plain is None or plain is Ellipsis:
        return None
    if not isinstance(plain, torch.Tensor) or plain.shape != ink.shape[:1]:
        raise Wrong(f"one number for each of the {len(ink)} drawings is asked, as a tensor.")
    if not plain.isfinite().all():
        raise Wrong("its result is not finite (nan or inf).")

    if not torch.allclose(fn(ink[:1].clone()), plain[:1], rtol=1e-3, atol=1e-4):
        raise Wrong(
            "alone, a drawing gets another number than among others: each has its own middle, its own ink."
        )

    def change(of):
        return fn(of) - plain

    def near(value, wanted):
        return (value - wanted).abs().max() < 2e-3

    mirrored = fn(ink.flip(2)) + plain
    up, down = change(_sheared(ink, 1)), change(_sheared(ink, -2))
    if near(up, 0) and near(down, 0):
        raise Wrong("sheared drawings get the same number: whatever it measures, it is not slant.")
    if near(up, -1) and near(down, 2):
        raise Wrong("its sign is turned: to the *right* is positive. Row 0 is the topmost.")
    if not near(fn(0.5 * ink), plain):
        raise Wrong(
            "with half of the ink everywhere the number changes: slant is no matter of how dark one writes."
        )
    if not near(change(ink.roll(1, 2)), 0):
        raise Wrong(
            "moved to the right by a pixel it gets another number: measure from the middle of the ink."
        )
    if not near(change(ink.roll(1, 1)), 0):
        raise Wrong("moved down by a pixel it gets another number: measure from the middle of the ink.")
    if not near(mirrored, 0):
        raise Wrong("mirrored, it is to get just the negative.")
    if not (near(up, 1) and near(down, -2)):
        raise Wrong(
            f"sheared by 1 pixel to the right for each pixel up the number rises by {up[0].item():.3g}, and "
            f"sheared by −2 by {down[0].item():.3g}; asked are 1 and −2, whatever the drawing."
        )
    return ()


def _moments(ink, centred=True):
    n, h, w = ink.shape
    p = ink / ink.sum((1, 2), keepdim=True)
    x, y = torch.arange(w).to(ink).expand(n, w), -torch.arange(h).to(ink).expand(n, h)
    if centred:
        x, y = x - (p.sum(1) * x).sum(1, keepdim=True), y - (p.sum(2) * y).sum(1, keepdim=True)
    xx, yy = (p.sum(1) * x**2).sum(1), (p.sum(2) * y**2).sum(1)
    return xx, (p * y[:, :, None] * x[:, None, :]).sum((1, 2)), yy


def _of(value, **how):
    return lambda ink: value(*_moments(ink, **how))


Exercise(
    "10.8",
    "Leaning",
    reference=lean,
    cases=_drawings,
    outcome=_properties,
    hints=(
        "Each pixel of ink is a point (x, y), its ink a weight. Shearing adds s · y to x. Which statistic of "
        "points rises by s then? Think of a line through them.",
        "The slope of a regression of x on y: covariance divided by a variance. Of which of the two?",
        "p = ink / its sum; x and y less their means under p, y upwards; (p x y).sum() / (p y²).sum()",
    ),
    mistakes=dict(
        y_on_x=(
            _of(lambda xx, xy, yy: xy / xx),
            "that is the regression of y on x. Shearing changes x, and leaves y as it is.",
        ),
        covariance=(
            _of(lambda xx, xy, yy: xy),
            "the covariance alone: a tall drawing, sheared as much, would get a larger number.",
        ),
        correlation=(
            _of(lambda xx, xy, yy: xy / (xx * yy).sqrt()),
            "a correlation never gets larger than 1: shear on, and it hardly moves.",
        ),
        axis=(
            _of(lambda xx, xy, yy: 0.5 * torch.atan2(2 * xy, xx - yy)),
            "the direction of the longest axis: a turn, not a shear. A wide drawing has its axis across.",
        ),
        down=(
            _of(lambda xx, xy, yy: -xy / yy),
            "its sign is turned: to the *right* is positive. Row 0 is the topmost.",
        ),
        uncentred=(
            _of(lambda xx, xy, yy: xy / yy, centred=False),
            "moved to the right by a pixel it gets another number: measure from the middle of the ink.",
        ),
        angle=(
            _of(lambda xx, xy, yy: torch.atan(xy / yy)),
            "that is an angle; asked is the slope, pixels to the right for each pixel up.",
        ),
        width=(
            _of(lambda xx, xy, yy: xx.sqrt()),
            "mirrored, it is to get just the negative.",
        ),
    ),
)
