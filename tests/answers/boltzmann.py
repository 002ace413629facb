"""Answers to the exercises of notebook 09, sections 6 to 9."""

import torch
from torch.nn.functional import logsigmoid, softplus

from course_utils.models import free_energy, gibbs
from course_utils.train import descend


def slope_by_einsum(v, states, p):
    gap = torch.einsum("s,si,sj->ij", p, states, states) - torch.einsum("bi,bj->ij", v, v) / len(v)
    return torch.triu(gap, diagonal=1)


def slope_by_loops(v, states, p):
    n = v.shape[1]
    out = torch.zeros(n, n).to(v)
    for i in range(n):
        for j in range(i + 1, n):
            out[i, j] = (p * states[:, i] * states[:, j]).sum() - (v[:, i] * v[:, j]).mean()
    return out


def slope_by_outer_products(v, states, p):
    pairs = states[:, :, None] * states[:, None, :]
    data = (v[:, :, None] * v[:, None, :]).mean(0)
    return ((p[:, None, None] * pairs).sum(0) - data) * torch.ones_like(data).triu(1)


def machine(v, states, p, weigh=None):
    """The model's part of the slope, with the states weighed in another way."""
    weigh = p if weigh is None else weigh
    return (states.T * weigh) @ states


def from_data(v):
    return v.T @ v / len(v)


def F_in_two_parts(v, rbm):
    a = v @ rbm.W + rbm.c
    return -v @ rbm.b - (a.clamp(min=0) + (-a.abs()).exp().log1p()).sum(1)


def F_by_enumeration(v, rbm):
    n = rbm.W.shape[1]
    h = (torch.arange(2**n)[:, None] >> torch.arange(n) & 1).to(v)
    told = v @ rbm.W + rbm.c
    return -v @ rbm.b - (told @ h.T).logsumexp(1)


def F_by_logaddexp(v, rbm):
    told = rbm.c + v.matmul(rbm.W)
    return -((v * rbm.b).sum(1) + torch.logaddexp(told, torch.zeros_like(told)).sum(dim=-1))


def F_by_logsigmoid(v, rbm):
    return logsigmoid(-(v @ rbm.W + rbm.c)).sum(1) - v @ rbm.b


def F_by_units(v, rbm):
    F = -(v @ rbm.b)
    for j in range(len(rbm.c)):
        F = F - softplus(v @ rbm.W[:, j] + rbm.c[j])
    return F


def told(v, rbm):
    return v @ rbm.W + rbm.c


def chain_after(start="chain", give="new", sign=1.0, k=1, loss="new"):
    """Persistent updates, right with the defaults."""

    def update(v, chain, rbm, opt):
        v_model = gibbs(v if start == "data" else chain, rbm, k)
        negative = {"new": v_model, "old": chain, "data": v}[loss]
        L = sign * (free_energy(v, rbm).mean() - free_energy(negative, rbm).mean())
        descend(L, opt)
        return {"new": v_model, "old": chain, "data": v, "nothing": None}[give]

    return update


def chain_in_place(v, chain, rbm, opt):
    chain.copy_(gibbs(chain, rbm))
    descend(free_energy(v, rbm).mean() - free_energy(chain, rbm).mean(), opt)
    return chain


def chain_by_hand(v, chain, rbm, opt):
    with torch.no_grad():
        h = torch.bernoulli(rbm.p_hidden(chain))
        chain = torch.bernoulli(rbm.p_visible(h))
    opt.zero_grad()
    (rbm(v).mean() - rbm(chain).mean()).backward()
    opt.step()
    opt.zero_grad()
    return chain


def chain_renamed(v, chain, rbm, opt):
    chain = gibbs(chain, rbm)
    L = free_energy(v, rbm).mean() - free_energy(chain, rbm).mean()
    descend(L, opt)
    return chain


def without_chain_in_loss(v, chain, rbm, opt):
    v_model = gibbs(chain, rbm)
    descend(free_energy(v, rbm).mean(), opt)
    return v_model


def without_data_in_loss(v, chain, rbm, opt):
    v_model = gibbs(chain, rbm)
    descend(-free_energy(v_model, rbm).mean(), opt)
    return v_model


def summed_loss(v, chain, rbm, opt):
    v_model = gibbs(chain, rbm)
    descend(free_energy(v, rbm).sum() - free_energy(v_model, rbm).sum(), opt)
    return v_model


