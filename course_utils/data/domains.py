"""Two domains of images: digits, and digits redrawn in a way that is known, so that there is a truth."""

from torch import nn

from .batches import Batches


def hollow(x):
    """Digits in hollow strokes: ink on the paper that touches a stroke, in all eight directions. → like x

    max of the 3 × 3 pixels around − the pixel − 1,  x (n, 1, h, w) in [−1, 1]
    """
    return nn.functional.max_pool2d(x, 3, stride=1, padding=1) - x - 1


def negative(x):
    """White digits on black paper. → like x"""
    return -x


def turned(x):
    """Digits turned to the left by 90°. → like x (n, 1, h, w)"""
    return x.rot90(1, (2, 3))


REDRAWN = {"hollow": hollow, "negative": negative, "turned": turned}


class Domains(Batches):
    """Endless batches of two domains: `a, b = next(batches)`, (B, …) each, drawn independently.

    No image of b belongs to one of a: there are no pairs.
    """

    def __init__(self, a, b, batch_size=32):
        super().__init__(a, None, batch_size)
        self.other = Batches(b, None, batch_size)

    def __next__(self):
        a, _ = super().__next__()
        b, _ = next(self.other)
        return a, b


def two_halves(x, redraw):
    """The first half of images x as domain A, the other half, redrawn, as domain B. → (n, …), (m, …)"""
    half = len(x) // 2
    return x[:half], redraw(x[half:])
