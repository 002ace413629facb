"""The step of the adversarial latent autoencoder."""

from torch import no_grad

from ..losses import nll_fake, nll_real, r1_penalty
from ..train import descend


def alae_step(batches, *, F, G, E, D, opt, prior, r1_weight=10.0):
    """One turn of ALAE (Pidhorskyi et al. 2020, Algorithm 1, steps I to III; decks 000, 004)."""
    x, _ = next(batches)  # (B, 1, 28, 28)

    def score(image):
        return D(E(image))  # the slide's D ∘ E: logits (B, 1)

    # Step I. Update E and D.
    with no_grad():
        x_fake = G(F(prior(len(x))))
    L_ED = nll_fake(score(x_fake)) + nll_real(score(x)) + r1_weight / 2 * r1_penalty(score, x)
    descend(L_ED, opt.ED)
    # Step II. Update F and G.
    L_FG = nll_real(score(G(F(prior(len(x))))))
    descend(L_FG, opt.FG)
    # Step III. Update E and G; F stays, because w is the target.
    with no_grad():
        w = F(prior(len(x)))  # (B, w_dim)
    L_EG = (w - E(G(w))).square().sum(1).mean()
    descend(L_EG, opt.EG)
    return dict(L_ED=L_ED, L_FG=L_FG, L_EG=L_EG)
