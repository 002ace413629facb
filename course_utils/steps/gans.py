"""Steps of a generator and a discriminator: the GAN and its variants."""

import torch
from torch import no_grad
from torch.func import functional_call

from ..losses import accuracy, discriminator_loss, non_saturating, r1_penalty, reconstruction, relativistic
from ..train import descend


def gan_step(batches, *, G, D, opt, prior, n_d=1, generator_loss=non_saturating):
    """One generator update of a GAN (Goodfellow et al. 2014, Algorithm 1; decks 000 to 004)."""
    for _ in range(n_d):
        x, _ = next(batches)  # a fresh real mini-batch for every update of D
        with no_grad():  # freeze G's weights
            x_fake = G(prior(len(x)))
        on_real, on_fake = D(x), D(x_fake)  # logits (B, 1)
        L_D = discriminator_loss(on_real, on_fake)
        descend(L_D, opt.D)
    L_G = generator_loss(D(G(prior(len(x)))))
    descend(L_G, opt.G)  # D stays fixed: its weights are not in opt.G
    return dict(L_D=L_D, L_G=L_G, accuracy=accuracy(on_real, on_fake))


def r1_gan_step(batches, *, G, D, G_ema, opt, prior, r1_weight=1.0):
    """gan_step, with R1 on D and an EMA of G's weights (Mescheder et al. 2018; deck 004 has R1 in ALAE)."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = discriminator_loss(D(x), D(x_fake))
    r1 = r1_penalty(D, x[: len(x) // 4 or 1])  # a quarter of the batch, to save time
    descend(L_D + r1_weight / 2 * r1, opt.D)
    L_G = non_saturating(D(G(prior(len(x)))))
    descend(L_G, opt.G)
    G_ema.update_parameters(G)
    return dict(L_D=L_D, L_G=L_G, r1=r1)


def relativistic_gan_step(batches, *, G, D, G_ema, opt, prior, r1_weight=1.0):
    """r1_gan_step, but D compares pairs: which one is more real? (Huang et al. 2024; on no deck yet)"""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = relativistic(D(x), D(x_fake))
    r1 = r1_penalty(D, x[: len(x) // 4 or 1])
    descend(L_D + r1_weight / 2 * r1, opt.D)
    with no_grad():
        on_real = D(x)
    L_G = relativistic(D(G(prior(len(x)))), on_real)
    descend(L_G, opt.G)
    G_ema.update_parameters(G)
    return dict(L_D=L_D, L_G=L_G, r1=r1)


def cgan_step(batches, *, G, D, opt, prior, r1_weight=1.0):
    """One update of a conditional GAN: both get the label y (Mirza & Osindero 2014; decks 001, 002)."""
    x, y = next(batches)  # (B, 1, 28, 28), (B,)
    with no_grad():
        x_fake = G(prior(len(x)), y)
    L_D = discriminator_loss(D(x, y), D(x_fake, y))
    few = len(x) // 4 or 1
    r1 = r1_penalty(lambda image: D(image, y[:few]), x[:few])
    descend(L_D + r1_weight / 2 * r1, opt.D)
    L_G = non_saturating(D(G(prior(len(x)), y), y))
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G, r1=r1)


def frame_step(batches, *, G, opt, prior):
    """One update of a next-frame predictor by squared error (deck 001, "Next Video Frame Prediction")."""
    x, x_next = next(batches)  # (B, 1, 28, 28) each
    L_rec = reconstruction(G(x, prior(len(x))), x_next)
    descend(L_rec, opt.G)
    return dict(L_rec=L_rec)


def frame_gan_step(batches, *, G, D, opt, prior, r1_weight=10.0):
    """One update of a next-frame predictor by D alone (after Mathieu et al. 2016; deck 001)."""
    x, x_next = next(batches)
    with no_grad():
        x_fake = G(x, prior(len(x)))
    L_D = relativistic(D(x, x_next), D(x, x_fake))
    r1 = r1_penalty(lambda frame: D(x, frame), x_next)
    descend(L_D + r1_weight / 2 * r1, opt.D)
    with no_grad():
        on_real = D(x, x_next)
    L_G = relativistic(D(x, G(x, prior(len(x)))), on_real)
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G, r1=r1)


def unrolled_gan_step(batches, *, G, D, opt, prior, n_ahead=5, lr_ahead=0.1):
    """One update of an unrolled GAN: G looks n_ahead updates of D ahead (Metz et al. 2017; deck 001)."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = discriminator_loss(D(x), D(x_fake))
    descend(L_D, opt.D)
    z, ahead = prior(len(x)), dict(D.named_parameters())  # ahead: D's weights, updated below
    for _ in range(n_ahead):
        L_ahead = discriminator_loss(functional_call(D, ahead, x), functional_call(D, ahead, G(z)))
        grads = torch.autograd.grad(L_ahead, tuple(ahead.values()), create_graph=True)
        ahead = {name: p - lr_ahead * grad for (name, p), grad in zip(ahead.items(), grads, strict=True)}
    L_G = non_saturating(functional_call(D, ahead, G(z)))
    descend(L_G, opt.G)  # the gradient passes through all the updates of D
    return dict(L_D=L_D, L_G=L_G)


def lsgan_step(batches, *, G, D, opt, prior, n_d=1):
    """One update of a least-squares GAN: targets 1 and 0, no sigmoid (Mao et al. 2017; decks 000, 004)."""
    for _ in range(n_d):
        x, _ = next(batches)
        with no_grad():
            x_fake = G(prior(len(x)))
        L_D = ((D(x) - 1).square().mean() + D(x_fake).square().mean()) / 2
        descend(L_D, opt.D)
    L_G = (D(G(prior(len(x)))) - 1).square().mean() / 2
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G)
