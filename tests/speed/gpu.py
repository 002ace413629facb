"""Does the course run on this GPU as on a CPU, and how fast? `python -m course_utils gpu-check`, 8 minutes.

On a machine with a CUDA device: tests/test_gpu.py on it, with all notebooks at the smoke scale; a training of
each notebook at full scale, its scores beside the recorded ones; every step's speed and memory. It writes
data/results/gpu.json and the table in README.md. A failure is told, and the rest goes on.
"""

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    # before the course chooses; all kernels and tests that are started follow
    os.environ.setdefault("COURSE_DEVICE", "cuda" if torch.cuda.is_available() else "cpu")

import nbclient  # noqa: E402
import nbformat  # noqa: E402
import players  # noqa: E402

from course_utils import data, notebooks, session  # noqa: E402
from course_utils.scores import recorded  # noqa: E402
from speed import machine  # noqa: E402
from speed.__main__ import alone  # noqa: E402

FILE = session.ROOT / "data" / "results" / "gpu.json"
README = session.ROOT / "README.md"
# one cell of each notebook, in their order, that records what a training came to
SCORED = ["lab1-see", "vae-curves", "aae-curves", "digits-score", "scales", "digits-gan", "digits"]
SCORED += ["falls", "logistic", "infogan-bound", "ema", "cloned", "stylegan-scores"]
LECTURED = [f"{name}_step" for name in ("ae", "vae", "aae", "gan", "wgan", "wgan_gp", "alae")]
MARKS = "<!-- gpu -->", "<!-- end of gpu -->"
TESTS = ["-m", "pytest", "--dist", "load", "-m", "pretended and not slow", "tests/test_gpu.py"]


def main(words):
    """→ exit status: 0 if all went well, 1 if not, 2 if there is no CUDA device"""
    if words == ["--rates"]:
        print(json.dumps(rates(data.digits())))
        return 0
    if session.device().type != "cuda":
        has = f"PyTorch {torch.__version__} sees none, or COURSE_DEVICE chooses another"
        print(f"gpu-check needs a CUDA device: an NVIDIA GPU, its driver, a PyTorch built for it. {has}.")
        return 2
    digits = data.digits()
    report = {"machine": machine.in_words(), "data": digits.name, "when": time.strftime("%Y-%m-%d")}
    for part in PARTS:
        report |= part(digits)
        session.keep({FILE: json.dumps(report, indent=1, ensure_ascii=False) + "\n"})
        session.keep({README: in_readme(README.read_text(encoding="utf-8"), report)})
        print(f"{part.__name__}: done", flush=True)
    print(table(report))
    return int(report["tests"]["status"] != 0 or any("error" in row for row in report["notebooks"].values()))


def tests(digits, seconds=240):
    """The tests of the device: their exit status, 124 if they took longer; their last lines. → dict"""
    room = torch.cuda.mem_get_info()[1] // 2e9  # a worker and its kernel take up to 2 GB of the device
    workers = max(1, min(15, CORES, int(room)))
    command = [sys.executable, *TESTS, "-n", str(workers)]
    options = dict(cwd=session.ROOT, env=sharing(workers), capture_output=True, text=True, timeout=seconds)
    try:
        done = subprocess.run(command, **options)
    except subprocess.TimeoutExpired:
        return {"tests": {"status": 124, "said": [f"not done after {seconds} s"]}}
    return {"tests": {"status": done.returncode, "said": done.stdout.strip().splitlines()[-20:]}}


def speed(digits):
    """Images a second of each step, there and on the CPU. → dict"""
    there = rates(digits)
    command, env = [sys.executable, __file__, "--rates"], {**os.environ, "COURSE_DEVICE": "cpu"}
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout
    return {"images/s": there, "images/s, CPU": json.loads(said.splitlines()[-1])}


def full_scale(digits):
    """SCORED, with its scores beside the recorded ones. → dict"""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = pool.map(at_full_scale, notebooks.paths(), SCORED)
        return {"notebooks": dict(zip(SCORED, results, strict=True))}


PARTS, CORES, AT_ONCE = (tests, speed, full_scale), os.cpu_count() or 1, 5


