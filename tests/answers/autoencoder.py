"""Answers to the exercises of notebook 01."""

import torch
from torch import nn

from course_utils.losses import reconstruction

RIGHT = {
    "01.2": [
        lambda x_rec, x: ((x_rec - x) ** 2).sum() / len(x),
        lambda x_rec, x: nn.functional.mse_loss(x_rec, x, reduction="sum") / x.shape[0],
        lambda x_rec, x: torch.stack([(a - b).norm() ** 2 for a, b in zip(x_rec, x, strict=True)]).mean(),
    ],
}
WRONG = {
    "01.2": {
        "root": lambda x_rec, x: reconstruction(x_rec, x).sqrt(),
        "sign": lambda x_rec, x: -reconstruction(x_rec, x),
        "half": lambda x_rec, x: reconstruction(x_rec, x) / 2,
        "divided twice": lambda x_rec, x: reconstruction(x_rec, x) / len(x),
        "sum": lambda x_rec, x: (x_rec - x).square().sum(),
        "absolute": lambda x_rec, x: (x_rec - x).abs().flatten(1).sum(1).mean(),
        "target learns too": lambda x_rec, x: (x_rec.detach() - x).square().flatten(1).sum(1).mean(),
        "columns": lambda x_rec, x: (x_rec - x).square().flatten(1).sum(0).mean(),
        "an axis is left": lambda x_rec, x: (x_rec - x).square().flatten(1).sum(1, keepdim=True),
        "mean of all": lambda x_rec, x: nn.functional.mse_loss(x_rec, x),
    },
}