def updated_twice(v, chain, rbm, opt):
    v_model = gibbs(chain, rbm)
    for _ in range(2):
        descend(free_energy(v, rbm).mean() - free_energy(v_model, rbm).mean(), opt)
    return v_model


RIGHT = {
    "09.9": [slope_by_einsum, slope_by_loops, slope_by_outer_products],
    "09.11": [F_by_enumeration, F_by_logaddexp, F_by_logsigmoid, F_by_units, F_in_two_parts],
    "09.12": [chain_in_place, chain_by_hand, chain_renamed, chain_after()],
}
WRONG = {
    "09.9": {
        "uphill": lambda v, s, p: (from_data(v) - machine(v, s, p)).triu(1),
        "sum of both": lambda v, s, p: (from_data(v) + machine(v, s, p)).triu(1),
        "lower triangle": lambda v, s, p: (machine(v, s, p) - from_data(v)).tril(-1),
        "both triangles": lambda v, s, p: machine(v, s, p) - from_data(v),
        "with the diagonal": lambda v, s, p: torch.triu(machine(v, s, p) - from_data(v)),
        "states alike": lambda v, s, p: (s.T @ s / len(s) - from_data(v)).triu(1),
        "states summed": lambda v, s, p: (s.T @ s - from_data(v)).triu(1),
        "data summed": lambda v, s, p: (machine(v, s, p) - v.T @ v).triu(1),
        "data only": lambda v, s, p: -from_data(v).triu(1),
        "model only": lambda v, s, p: machine(v, s, p).triu(1),
        "means of units": lambda v, s, p: (
            torch.outer(p @ s, p @ s) - torch.outer(v.mean(0), v.mean(0))
        ).triu(1),
        "halved": lambda v, s, p: 0.5 * slope_by_einsum(v, s, p),
        "over the states": lambda v, s, p: (v @ v.T / len(v)).triu(1),
    },
    "09.11": {
        "energy at mean h": lambda v, rbm: rbm.energy(v, rbm.p_hidden(v)),
        "energy at drawn h": lambda v, rbm: rbm.energy(v, (told(v, rbm) > 0).to(v)),
        "without b": lambda v, rbm: -softplus(told(v, rbm)).sum(1),
        "without c": lambda v, rbm: -v @ rbm.b - softplus(v @ rbm.W).sum(1),
        "other sign": lambda v, rbm: v @ rbm.b + softplus(told(v, rbm)).sum(1),
        "sign of the hidden part": lambda v, rbm: -v @ rbm.b + softplus(told(v, rbm)).sum(1),
        "sign of the visible part": lambda v, rbm: v @ rbm.b - softplus(told(v, rbm)).sum(1),
        "sign within": lambda v, rbm: -v @ rbm.b - softplus(-told(v, rbm)).sum(1),
        "mean over units": lambda v, rbm: -v @ rbm.b - softplus(told(v, rbm)).mean(1),
        "over the batch": lambda v, rbm: (-v @ rbm.b - softplus(told(v, rbm)).sum(1)).mean(),
        "relu": lambda v, rbm: -v @ rbm.b - told(v, rbm).relu().sum(1),
        "log of 1 + e^a": lambda v, rbm: -v @ rbm.b - (1 + told(v, rbm).exp()).log().sum(1),
        "no hidden part": lambda v, rbm: -v @ rbm.b,
        "detached": lambda v, rbm: (-v @ rbm.b - softplus(told(v, rbm)).sum(1)).detach(),
    },
    "09.12": {
        "probabilities for states": lambda v, chain, rbm, opt: rbm.p_visible(
            rbm.p_hidden(chain_after()(v, chain, rbm, opt))
        ),
        "from the data": chain_after(start="data"),
        "from the data, old kept": chain_after(start="data", give="old"),
        "gives the data": chain_after(give="data"),
        "old in the loss": chain_after(loss="old"),
        "data in the loss": chain_after(loss="data"),
        "uphill": chain_after(sign=-1.0),
        "half": chain_after(sign=0.5),
        "gives nothing": chain_after(give="nothing"),
        "no chain in the loss": without_chain_in_loss,
        "no data in the loss": without_data_in_loss,
        "summed": summed_loss,
        "updated twice": updated_twice,
        "gives zeros": lambda v, chain, rbm, opt: torch.zeros_like(chain_after()(v, chain, rbm, opt)),
    },
}
