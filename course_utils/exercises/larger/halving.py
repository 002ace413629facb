"""Notebook 11, section 1: how large a detail can be, and how small all of them together."""

import torch
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, interpolate, max_pool2d, pad

from ...pyramid import larger
from ..engine.compare import Results, same, value_and_gradients
from ..engine.fixtures import noise
from ..engine.tasks import Exercise, Prediction, Wrong

Prediction(
    "11.p1",
    "b",
    "What was subtracted is added again, whatever it was: nonsense minus nonsense. That a pyramid is exact "
    "says nothing about its parts; what they are good for is another question.",
)

Exercise(
    "11.1",
    "The largest detail",
    reference=1.5,
    hints=(
        "A detail is a pixel less the mean of its own four. For which four is the difference largest?",
        "The pixel itself is one of the four, and pulls their mean towards it.",
        "A pixel of 1 among three of −1: their mean is (1 − 3)/4.",
    ),
    mistakes=dict(
        two=(2.0, "for that the mean would have to be −1, with a pixel of 1 among the four."),
        one=(1.0, "a pixel of 1 among three of −1: what is the mean of the four, and what is missing?"),
        half=(0.5, "that is how far the mean of such four is from 0; and the pixel from the mean?"),
        three=(3.0, "three pixels of −1 do not add up: the mean is taken of four."),
        checker=(0.75, "pixels go from −1 to 1, not from 0 to 1."),
        sign=(-1.5, "that is the smallest, of a dark pixel among three light ones; the largest is asked."),
    ),
    why="A pixel of 1 among three of −1: their mean is −½, and 1 − (−½) = 1.5. A G that ends in tanh draws "
    "no single bright pixel.",
)


def halved(x):
    """The smaller image and the details for x (B, 1, h, w) of any size. → small, detail"""
    small = avg_pool2d(x, 2, ceil_mode=True)
    return small, x - larger(small)[..., : x.shape[2], : x.shape[3]]


def _with(small_of, enlarge=larger, detail_of=lambda x, coarse: x - coarse):
    def wrong(x):
        small = small_of(x)
        return small, detail_of(x, enlarge(small)[..., : x.shape[2], : x.shape[3]])

    return wrong


def _padded(x, **how):
    return pad(x, (0, x.shape[3] % 2, 0, x.shape[2] % 2), **how)


def _up(n):
    return -(-n // 2)


def _picked(x):
    return x[..., ::2, ::2]


def _overlapping(x):
    return adaptive_avg_pool2d(x, (_up(x.shape[2]), _up(x.shape[3])))


TURNED = "both are right, in the other order: the small image first, then the details."


def _checked(fn, arguments):
    (x,) = arguments
    given = fn(x)
    if given is None or given is Ellipsis:
        return None
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise Wrong("two things are asked, in this order: the small image, and the details.")
    small, detail = given
    if same(Results((detail, small)), Results(halved(x)), 1e-4):
        raise Wrong(TURNED)
    for what, got, size in (
        ("the small image", small, tuple(map(_up, x.shape[2:]))),
        ("the details", detail, tuple(x.shape[2:])),
    ):
        if not isinstance(got, torch.Tensor) or tuple(got.shape) != (*x.shape[:2], *size):
            sized = "×".join(map(str, x.shape[2:]))
            of = tuple(got.shape) if isinstance(got, torch.Tensor) else type(got).__name__
            raise Wrong(f"of an image of {sized}, {what} should be {size[0]}×{size[1]}, but it is {of}.")
    return value_and_gradients(lambda x: (small, detail), (x,))


Exercise(
    "11.2",
    "Five by seven",
    reference=halved,
    cases=lambda: [(noise(*shape),) for shape in ((7, 1, 5, 7), (2, 1, 4, 6), (3, 1, 2, 9), (1, 1, 1, 1))],
    outcome=_checked,
    hints=(
        "Each pixel of the small image stands for a block: four pixels of x, at the edge two, in the corner "
        "one. Which number has the least squares to all of a block?",
        "The mean, of those pixels that are there. What does a layer make of the edge, when it averages "
        "blocks of 2×2 with stride 2?",
        "avg_pool2d(x, 2, ceil_mode=True) takes the mean of what is there. Or repeat the last row and column "
        "before you average.",
    ),
    mistakes=dict(
        zeros=(
            _with(lambda x: avg_pool2d(_padded(x), 2)),
            "at the edge zeros are averaged in. They are no pixels of the image: details there are too "
            "large.",
        ),
        picked=(
            _with(_picked),
            "it is rebuilt exactly; but it takes one pixel of each block. Another number leaves smaller "
            "squares.",
        ),
        overlapping=(
            _with(_overlapping),
            "for odd sizes its blocks overlap: some pixels count twice, and the enlarged blocks are others.",
        ),
        maximum=(
            _with(lambda x: max_pool2d(x, 2, ceil_mode=True)),
            "the largest of a block leaves details of one sign only, and large ones.",
        ),
        smooth=(
            _with(lambda x: interpolate(x, size=tuple(map(_up, x.shape[2:])), mode="bilinear")),
            "at odd sizes this interpolates between blocks. It is not the mean of each block.",
        ),
        turned=(
            _with(lambda x: avg_pool2d(x, 2, ceil_mode=True), detail_of=lambda x, coarse: coarse - x),
            "the small image is right, the details have the other sign: they are *added* when it is rebuilt.",
        ),
        nearest=(
            _with(lambda x: interpolate(x, size=tuple(map(_up, x.shape[2:])))),
            "`interpolate` picks one pixel here, and at odd sizes not even one of its block: take means of "
            "blocks.",
        ),
        exchanged=(
            lambda x: halved(x)[::-1],
            TURNED,
        ),
        coarse=(
            _with(lambda x: avg_pool2d(x, 2, ceil_mode=True), detail_of=lambda x, coarse: coarse),
            "the second is the enlarged image; the details are what is missing to x.",
        ),
        x_itself=(
            _with(lambda x: avg_pool2d(x, 2, ceil_mode=True), detail_of=lambda x, coarse: x),
            "the details are what is missing to x, not x itself.",
        ),
    ),
)
