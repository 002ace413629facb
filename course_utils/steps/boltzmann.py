"""Steps of Boltzmann machines. Their batches are black or white: `data.BinaryBatches`."""

from ..models.boltzmann import free_energy, gibbs
from ..train import descend


def boltzmann_step(batches, *, bm, opt):
    """One update by the exact likelihood (Ackley et al. 1985; deck 001, "Boltzmann Machine")."""
    x, _ = next(batches)
    v = (x.flatten(1) + 1) / 2  # (B, n) in {0, 1}
    log_Z = (-bm(bm.states)).logsumexp(0)  # a sum over all 2ⁿ states
    L = bm(v).mean() + log_Z  # −log p(v)
    descend(L, opt.bm)
    return dict(nats=L)


def cd_step(batches, *, rbm, opt, k=1):
    """One update of an RBM by contrastive divergence, CD-k (Hinton 2002; deck 001, "MCMC Approximation")."""
    x, _ = next(batches)
    v = (x.flatten(1) + 1) / 2  # (B, n_visible) in {0, 1}
    v_model = gibbs(v, rbm, k)  # k sweeps, from the data
    L = free_energy(v, rbm).mean() - free_energy(v_model, rbm).mean()  # its gradient counts, not its value
    descend(L, opt.rbm)
    return dict(gap=L)


def pcd_step(batches, *, rbm, rbm_ema, opt, chain, k=1):
    """One update by persistent contrastive divergence (Tieleman 2008; deck 001, "MCMC Approximation")."""
    x, _ = next(batches)
    v = (x.flatten(1) + 1) / 2  # (B, n_visible) in {0, 1}
    chain.copy_(gibbs(chain, rbm, k))  # (n_chains, n_visible): goes on where the last step left it
    L = free_energy(v, rbm).mean() - free_energy(chain, rbm).mean()
    descend(L, opt.rbm)
    rbm_ema.update_parameters(rbm)
    return dict(gap=L)
