import json

import torch

from course_utils import metrics
from course_utils.data import Digits


def test_reconstruction_error_is_a_mean_over_all_images_whatever_the_parts():
    x = torch.randn(4_500, 1, 2, 2)  # two parts and a half
    assert abs(metrics.reconstruction_error(lambda v: 0 * v, x) - x.square().flatten(1).sum(1).mean()) < 1e-4
    assert metrics.reconstruction_error(lambda v: v, x) == 0


def test_still_read_is_one_nearest_neighbour():
    known, y_known = torch.eye(4).reshape(4, 1, 2, 2), torch.arange(4)
    x_rec = known[[2, 1, 0]] + 0.1 * torch.randn(3, 1, 2, 2)
    assert metrics.still_read(x_rec, torch.tensor([2, 1, 0]), known, y_known) == 1
    assert metrics.still_read(x_rec, torch.tensor([2, 1, 3]), known, y_known) == torch.tensor(2 / 3).item()


def test_compare_prints_what_was_recorded_for_this_data_and_scale(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(metrics, "EXPECTED", tmp_path / "scores.json")
    digits = Digits(*[torch.zeros(1)] * 4, name="MNIST")
    metrics.compare("lab", digits, error=105.0)
    assert "–" in capsys.readouterr().out and not metrics.EXPECTED.exists()
    monkeypatch.setenv("COURSE_RECORD", "1")
    metrics.compare("lab", digits, error=104.123456)
    assert json.loads(metrics.EXPECTED.read_text()) == {"MNIST, smoke scale": {"lab": {"error": 104.123}}}
    monkeypatch.delenv("COURSE_RECORD")
    metrics.compare("lab", digits, error=105.0)
    assert "105   104.1" in capsys.readouterr().out