def sharing(n):
    """The environment of n processes at once: each has its part of the cores. → dict"""
    return {"OMP_NUM_THREADS": str(max(1, CORES // n)), **os.environ}


def rates(digits, seconds=0.3, steps=players.STEPS):
    """Images a second of each step, batch 128; on CUDA the most memory it takes, too, in MB. → {step: …}"""
    found, cuda = {}, session.device().type == "cuda"
    for name, step in steps.items():
        if cuda:
            torch.cuda.reset_peak_memory_stats()
        found[name] = {"images/s": alone(step, digits, seconds=seconds)}
        if cuda:
            found[name]["MB"] = round(torch.cuda.max_memory_allocated() / 1e6)
    return found


def at_full_scale(path, id, seconds=45):
    """Cell `id` of a notebook, with what it needs; ■ for a cell that takes longer. → its scores, and more"""
    begin, result = time.perf_counter(), {"scores": {}, "interrupted": 0}
    cells = needed([cell for cell in notebooks.read(path).cells if cell.cell_type == "code"], id)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "scores.json"
        elsewhere = f"recorded.EXPECTED = __import__('pathlib').Path({str(kept)!r})"
        cells.insert(0, nbformat.v4.new_code_cell(f"from course_utils.scores import recorded; {elsewhere}"))
        client = nbclient.NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=seconds)
        client.interrupt_on_timeout = True
        env = {**sharing(AT_ONCE), "COURSE_SCALE": "full", "COURSE_RECORD": "1"}
        with client.setup_kernel(env=env, cwd=str(path.parent)):
            for i, cell in enumerate(cells):
                before = time.perf_counter()
                if cell is cells[-1]:
                    kept.unlink(missing_ok=True)  # what others recorded
                try:
                    client.execute_cell(cell, i)
                except nbclient.exceptions.CellExecutionError as error:
                    result["error"] = f"{error.ename} in cell {cell.id}"
                    break
                result["interrupted"] += time.perf_counter() - before > seconds
        if kept.exists():
            result["scores"] = beside_the_recorded(json.loads(kept.read_text(encoding="utf-8")))
    return result | {"s": round(time.perf_counter() - begin)}


def needed(cells, id):
    """Cell `id`, and before it the first and those that make what it uses, by its names. → list of cells"""
    names = [_names(cell.source) for cell in cells]
    last = next(i for i, cell in enumerate(cells) if cell.id == id)
    wanted, todo = {0, last}, [last]
    while todo:
        i = todo.pop()
        made = {next((j for j in reversed(range(i)) if name in names[j][0]), 0) for name in names[i][1]}
        todo += made - wanted
        wanted |= made
    return [cells[i] for i in sorted(wanted)]


def _names(source):
    """→ the names that a cell makes, those that it uses"""
    made, used = set(), set()
    for node in ast.walk(ast.parse(re.sub(r"^%.*", "", source, flags=re.M))):
        match node:
            case ast.Name(id, ctx):
                (used if isinstance(ctx, ast.Load) else made).add(id)
            case ast.FunctionDef(name) | ast.ClassDef(name):
                made.add(name)
            case ast.alias(name, asname):
                made.add((asname or name).split(".")[0])
    return made, used


def beside_the_recorded(scores):
    """{setting: {title: {score: value}}} → {"title: score": [here, recorded]}"""
    known, found = json.loads(recorded.EXPECTED.read_text(encoding="utf-8")), {}
    for setting in scores.keys() - {"devices"}:
        for title, row in scores[setting].items():
            expected = known.get(setting, {}).get(title, {})
            for name, value in row.items():
                said = f"{expected[name]:.4g}" if name in expected else "–"
                found[f"{title}: {name.replace('_', ' ')}"] = [f"{value:.4g}", said]
    return found


def table(report):
    """→ Markdown: the steps of the lectures, and each notebook's scores"""
    lines = [
        f"On {report['machine']} ({report['data']}, {report['when']}): {report['tests']['said'][-1]}.",
        "",
    ]
    if "images/s" in report:
        lines += ["| images a second, batch 128 | GPU | times its CPU's | MB at most |", "|---|---|---|---|"]
    for name in LECTURED if "images/s" in report else ():
        row = report["images/s"][name]
        times = row["images/s"] / report["images/s, CPU"][name]["images/s"]
        lines.append(f"| `{name}` | {row['images/s']:,} | {times:.1f} | {row.get('MB', '–')} |")
    if "notebooks" in report:
        lines += ["", "| full scale, scores there (as recorded, on a CPU) | seconds |", "|---|---|"]
    for row in report.get("notebooks", {}).values():
        titles = dict.fromkeys(score.split(": ")[0] for score in row["scores"])
        of_last = {k: v for k, v in row["scores"].items() if k.startswith(tuple(titles)[-1])}
        told = "; ".join(f"{name} {here} ({known})" for name, (here, known) in list(of_last.items())[:4])
        note = f", with {row['interrupted']} cells stopped" if row["interrupted"] else ""
        lines.append(f"| {told or row.get('error', 'none')} | {row['s']}{note} |")
    return "\n".join(lines)


def in_readme(text, report):
    begin, end = MARKS
    return re.sub(f"(?s){begin}.*{end}", lambda _: f"{begin}\n{table(report)}\n{end}", text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
