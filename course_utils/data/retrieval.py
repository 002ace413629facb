"""Documents and queries without any download: scikit-learn's small digits, and which one answers which."""

from typing import NamedTuple

import torch

from .. import session


class Retrieval(NamedTuple):
    """Queries, documents, and what is known of them. Images (n, 1, 8, 8) in [−1, 1], labels (n,).

    To a query the next digit is relevant: to a 3 any 4, to a 9 any 0. Known is only what was clicked.
    """

    q: torch.Tensor  # queries for training, and the digits that they show
    y_q: torch.Tensor
    docs: torch.Tensor  # what can be chosen in training
    y_docs: torch.Tensor
    clicked: torch.Tensor  # (n_queries, n_clicks): numbers of relevant documents
    q_test: torch.Tensor
    y_q_test: torch.Tensor
    docs_test: torch.Tensor
    y_docs_test: torch.Tensor


def answers(y_q, y_docs):
    """Which documents are relevant to which queries, by their digits: the next one. → (n_q, n_docs), bool"""
    return (y_q[:, None] + 1) % 10 == y_docs


def retrieval(n_queries=300, n_docs=600, n_clicks=1, seed=0):
    """Queries and documents from scikit-learn's 1,797 digits; queries and documents of the test are others.

    The split and the clicks depend on the seed alone. → Retrieval
    """
    from sklearn.datasets import load_digits  # here: its import takes a second

    generator = torch.Generator().manual_seed(seed)
    x, y = (torch.from_numpy(array) for array in load_digits(return_X_y=True))
    order = torch.randperm(len(x), generator=generator)
    x, y = x.float().view(-1, 1, 8, 8)[order] / 8 - 1, y.long()[order]
    rest = len(x) - n_queries - n_docs
    sizes = [n_queries, n_docs, rest // 2, rest - rest // 2]
    (q, docs, q_test, docs_test), (y_q, y_docs, y_q_test, y_docs_test) = x.split(sizes), y.split(sizes)
    clicked = answers(y_q, y_docs).float().multinomial(n_clicks, generator=generator)
    parts = (q, y_q, docs, y_docs, clicked, q_test, y_q_test, docs_test, y_docs_test)
    return Retrieval(*(part.to(session.device()) for part in parts))


class Clicks:
    """Endless random clicks: `q, d = next(clicks)`, queries (B, 1, 8, 8) and what was clicked for each.

    d (B,) holds numbers of documents.
    """

    def __init__(self, q, clicked, batch_size=32):
        self.q, self.clicked, self.batch_size = q, clicked, batch_size

    def __iter__(self):
        return self

    def __next__(self):
        device = self.q.device
        i = torch.randint(len(self.q), (self.batch_size,), device=device)
        j = torch.randint(self.clicked.shape[1], (self.batch_size,), device=device)
        return self.q[i], self.clicked[i, j]
