"""Notebook 10, section 7: an evenness that cannot be, three wishes, and which of them was switched off."""

import math

import torch

from ...entropies import entropy_of_mean, mean_entropy, sorter_loss
from ..engine.fixtures import noise
from ..engine.tasks import Exercise, Prediction
from .inverting import without_names


def evenness_above_its_bound(logits):
    p, log_p = logits.softmax(1).mean(0), logits.log_softmax(1).mean(0)
    return -(p * log_p).sum()


def _logits(*shapes, scale=2.0):
    return [((scale * noise(*shape)).detach().requires_grad_(),) for shape in shapes]


def _entropy(p, log=torch.log):
    return -(p * log(p)).sum()


Exercise(
    "10.13",
    "More even than even",
    kind="debug",
    reference=entropy_of_mean,
    cases=lambda: _logits((2, 3), (1, 4), (7, 10), (40, 2)),
    hints=(
        "Take two items and two groups, sure and even: p = (1, 0) and (0, 1). What is the mean answer, what "
        "its entropy, and what does this function say?",
        "An entropy needs one distribution, and its own logarithm. Of what is the logarithm here the "
        "logarithm?",
        "The mean of the logarithms is not the logarithm of the mean: log p = "
        "logits.log_softmax(1).logsumexp(0) − log B, and −(p · log p).sum().",
    ),
    unlike="it is not the entropy of the mean answer.",
    mistakes=dict(
        given=(evenness_above_its_bound, ""),
        each=(
            mean_entropy,
            "that is the mean of the entropies: it says how undecided D is, image by image. Sure of every "
            "image it is 0, however even the groups are.",
        ),
        mean_logits=(
            lambda logits: _entropy(logits.mean(0).softmax(0)),
            "the mean was taken of the logits. One item with large logits then outvotes all others: average "
            "the *probabilities*.",
        ),
        logs_first=(
            lambda logits: -(logits.log_softmax(1).mean(0).exp() * logits.log_softmax(1).mean(0)).sum(),
            "now both are made of the mean logarithm: its exponential is no mean of probabilities, and does "
            "not sum to 1.",
        ),
        negative=(
            lambda logits: -_entropy(logits.softmax(1).mean(0)),
            "the size is right, but an entropy is never below 0.",
        ),
        over_groups=(
            lambda logits: _entropy(logits.softmax(1).mean(0)) / logits.shape[1],
            "divided by the number of groups: an entropy is the sum over them.",
        ),
        other_axis=(
            lambda logits: _entropy(logits.softmax(0).mean(1)),
            "softmax runs over the batch there, and the mean over groups: an item's answer is a row.",
        ),
        softmax_over_items=(
            lambda logits: _entropy(logits.softmax(0).mean(0)),
            "the softmax runs over the items of the batch. A row is one answer.",
        ),
        summed=(
            lambda logits: _entropy(logits.softmax(1).sum(0)),
            "the sum over the batch is no distribution: take the mean.",
        ),
        largest=(
            lambda logits: (
                _entropy(
                    torch.nn.functional.one_hot(logits.argmax(1), logits.shape[1])
                    .to(logits)
                    .mean(0)
                    .clamp(min=1e-9)
                )
                + 0 * logits.sum()
            ),
            "counting the largest answers has no gradient: D would never hear of it.",
        ),
        in_bits=(
            lambda logits: _entropy(logits.softmax(1).mean(0), torch.log2),
            "those are bits; the other entropy is in nats.",
        ),
    ),
)


def _wishes(sure=1, even=-1, unsure=-1, of=mean_entropy):
    return lambda y, y_fake: sure * mean_entropy(y) + even * entropy_of_mean(y) + unsure * of(y_fake)


def _pairs():
    return [
        ((2 * noise(n, k)).detach().requires_grad_(), (2 * noise(m, k)).detach().requires_grad_())
        for n, m, k in ((4, 4, 3), (1, 5, 4), (9, 2, 10))
    ]


