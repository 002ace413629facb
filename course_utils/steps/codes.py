"""Codes with a meaning: a GAN whose images tell what they were made from."""

import torch

from ..losses import code_nll, discriminator_loss, non_saturating
from ..train import descend


def infogan_step(batches, *, G, DQ, opt, prior, weight=1.0, numbers=0.1):
    """One round of InfoGAN (Chen et al. 2016; deck 001): Q, beside D, reads the code from the image."""
    x, _ = next(batches)
    z, code = prior(len(x))  # noise, and the code: its category, then its numbers
    x_fake = G(torch.cat([z, code], 1))

    def L_Q(told):
        in_category, in_numbers = code_nll(told, code)  # the code that made x_fake, no other
        return in_category + numbers * in_numbers

    (on_real, _), (on_fake, told) = DQ(x), DQ(x_fake.detach())  # logits (B, 1), and what Q tells
    L_D = discriminator_loss(on_real, on_fake)
    descend(L_D + L_Q(told), opt.DQ)
    on_fake, told = DQ(x_fake)
    L_G = non_saturating(on_fake)
    descend(L_G + weight * L_Q(told), opt.G)  # weight is the slide's λ: G wants to be read, too
    unread, _ = code_nll(told, code)
    return dict(L_D=L_D, L_G=L_G, unread=unread)
