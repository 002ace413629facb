"""The training loop: it counts, records, shows, stops, and repeats itself exactly."""

import contextlib
import signal
import time
from functools import partial
from types import SimpleNamespace

import numpy as np
import players
import pytest
import torch
from jupyter_client.manager import start_new_kernel
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from course_utils import data, metrics, plotting, session, steps
from course_utils.scores import digit_scores
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
    """All weights and buffers of a network, as one tensor."""
    return torch.cat([v.flatten().double() for v in net.state_dict().values()])


def fit(batches, n_steps, net, step=fit_step, **how):
    return train(step, batches, n_steps, net=net, opt=adam(net=[net], lr=0.01), **how)


def test_descend_moves_only_the_networks_of_its_optimizer_and_leaves_no_gradient_elsewhere():
    a, b = nn.Linear(2, 2), nn.Linear(2, 1)
    opt = adam(a=[a], b=[b], lr=0.1)
    before = state(a), state(b)
    descend(b(a(torch.randn(5, 2))).square().mean(), opt.a)
    assert not torch.equal(state(a), before[0]) and torch.equal(state(b), before[1])
    assert all(p.grad is None for p in b.parameters())


def test_rmsprop_divides_by_the_recent_size_of_the_gradient():
    net = nn.Linear(1, 1, bias=False)
    before, opt = net.weight.item(), rmsprop(net=[net], lr=0.1)
    descend(3 * net(torch.ones(1, 1)).sum(), opt.net)  # a gradient of 3; its running square is (1 − 0.99) · 9
    assert net.weight.item() == pytest.approx(before - 0.1 * 3 / (0.01 * 9) ** 0.5, abs=1e-5)


def test_descend_says_what_is_wrong_with_the_loss():
    net = nn.Linear(2, 2)
    opt = adam(net=[net])
    with pytest.raises(ValueError, match="take its mean"):
        descend(net(torch.zeros(3, 2)), opt.net)
    with pytest.raises(ValueError, match="float"):
        descend(0.5, opt.net)
    with pytest.raises(ValueError, match="detach"):
        descend(net(torch.zeros(3, 2)).mean().detach(), opt.net)
    with pytest.raises(ValueError, match="is it the right one"):
        descend(nn.Linear(2, 2)(torch.zeros(3, 2)).mean(), opt.net)


def test_history_and_film(batches):
    history = fit(batches, 30, new_net(), watch=lambda: torch.zeros(4, 1, 28, 28), n_frames=7)
    assert list(history) == ["loss", "twice"] and history.n_steps == 30 and history.stopped == ""
    assert isinstance(history["loss"], np.ndarray) and history["loss"].shape == (30,)
    assert np.allclose(2 * history["loss"], history["twice"]) and history.seconds > 0
    assert history["loss"][-5:].mean() < history["loss"][0]
    assert len(history.film) == len(history.film_steps) == 7
    assert history.film_steps[0] == 0 and history.film_steps[-1] == 30 and history.film_steps[1] < 29 / 6
    with pytest.raises(KeyError, match="it has: loss, twice"):
        history["L_rec"]


def test_a_history_keeps_every_loss_of_every_step():
    count = iter(range(200))
    history = train(lambda batches: {"a": torch.tensor(float(next(count))), "b": 2}, None, 125)
    assert history.n_steps == 125 and history["a"].tolist() == list(range(125)) and set(history["b"]) == {2}
    assert history.first_bad() is None and history.latest() == "a 124  b 2"
    assert train(fit_step, None, 0).n_steps == 0  # no error


def run(batches_seed=0, watch=None):
    net = new_net()
    torch.manual_seed(batches_seed)
    batches = data.Batches(torch.linspace(-1, 1, 60).reshape(20, 3), batch_size=8)
    history = fit(batches, 25, net, watch=watch and watch(net))
    return state(net), history["loss"]


def test_the_same_seed_gives_exactly_the_same_weights():
    (a, loss_a), (b, loss_b), (c, _) = run(), run(), run(batches_seed=1)
    assert torch.equal(a, b) and np.array_equal(loss_a, loss_b) and not torch.equal(a, c)


def test_watch_changes_neither_random_numbers_nor_the_statistics_of_batch_norm():
    a, _ = run()
    b, _ = run(watch=lambda net: lambda: net(torch.randn(6, 3)).reshape(3, 2))
    assert torch.equal(a, b)


