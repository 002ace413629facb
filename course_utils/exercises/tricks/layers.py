"""Exercises of notebook 05 on what D sees of a batch: references, checks, known mistakes, hints."""

import torch

from ... import session
from ...tricks import closeness, swapped, virtual_batch_norm
from ..engine.fixtures import noise
from ..engine.tasks import Exercise


def _close(distance, per=lambda e: e.sum(1), less=1.0):
    """A wrong closeness, with another distance of two rows or another sum over the others."""
    return lambda M: per((-distance(M[:, None] - M[None])).exp()) - less


def _l1(d):
    return d.abs().sum(-1)


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
    mistakes=dict(
        itself=(
            _close(_l1, less=0.0),
            "each item counts itself, as in the paper: here j = i is left out, so subtract that 1.",
        ),
        euclidean=(
            _close(lambda d: (d.square().sum(-1) + 1e-12).sqrt()),
            "the paper takes the L1 norm, a sum of absolute values.",
        ),
        mean=(lambda M: closeness(M) / (len(M) - 1), "a sum over the others, not a mean."),
        mean_with_itself=(
            _close(_l1, per=lambda e: e.mean(1), less=0.0),
            "a sum over the others, not a mean.",
        ),
        distance=(lambda M: _l1(M[:, None] - M[None]).sum(1), "those are distances d; closeness is exp(−d)."),
        mean_over_n_dim=(_close(lambda d: d.abs().mean(-1)), "‖·‖₁ sums over n_dim, it does not average."),
    ),
)


def _batches():
    def case(B, n, *shape):
        items = torch.arange(B, device=session.device())
        x_fake, kept = noise(B, *shape), noise(n, B, *shape)
        return x_fake, kept, torch.randint(n, (B,), device=session.device()), items % 2 == 1

    return [case(6, 3, 2), case(4, 1, 2), case(5, 4, 1, 3, 3)]


def _seen(swap, x_fake, old):
    return torch.where(swap, old, x_fake)


def _put(swap, x_fake, old):
    return torch.where(swap, x_fake, old)


def _old(swap, x_fake, old):
    return old


def _new(swap, x_fake, old):
    return x_fake


def _swap(see, put):
    """A wrong exchange: what D sees, and what is put into `kept`."""

    def wrong(x_fake, kept, which, swap):
        place, swap = (
            torch.arange(len(x_fake), device=x_fake.device),
            swap.view(-1, *[1] * (x_fake.dim() - 1)),
        )
        old, kept = kept[which, place], kept.clone()
        kept[which, place] = put(swap, x_fake, old)
        return see(swap, x_fake, old), kept

    return wrong


Exercise(
    "05.6",
    "A replay buffer of old fakes",
    reference=swapped,
    cases=_batches,
    hints=(
        "place = torch.arange(len(x_fake)) and old = kept[which, place] are the partners of the items.",
        "torch.where(swap, old, x_fake) wants as many dimensions: swap.view(-1, *[1] * (x_fake.dim() - 1)).",
        "kept = kept.clone(); kept[which, place] = torch.where(swap, x_fake, old); "
        "return torch.where(swap, old, x_fake), kept",
    ),
    mistakes=dict(
        nothing_kept=(
            _swap(_seen, _old),
            "D sees the right items, but the new ones are not put into `kept`: it stays as it was.",
        ),
        all_kept=(_swap(_seen, _new), "only where `swap` is true may an item go into `kept`; others stay."),
        kept_not_returned=(
            lambda *arguments: _swap(_seen, _old)(*arguments)[0],
            "return two things: what D sees, and the new `kept`.",
        ),
        reversed=(_swap(_put, _seen), "the cases are exchanged: where `swap` is true, D sees the old one."),
        all_old=(_swap(_old, _put), "D would see old fakes only; where `swap` is false it sees the new one."),
    ),
)


def _activations():
    usual = [(noise(n, 4, grad=True), 2 + 3 * noise(m, 4, grad=True)) for n, m in ((1, 3), (5, 8))]
    constant = torch.ones(8, 4, device=session.device(), requires_grad=True)  # here the ε shows
    return [*usual, ((1 + 0.1 * noise(2, 4)).requires_grad_(), constant)]


def _normed(mean, var):
    return lambda a, a_ref: (a - mean(a, a_ref)) / (var(a, a_ref) + 1e-5).sqrt()


def _var(rows, unbiased=False):
    return rows.var(0, unbiased=unbiased)


def _own_variance(a, a_ref, unbiased=False):
    return torch.stack([_var(torch.cat([a_ref, row[None]]), unbiased) for row in a])


def _own_mean(a, a_ref):
    return (a + a_ref.sum(0)) / (len(a_ref) + 1)


Exercise(
    "05.7",
    "Virtual batch norm",
    reference=virtual_batch_norm,
    cases=_activations,
    hints=(
        "Each row is normalized over M + 1 rows: the reference, and itself. Each has its own mean.",
        "mean = (a + M * a_ref.mean(0)) / (M + 1), and the mean of the squares alike; "
        "variance = mean of squares − mean².",
        "(a - mean) / (square - mean.square() + 1e-5).sqrt()",
    ),
    mistakes=dict(
        as_on_deck_004=(
            _normed(lambda a, a_ref: a_ref.mean(0), lambda a, a_ref: _var(a_ref)),
            "that is the slide's form, by the reference alone; the paper adds the row at hand to it.",
        ),
        own_mean_only=(
            _normed(_own_mean, lambda a, a_ref: _var(a_ref)),
            "the mean is right; the row at hand belongs to the variance, too.",
        ),
        batch_norm=(
            _normed(lambda a, a_ref: a.mean(0), lambda a, a_ref: _var(a)),
            "that is ordinary batch norm: the reference is not used.",
        ),
        all_rows=(
            _normed(
                lambda a, a_ref: torch.cat([a_ref, a]).mean(0), lambda a, a_ref: _var(torch.cat([a_ref, a]))
            ),
            "each row may know the reference and itself, but not the other rows of its batch.",
        ),
        no_root=(
            lambda a, a_ref: (a - _own_mean(a, a_ref)) / (_own_variance(a, a_ref) + 1e-5),
            "divide by the standard deviation, the root of the variance.",
        ),
        eps_outside=(
            lambda a, a_ref: (a - _own_mean(a, a_ref)) / (_own_variance(a, a_ref).sqrt() + 1e-5),
            "nearly: the small number belongs under the root, beside the variance.",
        ),
        no_eps=(
            lambda a, a_ref: (a - _own_mean(a, a_ref)) / _own_variance(a, a_ref).sqrt(),
            "right where the activations vary; the small number is for those that hardly do.",
        ),
        unbiased=(
            _normed(_own_mean, lambda a, a_ref: _own_variance(a, a_ref, unbiased=True)),
            "batch norm divides by the number of rows, M + 1, not by one less.",
        ),
    ),
)

Exercise(
    "05.9",
    "A checkerboard",
    reference=4,
    why="In one dimension a kernel of 3 at stride 2 gives one pixel 2 contributions and the next 1; "
    "in two dimensions 4 and 1.",
    hints=(
        "First in one dimension: copies of the kernel, three wide, start at every second pixel.",
        "A pixel between two copies gets both of them, its neighbour one. In two dimensions, multiply.",
    ),
    mistakes=dict(
        one_dimension=(2, "that is right along one axis; a picture has two."),
        kernel_area=(9, "the kernel has nine weights; but how many copies overlap?"),
        ratio_of_sizes=(2.25, "that is the mean number of contributions, (3/2)²; pixels differ in it."),
        even=(1, "that would be no checkerboard: it is so where the stride divides the kernel."),
    ),
)
