"""The machine and the moment: device, seeds, scale, folders. The only reader of the environment.

COURSE_SCALE     smoke (tests) | class (default on a CPU) | full (default on a CUDA GPU)
COURSE_DATA_DIR  a folder that holds MNIST/raw, as torchvision lays it out (default: data/)
COURSE_DEVICE    cpu | cuda | mps, to overrule the choice
COURSE_GRAPHS    1: `train` records its steps as CUDA graphs, where it can (see graphs.py)
COURSE_RECORD    set by `python -m course_utils figures` alone
"""

import contextlib
import ctypes
import functools
import os
import random
import sys
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parent.parent
SCALES = ("smoke", "class", "full")
SMOKE_STEPS = 5


def start(seed=0):
    """Choose the device, seed every generator, set the plot style; print one line. → torch.device"""
    from . import plotting  # here: the command line needs a session without matplotlib

    seed_all(seed)
    _return_large_blocks()
    torch.set_flush_denormal(True)  # a saturated network is full of denormals, each ten times slower on a CPU
    plotting.use_style()
    if "google.colab" in sys.modules:  # widgets that are not Colab's own have to be allowed there
        sys.modules["google.colab"].output.enable_custom_widget_manager()
    print(f"PyTorch {torch.__version__} on {_device_words()} · scale: {scale()} · seed {seed}")
    return device()


def _return_large_blocks():
    """Let glibc return large blocks as soon as they are freed: else it learns to keep those below 32 MB, and MNIST's test set has 31.

    A training step's are smaller, or its arithmetic takes so long that fetching them anew does not matter.
    """
    with contextlib.suppress(TypeError, AttributeError):  # Windows, macOS
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(-3, 4 << 20)  # M_MMAP_THRESHOLD: a block of so many bytes has pages of its own
        mallopt(-1, 64 << 20)  # M_TRIM_THRESHOLD: so much of what is free may be kept at hand


def seed_all(seed):
    """Seed Python, NumPy and PyTorch (CPU and GPU)."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


@functools.cache
def device():
    """The fastest device at hand: CUDA, else Apple's MPS, else the CPU. → torch.device"""
    wish = os.environ.get("COURSE_DEVICE", "").strip().lower()
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if not wish:
        return torch.device(next(name for name, ok in there.items() if ok))
    if not there.get(wish.split(":")[0]):
        usable = ", ".join(name for name, ok in there.items() if ok)
        raise ValueError(f"COURSE_DEVICE={wish!r} is not usable here; choose one of: {usable}.")
    return torch.device(wish)


def _device_words():
    if device().type == "cuda":
        return torch.cuda.get_device_name(device())
    return f"{device().type.upper()} ({torch.get_num_threads()} threads)"


def scale():
    """How much to compute: "smoke", "class" or "full" (see the README). → str"""
    name = os.environ.get("COURSE_SCALE", "").strip().lower()
    if not name and grading():
        return "smoke"  # verdicts need no trained network
    if not name:
        return "full" if device().type == "cuda" else "class"
    if name not in SCALES:
        raise ValueError(f"COURSE_SCALE={name!r} is unknown; choose one of: {', '.join(SCALES)}.")
    return name


def n_steps(cpu, gpu):
    """Training steps at this scale: `cpu` for class, `gpu` for full, a handful for smoke. → int"""
    return {"smoke": min(cpu, SMOKE_STEPS), "class": cpu, "full": gpu}[scale()]


def data_dirs():
    """Where data sets are looked for, in this order. → list of Path"""
    own = os.environ.get("COURSE_DATA_DIR", "").strip()
    return [*([Path(own).expanduser()] if own else []), ROOT / "data"]


def graphs():
    """True if `train` may record its steps as CUDA graphs."""
    return os.environ.get("COURSE_GRAPHS", "").strip() == "1"


def keep(contents):
    """Write files, {path: bytes or text}: none takes its place before all are whole, so a full disk harms nothing."""
    parts = {file: file.with_name(file.name + ".part") for file in contents}
    try:
        for file, part in parts.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            content = contents[file]
            part.write_bytes(content.encode() if isinstance(content, str) else content)
        for file, part in parts.items():
            part.replace(file)
    except OSError as problem:
        why = problem.strerror or problem
        raise OSError(f"{file} cannot be written ({why}); what stood there before is unharmed.") from problem
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):
                part.unlink()


def recording():
    """True while `python -m course_utils figures` runs the notebook: its scores become the expected ones."""
    return bool(os.environ.get("COURSE_RECORD"))


def grading():
    """True while nbgrader runs the notebook."""
    return bool(os.environ.get("NBGRADER_EXECUTION"))
