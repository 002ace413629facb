"""Notebook 04, sections 1 to 4: the losses of both players, the optimal discriminator, the divergence."""

import math

import torch
from torch.nn.functional import binary_cross_entropy as bce
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from ...losses import discriminator_loss, jensen_shannon, non_saturating
from ..engine.fixtures import noise, numbers, uniform
from ..engine.tasks import Exercise


def _logits():
    usual = [(noise(n, 1, grad=True), noise(m, 1, grad=True)) for n, m in ((1, 1), (7, 7), (9, 2))]
    return [*usual, (numbers([-1000.0], grad=True), numbers([1000.0], grad=True))]


def _by_probabilities(on_real, on_fake):
    real, fake = on_real.sigmoid(), on_fake.sigmoid()
    return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))


def shared_count(on_real, on_fake):
    """As notebook 04 shows it to be mended: the fakes' losses, too, are divided by the real ones' number."""
    return one_mean_for_all(on_real, on_fake, "sum") / len(on_real)


def one_mean_for_all(on_real, on_fake, reduction="mean"):
    """Each item counts alike, in place of each kind."""
    logits = torch.cat([on_real, on_fake])
    is_real = torch.cat([torch.ones_like(on_real), torch.zeros_like(on_fake)])
    return binary_cross_entropy_with_logits(logits, is_real, reduction=reduction)


Exercise(
    "04.1",
    "Mend the loss",
    kind="debug",
    reference=discriminator_loss,
    cases=_logits,
    hints=(
        "V is a sum of two expectations. By what is the sum of the fakes' losses divided?",
        "By the number of *real* points: with 512 of them and 64 fakes, the fakes weigh an eighth.",
        "The mean over the real ones plus that over the fakes: nll_real and nll_fake of notebook 03.",
        "nll_real(on_real) + nll_fake(on_fake)",
    ),
    mistakes=dict(
        given=(shared_count, ""),
        one_mean=(
            one_mean_for_all,
            "one mean over both kinds: the larger batch weighs more, and for batches of one size it is half.",
        ),
        fakes_count=(
            lambda on_real, on_fake: one_mean_for_all(on_real, on_fake, "sum") / len(on_fake),
            "now the fakes weigh 1, and the real ones are divided by the number of fakes.",
        ),
        doubled=(
            lambda on_real, on_fake: 2 * one_mean_for_all(on_real, on_fake),
            "right for batches of one size; if they are unequal, the larger one still weighs more.",
        ),
        summed=(
            lambda on_real, on_fake: one_mean_for_all(on_real, on_fake, "sum"),
            "a sum over all items: the larger batch weighs more still. Each kind needs a mean of its own.",
        ),
        labels_swapped=(
            lambda on_real, on_fake: softplus(on_real).mean() + softplus(-on_fake).mean(),
            "real and fake are swapped: this D would call every fake real.",
        ),
        sigmoid_twice=(
            lambda on_real, on_fake: discriminator_loss(on_real.sigmoid(), on_fake.sigmoid()),
            "the sigmoid is applied twice: nll_real and nll_fake take logits, as D gives them.",
        ),
        halved=(
            lambda on_real, on_fake: discriminator_loss(on_real, on_fake) / 2,
            "both kinds weigh the same now, but it is half of −V, as in decks 001 and 002.",
        ),
        real_only=(
            lambda on_real, on_fake: softplus(-on_real).mean(),
            "a D that calls everything real would win: the fakes are missing.",
        ),
        fakes_only=(
            lambda on_real, on_fake: softplus(on_fake).mean(),
            "a D that calls everything fake would win: the real ones are missing.",
        ),
        to_be_maximized=(
            lambda on_real, on_fake: -discriminator_loss(on_real, on_fake),
            "that is V, which D maximizes. A loss to minimize is its negative.",
        ),
        overflows=(
            _by_probabilities,
            "right for moderate logits, but where the sigmoid is exactly 0 or 1 its logarithm is cut off, "
            "and with it the gradient. nll_real and nll_fake stay exact.",
        ),
    ),
)


