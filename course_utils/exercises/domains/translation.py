"""Notebook 13, sections 3 and 4: two domains without pairs."""

from types import SimpleNamespace

import torch
from torch.nn.functional import max_pool2d

from ...data import hollow
from ...losses import discriminator_loss, non_saturating, r1_penalty
from ...steps import cyclegan_step
from ...train import descend
from ..engine.fixtures import after_updates, named, noise, plain_descent, small_net, uniform
from ..engine.tasks import Exercise

Exercise(
    "13.8",
    "A dictionary without examples",
    reference=4,
    hints=(
        "The judges are the best there are: which frequencies must the kinds have that AB draws, if none of "
        "them shall notice?",
        "AB is a table: all images of a kind become one kind. Five kinds must be drawn, each with its "
        "frequency: can two kinds of A become the same kind of B?",
        "Only kinds of equal frequency can be exchanged: the two with 20 %, the two with 10 %. And BA has "
        "then no choice.",
    ),
    mistakes=dict(
        all_orders=(120, "that is all dictionaries; most give kinds a frequency that D_B has never seen."),
        one=(1, "the truth is one of them; which other ones does no loss tell from it?"),
        added=(3, "2 and 2 orders, chosen independently: how many together?"),
        twice=(2, "both pairs of equally frequent kinds can be exchanged, each for itself."),
        both_ways=(16, "the cycle ties BA to AB: once AB is chosen, there is one BA."),
        pairs=(8, "only kinds of the same frequency can be exchanged: 40 % stays 40 %."),
    ),
    why="2 · 2: exchanges of equally frequent kinds. Of ten equally frequent digits there are 10! = "
    "3,628,800. Nothing in the losses is larger for the wrong ones.",
)


