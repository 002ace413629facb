"""Exercises of notebook 06 on transport itself: references, checks, known mistakes, hints."""

from functools import partial

import torch

from ...transport import emd_1d, lipschitz_constant
from ..engine.compare import unlike, value_and_gradients
from ..engine.fixtures import noise, numbers, uniform
from ..engine.tasks import Exercise


def _piles(n, spacing):
    return uniform(n).softmax(0), uniform(n).softmax(0), spacing


def _flows(total):
    """A wrong distance, from what passes at each gap."""
    return lambda u, v, spacing: spacing * total(u.cumsum(0) - v.cumsum(0))


Exercise(
    "06.1",
    "The earth mover's distance on a line",
    reference=emd_1d,
    cases=lambda: [
        *(_piles(n, spacing) for n, spacing in ((2, 1.0), (7, 1.0), (12, 0.5))),
        (numbers(0.0, 1, 0, 0, 0, 0), numbers(0.0, 0, 0, 0, 1, 0), 1.0),  # all of it three places right
        (numbers(0.5, 0, 0, 0, 0.5), numbers(0.0, 1, 0, 0, 0), 1.0),  # from both sides, more from the right
    ],
    hints=(
        "Stand at one border. How much dirt lies to your left, how much is wanted there? What has to pass "
        "you?",
        "To the left of the border behind place i lie u_1 + … + u_i, and v_1 + … + v_i are wanted: running "
        "sums, cumsum(0). What is too much there, or too little, must pass.",
        "spacing * (u.cumsum(0) - v.cumsum(0)).abs().sum()",
    ),
    mistakes=dict(
        bars=(
            lambda u, v, spacing: spacing * (u - v).abs().sum(),
            "that compares bar with bar, however far the dirt has to go: take the running sums first.",
        ),
        no_abs=(
            _flows(lambda flow: flow.sum()),
            "dirt that goes to the left cancels dirt that goes to the right: take absolute values.",
        ),
        squared=(
            _flows(lambda flow: flow.square().sum()),
            "that is Cramér's distance, the squares of what passes; work is its absolute value.",
        ),
        mean=(_flows(lambda flow: flow.abs().mean()), "the work of all gaps adds up: a sum, not a mean."),
        twice=(
            lambda u, v, spacing: spacing * emd_1d(u, v, spacing),
            "the spacing comes in once: a gap is one spacing wide.",
        ),
        no_spacing=(lambda u, v, spacing: emd_1d(u, v, 1.0), "right for spacing 1; multiply by it."),
        divided=(
            lambda u, v, spacing: emd_1d(u, v, 1.0) / spacing,
            "multiply by the spacing: twice as far is twice the work.",
        ),
        largest=(
            _flows(lambda flow: flow.abs().max()),
            "that is what passes at one gap, the busiest; the work is the sum over all gaps.",
        ),
        one_way=(
            _flows(lambda flow: flow.clamp(min=0).sum()),
            "that is the work of what goes to the right; what goes to the left is work, too.",
        ),
        of_the_means=(
            lambda u, v, spacing: spacing * ((u - v) * torch.arange(len(u), device=u.device)).sum().abs(),
            "that is how far the two means are apart: dirt that goes left and dirt that goes right cancel.",
        ),
    ),
)


CANCEL = "ways to the left cancel ways to the right: the size of each way first, then the mean."


def sliced_distance(a, b, directions):
    """How far two samples a, b (n, d) are apart, seen in `directions` (k, d) of length 1. → scalar"""
    shadow_a, shadow_b = ((points @ directions.T).sort(0).values for points in (a, b))
    return (shadow_a - shadow_b).abs().mean()


def _clouds(n, d, k):
    directions = noise(k, d)
    return noise(n, d), 2 * noise(n, d) + 1, directions / directions.norm(dim=1, keepdim=True)


def _shadows(total, pair=lambda s: s.sort(0).values):
    """A wrong sliced distance, from the projections of both, (n, k) each."""
    return lambda a, b, directions: total(pair(a @ directions.T), pair(b @ directions.T))


