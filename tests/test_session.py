import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch

from course_utils import session


@pytest.mark.parametrize(("scale", "n"), [("smoke", 5), ("class", 800), ("full", 20_000)])
def test_n_steps_follows_the_scale(monkeypatch, scale, n):
    monkeypatch.setenv("COURSE_SCALE", scale)
    assert session.n_steps(cpu=800, gpu=20_000) == n


def test_the_default_scale_is_class_on_a_cpu(monkeypatch):
    monkeypatch.delenv("COURSE_SCALE")
    assert session.scale() == ("full" if session.device().type == "cuda" else "class")


def test_unknown_wishes_say_what_there_is(monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "huge")
    with pytest.raises(ValueError, match="smoke, class, full"):
        session.scale()
    monkeypatch.setenv("COURSE_DEVICE", "tpu")
    with pytest.raises(ValueError, match="choose one of: .*cpu"):
        session.device.__wrapped__()


FREED = """
import os, torch
from course_utils import session

def resident():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGESIZE") >> 20

session.start()
torch.ones(10_000, 784)
before = resident()
large, small = [], []
for _ in range(8):
    large.append(torch.ones(10_000, 784))
    small.append(torch.ones(1_000))
assert resident() > before + 200
del large
print(resident() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have no such allocator")
def test_freed_test_sets_leave_the_kernel_even_if_something_small_came_after_them():
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, cwd=session.ROOT)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) < 40


def test_start_seeds_everything(capsys):
    session.start(seed=3)
    a = torch.rand(3)
    session.start(seed=3)
    assert torch.equal(a, torch.rand(3))
    assert "scale: smoke · seed 3" in capsys.readouterr().out


def test_the_own_data_folder_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    assert session.data_dirs() == [tmp_path, session.ROOT / "data"]


def test_colab_is_asked_to_show_our_widgets(monkeypatch):
    asked = []
    output = SimpleNamespace(enable_custom_widget_manager=lambda: asked.append(True))
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace(output=output))
    session.start()
    assert asked == [True]
