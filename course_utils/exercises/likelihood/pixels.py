"""Notebook 09, sections 1 to 3: tables and masks."""

import torch

from ...models import causal_mask, made_masks
from ..engine.compare import Results
from ..engine.fixtures import wherever
from ..engine.tasks import Exercise, Wrong

Exercise(
    "09.1",
    "Sixteen tables",
    reference=2**16 - 1,
    tolerance=1e-6,
    hints=(
        "The first pixel has no pixel before it: its table is a single number, p(x₁ = ink). How many pasts "
        "has the second?",
        "The k-th pixel has 2^(k−1) pasts, and each needs one number, as the other probability is the rest "
        "to 1.",
        "1 + 2 + 4 + … + 2^15: a sum of powers of two is one less than the next power.",
    ),
    mistakes=dict(
        all_images=(
            2**16,
            "that is how many images there are. Probabilities of all images add up to 1, so one is given by "
            "the others.",
        ),
        last_only=(2**15, "that is the table of the last pixel alone: all sixteen are asked."),
        last_twice=(
            16 * 2**15,
            "not each pixel has 15 before it: the first has none, the second has one.",
        ),
        by_themselves=(16, "that would do if no pixel looked at another."),
        pairs=(
            120,
            "that many pairs there are; but a table has an entry for each *combination* of the past.",
        ),
        both=(
            2 * (2**16 - 1),
            "for each past one number is enough: p(white) is 1 − p(ink).",
        ),
    ),
    why="1 + 2 + … + 2¹⁵ = 2¹⁶ − 1, as many as the joint itself needs: the chain rule saves nothing. For 784 "
    "pixels it is a number of 237 digits, so a network has to stand in for the tables.",
)


# ── masks of MADE ────────────────────────────────────────────────────────────────────────────────


def _as_masks(fn, arguments):
    """An outcome: two masks, whatever their type and device."""
    value = fn(*arguments)
    if value is None or value is Ellipsis:
        return None
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Wrong("two masks are asked: `return enter, leave`.")
    if any(v is None or v is Ellipsis for v in value):
        return None
    try:
        return Results(torch.as_tensor(v).float().cpu() for v in value)
    except (TypeError, ValueError, RuntimeError):
        raise Wrong("two masks are asked, tensors of 0 and 1: `return enter, leave`.") from None


def masks(enter=lambda pixel, m: pixel < m, leave=lambda pixel, m: m <= pixel, turn=False, swap=False):
    """Wrong masks of MADE."""

    def wrong(m, n):
        pixel = torch.arange(n, device=m.device)
        both = enter(pixel[None], m[:, None]).float(), leave(pixel[:, None], m[None]).float()
        if turn:
            both = tuple(mask.T for mask in both)
        return both[::-1] if swap else both

    return wrong


def _units():
    """On the CPU, as in the notebook: a network is made there, then moved."""
    few = torch.tensor([1, 2, 2, 3])
    return [(few, 4), (few[:1], 6), (torch.tensor([5, 1, 8, 3, 3]), 9)]


Exercise(
    "09.2",
    "Masks for MADE",
    reference=made_masks,
    cases=_units,
    outcome=_as_masks,
    hints=(
        "Count pixels from 0. The first m pixels have the numbers 0 … m − 1: which comparison of pixel and m "
        "says so?",
        "A unit with m = 3 knows pixels 0, 1 and 2. Which pixels may look at it? The first of them is not "
        "known to the unit, and it is number 3.",
        "enter[j, i] = (i < m[j]); leave[i, j] = (m[j] <= i). With m[:, None] and torch.arange(n)[None] the "
        "whole table is one comparison.",
    ),
    mistakes=dict(
        one_too_many=(
            masks(enter=lambda pixel, m: pixel <= m),
            "its units see one pixel too many: the first m pixels are those from 0 to m − 1. So a pixel can "
            "see itself.",
        ),
        too_careful=(
            masks(leave=lambda pixel, m: m < pixel),
            "no pixel sees itself, but pixel m does not look at a unit that knows only those before it: it "
            "may.",
        ),
        sees_itself=(
            masks(leave=lambda pixel, m: m - 1 <= pixel),
            "a path leads from a pixel to itself: pixel m − 1 is known to the unit, so it must not look at "
            "it.",
        ),
        all_out=(
            masks(leave=lambda pixel, m: m <= pixel.max() + 1),
            "every pixel looks at every unit: those before m see the future.",
        ),
        all_in=(
            masks(enter=lambda pixel, m: m > -pixel - 1),
            "every unit sees every pixel: unit j may see the first m_j only.",
        ),
        future=(
            masks(enter=lambda pixel, m: pixel >= m, leave=lambda pixel, m: m > pixel),
            "it looks forward: each pixel would be told by those *after* it.",
        ),
        leave_backwards=(
            masks(leave=lambda pixel, m: m > pixel),
            "the way out is turned round: pixels *before* m look at the unit, and those it knows.",
        ),
        enter_backwards=(
            masks(enter=lambda pixel, m: pixel >= m),
            "the way in is turned round: the unit sees the pixels from m on, not the first m.",
        ),
        transposed=(
            masks(turn=True),
            "rows and columns are exchanged: a layer's mask has its outputs as rows, as its weights have.",
        ),
        exchanged=(
            masks(swap=True),
            "the two masks are exchanged: first the one *into* the units, (hidden, n).",
        ),
        own_number_only=(
            masks(enter=lambda pixel, m: pixel == m - 1),
            "each unit sees a single pixel: it may see *all* of the first m.",
        ),
        next_only=(
            masks(leave=lambda pixel, m: m == pixel),
            "only one pixel looks at each unit: all from m on may.",
        ),
    ),
)

