"""The session: device, seeds, scale and folders. The only module that reads the environment.

COURSE_SCALE     smoke (tests) | class (default on a CPU) | full (default on a CUDA GPU)
COURSE_DATA_DIR  a folder that holds MNIST/raw, as torchvision arranges it (default: data/)
COURSE_DEVICE    cpu | cuda | mps, in place of the automatic choice
COURSE_RECORD    set by `python -m course_utils figures` alone
"""

import contextlib
import functools
import os
import random
import sys
import warnings
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parent.parent
SCALES = ("smoke", "class", "full")
SMOKE_STEPS = 5


def start(seed=0):
    """Choose the device, seed all random generators, set the plot style; print one line. → torch.device"""
    from . import plotting  # imported here, because the command line does without matplotlib

    seed_all(seed)
    # A saturated network has many denormal numbers, and each is ten times slower on a CPU.
    torch.set_flush_denormal(True)
    warnings.filterwarnings("ignore", "at::frobenius_norm")  # PyTorch's own, of x.norm(dim=1) on MPS
    plotting.use_style()
    if "google.colab" in sys.modules:  # it shows widgets of others only if they are enabled
        sys.modules["google.colab"].output.enable_custom_widget_manager()
    print(f"PyTorch {torch.__version__} on {_device_words()} · scale: {scale()} · seed {seed}")
    return device()


@contextlib.contextmanager
def forked():
    """Random numbers (of Python, NumPy, PyTorch) go on after the block as if none had been drawn in it."""
    python, numpy = random.getstate(), np.random.get_state()
    mps = torch.mps.get_rng_state() if device().type == "mps" else None
    with torch.random.fork_rng():  # the CPU and every CUDA device
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)
            if mps is not None:
                torch.mps.set_rng_state(mps)


@contextlib.contextmanager
def seeded(seed):
    """Random numbers from `seed` inside the block; those after it go on as if none had been drawn in it."""
    with forked():
        seed_all(seed)
        yield


def seed_all(seed):
    """Seed Python, NumPy and PyTorch (CPU and GPU)."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


_on_cpu = False


@contextlib.contextmanager
def on_cpu():
    """Inside the block `device()` is the CPU: there the course makes its tensors and networks."""
    global _on_cpu
    before, _on_cpu = _on_cpu, True
    try:
        yield
    finally:
        _on_cpu = before


def device():
    """The fastest device available: CUDA, else Apple's MPS, else the CPU. → torch.device

    Raises a ValueError if COURSE_DEVICE names a device that is not usable here.
    """
    return torch.device("cpu") if _on_cpu else _chosen_device()


@functools.cache
def _chosen_device():
    requested = os.environ.get("COURSE_DEVICE", "").strip().lower()
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if not requested:
        return torch.device(next(name for name, ok in available.items() if ok))
    if not available.get(requested.split(":")[0]):
        usable = ", ".join(name for name, ok in available.items() if ok)
        raise ValueError(f"COURSE_DEVICE={requested!r} is not usable here; choose one of: {usable}.")
    try:
        return torch.device(requested)
    except RuntimeError as problem:
        raise ValueError(f"COURSE_DEVICE={requested!r} is no device: cuda, cuda:0, mps or cpu.") from problem


def device_name():
    """Such as "CPU", "MPS", or a GPU's own name. → str"""
    return torch.cuda.get_device_name(device()) if device().type == "cuda" else device().type.upper()


def _device_words():
    return device_name() + (f" ({torch.get_num_threads()} threads)" if device().type != "cuda" else "")


def scale():
    """How much to compute: "smoke", "class" or "full" (see the README). → str

    Raises a ValueError if COURSE_SCALE has another value.
    """
    name = os.environ.get("COURSE_SCALE", "").strip().lower()
    if not name and grading():
        return "smoke"  # verdicts need no trained network
    if not name:
        return "full" if device().type == "cuda" else "class"
    if name not in SCALES:
        raise ValueError(f"COURSE_SCALE={name!r} is unknown; choose one of: {', '.join(SCALES)}.")
    return name


def n_steps(cpu, gpu):
    """Training steps at this scale: `cpu` for class, `gpu` for full, at most SMOKE_STEPS for smoke. → int"""
    return {"smoke": min(cpu, SMOKE_STEPS), "class": cpu, "full": gpu}[scale()]


def data_dirs():
    """Where data sets are looked for, in this order. → list of Path"""
    own = os.environ.get("COURSE_DATA_DIR", "").strip()
    return [*([Path(own).expanduser()] if own else []), ROOT / "data"]


def own_folder():
    """Where your notebooks are, and what you keep: the folder that `start` copied them into. → Path"""
    here = Path.cwd()
    return here if (here / ".copied").exists() else ROOT / "work"


def keep(contents):
    """Write files, {path: bytes or text}, each atomically; on an error such as a full disk none of them.

    Raises an OSError that names the file.
    """
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
