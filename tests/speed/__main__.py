"""How fast is the course? Each step by itself, and five models beside the same networks in the usual style.

`python -m course_utils bench` measures all in one run, on a machine that does nothing else: an hour (or
the PARTS named). It writes data/results/bench.json and bench.png, and the table in README.md. It is
no test: times belong to a machine.
"""

import asyncio
import contextlib
import json
import os
import re
import statistics
import sys
import time
from itertools import islice
from pathlib import Path

os.environ.setdefault("COURSE_SCALE", "smoke")  # of the notebooks; their networks have full size
sys.path[0] = str(Path(__file__).resolve().parent.parent)

import players  # noqa: E402
import torch  # noqa: E402

from course_utils import data, models, plotting, session, steps  # noqa: E402
from course_utils.game import GanGame  # noqa: E402
from course_utils.match import Rule  # noqa: E402
from course_utils.train import train  # noqa: E402
from speed import lessons, machine, sliders, usual  # noqa: E402

FILE = session.ROOT / "data" / "results" / "bench.json"
README = session.ROOT / "README.md"
DCGAN = players.game(
    Rule(steps.gan_step), lambda: models.dcgan_generator(players.Z), models.dcgan_discriminator
)
PAIRS = {  # our step, its players if they are not those of its lesson, and the usual style
    "VAE": (steps.vae_step, None, usual.vae),
    "AAE": (steps.aae_step, None, usual.aae),
    "GAN": (steps.gan_step, None, usual.gan),
    "WGAN-GP": (steps.wgan_gp_step, None, usual.wgan_gp),
    "DCGAN": (steps.gan_step, DCGAN, usual.gan),
}


def main(parts):
    """Measure all PARTS, or those named, and save each when it is done."""
    if unknown := set(parts) - set(PARTS):
        sys.exit(f"The benchmark has no part {', '.join(unknown)}; it has: {', '.join(PARTS)}.")
    session.start(seed=0)
    digits, report = data.digits(), json.loads(FILE.read_text(encoding="utf-8")) if parts else {}
    for part in parts or PARTS:
        report |= PARTS[part](digits)
        session.keep({FILE: json.dumps(report, indent=1, ensure_ascii=False) + "\n"})
    FILE.with_suffix(".png").write_bytes(plotting.figure_png(picture(report)))
    session.keep({README: in_readme(README.read_text(encoding="utf-8"), report)})


def _machine(digits):
    about = {"machine": machine.in_words(), "data": digits.name}
    return about | {"start-up in s": _tell("start-up", machine.start_up())}


def _pairs(digits):
    return {"against the usual style": {name: _tell(name, beside(name, digits)) for name in PAIRS}}


def _steps(digits):
    return {"images/s": {name: _tell(name, alone(step, digits)) for name, step in players.STEPS.items()}}


def _notebooks(digits):
    return {"notebooks": sliders.measure()}


def _busy(digits):
    """Images a second, alone and beside a program that keeps one core busy: all threads, and one."""
    found, n = {}, torch.get_num_threads()
    for threads in (n, 1):
        torch.set_num_threads(threads)
        rates = {}
        for busy in (False, True):
            with machine.neighbour() if busy else contextlib.nullcontext():
                rates[busy] = {
                    name: alone(players.STEPS[name], digits) for name in ("ae_step", "vae_step", "gan_step")
                }
        found[f"{threads} threads"] = {name: [rates[False][name], rates[True][name]] for name in rates[True]}
    torch.set_num_threads(n)
    return {"busy": _tell("alone, busy", found)}


def _class(digits):
    return {"class": lessons.measure()}


def _game(digits):
    return {"game": {f"width {width}": _tell(width, frames_a_second(width)) for width in (64, 128)}}


PARTS = {
    "machine": _machine,
    "pairs": _pairs,
    "steps": _steps,
    "notebooks": _notebooks,
    "game": _game,
    "busy": _busy,
    "class": _class,
}


def _tell(name, result):
    print(name, result, flush=True)
    return result


# ── measuring ────────────────────────────────────────────────────────────────────────────────────


