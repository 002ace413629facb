"""Recording a step: when, and what happens if it cannot be. What records is played by a stand-in: here is no GPU."""

from types import SimpleNamespace

import pytest
import torch

from course_utils import data, graphs, models, steps, tricks
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
    assert asked.recorded == 0


def test_optimizers_that_counted_on_the_cpu_are_not_recorded(asked):
    cast = players()
    train(steps.gan_step, data.Batches(torch.randn(50, 2), batch_size=8), 2, **cast)
    train(steps.gan_step, batches(), 5, **cast)
    assert asked.recorded == 0
