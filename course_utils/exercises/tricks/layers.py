"""Exercises of notebook 05 on what looks across a batch, or remembers one: references, checks, known mistakes, hints."""

import torch

from ... import session
from ...tricks import closeness, swapped, virtual_batch_norm
from ..core import Exercise, Mistake
from ..parts import noise


def _close(distance, per=lambda e: e.sum(1), less=1.0):
    def wrong(M):
        return per((-distance(M[:, None] - M[None])).exp()) - less

    return wrong


Exercise(
    "05.4",
    "How alike is a batch?",
    reference=closeness,
    cases=lambda: [(noise(n, 3, 2, grad=True),) for n in (2, 7)],
    hints=(
        "M[:, None] - M[None] has all differences, (B, B, n_out, n_dim).",
        "‖·‖₁ is .abs().sum(-1); then exp(−·), and a sum over the others.",
        "(-(M[:, None] - M[None]).abs().sum(-1)).exp().sum(1) - 1",
    ),
    mistakes={
        "itself": Mistake(
            _close(lambda d: d.abs().sum(-1), less=0.0),
            "each item counts itself, at distance 0, as in the paper's sum: here j = i is left out, so subtract that 1.",
        ),
        "euclidean": Mistake(
            _close(lambda d: (d.square().sum(-1) + 1e-12).sqrt()),
            "the paper takes the L1 norm, a sum of absolute values.",
        ),
        "mean": Mistake(
            lambda M: (_close(lambda d: d.abs().sum(-1))(M)) / (len(M) - 1),
            "a sum over the others, not a mean.",
        ),
        "mean_with_itself": Mistake(
            _close(lambda d: d.abs().sum(-1), per=lambda e: e.mean(1), less=0.0),
            "a sum over the others, not a mean over all.",
        ),
        "distance": Mistake(
            lambda M: (M[:, None] - M[None]).abs().sum(-1).sum(1),
            "that is how *far* they are; closeness is exp(−distance).",
        ),
        "mean_over_n_dim": Mistake(
            _close(lambda d: d.abs().mean(-1)), "‖·‖₁ sums over n_dim, it does not average."
        ),
    },
)


def _memories():
    def case(B, n, *shape):
        x_fake, kept = noise(B, *shape), noise(n, B, *shape)
        which = torch.randint(n, (B,), device=session.device())
        return x_fake, kept, which, torch.arange(B, device=session.device()) % 2 == 1

    return [case(6, 3, 2), case(4, 1, 2), case(5, 4, 1, 3, 3)]


def _swap_wrongly(seen, put):
    def wrong(x_fake, kept, which, swap):
        place, swap = (
            torch.arange(len(x_fake), device=x_fake.device),
            swap.view(-1, *[1] * (x_fake.dim() - 1)),
        )
        old, kept = kept[which, place], kept.clone()
        kept[which, place] = put(swap, x_fake, old)
        return seen(swap, x_fake, old), kept

    return wrong


def _right(swap, x_fake, old):
    return torch.where(swap, old, x_fake)


Exercise(
    "05.6",
    "A memory of old fakes",
    reference=swapped,
    cases=_memories,
    hints=(
        "place = torch.arange(len(x_fake)) and old = kept[which, place] are the partners of the items.",
        "torch.where(swap, old, x_fake) wants swap with as many dimensions: swap.view(-1, *[1] * (x_fake.dim() - 1)).",
        "kept = kept.clone(); kept[which, place] = torch.where(swap, x_fake, old); return torch.where(swap, old, x_fake), kept",
    ),
    mistakes={
        "nothing_kept": Mistake(
            _swap_wrongly(_right, lambda swap, x_fake, old: old),
            "D sees the right items, but the new ones are not put into `kept`: it would forever hold the first fakes.",
        ),
        "all_kept": Mistake(
            _swap_wrongly(_right, lambda swap, x_fake, old: x_fake),
            "only where `swap` is true may the newcomer go into `kept`; the others stay.",
        ),
        "kept_not_returned": Mistake(
            lambda *memory: _swap_wrongly(_right, lambda swap, x_fake, old: old)(*memory)[0],
            "return two things: what D sees, and the new `kept`.",
        ),
        "reversed": Mistake(
            _swap_wrongly(
                lambda swap, x_fake, old: torch.where(swap, x_fake, old),
                lambda swap, x_fake, old: torch.where(swap, old, x_fake),
            ),
            "the two cases are exchanged: where `swap` is true, D sees the old one.",
        ),
        "all_old": Mistake(
            _swap_wrongly(
                lambda swap, x_fake, old: old, lambda swap, x_fake, old: torch.where(swap, x_fake, old)
            ),
            "D would see old fakes only; where `swap` is false it sees the new one.",
        ),
    },
)


