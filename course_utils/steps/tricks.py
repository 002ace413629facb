"""Steps of notebook 05: `gan_step` with one trick each; the line with the trick says so."""

import torch
from torch import no_grad

from ..losses import (
    discriminator_loss,
    feature_matching,
    historical_average_penalty,
    label_nll,
    non_saturating,
    slope_penalty,
)
from ..train import descend
from .gans import gan_step


def label_gan_step(batches, *, G, D, opt, prior, label_real, label_fake):
    """gan_step, but D's labels are not 1 and 0 (Salimans et al. 2016; decks 000, 001, 002)."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    on_real, on_fake = D(x), D(x_fake)
    L_D = label_nll(on_real, label_real(on_real)) + label_nll(on_fake, label_fake(on_fake))  # the trick
    descend(L_D, opt.D)
    L_G = non_saturating(D(G(prior(len(x)))))  # G still wants the label 1
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G)


def feature_matching_step(batches, *, G, D, opt, prior):
    """gan_step, but G only matches the mean features inside D (Salimans et al. 2016, section 3.1; decks 001, 004)."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = discriminator_loss(D(x), D(x_fake))
    descend(L_D, opt.D)
    x_fake = G(prior(len(x)))
    L_G = feature_matching(D.body(x), D.body(x_fake))  # the trick; (B, width) each
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G)


def historical_gan_step(batches, *, G, D, G_past, D_past, opt, prior, past_weight=1.0):
    """gan_step, with a pull on both players to the mean of their past (Salimans et al. 2016, section 3.3; deck 004)."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = discriminator_loss(D(x), D(x_fake))
    descend(L_D + past_weight * historical_average_penalty(D, D_past), opt.D)  # the trick
    L_G = non_saturating(D(G(prior(len(x)))))
    descend(L_G + past_weight * historical_average_penalty(G, G_past), opt.G)  # for both
    for past, net in ((D_past, D), (G_past, G)):
        past.update_parameters(net)  # θ̄ ← the mean of all θ so far
    return dict(L_D=L_D, L_G=L_G)


def averaged_gan_step(batches, *, G, D, G_avg, opt, prior):
    """gan_step, with an average of G's weights on the side (Yazıcı et al. 2019; on no deck)."""
    L = gan_step(batches, G=G, D=D, opt=opt, prior=prior)
    G_avg.update_parameters(G)  # the trick; G itself knows nothing of it
    return L


def replay_gan_step(batches, *, G, D, opt, prior, memory):
    """gan_step, but half of the fakes that D sees are old ones (Shrivastava et al. 2017; decks 001, 004)."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    x_fake = memory.mix(x_fake)  # the trick
    L_D = discriminator_loss(D(x), D(x_fake))
    descend(L_D, opt.D)
    L_G = non_saturating(D(G(prior(len(x)))))
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G)


def dragan_step(batches, *, G, D, opt, prior, gp_weight=10.0):
    """gan_step, with a penalty on D's slope around real data (Kodali et al. 2017; deck 001, "DRAGAN")."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = discriminator_loss(D(x), D(x_fake))
    near = x + 0.5 * x.std() * torch.randn_like(x)  # around the real items
    gp = slope_penalty(D, near)
    descend(L_D + gp_weight * gp, opt.D)  # the trick
    L_G = non_saturating(D(G(prior(len(x)))))
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G, gp=gp)


def noisy_gan_step(batches, *, G, D, opt, prior, noise):
    """gan_step, but D sees everything through fading noise (Sønderby et al. 2017; on deck 001's reading list)."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = discriminator_loss(D(noise(x)), D(noise(x_fake)))  # the trick
    descend(L_D, opt.D)
    L_G = non_saturating(D(noise(G(prior(len(x))))))  # G's too
    descend(L_G, opt.G)
    noise.fade()
    return dict(L_D=L_D, L_G=L_G)


def mixed_gan_step(batches, *, G, D, opt, prior):
    """gan_step, but real and fake in one batch: what deck 001, "Batch Normalization", warns of."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    on_real, on_fake = D(torch.cat([x, x_fake])).chunk(
        2
    )  # what the deck warns of: batch norm sees both at once
    L_D = discriminator_loss(on_real, on_fake)
    descend(L_D, opt.D)
    L_G = non_saturating(D(torch.cat([x, G(prior(len(x)))])).chunk(2)[1])
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G)
