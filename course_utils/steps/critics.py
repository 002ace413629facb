"""Steps of a generator and a critic: the Wasserstein GANs."""

from functools import partial

from torch import no_grad

from ..losses import critic_loss, gradient_penalty
from ..train import clip_weights, descend


def wgan_step(batches, *, G, C, opt, prior, n_critic=5, clip=0.01):
    """One generator update of a Wasserstein GAN (Arjovsky et al. 2017, Algorithm 1; deck 004)."""
    for _ in range(n_critic):
        x, _ = next(batches)  # a fresh real mini-batch for every critic step
        with no_grad():
            x_fake = G(prior(len(x)))
        L_C = critic_loss(C(x), C(x_fake))
        descend(L_C, opt.C)
        clip_weights(C, clip)
    L_G = -C(G(prior(len(x)))).mean()
    descend(L_G, opt.G)
    return dict(W=-L_C, L_G=L_G)  # W: up to a factor, the critic's estimate of the distance


def cwgan_step(batches, *, G, C, opt, prior, n_critic=5, clip=0.01):
    """One generator update of a conditional Wasserstein GAN: both networks get the label y (deck 004)."""
    for _ in range(n_critic):
        x, y = next(batches)
        with no_grad():
            x_fake = G(prior(len(x)), y)  # with the same labels
        L_C = critic_loss(C(x, y), C(x_fake, y))
        descend(L_C, opt.C)
        clip_weights(C, clip)
    L_G = -C(G(prior(len(x)), y), y).mean()
    descend(L_G, opt.G)
    return dict(W=-L_C, L_G=L_G)


def wgan_gp_step(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
    """One generator update of WGAN-GP (Gulrajani et al. 2017, Algorithm 1; deck 004)."""
    for _ in range(n_critic):
        x, _ = next(batches)  # a fresh real mini-batch for every critic step
        with no_grad():
            x_fake = G(prior(len(x)))
        W = -critic_loss(C(x), C(x_fake))  # the critic's estimate of the distance
        gp = gradient_penalty(C, x, x_fake)
        descend(-W + gp_weight * gp, opt.C)
    L_G = -C(G(prior(len(x)))).mean()
    descend(L_G, opt.G)
    return dict(W=W, gp=gp, L_G=L_G)


def cwgan_gp_step(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
    """One generator update of a conditional WGAN-GP: both networks get the label y (deck 004)."""
    for _ in range(n_critic):
        x, y = next(batches)
        with no_grad():
            x_fake = G(prior(len(x)), y)  # with the same labels
        W = -critic_loss(C(x, y), C(x_fake, y))
        gp = gradient_penalty(partial(C, y=y), x, x_fake)
        descend(-W + gp_weight * gp, opt.C)
    L_G = -C(G(prior(len(x)), y), y).mean()
    descend(L_G, opt.G)
    return dict(W=W, gp=gp, L_G=L_G)
