"""Answers to the exercises of notebook 09, sections 1 to 5."""

import torch
from torch.nn.functional import sigmoid

from course_utils.exercises.likelihood.looks import looks
from course_utils.exercises.likelihood.pixels import conv_mask, masks
from course_utils.exercises.likelihood.writing import writer

# ── masks of MADE ────────────────────────────────────────────────────────────────────────────────


def masks_by_loops(m, n):
    enter, leave = torch.zeros(len(m), n), torch.zeros(n, len(m))
    for j, number in enumerate(m.tolist()):
        enter[j, :number] = 1
        leave[number:, j] = 1
    return enter, leave


def masks_as_complements(m, n):
    enter = (torch.arange(n).expand(len(m), n) < m.view(-1, 1)).float()
    return enter, 1 - enter.T


def masks_as_truth(m, n):
    enter = torch.arange(n)[None] < m[:, None]
    return enter, ~enter.T


# ── masks of convolutions ────────────────────────────────────────────────────────────────────────


def mask_by_number(kind, k):
    place = torch.arange(k * k).view(k, k)
    middle = k * k // 2
    return (place < middle + (kind == "B")).float()


def mask_in_two_parts(kind, k):
    mask = torch.zeros(k, k)
    mask[: k // 2] = 1
    mask[k // 2, : k // 2] = 1
    if kind == "B":
        mask[k // 2, k // 2] = 1
    return mask


def mask_by_cases(kind, k):
    mask, middle = torch.ones(k, k), k // 2
    mask[middle, middle + 1 :] = 0
    mask[middle + 1 :] = 0
    mask[middle, middle] = 0 if kind == "A" else 1
    return mask


# ── what a pixel looks at ────────────────────────────────────────────────────────────────────────


def by_backward(net, row, column, x):
    x = x.clone().requires_grad_()
    net(x)[:, 0, row, column].sum().backward()
    net.zero_grad()
    return x.grad.abs().sum((0, 1)) > 0


def image_by_image(net, row, column, x):
    found = torch.zeros(x.shape[2:], dtype=torch.bool, device=x.device)
    for image in x.split(1):
        image = image.clone().requires_grad_()
        found |= torch.autograd.grad(net(image)[0, 0, row, column], image)[0][0, 0] != 0
    return found


def by_jacobian(net, row, column, x):
    J = torch.autograd.functional.jacobian(lambda v: net(v)[:, 0, row, column].sum(), x)
    return (J != 0).flatten(0, 1).any(0)


# ── writers ──────────────────────────────────────────────────────────────────────────────────────


def by_where(net, chance):
    n, h, w = chance.shape
    x = torch.zeros(n, 1, h, w, device=chance.device)
    for i in range(h * w):
        row, column = i // w, i % w
        p = sigmoid(net(x).detach())[:, 0, row, column]
        x[:, 0, row, column] = torch.where(chance[:, row, column] < p, 1.0, -1.0)
    return x


def from_white(net, chance):
    x = -torch.ones_like(chance)[:, None]
    for row in range(x.shape[2]):
        for column in range(x.shape[3]):
            logit = net(x)[:, 0, row, column].detach()
            x[:, 0, row, column] = (logit.sigmoid() - chance[:, row, column]).sign()
    return x


def turned_for_the_net(net, chance):
    n, h, w = chance.shape
    x = torch.zeros(n, 1, h, w, device=chance.device)
    with torch.no_grad():
        for row in range(h):
            for column in range(w):
                ink = net(2 * x - 1)[:, 0, row, column].sigmoid()
                x[:, 0, row, column] = (chance[:, row, column] < ink).float()
    return 2 * x - 1


RIGHT = {
    "09.1": [65535, 65535.0, sum(2**k for k in range(16))],
    "09.2": [masks_by_loops, masks_as_complements, masks_as_truth],
    "09.3": [148, 148.41, 149],
    "09.4": [mask_by_number, mask_in_two_parts, mask_by_cases, lambda *a: mask_by_number(*a).bool()],
    "09.5": [by_backward, image_by_image, by_jacobian],
    "09.6": [by_where, from_white, turned_for_the_net],
}

WRONG = {
    "09.2": {
        "both one too many": masks(lambda pixel, m: pixel <= m, lambda pixel, m: m < pixel + 2),
        "in one too many, out careful": masks(lambda pixel, m: pixel <= m),
        "one mask": lambda m, n: masks_by_loops(m, n)[0],
        "stacked": lambda m, n: list(masks_by_loops(m, n))[:1],
        "out of the last pixel only": masks(leave=lambda pixel, m: pixel == pixel.max()),
        "in turned": lambda m, n: (masks_by_loops(m, n)[0].T, masks_by_loops(m, n)[1]),
        "out turned": lambda m, n: (masks_by_loops(m, n)[0], masks_by_loops(m, n)[1].T),
        "nobody looks": masks(leave=lambda pixel, m: m > pixel.max() + 1),
        "nothing seen": masks(enter=lambda pixel, m: pixel < 0 * m),
        "for a hundred pixels": lambda m, n: masks_by_loops(m, 100),
    },
    "09.4": {
        "columns too": lambda kind, k: mask_in_two_parts(kind, k).tril(),
        "only the middle": lambda kind, k: torch.zeros(k, k).index_put(
            (torch.tensor(k // 2), torch.tensor(k // 2)), torch.tensor(1.0)
        ),
        "in a tuple": lambda kind, k: (mask_in_two_parts(kind, k),),
        "row above only": lambda kind, k: conv_mask(rows=lambda m, c: c)(kind, k),
        "a cross": lambda kind, k: conv_mask(row=lambda c: slice(None))(kind, k),
        "turned A": lambda kind, k: mask_in_two_parts(kind, k).flip(0),
        "mirrored": lambda kind, k: mask_in_two_parts(kind, k).flip(1),
        "as numbers of the past": lambda kind, k: mask_in_two_parts(kind, k).cumsum(1),
        "no row": lambda kind, k: mask_in_two_parts(kind, k)[: k // 2 + 1],
        "flat": lambda kind, k: mask_in_two_parts(kind, k).flatten(),
        "four axes": lambda kind, k: mask_in_two_parts(kind, k)[None, None],
    },
    "09.5": {
        "a gradient left": lambda net, row, column, x: (
            net(x.requires_grad_())[:, 0, row, column].sum().backward() or (x.grad != 0).any(0)[0]
        ),
        "negative only": looks(told=lambda g: (g < 0).any(0)[0]),
        "last image": looks(told=lambda g: g[-1, 0] != 0),
        "a number": looks(told=lambda g: (g != 0).any(0)[0].sum()),
        "as numbers": looks(told=lambda g: (g != 0).any(0)[0].float()),
        "flat": looks(told=lambda g: (g != 0).any(0)[0].flatten()),
        "turned": looks(told=lambda g: (g != 0).any(0)[0].T),
        "counted": looks(told=lambda g: (g != 0).sum(0)[0]),
        "the column": looks(of=lambda logits, row, column: logits[:, 0, :, column].sum()),
        "one image's logit": looks(of=lambda logits, row, column: logits[0, 0, row, column]),
        "the whole past": lambda net, row, column, x: (
            torch.arange(x[0].numel()).view(x.shape[2:]) < row * x.shape[3] + column
        ),
    },
    "09.6": {
        "columns, turned at the end": writer(
            end=lambda x: 2 * x - 1, order=lambda i, h, w: divmod(i, h)[::-1]
        ),
        "half": writer(put=lambda b: b - 0.5, end=lambda x: 2 * x),
        "doubled": writer(put=lambda b: 2 * b),
        "white for ink": writer(put=lambda b: 1 - 2 * b),
        "half, not doubled": writer(put=lambda b: b - 0.5),
        "no channel": lambda net, chance: by_where(net, chance)[:, 0],
        "one image": lambda net, chance: by_where(net, chance)[:1],
        "turned, exchanged": writer(less=False, end=lambda x: 2 * x - 1),
        "grey": writer(put=lambda b: 0.9 * (2 * b - 1)),
        "mirrored at the end": lambda net, chance: by_where(net, chance).flip(3),
    },
}
