"""Networks that choose: tables over places and moves, and a score for a query and a document."""

import torch
from torch import nn

from .layers import mlp


class Table(nn.Module):
    """One number for each place, or for each place and move: all that a small world needs.

    Table(n)(s) → like s;  Table(n, k)(s) → (…, k), and (s, a) → like s
    """

    def __init__(self, *shape):
        super().__init__()
        self.numbers = nn.Parameter(torch.zeros(shape))

    def forward(self, *place):
        return self.numbers[place]


class Ranker(nn.Module):
    """How well documents fit queries: the product of a code of each. (B, …), (n_docs, …) → (B, n_docs)"""

    def __init__(self, n_pixels=64, k=16, hidden=64):
        super().__init__()
        self.of_query = nn.Sequential(nn.Flatten(), mlp(n_pixels, k, hidden, n_hidden=1))
        self.of_document = nn.Sequential(nn.Flatten(), mlp(n_pixels, k, hidden, n_hidden=1))

    def forward(self, q, docs):
        return self.of_query(q) @ self.of_document(docs).T