Exercise(
    "09.3",
    "Five nats",
    reference=148.4,
    tolerance=0.01,
    hints=(
        "Nats are −log p, with the natural logarithm: p = exp(−nats).",
        "A ratio of probabilities is a *difference* of nats, in the exponent.",
        "exp(97 − 92)",
    ),
    mistakes=dict(
        five_percent=(
            97 / 92,
            "that is the ratio of the nats: they are logarithms. The ratio of p is asked.",
        ),
        difference=(5, "that is the difference of the logarithms: take the exponential."),
        powers_of_two=(32, "2⁵ would be right for bits; nats go with e."),
        powers_of_ten=(1e5, "10⁵ would be right for decimal logarithms; nats go with e."),
        a_pixel=(1.0064, "that is for a pixel on average; asked is a whole image."),
        less=(0.0067, "that is the ratio the other way round: fewer nats are a larger probability."),
    ),
    why="exp(97 − 92) = exp(5) ≈ 148: a few nats are a great deal for an image, and hardly anything a pixel: "
    "5/784 nats, a factor of 1.006 each.",
)


# ── masked convolutions ──────────────────────────────────────────────────────────────────────────


def _mask_as_given(kind, k):
    """As the notebook shows it, to be mended."""
    mask = torch.ones(k, k)
    middle = k // 2
    mask[middle, middle + (kind == "A") :] = 0  # in its own row
    mask[middle + 1 :] = 0  # rows below
    return mask


def conv_mask(own=lambda kind: kind == "B", rows=lambda m, c: c + 1, row=lambda c: c, turn=False, flip=False):
    """A wrong mask of a convolution."""

    def wrong(kind, k):
        mask, middle = torch.ones(k, k), k // 2
        mask[row(middle), middle + own(kind) :] = 0
        mask[rows(mask, middle) :] = 0
        mask = mask.T if turn else mask
        return mask.flip(0, 1) if flip else mask

    return wrong


def _rows_only(kind, k):
    mask = torch.ones(k, k)
    mask[k // 2 :] = 0
    return mask


def _left_only(kind, k):
    mask = torch.zeros(k, k)
    mask[k // 2, : k // 2 + (kind == "B")] = 1
    return mask


Exercise(
    "09.4",
    "Too good to be true",
    kind="debug",
    reference=causal_mask,
    cases=lambda: [(kind, k) for kind in "AB" for k in (3, 5, 1, 7)],
    outcome=wherever,
    hints=(
        "Fewer nats than any model of digits can need, and written images are noise: which pixel does a "
        "pixel know that it should not?",
        "Print causal_mask('A', 3) and causal_mask('B', 3). Which of them keeps the middle, and what stands "
        "there: in the first layer, and in the second?",
        "Kind B keeps one place more of the middle row: middle + (kind == 'B').",
    ),
    mistakes=dict(
        given=(_mask_as_given, ""),
        always_a=(
            conv_mask(own=lambda kind: 0),
            "no leak any more, but now kind B, too, leaves out the place itself: later layers would forget "
            "what the first has found there.",
        ),
        always_b=(
            conv_mask(own=lambda kind: 1),
            "both kinds keep the middle: with kind A a pixel must not see itself.",
        ),
        next_too=(
            conv_mask(own=lambda kind: 1 + (kind == "B")),
            "even the place to the right is seen: it is in the future.",
        ),
        row_below=(
            conv_mask(rows=lambda m, c: c + 2),
            "a row below stays: all of that is in the future.",
        ),
        above_lost=(
            conv_mask(row=lambda c: slice(None)),
            "rows above are cut, too: all of a row above is in the past, also to the right.",
        ),
        rows_only=(_rows_only, "in its own row nothing stays: places to the left are in the past."),
        left_only=(_left_only, "the rows above are gone: they were right."),
        columns=(
            conv_mask(turn=True),
            "that goes column by column: images are written row by row.",
        ),
        turned=(conv_mask(flip=True), "that is the future instead of the past."),
        columns_too=(
            lambda kind, k: causal_mask(kind, k).tril(),
            "in the rows above, places to the right are cut, too: they are in the past.",
        ),
        middle_only=(
            lambda kind, k: causal_mask("B", k) - causal_mask("A", k),
            "only the place itself is left: all of the past is asked.",
        ),
        ones=(lambda kind, k: torch.ones(k, k), "nothing is masked any more: the whole future is seen."),
    ),
)
