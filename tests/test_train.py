"""The loop: it counts, keeps, shows, stops and repeats itself exactly."""

import signal
import time
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from course_utils import data
from course_utils.train import adam, descend, rmsprop, train


def fit_step(batches, *, net, opt):
    x, _ = next(batches)
    loss = (net(x) - 1).square().mean()
    descend(loss, opt.net)
    return dict(loss=loss, twice=2 * loss)


@pytest.fixture
def batches():
    return data.Batches(torch.randn(200, 3), batch_size=16)


def new_net():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 1))


def state(net):
    return torch.cat([v.flatten().double() for v in net.state_dict().values()])


def test_descend_moves_only_its_own_and_leaves_no_gradient_elsewhere():
    a, b = nn.Linear(2, 2), nn.Linear(2, 1)
    opt = adam(a=[a], b=[b], lr=0.1)
    before = state(a), state(b)
    descend(b(a(torch.randn(5, 2))).square().mean(), opt.a)
    assert not torch.equal(state(a), before[0]) and torch.equal(state(b), before[1])
    assert all(p.grad is None for p in b.parameters())


def test_descend_is_the_usual_three_lines():
    a, b = nn.Linear(2, 1), nn.Linear(2, 1)
    b.load_state_dict(a.state_dict())
    opt, usual = adam(a=[a], lr=0.1), torch.optim.Adam(b.parameters(), lr=0.1)
    for _ in range(5):
        x = torch.randn(7, 2)
        descend(a(x).square().mean(), opt.a)
        usual.zero_grad()
        b(x).square().mean().backward()
        usual.step()
    assert torch.allclose(state(a), state(b), atol=1e-6)


def test_rmsprop_divides_by_the_recent_size_of_the_gradient():
    net = nn.Linear(1, 1, bias=False)
    before, opt = net.weight.item(), rmsprop(net=[net], lr=0.1)
    descend(3 * net(torch.ones(1, 1)).sum(), opt.net)  # a gradient of 3; its running square is (1 − 0.99) · 9
    assert net.weight.item() == pytest.approx(before - 0.1 * 3 / (0.01 * 9) ** 0.5, abs=1e-5)


def test_descend_says_what_is_wrong_with_a_loss():
    net = nn.Linear(2, 2)
    opt = adam(net=[net])
    with pytest.raises(ValueError, match="take its mean"):
        descend(net(torch.zeros(3, 2)), opt.net)
    with pytest.raises(ValueError, match="float"):
        descend(0.5, opt.net)
    with pytest.raises(ValueError, match="detach"):
        descend(net(torch.zeros(3, 2)).mean().detach(), opt.net)


def test_history_and_film(batches):
    net = new_net()
    history = train(
        fit_step,
        batches,
        30,
        lambda: torch.zeros(4, 1, 28, 28),
        n_frames=7,
        net=net,
        opt=adam(net=[net], lr=0.01),
    )
    assert list(history) == ["loss", "twice"] and history.n_steps == 30 and history.stopped == ""
    assert isinstance(history["loss"], np.ndarray) and history["loss"].shape == (30,)
    assert (
        np.allclose(2 * history["loss"], history["twice"])
        and history["loss"][-5:].mean() < history["loss"][0]
    )
    assert len(history.film) == len(history.film_steps) == 7
    assert history.film_steps[0] == 0 and history.film_steps[-1] == 30 and history.film_steps[1] < 29 / 6
    assert history.seconds > 0
    with pytest.raises(KeyError, match="it has: loss, twice"):
        history["L_rec"]


def run(batches_seed=0, watch=None):
    net = new_net()
    torch.manual_seed(batches_seed)
    batches = data.Batches(torch.linspace(-1, 1, 60).reshape(20, 3), batch_size=8)
    history = train(fit_step, batches, 25, watch and watch(net), net=net, opt=adam(net=[net], lr=0.01))
    return state(net), history["loss"]


