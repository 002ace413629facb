"""Steps of GANs for larger images: LapGAN and BigGAN."""

from torch import no_grad

from ..losses import discriminator_loss, hinge_loss, non_saturating, r1_penalty
from ..pyramid import larger, smaller
from ..train import descend


def lapgan_step(batches, *, G, D, G_ema, opt, prior, r1_weight=0.1):
    """One update of one level of a LapGAN (Denton et al. 2015; deck 001): G draws what doubling adds."""
    x, _ = next(batches)  # images of this level's size
    small = smaller(x)  # the condition: both networks are told the small image
    detail = x - larger(small)
    with no_grad():
        fake = G(prior(len(x)), small)
    L_D = discriminator_loss(D(detail, small), D(fake, small))
    few = len(x) // 4 or 1
    r1 = r1_penalty(lambda detail: D(detail, small[:few]), detail[:few])
    descend(L_D + r1_weight / 2 * r1, opt.D)
    L_G = non_saturating(D(G(prior(len(x)), small), small))
    descend(L_G, opt.G)
    G_ema.update_parameters(G)
    return dict(L_D=L_D, L_G=L_G, r1=r1)


def biggan_step(batches, *, G, D, G_ema, opt, prior, n_d=1):
    """One update of a BigGAN in small: labels, hinge loss, EMA (Brock et al. 2019; decks 000, 004)."""
    for _ in range(n_d):
        x, y = next(batches)
        with no_grad():
            x_fake = G(prior(len(x)), y)
        L_D = hinge_loss(D(x, y), D(x_fake, y))
        descend(L_D, opt.D)
    L_G = -D(G(prior(len(x)), y), y).mean()
    descend(L_G, opt.G)
    G_ema.update_parameters(G)
    return dict(L_D=L_D, L_G=L_G)