Exercise(
    "06.2",
    "Shadows on a line",
    reference=sliced_distance,
    cases=lambda: [_clouds(n, d, k) for n, d, k in ((1, 2, 1), (6, 2, 3), (20, 5, 8))],
    hints=(
        "The shadow of a point in a direction is one number, their scalar product: a @ directions.T has them "
        "all, (n, k).",
        "Take a line with two red and two blue points. Which pairing is cheapest? Which ways never need to "
        "cross?",
        "The smallest goes to the smallest, the next to the next: sort(0) both. Then the mean of the sizes "
        "of all differences.",
        "((a @ directions.T).sort(0).values - (b @ directions.T).sort(0).values).abs().mean()",
    ),
    mistakes=dict(
        not_sorted=(
            _shadows(lambda s, t: (s - t).abs().mean(), pair=lambda s: s),
            "point i of one sample is paired with point i of the other, whatever they are: which pairing is "
            "the cheapest on a line?",
        ),
        along_directions=(
            _shadows(lambda s, t: (s - t).abs().mean(), pair=lambda s: s.sort(1).values),
            "the points of one direction are to be paired; that pairs directions: the other axis.",
        ),
        sorted_before=(
            lambda a, b, directions: ((a.sort(0).values - b.sort(0).values) @ directions.T).abs().mean(),
            "project first: in each direction another pairing is the cheapest.",
        ),
        means=(
            _shadows(lambda s, t: (s.mean(0) - t.mean(0)).abs().mean()),
            "that sees the means only: two clouds around one centre, one wide, one narrow, would be at 0.",
        ),
        squared=(
            _shadows(lambda s, t: (s - t).square().mean()),
            "that is for the cost (x − y)²; here it is |x − y|.",
        ),
        signed=(_shadows(lambda s, t: (s - t).mean()), CANCEL),
        size_at_last=(_shadows(lambda s, t: (s - t).mean().abs()), CANCEL),
        sum=(_shadows(lambda s, t: (s - t).abs().sum()), "a mean over points and over directions, no sum."),
        sum_of_directions=(
            _shadows(lambda s, t: (s - t).abs().mean(0).sum()),
            "the directions are averaged, too: more of them make no distance larger.",
        ),
        sum_of_points=(
            _shadows(lambda s, t: (s - t).abs().sum(0).mean()),
            "each point carries 1/n of the dirt: a mean over the points.",
        ),
        farthest=(
            _shadows(lambda s, t: (s - t).abs().mean(0).max()),
            "that is the direction in which they are farthest apart (max-sliced); here it is the average.",
        ),
        norm=(
            _shadows(lambda s, t: (s - t).norm(dim=1).mean()),
            "each direction is a line by itself: no norm across directions.",
        ),
    ),
)


def _ways(x, metric=torch.cdist):
    """The distances of all places; 1 instead of the 0 to itself."""
    return metric(x, x) + torch.eye(len(x), device=x.device)


def _rises(f):
    return (f[:, None] - f[None]).abs()


Exercise(
    "06.3",
    "The least K",
    reference=lipschitz_constant,
    cases=lambda: [(noise(n).cumsum(0), 3 * noise(n, d)) for n, d in ((2, 1), (7, 1), (12, 3))],
    hints=(
        "One pair of places alone: which K does it ask for? And all pairs together? Does what lies between "
        "them ask for more?",
        "It does not: min over i of f_i + K ‖y − x_i‖ runs through all the values. So, pair by pair: how far "
        "apart are the values, how far the places? The largest ratio.",
        "(f[:, None] - f[None]).abs() and torch.cdist(x, x) are (n, n); a place with itself gives 0/0.",
        "rise = (f[:, None] - f[None]).abs(); way = torch.cdist(x, x) + torch.eye(len(x), device=x.device); "
        "return (rise / way).max()",
    ),
    mistakes=dict(
        signed_mean=(
            lambda f, x: ((f[:, None] - f[None]) / _ways(x)).mean(),
            "rises and falls cancel: it is the largest ratio, not the mean.",
        ),
        mean=(
            lambda f, x: (_rises(f) / _ways(x)).mean(),
            "the bound holds for *every* pair: take the largest ratio, not the mean.",
        ),
        neighbours=(
            lambda f, x: (f[1:] - f[:-1]).abs().div((x[1:] - x[:-1]).norm(dim=1)).max(),
            "those are neighbours in the list only; compare each place with each.",
        ),
        rise_only=(lambda f, x: _rises(f).max(), "divide each rise by how far apart the two places are."),
        sums_of_sides=(
            lambda f, x: (_rises(f) / _ways(x, partial(torch.cdist, p=1))).max(),
            "‖x_i − x_j‖ is the root of the sum of squares, not the sum of sides: torch.cdist has it.",
        ),
        extremes=(
            lambda f, x: (f.max() - f.min()) / torch.cdist(x, x).max(),
            "the largest rise over the largest way is not the largest ratio: divide pair by pair.",
        ),
        upside_down=(
            lambda f, x: (torch.cdist(x, x) / (_rises(f) + torch.eye(len(x), device=x.device))).max(),
            "upside down: rise over way.",
        ),
        size=(lambda f, x: f.abs().max(), "that is how *large* f is; asked is how steep."),
        nan=(
            lambda f, x: (_rises(f) / torch.cdist(x, x)).max(),
            "a place with itself gives 0/0: leave those pairs out.",
        ),
    ),
)

