"""Molecules as fingerprints."""

import csv
from typing import NamedTuple

import torch

from .. import session


class Molecules(NamedTuple):
    """Fingerprints x (N, 166) in {−1, 1}, and for each molecule its family y (N,) and its name."""

    x: torch.Tensor
    y: torch.Tensor
    names: list
    families: list


def molecules():
    """Common molecules as MACCS fingerprints. → Molecules

    Each bit answers a question such as "is there a ring of six?".
    From data/molecules.csv, where RDKit has computed them from the structures (SMILES); see data/README.md.
    """
    with open(session.ROOT / "data" / "molecules.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    families = sorted({row["family"] for row in rows})
    bits = [[int(bit) for bit in f"{int(row['maccs'], 16):0168b}"[:166]] for row in rows]
    x = torch.tensor(bits, dtype=torch.float32, device=session.device())
    y = torch.tensor([families.index(row["family"]) for row in rows], device=session.device())
    return Molecules(2 * x - 1, y, [row["name"] for row in rows], families)
