"""The formulas, each written once: a sum over the features of one item, a mean over the batch."""

import math

import torch
from torch import nn


def reconstruction(x_rec, x):
    """Squared error between images and their reconstructions. → scalar

    L = 1/B Σ_b ‖x_b − x_rec_b‖²,  x and x_rec (B, …) in [−1, 1]

    Source: deck 002, Labs 1 and 2. Trap: a mean over the pixels is 784 times smaller; a KL term, which is a
    sum, would then outweigh it.
    """
    return (x - x_rec).square().flatten(1).sum(1).mean()


def kl_normal(mu, log_var):
    """KL divergence from the encoder's Normal distributions to the prior N(0, I), in nats. → scalar

    KL(q‖p) = −½ Σ_d (1 + log σ_d² − μ_d² − σ_d²),  mu and log_var (B, z_dim)

    Source: Kingma & Welling 2014, appendix B; decks 000, 002, 003. Traps: the factor ½; log_var is log σ²,
    not log σ; a mean over the dimensions is smaller by a factor of z_dim.
    """
    return -0.5 * (1 + log_var - mu.square() - log_var.exp()).sum(1).mean()


def bernoulli_nll(logits, x):
    """Negative log-likelihood of images under a decoder that gives ink probabilities, in nats. → scalar

    −log p(x|z) = −Σ_i [t_i log p_i + (1 − t_i) log(1 − p_i)],  p = σ(logits), t = (x + 1)/2 in [0, 1]

    logits and x (B, …), x in [−1, 1]. Source: deck 003. Trap: it is a true likelihood only for black and
    white pixels; for grey ones the same sum is a useful distance, but not a probability.
    """
    target = (x + 1) / 2
    error = nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return error.flatten(1).sum(1).mean()


def surprise(logits, x):
    """How surprised a model with these ink logits is at each pixel, in nats. → like x

    −log p(x_i),  x (B, …) with pixels −1 or 1;  its sum over the pixels is `bernoulli_nll` of one image
    """
    return nn.functional.softplus(-x * logits)


def normal_nll(mean_and_log_var, x):
    """Negative log-likelihood of images under a decoder that gives Normal pixels, in nats. → scalar

    −log p(x|z) = ½ Σ_i [log 2π + log σ_i² + (x_i − m_i)²/σ_i²],  mean and log_var (B, …), or broadcast to x

    It is a density, so the result may be negative. Source: deck 003. Trap: with σ fixed at 1 it is half the
    squared error plus a constant, and then either this term or the KL term dominates the other.
    """
    mean, log_var = mean_and_log_var
    error = math.log(2 * math.pi) + log_var + (x - mean).square() / log_var.exp()
    return 0.5 * error.flatten(1).sum(1).mean()


def nll_real(logits):
    """A discriminator's cross-entropy on items with the label "real", in nats. → scalar

    −log D, averaged over the batch,  D = σ(logits), logits (B, …)

    Source: Goodfellow et al. 2014; decks 000 to 004. Trap: a sigmoid underflows to 0, and its
    logarithm is −∞; softplus stays finite.
    """
    return nn.functional.softplus(-logits).mean()


def nll_fake(logits):
    """A discriminator's cross-entropy on items with the label "fake", in nats. → scalar

    −log(1 − D), averaged over the batch,  D = σ(logits), logits (B, …)

    Source and trap as for `nll_real`. Both are log 2 where D cannot tell real from fake.
    """
    return nn.functional.softplus(logits).mean()


def discriminator_loss(on_real, on_fake):
    """A discriminator's cross-entropy on one batch of real and one of fake items, in nats. → scalar

    E[−log D(x)] + E[−log(1 − D(G(z)))],  from its logits (B, …) on real and on fake items

    It is 2 log 2 where D cannot tell. Source: Goodfellow et al. 2014, Algorithm 1; decks 000 to 003 (001 and
    002 write half of it). Trap: the generator must not learn from it, so the fakes come without gradient.
    """
    return nll_real(on_real) + nll_fake(on_fake)


def non_saturating(on_fake):
    """The generator's non-saturating loss: its items should be taken for real; in nats. → scalar

    E[−log D(G(z))],  from D's logits (B, …) on fake items

    Source: Goodfellow et al. 2014, section 3; deck 001, "Heuristic Non Saturating Game". The derivative with
    respect to the logit is D − 1: largest where D is sure that an item is fake.
    """
    return nll_real(on_fake)


