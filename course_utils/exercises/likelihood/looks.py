"""Notebook 09, section 3: what a pixel looks at."""

import torch

from ... import models
from ...models import looks_at
from ..engine.fixtures import noise
from ..engine.tasks import Exercise, Wrong


def _gradient(net, row, column, x, of=lambda logits, row, column: logits[:, 0, row, column].sum()):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(of(net(x), row, column), x)[0]


def looks(of=lambda logits, row, column: logits[:, 0, row, column].sum(), told=lambda g: (g != 0).any(0)[0]):
    """A wrong map of what a pixel looks at."""
    return lambda net, row, column, x: told(_gradient(net, row, column, x, of))


def _nets():
    """Networks and images, most of which show every connection: (net, row, column, images)."""
    hides = next(filter(_hides, (_drawn(models.PixelCNN(1, 1, 3, (1, 6, 7)), 4, 3) for _ in range(100))))
    *where, x = hides
    return [
        _drawn(models.LogisticPixels((1, 4, 5)), 2, 1),
        _drawn(models.GatedPixelCNN(4, 1, 3, (1, 6, 5)), 4, 2),
        hides,
        (*where, x[:1]),
    ]


def _drawn(net, row, column):
    for p in net.parameters():
        torch.nn.init.normal_(p, std=0.5)
    net = net.to(noise(1).device)
    return net, row, column, noise(40, *net.bias.shape)


def _hides(case):
    """Do the first and the last image hide something, and the first something that another shows?"""
    seen = _gradient(*case)[:, 0] != 0  # (n, h, w)
    all_of_it, in_each = seen.any(0), seen.all(0)
    pairs = (seen[0], all_of_it), (seen[-1], all_of_it), (seen[0], in_each)
    return not any(torch.equal(a, b) for a, b in pairs)


def _map(fn, arguments):
    """An outcome: the map as numbers, if it is one of True and False."""
    value = fn(*arguments)
    if value is None or value is Ellipsis:
        return None
    if not isinstance(value, torch.Tensor) or value.dtype is not torch.bool:
        raise Wrong("a tensor of True and False is asked: compare the gradient with 0.")
    return (value.float(),)


Exercise(
    "09.5",
    "What a pixel looks at",
    reference=looks_at,
    cases=_nets,
    outcome=_map,
    unlike="the map is another one: at some pixels it says that a change there moves the logit, or that it "
    "does not, and that is not so.",
    hints=(
        "A logit that does not change with a pixel has the derivative 0 there. Whose derivative, with "
        "respect to what?",
        "x needs a gradient: x = x.detach().requires_grad_(). Then torch.autograd.grad of net(x)[:, 0, row, "
        "column], summed over the images, with respect to x: (n, 1, h, w).",
        "(gradient != 0).any(0)[0] is True where at least one of the images shows it.",
    ),
    mistakes=dict(
        other_way=(
            looks(told=lambda g: (g == 0).any(0)[0]),
            "True and False are exchanged, or nearly: looked at is where the gradient is *not* 0.",
        ),
        all_images=(
            looks(told=lambda g: (g != 0).all(0)[0]),
            "True only where *all* images show it: a ReLU hides it in some. One is enough.",
        ),
        positive=(
            looks(told=lambda g: (g > 0).any(0)[0]),
            "a negative derivative is one, too: does the pixel make ink less likely?",
        ),
        negative=(
            looks(told=lambda g: (g < 0).any(0)[0]),
            "a positive derivative is one, too: compare with 0 by !=.",
        ),
        whole_column=(
            looks(of=lambda logits, row, column: logits[:, 0, :, column].sum()),
            "that is what the whole column looks at: one place of it is asked.",
        ),
        all_of_the_past=(
            lambda net, row, column, x: (
                torch.arange(x[0].numel(), device=x.device).view(x.shape[2:]) < row * x.shape[3] + column
            ),
            "that is all that it *may* look at; asked is what this network does look at: ask its gradient.",
        ),
        first_image=(
            looks(told=lambda g: g[0, 0] != 0),
            "that is the first image alone: a ReLU may hide it there. Look at all of them.",
        ),
        all_logits=(
            looks(of=lambda logits, row, column: logits.sum()),
            "that is what *all* logits together look at: take the one at row, column.",
        ),
        exchanged=(
            looks(of=lambda logits, row, column: logits[:, 0, column, row].sum()),
            "row and column are exchanged.",
        ),
        whole_row=(
            looks(of=lambda logits, row, column: logits[:, 0, row].sum()),
            "that is what the whole row looks at: one place of it is asked.",
        ),
        values=(
            looks(told=lambda g: g.abs().amax(0)[0]),
            "a tensor of True and False is asked: compare the gradient with 0.",
        ),
        with_images=(
            looks(told=lambda g: g != 0),
            "one map for each image; asked is one for all: .any over the images.",
        ),
        with_channel=(
            looks(told=lambda g: (g != 0).any(0)),
            "the channel's axis is left: [0] takes it away.",
        ),
        large=(
            looks(told=lambda g: (g.abs() > 0.3).any(0)[0]),
            "a small derivative is one, too: compare with 0.",
        ),
        mean=(
            looks(told=lambda g: g.mean(0)[0] > 0.01),
            "on average over the images, signs cancel: look at each image first.",
        ),
    ),
)