Exercise(
    "04.2",
    "A third discriminator",
    reference=math.log(8) - 3,
    tolerance=2e-3,
    why=(
        "A fully trained D's logit is log p_data/p_g. So p_1/p_2 = exp(−1)/exp(2), and log p_1/p_2 = −3. The "
        "loss before mending gives the fakes an eighth of their weight: + log 8."
    ),
    hints=(
        "D* = σ(logit). What are the odds D*/(1 − D*), in densities?",
        "log p_data/p_1 = 2 and log p_data/p_2 = −1. What is log p_1/p_2?",
        "−1 − 2 = −3, if both kinds weigh the same. With which weight did the fakes enter before?",
        "With 64/512: the odds are eight times as high, and the logit is −3 + log 8.",
    ),
    mistakes=dict(
        mended=(-3.0, "that holds with the mended loss; before, the fakes weighed less than the real ones."),
        other_way=(
            3 - math.log(8),
            "the sign is turned: points of G₁ play the real ones here, and both logits speak of p_data.",
        ),
        mended_other_way=(3.0, "the sign is turned, and the fakes' smaller weight is missing."),
        weight_other_way=(
            -math.log(8) - 3,
            "fakes that weigh less make D call more of them real: the logit rises.",
        ),
        half_turned=(3 + math.log(8), "the weight is right; but p_1 lies in the denominator of D₁'s odds."),
        added=(
            1 + math.log(8),
            "the weight is right; but p_data cancels only if one logit is taken from the other.",
        ),
        added_mended=(1.0, "p_data cancels only if one logit is taken from the other; then the weight."),
        factor_added=(5.0, "odds are multiplied by 8; the logit is their *logarithm*."),
        probability=(
            1 / (1 + math.exp(3 - math.log(8))),
            "that is what D says; the logit is asked.",
        ),
    ),
)


def _distributions():
    p, q = uniform(5).softmax(0), uniform(5).softmax(0)
    return [(p, q), (q, p), (numbers(0.5, 0.5, 0, 0, 0), numbers(0, 0, 0.25, 0.75, 0))]


def _kl(p, q):
    return torch.special.xlogy(p, p / q).nan_to_num(0).sum()


def _plain_kl(p, q):
    return (p * (p / q).log()).sum()


def _mixed(kl, weight=0.5, share=2):
    """A JSD, or one with other KLs, another weight of them or another mixture."""
    return lambda p, q: weight * (kl(p, (p + q) / share) + kl(q, (p + q) / share))


def _entropy(p):
    return torch.special.entr(p).sum()


Exercise(
    "04.3",
    "What an item tells of the coin",
    reference=jensen_shannon,
    cases=_distributions,
    hints=(
        "Mutual information: how uncertain the place is, less how uncertain it still is with the coin known.",
        "Without the coin, the place has the distribution m = (p + q) / 2; with it, p or q, equally often.",
        "H(m) − ½ H(p) − ½ H(q), with the entropy H(p) = −Σ p log p.",
        "torch.special.entr(p).sum() is H(p); it knows that 0 log 0 counts as 0.",
    ),
    mistakes=dict(
        without_halves=(_mixed(_kl, weight=1), "that is twice as much: each of p and q enters with a half."),
        m_not_halved=(_mixed(_kl, share=1), "p + q sums to 2: the mixture is (p + q) / 2."),
        kl=(_kl, "that is KL(p ‖ q), which is infinite where q is 0 and p is not."),
        base_two=(_mixed(_kl, 0.5 / math.log(2)), "that is in bits; here everything is in nats."),
        nan_where_empty=(
            _mixed(_plain_kl),
            "right where both are positive; at an empty place 0 · log 0 is nan; entr and xlogy make it 0.",
        ),
        mixture_only=(
            lambda p, q: _entropy((p + q) / 2),
            "that is how uncertain the place is. What is left of it when the coin is known?",
        ),
        known_coin_not_averaged=(
            lambda p, q: _entropy((p + q) / 2) - _entropy(p) - _entropy(q),
            "the coin shows each side half of the time: the *mean* of H(p) and H(q) is left.",
        ),
        heads_only=(
            lambda p, q: _entropy((p + q) / 2) - _entropy(p),
            "that is what is left after heads; tails is as likely, and leaves H(q).",
        ),
        what_is_left=(
            lambda p, q: (_entropy(p) + _entropy(q)) / 2,
            "that is how uncertain the place still is with the coin known. How much less than without?",
        ),
        coin_only=(
            lambda p, q: (p + q).sum() / 2 * math.log(2),
            "that is all there is to know of the coin; an item tells so much only if p and q do not overlap.",
        ),
    ),
)


