"""Exercises of notebook 05 on labels: what the best D says, and a loss that does not smooth."""

import torch
from torch.nn.functional import softplus

from ...losses import label_nll
from ..engine.fixtures import noise, numbers, uniform
from ..engine.tasks import Exercise


def best_D(log_p_data, log_p_g, label_real, label_fake, flip):
    """What D says at its best, for the logarithms of two densities, labels and a share of flips. → (n,)"""
    real, fake = (t + flip * (1 - 2 * t) for t in (label_real, label_fake))
    return fake + (real - fake) * (log_p_data - log_p_g).sigmoid()


def _densities():
    labels = ((1.0, 0.0, 0.0), (0.9, 0.0, 0.0), (0.9, 0.2, 0.05), (0.7, 0.3, 0.1))
    sizes = (1, 4, 7, 16)
    cases = [(noise(n) - 1, noise(n) - 1, *three) for n, three in zip(sizes, labels, strict=True)]
    far = (numbers(-1000.0, -1001.0, -3000.0), numbers(-1001.0, -1000.0, -2000.0))
    return [*cases, (*far, 0.8, 0.1, 0.0)]


def _wrong(says, weighed=lambda log_p, log_q: ((log_p - log_q).sigmoid(), (log_q - log_p).sigmoid())):
    """A wrong best D from what lies there of both and the labels after flips; its weights never underflow."""

    def wrong(log_p_data, log_p_g, label_real, label_fake, flip):
        real, fake = (t + flip * (1 - 2 * t) for t in (label_real, label_fake))
        return says(*weighed(log_p_data, log_p_g), real, fake)

    return wrong


def _underflows(says):
    """The same from the densities themselves: nan far out, where both are 0."""
    return _wrong(says, lambda log_p, log_q: (log_p.exp(), log_q.exp()))


_SLIPS = dict(
    not_smoothed=(
        lambda p, q, real, fake: p / (p + q),
        "that is D* with labels 1 and 0: the labels are not used.",
    ),
    as_on_deck_001=(
        lambda p, q, real, fake: real * p / (real * p + q),
        "that is the best D if the label only weighs the reals, 0.9 log D. A label of 0.9 also says 0.1 "
        "log(1 − D) of the same item.",
    ),
    each_weighs=(
        lambda p, q, real, fake: real * p / (real * p + (1 - fake) * q),
        "that leaves out half of each label: a real one says 1 − label_real for log(1 − D), a fake one "
        "label_fake for log D.",
    ),
    fakes_forgotten=(
        lambda p, q, real, fake: real * p / (p + q),
        "right where fakes have the label 0; here they may have another.",
    ),
    odds=(
        lambda p, q, real, fake: (real * p + fake * q) / ((1 - real) * p + (1 - fake) * q),
        "those are the odds D/(1 − D): divide by both parts, not by the other one.",
    ),
    scaled=(
        lambda p, q, real, fake: (real - fake) * p / (p + q),
        "nearly: where only fakes lie, D* is label_fake, not 0.",
    ),
    counted_twice=(
        lambda p, q, real, fake: (real * p + fake * q) / ((1 + real) * p + (1 + fake) * q),
        "all that lies there is p_data + p_g: the labelled part is in it, not beside it.",
    ),
    mean_of_labels=(
        lambda p, q, real, fake: (real + fake) / 2 + 0 * p,
        "the two labels count as much as what lies there of each: weigh them by p_data and p_g.",
    ),
)


def _right(p, q, real, fake):
    return (real * p + fake * q) / (p + q)


Exercise(
    "05.1",
    "The best discriminator",
    reference=best_D,
    cases=_densities,
    hints=(
        "At one x, what D says is one number d, and it minimizes −A log d − B log(1 − d): A is the weight of "
        "all labels there, B what is left of the weights p_data + p_g. Set the derivative to 0.",
        "d = A / (A + B), the mean label of what lies there. After flips the label t has the mean (1 − flip) "
        "t + flip (1 − t).",
        "With the share w of reals there it is real · w + fake · (1 − w). And w = p_data / (p_data + p_g) is "
        "the sigmoid of log p_data − log p_g, which never divides 0 by 0.",
    ),
    mistakes=dict(
        of_densities=(
            _underflows(_right),
            "right near both, but far out exp gives 0 for both densities, and 0/0 is nan. Only the "
            "*difference* of the logarithms counts.",
        ),
        not_flipped=(
            lambda log_p, log_q, real, fake, flip: best_D(log_p, log_q, real, fake, 0.0),
            "without flips that is right; `flip` is not used.",
        ),
        reals_flipped=(
            lambda log_p, log_q, real, fake, flip: (
                fake + (real + flip * (1 - 2 * real) - fake) * (log_p - log_q).sigmoid()
            ),
            "the labels of fakes are flipped, too.",
        ),
        flips_to_0=(
            lambda log_p, log_q, real, fake, flip: best_D(log_p, log_q, real, fake, 0.0) * (1 - flip),
            "a flipped label is not 0 but 1 − t.",
        ),
        not_divided=(
            lambda log_p, log_q, real, fake, flip: real * log_p.exp() + fake * log_q.exp(),
            "that is the weight of the labels there; D is its share of all that lies there.",
        ),
        **{name: (_wrong(says), tell) for name, (says, tell) in _SLIPS.items()},
        **{
            f"{name}, of densities": (_underflows(says), tell)
            for name, (says, tell) in _SLIPS.items()
            if name != "mean_of_labels"
        },
    ),
)


