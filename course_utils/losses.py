"""The formulas, each once. Sum over the features of one item, mean over the batch."""

import math

from torch import nn


def reconstruction(x_rec, x):
    """Squared error between images and their reconstructions. → scalar

    L = 1/B Σ_b ‖x_b − x_rec_b‖²,  x and x_rec (B, …) in [−1, 1]

    Source: deck 002, Labs 1 and 2. Trap: a mean over pixels is smaller by their number (784), and a later
    KL term, which is a sum, would then outweigh it.
    """
    return (x - x_rec).square().flatten(1).sum(1).mean()


def kl_normal(mu, log_var):
    """How far the encoder's Normals are from the prior N(0, I), in nats. → scalar

    KL(q‖p) = −½ Σ_d (1 + log σ_d² − μ_d² − σ_d²),  mu and log_var (B, z_dim)

    Source: Kingma & Welling 2014, appendix B; decks 000, 002, 003. Traps: the ½; log σ² is log_var, not its half;
    a mean over dimensions is smaller by z_dim.
    """
    return -0.5 * (1 + log_var - mu.square() - log_var.exp()).sum(1).mean()


def bernoulli_nll(logits, x):
    """How surprised a decoder of ink probabilities is by the images, in nats. → scalar

    −log p(x|z) = −Σ_i [t_i log p_i + (1 − t_i) log(1 − p_i)],  p = σ(logits), t = (x + 1)/2 in [0, 1]

    logits and x (B, …), x in [−1, 1]. Source: deck 003. A true likelihood for black and white pixels only: for
    grey ones the same sum is a fair distance, but no probability.
    """
    target = (x + 1) / 2
    error = nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return error.flatten(1).sum(1).mean()


def normal_nll(mean_and_log_var, x):
    """How surprised a decoder of Normal pixels is by the images, in nats (a density: it may be negative). → scalar

    −log p(x|z) = ½ Σ_i [log 2π + log σ_i² + (x_i − m_i)²/σ_i²],  both (B, …) or fit to x by broadcasting

    Source: deck 003. Trap: with σ fixed at 1 it is half the squared error, and drowns the KL term or is drowned by it.
    """
    mean, log_var = mean_and_log_var
    error = math.log(2 * math.pi) + log_var + (x - mean).square() / log_var.exp()
    return 0.5 * error.flatten(1).sum(1).mean()


def nll_real(logits):
    """How surprised a discriminator is to hear that these are real, in nats. → scalar

    −log D, averaged over the batch,  D = σ(logits), logits (B, …)

    Source: Goodfellow et al. 2014; decks 000 to 004. Trap: log of a sigmoid overflows where softplus does not.
    """
    return nn.functional.softplus(-logits).mean()


def nll_fake(logits):
    """How surprised a discriminator is to hear that these are fake, in nats. → scalar

    −log(1 − D), averaged over the batch,  D = σ(logits), logits (B, …)

    Source and trap as for `nll_real`. Both are log 2 where D cannot tell.
    """
    return nn.functional.softplus(logits).mean()
