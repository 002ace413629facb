"""What the course knows of a shipped network besides its weights."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Network:
    """How a shipped network is built and used.

    build        () → nn.Module
    sample       (net, codes, n) → images (n, 1, 28, 28); `codes` are tensors saved with the weights
    reconstruct  (net, x) → images like x (n, 1, 28, 28)
    """

    build: Callable
    sample: Callable | None = None
    reconstruct: Callable | None = None