def test_networks_are_in_training_mode_in_the_step_and_in_evaluation_mode_afterwards(batches):
    net, seen = new_net().eval(), []
    fit(batches, 3, net, lambda *a, **players: (seen.append(net.training), fit_step(*a, **players))[1])
    assert seen == [True] * 3 and not net.training


def test_an_interrupt_ends_training_after_the_step_and_keeps_everything(batches, capsys):
    net, done, before = new_net(), [], signal.getsignal(signal.SIGINT)

    def step(batches, *, net, opt):
        if len(done) == 3:
            signal.raise_signal(signal.SIGINT)  # in the middle of a step
        losses = fit_step(batches, net=net, opt=opt)
        done.append(1)
        return losses

    opt = adam(net=[net])
    history = train(step, batches, 100, net=net, opt=opt)
    assert history.stopped == "interrupted" and history.n_steps == len(done) == 4
    assert next(iter(opt.net.state.values()))["step"].item() == 4
    assert "kept" in capsys.readouterr().out and not net.training
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_does_not_hide_that_a_training_diverged(batches, capsys):
    def step(batches, *, net):
        signal.raise_signal(signal.SIGINT)
        return dict(L=torch.tensor(torch.nan))

    assert train(step, batches, 100, net=new_net()).stopped == "diverged"
    assert "L is nan since step 0" in capsys.readouterr().out


def test_one_optimizer_and_one_network_need_no_list(batches):
    net = new_net()

    def step(batches, *, net, opt):
        loss = net(next(batches)[0]).square().mean()
        descend(loss, opt)
        return dict(L=loss)

    opt = adam(net=net).net
    assert train(step, batches, 4, lr_decay=0.5, net=net, opt=opt).n_steps == 4
    assert opt.param_groups[0]["lr"] == 1e-3


def test_a_second_interrupt_takes_effect_at_once(batches):
    before = signal.getsignal(signal.SIGINT)

    def step(batches):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return dict(loss=torch.zeros(()))

    with pytest.raises(KeyboardInterrupt):
        train(step, batches, 5)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_quiet_training_learns_the_same_and_shows_nothing(batches, capsys, monkeypatch):
    monkeypatch.setattr(plotting, "in_notebook", lambda: True)
    monkeypatch.setattr(plotting, "display", lambda *_: pytest.fail("a picture"))
    history = fit(batches, 30, new_net(), quiet=True)
    assert history.n_steps == 30 and history["loss"][-5:].mean() < history["loss"][0]
    spoiled = train(lambda batches: dict(loss=torch.tensor(float("nan"))), batches, 1000, quiet=True)
    assert spoiled.stopped == "diverged" and spoiled.n_steps == 50
    assert capsys.readouterr().out == ""


def test_an_interrupt_or_a_full_memory_in_a_quiet_training_is_an_error(batches):
    """So that no table of experiments records an incomplete run."""

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


def test_a_step_that_returns_no_losses_is_an_error(batches):
    with pytest.raises(TypeError, match="dict of named losses, not Tensor"):
        train(lambda batches: torch.zeros(()), batches, 3)
    with pytest.raises(TypeError, match=r"'loss' has shape \(2,\)"):
        train(lambda batches: dict(loss=torch.zeros(2)), batches, 3)
    names = iter("ab")
    with pytest.raises(TypeError, match="same losses every time"):
        train(lambda batches: {next(names): torch.zeros(())}, batches, 2)


@pytest.mark.parametrize("as_part_of_the_step", [False, True])
def test_a_count_of_zero_is_an_error(batches, as_part_of_the_step):
    def step(batches, *, n_critic):
        raise AssertionError("this must not run")

    how = (partial(step, n_critic=0), {}) if as_part_of_the_step else (step, {"n_critic": 0})
    with pytest.raises(ValueError, match="n_critic = 0: a step does this at least once"):
        train(how[0], batches, 3, **how[1])


def test_the_kernels_interrupt_stops_a_training_cell_and_the_next_cell_runs():
    """■ in JupyterLab, VS Code or Colab is this message to a real kernel."""
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


