"""Steps of a network that writes text: maximum likelihood, and two ways for a GAN through symbols."""

from functools import partial

from torch import no_grad

from ..estimates import action_values, less_the_others, reinforce, straight_through
from ..losses import discriminator_loss, non_saturating
from ..train import descend


def mle_step(batches, *, G, opt):
    """One update by maximum likelihood: each sign, given the real ones so far (deck 001, "GAN for Text")."""
    x, _ = next(batches)  # (B, T, k), one-hot rows
    L = -G.log_p(x).sum(1).mean()  # nats a sentence
    descend(L, opt.G)
    return dict(L=L)


def seqgan_step(batches, *, G, D, opt, n_rollouts=4):
    """One generator update of SeqGAN (Yu et al. 2017, Algorithm 1; deck 001, "GAN for Text")."""
    x, _ = next(batches)  # (B, T, k), one-hot rows
    with no_grad():
        x_fake = G.write(len(x))
    L_D = discriminator_loss(D(x), D(x_fake))
    descend(L_D, opt.D)

    def judge(text):
        return D(text).sigmoid().squeeze(1)

    with no_grad():  # no gradient passes a drawn sign: the reward goes around
        x_fake = G.write(len(x))
        reward = action_values(G.write_on, judge, x_fake, n_rollouts)
    L_G = reinforce(G.log_p(x_fake), less_the_others(reward))  # (B, T) each
    descend(L_G, opt.G)
    return dict(L_D=L_D, reward=reward[:, -1].mean())


def gumbel_gan_step(batches, *, G, D, opt, temperature=1.0):
    """One update of a GAN whose gradient passes the signs, straight through (Jang et al. 2017; deck 001)."""
    choose = partial(straight_through, temperature=temperature)
    x, _ = next(batches)  # (B, T, k), one-hot rows
    with no_grad():
        x_fake = G.write(len(x), choose)
    L_D = discriminator_loss(D(x), D(x_fake))
    descend(L_D, opt.D)
    L_G = non_saturating(D(G.write(len(x), choose)))
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G)
