"""Digits, toy sets and more as tensors on the device, and endless random mini-batches of them."""
# ruff: noqa: F401  (what is imported here is what `data` offers)

from .batches import Batches, MovingDigits, balanced, half_labelled
from .binary import BinaryBatches, bars_and_stripes, binarize, even_rows
from .digits import Digits, digits
from .domains import REDRAWN, Domains, hollow, negative, turned, two_halves
from .files import DataError
from .frogs import frogs
from .images import images
from .lake import Lake, Walks
from .molecules import Molecules, molecules
from .retrieval import Clicks, Retrieval, answers, retrieval
from .sums import SIGNS, as_map, as_text, every_sum, one_hot_text, sums
from .toys import centres, grid, mixture_1d, ring, spiral, swiss_roll, two_moons
from .views import warped
