"""Notebook 03, sections 3 and 6: purity, shifted labels, what each loss of the semi-supervised AAE does."""

import torch

from ...priors import petal
from ..engine.tasks import Exercise

Exercise(
    "03.8",
    "Purity from a table",
    reference=(0.6, 0.48),
    tolerance=0.002,
    why="24 + 30 + 66 of 200 images show the most frequent digit of their component, whatever its name. At "
    "the worst, each component has all digits in the same proportions; or all images lie in one: digit 2 "
    "alone gives 96 of 200. It cannot be less, as each component has at least as many of its most frequent "
    "digit as of digit 2.",
    hints=(
        "For each component (row): how many of its images show its most frequent digit? Add, divide by 200.",
        "Now mix the images as badly as you can. Three components of equal digits cannot be had: how many "
        "images of each digit are there?",
        "In each component the most frequent digit is at least as frequent as digit 2, of which there are 0 "
        "+ 30 + 66 in all.",
    ),
    mistakes=dict(
        third=(
            (0.6, 1 / 3),
            "the first is right. A third would need equally many images of each digit: there are 64, 40, 96.",
        ),
        zero=((0.6, 0.0), "the first is right. Some digit is always the most frequent in its component."),
        one=((0.6, 1.0), "the first is right. The second is the *smallest* that a sorting could have."),
        tenth=((0.6, 0.1), "the first is right. There are three digits here, and not equally many of each."),
        rarest=(
            (0.6, 0.2),
            "the first is right. A component counts its most frequent digit, not the rarest of all.",
        ),
        smallest_row=(
            (0.6, 0.5),
            "the first is right. That is the least pure of these components; a sorting can do worse.",
        ),
        middle_digit=(
            (0.6, 0.32),
            "the first is right. Digit 0 has 64 images, but another digit has more, wherever they lie.",
        ),
        diagonal=(
            (0.55, 0.48),
            "the second is right. The first is the diagonal: in component 1 another digit is most frequent.",
        ),
        mean_of_shares=(
            ((0.6 + 0.5 + 0.66) / 3, 0.48),
            "the second is right. The first is the mean of three shares: a component with more images counts "
            "for more.",
        ),
        by_columns=(
            (0.58, 0.48),
            "the second is right. The first goes by digits (columns): most frequent in each *component*.",
        ),
        one_number=(0.6, "that is the first of two numbers: which is the smallest possible?"),
        percent=((60, 48), "that is in percent: shares are asked."),
        swapped=((0.48, 0.6), "the right numbers, the wrong way round: this table's purity first."),
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
    "D_y wins (0.68, far below 1.39) and the classes are less one-hot: the encoder does not play against it. "
    "A is left: no number here shows that its decoder has learned nothing, L_rec would.",
    hints=(
        "Ten classes, named at random, give an error of 90 %. Which loss alone tells the names?",
        "Which loss makes the class probabilities look like one-hot labels, so that D_y cannot tell them? "
        "Look at the two columns that show whether it is there.",
        "The third one is about images, not about classes, and these four scores are about classes only. B "
        "is without L_sup, C without D_y.",
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