def test_the_same_seed_gives_exactly_the_same():
    (a, loss_a), (b, loss_b), (c, _) = run(), run(), run(batches_seed=1)
    assert torch.equal(a, b) and np.array_equal(loss_a, loss_b) and not torch.equal(a, c)


def test_being_watched_changes_nothing():
    """Not the random numbers, and not batch norm's memory: the watcher sees networks in evaluation mode."""
    a, _ = run()
    b, _ = run(watch=lambda net: lambda: net(torch.randn(6, 3)).reshape(3, 2))
    assert torch.equal(a, b)


def test_modes(batches):
    net, seen = new_net(), []

    def step(batches, *, net, opt):
        seen.append(net.training)
        return fit_step(batches, net=net, opt=opt)

    train(step, batches, 3, net=net.eval(), opt=adam(net=[net]))
    assert seen == [True] * 3 and not net.training


@pytest.mark.parametrize("at", [0, 3, 9])
def test_an_interrupt_ends_after_the_step_and_keeps_everything(batches, capsys, at):
    net, done, before = new_net(), [], signal.getsignal(signal.SIGINT)

    def step(batches, *, net, opt):
        if len(done) == at:
            signal.raise_signal(signal.SIGINT)  # in the middle of a step
        losses = fit_step(batches, net=net, opt=opt)
        done.append(1)
        return losses

    opt = adam(net=[net])
    history = train(step, batches, 100, net=net, opt=opt)
    assert history.stopped == "interrupted" and history.n_steps == len(done) == at + 1
    assert next(iter(opt.net.state.values()))["step"].item() == at + 1
    assert "kept" in capsys.readouterr().out and not net.training
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_interrupt_is_at_once(batches):
    before = signal.getsignal(signal.SIGINT)

    def step(batches):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return dict(loss=torch.zeros(()))

    with pytest.raises(KeyboardInterrupt):
        train(step, batches, 5)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_quiet_training_learns_the_same_and_is_silent(batches, capsys, monkeypatch):
    from course_utils.train import _View

    monkeypatch.setattr(_View, "_show", lambda *_: pytest.fail("a picture"))
    net = new_net()
    history = train(fit_step, batches, 30, quiet=True, net=net, opt=adam(net=[net], lr=0.01))
    assert history.n_steps == 30 and history["loss"][-5:].mean() < history["loss"][0]
    spoiled = train(lambda batches: dict(loss=torch.tensor(float("nan"))), batches, 1000, quiet=True)
    assert spoiled.stopped == "diverged" and spoiled.n_steps == 50
    assert capsys.readouterr().out == ""


def test_what_cuts_off_a_quiet_training_is_an_error(batches):
    """A table must not take a run that was cut off for a whole one."""

    def interrupted(batches):
        signal.raise_signal(signal.SIGINT)
        return dict(loss=torch.zeros(()))

    def too_large(batches):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    with pytest.raises(KeyboardInterrupt):
        train(interrupted, batches, 5, quiet=True)
    with pytest.raises(RuntimeError, match="allocate memory"):
        train(too_large, batches, 5, quiet=True)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_stops_with_advice(batches, capsys, bad):
    count = iter(range(1000))

    def step(batches):
        return dict(fine=torch.tensor(1.0), spoiled=torch.tensor(bad if next(count) >= 60 else 1.0))

    history = train(step, batches, 1000)
    out = capsys.readouterr().out
    assert history.stopped == "diverged" and history.n_steps == 100
    assert "spoiled" in out and "since step 60" in out and "learning rate" in out


def test_a_step_that_returns_the_wrong_thing_is_told(batches):
    with pytest.raises(TypeError, match="dict of named losses, not Tensor"):
        train(lambda batches: torch.zeros(()), batches, 3)
    with pytest.raises(TypeError, match=r"'loss' has shape \(2,\)"):
        train(lambda batches: dict(loss=torch.zeros(2)), batches, 3)
    names = iter("ab")
    with pytest.raises(TypeError, match="same losses every time"):
        train(lambda batches: {next(names): torch.zeros(())}, batches, 2)


