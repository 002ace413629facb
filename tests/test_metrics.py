import json

import pytest
import torch

from course_utils import metrics, priors
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


def test_reading_error_counts_wrong_labels_in_percent():
    logits = torch.tensor([[3.0, 1], [0, 2], [5, -5], [0, 1]])
    assert metrics.reading_error(logits, torch.tensor([0, 1, 1, 1])) == 25


def test_compare_prints_what_was_recorded_for_this_data_and_scale(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(metrics, "EXPECTED", tmp_path / "scores.json")
    digits = Digits(*[torch.zeros(1)] * 4, name="MNIST")
    metrics.compare("01 lab", digits, error=105.0)
    assert "–" in capsys.readouterr().out and not metrics.EXPECTED.exists()
    monkeypatch.setenv("COURSE_RECORD", "1")
    metrics.compare("01 lab", digits, error=104.123456)
    assert json.loads(metrics.EXPECTED.read_text()) == {"MNIST, smoke scale": {"01 lab": {"error": 104.123}}}
    monkeypatch.delenv("COURSE_RECORD")
    metrics.compare("01 lab", digits, error=105.0)
    assert "105   104.1" in capsys.readouterr().out


def test_energy_distance_against_scipy_and_by_hand():
    from scipy.stats import energy_distance as by_cdf

    a, b = torch.randn(300, 1), 1 + 2 * torch.randn(2_500, 1)  # more than one part
    assert metrics.energy_distance(a, b) == pytest.approx(by_cdf(a[:, 0], b[:, 0]) ** 2, rel=1e-3)
    assert metrics.energy_distance(torch.zeros(1, 2), torch.tensor([[3.0, 4.0]])) == 10
    assert abs(metrics.energy_distance(a, a)) < 1e-6


def test_prior_match_is_at_the_floor_for_draws_of_the_prior_and_above_it_for_others():
    prior = priors.gaussian(2)
    match, floor = metrics.prior_match(prior(5000), prior)
    assert 0.6 < match / floor < 1.6
    assert metrics.prior_match(prior(5000) + 0.5, prior)[0] > 5 * floor
    metrics.prior_match(prior(30), prior)  # fewer than one sample


def test_purity_counts_the_commonest_label_of_each_component():
    y = torch.tensor([0, 0, 1, 1, 1, 2])
    assert metrics.purity(torch.tensor([5, 5, 5, 7, 7, 7]), y) == pytest.approx(4 / 6)
    assert metrics.purity(y, y) == 1
