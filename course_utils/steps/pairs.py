"""Steps of models that know an image by its pair or by its group: BiGAN, CatGAN."""

from torch import no_grad
from torch.nn.functional import cross_entropy

from ..entropies import entropy_of_mean, mean_entropy, sorter_loss
from ..losses import discriminator_loss, r1_penalty
from ..train import descend


def bigan_step_1(x, z, E, G, D, opt, loss=discriminator_loss, r1_weight=1.0):
    """D learns to tell pairs: an image with its code by E, or a code with its image by G. → its loss"""
    with no_grad():
        z_code, x_fake = E(x), G(z)
    L_D = loss(D(x, z_code), D(x_fake, z))
    few = len(x) // 4 or 1  # R1, at a quarter of the real images
    r1 = r1_penalty(lambda image: D(image, z_code[:few]), x[:few])
    descend(L_D + r1_weight / 2 * r1, opt.D)
    return L_D


def bigan_step_2(x, z, E, G, D, opt, loss=discriminator_loss):
    """E and G want each pair to be taken for one of the other kind. → their loss"""
    L_EG = loss(D(G(z), z), D(x, E(x)))  # D's own loss, with the two kinds exchanged
    descend(L_EG, opt.EG)
    return L_EG


def bigan_step(batches, *, E, G, D, opt, prior, loss=discriminator_loss, r1_weight=1.0):
    """One update of a BiGAN (Donahue et al. 2017; Dumoulin et al. 2017, Algorithm 1; deck 001, "BiGANs")."""
    x, _ = next(batches)  # (B, 1, 28, 28)
    z = prior(len(x))  # (B, z_dim)
    L_D = bigan_step_1(x, z, E, G, D, opt, loss, r1_weight)
    L_EG = bigan_step_2(x, z, E, G, D, opt, loss)
    return dict(L_D=L_D, L_EG=L_EG)


def regressor_step(batches, *, E, G, opt, prior):
    """One update of a latent regressor, beside deck 001's BiGAN: E learns the codes of what G draws.

    Source: Donahue et al. 2017, section 4.1. No real image is used, but for the size of a batch.
    """
    x, _ = next(batches)
    z = prior(len(x))
    with no_grad():
        x_fake = G(z)
    L_z = (z - E(x_fake)).square().sum(1).mean()
    descend(L_z, opt.E)
    return dict(L_z=L_z)


def catgan_step(batches, *, G, D, opt, prior, loss=sorter_loss):
    """One update of a CatGAN: D gives k logits, none says "real" (Springenberg 2016; deck 001, "CatGAN")."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    y, y_fake = D(x), D(x_fake)  # logits (B, k)
    L_D = loss(y, y_fake)
    descend(L_D, opt.D)
    # G: images that D sorts without doubt, and evenly.
    y_fake = D(G(prior(len(x))))
    L_G = mean_entropy(y_fake) - entropy_of_mean(y_fake)
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G, H=mean_entropy(y), H_mean=entropy_of_mean(y))


def catgan_semi_step(batches, *, labelled, G, D, opt, prior, sup_weight=1.0):
    """One update of a CatGAN that knows a few labels (Springenberg 2016, section 3.3; deck 001, "CatGAN")."""
    x, _ = next(batches)
    with no_grad():
        x_fake = G(prior(len(x)))
    x_known, y_known = next(labelled)
    L_sup = cross_entropy(D(x_known), y_known)
    L_D = sorter_loss(D(x), D(x_fake))
    descend(L_D + sup_weight * L_sup, opt.D)
    y_fake = D(G(prior(len(x))))
    L_G = mean_entropy(y_fake) - entropy_of_mean(y_fake)
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G, L_sup=L_sup)
