"""Notebook 09, sections 6 and 7: two means, one unit on each side, hidden units summed out."""

import torch
from torch.nn.functional import softplus

from ... import models, session
from ...models.boltzmann import all_states, free_energy
from ..engine.fixtures import uniform
from ..engine.tasks import Exercise


def slope(v, states, p):
    """How −log p(v), averaged over the data, changes with each U_ij above the diagonal. → (n, n)"""
    of_the_data = v.T @ v / len(v)
    of_the_model = (states.T * p) @ states
    return (of_the_model - of_the_data).triu(1)


def _data_and_states():
    cases = []
    for n_rows, n in ((1, 2), (7, 3), (20, 5)):
        p = (3 * uniform(2**n)).softmax(0)
        cases.append((torch.bernoulli(uniform(n_rows, n)), all_states(n).to(p), p))
    return cases


Exercise(
    "09.9",
    "Two means",
    reference=slope,
    cases=_data_and_states,
    hints=(
        "−log p(v) = E(v) + log Z, so there are two derivatives. That of E(v) by U_ij: what stands beside "
        "U_ij in E?",
        "Z = Σ e^(−E(s)) over all states s. ∂ log Z/∂U_ij = Σ_s (e^(−E(s))/Z) · (−∂E(s)/∂U_ij), and "
        "e^(−E(s))/Z is p(s).",
        "How often i and j are both on in the model, Σ_s p(s) s_i s_j, minus how often in the data: "
        "(states.T * p) @ states − v.T @ v / len(v), and of that .triu(1).",
    ),
    mistakes=dict(
        uphill=(
            lambda v, states, p: -slope(v, states, p),
            "that is the slope of log p(v), which is to rise. Asked is that of −log p(v).",
        ),
        data_only=(
            lambda v, states, p: -(v.T @ v / len(v)).triu(1),
            "that is the derivative of E(v) alone. But log Z depends on U, too.",
        ),
        model_only=(
            lambda v, states, p: ((states.T * p) @ states).triu(1),
            "that is the derivative of log Z alone. And E(v)?",
        ),
        both_triangles=(
            lambda v, states, p: (states.T * p) @ states - v.T @ v / len(v),
            "each pair has one weight, above the diagonal; the others are not in E, and their slope is 0.",
        ),
        diagonal_too=(
            lambda v, states, p: ((states.T * p) @ states - v.T @ v / len(v)).triu(),
            "a unit has no link with itself: U_ii is not in E, and its slope is 0. That is triu(1).",
        ),
        states_alike=(
            lambda v, states, p: (states.T @ states / len(states) - v.T @ v / len(v)).triu(1),
            "the states count as equally probable. The model's mean weighs each with its p.",
        ),
        summed=(
            lambda v, states, p: ((states.T * p) @ states - v.T @ v).triu(1),
            "over the data you sum: the mean was asked, and the model's part is a mean.",
        ),
        of_single_units=(
            lambda v, states, p: (
                torch.outer(p @ states, p @ states) - torch.outer(v.mean(0), v.mean(0))
            ).triu(1),
            "that multiplies means of single units. What counts is how often the two are on *together*: the "
            "mean of the product.",
        ),
        added=(
            lambda v, states, p: ((states.T * p) @ states + v.T @ v / len(v)).triu(1),
            "the two means are added: −∂E/∂U stands in both terms, with which signs?",
        ),
        states_summed=(
            lambda v, states, p: (states.T @ states - v.T @ v / len(v)).triu(1),
            "a sum over states, each as heavy as the others: the model's mean weighs each with its p.",
        ),
        doubled=(
            lambda v, states, p: 2 * slope(v, states, p),
            "twice too large: E has each pair once, i < j.",
        ),
    ),
)

Exercise(
    "09.10",
    "One unit on each side",
    reference=0.75,
    hints=(
        "There are four states (v, h). Their energies are 0, 0, 0 and −log 5: which has which?",
        "The four weights e^(−E) are 1, 1, 1 and 5. What is Z?",
        "v = 1 has two of the four: h = 0 and h = 1.",
    ),
    mistakes=dict(
        one_of_both=(5 / 8, "that is p(v = 1, h = 1). v may be 1 with h = 0, too."),
        given_h=(5 / 6, "that is p(v = 1 | h = 1) = σ(log 5). Asked is p(v = 1), whatever h is."),
        no_link=(0.5, "as without the link. A link between two units makes both more probable."),
        middle=(
            2 / 3,
            "that is the mean of σ(0) and σ(log 5), as if h were 1 half of the time. It is 1 more often.",
        ),
        half_the_weight=(5**0.5 / (1 + 5**0.5), "that takes h = ½ for h. Sum over both values of h."),
        other_value=(0.25, "that is p(v = 0)."),
    ),
    why="Z = 1 + 1 + 1 + 5, and 1 + 5 of it have v = 1: 6/8. Summed over h, e^(−E) is 1 + e^0 = 2 for v = 0 "
    "and 1 + e^(log 5) = 6 for v = 1: one factor for each hidden unit.",
)


