"""Two domains and no pairs: CycleGAN."""

from ..losses import discriminator_loss, non_saturating, r1_penalty
from ..train import descend


def cyclegan_step(batches, *, AB, BA, D_A, D_B, opt, cycle_weight=10.0, same_weight=0.0, r1_weight=1.0):
    """One round of CycleGAN (Zhu et al. 2017, with the losses of notebook 04; deck 002)."""
    a, b = next(batches)  # (B, 1, 28, 28) each, and no pairs
    fake_b, fake_a = AB(a), BA(b)
    L_D = discriminator_loss(D_A(a), D_A(fake_a.detach())) + discriminator_loss(D_B(b), D_B(fake_b.detach()))
    few = len(a) // 4 or 1
    r1 = r1_penalty(D_A, a[:few]) + r1_penalty(D_B, b[:few])
    descend(L_D + r1_weight / 2 * r1, opt.D)
    L_G = non_saturating(D_A(fake_a)) + non_saturating(D_B(fake_b))
    L_cycle = (BA(fake_b) - a).abs().mean() + (AB(fake_a) - b).abs().mean()
    L_same = (BA(a) - a).abs().mean() + (AB(b) - b).abs().mean() if same_weight else 0 * L_cycle
    descend(L_G + cycle_weight * L_cycle + same_weight * L_same, opt.G)
    return dict(L_D=L_D, L_G=L_G, L_cycle=L_cycle, L_same=L_same)
