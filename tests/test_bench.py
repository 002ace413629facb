"""The bench measures what it says: every step has its cast, the control trains the same networks, the tables stand."""

import contextlib
import json
from itertools import islice
from types import SimpleNamespace

import matplotlib.figure
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from course_utils import bench, data, metrics, session, steps, widgets
from course_utils.bench import sliders, usual
from course_utils.bench.casts import cast
from course_utils.train import adam, train

DIGITS = SimpleNamespace(x=torch.rand(64, 1, 28, 28) * 2 - 1, y=torch.arange(64) % 10)


@pytest.mark.parametrize("name", bench.STEPS)
def test_every_step_has_its_cast(name):
    step = getattr(steps, name)
    batches, players = cast(step, DIGITS, batch_size=8)
    history = train(step, batches, 2, **players)
    assert history.n_steps == 2 and not history.stopped


def test_the_control_sees_the_same_pixels():
    whole = torch.round((DIGITS.x + 1) * 127.5) / 127.5 - 1  # to 256 shades
    assert torch.allclose(usual.Pictures(SimpleNamespace(x=whole, y=DIGITS.y))[3][0], whole[3], atol=1e-6)


@pytest.mark.parametrize("name", bench.PAIRS)
def test_the_control_trains_the_same_networks(name):
    step, control, _ = bench.PAIRS[name]
    _, players = cast(step, DIGITS, 8, **bench._forms(name))
    nets = {who: net for who, net in players.items() if isinstance(net, torch.nn.Module)}
    before = {who: [p.clone() for p in net.parameters()] for who, net in nets.items()}
    assert (
        len(list(islice(control(usual.loader(DIGITS, 8), **nets), 5))) == 5
    )  # WGAN-GP moves G at every fifth
    for who, net in nets.items():
        assert any(not torch.equal(a, b) for a, b in zip(before[who], net.parameters(), strict=True)), who


def test_what_is_measured_of_a_step():
    measured = bench.alone(steps.gan_step, DIGITS, limit=1e10, batch_size=8, seconds=0.02)
    assert measured["images/s"] == pytest.approx(8 * measured["steps/s"], rel=0.02)
    assert 0 < measured["outside"] < 1
    products = 2 * 8 * 512 * (64 + 512 + 784)  # of G for 8 items; D's are 784, 512 and 1 wide
    with bench._Counter() as counter, torch.no_grad():
        cast(steps.gan_step, DIGITS, 8)[1]["G"](torch.randn(8, 64))
    assert counter.flops == products


def test_a_slider_is_timed_from_value_to_picture():
    drawn = []

    def draw(shade):
        drawn.append(shade)
        return torch.full((1, 1, 28, 28), shade)

    ((first, again),) = sliders.waits(widgets.dials(draw, shade=[0.0, 0.5, 1.0]))
    assert first > 0 and again > 0 and drawn == [0.0, 0.5, 1.0]  # once each


def test_the_readme_holds_the_last_report():
    report = bench.load()
    assert set(report["steps"]) == set(bench.STEPS)
    readme = (session.ROOT / "README.md").read_text(encoding="utf-8")
    assert bench.table(report) in readme and bench.in_readme(readme, report) == readme
    changed = json.loads(json.dumps(report))
    changed["against the usual style"]["GAN"]["ratio"] = 99.0
    assert "**99.0**" in bench.in_readme(readme, changed)
    assert isinstance(bench.picture(report), matplotlib.figure.Figure)


def _fast_and_plain(digits, n_steps=30, products=contextlib.nullcontext):
    """The same GAN trained by `train`, and the long way. → for each, G and the last losses"""
    _, fast = cast(steps.gan_step, digits)
    _, plain = cast(steps.gan_step, digits)
    for name in "GD":
        plain[name].load_state_dict(fast[name].state_dict())
    fast["opt"] = adam(G=[fast["G"]], D=[fast["D"]], lr=2e-4)
    opt_G, opt_D = (torch.optim.Adam(plain[name].parameters(), lr=2e-4) for name in "GD")
    bce = torch.nn.BCEWithLogitsLoss()
    batches, _ = cast(steps.gan_step, digits, batch_size=16)
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
    """Fused Adam and gradients for those who move only: in 64 bits the same images as the long way, after 30 steps.

    (In 32 bits two ways to the same sum part: Adam makes full steps of gradients that are zero but for rounding.)
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
    """Matrix products as processors with 16-bit arithmetic make them: of bfloat16 numbers, added up in 32 bits."""

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
        batches, players = cast(steps.relativistic_gan_step, digits)
        with products():
            train(steps.relativistic_gan_step, batches, 600, settle=0.5, leave=False, **players)
        fakes = metrics.in_parts(players["G_avg"], players["prior"](10_000))
        fcd.append(metrics.digit_scores(fakes, digits.x_test)["fcd"])
    print(f"Fréchet distance {fcd[0]:.2f}, with products of 16 bits {fcd[1]:.2f}")
    assert fcd[1] == pytest.approx(fcd[0], rel=0.1)
