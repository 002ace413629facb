"""How fast is the course? Each step by itself, and five models beside the same networks in the usual style.

`python -m course_utils bench` measures all in one run, on a machine that does nothing else: a quarter of an hour (one of
its PARTS by name). It writes data/results/bench.json and bench.png, and the table in README.md. No part of the tests: times
belong to a machine.
"""

import json
import re
import statistics
import time
from itertools import islice

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from .. import data, models, plotting, session, steps
from ..train import train
from . import machine, sliders, usual
from .casts import Z, cast

FILE = session.ROOT / "data" / "results" / "bench.json"
STEPS = [name for name in steps.__all__ if name.endswith("_step")]
PAIRS = {  # ours, the usual way, and how many times as fast ours should be
    "VAE": (steps.vae_step, usual.vae, 3.0),
    "AAE": (steps.aae_step, usual.aae, 3.3),
    "GAN": (steps.gan_step, usual.gan, 3.0),
    "WGAN-GP": (steps.wgan_gp_step, usual.wgan_gp, 3.5),
    "DCGAN": (steps.gan_step, usual.gan, 2.0),
}


def make(parts=()):
    """Measure the PARTS named, or all, and keep each when it is done. → dict, as in FILE"""
    if unknown := set(parts) - set(PARTS):
        raise ValueError(f"the bench has no part {', '.join(unknown)}; it has: {', '.join(PARTS)}.")
    session.start(seed=0)
    digits, report = data.digits(), load() if parts else {}
    for part in parts or PARTS:
        report |= PARTS[part](digits)
        session.keep({FILE: json.dumps(report, indent=1, ensure_ascii=False) + "\n"})
    return report


def _machine(digits):
    return {
        "machine": machine.in_words(),
        "data": digits.name,
        "start-up in s": _tell("start-up", machine.start_up()),
    }


def _pairs(digits):
    return {"against the usual style": {name: _tell(name, beside(name, digits)) for name in PAIRS}}


def _steps(digits):
    limit = machine.limit()
    measured = {name: _tell(name, alone(getattr(steps, name), digits, limit)) for name in STEPS}
    return {"limit in GFLOP/s": round(limit / 1e9), "steps": measured}


def _notebooks(digits):
    return {"notebooks": sliders.measure()}


PARTS = {"machine": _machine, "pairs": _pairs, "steps": _steps, "notebooks": _notebooks}


def _tell(name, result):
    print(name, result, flush=True)
    return result


# ── measuring ────────────────────────────────────────────────────────────────────────────────────


def beside(name, digits, batch_size=128, seconds=2.0, n_legs=5):
    """Images a second, ours and in the usual style: in turns, the same networks, the same batch. → dict"""
    step, control, goal = PAIRS[name]
    (batches, players), (_, other) = (cast(step, digits, batch_size, **_forms(name)) for _ in "ab")
    nets = {who: net for who, net in other.items() if isinstance(net, torch.nn.Module)}
    for net in nets.values():
        net.to(memory_format=torch.contiguous_format).train()
    usual_way = control(usual.loader(digits, batch_size), **nets)
    ours = [_rate(lambda n: train(step, batches, n, quiet=True, **players), seconds)]
    theirs = []
    for _ in range(n_legs):
        theirs.append(_rate(lambda n: list(islice(usual_way, n)), seconds))
        ours.append(_rate(lambda n: train(step, batches, n, quiet=True, **players), seconds))
    factor = _draws(step, batches, players)  # mini-batches of real images in one of our turns
    ratios = [factor * mine / its for mine, its in zip(ours[1:], theirs, strict=True)]
    return {
        "images/s": round(factor * batch_size * statistics.median(ours)),
        "usual style": round(batch_size * statistics.median(theirs)),
        "ratio": round(statistics.median(ratios), 2),
        "goal": goal,
    }


def alone(step, digits, limit, batch_size=128, seconds=2.0):
    """One step by itself. → dict

    images/s of real images; steps/s; outside, the share of the time not spent in networks and losses but in drawing
    batches, in the optimizers, and in `train`; of limit, the share of the machine's matrix products that is reached;
    operations of PyTorch in a step: on a GPU, about as many launches
    """
    batches, players = cast(step, digits, batch_size)
    rate = _rate(lambda n: train(step, batches, n, quiet=True, **players), seconds)
    with _Counter() as counter:
        step(batches, **players)
    return {
        "images/s": round(batch_size * _draws(step, batches, players) * rate),
        "steps/s": round(rate, 1),
        "outside": round(_outside(step, batches, players, n=max(10, int(rate))), 3),
        "of limit": round(counter.flops * rate / limit, 3),
        "operations": counter.operations,
    }


def _forms(name):
    if name != "DCGAN":
        return {}
    return dict(G=models.dcgan_generator(Z), D=models.dcgan_discriminator())