Exercise(
    "04.4",
    "A loss from its other half",
    reference=non_saturating,
    cases=lambda: [
        *((noise(n, 1, grad=True),) for n in (1, 7, 32)),
        (numbers([-1000.0], [1000.0], grad=True),),
    ],
    hints=(
        "The slope of log(1 − σ(a)) is −σ(a). What is left for the other loss?",
        "Which function of the logit a has the derivative σ(a) − 1? That of softplus is σ.",
        "σ(a) − 1 = −σ(−a).",
        "softplus(−a) = −log σ(a): how surprised D is to hear that the fake is real.",
        "nll_real(on_fake)",
    ),
    mistakes=dict(
        saturating_sign=(
            lambda on_fake: -softplus(on_fake).mean(),
            "that is the minimax loss: its derivative is −D, nearly 0 where D is sure of a fake.",
        ),
        helps_the_discriminator=(
            lambda on_fake: softplus(on_fake).mean(),
            "that is D's own loss on fakes: G would learn to be recognized.",
        ),
        sign_flipped=(
            lambda on_fake: -softplus(-on_fake).mean(),
            "its derivative is 1 − D: the sign is turned.",
        ),
        overflows=(
            lambda on_fake: -on_fake.sigmoid().log().mean(),
            "right for moderate logits, but where the sigmoid is 0 its log is −∞: softplus stays exact.",
        ),
        no_sigmoid=(
            lambda on_fake: -on_fake.mean(),
            "its derivative is −1 everywhere, and it has no end at 0.",
        ),
        probability=(
            lambda on_fake: (1 - on_fake.sigmoid()).mean(),
            "that is 1 − D; its derivative D (D − 1) vanishes where D is sure.",
        ),
        of_the_mean=(
            lambda on_fake: softplus(-on_fake.mean()),
            "that is the loss of the mean logit; the mean is to be taken of the losses.",
        ),
        its_derivative=(
            lambda on_fake: (on_fake.sigmoid() - 1).mean(),
            "that is the derivative itself; the loss is what has it.",
        ),
        constant=(
            lambda on_fake: softplus(-on_fake).mean() - math.log(2),
            "its gradient is right; but it is to go to 0 where D takes every fake for real.",
        ),
    ),
)


def _share(slope):
    """Of the poor fake (D = 0.01) beside the better one (D = 0.6)."""
    return slope(0.01) / (slope(0.01) + slope(0.6))


def _saturating_not(d):
    return 1 - d


def _odds(d):
    return d / (1 - d)


Exercise(
    "04.5",
    "Who gets the advice",
    reference=_share(_saturating_not) / _share(_odds),
    tolerance=5e-3,
    why=(
        "The slopes are D − 1 and −D/(1 − D): shares of 0.99/1.39 = 0.71 and 0.0101/1.51 = 0.007. Maximum "
        "likelihood listens to the best fakes, the non-saturating loss to the worst."
    ),
    hints=(
        "exp(logit) are the odds D/(1 − D), and its derivative is itself.",
        "The non-saturating slopes have the sizes 0.99 and 0.4; those of max. likelihood 0.01/0.99 and 1.5.",
        "Shares: 0.99/(0.99 + 0.4) and 0.0101/(0.0101 + 1.5). Divide.",
    ),
    mistakes=dict(
        upside_down=(
            _share(_odds) / _share(_saturating_not),
            "that is the one share, divided by the other: turn it.",
        ),
        against_minimax=(
            _share(_saturating_not) / _share(lambda d: d),
            "that is against the minimax loss; the slope of maximum likelihood is −exp(logit).",
        ),
        no_shares=(
            0.99 / _odds(0.01),
            "that is the ratio of both gradients of the poor fake; its *shares* of the batch's are asked.",
        ),
        one_share=(
            _share(_saturating_not),
            "that is the share under the non-saturating loss; divide by the other.",
        ),
        poor_to_good=(
            (0.99 / 0.4) / (_odds(0.01) / 1.5),
            "that compares the poor fake with the good one; its share is of *both*.",
        ),
        better_one=(
            (1 - _share(_odds)) / (1 - _share(_saturating_not)),
            "that is about the better one of the two fakes, the other way round.",
        ),
        probability=(
            _share(_saturating_not) / _share(lambda d: d * (1 - d)),
            "the slope of −exp(logit) is −exp(logit) = −D/(1 − D).",
        ),
    ),
)
