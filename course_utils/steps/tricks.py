"""Steps of notebook 05: `gan_step` with one trick each; a comment marks the line with the trick."""

import torch
from torch import no_grad

from ..losses import (
    discriminator_loss,
    feature_matching,
    gradient_norm_penalty,
    historical_average_penalty,
    label_nll,
    non_saturating,
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
    """gan_step, but G matches mean features inside D (Salimans et al. 2016, section 3.1; decks 001, 004)."""
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
    """gan_step, with weights pulled to their mean over time (Salimans et al. 2016, section 3.3; deck 004)."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = discriminator_loss(D(x), D(x_fake))
    descend(L_D + past_weight * historical_average_penalty(D, D_past), opt.D)  # the trick
    L_G = non_saturating(D(G(prior(len(x)))))
    descend(L_G + past_weight * historical_average_penalty(G, G_past), opt.G)  # the trick again
    for past, net in ((D_past, D), (G_past, G)):
        past.update_parameters(net)  # θ̄ ← the mean of all θ so far
    return dict(L_D=L_D, L_G=L_G)


def ema_gan_step(batches, *, G, D, G_ema, opt, prior):
    """gan_step, with an EMA (exponential moving average) of G's weights (Yazıcı et al. 2019; on no deck)."""
    L = gan_step(batches, G=G, D=D, opt=opt, prior=prior)
    G_ema.update_parameters(G)  # the trick; G itself stays as it is
    return L


def replay_gan_step(batches, *, G, D, opt, prior, buffer):
    """gan_step, but half of the fakes that D sees are old ones (Shrivastava et al. 2017; decks 001, 004)."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    x_fake = buffer.mix(x_fake)  # the trick
    L_D = discriminator_loss(D(x), D(x_fake))
    descend(L_D, opt.D)
    L_G = non_saturating(D(G(prior(len(x)))))
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G)


def dragan_step(batches, *, G, D, opt, prior, gp_weight=10.0):
    """gan_step, with a penalty on D's gradient near real items (Kodali et al. 2017; deck 001, "DRAGAN")."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = discriminator_loss(D(x), D(x_fake))
    near = x + 0.5 * x.std() * torch.randn_like(x)  # around the real items
    gp = gradient_norm_penalty(D, near)
    descend(L_D + gp_weight * gp, opt.D)  # the trick
    L_G = non_saturating(D(G(prior(len(x)))))
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G, gp=gp)


def noisy_gan_step(batches, *, G, D, opt, prior, noise):
    """gan_step, but D sees everything under fading noise (Sønderby et al. 2017; deck 001's reading list)."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = discriminator_loss(D(noise(x)), D(noise(x_fake)))  # the trick
    descend(L_D, opt.D)
    L_G = non_saturating(D(noise(G(prior(len(x))))))  # the trick again
    descend(L_G, opt.G)
    noise.fade()
    return dict(L_D=L_D, L_G=L_G)


def mixed_gan_step(batches, *, G, D, opt, prior):
    """gan_step, but with real and fake items in one batch: deck 001, "Batch Normalization"."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    # Batch norm in D takes its mean and spread over both.
    on_real, on_fake = D(torch.cat([x, x_fake])).chunk(2)
    L_D = discriminator_loss(on_real, on_fake)
    descend(L_D, opt.D)
    L_G = non_saturating(D(torch.cat([x, G(prior(len(x)))])).chunk(2)[1])
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G)