@pytest.mark.parametrize("as_part_of_the_step", [False, True])
def test_a_count_of_none_at_all_is_told(batches, as_part_of_the_step):
    def step(batches, *, n_critic):
        raise AssertionError("it must not come so far")

    how = (partial(step, n_critic=0), {}) if as_part_of_the_step else (step, {"n_critic": 0})
    with pytest.raises(ValueError, match="n_critic = 0: a step does it at least once"):
        train(how[0], batches, 3, **how[1])


def test_no_steps_is_no_error(batches):
    assert train(fit_step, batches, 0).n_steps == 0


def test_the_kernels_interrupt_stops_a_training_cell_and_the_next_cell_runs():
    """■ in JupyterLab, VS Code or Colab is this message to a real kernel."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    try:
        slow = """
import time, torch
from course_utils.train import train
def step(batches):
    time.sleep(0.05)
    return dict(loss=torch.ones(()))
print("ready")
history = train(step, None, 10_000)
"""
        reply = client.execute(slow)
        printed = []
        while "ready" not in "".join(printed):
            message = client.get_iopub_msg(timeout=60)
            printed.append(message["content"].get("text", ""))
        time.sleep(0.5)
        manager.interrupt_kernel()
        while (answer := client.get_shell_msg(timeout=30))["parent_header"]["msg_id"] != reply:
            pass
        assert answer["content"]["status"] == "ok"
        after = client.execute_interactive(
            "print(history.stopped, 0 < history.n_steps < 10_000)",
            timeout=30,
            output_hook=lambda m: printed.append(m["content"].get("text", "")),
        )
        assert after["content"]["status"] == "ok" and "interrupted True" in "".join(printed)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_settling_shortens_the_strides_at_the_end_and_gives_the_rates_back():
    net = torch.nn.Linear(1, 1)
    opt, rates = adam(net=[net], lr=0.1), []

    def step(batches, net, opt):
        rates.append(opt.net.param_groups[0]["lr"])
        return dict(L=1.0)

    train(step, None, 10, settle=0.3, net=net, opt=opt)
    assert rates == pytest.approx([0.1] * 7 + [0.02] * 3) and opt.net.param_groups[0]["lr"] == 0.1


def test_the_live_picture_comes_by_the_clock_takes_a_tenth_of_the_time_and_need_not_stay(monkeypatch):
    from types import SimpleNamespace

    from course_utils import plotting
    from course_utils.train import _View

    clock, shown = [0.0], []

    def drawn(*picture, raw=False):
        shown.append((clock[0], raw))
        clock[0] += 0.5  # a slow picture
        return SimpleNamespace(update=drawn)

    monkeypatch.setattr("course_utils.train.time.perf_counter", lambda: clock[0])
    monkeypatch.setattr(plotting, "in_notebook", lambda: True)
    monkeypatch.setattr(plotting, "display", drawn)
    history = SimpleNamespace(seconds=1.0, n_steps=5, film=[], stopped="", latest=lambda: "")
    monkeypatch.setattr(plotting, "training", lambda *_: None)
    view = _View(10, leave=False)
    for _ in range(160):
        clock[0] += 0.1
        view.update(history)
    times = [t for t, _ in shown]
    assert times[0] == pytest.approx(1.0, abs=0.2) and len(times) == 4
    assert all(b - a >= 5 - 1e-9 for a, b in zip(times, times[1:], strict=False))
    view.close(history)
    assert shown[-1][1]  # emptied


def test_a_history_keeps_columns_not_single_numbers():
    """Thousands of single numbers on the CPU, each between large blocks, cost a long training gigabytes."""
    count = iter(range(200))
    history = train(lambda batches: {"a": torch.tensor(float(next(count))), "b": 2}, None, 125)
    assert history.n_steps == 125 and history["a"].tolist() == list(range(125)) and set(history["b"]) == {2}
    assert len(history._recent) == 25 and [len(part) for part in history._parts["a"]] == [50, 50]
    assert history._column("a", since=99)[0] == 99
