"""Exercises of notebook 05: references, checks, known mistakes, hints."""

import torch
from torch import nn
from torch.nn.functional import softplus

from .. import session
from ..losses import feature_matching, historical_average_penalty, label_nll, slope_penalty
from ..tricks import closeness, swapped, virtual_batch_norm
from .core import Exercise, Mistake


def _noise(*shape, grad=False):
    return torch.randn(*shape, device=session.device(), requires_grad=grad)


def _logits_and_labels():
    return [
        *((_noise(n, 1, grad=True), torch.rand(n, 1, device=session.device())) for n in (1, 7)),
        (_noise(5, 1, grad=True), 0.9),
        (torch.tensor([[-120.0], [120.0]], device=session.device(), requires_grad=True), 0.9),
    ]


Exercise(
    "05.1",
    "A label that hesitates",
    reference=label_nll,
    cases=_logits_and_labels,
    hints=(
        "With probability t the label is 1, else 0: weigh the two surprises −log D and −log(1 − D).",
        "−log D = softplus(−logits), −log(1 − D) = softplus(logits).",
        "(label * softplus(-logits) + (1 - label) * softplus(logits)).mean()",
    ),
    mistakes={
        "as_on_deck_001": Mistake(
            lambda logits, label: (label * softplus(-logits)).mean(),
            "that is the slide's form: 0.9 only scales the loss, and D still wants to say 1. The part with 1 − label is missing.",
        ),
        "labels_swapped": Mistake(
            lambda logits, label: ((1 - label) * softplus(-logits) + label * softplus(logits)).mean(),
            "the two weights are swapped: label 1 must give −log D.",
        ),
        "to_be_maximized": Mistake(
            lambda logits, label: -(label * softplus(-logits) + (1 - label) * softplus(logits)).mean(),
            "that is the mean of t log D + (1 − t) log(1 − D), to be maximized. A loss to minimize is its negative.",
        ),
        "squared": Mistake(
            lambda logits, label: (logits.sigmoid() - label).square().mean(),
            "that is a squared error; it is cross-entropy that has its minimum at D = label *and* a slope where D is sure.",
        ),
        "overflows": Mistake(
            lambda logits, label: -(label * logits.sigmoid().log() + (1 - label) * (1 - logits.sigmoid()).log()).mean(),
            "right for moderate logits, but log(σ) is infinite or nan far out: softplus stays exact.",
        ),
        "sum": Mistake(
            lambda logits, label: (label * softplus(-logits) + (1 - label) * softplus(logits)).sum(),
            "the course's losses are means over the batch.",
        ),
    },
)  # fmt: skip

Exercise(
    "05.2",
    "The best judge with hesitant labels",
    reference=0.675,
    tolerance=1e-3,
    why="Three of four things there are real, and of those D is told 0.9: 0.9 · ¾.",
    hints=(
        "D* is the mean label of what lies there.",
        "Real ones have the label 0.9, fakes 0: (0.9 · p_data + 0 · p_g) / (p_data + p_g).",
    ),
    mistakes={
        "not_smoothed": Mistake(0.75, "that is D* with labels 1 and 0."),
        "label": Mistake(0.9, "0.9 is the label of the real ones; some of what lies there is fake."),
        "two_sided": Mistake(0.7, "that is two-sided smoothing, with 0.1 for fakes; here fakes have 0."),
        "as_on_deck_001": Mistake(
            0.27 / 0.37,
            "that is the best D of the loss as deck 001 prints it, 0.9 p_data / (0.9 p_data + p_g). With the missing part, "
            "D* is the mean label.",
        ),
    },
)


