"""One function per algorithm: the body of the slide's `while not converged`; `train` is the `while`."""

import torch
from torch import no_grad
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from .losses import (
    bernoulli_nll,
    discriminator_loss,
    gradient_penalty,
    kl_normal,
    nll_fake,
    nll_real,
    non_saturating,
    r1_penalty,
    reconstruction,
    relativistic,
)
from .metrics import accuracy
from .priors import categorical, one_hot, reparameterize
from .train import clip_weights, descend


def ae_step(batches, *, enc, dec, opt):
    """One update of an autoencoder (deck 002, Labs 1 and 2)."""
    x, _ = next(batches)  # (B, 1, 28, 28)
    z_code = enc(x)  # (B, latent_dim): all that the decoder gets to see
    x_rec = dec(z_code)  # (B, 1, 28, 28)
    L_rec = reconstruction(x_rec, x)
    descend(L_rec, opt.AE)
    return dict(L_rec=L_rec)


def vae_step(batches, *, enc, dec, opt, nll=bernoulli_nll, kl_weight=1.0):
    """One update of a variational autoencoder (Kingma & Welling 2014; deck 003, "Training procedure")."""
    x, _ = next(batches)  # (B, 1, 28, 28)
    mu, log_var = enc(x)  # (B, z_dim) each: the distribution q(z|x)
    z_code = reparameterize(mu, log_var)  # (B, z_dim): one draw from it
    L_rec = nll(dec(z_code), x)  # −log p(x|z)
    L_kl = kl_normal(mu, log_var)  # KL(q(z|x) ‖ p(z))
    descend(L_rec + kl_weight * L_kl, opt.VAE)  # = −ELBO, when kl_weight is 1
    return dict(L_rec=L_rec, L_kl=L_kl)


def cvae_step(batches, *, net, opt):
    """One update of a conditional VAE (Sohn et al. 2015; deck 002, CAAE): vae_step, with y given on both sides."""
    x, y = next(batches)  # (B, 1, 28, 28), (B,)
    mu, log_var = net.encode(x, y)
    L_rec = bernoulli_nll(net.logits(reparameterize(mu, log_var), y), x)
    L_kl = kl_normal(mu, log_var)
    descend(L_rec + L_kl, opt.VAE)
    return dict(L_rec=L_rec, L_kl=L_kl)


def aae_step(batches, *, enc, dec, D, opt, prior, adv_weight=150.0):
    """One update of an adversarial autoencoder (Makhzani et al. 2015, section 2; deck 000, "The Main Idea")."""
    x, _ = next(batches)  # (B, 1, 28, 28)
    # Reconstruction phase. Update enc and dec.
    L_rec = bernoulli_nll(dec(enc(x)), x)
    descend(L_rec, opt.AE)
    # Regularization phase, first D: draws from the prior are real, codes are fake.
    z, z_code = prior(len(x)), enc(x)  # (B, z_dim) each
    L_D = nll_real(D(z)) + nll_fake(D(z_code.detach()))
    descend(L_D, opt.D)
    # Then enc, which wants its codes to pass as draws from the prior.
    L_enc = nll_real(D(z_code))
    descend(adv_weight * L_enc, opt.AE)  # dec has no part in this loss: it stays
    return dict(L_rec=L_rec, L_D=L_D, L_enc=L_enc)


def aae_label_step(batches, *, enc, dec, D, opt, prior, adv_weight=300.0):
    """One update of an AAE whose D also sees labels (Makhzani et al. 2015, section 2.3; deck 000, "Sampling From Classes")."""
    x, y = next(batches)  # (B, 1, 28, 28), (B,): 0 to 9, or 10 where the label is unknown
    # Reconstruction phase. Update enc and dec.
    L_rec = bernoulli_nll(dec(enc(x)), x)
    descend(L_rec, opt.AE)
    # Regularization phase, first D: it knows which component of the prior belongs to the label.
    label = one_hot(y, 11)  # (B, 11)
    z, z_code = prior(len(x), y), enc(x)  # (B, z_dim) each
    L_D = nll_real(D(torch.cat([z, label], 1))) + nll_fake(D(torch.cat([z_code.detach(), label], 1)))
    descend(L_D, opt.D)
    # Then enc.
    L_enc = nll_real(D(torch.cat([z_code, label], 1)))
    descend(adv_weight * L_enc, opt.AE)
    return dict(L_rec=L_rec, L_D=L_D, L_enc=L_enc)