def _rate(run, seconds):
    """Turns a second of run(n), which does n turns."""
    n, spent = 2, 0.0
    run(n)
    while spent < seconds / 4:
        n, spent = 2 * n, _seconds(run, 2 * n)
    n = max(1, round(n * seconds / spent))
    return n / _seconds(run, n)


def _seconds(run, n):
    machine.wait()
    begin = time.perf_counter()
    run(n)
    machine.wait()
    return time.perf_counter() - begin


def _draws(step, batches, players):
    """How many mini-batches of real images a step draws."""
    drawn = _Timed(batches)
    step(drawn, **players)
    return drawn.n


class _Timed:
    """Batches that count how often, and measure how long."""

    def __init__(self, batches):
        self.batches, self.x, self.n, self.seconds = batches, batches.x, 0, 0.0

    def __next__(self):
        begin = time.perf_counter()
        batch = next(self.batches)
        self.seconds += time.perf_counter() - begin
        self.n += 1
        return batch


def _outside(step, batches, players, n):
    """Share of the time that is not networks and losses. (On a GPU it is the time to *ask* for them.)"""
    spent, optimizers = {"update": 0.0, "step": 0.0}, vars(players["opt"]).values()

    def timed(name, f):
        def run(*args, **kwargs):
            begin = time.perf_counter()
            result = f(*args, **kwargs)
            spent[name] += time.perf_counter() - begin
            return result

        return run

    drawn, methods = _Timed(batches), [(o, name) for o in optimizers for name in ("step", "zero_grad")]
    for optimizer, name in methods:
        setattr(optimizer, name, timed("update", getattr(optimizer, name)))
    try:
        total = _seconds(lambda n: train(timed("step", step), drawn, n, quiet=True, **players), n)
    finally:
        for optimizer, name in methods:
            delattr(optimizer, name)
    return (total - spent["step"] + spent["update"] + drawn.seconds) / total


class _Counter(TorchDispatchMode):
    """Operations, and the multiplications and additions of their matrix products and convolutions."""

    operations = flops = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        self.operations += 1
        if (formula := flop_registry.get(function.overloadpacket)) is not None:
            self.flops += formula(*args, **(kwargs or {}), out_val=result)
        return result


# ── telling ──────────────────────────────────────────────────────────────────────────────────────


def load():
    """The last report. → dict"""
    return json.loads(FILE.read_text(encoding="utf-8"))


def table(report):
    """The heart of a report, as Markdown. → str"""
    rows = [
        f"| {name} | {row['images/s']:,} | {row['usual style']:,} | **{row['ratio']:.1f}** |"
        for name, row in report["against the usual style"].items()
    ]
    start = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in report["start-up in s"].items())
    waits = [wait for kernel in report["notebooks"].values() for wait in kernel["ms"]]
    first, again = (max(column) for column in zip(*waits, strict=True))
    quick = sum(wait[0] <= 50 for wait in waits)
    memory = [kernel["MB"] / 1000 for kernel in report["notebooks"].values()]
    outside = [100 * step["outside"] for step in report["steps"].values()]
    return "\n".join([
        f"Images a second in training ({report['machine']}; {report['data']}, batch 128, the same networks):",
        "",
        "| | this course | the usual style | times as fast |",
        "|---|---|---|---|",
        *rows,
        "",
        f"Drawing batches, optimizers and `train` take {min(outside):.0f} to {max(outside):.0f} % of a step's time, networks and "
        f"losses the rest. Start-up: {start}. From a slider's value to its picture: within 50 ms for {quick} of {len(waits)} widgets, "
        f"at most {first:.0f} ms the first time (figures), {again:.0f} ms again. A kernel is resident in "
        f"{min(memory):.1f} to {max(memory):.1f} GB.",
    ])  # fmt: skip


MARKS = "<!-- bench -->", "<!-- end of bench -->"


def in_readme(text, report):
    """README's text with the table between its marks. → str"""
    begin, end = MARKS
    return re.sub(f"(?s){begin}.*{end}", lambda _: f"{begin}\n{table(report)}\n{end}", text)


def picture(report):
    """Ratios to the usual style, and images a second of every step. → Figure"""
    pairs, alone = report["against the usual style"], report["steps"]
    figure, (left, right) = plotting.axes(1, 2, height=8)
    names = list(pairs)[::-1]
    left.barh(names, [pairs[name]["ratio"] for name in names], color=plotting.REAL)
    left.plot(
        [pairs[name]["goal"] for name in names], names, "|", color=plotting.INK, ms=30, mew=3, label="goal"
    )
    left.set(xlabel="times as fast as the usual style", xlim=(0, None))
    left.legend(loc="lower right")
    names = sorted(alone, key=lambda name: alone[name]["images/s"])
    right.barh([name.removesuffix("_step") for name in names], [alone[name]["images/s"] for name in names])
    right.set(xlabel="images a second, batch 128", xscale="log")
    for ax in (left, right):
        ax.grid(axis="y", visible=False)
    return figure
