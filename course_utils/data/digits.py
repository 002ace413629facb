"""Handwritten digits: MNIST or Fashion-MNIST from disk or from the net, else the bundled set."""

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
    folders = session.data_dirs()
    for folder in folders:
        parts = _read(folder / name / "raw")
        if parts:
            return parts, f", from {folder}"
    if session.scale() == "smoke":
        looked = " or ".join(map(str, folders))
        raise DataError(f"not in {looked}; the smoke scale does not download")
    return _download(name)


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
        missing = [name for name in FILES if not (raw / name).exists()]
    except OSError as problem:
        raise DataError(f"{raw} cannot be looked into: {problem}") from problem
    if len(missing) == len(FILES):
        return None
    if missing:
        file = raw / missing[0]
        raise DataError(f"{file} is missing beside its sisters: copy it there, or move {raw} away")
    x, y, x_test, y_test = (_read_idx(raw / name) for name in FILES)
    for images, labels, name in ((x, y, FILES[0]), (x_test, y_test, FILES[2])):
        if images.shape[1:] != (28, 28):
            raise damaged(raw / name, f"images of shape {tuple(images.shape)}, not (N, 28, 28)")
        if len(images) != len(labels):
            raise damaged(raw / name, f"{len(images)} images but {len(labels)} labels")
        if labels.max() > 9:
            raise damaged(raw / name, f"labels up to {int(labels.max())}")
    return scaled(x.unsqueeze(1)), y, scaled(x_test.unsqueeze(1)), y_test


def _read_idx(file):
    from torchvision.datasets.mnist import read_image_file, read_label_file

    try:
        return (read_image_file if "images" in file.name else read_label_file)(str(file))
    except OSError as problem:
        raise DataError(f"{file} cannot be read ({problem.strerror}): check its permissions") from problem
    except Exception as problem:  # torchvision meets damage with whatever error comes first
        raise damaged(file, "not a whole IDX file") from problem