def _states_and_machines():
    cases = []
    for n, n_visible, n_hidden in ((1, 1, 1), (7, 4, 3), (3, 6, 9)):
        rbm = models.RBM(n_visible, n_hidden)
        for p in rbm.parameters():
            p.data.normal_()
        cases.append((torch.bernoulli(uniform(n, n_visible)), rbm))
    extreme = models.RBM(2, 2)
    extreme.W.data = 1e3 * torch.tensor([[1.0, -1.0], [1.0, -1.0]])
    extreme.c.data = torch.tensor([0.5, -0.5])  # log(1 + e^a) may be put together of parts with a kink at 0
    cases.append((all_states(2), extreme))
    return [(v.to(session.device()), rbm.to(session.device())) for v, rbm in cases]


def _told(v, rbm):
    return v @ rbm.W + rbm.c


Exercise(
    "09.11",
    "Hidden units summed out",
    reference=free_energy,
    cases=_states_and_machines,
    hints=(
        "One hidden unit: Σ_h e^(b·v + (c + vW) h) over h = 0 and h = 1 is e^(b·v) (1 + e^(c + vW)). You "
        "have seen it in exercise 09.10.",
        "With more of them the exponential of a sum is a product, each factor has its own h_j, and so the "
        "sum of products is a product of sums: e^(b·v) Π_j (1 + e^(c_j + (vW)_j)). And −log of that?",
        "−v @ rbm.b − softplus(v @ rbm.W + rbm.c).sum(1): softplus(a) is log(1 + e^a), and does not "
        "overflow.",
    ),
    mistakes=dict(
        overflows=(
            lambda v, rbm: -v @ rbm.b - _told(v, rbm).exp().log1p().sum(1),
            "right, but e^1000 is ∞: softplus(a) is log(1 + e^a) and does not overflow.",
        ),
        product_overflows=(
            lambda v, rbm: -v @ rbm.b - (1 + _told(v, rbm).exp()).prod(1).log(),
            "right, but a product of many factors 1 + e^a overflows: sum their logarithms, softplus(a).",
        ),
        visible_bias_missing=(
            lambda v, rbm: -softplus(_told(v, rbm)).sum(1),
            "b is missing: v has a bias of its own, which does not depend on h.",
        ),
        hidden_bias_missing=(
            lambda v, rbm: -v @ rbm.b - softplus(v @ rbm.W).sum(1),
            "c is missing: each hidden unit has a bias, within its factor.",
        ),
        sign_flipped=(
            lambda v, rbm: -free_energy(v, rbm),
            "that is log Σ_h e^(−E(v, h)); the free energy is minus that, low where v is probable.",
        ),
        hidden_sign=(
            lambda v, rbm: -v @ rbm.b + softplus(_told(v, rbm)).sum(1),
            "the hidden part has the other sign: −log of a product 1 + e^a.",
        ),
        visible_sign=(
            lambda v, rbm: v @ rbm.b - softplus(_told(v, rbm)).sum(1),
            "b·v has the other sign: a positive bias makes ink probable, so its energy is low.",
        ),
        sign_within=(
            lambda v, rbm: -v @ rbm.b - softplus(-_told(v, rbm)).sum(1),
            "within softplus the sign is turned: h_j = 1 brings e^(+a_j).",
        ),
        visible_only=(
            lambda v, rbm: -v @ rbm.b,
            "that is the energy with all hidden units at 0: the sum has all other h, too.",
        ),
        most_probable_h=(
            lambda v, rbm: -v @ rbm.b - _told(v, rbm).relu().sum(1),
            "that is the energy with the best h only. The sum has the others, too: 1 + e^a.",
        ),
        mean_h=(
            lambda v, rbm: -v @ rbm.b - (_told(v, rbm) * rbm.p_hidden(v)).sum(1),
            "that is the mean energy over h. Asked is −log of a sum of e^(−E).",
        ),
        probabilities=(
            lambda v, rbm: -v @ rbm.b - rbm.p_hidden(v).sum(1),
            "a sum of probabilities; but each hidden unit brings log(1 + e^a), not σ(a).",
        ),
        mean_over_units=(
            lambda v, rbm: -v @ rbm.b - softplus(_told(v, rbm)).mean(1),
            "you average over the hidden units; each is a factor of its own, so their logs add up.",
        ),
        log_of_sum=(
            lambda v, rbm: -v @ rbm.b - softplus(_told(v, rbm).logsumexp(1)),
            "that is 1 + Σ_j e^(a_j), as if at most one hidden unit could be 1. Each can: Π_j (1 + e^(a_j)).",
        ),
        over_the_batch=(
            lambda v, rbm: free_energy(v, rbm).mean(),
            "one number for each v was asked, not the mean over the batch.",
        ),
    ),
)