def beside(name, digits, batch_size=128, seconds=2.0, n_turns=5):
    """Images a second, ours and in the usual style, in turns; same networks, same batch size. → dict"""
    step, special, usual_style = PAIRS[name]
    batches, _ = players.of(step, digits, batch_size)
    ours, others = (special(digits) if special else players.of(step, digits)[1] for _ in range(2))
    nets = {who: net for who, net in others.items() if isinstance(net, torch.nn.Module)}
    for net in nets.values():
        net.to(memory_format=torch.contiguous_format).train()
    theirs = usual_style(usual.loader(digits, batch_size), **nets)
    n_batches = ours.get("n_critic", 1)  # mini-batches of real images in one of our steps
    here, there = [_rate(lambda n: train(step, batches, n, quiet=True, **ours), seconds)], []
    for _ in range(n_turns):
        there.append(_rate(lambda n: list(islice(theirs, n)), seconds))
        here.append(_rate(lambda n: train(step, batches, n, quiet=True, **ours), seconds))
    ratios = [n_batches * mine / its for mine, its in zip(here[1:], there, strict=True)]
    return {
        "images/s": round(n_batches * batch_size * statistics.median(here)),
        "usual style": round(batch_size * statistics.median(there)),
        "ratio": round(statistics.median(ratios), 2),
    }


def alone(step, digits, batch_size=128, seconds=2.0):
    """Real images a second of one step by itself. → int"""
    batches, ours = players.of(step, digits, batch_size)
    rate = _rate(lambda n: train(step, batches, n, quiet=True, **ours), seconds)
    return round(batch_size * ours.get("n_critic", 1) * rate)


def frames_a_second(width, seconds=5.0):
    """Frames of the live game at ten steps a frame, with its curves and scores, and no browser. → float"""

    async def play():
        board = GanGame(width=width)
        board.start()
        await asyncio.sleep(1)  # the first frames set up
        before, begin = board.plane.frame, time.perf_counter()
        await asyncio.sleep(seconds)
        rate = (board.plane.frame - before) / (time.perf_counter() - begin)
        board.pause()
        return round(rate, 1)

    return asyncio.run(play())


def _rate(run, seconds):
    """How often a second: run(n) does it n times. → float"""
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


# ── reporting ────────────────────────────────────────────────────────────────────────────────────


def table(report):
    """The main numbers of a report, as Markdown. → str"""
    waits = [wait for kernel in report["notebooks"].values() for wait in kernel["ms"]]
    first, again = (max(column) for column in zip(*waits, strict=True))
    all_threads, one_thread = report["busy"].values()
    slower = [idle / busy for idle, busy in all_threads.values()]
    left = [idle / one_thread[name][1] for name, (idle, _) in all_threads.items()]
    memory = [run["MB at most"] / 1000 for run in report["class"].values()]
    return "\n".join(
        [
            f"Images a second in training ({report['machine']}; {report['data']}, batch 128, "
            "the same networks):",
            "",
            "| | this course | the usual style | times as fast |",
            "|---|---|---|---|",
            *(
                f"| {name} | {row['images/s']:,} | {row['usual style']:,} | **{row['ratio']:.1f}** |"
                for name, row in report["against the usual style"].items()
            ),
            "",
            f"From a slider's value to its picture: within 50 ms for {sum(wait[0] <= 50 for wait in waits)} "
            f"of {len(waits)} widgets, at most {first:.0f} ms the first time (figures), {again:.0f} ms again."
            f" The live game shows {report['game']['width 64']:.0f} frames a second at ten steps a frame."
            f" A kernel on the class scale needs {min(memory):.1f} to {max(memory):.1f} GB at most."
            " If another program keeps a core busy, training is "
            f"{min(slower):.1f} to {max(slower):.1f} times as slow, as threads wait for each other; after "
            f"`torch.set_num_threads(1)` only {min(left):.1f} to {max(left):.1f} times.",
        ]
    )


MARKS = "<!-- bench -->", "<!-- end of bench -->"


def in_readme(text, report):
    """README's text with the table between its marks. → str"""
    begin, end = MARKS
    return re.sub(f"(?s){begin}.*{end}", lambda _: f"{begin}\n{table(report)}\n{end}", text)


def picture(report):
    """Ratios to the usual style, and images a second of every step. → Figure"""
    pairs, alone = report["against the usual style"], report["images/s"]
    figure, (left, right) = plotting.axes(1, 2, height=8)
    names = list(pairs)[::-1]
    left.barh(names, [pairs[name]["ratio"] for name in names], color=plotting.REAL)
    left.set(xlabel="times as fast as the usual style", xlim=(0, None))
    names = sorted(alone, key=alone.get)
    right.barh([name.removesuffix("_step") for name in names], [alone[name] for name in names])
    right.set(xlabel="images a second, batch 128", xscale="log")
    for ax in (left, right):
        ax.grid(axis="y", visible=False)
    return figure


if __name__ == "__main__":
    main(sys.argv[1:])
