"""Notebook 10, sections 1 and 2: information by hand, the best reader, what a number is worth."""

import math

import torch

from ..engine.fixtures import numbers, untouched
from ..engine.tasks import Exercise, Wrong

LOG_10 = math.log(10)

Exercise(
    "10.1",
    "Twins",
    reference=LOG_10 - 0.2 * math.log(2),
    tolerance=3e-3,
    hints=(
        "How unsure is one of the code before the image, and how unsure after it? Information is what the "
        "image takes away.",
        "Before: ten codes, equally likely, log 10. After: for eight of the ten codes nothing is left to "
        "guess. And for the other two?",
        "In 2 of 10 cases one of two codes is left, log 2. In the mean 0.2 · log 2 is left, of log 10.",
    ),
    mistakes=dict(
        all_told=(LOG_10, "that is what ten *different* images would tell. Two codes cannot be told apart."),
        nine_images=(
            math.log(9),
            "that would be nine images, each equally often. The image of the twins comes twice as often.",
        ),
        eight_codes=(math.log(8), "that forgets the twins: their image does tell that it is one of them."),
        whole_bit=(
            LOG_10 - math.log(2),
            "log 2 is left to guess only where the image is that of the twins, in two cases of ten.",
        ),
        only_sure=(
            0.8 * LOG_10,
            "in the other two cases the image tells something, too: eight codes are out.",
        ),
        one_of_ten=(
            LOG_10 - 0.1 * math.log(2),
            "how often does the image of the twins come? Both of their codes give it.",
        ),
        what_is_left=(
            0.2 * math.log(2),
            "that is what is left to guess, H(c | x). What did the image take away?",
        ),
        bits=(
            (LOG_10 - 0.2 * math.log(2)) / math.log(2),
            "that is in bits; asked are nats, so log is natural.",
        ),
        base_ten=(1 - 0.2 * math.log10(2), "the logarithm is the natural one: nats are asked."),
        as_a_share=(0.9, "that is the share of codes guessed right. Asked is how much is told, in nats."),
    ),
    why="log 10 before; after, log 2 in 2 of 10 cases and 0 in the others. The best reader is right in 9 of "
    "10 cases and holds 94 % of the information: these are two scores.",
)


def best_reader(prior, channel):
    """The reader Q(c | x) whose bound is the largest: p(c) (k,), p(x | c) (k, m). → (k, m)"""
    joint = prior[:, None] * channel
    return joint / joint.sum(0)


def _channels():
    torch.manual_seed(3)
    some = [(torch.rand(k).softmax(0), (3 * torch.randn(k, m)).softmax(1)) for k, m in ((4, 6), (3, 2))]
    uneven = numbers(0.7, 0.2, 0.1), numbers([0.6, 0.4], [0.5, 0.5], [0.1, 0.9])
    return [tuple(part.to(uneven[0]) for part in case) for case in some] + [uneven]


JOINT = "that is how often c and x come together; it adds up to 1 over all. Given x, each column does."
ROWS = "each *row* adds up to 1. A reader looks at one image, a column, and shares 1 among codes."


def _read(fn, arguments):
    """What the reader says; Wrong if it is none."""
    prior, channel = arguments
    Q = untouched(fn, prior, channel)
    fits = isinstance(Q, torch.Tensor) and Q.shape == channel.shape and Q.is_floating_point()
    if fits and Q.isfinite().all() and ((Q < 0).any() or (Q.sum(0) - 1).abs().max() > 1e-3):
        if torch.allclose(Q, prior[:, None] * channel, atol=1e-3):
            raise Wrong(JOINT)
        rows = (Q.sum(1) - 1).abs().max() < 1e-3 and (Q >= 0).all()
        raise Wrong(
            ROWS
            if rows
            else "for an image, a column, a reader's probabilities are not negative and add up to 1."
        )
    return None if Q is None or Q is Ellipsis else (Q,)


