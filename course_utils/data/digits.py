"""Handwritten digits: MNIST or Fashion-MNIST from disk or from the net, else the bundled set."""

import gzip
import shutil
from pathlib import Path
from typing import NamedTuple

import torch

from .. import session
from .bundled import bundled_digits
from .files import DataError, damaged, fetch, fresh_folder, scaled

FOLDERS = {"mnist": "MNIST", "fashion": "FashionMNIST"}
TITLES = {"mnist": "MNIST", "fashion": "Fashion-MNIST"}
NAMES = ("auto", *FOLDERS, "bundled")
FILES = [f"{part}-{what}-ubyte" for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1")]


class Digits(NamedTuple):
    """Images x (N, 1, 28, 28) float32 in [−1, 1] and labels y (N,) 0–9, for training and for testing."""

    x: torch.Tensor
    y: torch.Tensor
    x_test: torch.Tensor
    y_test: torch.Tensor
    name: str


def digits(name="auto", device=None):
    """Handwritten digits; prints in one line what was chosen and why. → Digits

    "auto"     MNIST from $COURSE_DATA_DIR or data/, else downloaded, else the bundled set
    "mnist", "fashion"   that set, from disk or downloaded, else a DataError
    "bundled"  1,797 real digits of the UCI repository (8×8, in scikit-learn), redrawn as 28×28
    """
    if name not in NAMES:
        raise ValueError(f"there is no data set {name!r}; choose one of: {', '.join(NAMES)}.")
    why = ""
    if name != "bundled":
        kind = "mnist" if name == "auto" else name
        try:
            parts, where = _from_disk_or_net(FOLDERS[kind])
            return _ready(parts, TITLES[kind], where, device)
        except DataError as problem:
            if name != "auto":
                raise
            why = f"; no MNIST: {problem}"
    return _ready(bundled_digits(), "bundled UCI digits", why, device)


def _ready(parts, name, where, device):
    if session.scale() == "smoke":  # nothing is learned there, so that a part of them will do
        parts = [part[:n] for part, n in zip(parts, (4_000, 4_000, 1_000, 1_000), strict=True)]
    x, y, x_test, y_test = (part.to(device or session.device()) for part in parts)
    print(f"Data: {name}, {len(x):,} images to train, {len(x_test):,} to test{where}")
    return Digits(x, y, x_test, y_test, name)


def _from_disk_or_net(name):
    looked = []
    for folder in session.data_dirs():
        raw = folder / name / "raw"
        parts = _read(raw)
        if parts:
            return parts, f", from {folder}"
        looked.append(f"{raw} {'has no such files' if raw.exists() else 'does not exist'}")
    looked = " and ".join(looked)
    if session.scale() == "smoke":
        raise DataError(f"{looked}; the smoke scale does not download")
    try:
        parts, where = _download(name)
    except DataError as problem:
        raise DataError(f"{looked}; {problem}") from problem
    return parts, f"{where} ({looked})"


def _download(name):
    """Only whole, readable files move from the fresh folder to their place. → parts, where they are from"""
    raw = Path(name) / "raw"
    with fresh_folder() as (fresh, home):
        fetch(name, fresh)
        parts = _read(fresh / raw)
        if not home:
            return parts, ", downloaded for this time: no data folder can be written"
        target = home / raw
        try:
            target.mkdir(parents=True, exist_ok=True)
            for file in FILES:
                shutil.move(fresh / raw / file, target / file)
        except OSError as problem:
            return parts, f", downloaded for this time: {target} cannot be written ({problem.strerror})"
    return parts, ", just downloaded"


def _read(raw):
    """The four files of torchvision's layout → x, y, x_test, y_test; None if none of them is there."""
    try:
        files = [_find(raw, name) for name in FILES]
    except OSError as problem:
        raise DataError(f"{raw} cannot be looked into: {problem}") from problem
    if not any(files):
        return None
    if None in files:
        file = raw / FILES[files.index(None)]
        raise DataError(f"{file} is missing beside its sisters: copy it there, or move {raw} away")
    x, y, x_test, y_test = map(_read_idx, files)
    for images, labels, file in ((x, y, files[0]), (x_test, y_test, files[2])):
        if images.shape[1:] != (28, 28):
            raise damaged(file, f"images of shape {tuple(images.shape)}, not (N, 28, 28)")
        if len(images) != len(labels):
            raise damaged(file, f"{len(images)} images but {len(labels)} labels")
        if labels.max() > 9:
            raise damaged(file, f"labels up to {int(labels.max())}")
    return scaled(x.unsqueeze(1)), y, scaled(x_test.unsqueeze(1)), y_test


def _find(raw, name):
    """The file under one of the names by which it is handed on, packed or not. → Path, or None"""
    names = [name, name.replace("-idx", ".idx")]
    files = [raw / f"{each}{end}" for each in names for end in ("", ".gz")]
    return next((file for file in files if file.exists()), None)


def _read_idx(file):
    from torchvision.datasets.mnist import read_image_file, read_label_file

    read = read_image_file if "images" in file.name else read_label_file
    try:
        if file.suffix != ".gz":
            return read(str(file))
        with fresh_folder() as (folder, _), gzip.open(file) as packed:
            (folder / file.stem).write_bytes(packed.read())
            return read(str(folder / file.stem))
    except gzip.BadGzipFile as problem:
        raise damaged(file, "not a whole gzip file") from problem
    except OSError as problem:
        raise DataError(f"{file} cannot be read ({problem.strerror}): check its permissions") from problem
    except Exception as problem:  # torchvision meets damage with whatever error comes first
        raise damaged(file, "not a whole IDX file") from problem