def minimax(on_fake):
    """The generator's minimax loss: D should be wrong about fakes; in nats. → scalar

    E[log(1 − D(G(z)))],  from D's logits (B, …) on fake items

    Source: Goodfellow et al. 2014, equation 1. Trap: the derivative with respect to the logit is −D, which
    vanishes where D is sure that an item is fake.
    """
    return -nll_fake(on_fake)


def maximum_likelihood(on_fake):
    """The generator's loss that equals maximum likelihood if D is optimal. → scalar

    −E[exp(logit)] = −E[D / (1 − D)],  from D's logits (B, …) on fake items

    Source: Goodfellow 2014, arXiv 1412.6515; deck 001, "Comparison of Generator Losses". Trap: almost the
    whole gradient comes from the few best fakes.
    """
    return -on_fake.exp().mean()


def relativistic(on_winner, on_loser):
    """One side's relativistic loss: its items should look more real than the other side's; in nats. → scalar

    E[−log σ(winner − loser)],  pair by pair; logits (B, …), as many of one side as of the other

    For D the winners are the real items, for G the fakes. It is log 2 where D cannot tell.
    Source: Jolicoeur-Martineau 2019, "RpGAN"; Huang et al. 2024.
    """
    return nn.functional.softplus(on_loser - on_winner).mean()


def label_nll(logits, label):
    """A discriminator's cross-entropy for labels that need not be 0 or 1, in nats. → scalar

    −E[t log D + (1 − t) log(1 − D)],  label t in [0, 1], a number or (B, …) as the logits

    It is `nll_real` for t = 1 and `nll_fake` for t = 0. Source: Salimans et al. 2016, section 3.4; decks 000,
    001, 002. Trap: deck 001 leaves out the second term; then 0.9 only scales the loss and smooths nothing.
    """
    plus, minus = nn.functional.softplus(-logits), nn.functional.softplus(logits)
    return (label * plus + (1 - label) * minus).mean()


def feature_matching(f_real, f_fake):
    """Squared distance between the mean features of real and of fake items. → scalar

    ‖E f(x) − E f(G(z))‖²,  features (B, width)

    Source: Salimans et al. 2016, section 3.1; decks 001, 004 (004 takes the mean over the features). Trap:
    first the means, then the difference; items are not compared one by one.
    """
    return (f_real.mean(0) - f_fake.mean(0)).square().sum()


def historical_average_penalty(net, past):
    """Squared distance between a network's weights and their mean over time, the weights of `past`. → scalar

    ‖θ − 1/t Σ_i θ[i]‖²,  `past` a network with the same weights, such as AveragedModel(net)

    Source: Salimans et al. 2016, section 3.3. Trap: deck 004 describes a term that makes new weights
    *different*; the paper's term pulls them towards the mean.
    """
    means = [mean.detach() for mean in past.parameters()]
    return sum((p - mean).square().sum() for p, mean in zip(net.parameters(), means, strict=True))


def gradient_norm_penalty(D, x, k=1.0):
    """How far the gradient norm of a discriminator is from k at the items x (B, …). → scalar

    E (‖∇D(x)‖₂ − k)²

    Source: Kodali et al. 2017, "DRAGAN", at items around real ones; deck 001, which writes Δ for ∇ and E[…]²
    for E[(…)²]. Traps: one norm for each item; without create_graph the penalty has no gradient for D.
    """
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(D(x).sum(), x, create_graph=True)
    return (gradient.flatten(1).norm(dim=1) - k).square().mean()


def jensen_shannon(p, q):
    """Jensen–Shannon divergence of two distributions p and q (n,) over the same places, in nats. → scalar

    ½ KL(p ‖ m) + ½ KL(q ‖ m),  m = (p + q) / 2,  p and q with sum 1

    It is 0 for equal distributions and log 2 if they do not overlap. Source: Goodfellow et al. 2014,
    theorem 1; deck 004. Trap: 0 log 0 counts as 0.
    """
    m = ((p + q) / 2).clamp_min(1e-30)  # so that 0 / 0 is 0
    return (torch.special.xlogy(p, p / m) + torch.special.xlogy(q, q / m)).sum() / 2


def critic_loss(on_real, on_fake):
    """The critic's loss: real items should score higher than fakes. → scalar

    E[C(x_fake)] − E[C(x)],  scores (B, 1), any real numbers

    With gradient norms of at most 1, its negative is the critic's estimate of the Wasserstein distance.
    Source: Arjovsky et al. 2017, Algorithm 1; deck 004. Trap: no sigmoid and no logarithm; the product
    C(x) · C(x_fake) on deck 004 does not know which side is real.
    """
    return on_fake.mean() - on_real.mean()


