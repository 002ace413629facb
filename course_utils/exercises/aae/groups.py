"""Notebook 03, section 6: a target that keeps all groups in use, and what an even balance costs."""

import torch

from ... import session
from ..engine.fixtures import noise
from ..engine.tasks import Exercise


def targets(p, sharpen):
    """Targets that keep all groups in use. p (B, n_groups) with rows of sum 1, sharpen ≥ 1 → (B, n_groups)"""
    q = p**sharpen / p.mean(0)
    return q / q.sum(1, keepdim=True)


def _rows(q):
    return q / q.sum(1, keepdim=True)


def _by_counts(p, sharpen):
    counts = p.argmax(1).bincount(minlength=p.shape[1]).clamp(min=1).to(p)
    return _rows(p**sharpen / counts)


def _unequal(n, k):
    return (2 * noise(n, k) + torch.arange(k, device=session.device()) / 2).softmax(1)


def _tables():
    # The groups differ in their share; the first table has a row for each of six images, the last one image
    made = [_unequal(n, k) for n, k in ((6, 3), (40, 16), (5, 5))]
    return [(p, sharpen) for p in made for sharpen in (1.0, 1.5, 2.0)] + [(made[0][:1], 1.5)]


Exercise(
    "03.12",
    "A place for every group",
    reference=targets,
    cases=_tables,
    hints=(
        "Take one image and two groups. Which ratio of its two targets is asked for, if the groups have "
        "equal shares? And if one has twice the share?",
        "A factor for each group, the same for all images, does the second. Which one halves what a group of "
        "twice the share gets?",
        "Divide p ** sharpen by the means of the columns of p; then divide each row by its sum.",
    ),
    mistakes=dict(
        no_balance=(
            lambda p, sharpen: _rows(p**sharpen),
            "surer, but all groups are treated alike: where does the share of a group come in?",
        ),
        not_scaled=(
            lambda p, sharpen: p**sharpen / p.mean(0),
            "the rows of q do not have the sum 1.",
        ),
        not_surer=(
            lambda p, sharpen: _rows(p / p.mean(0)),
            "balanced, but no surer than p: `sharpen` has no effect.",
        ),
        sharpened_after=(
            lambda p, sharpen: _rows((p / p.mean(0)) ** sharpen),
            "the share is raised to the power, too: a group of twice the share is asked for less than half "
            "as strongly.",
        ),
        by_square_of_share=(
            lambda p, sharpen: _rows(p**sharpen / p.mean(0).square()),
            "a group of twice the share is asked for a quarter as strongly: half is enough.",
        ),
        share_of_the_sharp=(
            lambda p, sharpen: _rows(p**sharpen / (p**sharpen).mean(0)),
            "a group's share is the mean of its probabilities p, not of their powers.",
        ),
        scaled_first=(
            lambda p, sharpen: _rows(_rows(p**sharpen) / _rows(p**sharpen).mean(0)),
            "a group's share is the mean of its probabilities p, not that of the surer rows.",
        ),
        share_and_no_more=(
            lambda p, sharpen: _rows(p**sharpen) / p.mean(0),
            "the rows of q do not have the sum 1: scale them last.",
        ),
        one_table=(
            lambda p, sharpen: p**sharpen / p.mean(0) / (p**sharpen / p.mean(0)).sum(),
            "the whole table has the sum 1; each row is to have it.",
        ),
        balanced_columns=(
            lambda p, sharpen: p**sharpen / (p**sharpen).sum(0),
            "the columns of q have the sum 1, not the rows.",
        ),
        multiplied=(
            lambda p, sharpen: _rows(p**sharpen * p.mean(0)),
            "a group of a larger share is asked for *more* strongly: the full ones will fill up.",
        ),
        by_counts=(
            _by_counts,
            "you count images by their likeliest group; the share is the mean of the group's probabilities.",
        ),
        uniform=(lambda p, sharpen: torch.full_like(p, 1 / p.shape[1]), "all groups alike, for all images?"),
    ),
)

Exercise(
    "03.13",
    "Sixteen groups for ten digits",
    kind="derive",
    reference=15.0,
    why="A group holds 6.25 % of the images, a digit has 10 %. A digit that names one group has at most 6.25 "
    "right, one that names two all its 10. Sixteen groups: six digits name two, four name one, "
    "6 · 10 + 4 · 6.25 = 85. What the four have left fills up the groups of the six. With 30 groups it is 0.",
    hints=(
        "How many per cent of the images does a group hold, and how many does a digit have?",
        "How much of a digit can be right at most if it names one group? If it names two, or three?",
        "Share out 16 names among ten digits so that the sum of these is largest.",
    ),
    mistakes=dict(
        none=(0.0, "then each group is of one digit: can groups of 6.25 % fill up 10 % of a digit exactly?"),
        six_groups=(37.5, "six of sixteen groups: must all in them be wrong?"),
        second_names=(22.5, "that is what the second names add: how many are right in all?"),
        right=(85.0, "that is the share of those that are right."),
        a_group=(6.25, "that is the size of one group."),
        as_share=(0.15, "in %, please."),
        seven=(
            17.5,
            "seven digits that name two groups, two that name one: does another way get more right?",
        ),
    ),
)