def _activations():
    usual = [(noise(n, 4, grad=True), 2 + 3 * noise(m, 4, grad=True)) for n, m in ((1, 3), (5, 8))]
    still = torch.ones(8, 4, device=session.device(), requires_grad=True)  # here the ε shows
    return [*usual, ((1 + 0.1 * noise(2, 4)).requires_grad_(), still)]


def _normed(mean, var):
    def wrong(a, a_ref):
        return (a - mean(a, a_ref)) / (var(a, a_ref) + 1e-5).sqrt()

    return wrong


def _own_variance(a, a_ref, unbiased=False):
    each = [torch.cat([a_ref, row[None]]).var(0, unbiased=unbiased) for row in a]
    return torch.stack(each)


def _own_mean(a, a_ref):
    return (a + a_ref.sum(0)) / (len(a_ref) + 1)


Exercise(
    "05.7",
    "Virtual batch norm",
    reference=virtual_batch_norm,
    cases=_activations,
    hints=(
        "Each row is normalized over M + 1 rows: the reference, and itself. So the mean is another one for each row.",
        "mean = (a + M * a_ref.mean(0)) / (M + 1), and the mean of the squares alike; variance = mean of squares − mean².",
        "(a - mean) / (square - mean.square() + 1e-5).sqrt()",
    ),
    mistakes={
        "as_on_deck_004": Mistake(
            _normed(lambda a, a_ref: a_ref.mean(0), lambda a, a_ref: a_ref.var(0, unbiased=False)),
            "that is the slide's form, by the reference alone; the paper adds the row at hand to it.",
        ),
        "own_mean_only": Mistake(
            _normed(_own_mean, lambda a, a_ref: a_ref.var(0, unbiased=False)),
            "the mean is right; the row at hand belongs to the variance, too.",
        ),
        "batch_norm": Mistake(
            _normed(lambda a, a_ref: a.mean(0), lambda a, a_ref: a.var(0, unbiased=False)),
            "that is ordinary batch norm: the reference is not used.",
        ),
        "all_rows": Mistake(
            _normed(
                lambda a, a_ref: torch.cat([a_ref, a]).mean(0),
                lambda a, a_ref: torch.cat([a_ref, a]).var(0, unbiased=False),
            ),
            "each row may know the reference and itself, but not the other rows of its batch.",
        ),
        "no_root": Mistake(
            lambda a, a_ref: (a - _own_mean(a, a_ref)) / (_own_variance(a, a_ref) + 1e-5),
            "divide by the standard deviation, the root of the variance.",
        ),
        "eps_outside": Mistake(
            lambda a, a_ref: (a - _own_mean(a, a_ref)) / (_own_variance(a, a_ref).sqrt() + 1e-5),
            "nearly: the small number belongs under the root, beside the variance.",
        ),
        "no_eps": Mistake(
            lambda a, a_ref: (a - _own_mean(a, a_ref)) / _own_variance(a, a_ref).sqrt(),
            "right where the activations vary; the small number under the root is for those that hardly do.",
        ),
        "unbiased": Mistake(
            _normed(_own_mean, lambda a, a_ref: _own_variance(a, a_ref, unbiased=True)),
            "batch norm divides by the number of rows, M + 1, not by one less.",
        ),
    },
)


Exercise(
    "05.9",
    "A checkerboard",
    reference=4,
    why="In one dimension a kernel of 3 at stride 2 gives one pixel 2 contributions and the next 1; in two dimensions 4 and 1.",
    hints=(
        "First in one dimension: copies of the kernel, three wide, start at every second pixel.",
        "A pixel between two copies gets both of them, its neighbour one. In two dimensions, multiply.",
    ),
    mistakes={
        "one_dimension": Mistake(2, "that is right along one axis; a picture has two."),
        "kernel_area": Mistake(9, "nine weights has the kernel; but how many copies overlap?"),
        "ratio_of_sizes": Mistake(
            2.25, "that is the mean number of contributions, (3/2)²; it is not the same everywhere."
        ),
        "even": Mistake(1, "that would be no checkerboard: it is so where the stride divides the kernel."),
    },
)
