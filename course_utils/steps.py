"""One function per algorithm: the body of the slide's `while not converged`; `train` is the `while`."""

from .losses import bernoulli_nll, kl_normal, reconstruction
from .priors import reparameterize
from .train import descend


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