def test_lr_decay_lowers_the_learning_rate_at_the_end_and_restores_it():
    net = nn.Linear(1, 1)
    opt, rates = adam(net=[net], lr=0.1), []

    def step(batches, net, opt):
        rates.append(opt.net.param_groups[0]["lr"])
        return dict(L=1.0)

    train(step, None, 10, lr_decay=0.3, net=net, opt=opt)
    assert rates == pytest.approx([0.1] * 7 + [0.02] * 3) and opt.net.param_groups[0]["lr"] == 0.1


def test_the_live_picture_takes_a_tenth_of_the_time_and_need_not_stay(monkeypatch):
    clock, shown = [0.0], []

    def draw(*picture, raw=False):
        shown.append((clock[0], raw))
        clock[0] += 0.5  # a slow picture
        return SimpleNamespace(update=draw)

    def step(batches):
        clock[0] += 0.1
        return dict(loss=1.0)

    monkeypatch.setattr("course_utils.train.time.perf_counter", lambda: clock[0])
    for name, fake in (("in_notebook", lambda: True), ("display", draw), ("training", lambda *_: None)):
        monkeypatch.setattr(plotting, name, fake)
    train(step, None, 160, leave=False)
    *times, (_, is_emptied) = shown
    times = [t for t, _ in times]
    assert times[0] == pytest.approx(1.0, abs=0.2) and len(times) == 4 and is_emptied
    assert all(b - a >= 5 - 1e-9 for a, b in zip(times, times[1:], strict=False))


# ── what is faster than the usual loop gives the same ────────────────────────────────────────────


def test_train_gives_what_the_usual_loop_gives():
    """Fused Adam and gradients for one player at a time: after 30 steps in 64 bits the same images.

    (In 32 bits they would differ: Adam makes full steps of gradients that are zero but for rounding.)
    """
    torch.set_default_dtype(torch.float64)
    try:
        digits = SimpleNamespace(x=torch.rand(64, 1, 28, 28) * 2 - 1, y=torch.arange(64) % 10)
        batches, ours = players.of(steps.gan_step, digits, batch_size=16)
        usual = players.of(steps.gan_step, digits)[1]
        for name in "GD":
            usual[name].load_state_dict(ours[name].state_dict())
        torch.manual_seed(1)
        history = train(steps.gan_step, batches, 30, **ours)
        G, D, prior, bce = usual["G"].train(), usual["D"].train(), usual["prior"], nn.BCEWithLogitsLoss()
        opt_G, opt_D = (torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.99)) for net in (G, D))
        ones, zeros = torch.ones(16, 1), torch.zeros(16, 1)
        torch.manual_seed(1)
        for _ in range(30):
            x, _ = next(batches)
            x_fake = G(prior(16)).detach()
            opt_D.zero_grad()
            L_D = bce(D(x), ones) + bce(D(x_fake), zeros)
            L_D.backward()
            opt_D.step()
            opt_G.zero_grad()
            L_G = bce(D(G(prior(16))), ones)
            L_G.backward()
            opt_G.step()
        z = torch.randn(16, 64)
        assert torch.allclose(ours["G"].train()(z), G(z), atol=1e-6)
        assert [history[name][-1] for name in ("L_D", "L_G")] == pytest.approx(
            [L_D.item(), L_G.item()], rel=1e-5
        )
    finally:
        torch.set_default_dtype(torch.float32)


class Rounded(TorchDispatchMode):
    """Matrix products as processors with 16-bit arithmetic make them: bfloat16 numbers, 32-bit sums."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function in (torch.ops.aten.mm.default, torch.ops.aten.addmm.default):
            *bias, a, b = args
            args = (*bias, *(m.bfloat16().float() if m.dtype == torch.float32 else m for m in (a, b)))
        return function(*args, **(kwargs or {}))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_digits_are_as_good_with_matrix_products_in_16_bits(seed, monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "class")
    digits, fcd = data.digits(), []
    for products in (contextlib.nullcontext, Rounded):
        session.seed_all(seed)
        batches, game = players.of(steps.relativistic_gan_step, digits)
        with products():
            train(steps.relativistic_gan_step, batches, 600, lr_decay=0.5, leave=False, **game)
        fakes = metrics.in_parts(game["G_ema"], game["prior"](10_000))
        fcd.append(digit_scores(fakes, digits.x_test)["fcd"])
    print(f"Fréchet distance {fcd[0]:.2f}, with products of 16 bits {fcd[1]:.2f}")
    assert fcd[1] == pytest.approx(fcd[0], rel=0.1) and fcd[1] != fcd[0]  # the rounding took place