def aae_style_step(batches, *, enc, dec, D, opt, prior, adv_weight=300.0):
    """One update of an AAE whose decoder is told the label (Makhzani et al. 2015, section 4; on deck 000's figures)."""
    x, y = next(batches)  # (B, 1, 28, 28), (B,)
    label = one_hot(y)  # (B, 10)
    # Reconstruction phase: what the label says, the code need not say.
    L_rec = bernoulli_nll(dec(torch.cat([label, enc(x)], 1)), x)
    descend(L_rec, opt.AE)
    # Regularization phase. D is told the label too: each class by itself has to fill the prior.
    z, z_code = prior(len(x)), enc(x)
    L_D = nll_real(D(torch.cat([z, label], 1))) + nll_fake(D(torch.cat([z_code.detach(), label], 1)))
    descend(L_D, opt.D)
    L_enc = nll_real(D(torch.cat([z_code, label], 1)))
    descend(adv_weight * L_enc, opt.AE)
    return dict(L_rec=L_rec, L_D=L_D, L_enc=L_enc)


def aae_semi_step(batches, *, labelled, enc, dec, D_y, D_z, opt, prior, adv_weight=30.0, sup_weight=100.0):
    """One update of a semi-supervised AAE (Makhzani et al. 2015, section 5; deck 000, "Semi-Supervised Classification")."""
    x, _ = next(batches)  # unlabelled
    # Reconstruction phase.
    y_logits, z_code = enc(x)  # (B, 10), (B, z_dim)
    L_rec = bernoulli_nll(dec(torch.cat([y_logits.softmax(1), z_code], 1)), x)
    descend(L_rec, opt.AE)
    # Regularization phase: one discriminator for the class, one for the style.
    y_logits, z_code = enc(x)
    y_code = y_logits.softmax(1)
    L_D_y = nll_real(D_y(categorical(len(x)))) + nll_fake(D_y(y_code.detach()))
    L_D_z = nll_real(D_z(prior(len(x)))) + nll_fake(D_z(z_code.detach()))
    descend(L_D_y + L_D_z, opt.D)
    L_enc = nll_real(D_y(y_code)) + nll_real(D_z(z_code))
    descend(adv_weight * L_enc, opt.AE)
    # Supervised phase, on q(y|x).
    x_known, y_known = next(labelled)
    L_sup = cross_entropy(enc(x_known)[0], y_known)
    descend(sup_weight * L_sup, opt.AE)
    return dict(L_rec=L_rec, L_D_y=L_D_y, L_D_z=L_D_z, L_sup=L_sup)


def supervised_step(batches, *, enc, opt):
    """One update of a classifier by labels alone, the control beside `aae_semi_step` (deck 000's "NN baseline")."""
    x, y = next(batches)
    L_sup = cross_entropy(enc(x)[0], y)
    descend(L_sup, opt.enc)
    return dict(L_sup=L_sup)


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
    descend(L_G, opt.G)  # D's weights stay: they are not in opt.G
    return dict(L_D=L_D, L_G=L_G, accuracy=accuracy(on_real, on_fake))


