"""Notebook 12, section 5: who ranks documents best, the generator, its judge, or neither?"""

from functools import partial

import torch

from .. import data, metrics, models, session, steps
from ..data import answers
from ..train import adam, train
from .table import Table, rounded

SEEDS, N_STEPS, EVERY = 5, 1_200, 100


def at_5(score, there):
    """Precision at 5 on the test's queries and documents; score(q, docs) → (n_q, n_docs). → float"""
    with torch.no_grad():
        scores = score(there.q_test, there.docs_test)
    return metrics.precision_at(scores, answers(there.y_q_test, there.y_docs_test))


def chosen_and_relevant(G, there):
    """The share of G's choices for the training queries that are relevant, clicked or not. → float"""
    with torch.no_grad():
        p = G(there.q, there.docs).softmax(1)
    return (p * answers(there.y_q, there.y_docs)).sum(1).mean().item()


def pixels(q, docs):
    """Documents that look like the query come first."""
    return -torch.cdist(q.flatten(1), docs.flatten(1))


def players(seed):
    """G and D with their optimizers. → dict"""
    torch.manual_seed(seed)
    G, D = (models.Ranker().to(session.device()) for _ in range(2))
    opt = adam(D=[D], lr=3e-3)
    opt.G = adam(G=[G], lr=1e-3).G
    return dict(G=G, D=D, opt=opt)


def supervised(n_clicks, seed):
    there, cast = data.retrieval(n_clicks=n_clicks, seed=seed), players(seed)
    del cast["G"]
    batches = data.Clicks(there.q, there.clicked)
    train(steps.ranking_step, batches, N_STEPS, quiet=True, docs=there.docs, **cast)
    return rounded(dict(supervised=at_5(cast["D"], there), pixels=at_5(pixels, there)))


def adversarial(n_clicks, seed):
    there, cast, scores = data.retrieval(n_clicks=n_clicks, seed=seed), players(seed), {}
    batches = data.Clicks(there.q, there.clicked)
    for t in range(0, N_STEPS + 1, EVERY):
        scores |= {f"G at {t}": at_5(cast["G"], there), f"D at {t}": at_5(cast["D"], there)}
        scores[f"relevant at {t}"] = chosen_and_relevant(cast["G"], there)
        if t < N_STEPS:
            train(steps.irgan_step, batches, EVERY, quiet=True, docs=there.docs, **cast)
    return rounded(scores)


TABLE = Table(
    {
        "words": "300 queries, 600 documents of 8×8 pixels; two MLPs of 64 units, codes of 16 numbers; Adam, "
        "rates 0.003 (D, supervised) and 0.001 (G); 8 documents chosen for each of 32 queries",
        "updates": N_STEPS,
        "seeds": SEEDS,
    },
    {
        f"{kind}, clicks {n}, {seed}": partial(f, n, seed)
        for n in (1, 3)
        for kind, f in (("supervised", supervised), ("irgan", adversarial))
        for seed in range(SEEDS)
    },
)
