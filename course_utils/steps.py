"""One function per algorithm: the body of the slide's `while not converged`; `train` is the `while`."""

from .losses import reconstruction
from .train import descend


def ae_step(batches, *, enc, dec, opt):
    """One update of an autoencoder (deck 002, Labs 1 and 2)."""
    x, _ = next(batches)  # (B, 1, 28, 28)
    z_code = enc(x)  # (B, latent_dim): all that the decoder gets to see
    x_rec = dec(z_code)  # (B, 1, 28, 28)
    L_rec = reconstruction(x_rec, x)
    descend(L_rec, opt.AE)
    return dict(L_rec=L_rec)