Exercise(
    "10.2",
    "The best reader",
    reference=best_reader,
    cases=_channels,
    outcome=_read,
    hints=(
        "A reader sees one image x. Which codes could have made it, and how often does each of them do so?",
        "Code c and image x come together with probability p(c) p(x | c). Among all codes that make this x, "
        "what is the share of c?",
        "joint = prior[:, None] * channel; each column divided by its sum.",
    ),
    mistakes=dict(
        no_prior=(
            lambda prior, channel: channel / channel.sum(0),
            "right if all codes were equally frequent. One that is rare makes an image rarely, however well "
            "it can.",
        ),
        prior_alone=(
            lambda prior, channel: prior[:, None].expand_as(channel).clone(),
            "this reader does not look at the image: its bound is 0.",
        ),
        the_channel=(
            lambda prior, channel: channel,
            ROWS,
        ),
        the_joint=(
            lambda prior, channel: prior[:, None] * channel,
            JOINT,
        ),
        surest=(
            lambda prior, channel: torch.nn.functional.one_hot(
                (prior[:, None] * channel).argmax(0), len(prior)
            ).T.to(channel),
            "it names the likeliest code and gives all others 0: the first time that one of these was true, "
            "its bound is −∞.",
        ),
        softmax=(
            lambda prior, channel: (prior[:, None] * channel).softmax(0),
            "the joint probabilities are no logits: exp makes them nearly equal.",
        ),
        softmax_of_channel=(
            lambda prior, channel: channel.softmax(0),
            "probabilities are no logits: exp makes them nearly equal. And how frequent is each code?",
        ),
        prior_twice=(
            lambda prior, channel: (j := prior[:, None].square() * channel) / j.sum(0),
            "the prior is in it twice.",
        ),
        prior_on_the_image=(
            lambda prior, channel: (j := channel / prior[:, None]) / j.sum(0),
            "divided by the prior: a rare code would become the likeliest.",
        ),
        half_and_half=(
            lambda prior, channel: 0.5 * prior[:, None] + 0.5 * channel / channel.sum(0),
            "a mean of what was known before and what the image says. Probabilities of both *multiply*.",
        ),
    ),
)

WORTH = 0.2 / math.sqrt(2 * math.pi * math.e)

Exercise(
    "10.4",
    "Ten places on a line",
    reference=WORTH,
    tolerance=1e-3,
    hints=(
        "The entropy of a uniform number on [−1, 1] is log 2. What does a Q that is N(μ, σ²) pay, on "
        "average, if its errors have just this σ?",
        "−log of the Normal density, on average: ½ log(2π σ²) + ½, that is log(σ √(2πe)). So the bound is "
        "log 2 − log(σ √(2πe)).",
        "log(2 / (σ √(2πe))) = log 10.",
    ),
    mistakes=dict(
        ten_cells=(0.2, "ten cells of width 0.2, yes; but a Normal with σ = 0.2 is far wider than its cell."),
        half_a_cell=(0.1, "half a cell; what does a Normal of this σ pay on average, in nats?"),
        cell_spread=(
            0.2 / math.sqrt(12),
            "that is the spread of a *uniform* error in a cell of 0.2. The errors here are Normal, and Q "
            "says so.",
        ),
        no_half=(
            0.2 / math.sqrt(2 * math.pi),
            "−log of the density has a second part: error² / (2σ²), which is ½ on average.",
        ),
        whole_one=(
            0.2 / math.sqrt(2 * math.pi) / math.e,
            "error² / (2σ²) is ½ on average, not 1.",
        ),
        variance=(WORTH**2, "that is σ²: a root is left to be taken."),
        width_one=(
            WORTH / 2,
            "the entropy of the number itself belongs to the bound: between −1 and 1 it is log 2, not 0.",
        ),
        log_sigma=(math.log(WORTH), "that is log σ."),
        turned=(5 * math.sqrt(2 * math.pi * math.e), "upside down: σ is small."),
    ),
    why="2 / (σ √(2πe)) = 10: as if the line had ten places, each 4.13 σ wide. Half of σ is log 2 more, "
    "again and again: a number has no ceiling as a category has.",
)
