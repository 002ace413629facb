"""Notebook 11, section 3: what the hinge wants, how far a layer stretches, statistics taken anew."""

import math

import torch
from torch import nn

from ...models import fresh_statistics
from ..engine.compare import as_number
from ..engine.fixtures import noise
from ..engine.tasks import Exercise, Prediction, Wrong

Exercise(
    "11.5",
    "Three to one",
    reference=1.0,
    hints=(
        "At this one image D chooses a score s and pays 3 · max(0, 1 − s) + max(0, 1 + s). Draw it over s.",
        "It is made of straight pieces, with corners at −1 and at 1. Which way does it slope between the "
        "two, and beyond 1?",
        "Between −1 and 1 the slope is −3 + 1, beyond 1 it is +1: the lowest point is the corner.",
    ),
    mistakes=dict(
        log_loss=(math.log(3), "log 3 is the best logit for the log loss; the hinge has corners instead."),
        ratio=(3.0, "beyond 1 a real image pays nothing any more, but the fakes pay more with every step."),
        share=(0.75, "¾ is the probability that it is real; D's scores are no probabilities here."),
        squares=(
            0.5,
            "½ is best for squared errors with the targets 1 and −1: a mean. Try s a little above it.",
        ),
        even=(0.0, "at 0 the slope is −3 + 1: a step up costs less for the real ones than it gains."),
        weighed=(2.0, "beyond 1 the real images have no slope left; the fakes still have one."),
        fake=(-1.0, "that is best where fakes are the more frequent ones."),
    ),
    why="3 max(0, 1 − s) + max(0, 1 + s) falls up to s = 1 and rises beyond it. It would be 1 at 30 to one, "
    "and −1 at one to three: with the hinge D says which side is more frequent, not how much more.",
)

Prediction(
    "11.p4",
    "c",
    "PyTorch writes the kernel as a matrix of 16 rows and 144 columns and norms that. The layer uses the "
    "kernel at every place, and each pixel is seen by nine of them: together they can stretch it further.",
)


def stretch(layer, x):
    """How many times longer a layer can make the difference of two inputs; x (1, …), any one. → scalar"""
    matrix = torch.autograd.functional.jacobian(layer, torch.zeros_like(x)).reshape(-1, x.numel())
    return torch.linalg.matrix_norm(matrix, 2)


def _jacobian(layer, x):
    return torch.autograd.functional.jacobian(layer, torch.zeros_like(x)).reshape(-1, x.numel())


def _of_unit_vectors(layer, x):
    units = torch.eye(x.numel(), device=x.device, dtype=x.dtype)
    return layer(units.view(-1, *x.shape[1:])).flatten(1).T


def _kernel(layer):
    weights = [p for p in layer.parameters() if p.dim() > 1]
    return weights[0].flatten(1)


def _layers():
    with torch.random.fork_rng():
        torch.manual_seed(3)
        cases = [
            (nn.Linear(3, 5), noise(1, 3)),
            (nn.Conv2d(2, 3, 3, padding=1), noise(1, 2, 5, 5)),
            (nn.Conv2d(1, 4, 4, stride=2, padding=1), noise(1, 1, 6, 6)),
            (nn.ConvTranspose2d(3, 2, 4, stride=2, padding=1), noise(1, 3, 3, 3)),
            (nn.Sequential(nn.Conv2d(1, 2, 3), nn.AvgPool2d(2)), noise(1, 1, 6, 6)),
        ]
        return [(layer.to(x.device), x) for layer, x in cases]


def _number(fn, arguments):
    value = as_number(fn(*arguments))
    if value is None or value is Ellipsis:
        return None
    if not isinstance(value, int | float):
        raise Wrong("one number is asked: the largest factor there is.")
    return (torch.as_tensor(value).to(arguments[1]),)


