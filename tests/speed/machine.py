"""A description of the machine, and how long the course takes to start on it."""

import contextlib
import json
import os
import platform
import subprocess
import sys

import torch

from course_utils import session

START = """
import contextlib, io, json, sys, time
begin = time.perf_counter(); import torch, torchvision
torch_there = time.perf_counter()
from course_utils import data, exercises, metrics, models, plotting, pretrained, session, steps
from course_utils import train, widgets
course_there = time.perf_counter()
with contextlib.redirect_stdout(io.StringIO()):
    session.start(); started = time.perf_counter()
    digits = data.digits(); digits_there = time.perf_counter()
    data.digits("bundled"); bundled_there = time.perf_counter()
print(json.dumps({
    "import torch": torch_there - begin, "import of the course beyond it": course_there - torch_there,
    "session.start": started - course_there, digits.name + " to memory": digits_there - started,
    "bundled digits": bundled_there - digits_there}))
"""


def in_words():
    """Processor, threads, PyTorch. → str"""
    device = session.device()
    chip = torch.cuda.get_device_name(device) if device.type == "cuda" else _processor()
    return f"{chip}, {torch.get_num_threads()} threads, PyTorch {torch.__version__.split('+')[0]}"


def _processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            name = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{name} ({os.cpu_count()} cores)"


def wait():
    """Wait until the device has finished its work."""
    if session.device().type == "cuda":
        torch.cuda.synchronize()


def start_up(n=3):
    """Seconds from nothing to digits in memory, each the best of n fresh Pythons. → dict"""
    runs = []
    for _ in range(n):
        command = [sys.executable, "-c", START]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=session.ROOT)
        runs.append(json.loads(done.stdout))
    return {name: round(min(run[name] for run in runs), 3) for name in runs[0]}


@contextlib.contextmanager
def neighbour():
    """Another program that keeps one core busy, inside the block."""
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        other.kill()
