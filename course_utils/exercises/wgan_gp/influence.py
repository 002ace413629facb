"""The experiment of notebook 07: which item of a batch moves whose score."""

import torch
from torch import nn

from ..engine.compare import value_and_gradients
from ..engine.fixtures import noise, small_net
from ..engine.tasks import Exercise


def influence(C, x):
    """How much item j changes the score of item i, ‖∂C(x_i) / ∂x_j‖. → (B, B), row i, column j"""
    return torch.autograd.functional.jacobian(C, x)[:, 0].flatten(2).norm(dim=2)


def _tied_critics():
    """Critics with and without batch norm, for points and for images, one of them in evaluation mode."""

    def with_norm(n, d):
        layers = nn.Flatten(), nn.Linear(d, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Linear(16, 1)
        return nn.Sequential(*layers).to(noise(1).device), noise(n, *((d,) if d < 9 else (1, 3, 3)))

    C, x = with_norm(6, 2)
    return [(small_net(2, 16, 1), noise(3, 2)), with_norm(5, 2), (C.eval(), x), with_norm(4, 9)]


def _detached(fn, arguments):
    given = fn(*arguments)
    return value_and_gradients(lambda: given.detach() if isinstance(given, torch.Tensor) else given, ())


def _influence(of=lambda J: J.flatten(2).norm(dim=2), mode=None):
    """The influence of items on scores, with another amount, or in another mode."""

    def wrong(C, x):
        was = C.training
        C.train(was if mode is None else mode)
        J = torch.autograd.functional.jacobian(C, x)[:, 0]
        C.train(was)
        return of(J)

    return wrong


Exercise(
    "07.5",
    "Who moves whose score?",
    reference=influence,
    cases=_tied_critics,
    outcome=_detached,
    hints=(
        "Row i is the gradient of *one* score, C(x)[i], with respect to the whole batch x; its norm is taken "
        "item by item.",
        "Either a loop over i with torch.autograd.grad(scores[i, 0], x, retain_graph=True), or "
        "torch.autograd.functional.jacobian(C, x), of shape (B, 1, B, …).",
        "jacobian(C, x)[:, 0].flatten(2).norm(dim=2)",
    ),
    mistakes=dict(
        transposed=(
            _influence(lambda J: J.flatten(2).norm(dim=2).T),
            "rows and columns are exchanged: row i is the score, column j the item that moves it.",
        ),
        of_the_sum=(
            _influence(lambda J: J.sum(0).flatten(1).norm(dim=1)),
            "that is one number an item, from the gradient of the *sum* of the scores: take each score by "
            "itself.",
        ),
        own_only=(
            _influence(lambda J: J.flatten(2).norm(dim=2).diag().diag()),
            "only the diagonal is left: an item may move the scores of others, too.",
        ),
        squared=(_influence(lambda J: J.flatten(2).square().sum(2)), "the norm, not its square."),
        not_flattened=(
            _influence(lambda J: J.norm(dim=2).flatten(2).sum(2)),
            "right for points; an image's gradient has three axes: one norm over all of them, flatten(2).",
        ),
        in_evaluation=(
            _influence(mode=False),
            "in evaluation mode batch norm has fixed statistics; take the critic in the mode in which it "
            "comes.",
        ),
        in_training=(
            _influence(mode=True),
            "right for a critic in training mode; take one in evaluation mode as it comes, too.",
        ),
        components=(
            _influence(lambda J: J.flatten(2)),
            "the vectors are there; of each the norm is still to be taken.",
        ),
        absolute=(
            _influence(lambda J: J.flatten(2).abs().sum(2)),
            "the Euclidean norm, not the sum of sizes.",
        ),
        signed=(
            _influence(lambda J: J.flatten(2).sum(2)),
            "the sum of the partial derivatives: some cancel. The norm is asked.",
        ),
        largest=(
            _influence(lambda J: J.flatten(2).abs().amax(2)),
            "the largest partial derivative; the norm takes all of them.",
        ),
        others_only=(
            _influence(lambda J: J.flatten(2).norm(dim=2) * (1 - torch.eye(len(J)).to(J))),
            "the diagonal is missing: how much an item moves its own score.",
        ),
        mean=(
            _influence(lambda J: J.flatten(2).square().mean(2).sqrt()),
            "the root of the *sum* of squares, not of their mean.",
        ),
    ),
)
