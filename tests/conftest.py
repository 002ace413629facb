"""All tests run at the smoke scale on the CPU: every line runs, nothing is learned or downloaded.

COURSE_PRETEND=cuda, or mps, pretends that device: for the tests marked so.
"""

import os
import tempfile

os.environ.setdefault("COURSE_SCALE", "smoke")
if kind := os.environ.get("COURSE_PRETEND"):
    import pretended

    pretended.start(kind)  # before the course chooses its device
    os.environ["COURSE_DEVICE"] = kind
os.environ.setdefault("COURSE_DEVICE", "cpu")
if "PYTEST_XDIST_WORKER" in os.environ:  # two workers and their kernels share the cores
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) // 2)))
# Matplotlib's defaults and a fresh font cache: an old one may name fonts that are no longer there
MATPLOTLIB = tempfile.TemporaryDirectory(prefix="matplotlib-")
os.environ["MPLCONFIGDIR"] = MATPLOTLIB.name

import pytest  # noqa: E402
import torch  # noqa: E402

from course_utils import data, modules_of, notebooks, session  # noqa: E402
from course_utils.exercises import EXERCISES  # noqa: E402
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
    """moves(G=G, …) → a list, to which each update of a step adds the names of the networks it moved."""

    def watch(**nets):
        moved = []

        def descend_watched(loss, opt, descend):
            before = {name: [p.clone() for p in net.parameters()] for name, net in nets.items()}
            descend(loss, opt)
            names = [name for name, net in nets.items() if differ(before[name], net.parameters())]
            moved.append(" ".join(names))

        each_descent(descend_watched)
        return moved

    return watch


def differ(before, after):
    return any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))


def broken_and_right(id):
    """The code that an exercise gives to be mended, and what it is to become. → two functions"""
    return EXERCISES[id].mistakes["given"].wrong, EXERCISES[id].reference


def scores_of(id, answer, seeds=range(3)):
    """A design's scores, one for each seed, as a verdict takes them. → list"""
    scores = []
    for seed in seeds:
        with session.seeded(seed):
            scores.append(EXERCISES[id].contest.run(answer, seed))
    return scores


def weights(net):
    """All weights of a network, as one tensor."""
    return torch.cat([p.detach().flatten() for p in net.parameters()])


@pytest.fixture(scope="session")
def noise():
    """A data set that costs nothing: images of noise."""
    x, y = torch.rand(300, 1, 28, 28) * 2 - 1, torch.arange(300) % 10
    return data.Digits(x, y, x, y, "noise")


@pytest.fixture(scope="session")
def solved(tmp_path_factory):
    """A folder with all notebooks solved."""
    folder = tmp_path_factory.mktemp("solved")
    notebooks.solve([str(folder)])
    return folder


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