Exercise(
    "11.6",
    "How far it stretches",
    reference=stretch,
    cases=_layers,
    outcome=_number,
    tolerance=5e-4,
    hints=(
        "A layer without an activation is a matrix, and a bias that cancels in differences. Its columns are "
        "what the layer makes of the unit vectors, less what it makes of 0.",
        "For any layer torch.autograd.functional.jacobian(layer, x) is that matrix, with the shapes of "
        "output and input. What is the longest that a matrix makes a vector of length 1?",
        "Its largest singular value: torch.linalg.matrix_norm(J.reshape(-1, x.numel()), 2).",
    ),
    unlike="it is not the largest factor.",
    mistakes=dict(
        kernel=(
            lambda layer, x: torch.linalg.matrix_norm(_kernel(layer), 2),
            "right for a linear layer. A convolution uses its kernel at many places, which overlap: the "
            "matrix of the layer is a larger one.",
        ),
        frobenius=(
            lambda layer, x: _jacobian(layer, x).norm(),
            "that is the root of the sum of *all* squared singular values. A difference has one direction.",
        ),
        of_x=(
            lambda layer, x: layer(x).norm() / x.norm(),
            "that is the factor of one input, bias included. Asked is the largest for any difference.",
        ),
        of_this_difference=(
            lambda layer, x: (layer(x) - layer(torch.zeros_like(x))).norm() / x.norm(),
            "that is the factor of one direction, x itself. Asked is the largest of all.",
        ),
        gradient=(
            lambda layer, x: _jacobian(layer, x).sum(0).norm(),
            "that is the gradient norm of the *sum* of all outputs.",
        ),
        largest_entry=(
            lambda layer, x: _jacobian(layer, x).abs().max(),
            "the largest entry says how much one number moves another; a direction moves many at once.",
        ),
        rows=(
            lambda layer, x: _jacobian(layer, x).norm(dim=1).max(),
            "that is the steepest slope of a single output. Lengths are asked, of all outputs together.",
        ),
        columns=(
            lambda layer, x: _jacobian(layer, x).norm(dim=0).max(),
            "that is for a change of a single input. A direction that mixes inputs may be stretched further.",
        ),
        sums=(
            lambda layer, x: torch.linalg.matrix_norm(_jacobian(layer, x), 1),
            "matrix_norm(…, 1) is the largest sum of a column; lengths belong to the norm 2.",
        ),
        bias_still_in=(
            lambda layer, x: torch.linalg.matrix_norm(_of_unit_vectors(layer, x), 2),
            "the bias is still in: take off what the layer makes of 0.",
        ),
        least=(
            lambda layer, x: torch.linalg.svdvals(_jacobian(layer, x))[-1],
            "that is the smallest singular value: how short it can make a difference.",
        ),
    ),
)


# ── statistics taken anew ────────────────────────────────────────────────────────────────────────


def statistics_that_forget(G, draws):
    """As shown: the statistics begin at mean 0 and variance 1, and each batch counts a tenth."""
    norms = [m for m in G.modules() if isinstance(m, nn.BatchNorm1d)]
    for norm in norms:
        norm.reset_running_stats()
    G.train()
    with torch.no_grad():
        for draw in draws:
            G(*draw)
    G.eval()
    return G


class _Told(nn.Module):
    """Two layers with a norm each, a small G. (n, 2), (n,) → (n, 3)"""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.last = nn.Linear(3, 4), nn.Linear(4, 3), nn.Linear(3, 3)
        self.norm_1, self.norm_2 = nn.BatchNorm1d(4, affine=False), nn.BatchNorm1d(3)
        nn.init.normal_(self.norm_2.weight)

    def forward(self, z, y):
        h = self.norm_1(self.first(torch.cat([z, y[:, None].to(z)], 1))).relu()
        return self.last(self.norm_2(self.second(h)).relu())


class _Draws:
    """Batches of noise and labels, one list. As an object, so that it is in the precision of the network."""

    def __init__(self, n_batches, n):
        self.z, self.y = 2 * noise(n_batches, n, 2) + 1, torch.arange(n_batches * n).view(n_batches, n) % 3
        self.y = self.y.to(self.z.device)

    def __iter__(self):
        return iter(zip(self.z, self.y, strict=True))

    def __getitem__(self, at):
        return list(self)[at]

    def __len__(self):
        return len(self.z)


