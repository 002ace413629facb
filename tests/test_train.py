"""The loop: it counts, keeps, shows, stops and repeats itself exactly."""

import contextlib
import signal
import time
from functools import partial
from types import SimpleNamespace

import numpy as np
import players
import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from course_utils import data, metrics, session, steps
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

    train(step, None, 10, lr_decay=0.3, net=net, opt=opt)
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


def test_a_history_keeps_every_step_of_every_loss():
    count = iter(range(200))
    history = train(lambda batches: {"a": torch.tensor(float(next(count))), "b": 2}, None, 125)
    assert history.n_steps == 125 and history["a"].tolist() == list(range(125)) and set(history["b"]) == {2}
    assert history.first_bad() is None and history.latest() == "a 124  b 2"


# ── products and updates that are faster, and no worse ──────────────────────────────────────────

DIGITS = SimpleNamespace(x=torch.rand(64, 1, 28, 28) * 2 - 1, y=torch.arange(64) % 10)


def _fast_and_plain(digits, n_steps=30, products=contextlib.nullcontext):
    """The same GAN trained by `train`, and the long way. → for each, G and the last losses"""
    fast, plain = (players.of(steps.gan_step, digits)[1] for _ in range(2))
    for name in "GD":
        plain[name].load_state_dict(fast[name].state_dict())
    fast["opt"] = adam(G=[fast["G"]], D=[fast["D"]], lr=2e-4)
    opt_G, opt_D = (torch.optim.Adam(plain[name].parameters(), lr=2e-4) for name in "GD")
    bce = torch.nn.BCEWithLogitsLoss()
    batches, _ = players.of(steps.gan_step, digits, batch_size=16)
    torch.manual_seed(1)
    with products():
        history = train(steps.gan_step, batches, n_steps, **fast)
    torch.manual_seed(1)
    G, D, ones, zeros = plain["G"].train(), plain["D"].train(), torch.ones(16, 1), torch.zeros(16, 1)
    for _ in range(n_steps):
        x, _ = next(batches)
        x_fake = G(plain["prior"](16)).detach()
        opt_D.zero_grad()
        L_D = bce(D(x), ones) + bce(D(x_fake), zeros)
        L_D.backward()
        opt_D.step()
        opt_G.zero_grad()
        L_G = bce(D(G(plain["prior"](16))), ones)
        L_G.backward()
        opt_G.step()
    losses = [history[name][-1] for name in ("L_D", "L_G")]
    return SimpleNamespace(G=fast["G"].train(), losses=losses), SimpleNamespace(
        G=G, losses=[L_D.item(), L_G.item()]
    )


def test_the_fast_path_changes_no_result():
    """Fused Adam and gradients for those who move only: in 64 bits the same images as the long way,
    after 30 steps.

    (In 32 bits two ways to the same sum part: Adam makes full steps of gradients that are zero but for
    rounding.)
    """
    torch.set_default_dtype(torch.float64)
    try:
        fast, plain = _fast_and_plain(SimpleNamespace(x=DIGITS.x.double(), y=DIGITS.y))
        z = torch.randn(16, 64)
        assert torch.allclose(fast.G(z), plain.G(z), atol=1e-6)
        assert fast.losses == pytest.approx(plain.losses, rel=1e-5)
    finally:
        torch.set_default_dtype(torch.float32)


class Rounded(TorchDispatchMode):
    """Matrix products as processors with 16-bit arithmetic make them: of bfloat16 numbers, added up in
    32 bits."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function in (torch.ops.aten.mm.default, torch.ops.aten.addmm.default):
            *bias, a, b = args
            args = (*bias, *(m.bfloat16().float() if m.dtype == torch.float32 else m for m in (a, b)))
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("products", [contextlib.nullcontext, Rounded], ids=["this machine's", "16 bits"])
def test_faster_products_change_little(products):
    """Where the processor multiplies in 16 bits, the losses of 10 steps are those of 32 bits within 5 %."""
    fast, plain = _fast_and_plain(DIGITS, 10, products)
    assert fast.losses == pytest.approx(plain.losses, rel=0.05)
    assert products is not Rounded or fast.losses != plain.losses  # it was at work


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_products_of_16_bits_make_as_good_digits(seed, monkeypatch):
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
    assert fcd[1] == pytest.approx(fcd[0], rel=0.1)