def _of(change):
    """A redrawing by max pooling; change(x, pool) with pool(x, size) the largest around."""
    return lambda x: change(x, lambda v, size=3: max_pool2d(v, size, stride=1, padding=size // 2))


def _four_neighbours(x):
    pad = torch.nn.functional.pad(x, (1, 1, 1, 1), value=-1.0)
    up, down = pad[..., :-2, 1:-1], pad[..., 2:, 1:-1]
    left, right = pad[..., 1:-1, :-2], pad[..., 1:-1, 2:]
    return torch.stack([x, up, down, left, right]).amax(0) - x - 1


def _zero_border(x):
    pad = torch.nn.functional.pad(x, (1, 1, 1, 1), value=0.0)
    return pad.unfold(2, 3, 1).unfold(3, 3, 1).amax((-1, -2)) - x - 1


def _round_the_edge(x):
    moved = [x.roll((i, j), (2, 3)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return torch.stack(moved).amax(0) - x - 1


def _drawings():
    def case(n, h, w):
        x = 2 * uniform(n, 1, h, w).clamp(0.3, 0.7) * 2.5 - 2.5
        return (x.clamp(-1, 1),)

    blank = -torch.ones_like(noise(1, 1, 5, 5))
    dot = blank.clone()
    dot[0, 0, 2, 2] = 1
    corner = blank.clone()
    corner[0, 0, 0, 4] = 1
    pale = (dot - 1) / 2  # no image need have full black
    return [(dot,), (corner,), (blank,), (pale,), case(1, 6, 5), case(7, 28, 28)]


Exercise(
    "13.6",
    "Hollow strokes",
    reference=hollow,
    cases=_drawings,
    hints=(
        "For a pixel of paper beside black ink: the darkest of the nine is 1, the pixel itself −1. For a "
        "pixel in the middle of a stroke: 1 and 1. Far from any stroke: −1 and −1.",
        "The darkest of nine pixels is a maximum, since ink is 1: max_pool2d with size 3, stride 1, padding "
        "1.",
        "How much darker: between 0 and 2. White is −1, black is 1: subtract 1.",
    ),
    mistakes=dict(
        no_shift=(
            _of(lambda x, pool: pool(x) - x),
            "it is between 0 and 2: where nothing is darker, the paper is to be white, −1.",
        ),
        four=(_four_neighbours, "only four neighbours count; there are eight, the diagonal ones, too."),
        zero_border=(
            _zero_border,
            "beyond the edge of the sheet it sees grey (0, as conv2d pads): there is nothing there.",
        ),
        round_the_edge=(_round_the_edge, "what is beyond one edge is not what is at the opposite edge."),
        inner=(
            _of(lambda x, pool: x + pool(-x) - 1),
            "that is the *inner* edge, the ink that touches paper: lightest of nine in place of the darkest.",
        ),
        both=(
            _of(lambda x, pool: pool(x) + pool(-x) - 1),
            "that is darkest less lightest of nine: the edge on both sides. Less the pixel itself.",
        ),
        bold=(_of(lambda x, pool: pool(x)), "that makes strokes bold; what is ink already is to be white."),
        turned=(_of(lambda x, pool: 1 - pool(x) + x), "in negative: white strokes on black paper."),
        wide=(_of(lambda x, pool: pool(x, 5) - x - 1), "the eight pixels around: 3 × 3, not 5 × 5."),
        half=(
            _of(lambda x, pool: (pool(x) - x) / 2),
            "its values are between 0 and 1; images are in [−1, 1].",
        ),
    ),
)

# ── the step ─────────────────────────────────────────────────────────────────────────────────────


class Pairs:
    """Batches of two domains: at each call the next ones, the same for every answer."""

    def __init__(self, a, b):
        self.a, self.b, self.n_dealt = a, b, 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n_dealt += 1
        i = (self.n_dealt - 1) % len(self.a)
        return self.a[i], self.b[i]


def step_with(
    cut=lambda fake: fake,
    judged=lambda D_A, D_B: (D_A, D_B),
    cycle=None,
    fakes=lambda fake: fake.detach(),
    D_sign=1,
    G_sign=1,
    weight=lambda cycle_weight: cycle_weight,
    update_D=True,
    update_G=True,
    penalty=True,
):
    """The step with one thing otherwise: what passes on to the way back, who judges, what is compared."""

    def usual(AB, BA, a, b, fake_a, fake_b):
        return (BA(cut(fake_b)) - a).abs().mean() + (AB(cut(fake_a)) - b).abs().mean()

    def wrong(batches, *, AB, BA, D_A, D_B, opt, cycle_weight=10.0, r1_weight=1.0):
        a, b = next(batches)
        fake_b, fake_a = AB(a), BA(b)
        J_A, J_B = judged(D_A, D_B)
        L_D = discriminator_loss(D_A(a), J_A(fakes(fake_a))) + discriminator_loss(D_B(b), J_B(fakes(fake_b)))
        few = len(a) // 4 or 1
        r1 = r1_penalty(D_A, a[:few]) + r1_penalty(D_B, b[:few])
        if update_D:
            descend(D_sign * (L_D + (r1_weight / 2 * r1 if penalty else 0)), opt.D)
        L_G = non_saturating(J_A(fake_a)) + non_saturating(J_B(fake_b))
        L_cycle = (cycle or usual)(AB, BA, a, b, fake_a, fake_b)
        if update_G:
            descend(G_sign * L_G + weight(cycle_weight) * L_cycle, opt.G)
        return dict(L_D=L_D, L_G=L_G, L_cycle=L_cycle)

    return wrong


def _games():
    def case(n, cycle_weight):
        nets = [small_net(4, 5, 4), small_net(4, 5, 4), small_net(4, 5, 1), small_net(4, 5, 1)]
        return Pairs(noise(3, n, 4), 1 + 0.5 * noise(3, n, 4)), *nets, cycle_weight

    return [case(1, 10.0), case(8, 1.0), case(5, 0.0)]


def _after_two(fn, arguments):
    batches, AB, BA, D_A, D_B, cycle_weight = arguments
    opt = SimpleNamespace(G=plain_descent(AB, BA), D=plain_descent(D_A, D_B))

    def update():
        return fn(batches, AB=AB, BA=BA, D_A=D_A, D_B=D_B, opt=opt, cycle_weight=cycle_weight)

    return after_updates(update, told=named("L_D", "L_G", "L_cycle"), D_A=D_A, D_B=D_B, AB=AB, BA=BA)


STILL_CUT = "one round trip is still cut, the other is not: where else is a fake detached?"


def _one_still_cut(AB, BA, a, b, fake_a, fake_b):
    return (BA(fake_b) - a).abs().mean() + (AB(fake_a.detach()) - b).abs().mean()


def _other_still_cut(AB, BA, a, b, fake_a, fake_b):
    return (BA(fake_b.detach()) - a).abs().mean() + (AB(fake_a) - b).abs().mean()


def _one_way(AB, BA, a, b, fake_a, fake_b):
    return (BA(fake_b) - a).abs().mean()


def _wrong_target(AB, BA, a, b, fake_a, fake_b):
    return (BA(fake_b) - fake_a).abs().mean() + (AB(fake_a) - fake_b).abs().mean()


def _other_domain(AB, BA, a, b, fake_a, fake_b):
    return (BA(fake_b) - b).abs().mean() + (AB(fake_a) - a).abs().mean()


def _same_again(AB, BA, a, b, fake_a, fake_b):
    return (AB(fake_b) - a).abs().mean() + (BA(fake_a) - b).abs().mean()


def _squared(AB, BA, a, b, fake_a, fake_b):
    return (BA(fake_b) - a).square().mean() + (AB(fake_a) - b).square().mean()


def _unmoved(AB, BA, a, b, fake_a, fake_b):
    return (fake_b - a).abs().mean() + (fake_a - b).abs().mean()


Exercise(
    "13.7",
    "Come back, whatever you were",
    kind="debug",
    reference=cyclegan_step,
    cases=_games,
    outcome=_after_two,
    hints=(
        "L_cycle falls, so somebody learns it. Two networks take part in each round trip: which of the two "
        "can learn from it here?",
        "The first one would have to learn to draw so that its drawing can be undone. Follow the gradient of "
        "BA(…) − a back into AB: where does it end?",
        "`.detach()` belongs where D judges, so that D's update leaves the generators alone. In the cycle "
        "the fakes are to keep their gradient.",
    ),
    mistakes=dict(
        given=(step_with(cut=lambda fake: fake.detach()), ""),
        one_still_cut=(step_with(cycle=_one_still_cut), STILL_CUT),
        other_still_cut=(step_with(cycle=_other_still_cut), STILL_CUT),
        judges_exchanged=(
            step_with(judged=lambda D_A, D_B: (D_B, D_A)),
            "a fake is judged by the discriminator of its own domain: BA(b) is to look like A.",
        ),
        one_way=(step_with(cycle=_one_way), "two round trips: from A to A, and from B to B."),
        wrong_target=(
            step_with(cycle=_wrong_target),
            "a round trip is to end where it began: compare BA(AB(a)) with a, not with another fake.",
        ),
        other_domain=(
            step_with(cycle=_other_domain),
            "a and b are no pair: BA(AB(a)) is to be a, and has nothing to do with b.",
        ),
        same_again=(step_with(cycle=_same_again), "AB after AB is no way back: AB goes from A to B."),
        squared=(step_with(cycle=_squared), "the cycle counts absolute differences here, not their squares."),
        no_way_back=(
            step_with(cycle=_unmoved),
            "that compares a with its own translation, as if both domains were one; the way back is missing.",
        ),
        no_cycle=(step_with(weight=lambda cycle_weight: 0), "cycle_weight is not used: that is a GAN alone."),
        always_10=(step_with(weight=lambda cycle_weight: 10.0), "the weight is cycle_weight, not always 10."),
        D_up=(step_with(D_sign=-1), "the discriminators learn the wrong way: the sign of L_D is turned."),
        G_up=(step_with(G_sign=-1), "the generators want to be taken for real: the sign of L_G is turned."),
        no_D=(step_with(update_D=False), "the discriminators never learn."),
        no_G=(step_with(update_G=False), "the generators never learn."),
        no_penalty=(step_with(penalty=False), "R1 has gone: it belongs to the update of the discriminators."),
    ),
)

Exercise(
    "13.10",
    "Black stays black",
    reference=0.25,
    hints=(
        "Two wishes for the value that AB gives to a black pixel, +1. In A, where it is ink, it is to become "
        "−1; in B, where it is paper, the identity loss wants it to stay +1. How often is each wish heard?",
        "Let AB make v of +1, v between −1 and 1. Write the loss of all black pixels as a function of v, "
        "with weights 0.2 and 0.8 · k.",
        "0.2 · (v + 1) + 0.8 · k · (1 − v) is linear in v: at which k does its slope change its sign?",
    ),
    mistakes=dict(
        equal=(1.0, "that would be so if black were as frequent in A as in B."),
        white=(4.0, "that is the k from which *white* stays white: rare in B, frequent in A."),
        share=(0.2, "that is how often black is met in A; how often in B?"),
        four_fifths=(0.8, "that is how often black is met in B; both frequencies count, and k."),
        never=(0.0, "with k = 0 nothing speaks for black staying black."),
        half=(0.5, "the slope in v is 0.2 − 0.8 k: where is it 0?"),
    ),
    why="0.2 (v + 1) + 0.8 k (1 − v) has the slope 0.2 − 0.8 k. A wish for sameness that weighs a quarter of "
    "the real one wins, because the paper of B is black nearly everywhere.",
)