def hinge_loss(on_real, on_fake):
    """The hinge loss of a discriminator: real items are to score above 1, fakes below −1. → scalar

    E max(0, 1 − D(x)) + E max(0, 1 + D(x_fake)),  scores (B, 1), any real numbers

    Source: Lim & Ye 2017; Miyato et al. 2018; BigGAN. Traps: beyond ±1 an item has no gradient; the generator
    has no hinge, its loss is −E D(x_fake); deck 004 gives the name to a product of scores.
    """
    return (1 - on_real).relu().mean() + (1 + on_fake).relu().mean()


def interpolate(x, x_fake):
    """Random points on the lines from fake items to real ones: ε x + (1 − ε) x_fake. → as x (B, …)

    ε is uniform on [0, 1], one for each item. Source: Gulrajani et al. 2017, Algorithm 1; deck 004. Traps: ε
    is not Normal; a single ε for the whole batch would test one distance only in each step.
    """
    epsilon = torch.rand(len(x), *[1] * (x.dim() - 1), device=x.device)
    return epsilon * x + (1 - epsilon) * x_fake


def gradient_penalty(C, x, x_fake):
    """How far the critic's gradient norm is from 1 between real and fake items. → scalar

    E (‖∇C(x_mix)‖₂ − 1)²,  x_mix from `interpolate`

    Source: Gulrajani et al. 2017, equation 3; deck 004. Traps: one norm for each item, never one for the
    batch; without create_graph the penalty has no gradient for C; batch norm in C mixes the items of a batch.
    """
    x_mix = interpolate(x, x_fake).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(C(x_mix).sum(), x_mix, create_graph=True)
    return (gradient.flatten(1).norm(dim=1) - 1).square().mean()


def one_sided_penalty(norm):
    """How far a critic's gradient norms (B,), one for each item, are above 1. → scalar

    E max(0, ‖∇C‖₂ − 1)²

    Source: Gulrajani et al. 2017, appendix; deck 004. Trap: norms below 1 cost nothing, so nothing raises a
    norm of 0.
    """
    return (norm - 1).relu().square().mean()


def r1_penalty(score, x):
    """R1: the squared gradient norm of a discriminator at real items x (B, …). → scalar

    E ‖∇score(x)‖₂²

    Source: Mescheder et al. 2018, equation 9, without its γ/2; decks 000 and 004 (ALAE). Trap: it pulls the
    norm to 0, at real items only; WGAN-GP pulls it to 1, between real and fake items.
    """
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(score(x).sum(), x, create_graph=True)
    return gradient.flatten(1).square().sum(1).mean()


@torch.no_grad()
def accuracy(on_real, on_fake):
    """Share of correct answers of a discriminator, from its logits on as many real as fake items. → scalar

    It is 1 if D is always right, and near 0.5 where D guesses; a logit of 0 counts as wrong.
    """
    return ((on_real > 0).float().mean() + (on_fake < 0).float().mean()) / 2


# ── a code that is to be read from its image ─────────────────────────────────────────────────────


def code_nll(told, code, n=10):
    """How badly a code is read: −log of its category and of its numbers, in nats. → 2 scalars

    −log Q(category|x), −log Q(numbers|x),  code (B, n + d): one-hot category, then d numbers;
    told (B, n + 2 d): n logits, d means, d log-variances of Normals

    Entropy of the code less this is a lower bound of the mutual information (Chen et al. 2016, equation 4;
    deck 001). Trap: where numbers can be read exactly, log σ² runs to −∞; it is held at −5 at least.
    """
    mean, log_var = told[:, n:].chunk(2, 1)
    category = nn.functional.cross_entropy(told[:, :n], code[:, :n])
    return category, normal_nll((mean, log_var.clamp(min=-5.0)), code[:, n:])


# ── what a judge's logit may be worth as a reward ────────────────────────────────────────────────


def ratio_reward(logits):
    """log D − log(1 − D): the logit itself, of either sign. (…) → (…)

    If D is the best one, log p_expert / p_policy: 0 where both do the same (Fu et al. 2018).
    """
    return logits


def bonus_reward(logits):
    """−log(1 − D), never negative. (…) → (…)

    Source: the minimax loss, turned into a reward. Trap: each step of a walk is worth something, whatever it
    is; who walks on collects more (Kostrikov et al. 2019).
    """
    return nn.functional.softplus(logits)


def cost_reward(logits):
    """log D, never positive. (…) → (…)

    Source: the non-saturating loss, turned into a reward. Trap: each step costs something, whatever it is, so
    that any end is better than none.
    """
    return -nn.functional.softplus(-logits)
