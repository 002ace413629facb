"""Steps of models with an encoder: autoencoder, VAE, adversarial autoencoder (AAE)."""

import torch
from torch import no_grad
from torch.nn.functional import cross_entropy

from ..losses import bernoulli_nll, kl_normal, nll_fake, nll_real, reconstruction
from ..priors import categorical, one_hot, reparameterize
from ..train import descend


def ae_step(batches, *, enc, dec, opt):
    """One update of an autoencoder (deck 002, Labs 1 and 2)."""
    x, _ = next(batches)  # (B, 1, 28, 28)
    z_code = enc(x)  # (B, latent_dim): all that the decoder receives
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
    descend(L_rec + kl_weight * L_kl, opt.VAE)  # −ELBO if kl_weight, the β of a β-VAE, is 1
    return dict(L_rec=L_rec, L_kl=L_kl)


def cvae_step(batches, *, net, opt):
    """One update of a conditional VAE: both networks get the label (Sohn et al. 2015; see deck 002)."""
    x, y = next(batches)  # (B, 1, 28, 28), (B,)
    mu, log_var = net.encode(x, y)
    L_rec = bernoulli_nll(net.logits(reparameterize(mu, log_var), y), x)
    L_kl = kl_normal(mu, log_var)
    descend(L_rec + L_kl, opt.VAE)
    return dict(L_rec=L_rec, L_kl=L_kl)


def aae_step(batches, *, enc, dec, D, opt, prior, adv_weight=150.0):
    """One update of an AAE (Makhzani et al. 2015, section 2; deck 000, "The Main Idea")."""
    x, _ = next(batches)  # (B, 1, 28, 28)
    # Reconstruction phase. Update enc and dec.
    L_rec = bernoulli_nll(dec(enc(x)), x)
    descend(L_rec, opt.AE)
    # Regularization phase, first D: draws from the prior are real, codes are fake.
    z, z_code = prior(len(x)), enc(x)  # (B, z_dim) each
    L_D = nll_real(D(z)) + nll_fake(D(z_code.detach()))
    descend(L_D, opt.D)
    # Then enc: D should take its codes for draws from the prior.
    L_enc = nll_real(D(z_code))
    descend(adv_weight * L_enc, opt.AE)  # dec is not in this loss and stays fixed
    return dict(L_rec=L_rec, L_D=L_D, L_enc=L_enc)


def aae_label_step(batches, *, enc, dec, D, opt, prior, adv_weight=300.0):
    """One update of an AAE whose D also sees labels.

    Source: Makhzani et al. 2015, section 2.3; deck 000, "Sampling From Classes".
    """
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
    """One update of an AAE whose decoder gets the label (Makhzani et al. 2015, section 4; deck 000)."""
    x, y = next(batches)  # (B, 1, 28, 28), (B,)
    label = one_hot(y)  # (B, 10)
    # Reconstruction phase: the code need not repeat what the label says.
    L_rec = bernoulli_nll(dec(torch.cat([label, enc(x)], 1)), x)
    descend(L_rec, opt.AE)
    # Regularization phase. D gets the label too, so the codes of each class must follow the prior.
    z, z_code = prior(len(x)), enc(x)
    L_D = nll_real(D(torch.cat([z, label], 1))) + nll_fake(D(torch.cat([z_code.detach(), label], 1)))
    descend(L_D, opt.D)
    L_enc = nll_real(D(torch.cat([z_code, label], 1)))
    descend(adv_weight * L_enc, opt.AE)
    return dict(L_rec=L_rec, L_D=L_D, L_enc=L_enc)


def aae_semi_step(batches, *, labelled, enc, dec, D_y, D_z, opt, prior, adv_weight=30.0, sup_weight=100.0):
    """One update of a semi-supervised AAE.

    Source: Makhzani et al. 2015, section 5; deck 000, "Semi-Supervised Classification".
    """
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


def agreement_step(batches, *, enc, enc_ema, view, opt, agree_weight=100.0, sure=0.95):
    """One demand on the encoder of few labels: an image turned or moved a little keeps its class.

    Its class is what the averaged encoder says of the image as it is, where it is sure: p > `sure`.
    Source: Sohn et al. 2020 (FixMatch), with the average of Tarvainen & Valpola 2017; not in deck 000.
    """
    x, _ = next(batches)  # unlabelled
    with no_grad():
        p, y_sure = enc_ema.eval()(x)[0].softmax(1).max(1)  # (B,) each
    wrong = cross_entropy(enc(view(x))[0], y_sure, reduction="none")  # (B,)
    L_agree = (wrong * (p > sure)).mean()
    descend(agree_weight * L_agree, opt.AE)
    enc_ema.update_parameters(enc)
    return dict(L_agree=L_agree)


def grouping_step(batches, *, enc, view, opt, sharpen=1.5, balance=1.0):
    """One update of an encoder without labels: two views of an image in one group, and all groups in use.

    The target of a view is made of the other view's probabilities p, sharpened, and divided by the groups'
    shares of the batch: q ∝ p^sharpen / mean(p)^balance. Source: Xie et al. 2016 (the target, with 2 and 1);
    not in deck 000.
    """
    x, _ = next(batches)
    y_logits, y_logits_other = enc(view(x))[0], enc(view(x))[0]  # (B, n_groups) each

    def target(y_logits):
        p = y_logits.detach().softmax(1)
        q = p**sharpen / p.mean(0) ** balance
        return q / q.sum(1, keepdim=True)

    L_group = cross_entropy(y_logits, target(y_logits_other)) + cross_entropy(
        y_logits_other, target(y_logits)
    )
    descend(L_group, opt.enc)
    return dict(L_group=L_group)


def supervised_step(batches, *, enc, opt):
    """One update by labels alone, the baseline for `aae_semi_step` (deck 000, "NN baseline")."""
    x, y = next(batches)
    L_sup = cross_entropy(enc(x)[0], y)
    descend(L_sup, opt.enc)
    return dict(L_sup=L_sup)
