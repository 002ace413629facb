"""Notebook 03, sections 3 and 6: purity, shifted labels, what each loss of the semi-supervised AAE does."""

import torch

from ...priors import petal
from ..engine.tasks import Exercise

Exercise(
    "03.8",
    "Purity from a table",
    reference=0.6,
    tolerance=0.002,
    why="24 + 30 + 66 of 200 images show the most frequent digit of their component. Which digit that is "
    "does not matter: a component may have any name.",
    hints=(
        "For each component (row): how many of its images show its most frequent digit?",
        "Add these three numbers; divide by all images, 200.",
        "(24 + 30 + 66) / 200.",
    ),
    mistakes=dict(
        diagonal=(
            0.55,
            "that is the diagonal: images in the component of their own number. In component 1 the most "
            "frequent digit is another.",
        ),
        mean_of_shares=(
            (0.6 + 0.5 + 0.66) / 3,
            "that is the mean of three shares; a component with more images counts for more.",
        ),
        by_columns=(0.58, "that goes by digits (columns): most frequent in each *component*, by rows."),
        percent=(60, "that is in percent: a share is asked."),
        count=(120, "that is the number of images: divide by all of them."),
        largest_share=(0.66, "that is the purest component alone: all three count."),
    ),
)


def unknown_tables(z, z_without, y):
    """Which digits lie in which petal, for three runs: with labels, without, with labels shifted by one.

    z, z_without  codes (N, 2) of images with labels y (N,), from encoders trained with labels and without.
    For the third run, each label was read as the next one: all is turned by a petal. → {letter: (10, 10)}
    """
    shifted = (petal(z) + 1) % 10
    where = {"A": shifted, "B": petal(z_without), "C": petal(z)}
    return {
        letter: torch.stack([y[k == i].bincount(minlength=10)[:10] for i in range(10)])
        for letter, k in where.items()
    }


Exercise(
    "03.9",
    "Three tables",
    kind="read",
    reference="BA",
    why="Rows with several large numbers are impure: B saw no labels. A and C are equally pure, but in A "
    "each digit lies one petal on, and who decodes petal 7 gets sixes. Purity cannot see that; the share in "
    "the own component can.",
    hints=(
        "Purity: does each row have one large number, or several? One run stands out.",
        "Of the two pure runs, in which do the large numbers stand on the diagonal?",
        "Who asks for a seven decodes petal 7: read row 7 of A and of C. The answer has two letters: first "
        "the run without labels.",
    ),
    mistakes=dict(
        swapped=("AB", "the other way round: which of the two has rows with several large numbers?"),
        own_is_wrong=("BC", "C's large numbers stand on the diagonal: petal 7 has the sevens. And A's?"),
        shifted_is_impure=("AC", "A's rows have one large number each: it is pure. It has another fault."),
        right_is_impure=("CA", "C's rows have one large number each, on the diagonal: nothing is wrong."),
        both_wrong=("CB", "C is pure, on the diagonal: nothing is wrong there."),
        one_letter=("B", "that is the run without labels. And which gives sixes for sevens?"),
        other_letter=("A", "that is the run that gives sixes. And which saw no labels? It comes first."),
    ),
)

# Small semi-supervised AAEs on digits of 7×7 pixels, one seed, made by `semi_without` in
# tests/test_broken_03.py. "A" is without L_rec, "B" without L_sup, "C" without D_y in the encoder's loss.
_RECORDED = {
    "complete": {"test error in %": 22.6, "purity": 0.77, "largest probability": 0.95, "L_D_y": 1.15},
    "A": {"test error in %": 22.5, "purity": 0.78, "largest probability": 0.95, "L_D_y": 1.12},
    "B": {"test error in %": 92.0, "purity": 0.34, "largest probability": 0.98, "L_D_y": 0.90},
    "C": {"test error in %": 25.7, "purity": 0.74, "largest probability": 0.86, "L_D_y": 0.68},
}


def unknown_runs():
    """What came of four semi-supervised AAEs, three without one of their losses. → {name: {score: number}}"""
    return {name: dict(scores) for name, scores in _RECORDED.items()}


Exercise(
    "03.11",
    "Which loss is missing?",
    kind="read",
    reference="ACB",
    why="B knows no names: its error is that of guessing, and its groups are still better than chance. In C "
    "D_y wins (0.68, far below 1.39) and the classes are less one-hot: the encoder does not play against "
    "it. A is left: no number here shows that its decoder has learned nothing, L_rec would.",
    hints=(
        "Ten classes, named at random, give an error of 90 %. Which loss alone tells the names?",
        "Which loss makes the class probabilities look like one-hot labels, so that D_y cannot tell them? "
        "Look at the two columns that show whether it is there.",
        "The third one is about images, not about classes, and these four scores are about classes only. "
        "B is without L_sup, C without D_y.",
    ),
    mistakes=dict(
        names_swapped=(
            "BCA",
            "B has the error of guessing, so nobody told it the names; could L_rec have told them?",
        ),
        rec_and_D_y_swapped=(
            "CAB",
            "B is right. But in C D_y wins and classes are less one-hot: who should have fooled it?",
        ),
        sup_and_D_y_swapped=(
            "ABC",
            "A is right. But B's error is that of guessing names: which loss gives names?",
        ),
        turned=("CBA", "A is as good as the complete run in all that is shown: with L_sup left out?"),
        turned_more=(
            "BAC",
            "C still has three of four digits right, and D_y wins: which loss should have kept it from that?",
        ),
    ),
)
