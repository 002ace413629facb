"""The steps of the adversarial latent autoencoder (Pidhorskyi et al. 2020, Algorithm 1; decks 000, 004)."""

from torch import no_grad

from ..losses import nll_fake, nll_real, r1_penalty
from ..train import descend


def alae_step_1(x, z, F, G, E, D, opt, r1_weight=10.0):
    """Step I: E and D learn to tell images x from G(F(z)), with the R1 penalty at x. → the loss"""

    def score(image):
        return D(E(image))  # the slide's D ∘ E: logits (B, 1)

    with no_grad():
        x_fake = G(F(z))
    L_ED = nll_fake(score(x_fake)) + nll_real(score(x)) + r1_weight / 2 * r1_penalty(score, x)
    descend(L_ED, opt.ED)
    return L_ED


def alae_step_2(z, F, G, E, D, opt):
    """Step II: F and G want their images to be taken for real. → the loss"""
    L_FG = nll_real(D(E(G(F(z)))))
    descend(L_FG, opt.FG)
    return L_FG


def alae_step_3(z, F, G, E, opt):
    """Step III: E and G learn that E(G(w)) is w; F stays fixed, because w is the target. → the loss"""
    with no_grad():
        w = F(z)  # (B, w_dim)
    L_EG = (w - E(G(w))).square().sum(1).mean()
    descend(L_EG, opt.EG)
    return L_EG


def alae_step(batches, *, F, G, E, D, opt, prior, r1_weight=10.0):
    """One round of ALAE (Pidhorskyi et al. 2020, Algorithm 1, steps I to III; decks 000, 004)."""
    x, _ = next(batches)  # (B, 1, 28, 28)
    L_ED = alae_step_1(x, prior(len(x)), F, G, E, D, opt, r1_weight)
    L_FG = alae_step_2(prior(len(x)), F, G, E, D, opt)
    L_EG = alae_step_3(prior(len(x)), F, G, E, opt)
    return dict(L_ED=L_ED, L_FG=L_FG, L_EG=L_EG)
