"""The formulas, each once. Sum over the features of one item, mean over the batch."""

import math

import torch
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


def discriminator_loss(on_real, on_fake):
    """How wrong a discriminator is about a batch of each kind, in nats. → scalar

    E[−log D(x)] + E[−log(1 − D(G(z)))],  from its logits (B, …) on real and on fake items

    Source: Goodfellow et al. 2014, Algorithm 1; decks 000 to 003 (001 and 002 write half of it). 2 log 2 where D cannot
    tell. Trap: the generator must not learn from it, so its items come without gradient.
    """
    return nll_real(on_real) + nll_fake(on_fake)


def non_saturating(on_fake):
    """The generator wants its items to be taken for real, in nats: E[−log D(G(z))]. → scalar

    Source: Goodfellow et al. 2014, section 3; deck 001, "Heuristic Non Saturating Game". Its slope in the logit is
    D − 1: largest where D is sure of a fake.
    """
    return nll_real(on_fake)


def minimax(on_fake):
    """The generator wants D to be wrong about fakes, in nats: E[log(1 − D(G(z)))]. → scalar

    Source: Goodfellow et al. 2014, equation 1. Trap: its slope in the logit is −D, nothing where D is sure of a fake.
    """
    return -nll_fake(on_fake)


def maximum_likelihood(on_fake):
    """The generator's loss that is maximum likelihood if D is optimal: −E[exp(logit)] = −E[D / (1 − D)]. → scalar

    Source: Goodfellow 2014, arXiv 1412.6515; deck 001, "Comparison of Generator Losses". Trap: the few best fakes
    carry all of the slope.
    """
    return -on_fake.exp().mean()


def relativistic(on_winner, on_loser):
    """One side wants its items to look more real than the other's, pair by pair, in nats. → scalar

    E[−log σ(winner − loser)],  logits (B, …) of as many items each; D calls it with real first, G with fake first

    Source: Jolicoeur-Martineau 2019, "RpGAN"; Huang et al. 2024. log 2 where nobody can tell.
    """
    return nn.functional.softplus(on_loser - on_winner).mean()


def label_nll(logits, label):
    """How surprised a discriminator is by labels that need not be 0 or 1, in nats. → scalar

    −E[t log D + (1 − t) log(1 − D)],  label t in [0, 1], a number or (B, …) as the logits

    `nll_real` where t is 1, `nll_fake` where it is 0. Source: Salimans et al. 2016, section 3.4; decks 000, 001, 002.
    Trap: deck 001 leaves the second part out; then 0.9 scales the loss and smooths nothing.
    """
    plus, minus = nn.functional.softplus(-logits), nn.functional.softplus(logits)
    return (label * plus + (1 - label) * minus).mean()


def feature_matching(f_real, f_fake):
    """How far the mean features of fakes are from those of real items. → scalar

    ‖E f(x) − E f(G(z))‖²,  features (B, width), or (B, S, width) for S networks

    Source: Salimans et al. 2016, section 3.1; decks 001, 004 (the latter with the mean over features). Trap: the
    means come first, then the difference: items are not compared one by one.
    """
    return (f_real.mean(0) - f_fake.mean(0)).square().sum(-1).mean()


def historical_average_penalty(net, past):
    """How far a network's weights are from their mean over time, the weights of `past`. → scalar

    ‖θ − 1/t Σ_i θ[i]‖²,  `past` a network with the same weights, such as AveragedModel(net)

    Source: Salimans et al. 2016, section 3.3. Trap: deck 004 speaks of a term that makes new weights *different*; the
    paper's pulls them to the mean.
    """
    means = [mean.detach() for mean in past.parameters()]
    return sum((p - mean).square().sum() for p, mean in zip(net.parameters(), means, strict=True))


def slope_penalty(D, x, k=1.0):
    """How far a discriminator's slope is from k at the items x (B, …). → scalar

    E (‖∇D(x)‖₂ − k)²

    Source: Kodali et al. 2017, "DRAGAN", at items around real ones; deck 001, whose Δ is a ∇ and whose E[…]² is an
    E[(…)²]. Trap: one norm for each item, and create_graph, or the penalty teaches D nothing.
    """
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(D(x).sum(), x, create_graph=True)
    return (slope.flatten(1).norm(dim=1) - k).square().mean()


def jensen_shannon(p, q):
    """How far apart two distributions over the same places are, p and q (n,) with sum 1, in nats. → scalar

    ½ KL(p ‖ m) + ½ KL(q ‖ m),  m = (p + q) / 2;  0 for equal ones, log 2 where they do not overlap

    Source: Goodfellow et al. 2014, theorem 1; deck 004. Trap: 0 log 0 is 0.
    """
    m = (p + q) / 2
    return (torch.special.xlogy(p, p / m) + torch.special.xlogy(q, q / m)).nan_to_num().sum() / 2


def critic_loss(on_real, on_fake):
    """The critic wants real items to score higher than fakes: E[C(x_fake)] − E[C(x)]. → scalar

    Scores (B, 1), any real numbers. Its negative is the Wasserstein distance that a critic with slopes up to 1 can see.

    Source: Arjovsky et al. 2017, Algorithm 1; deck 004. Trap: no sigmoid and no logarithm; deck 004's product
    C(x) · C(x_fake) does not know which side is real.
    """
    return on_fake.mean() - on_real.mean()


def interpolate(x, x_fake):
    """Items somewhere on the line from each fake to a real one: ε x + (1 − ε) x_fake. → as x (B, …)

    ε uniform on [0, 1], one for each item. Source: Gulrajani et al. 2017, Algorithm 1; deck 004. Traps: ε is not
    Normal; one ε for the whole batch would see one distance a step.
    """
    epsilon = torch.rand(len(x), *[1] * (x.dim() - 1), device=x.device)
    return epsilon * x + (1 - epsilon) * x_fake


def gradient_penalty(C, x, x_fake):
    """How far the critic's slope is from 1 between real and fake items. → scalar

    E (‖∇C(x_mix)‖₂ − 1)²,  x_mix from `interpolate`

    Source: Gulrajani et al. 2017, equation 3; deck 004. Traps: one norm for each item, never for the batch;
    create_graph, or C learns nothing from it; batch norm in C, which mixes the items.
    """
    x_mix = interpolate(x, x_fake).detach().requires_grad_()
    (slope,) = torch.autograd.grad(C(x_mix).sum(), x_mix, create_graph=True)
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()


def one_sided_penalty(norm):
    """How far a critic's slopes are above 1, from their norms (B,) at B items. → scalar

    E max(0, ‖∇C‖₂ − 1)²

    Source: Gulrajani et al. 2017, appendix; deck 004. Trap: slopes below 1 cost nothing, and at 0 nothing lifts them.
    """
    return (norm - 1).relu().square().mean()


def r1_penalty(score, x):
    """How steep a discriminator is at real items: E ‖∇score(x)‖₂², x (B, …). → scalar

    Source: Mescheder et al. 2018, equation 9, without its γ/2; decks 000 and 004 (ALAE). Trap: it pulls the norm to
    0, and at real items only; WGAN-GP pulls it to 1, and between real and fake.
    """
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(score(x).sum(), x, create_graph=True)
    return slope.flatten(1).square().sum(1).mean()
