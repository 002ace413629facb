"""Digits, toy sets and more as tensors on the device, and endless random mini-batches of them.

No DataLoader: the whole set is one tensor where the networks are, and a batch is a random index into it.
"""

import contextlib
import gzip
import io
import os
import shutil
import socket
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from .. import session
from .molecules import Molecules, molecules
from .toys import centres, grid, mixture_1d, ring, spiral, swiss_roll, two_moons

__all__ = [
    "Batches", "DataError", "Digits", "Molecules", "MovingDigits", "balanced", "centres", "digits", "frogs", "grid", "half_labelled",
    "mixture_1d", "molecules", "ring", "spiral", "swiss_roll", "two_moons",
]  # fmt: skip

PATIENCE = 10.0  # seconds without a byte, then a download is given up
FOLDERS = {"mnist": "MNIST", "fashion": "FashionMNIST"}
NAMES = ("auto", *FOLDERS, "bundled")


class DataError(RuntimeError):
    """A data set is missing or damaged; the message names the file and says what to do."""


class Digits(NamedTuple):
    """Images x (N, 1, 28, 28) float32 in [−1, 1] and labels y (N,) 0–9, for training and for testing."""

    x: torch.Tensor
    y: torch.Tensor
    x_test: torch.Tensor
    y_test: torch.Tensor
    name: str


class Batches:
    """Endless random mini-batches: `x, y = next(batches)` gives (B, …) and (B,), or None without labels.

    rows  (n,) the items to draw from, each as often as it is named; without it, all of them
    """

    def __init__(self, x, y=None, batch_size=128, rows=None):
        if len(x) == 0:
            raise ValueError("there is nothing to draw batches from: x is empty.")
        if y is not None and len(y) != len(x):
            raise ValueError(f"every item needs its label, but there are {len(x)} items and {len(y)} labels.")
        self.x, self.y, self.batch_size = x, y, batch_size
        self.rows = None if rows is None else rows.to(x.device)

    def __iter__(self):
        return self

    def __next__(self):
        n = len(self.x) if self.rows is None else len(self.rows)
        i = torch.randint(n, (self.batch_size,), device=self.x.device)
        if self.rows is not None:
            i = self.rows[i]
        return self.x[i], None if self.y is None else self.y[i]


class MovingDigits(Batches):
    """Endless frames of a digit and the next one: `x, x_next = next(batches)`, (B, 1, 28, 28) each.

    It moves by `stride` pixels to the left, right, top or bottom, and nothing in x tells where to.
    """

    def __init__(self, x, batch_size=64, stride=4):
        super().__init__(x, None, batch_size)
        self.stride = stride

    def __next__(self):
        x, _ = super().__next__()
        way = torch.randint(4, (len(x),), device=x.device)
        return x, self.futures(x)[way, torch.arange(len(x), device=x.device)]

    def futures(self, x):
        """All four next frames of x (n, 1, 28, 28). → (4, n, 1, 28, 28)"""
        s = self.stride
        return torch.stack([x.roll(move, (2, 3)) for move in ((0, -s), (0, s), (-s, 0), (s, 0))])


def balanced(y, n_each):
    """Rows of n_each items of each label in y (N,), chosen at random. → (n_labels · n_each,)"""
    shuffled = torch.randperm(len(y), device=y.device)
    return torch.cat([shuffled[y[shuffled] == label][:n_each] for label in y.unique()])


