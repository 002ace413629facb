"""Recording a step: when, and what happens if it cannot be. What records is played by a stand-in: here is no GPU."""

from types import SimpleNamespace

import pytest
import torch
from torch.optim.swa_utils import AveragedModel
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from course_utils import bench, data, graphs, models, session, steps, tricks
from course_utils.bench.casts import cast
from course_utils.priors import gaussian
from course_utils.train import adam, train


class OnGpu(data.Batches):
    """Batches that say that they are on a GPU."""

    def __init__(self, x):
        super().__init__(x, batch_size=8)
        self._x = x

    @property
    def x(self):
        return SimpleNamespace(device=torch.device("cuda"), __len__=lambda: len(self._x))

    @x.setter
    def x(self, value):
        pass

    def __next__(self):
        return self._x[torch.randint(len(self._x), (8,))], None


@pytest.fixture
def asked(monkeypatch):
    """COURSE_GRAPHS=1, and a stand-in for CUDA that counts; → the counts"""
    counts = SimpleNamespace(aside=0, recorded=0, replayed=0)

    def aside(turn):
        counts.aside += 1
        return turn()

    def capture(turn):
        counts.recorded += 1
        losses = {}

        def replay():
            counts.replayed += 1
            for name, loss in turn().items():
                losses.setdefault(name, torch.empty(())).copy_(loss.detach())

        return replay, losses

    monkeypatch.setenv("COURSE_GRAPHS", "1")
    monkeypatch.setattr(graphs, "_aside", aside)
    monkeypatch.setattr(graphs, "capture", capture)
    return counts


def players(**more):
    torch.manual_seed(3)
    G, D = models.mlp(3, 2, 8), models.mlp(2, 1, 8)
    return {"G": G, "D": D, "opt": adam(G=[G], D=[D]), "prior": gaussian(3), **more}


def batches():
    torch.manual_seed(4)
    return OnGpu(torch.randn(50, 2))


def test_off_unless_asked_for(asked, monkeypatch):
    monkeypatch.delenv("COURSE_GRAPHS")
    train(steps.gan_step, batches(), 5, **players())
    assert asked == SimpleNamespace(aside=0, recorded=0, replayed=0)


def test_never_on_a_cpu(asked):
    train(steps.gan_step, data.Batches(torch.randn(50, 2), batch_size=8), 5, **players())
    assert asked == SimpleNamespace(aside=0, recorded=0, replayed=0)


def test_a_recorded_run_is_the_run_itself(asked, monkeypatch):
    """Losses and weights, bit for bit; rates that change are recorded anew."""
    monkeypatch.setattr(graphs, "_allow", lambda opt: True)  # here Adam counts on the CPU
    cast = players()
    history = train(steps.gan_step, batches(), 20, settle=0.5, **cast)
    assert asked == SimpleNamespace(aside=6, recorded=2, replayed=14)
    monkeypatch.delenv("COURSE_GRAPHS")
    plain = players()
    expected = train(steps.gan_step, batches(), 20, settle=0.5, **plain)
    assert all((history[name] == expected[name]).all() for name in expected)
    for a, b in zip(cast["G"].parameters(), plain["G"].parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_step_that_cannot_be_recorded_goes_on_as_it_is(asked, monkeypatch):
    def refuse(turn):
        asked.recorded += 1
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(graphs, "capture", refuse)
    history = train(steps.gan_step, batches(), 12, **players())
    assert history.n_steps == 12 and not history.stopped
    assert asked.recorded == 1 and asked.aside == graphs.WARM_UP  # it is tried once


def test_what_keeps_pythons_own_memory_is_not_recorded(asked):
    train(steps.replay_gan_step, batches(), 5, **players(memory=tricks.Memory(3)))
    train(steps.noisy_gan_step, batches(), 5, **players(noise=tricks.FadingNoise(0.5, 5)))
    game = players()
    past = {f"{name}_past": AveragedModel(game[name]) for name in "GD"}
    train(steps.historical_gan_step, batches(), 5, **game, **past)
    assert asked.recorded == 0


def test_optimizers_that_counted_on_the_cpu_are_not_recorded(asked):
    cast = players()
    train(steps.gan_step, data.Batches(torch.randn(50, 2), batch_size=8), 2, **cast)
    train(steps.gan_step, batches(), 5, **cast)
    assert asked.recorded == 0


class OnTheHost(TorchDispatchMode):
    """Notes each operation with a tensor on the CPU: in a step on another device, a copy or a question."""

    def __init__(self):
        super().__init__()
        self.noted = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        tensors = [t for t in tree_leaves((args, kwargs, result)) if isinstance(t, torch.Tensor)]
        if any(t.device.type == "cpu" for t in tensors):
            self.noted.append(str(function))
        return result


@pytest.mark.parametrize("name", bench.STEPS)
def test_no_step_makes_a_gpu_wait(name, monkeypatch):
    """PyTorch's meta device knows shapes and no values: whoever asks it for a number gets an error."""
    there, step = torch.device("meta"), getattr(steps, name)
    monkeypatch.setattr(session, "device", lambda: there)
    digits = SimpleNamespace(
        x=torch.empty(64, 1, 28, 28, device=there), y=torch.arange(64, device=there) % 10
    )
    batches, players = cast(step, digits, batch_size=8)
    for optimizer in vars(players["opt"]).values():
        optimizer.step = lambda: None  # fused and on a GPU it counts there
    with OnTheHost() as host:
        losses = step(batches, **players)
    assert all(loss.device == there for loss in losses.values())
    # the mean of the past is PyTorch's AveragedModel, which counts on the CPU: slower, but right
    assert bool(host.noted) == (step is steps.historical_gan_step)
