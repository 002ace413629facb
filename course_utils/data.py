"""Digits and two-dimensional toy sets as tensors on the device, and endless random mini-batches of them.

No DataLoader: the whole set is one tensor where the networks are, and a batch is a random index into it.
"""

import contextlib
import csv
import gzip
import io
import math
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
from torch import distributions

from . import session

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
    return _download(kind, folders), ", just downloaded"


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
    """torchvision fetches into a fresh folder; only whole, readable files move to their place."""
    from torchvision import datasets

    home = next((f for f in folders if _writable(f)), None)
    with tempfile.TemporaryDirectory(dir=home, prefix=".download-", ignore_cleanup_errors=True) as fresh:
        failure = []

        def fetch():
            try:
                getattr(datasets, FOLDERS[kind])(fresh, download=True)
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
        raw = Path(fresh) / FOLDERS[kind] / "raw"
        if failure or worker.is_alive():
            why = failure[0] if failure else f"no answer for {PATIENCE:.0f} s"
            words = " ".join(str(why).split())[:120]
            raise DataError(f"its download failed: {words} (data/README.md has other ways)")
        parts = _read(raw)
        if home:
            target = home / FOLDERS[kind] / "raw"
            target.mkdir(parents=True, exist_ok=True)
            for file in raw.glob("*-ubyte"):
                shutil.move(file, target / file.name)
    return parts


def _writable(folder):
    return folder.is_dir() and os.access(folder, os.W_OK)


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


# ── molecules ────────────────────────────────────────────────────────────────────────────────────


class Molecules(NamedTuple):
    """Fingerprints x (N, 166) in {−1, 1}, and for each molecule its family y (N,) and its name."""

    x: torch.Tensor
    y: torch.Tensor
    names: list
    families: list


def molecules():
    """Common molecules as MACCS fingerprints: each bit answers a question such as "is there a ring of six?". → Molecules

    From data/molecules.csv, where RDKit has computed them from the structures (SMILES); see data/README.md.
    """
    with open(session.ROOT / "data" / "molecules.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    families = sorted({row["family"] for row in rows})
    bits = [[int(bit) for bit in f"{int(row['maccs'], 16):0168b}"[:166]] for row in rows]
    x = torch.tensor(bits, dtype=torch.float32, device=session.device())
    y = torch.tensor([families.index(row["family"]) for row in rows], device=session.device())
    return Molecules(2 * x - 1, y, [row["name"] for row in rows], families)


# ── toy sets: n points (n, 2) with the label of each ─────────────────────────────────────────────


def ring(n, n_modes=8, radius=1.0, std=0.01):
    """Normals evenly on a circle: points (n, 2), modes (n,). The defaults are PacGAN's."""
    mode = torch.randint(n_modes, (n,), device=session.device())
    angle = mode * (2 * math.pi / n_modes)
    return radius * torch.stack([angle.cos(), angle.sin()], 1) + std * _noise(n), mode


def grid(n, side=5, spacing=2.0, std=0.05):
    """side × side Normals on a grid around 0: points (n, 2), modes (n,). The defaults are PacGAN's."""
    mode = torch.randint(side * side, (n,), device=session.device())
    cell = torch.stack([mode % side, mode // side], 1) - (side - 1) / 2
    return spacing * cell + std * _noise(n), mode


def swiss_roll(n, turns=1.5, radius=2.0, std=0.03):
    """A spiral of `turns` turns: points (n, 2), and how far along it each lies (n,) in [0, 1]."""
    along = torch.rand(n, device=session.device())
    return spiral(along, turns, radius) + std * _noise(n), along


def spiral(along, turns=2.0, radius=3.0):
    """The points of a spiral at the shares `along` (n,) of its length, 0 to 1. → (n, 2)

    distance radius·√along, angle 2π·turns·√along: with √, even shares are even distances on the spiral, nearly
    """
    angle = 2 * math.pi * turns * along.sqrt()
    return radius * along.sqrt().unsqueeze(1) * torch.stack([angle.cos(), angle.sin()], 1)


def two_moons(n, std=0.05):
    """Two half circles interleaved: points (n, 2) around 0, which moon (n,) 0 or 1."""
    moon = torch.randint(2, (n,), device=session.device())
    angle = math.pi * torch.rand(n, device=session.device())
    side = 1 - 2 * moon
    x = torch.stack([side * angle.cos() + moon - 0.5, side * (angle.sin() - 0.25)], 1)
    return x + std * _noise(n), moon


def mixture_1d(means=(-2.0, 1.0), stds=(0.5, 1.0), weights=(0.4, 0.6)):
    """A mixture of Normals on a line, with `.sample((n,))` and `.log_prob(x)`. → torch.distributions"""
    means, stds, weights = (torch.tensor(v, device=session.device()) for v in (means, stds, weights))
    return distributions.MixtureSameFamily(
        distributions.Categorical(weights), distributions.Normal(means, stds)
    )


def _noise(n):
    return torch.randn(n, 2, device=session.device())
