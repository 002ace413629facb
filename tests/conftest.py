"""All tests run at the smoke scale on the CPU: every line runs, nothing is learned, nothing is downloaded."""

import os
import tempfile

os.environ.setdefault("COURSE_SCALE", "smoke")
os.environ.setdefault("COURSE_DEVICE", "cpu")
if "PYTEST_XDIST_WORKER" in os.environ:  # two workers, and the kernels that they start, share the cores
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) // 2)))
# Matplotlib's defaults and a fresh font cache: one made while its environment was being deleted lacks fonts
MATPLOTLIB = tempfile.TemporaryDirectory(prefix="matplotlib-")
os.environ["MPLCONFIGDIR"] = MATPLOTLIB.name

import pytest  # noqa: E402
import torch  # noqa: E402

from course_utils import data, modules_of  # noqa: E402
from course_utils.train import descend  # noqa: E402


class Counted(data.Batches):
    """Mini-batches that count how many were drawn."""

    drawn = 0

    def __next__(self):
        self.drawn += 1
        return super().__next__()


@pytest.fixture
def each_descent(monkeypatch):
    """each_descent(f): in all steps, descend(loss, opt) becomes f(loss, opt, descend)."""

    def replace(f):
        for module in modules_of("course_utils.steps"):
            if hasattr(module, "descend"):
                monkeypatch.setattr(module, "descend", lambda loss, opt: f(loss, opt, descend))

    return replace


@pytest.fixture
def moves(each_descent):
    """moves(G=G, …) → a list, to which each descent of a step adds the names of the networks that it moved."""

    def watch(**nets):
        moved = []

        def descend_watched(loss, opt, descend):
            before = {name: [p.clone() for p in net.parameters()] for name, net in nets.items()}
            descend(loss, opt)
            moved.append(
                " ".join(name for name, net in nets.items() if differ(before[name], net.parameters()))
            )

        each_descent(descend_watched)
        return moved

    return watch


def differ(before, after):
    return any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
