"""Pictures of your own in place of the digits."""

from collections import Counter
from pathlib import Path

import numpy as np
import torch

from .. import session
from .digits import Digits
from .files import DataError, scaled

FEWEST = 20


def images(folder, device=None):
    """Your own pictures, to use like `digits()`; prints in one line what was found. → Digits

    folder  pictures of any size, grey or colour; subfolders are labels 0, 1, … in the order of their names,
            ten at most. Without subfolders all have the label 0.

    Each picture is made grey, cut to the square in its middle, scaled to 28×28. Every fifth is for testing.
    Raises a DataError that says what to do if there are too few; a file that is no picture is left out.
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise DataError(f"{folder.absolute()} is not a folder: name the one that holds your pictures")
    kinds = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if len(kinds) > 10:
        raise DataError(f"{folder} has {len(kinds)} subfolders; keep ten, or put all pictures into {folder}")
    pixels, labels, left_out = [], [], []
    for label, home in enumerate([folder / kind for kind in kinds] or [folder]):
        for file in sorted(path for path in home.rglob("*") if path.is_file()):
            try:
                pixels.append(_read(file))
                labels.append(label)
            except Exception:  # each of Pillow's formats has errors of its own for a damaged file
                left_out.append(file.name)
    if len(pixels) < FEWEST:
        where = "the subfolders of " * bool(kinds)
        raise DataError(
            f"{where}{folder}: {len(pixels)} pictures (PNG, JPEG, …); a lesson needs {FEWEST} at least"
        )
    x, y = scaled(torch.stack(pixels).unsqueeze(1)), torch.tensor(labels)
    x, y = (part.to(device or session.device()) for part in (x, y))
    is_test = torch.arange(len(x), device=x.device) % 5 == 4
    found = Counter(labels)
    about = ", ".join(f"{kind} {found[label]}" for label, kind in enumerate(kinds)) or "no labels"
    others = f"; no pictures: {', '.join(left_out[:3])}" + " …" * (len(left_out) > 3) if left_out else ""
    print(
        f"Data: {folder.name}, {(~is_test).sum()} images to train, {is_test.sum()} to test ({about}){others}"
    )
    print("  Scores by a classifier (fcd, misread, …) are a *digit* classifier's: of these they say little.")
    return Digits(x[~is_test], y[~is_test], x[is_test], y[is_test], folder.name)


def _read(file):
    """→ (28, 28), 0 to 255"""
    from PIL import Image, ImageOps

    with Image.open(file) as opened:
        picture = ImageOps.exif_transpose(opened)
        if picture.mode.startswith(("I", "F")):  # numbers beyond 255, which `convert` would cut off
            numbers = np.asarray(picture, np.float32)
            low, high = numbers.min(), numbers.max()
            picture = Image.fromarray((255 * (numbers - low) / max(high - low, 1e-9)).astype(np.uint8))
        if picture.has_transparency_data:  # what is transparent is paper
            picture = picture.convert("RGBA")
            picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
        square = ImageOps.fit(picture.convert("L"), (28, 28), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(square))
