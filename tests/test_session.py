"""The session: device, scale, seeds and folders, all from the environment."""

import random
import sys
from types import SimpleNamespace

import numpy as np
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


def test_unknown_settings_are_an_error_that_lists_the_known_ones(monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "huge")
    with pytest.raises(ValueError, match="smoke, class, full"):
        session.scale()
    monkeypatch.setenv("COURSE_DEVICE", "tpu")
    with pytest.raises(ValueError, match="choose one of: .*cpu"):
        session._chosen_device.__wrapped__()


def test_start_seeds_everything(capsys):
    session.start(seed=3)
    a = torch.rand(3)
    session.start(seed=3)
    assert torch.equal(a, torch.rand(3))
    assert "scale: smoke · seed 3" in capsys.readouterr().out


@pytest.mark.parametrize("draw", [random.random, np.random.rand, lambda: torch.rand(1).item()])
def test_a_seeded_block_repeats_its_numbers_and_changes_none_after_it(draw):
    session.seed_all(3)
    expected = [draw(), draw()]
    session.seed_all(3)
    found, inside = [draw()], []
    for _ in range(2):
        with session.seeded(7):
            inside.append(draw())
    assert inside[0] == inside[1] and [*found, draw()] == expected


def test_the_students_data_folder_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    assert session.data_dirs() == [tmp_path, session.ROOT / "data"]


def test_widgets_are_enabled_on_colab(monkeypatch):
    asked = []
    output = SimpleNamespace(enable_custom_widget_manager=lambda: asked.append(True))
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace(output=output))
    session.start()
    assert asked == [True]