def half_labelled(n_labels, n):
    """Rows for `Batches` of n items, of which only the first n_labels have a label: half of each batch has one. → (m,)"""
    rest = torch.arange(n_labels, n)
    return torch.cat([torch.arange(n_labels).repeat(max(1, len(rest) // n_labels)), rest])


# ── digits ───────────────────────────────────────────────────────────────────────────────────────


def digits(name="auto", device=None):
    """Handwritten digits; prints in one line what was chosen and why. → Digits

    "auto"     MNIST from $COURSE_DATA_DIR or data/, else downloaded, else the bundled set
    "mnist", "fashion"   that set, from disk or downloaded, else a DataError
    "bundled"  1,797 real digits of the UCI repository (8×8, in scikit-learn), redrawn as 28×28
    """
    if name not in NAMES:
        raise ValueError(f"there is no data set {name!r}; choose one of: {', '.join(NAMES)}.")
    kind, why = ("mnist" if name == "auto" else name), ""
    if kind != "bundled":
        try:
            parts, where = _from_disk_or_net(kind)
            return _ready(parts, {"mnist": "MNIST", "fashion": "Fashion-MNIST"}[kind], where, device)
        except DataError as problem:
            if name != "auto":
                raise
            why = f"; no MNIST: {problem}"
    return _ready(_bundled(), "bundled UCI digits", why, device)


def _ready(parts, name, where, device):
    x, y, x_test, y_test = (part.to(device or session.device()) for part in parts)
    print(f"Data: {name}, {len(x):,} images to train, {len(x_test):,} to test{where}")
    return Digits(x, y, x_test, y_test, name)


def _from_disk_or_net(kind):
    folders = session.data_dirs()
    for folder in folders:
        parts = _read(folder / FOLDERS[kind] / "raw")
        if parts:
            return parts, f", from {folder}"
    looked = " or ".join(str(folder) for folder in folders)
    if session.scale() == "smoke":
        raise DataError(f"not in {looked}; the smoke scale does not download")
    return _download(kind, folders)


def _read(raw):
    """The four files of torchvision's layout → x, y, x_test, y_test; None if there is none of them."""
    from torchvision.datasets.mnist import read_image_file, read_label_file

    files = [
        raw / f"{part}-{what}-ubyte" for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1")
    ]
    try:
        there = [file.exists() for file in files]
    except OSError as problem:
        raise DataError(f"{raw} cannot be looked into: {problem}") from problem
    if not any(there):
        return None
    tensors = []
    for file, here in zip(files, there, strict=True):
        if not here:
            raise DataError(f"{file} is missing beside its sisters: copy it there, or move {raw} away")
        try:
            tensors.append((read_image_file if "images" in file.name else read_label_file)(str(file)))
        except OSError as problem:
            raise DataError(f"{file} cannot be read ({problem.strerror}): check its permissions") from problem
        except Exception as problem:  # torchvision meets damage with whatever error comes first
            raise DataError(_damaged(file, "not a whole IDX file")) from problem
    for x, y, file in ((*tensors[:2], files[0]), (*tensors[2:], files[2])):
        if x.dim() != 3 or x.shape[1:] != (28, 28) or len(x) == 0:
            raise DataError(_damaged(file, f"images of shape {tuple(x.shape)}, not (N, 28, 28)"))
        if len(x) != len(y):
            raise DataError(_damaged(file, f"{len(x)} images but {len(y)} labels"))
        if y.max() > 9:
            raise DataError(_damaged(file, f"labels up to {int(y.max())}"))
    return [t.unsqueeze(1).float().div_(127.5).sub_(1) if t.dim() == 3 else t.long() for t in tensors]


def _damaged(file, how):
    return f"{file} is damaged ({how}); it was left as it is: move it away to have it downloaded again"


def _download(kind, folders):
    """torchvision fetches into a fresh folder; only whole, readable files move to their place. → parts, words"""
    home = next((f for f in folders if _writable(f)), None)
    with _fresh_folder(home) as fresh:
        _fetch(FOLDERS[kind], fresh)
        raw = Path(fresh) / FOLDERS[kind] / "raw"
        parts = _read(raw)
        if not home:
            return parts, ", downloaded for this time: no data folder can be written"
        target = home / FOLDERS[kind] / "raw"
        try:
            target.mkdir(parents=True, exist_ok=True)
            for file in raw.glob("*-ubyte"):
                shutil.move(file, target / file.name)
        except OSError as problem:
            return parts, f", downloaded for this time: {target} cannot be written ({problem.strerror})"
    return parts, ", just downloaded"


def _fresh_folder(home):
    """Where a download begins, so that an interrupted one leaves nothing half done."""
    try:
        return tempfile.TemporaryDirectory(dir=home, prefix=".download-", ignore_cleanup_errors=True)
    except OSError as problem:
        raise DataError(f"nothing can be downloaded into {home} ({problem.strerror})") from problem


def _fetch(name, fresh):
    """torchvision's data set `name` into the folder `fresh`; given up when nothing arrives any more."""
    from torchvision import datasets

    failure = []

    def fetch():
        try:
            getattr(datasets, name)(fresh, download=True)
        except Exception as problem:
            failure.append(problem)

    worker = threading.Thread(target=fetch, daemon=True)
    before, size, since = socket.getdefaulttimeout(), -1, time.monotonic()
    socket.setdefaulttimeout(PATIENCE)
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # its progress bars
            worker.start()
            while worker.is_alive() and time.monotonic() - since < PATIENCE:
                worker.join(0.1)
                now = sum(f.stat().st_size for f in Path(fresh).rglob("*") if f.is_file())
                if now != size:
                    size, since = now, time.monotonic()
    finally:
        socket.setdefaulttimeout(before)
    if failure or worker.is_alive():
        why = failure[0] if failure else f"no answer for {PATIENCE:.0f} s"
        words = " ".join(str(why).split())[:120]
        raise DataError(f"its download failed: {words} (data/README.md has other ways)")


def _writable(folder):
    return os.path.isdir(folder) and os.access(folder, os.W_OK)


def frogs(download=None):
    """Frogs, class 6 of CIFAR-10: images (5000, 3, 32, 32) in [−1, 1], from disk. → tensor

    download  whether to fetch the 170 MB if they are not there; without a word, at the full scale only
    """
    from torchvision.datasets import CIFAR10

    folders = session.data_dirs()
    found = next((f for f in folders if os.path.isdir(f / CIFAR10.base_folder)), None)
    if not found:
        found = next((f for f in folders if _writable(f)), None)
        if not found or not (session.scale() == "full" if download is None else download):
            looked = " or ".join(map(str, folders))
            raise DataError(f"CIFAR-10 is not in {looked}; data.frogs(download=True) fetches its 170 MB")
        with _fresh_folder(found) as fresh:
            _fetch("CIFAR10", fresh)
            shutil.move(Path(fresh) / CIFAR10.base_folder, found / CIFAR10.base_folder)
    try:
        cifar = CIFAR10(found, train=True)
    except RuntimeError as problem:
        raise DataError(_damaged(found / CIFAR10.base_folder, "not all of CIFAR-10")) from problem
    x = torch.from_numpy(cifar.data[[y == 6 for y in cifar.targets]]).permute(0, 3, 1, 2)
    return x.float().div_(127.5).sub_(1).to(session.device())


def _bundled(n_train=20_000, n_test=2_000, n_test_originals=360):
    """Real 8×8 digits redrawn as 28×28, like MNIST: a 20×20 box, thin strokes, a little motion each time.

    The split is by original image, so no test digit has a twin in training. The same for every seed.
    """
    table = Path(find_spec("sklearn").submodule_search_locations[0]) / "datasets/data/digits.csv.gz"
    try:
        # The file that sklearn.datasets.load_digits reads, without its slow import.
        with gzip.open(table, "rt") as file:
            rows = np.loadtxt(file, delimiter=",", dtype=np.float32)
    except OSError:
        from sklearn.datasets import load_digits

        rows = np.column_stack([load_digits().data, load_digits().target]).astype(np.float32)
    rows = torch.from_numpy(rows)
    small, labels = rows[:, :64].reshape(-1, 1, 8, 8) / 16, rows[:, 64].long()
    generator = torch.Generator().manual_seed(0)
    order = torch.randperm(len(small), generator=generator)
    parts = []
    for which, n in ((order[n_test_originals:], n_train), (order[:n_test_originals], n_test)):
        pick = which[torch.arange(n) % len(which)]
        parts += [_redraw(small, pick, generator), labels[pick]]
    return parts


def _redraw(small, pick, generator):
    n = len(pick)

    def vary(*shape):
        return torch.rand(n, *shape, generator=generator) * 2 - 1

    turn, slant, shift = 0.2 * vary(), 0.15 * vary(), 0.1 * vary(2)
    stretch, zoom = 1 + 0.1 * vary(), (1 + 0.1 * vary()) * (20 / 28)  # 20 of 28 pixels are ink
    linear = [turn.cos() * stretch, slant - turn.sin(), turn.sin(), turn.cos() / stretch]
    affine = torch.cat([(torch.stack(linear, 1) / zoom.unsqueeze(1)).view(n, 2, 2), shift.unsqueeze(2)], 2)
    bend = F.interpolate(0.07 * torch.randn(n, 2, 4, 4, generator=generator), size=28, mode="bicubic")
    where = F.affine_grid(affine, (n, 1, 28, 28), align_corners=False) + bend.permute(0, 2, 3, 1)
    smooth = F.interpolate(small, scale_factor=4, mode="bicubic")  # 8×8 → 32×32 once, then a cheap look-up
    grey = F.grid_sample(smooth[pick], where, mode="bilinear", align_corners=False)
    low, ink, high = (torch.sigmoid(10 * (v - 0.5)) for v in (torch.tensor(0.0), grey, torch.tensor(1.0)))
    return ((ink - low) / (high - low)).clamp_(0, 1).mul_(2).sub_(1)