Exercise(
    "05.3",
    "Match the features",
    reference=feature_matching,
    cases=lambda: [(_noise(*shape) + 1, _noise(*shape, grad=True)) for shape in ((1, 6), (16, 6), (7, 3, 4))],
    hints=(
        "First the mean of each feature over the batch, for real and for fake; then their squared distance.",
        "f_real.mean(0) is (width,).",
        "(f_real.mean(0) - f_fake.mean(0)).square().sum(-1).mean(): the last mean is over the networks of a Stack.",
    ),
    mistakes={
        "mean_over_features": Mistake(
            lambda f_real, f_fake: (f_real.mean(0) - f_fake.mean(0)).square().mean(),
            "that is the mean over features, as in deck 004's code; the paper has the squared norm, a sum.",
        ),
        "mean_over_everything": Mistake(
            lambda f_real, f_fake: (f_real.mean() - f_fake.mean()).square(),
            "each feature has a mean of its own: mean(0).",
        ),
        "not_squared": Mistake(
            lambda f_real, f_fake: (f_real.mean(0) - f_fake.mean(0)).norm(), "the norm is squared."
        ),
        "item_by_item": Mistake(
            lambda f_real, f_fake: (f_real - f_fake).square().sum(-1).mean(),
            "that compares items one by one, which have nothing to do with each other: take the means first.",
        ),
        "sum_over_networks": Mistake(
            lambda f_real, f_fake: (f_real.mean(0) - f_fake.mean(0)).square().sum(),
            "right for one network; a Stack's features are (B, S, width): sum over the last axis only, then take the mean.",
        ),
    },
)


def _close(distance, per=lambda e: e.sum(1), less=1.0):
    def wrong(M):
        return per((-distance(M[:, None] - M[None])).exp()) - less

    return wrong


Exercise(
    "05.4",
    "How alike is a batch?",
    reference=closeness,
    cases=lambda: [(_noise(n, 3, 2, grad=True),) for n in (2, 7)],
    hints=(
        "M[:, None] - M[None] has all differences, (B, B, n_out, n_dim).",
        "‖·‖₁ is .abs().sum(-1); then exp(−·), and a sum over the others.",
        "(-(M[:, None] - M[None]).abs().sum(-1)).exp().sum(1) - 1",
    ),
    mistakes={
        "itself": Mistake(
            _close(lambda d: d.abs().sum(-1), less=0.0),
            "each item counts itself, at distance 0, as in the paper's sum: here j = i is left out, so subtract that 1.",
        ),
        "euclidean": Mistake(
            _close(lambda d: (d.square().sum(-1) + 1e-12).sqrt()),
            "the paper takes the L1 norm, a sum of absolute values.",
        ),
        "mean": Mistake(
            lambda M: (_close(lambda d: d.abs().sum(-1))(M)) / (len(M) - 1),
            "a sum over the others, not a mean.",
        ),
        "mean_with_itself": Mistake(
            _close(lambda d: d.abs().sum(-1), per=lambda e: e.mean(1), less=0.0),
            "a sum over the others, not a mean over all.",
        ),
        "distance": Mistake(
            lambda M: (M[:, None] - M[None]).abs().sum(-1).sum(1),
            "that is how *far* they are; closeness is exp(−distance).",
        ),
        "mean_over_n_dim": Mistake(
            _close(lambda d: d.abs().mean(-1)), "‖·‖₁ sums over n_dim, it does not average."
        ),
    },
)


def _two_nets():
    def net():
        return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).to(session.device())

    return [(net(), net()) for _ in range(2)]


def _pull(per_weight, to=torch.detach):
    def wrong(net, past):
        return sum(
            per_weight(p - to(mean)) for p, mean in zip(net.parameters(), past.parameters(), strict=True)
        )

    return wrong


Exercise(
    "05.5",
    "Stay near your past",
    reference=historical_average_penalty,
    cases=_two_nets,
    hints=(
        "For each weight tensor of net and its mean in past: the squared distance, summed over everything.",
        "zip(net.parameters(), past.parameters()) gives the pairs.",
        "sum((p - mean.detach()).square().sum() for p, mean in zip(net.parameters(), past.parameters()))",
    ),
    mistakes={
        "past_moves": Mistake(
            _pull(lambda d: d.square().sum(), to=lambda mean: mean),
            "the value is right, but the past would move too: detach it.",
        ),
        "mean": Mistake(
            _pull(lambda d: d.square().mean()), "‖·‖² is a sum over all weights, not a mean for each tensor."
        ),
        "norm": Mistake(_pull(lambda d: d.norm()), "the norm is squared, over all weights together."),
        "pushes_away": Mistake(
            _pull(lambda d: -d.square().sum()),
            "the sign pushes the weights away from their past, as deck 004 puts it; the paper's penalty pulls them back.",
        ),
        "not_squared": Mistake(_pull(lambda d: d.sum()), "differences of both signs cancel: square them."),
    },
)


def _memories():
    def case(B, n, *shape):
        x_fake, kept = _noise(B, *shape), _noise(n, B, *shape)
        which = torch.randint(n, (B,), device=session.device())
        return x_fake, kept, which, torch.arange(B, device=session.device()) % 2 == 1

    return [case(6, 3, 2), case(4, 1, 2), case(5, 4, 1, 3, 3)]