Exercise(
    "06.4",
    "Name the prices",
    reference=(0.0, -1.0, 1.0, 0.0),
    why="Dirt moves from 0 to 1, from 3 to 1 and from 3 to 4, and along these ways f falls by as much as it "
    "may: f(0) − f(1) = 1, f(3) − f(1) = 2, f(3) − f(4) = 1. It earns 1.25, what the cheapest plan costs.",
    hints=(
        "Where does the cheapest plan take the dirt? You earn f(x) − f(y) on each unit that goes from x to "
        "y.",
        "At most |x − y| can be earned on a way, so earn just that on all three ways: 0 → 1, 3 → 1, 3 → 4.",
        "f(0) = 0; f(1) = f(0) − 1; f(3) = f(1) + 2; f(4) = f(3) − 1.",
    ),
    mistakes=dict(
        turned=(
            (0.0, 1.0, -1.0, 0.0),
            "upside down: you are paid f(x) where dirt is picked up, so f is high there.",
        ),
        no_distance=(
            (0.0, -1.0, 0.0, -1.0),
            "you allow a difference of 1 between any two places; between 1 and 3 it may be 2.",
        ),
        sides=(
            (0.0, -2.0, 0.0, -2.0),
            "that is |f| ≤ 1, as if the size were bounded: f(0) − f(1) = 2, and the way is 1 long. Nobody "
            "would pay that.",
        ),
        all_down=(
            (0.0, -1.0, -3.0, -4.0),
            "f falls all the way, as if all dirt went right: a quarter goes from 3 to 1.",
        ),
        all_up=((0.0, 1.0, 3.0, 4.0), "f rises all the way, as if all dirt went left."),
        too_steep=(
            (0.0, -1.0, 2.0, 1.0),
            "f(3) − f(1) = 3, but the way from 3 to 1 is 2 long: your customer would rather carry it.",
        ),
        histogram=((0.0, -0.75, 0.5, -0.25), "that compares bars; prices are asked."),
    ),
)


def potential_on_a_line(u, v, spacing=1.0):
    """The best prices f (n,) for moving histogram u to v, (n,) each, over evenly spaced places. → f (n,)"""
    slope = (v.cumsum(0) - u.cumsum(0)).sign()[:-1]
    return spacing * torch.cat([slope.new_zeros(1), slope.cumsum(0)])


def _up_to_a_constant(fn, arguments):
    f = fn(*arguments)
    if not isinstance(f, torch.Tensor):
        return value_and_gradients(lambda: f, ())
    if unlike(f, arguments[0]):  # another shape, or a tensor that is nowhere
        return (f.detach(),)
    return (f.detach() - f.detach().mean(),)


def _prices(slopes, keep=slice(None, -1)):
    """Wrong prices, from the slope at each gap."""

    def wrong(u, v, spacing=1.0):
        slope = slopes(u, v)[keep]
        return spacing * torch.cat([slope.new_zeros(1), slope.cumsum(0)])

    return wrong


def _short(u, v):
    return (v.cumsum(0) - u.cumsum(0)).sign()


Exercise(
    "06.5",
    "Prices without a program",
    reference=potential_on_a_line,
    cases=lambda: [_piles(n, spacing) for n, spacing in ((2, 1.0), (7, 1.0), (12, 0.5))],
    outcome=_up_to_a_constant,
    hints=(
        "Two places first: u = (1, 0), v = (0, 1). Dirt crosses the gap to the right; how should f go there?",
        "U_i and V_i are what lies and what is wanted left of gap i (06.1). The gain is the sum over the "
        "gaps of (U_i − V_i) · (f_i − f_{i+1}): choose each difference by itself, as large as allowed.",
        "f_{i+1} − f_i is −spacing where U_i > V_i, +spacing where U_i < V_i: a sign. Then add the "
        "differences up, from any first value.",
        "slope = (v.cumsum(0) - u.cumsum(0)).sign()[:-1]; return spacing * torch.cat([slope.new_zeros(1), "
        "slope.cumsum(0)])",
    ),
    mistakes=dict(
        turned=(
            _prices(lambda u, v: -_short(u, v)),
            "upside down: it *loses* what it should earn. Where dirt moves right, f falls.",
        ),
        bars=(
            _prices(lambda u, v: (v - u).sign()),
            "the slope at a gap depends on all that lies left of it, not on one bar: running sums.",
        ),
        no_sign=(
            _prices(lambda u, v: v.cumsum(0) - u.cumsum(0)),
            "each slope is to be as steep as allowed, ±1: you took how *much* passes, its sign is enough.",
        ),
        all_down=(
            _prices(lambda u, v: -torch.ones_like(u)),
            "f falls all the way, as if all dirt went right.",
        ),
        slopes_only=(
            lambda u, v, spacing=1.0: spacing * _short(u, v),
            "those are the slopes; f itself is their running sum.",
        ),
        size_of_1=(
            lambda u, v, spacing=1.0: (u - v).sign(),
            "that is the best f of *size* at most 1; the steepness is bounded.",
        ),
        no_spacing=(
            lambda u, v, spacing=1.0: potential_on_a_line(u, v, 1.0),
            "right for spacing 1: between neighbours f may change by the spacing.",
        ),
        one_late=(
            lambda u, v, spacing=1.0: spacing * _short(u, v).cumsum(0),
            "one gap late: the slope *behind* place i changes f from i to i + 1; begin with any number.",
        ),
        from_the_right=(
            lambda u, v, spacing=1.0: potential_on_a_line(u.flip(0), v.flip(0), spacing),
            "its order is reversed: the last price comes first.",
        ),
    ),
)
