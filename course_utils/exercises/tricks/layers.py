"""Exercises of notebook 05 on layers and on what D sees of a batch: references, checks, mistakes, hints."""

import torch

from ... import session
from ...tricks import closeness, swapped, virtual_batch_norm
from ..engine.fixtures import noise
from ..engine.tasks import Exercise


def n_different(M):
    """How many different items a batch holds, in n_out ways. M (B, n_out, n_dim) → (n_out,)"""
    return (1 / (1 + closeness(M))).sum(0)  # a group of twins shares a 1


def _l1(d):
    return d.abs().sum(-1)


def _counted(distance=_l1, per=lambda e: e.sum(1) - 1, share=lambda c: 1 / (1 + c)):
    """A wrong count, with another distance, another sum over the others or another share of an item."""
    return lambda M: share(per((-distance(M[:, None] - M[None])).exp())).sum(0)


def _twins():
    rows = noise(3, 3, 2)[torch.tensor([0, 1, 1, 2, 2, 2], device=session.device())]  # groups of 1, 2 and 3
    return rows * 50


Exercise(
    "05.4",
    "How many different items?",
    reference=n_different,
    cases=lambda: [*[(noise(n, 3, 2),) for n in (2, 7)], (_twins(),)],
    hints=(
        "Closeness first: M[:, None] - M[None] has all differences, (B, B, n_out, n_dim); the L1 distance d "
        "is .abs().sum(-1). An item meets itself, too, at the distance 0.",
        "A group of k twins: each has the closeness c = k − 1, and together they shall count 1. So what is "
        "the share of one?",
        "1 / k, that is 1 / (1 + c), added up over the items: 1 / (-(M[:, None] - "
        "M[None]).abs().sum(-1)).exp().sum(1), then .sum(0).",
    ),
    mistakes=dict(
        itself_twice=(
            _counted(per=lambda e: e.sum(1)),
            "each item counts itself in its closeness, and once more in the 1 that is added.",
        ),
        no_one=(
            _counted(share=lambda c: 1 / c),
            "an item that nobody is like has the closeness 0, and is one item: its share is to be 1.",
        ),
        closeness_itself=(
            lambda M: closeness(M),
            "that is each item's closeness; asked is one number for each output.",
        ),
        total_closeness=(
            _counted(share=lambda c: c),
            "that is how alike they are, all together: 0 if all differ.",
        ),
        less_the_pairs=(
            _counted(share=lambda c: 1 - c / 2),
            "right for twins; but of three alike each has the closeness 2, and together they shall count 1.",
        ),
        exponential=(
            _counted(share=lambda c: (-c).exp()),
            "two twins would count 2/e: which share of c gives two twins ½ each, three a third each?",
        ),
        strangers=(
            _counted(per=lambda e: e.mean(1), share=lambda c: 1 - c),
            "that is how many others an item is unlike, on average; three groups of one size count 3.",
        ),
        of_the_mean=(
            lambda M: len(M) / (1 + closeness(M).mean(0)),
            "right for groups of one size; for others each item needs its own share, before the sum.",
        ),
        mean=(
            lambda M: n_different(M) / len(M),
            "that is the share of different ones; asked is how many.",
        ),
        mean_over_the_others=(
            lambda M: (1 / (1 + closeness(M) / (len(M) - 1))).sum(0),
            "closeness is a sum over the others, not a mean.",
        ),
        mean_with_itself=(
            _counted(per=lambda e: e.mean(1), share=lambda c: 1 / c),
            "closeness is a sum over the others, not a mean.",
        ),
        euclidean=(
            _counted(lambda d: (d.square().sum(-1) + 1e-12).sqrt()),
            "here a distance is the L1 norm, a sum of absolute values.",
        ),
        squares=(
            _counted(lambda d: d.square().sum(-1)),
            "those are squared distances; the L1 distance is a sum of absolute values.",
        ),
        growing=(
            _counted(lambda d: -_l1(d)),
            "exp(+d) grows with the distance: strangers would count most.",
        ),
        mean_over_n_dim=(
            _counted(lambda d: d.abs().mean(-1)),
            "‖·‖₁ sums over n_dim, it does not average.",
        ),
    ),
)


def _batches():
    def case(B, n, *shape):
        items = torch.arange(B, device=session.device())
        x_fake, kept = noise(B, *shape), noise(n, B, *shape)
        return x_fake, kept, torch.randint(n, (B,), device=session.device()), items % 2 == 1

    return [case(6, 3, 2), case(4, 1, 2), case(5, 4, 1, 3, 3)]


def written_into_a_copy(x_fake, kept, which, swap):
    """The code to debug: what is picked by two index tensors is a copy."""
    place = torch.arange(len(x_fake), device=x_fake.device)
    kept, seen = kept.clone(), x_fake.clone()
    seen[swap] = kept[which, place][swap]  # an old one in place of the new
    kept[which, place][swap] = x_fake[swap]  # and the new one into its place
    return seen, kept


def _where(swap, x_fake):
    return swap.view(-1, *[1] * (x_fake.dim() - 1))