Exercise(
    "10.14",
    "Three wishes",
    reference=sorter_loss,
    cases=_pairs,
    hints=(
        "Each wish is about the size of an entropy. Sure: of one image's answer. Evenly used: of the mean "
        "answer. Which is to be large, which small?",
        "A loss is descended: what is to become large gets a minus. And to shrug at each fake: is that an "
        "entropy of the mean answer, or the mean of the entropies?",
        "mean_entropy(y) − entropy_of_mean(y) − mean_entropy(y_fake).",
    ),
    unlike="it is not the sum of the three wishes, each with the weight 1.",
    mistakes=dict(
        ascended=(
            _wishes(-1, 1, 1),
            "all three are turned: this is what to go *up*, and a loss is descended.",
        ),
        doubtful=(_wishes(sure=-1), "it makes D undecided about real images: that wish is turned."),
        uneven=(_wishes(even=1), "it draws all images into one group: that wish is turned."),
        sure_of_fakes=(_wishes(unsure=1), "it makes D sure of fakes: that wish is turned."),
        fakes_even=(
            _wishes(of=entropy_of_mean),
            "for the fakes, the entropy of the mean answer. D could be sure of each of them, if only they "
            "are spread evenly: it is to be undecided about *each*.",
        ),
        no_fakes=(_wishes(unsure=0), "the fakes are left out: nothing tells D that they are no digits."),
        no_even=(_wishes(even=0), "evenness is left out: one group for all images would do."),
        no_sure=(_wishes(sure=0), "that D be sure of a real image is left out."),
        fakes_even_too=(
            lambda y, y_fake: sorter_loss(y, y_fake) - entropy_of_mean(y_fake),
            "a fourth wish: that fakes be spread evenly is the generator's.",
        ),
        information_of_both=(
            lambda y, y_fake: (
                mean_entropy(y) - entropy_of_mean(y) - mean_entropy(y_fake) + entropy_of_mean(y_fake)
            ),
            "a fourth wish: that fakes fall into few groups. D's third wish is about each fake by itself.",
        ),
        exchanged=(
            lambda y, y_fake: sorter_loss(y_fake, y),
            "real and fake are exchanged: it sorts the fakes, and shrugs at real images.",
        ),
        less_than_even=(
            lambda y, y_fake: sorter_loss(y, y_fake) + math.log(y_fake.shape[1]),
            "its gradient is right; log k, of the even answer, is a constant: leave it out.",
        ),
        both_less_than_even=(
            lambda y, y_fake: sorter_loss(y, y_fake) + 2 * math.log(y_fake.shape[1]),
            "its gradient is right; log k, of the even answer, is a constant: leave it out, twice.",
        ),
        half=(
            lambda y, y_fake: sorter_loss(y, y_fake) / 3,
            "it is divided by 3: each wish has the weight 1.",
        ),
        entropies_exchanged=(
            lambda y, y_fake: entropy_of_mean(y) - mean_entropy(y) - mean_entropy(y_fake),
            "the two entropies of real images are exchanged: that one sorts nothing, D is to be undecided "
            "about each and to put all into one group.",
        ),
    ),
)

# ── which wish is missing? ───────────────────────────────────────────────────────────────────────

WISHES = {"A": "not even", "B": "not unsure", "C": "not sure", "D": "all three"}
SHOWN = {"H": "H", "H of the mean": "H_mean", "groups used": "groups", "error, %": "error"}


def unknown_wishes(table):
    """Four losses of CatGAN, the mean of their seeds, with letters in place of names. → {letter: scores}"""
    return without_names(table, WISHES, SHOWN)


Exercise(
    "10.15",
    "Which wish is missing?",
    kind="read",
    reference="CAB",
    hints=(
        "Who need not be sure may answer 'a tenth each' to everything: what are H and the H of the mean "
        "then?",
        "Who need not use all groups may put everything into one: what are the two entropies then?",
        "Two rows are left. In one of them D must shrug at images that look more and more like real ones. "
        "How sure can it be of the real ones? Three letters: sure, even, fakes.",
    ),
    mistakes=dict(
        first_two=("ACB", "undecided about every image, or sure that all are alike: whose H is 0?"),
        whole_one=(
            "CAD",
            "two rows use their groups, and one of them is the surer. Who cannot be so sure of real images: "
            "a D that must shrug at fakes, or one that need not?",
        ),
        first_two_and_whole=(
            "ACD",
            "undecided about every image, or sure that all are alike: whose H is 0?",
        ),
        by_letters=("ABC", "a D that need not use its groups equally puts all into few: which row is that?"),
        fakes_first=("BAC", "whose H is as large as it can be? That D is sure of nothing."),
    ),
    why="C is undecided about each image: its H is as large as the H of the mean. A is sure of each, for all "
    "are in one group. B is surer than D: who must shrug at good fakes cannot be quite sure of real images. "
    "That price should buy better groups; in networks as small as these it does not.",
)

Prediction(
    "10.p8",
    "a",
    "By five recorded runs; a single one may differ. Groups are ways to write, not digits: with 20 there is "
    "room for two kinds of 4. But part of it is no merit: to split a group never makes its names worse.",
)