def _networks():
    cases = []
    for n_batches, n in ((1, 8), (5, 6), (40, 4)):
        G = _Told().to(noise(1).device)
        for norm in (G.norm_1, G.norm_2):
            norm.running_mean += 5.0  # as if from another training
            norm.running_var *= 9.0
            norm.num_batches_tracked += 7
        cases.append((G.eval(), _Draws(n_batches, n)))
    return cases


def _afterwards(fn, arguments):
    G, draws = arguments
    before = [p.detach().clone() for p in G.parameters()]
    kept = [b.clone() for b in G.buffers()]
    said = fn(G, draws)
    if any(not torch.equal(a, b) for a, b in zip(before, G.parameters(), strict=True)):
        raise Wrong("it changes weights of G: its statistics alone are asked.")
    if any(p.grad is not None for p in G.parameters()):
        raise Wrong("it leaves gradients in G: no_grad().")
    if all(torch.equal(a, b) for a, b in zip(kept, G.buffers(), strict=True)):
        if said is None:
            return None
        raise Wrong("the statistics of its norms are what they were before.")
    if said is not G:
        raise Wrong("return G itself, with its new statistics.")
    if G.training:
        raise Wrong("it leaves G in training mode: G.eval() at the end.")
    statistics = [s for norm in (G.norm_1, G.norm_2) for s in (norm.running_mean, norm.running_var)]
    return (torch.cat(statistics),)


def _anew(momentum=lambda i: None, reset=True, times=1, mode=True, skip=0):
    def wrong(G, draws):
        norms = [m for m in G.modules() if isinstance(m, nn.BatchNorm1d)]
        for norm in norms:
            if reset:
                norm.reset_running_stats()
            norm.momentum = momentum(0)
        G.train(mode)
        with torch.no_grad():
            for _ in range(times):
                for i, draw in enumerate(draws):
                    for norm in norms:
                        norm.momentum = momentum(i)
                    if i >= skip:
                        G(*draw)
        for norm in norms:
            norm.momentum = 0.1
        G.eval()
        return G

    return wrong


def _one_norm(G, draws):
    norm = next(m for m in G.modules() if isinstance(m, nn.BatchNorm1d))
    norm.reset_running_stats()
    norm.momentum = None
    G.train()
    with torch.no_grad():
        for draw in draws:
            G(*draw)
    norm.momentum = 0.1
    return G.eval()


Exercise(
    "11.7",
    "Five pale batches",
    kind="debug",
    reference=fresh_statistics,
    cases=_networks,
    outcome=_afterwards,
    hints=(
        "After reset_running_stats mean and variance stand at 0 and 1. How much of that is left after one "
        "batch, and how much after five?",
        "Batch norm moves a tenth of the way with each batch: 0.9⁵ = 0.59 of the 0 and 1 are left after "
        "five. Look for `momentum` in its documentation: one value of it means a plain mean.",
        "norm.momentum = None in the first loop (and back to what it was, at the end).",
    ),
    unlike="the statistics are not the plain mean over all batches.",
    mistakes=dict(
        given=(statistics_that_forget, ""),
        no_reset=(
            _anew(reset=False),
            "the old statistics are still in: reset_running_stats was right.",
        ),
        slower=(
            _anew(momentum=lambda i: 0.01),
            "a smaller momentum forgets more slowly, and keeps even more of the 0 and 1 at the start.",
        ),
        last_only=(
            _anew(momentum=lambda i: 1.0),
            "the last batch alone counts; all others are forgotten.",
        ),
        one_too_many=(
            _anew(momentum=lambda i: 1 / (i + 2)),
            "1/(i + 1) for the batch i = 0, 1, … counts all alike; with i + 2 the 0 and 1 count as a batch, "
            "too.",
        ),
        first_left_out=(_anew(skip=1), "the first batch does not count."),
        in_evaluation=(
            _anew(mode=False),
            "the statistics stand at 0 and 1: is G in training mode, and do its norms move?",
        ),
        one_norm=(_one_norm, "only the first norm counts all batches alike: every one is to."),
        many_rounds=(
            _anew(momentum=lambda i: 0.1, times=20),
            "many rounds drown the 0 and 1; but the last ten batches count most, and with few draws two "
            "calls differ.",
        ),
    ),
)