def _logits_and_labels():
    each = [(noise(n, 1, grad=True), uniform(n, 1)) for n in (1, 7)]
    return [*each, (noise(5, 1, grad=True), 0.9), (numbers([-120.0], [120.0], grad=True), 0.9)]


def label_nll_of_the_mean_sign(logits, label):
    """The code to debug: a label turns and shortens the logit; it is to weigh two losses."""
    return softplus((1 - 2 * label) * logits).mean()


def _with_two_cases(logits, label):
    plus, minus = softplus(-logits), softplus(logits)
    is_real = torch.as_tensor(label) > 0.5
    return torch.where(is_real, label * plus, (1 - label) * minus).mean()


def _by_logarithms(p, label):
    return -(label * p.log() + (1 - label) * (1 - p).log()).mean()


Exercise(
    "05.2",
    "Too sure",
    kind="debug",
    reference=label_nll,
    cases=_logits_and_labels,
    hints=(
        "Take the label 0.9 for all, and make the logits larger and larger. When does the loss stop falling?",
        "Never: it is softplus(−0.8 a). A label t means: real with probability t, else fake. What is the "
        "loss of each of the two, and what is it on average?",
        "softplus(−a) if real, softplus(a) if fake: the *losses* are averaged, with t and 1 − t, not the "
        "signs inside. label * softplus(-logits) + (1 - label) * softplus(logits), then the mean.",
    ),
    mistakes=dict(
        given=(label_nll_of_the_mean_sign, ""),
        two_cases=(
            _with_two_cases,
            "still without an end: a label of 0.9 also says, with the weight 0.1, that the item is fake.",
        ),
        only_real=(
            lambda logits, label: (label * softplus(-logits)).mean(),
            "now every item is treated as real: the part with 1 − label is still missing.",
        ),
        labels_swapped=(
            lambda logits, label: label_nll(logits, 1 - torch.as_tensor(label)),
            "the two weights are swapped: label 1 must give −log D.",
        ),
        rounded=(
            lambda logits, label: label_nll(logits, (torch.as_tensor(label) > 0.5).to(logits)),
            "that rounds the label to 0 or 1: nothing is smoothed.",
        ),
        not_weighed=(
            lambda logits, label: (label * softplus(-logits) + softplus(logits)).mean(),
            "the second part needs its weight, 1 − label; without it D never gets beyond 0.47.",
        ),
        labels_of_1=(
            lambda logits, label: softplus(-logits).mean(),
            "that is the loss for the label 1: `label` is not used.",
        ),
        labels_of_0=(
            lambda logits, label: softplus(logits).mean(),
            "that is the loss for the label 0: `label` is not used.",
        ),
        to_be_maximized=(
            lambda logits, label: -label_nll(logits, label),
            "that is the mean of t log D + (1 − t) log(1 − D); a loss to minimize is its negative.",
        ),
        squared=(
            lambda logits, label: (logits.sigmoid() - label).square().mean(),
            "that is a squared error; cross-entropy has its minimum at D = label, too, *and* a gradient "
            "where D is sure.",
        ),
        overflows=(
            lambda logits, label: _by_logarithms(logits.sigmoid(), label),
            "right for moderate logits, but log(σ) is infinite or nan far out: softplus stays exact.",
        ),
        clamped=(
            lambda logits, label: (
                label * softplus(-logits) + (1 - label) * softplus(logits).clamp(max=3)
            ).mean(),
            "what is clamped has no gradient where D is most wrong.",
        ),
        sum=(
            lambda logits, label: (label * softplus(-logits) + (1 - label) * softplus(logits)).sum(),
            "the course's losses are means over the batch.",
        ),
    ),
)