def _swap(see, put):
    """A wrong exchange: what D sees, and what is put into `kept`, from (swap, x_fake, old)."""

    def wrong(x_fake, kept, which, swap):
        place, swap = torch.arange(len(x_fake), device=x_fake.device), _where(swap, x_fake)
        old, kept = kept[which, place], kept.clone()
        kept[which, place] = put(swap, x_fake, old)
        return see(swap, x_fake, old), kept

    return wrong


def _seen(swap, x_fake, old):
    return torch.where(swap, old, x_fake)


def _put(swap, x_fake, old):
    return torch.where(swap, x_fake, old)


def _old(swap, x_fake, old):
    return old


def _new(swap, x_fake, old):
    return x_fake


def _into_the_first(x_fake, kept, which, swap):
    seen, _ = swapped(x_fake, kept, which, swap)
    kept = kept.clone()
    kept[0, swap] = x_fake[swap]
    return seen, kept


def _whole_rows(x_fake, kept, which, swap):
    """`kept[which[swap]] = …` means whole batches, not items."""
    seen, _ = swapped(x_fake, kept, which, swap)
    kept = kept.clone()
    kept[which[swap]] = x_fake
    return seen, kept


Exercise(
    "05.6",
    "Old fakes",
    kind="debug",
    reference=swapped,
    cases=_batches,
    hints=(
        "Print `kept` before and after the line that should put new fakes in: does a number change?",
        "kept[which, place] picks items by index tensors, and that makes a *copy*. Assigning to a part of "
        "the copy leaves `kept` as it was; one assignment to kept[…] itself writes into it.",
        "kept[which[swap], place[swap]] = x_fake[swap]",
    ),
    mistakes=dict(
        given=(written_into_a_copy, ""),
        all_kept=(_swap(_seen, _new), "only where `swap` is true may an item go into `kept`; others stay."),
        where_not_swapped=(
            _swap(_seen, _seen),
            "the new items go in where `swap` is *false*: those that D sees right now anyway.",
        ),
        kept_not_returned=(
            lambda *arguments: _swap(_seen, _old)(*arguments)[0],
            "return two things: what D sees, and the new `kept`.",
        ),
        reversed=(_swap(_put, _seen), "the cases are exchanged: where `swap` is true, D sees the old one."),
        all_old=(_swap(_old, _put), "D would see old fakes only; where `swap` is false it sees the new one."),
        read_after_written=(
            _swap(_new, _put),
            "`kept` is right, but the old items are read after they are overwritten: D sees new fakes only.",
        ),
        into_the_first=(
            _into_the_first,
            "each new one goes into the first of the kept batches: it belongs where its old one was, "
            "which[i].",
        ),
        whole_batches=(
            _whole_rows,
            "kept[which[swap]] is whole batches: an item has a place in it, too, place[swap].",
        ),
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
        '"And on x itself": each row is normalized over M + 1 rows, the reference and itself. Each has its '
        "own mean and variance.",
        "mean = (a + M * a_ref.mean(0)) / (M + 1), and the mean of the squares alike; variance = mean of "
        "squares − mean².",
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
        own_variance_only=(
            _normed(lambda a, a_ref: a_ref.mean(0), lambda a, a_ref: _own_variance(a, a_ref)),
            "the variance is right; the row at hand belongs to the mean, too.",
        ),
        not_centred=(
            lambda a, a_ref: a / (_own_variance(a, a_ref) + 1e-5).sqrt(),
            "divided, but the mean is not subtracted.",
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
    "05.10",
    "A checkerboard",
    reference=2.56,
    tolerance=1e-3,
    why="Along one axis the first layer makes 3, 2, 3, 2 … copies. In the second a pixel adds up 3 + 2 + 3 = "
    "8, 2 + 3 + 2 = 7 or 3 + 2 = 5 of them: 8/5 = 1.6 along one axis, 2.56 in a picture (one layer: 2.25).",
    hints=(
        "First in one dimension: copies of the kernel, five wide, start at every second pixel. How many meet "
        "in one pixel, and in the next one?",
        "3 and 2, by turns. Now these are the numbers that the second layer spreads: a pixel of it adds up "
        "three *neighbours* or two.",
        "3 + 2 + 3 = 8, 2 + 3 + 2 = 7, 3 + 2 = 5; then both axes: (8 / 5)².",
    ),
    mistakes=dict(
        one_dimension=(1.6, "that is right along one axis; a picture has two."),
        one_layer=(2.25, "so it is after one layer, 9 copies against 4; the second spreads these once more."),
        multiplied=(
            5.0625,
            "2.25 · 2.25 would need a pixel that adds up bright ones only. Its neighbours are bright and "
            "dark by turns.",
        ),
        one_dimension_multiplied=(
            3.375,
            "a pixel of the second layer adds up *neighbours* of the first, bright and dark by turns.",
        ),
        kernel_area=(25, "the kernel has 25 weights; but how many copies overlap?"),
        ratio_of_sizes=(6.25, "that is the mean number of copies, (5/2)²; pixels differ in it."),
        the_other_one=(round(49 / 25, 4), "7 against 5 along an axis; but some pixels add up 3 + 2 + 3 = 8."),
        brightest=(64, "so bright is the brightest; divide by the darkest."),
        upside_down=(round(25 / 64, 4), "that is the darkest by the brightest."),
        even=(1, "that would be no checkerboard: it is so where the stride divides the kernel."),
    ),
)