def _swap_wrongly(seen, put):
    def wrong(x_fake, kept, which, swap):
        place, swap = (
            torch.arange(len(x_fake), device=x_fake.device),
            swap.view(-1, *[1] * (x_fake.dim() - 1)),
        )
        old, kept = kept[which, place], kept.clone()
        kept[which, place] = put(swap, x_fake, old)
        return seen(swap, x_fake, old), kept

    return wrong


def _right(swap, x_fake, old):
    return torch.where(swap, old, x_fake)


Exercise(
    "05.6",
    "A memory of old fakes",
    reference=swapped,
    cases=_memories,
    hints=(
        "place = torch.arange(len(x_fake)) and old = kept[which, place] are the partners of the items.",
        "torch.where(swap, old, x_fake) wants swap with as many dimensions: swap.view(-1, *[1] * (x_fake.dim() - 1)).",
        "kept = kept.clone(); kept[which, place] = torch.where(swap, x_fake, old); return torch.where(swap, old, x_fake), kept",
    ),
    mistakes={
        "nothing_kept": Mistake(
            _swap_wrongly(_right, lambda swap, x_fake, old: old),
            "D sees the right items, but the new ones are not put into `kept`: it would forever hold the first fakes.",
        ),
        "all_kept": Mistake(
            _swap_wrongly(_right, lambda swap, x_fake, old: x_fake),
            "only where `swap` is true may the newcomer go into `kept`; the others stay.",
        ),
        "kept_not_returned": Mistake(
            lambda *memory: _swap_wrongly(_right, lambda swap, x_fake, old: old)(*memory)[0],
            "return two things: what D sees, and the new `kept`.",
        ),
        "reversed": Mistake(
            _swap_wrongly(
                lambda swap, x_fake, old: torch.where(swap, x_fake, old),
                lambda swap, x_fake, old: torch.where(swap, old, x_fake),
            ),
            "the two cases are exchanged: where `swap` is true, D sees the old one.",
        ),
        "all_old": Mistake(
            _swap_wrongly(
                lambda swap, x_fake, old: old, lambda swap, x_fake, old: torch.where(swap, x_fake, old)
            ),
            "D would see old fakes only; where `swap` is false it sees the new one.",
        ),
    },
)


def _normed(mean, var, eps=1e-5):
    def wrong(a, a_ref):
        return (a - mean(a, a_ref)) / (var(a, a_ref) + eps).sqrt()

    return wrong


def _own_variance(a, a_ref, unbiased=False):
    each = [torch.cat([a_ref, row[None]]).var(0, unbiased=unbiased) for row in a]
    return torch.stack(each)


def _own_mean(a, a_ref):
    return (a + a_ref.sum(0)) / (len(a_ref) + 1)


Exercise(
    "05.7",
    "Virtual batch norm",
    reference=virtual_batch_norm,
    cases=lambda: [(_noise(n, 4, grad=True), 2 + 3 * _noise(m, 4, grad=True)) for n, m in ((1, 3), (5, 8))],
    hints=(
        "Each row is normalized over M + 1 rows: the reference, and itself. So the mean is another one for each row.",
        "mean = (a + M * a_ref.mean(0)) / (M + 1), and the mean of the squares alike; variance = mean of squares − mean².",
        "(a - mean) / (square - mean.square() + 1e-5).sqrt()",
    ),
    mistakes={
        "as_on_deck_004": Mistake(
            _normed(lambda a, a_ref: a_ref.mean(0), lambda a, a_ref: a_ref.var(0, unbiased=False)),
            "that is the slide's form, by the reference alone; the paper adds the row at hand to it.",
        ),
        "own_mean_only": Mistake(
            _normed(_own_mean, lambda a, a_ref: a_ref.var(0, unbiased=False)),
            "the mean is right; the row at hand belongs to the variance, too.",
        ),
        "batch_norm": Mistake(
            _normed(lambda a, a_ref: a.mean(0), lambda a, a_ref: a.var(0, unbiased=False)),
            "that is ordinary batch norm: the reference is not used.",
        ),
        "all_rows": Mistake(
            _normed(
                lambda a, a_ref: torch.cat([a_ref, a]).mean(0),
                lambda a, a_ref: torch.cat([a_ref, a]).var(0, unbiased=False),
            ),
            "each row may know the reference and itself, but not the other rows of its batch.",
        ),
        "no_root": Mistake(
            lambda a, a_ref: (a - _own_mean(a, a_ref)) / (_own_variance(a, a_ref) + 1e-5),
            "divide by the standard deviation, the root of the variance.",
        ),
        "unbiased": Mistake(
            _normed(_own_mean, lambda a, a_ref: _own_variance(a, a_ref, unbiased=True)),
            "batch norm divides by the number of rows, M + 1, not by one less.",
        ),
    },
)


