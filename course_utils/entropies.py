"""Entropies of a classifier's answers, in nats: how sure is it of one item, and how even over all of them?"""

import math


def mean_entropy(logits):
    """The mean entropy of the answers to single items: 0 if each is sure. → scalar

    E_x H[p(y|x)] = −1/B Σ_b Σ_y p(y|x_b) log p(y|x_b),  logits (B, k)

    Source: Springenberg 2016, equation 2; deck 001, "CatGAN". Trap: log softmax, not the log of a softmax,
    which is −∞ where a probability rounds to 0.
    """
    return -(logits.softmax(1) * logits.log_softmax(1)).sum(1).mean()


def entropy_of_mean(logits):
    """The entropy of the mean answer: log k if all groups are used equally. → scalar

    H[1/B Σ_b p(y|x_b)],  logits (B, k)

    Source: Springenberg 2016, equation 3; deck 001, "CatGAN". It is never below `mean_entropy`, and their
    difference is the mutual information of item and group. Traps: first the mean, then the entropy; and where
    a group's share rounds to 0, its logarithm has no gradient, unless it is made of logarithms.
    """
    log_p = logits.log_softmax(1).logsumexp(0) - math.log(len(logits))  # of the mean answer, (k,)
    return -(log_p.exp() * log_p).sum()


def sorter_loss(y, y_fake):
    """What CatGAN's discriminator descends: sort real items surely and evenly, and fakes not at all. → scalar

    E_x H[p(y|x)] − H[E_x p(y|x)] − E_z H[p(y|G(z))],  logits y of real items and y_fake of fakes, (B, k) each

    Between −2 log k, where all three wishes are fulfilled, and 0. Source: Springenberg 2016, equation 7,
    there to be ascended. Trap: D asks evenness of real items; that of fakes is the generator's wish.
    """
    return mean_entropy(y) - entropy_of_mean(y) - mean_entropy(y_fake)
