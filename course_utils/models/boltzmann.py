"""Boltzmann machines: p(x) = exp(−E(x)) / Z. Their units v and h are 0 or 1; an image −1 is v = 0."""

import torch
from torch import nn
from torch.nn.functional import softplus


def all_states(n):
    """All states of n units, each 0 or 1. → (2ⁿ, n); n of 20 are a million rows"""
    return (torch.arange(2**n)[:, None] >> torch.arange(n) & 1).to(torch.get_default_dtype())


class Boltzmann(nn.Module):
    """A fully visible Boltzmann machine: states v (B, n) → their energies E(v) (B,).

    E(v) = −Σ_{i<j} v_i U_ij v_j − b·v,  p(v) = exp(−E(v)) / Z

    Source: Ackley, Hinton & Sejnowski 1985; deck 001. `states` holds all 2ⁿ: only for a dozen units. Trap: a
    sum over i and j counts each pair twice, and lets a unit push itself.
    """

    def __init__(self, n):
        super().__init__()
        self.U, self.b = nn.Parameter(torch.zeros(n, n)), nn.Parameter(torch.zeros(n))
        self.register_buffer("states", all_states(n))

    def forward(self, v):
        return -((v @ self.U.triu(1)) * v).sum(1) - v @ self.b

    @torch.no_grad()
    def probabilities(self):
        """p(v) of each of `states`. → (2ⁿ,)"""
        return (-self(self.states)).softmax(0)


class RBM(nn.Module):
    """A restricted Boltzmann machine: no links within v (B, n_visible), none within h (B, n_hidden).

    E(v, h) = −v·W h − b·v − c·h.  Given one side, the units of the other side are independent.

    ink  (n_visible,) if given, b starts at the log-odds of this mean image. Source: Smolensky 1986.
    """

    def __init__(self, n_visible=784, n_hidden=500, ink=None):
        super().__init__()
        self.W = nn.Parameter(0.01 * torch.randn(n_visible, n_hidden))
        b = torch.zeros(n_visible) if ink is None else ink.detach().cpu().clamp(0.001, 0.999).logit()
        self.b, self.c = nn.Parameter(b.clone()), nn.Parameter(torch.zeros(n_hidden))

    def energy(self, v, h):
        """E(v, h) of pairs of states. → (B,)"""
        return -((v @ self.W) * h).sum(1) - v @ self.b - h @ self.c

    def p_hidden(self, v):
        """p(h_j = 1 | v) of every hidden unit. → (B, n_hidden)"""
        return (v @ self.W + self.c).sigmoid()

    def p_visible(self, h):
        """p(v_i = 1 | h) of every visible unit. → (B, n_visible)"""
        return (h @ self.W.T + self.b).sigmoid()

    def forward(self, v):
        return free_energy(v, self)


def free_energy(v, rbm):
    """The energy of v alone, all h summed out: p(v) = exp(−F(v)) / Z. → (B,)

    F(v) = −log Σ_h exp(−E(v, h)) = −b·v − Σ_j softplus(c_j + (v W)_j),  v (B, n_visible) in {0, 1}

    Of 2^n_hidden states the sum has n_hidden factors 1 + exp(…), because the units are independent given v.
    """
    return -v @ rbm.b - softplus(v @ rbm.W + rbm.c).sum(1)


def gibbs(v, rbm, k=1):
    """k sweeps v → h → v of Gibbs sampling: each side drawn given the other. → as v (B, n_visible), {0, 1}

    Source: Geman & Geman 1984; deck 001. The only distribution that a sweep leaves unchanged is p(v).
    """
    with torch.no_grad():
        for _ in range(k):
            h = torch.bernoulli(rbm.p_hidden(v))
            v = torch.bernoulli(rbm.p_visible(h))
    return v