def _judges():
    def D(*shape):
        n = torch.Size(shape).numel()
        return nn.Sequential(nn.Flatten(), nn.Linear(n, 8), nn.Tanh(), nn.Linear(8, 1)).to(session.device())

    return [(D(2), _noise(1, 2), 1.0), (D(2), 3 * _noise(7, 2), 0.5), (D(1, 4, 4), _noise(5, 1, 4, 4), 1.0)]


def _slopes(penalty, create_graph=True, flat=True):
    def wrong(D, x, k):
        x = x.detach().requires_grad_()
        (slope,) = torch.autograd.grad(D(x).sum(), x, create_graph=create_graph)
        return penalty(slope.flatten(1) if flat else slope, k)

    return wrong


Exercise(
    "05.8",
    "A slope of k",
    reference=slope_penalty,
    cases=_judges,
    hints=(
        "x = x.detach().requires_grad_(), then torch.autograd.grad(D(x).sum(), x, create_graph=True) gives all slopes at once.",
        "One norm for each item: slope.flatten(1).norm(dim=1), (B,).",
        "(slope.flatten(1).norm(dim=1) - k).square().mean()",
    ),
    mistakes={
        "squared_mean": Mistake(
            _slopes(lambda slope, k: (slope.norm(dim=1).mean() - k).square()),
            "the square of the mean: slopes of 0 and of 2k would cancel. It is the mean of the squares.",
        ),
        "square_inside": Mistake(
            _slopes(lambda slope, k: (slope.square().sum(1) - k).mean()),
            "the square belongs around the difference (‖∇D‖ − k); this one can go below 0.",
        ),
        "squared_norm": Mistake(
            _slopes(lambda slope, k: (slope.square().sum(1) - k).square().mean()),
            "the norm itself is to be k, not its square.",
        ),
        "norm_over_batch": Mistake(
            _slopes(lambda slope, k: (slope.norm() - k).square()),
            "one norm for the whole batch: it must be one for each item.",
        ),
        "no_create_graph": Mistake(
            _slopes(lambda slope, k: (slope.norm(dim=1) - k).square().mean(), create_graph=False),
            "the value is right, but D learns nothing from it: create_graph=True keeps the way back to its weights.",
        ),
        "not_flattened": Mistake(
            _slopes(lambda slope, k: (slope.norm(dim=1) - k).square().mean(), flat=False),
            "an image's slope has three axes: one norm over all of them, slope.flatten(1).norm(dim=1).",
        ),
        "mean_of_logits": Mistake(
            _slopes(lambda slope, k: (slope.norm(dim=1) / len(slope) - k).square().mean()),
            "with D(x).mean() each slope is divided by the batch size: take D(x).sum().",
        ),
        "r1": Mistake(
            _slopes(lambda slope, k: slope.square().sum(1).mean()), "that is R1 of notebook 04, which pulls to 0, not to k."
        ),
    },
)  # fmt: skip


Exercise(
    "05.9",
    "A checkerboard",
    reference=4,
    why="In one dimension a kernel of 3 at stride 2 gives one pixel 2 contributions and the next 1; in two dimensions 4 and 1.",
    hints=(
        "First in one dimension: copies of the kernel, three wide, start at every second pixel.",
        "A pixel between two copies gets both of them, its neighbour one. In two dimensions, multiply.",
    ),
    mistakes={
        "one_dimension": Mistake(2, "that is right along one axis; a picture has two."),
        "kernel_area": Mistake(9, "nine weights has the kernel; but how many copies overlap?"),
        "ratio_of_sizes": Mistake(
            2.25, "that is the mean number of contributions, (3/2)²; it is not the same everywhere."
        ),
        "even": Mistake(1, "that would be no checkerboard: it is so where the stride divides the kernel."),
    },
)