def r1_gan_step(batches, *, G, D, G_avg, opt, prior, r1_weight=1.0):
    """gan_step, with R1 on D (Mescheder et al. 2018; deck 004 has it in ALAE) and an average of G's weights on the side."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = discriminator_loss(D(x), D(x_fake))
    r1 = r1_penalty(D, x[: len(x) // 4 or 1])  # a quarter tells enough, and costs less
    descend(L_D + r1_weight / 2 * r1, opt.D)
    L_G = non_saturating(D(G(prior(len(x)))))
    descend(L_G, opt.G)
    G_avg.update_parameters(G)
    return dict(L_D=L_D, L_G=L_G, r1=r1)


def relativistic_gan_step(batches, *, G, D, G_avg, opt, prior, r1_weight=1.0):
    """r1_gan_step, but D compares pairs: is the real one the more real one? (Huang et al. 2024; on no deck yet)"""
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
    G_avg.update_parameters(G)
    return dict(L_D=L_D, L_G=L_G, r1=r1)


def cgan_step(batches, *, G, D, opt, prior, r1_weight=1.0):
    """One generator update of a conditional GAN (Mirza & Osindero 2014; decks 001, 002): both are told the label."""
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
    """One update of a predictor of the next frame by squared error alone (deck 001, "Next Video Frame Prediction")."""
    x, x_next = next(batches)  # (B, 1, 28, 28) each
    L_rec = reconstruction(G(x, prior(len(x))), x_next)
    descend(L_rec, opt.G)
    return dict(L_rec=L_rec)


def frame_gan_step(batches, *, G, D, opt, prior, r1_weight=10.0):
    """The same by a judge alone: could x_next be the frame after x? (Mathieu et al. 2016; deck 001)"""
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
    """One generator update of an unrolled GAN (Metz et al. 2017; decks 001, 002): G sees D's next answers coming."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    L_D = discriminator_loss(D(x), D(x_fake))
    descend(L_D, opt.D)
    z, ahead = prior(len(x)), dict(D.named_parameters())  # D as it would become against this G, step by step
    for _ in range(n_ahead):
        L_ahead = discriminator_loss(functional_call(D, ahead, x), functional_call(D, ahead, G(z)))
        slopes = torch.autograd.grad(L_ahead, tuple(ahead.values()), create_graph=True)
        ahead = {name: p - lr_ahead * slope for (name, p), slope in zip(ahead.items(), slopes, strict=True)}
    L_G = non_saturating(functional_call(D, ahead, G(z)))
    descend(L_G, opt.G)  # through all of D's answers
    return dict(L_D=L_D, L_G=L_G)


def lsgan_step(batches, *, G, D, opt, prior, n_d=1):
    """One generator update of a least-squares GAN (Mao et al. 2017; decks 000, 004): targets 1 and 0, no sigmoid."""
    for _ in range(n_d):
        x, _ = next(batches)
        with no_grad():
            x_fake = G(prior(len(x)))
        L_D = ((D(x) - 1).square().mean() + D(x_fake).square().mean()) / 2
        descend(L_D, opt.D)
    L_G = (D(G(prior(len(x)))) - 1).square().mean() / 2
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G)


def wgan_step(batches, *, G, C, opt, prior, n_critic=5, clip=0.01):
    """One generator update of a Wasserstein GAN (Arjovsky et al. 2017, Algorithm 1; deck 004)."""
    for _ in range(n_critic):
        x, _ = next(batches)
        with no_grad():
            x_fake = G(prior(len(x)))
        W = C(x).mean() - C(x_fake).mean()  # up to a factor, the distance that the critic can see
        descend(-W, opt.C)
        clip_weights(C, clip)
    L_G = -C(G(prior(len(x)))).mean()
    descend(L_G, opt.G)
    return dict(W=W, L_G=L_G)


def wgan_gp_step(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
    """One generator update of WGAN-GP (Gulrajani et al. 2017, Algorithm 1; deck 004)."""
    for _ in range(n_critic):
        x, _ = next(batches)  # a fresh real mini-batch for every critic step
        with no_grad():
            x_fake = G(prior(len(x)))
        W = C(x).mean() - C(x_fake).mean()  # the distance that the critic can see
        gp = gradient_penalty(C, x, x_fake)
        descend(-W + gp_weight * gp, opt.C)
    L_G = -C(G(prior(len(x)))).mean()
    descend(L_G, opt.G)
    return dict(W=W, gp=gp, L_G=L_G)
