"""Frogs of CIFAR-10."""

import os
import shutil

import torch

from .. import session
from .files import DataError, damaged, fetch, fresh_folder, scaled


def frogs(download=None):
    """Frogs, class 6 of CIFAR-10: images (5000, 3, 32, 32) in [−1, 1], from disk. → tensor

    download  whether to fetch the 170 MB if they are not there; if not given, at the full scale only
    """
    from torchvision.datasets import CIFAR10

    name, folders = CIFAR10.base_folder, session.data_dirs()
    home = next((f for f in folders if os.path.isdir(f / name)), None)
    if not home:
        if not (session.scale() == "full" if download is None else download):
            looked = " or ".join(map(str, folders))
            raise DataError(f"CIFAR-10 is not in {looked}; data.frogs(download=True) fetches its 170 MB")
        with fresh_folder() as (fresh, home):
            if not home:
                raise DataError("CIFAR-10 is not downloaded: no data folder can be written")
            fetch("CIFAR10", fresh)
            shutil.move(fresh / name, home / name)
    try:
        cifar = CIFAR10(home, train=True)
    except RuntimeError as problem:
        raise damaged(home / name, "not all of CIFAR-10") from problem
    x = torch.from_numpy(cifar.data[[y == 6 for y in cifar.targets]]).permute(0, 3, 1, 2)
    return scaled(x).to(session.device())
