"""Scores, those of a recorded run beside them, and the scoreboard."""

import json

import pytest
import torch

from course_utils import data, models, plotting, scores, session
from course_utils.scores import recorded, scoreboard


@pytest.fixture
def mine(tmp_path, monkeypatch):
    monkeypatch.setattr(session, "own_folder", lambda: tmp_path)
    return tmp_path / "mine"


@pytest.fixture(scope="module")
def digits():
    return data.digits("bundled")


def test_shipped_models_have_scores_and_pictures(digits):
    board = scoreboard.together(scoreboard.real(digits), scoreboard.shipped(digits))
    assert list(board["reconstruction"]) == ["real", *scoreboard.RECONSTRUCTION]
    assert list(board["generation"]) == ["real", "noise", *scoreboard.GENERATION]
    errors = {name: row["error"] for name, row in board["reconstruction"].items()}
    assert errors["real"] == 0 and errors["conv AE"] < errors["AE"]
    for score in ("fcd", "fcd_2"):  # by either classifier
        of = {name: row[score] for name, row in board["generation"].items()}
        assert all(of["real"] < of[name] < of["noise"] for name in scoreboard.GENERATION)
    for part, score in (("reconstruction", "error"), ("generation", "fcd")):
        assert scoreboard.picture(board[part], score).axes[0].images


def test_a_printed_part_leaves_out_the_pictures(capsys):
    scoreboard.table({"a": {"error": 1.0, "sheet": "long"}, "b": {"error": 22.5, "sheet": "long"}})
    assert "sheet" not in (said := capsys.readouterr().out) and "22.5" in said


def test_your_model_joins_and_is_kept(digits, mine, monkeypatch, capsys):
    net = models.ALAE(hidden=8)
    x = digits.x_test
    scoreboard.join("ALAE", digits, net, 90.0, x_rec=2 * x, x_fake=x)
    assert not mine.exists()  # at the smoke scale nothing is learned and nothing kept
    monkeypatch.setenv("COURSE_SCALE", "class")
    scoreboard.join("ALAE", digits, net, 90.0, x_rec=2 * x, x_fake=x)
    assert "ALAE (yours) is on the scoreboard" in capsys.readouterr().out
    board = scoreboard.mine(digits)
    row = board["generation"]["ALAE (yours)"]
    assert row["fcd"] == pytest.approx(0, abs=1e-3) and row["minutes"] == 1.5
    assert row["parameters"] == models.parameters(net)
    drawn = scoreboard.picture({"ALAE": row}, "fcd").axes[0].images[0].get_array()
    assert abs(drawn - plotting.tile(x[:12], 12)).max() < 0.01
    assert board["reconstruction"]["ALAE (yours)"]["misread"] < 15
    other = data.Digits(digits.x, digits.y, x, digits.y_test, "other digits")
    assert scoreboard.mine(other) == {"reconstruction": {}, "generation": {}}


def test_scores_that_are_known_are_not_computed_again(digits, mine, monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "class")
    net, x = models.ALAE(hidden=8), digits.x_test
    x_rec, x_fake = x.roll(1, 3), x.roll(1, 2)
    scoreboard.join("ALAE", digits, net, 90.0, x_rec=x_rec, x_fake=x_fake)
    computed = scoreboard.mine(digits)
    known = scoreboard.reconstruction_scores(x_rec, x, digits.y_test)
    known |= scoreboard.generation_scores(x_fake, digits)
    for name in ("digit_scores", "label_error", "second_fcd", "nearest"):
        monkeypatch.setattr(scoreboard, name, None)
    scoreboard.join("ALAE", digits, net, 90.0, x_rec=x_rec, x_fake=x_fake, latent_error=0.5, **known)
    assert scoreboard.mine(digits) == computed


def test_a_damaged_file_is_named_and_ignored(digits, mine, capsys):
    mine.mkdir()
    (mine / "GAN.json").write_text("{")
    (mine / "VAE.json").write_text(json.dumps({"generation": {}}))
    assert scoreboard.mine(digits) == {"reconstruction": {}, "generation": {}}
    said = capsys.readouterr().out
    for words in ("GAN.json cannot be read", "VAE.json cannot be read", "run its notebook again"):
        assert words in said


def test_digit_scores_distinguish_digits_from_noise_and_from_a_single_digit(digits):
    real = scores.digit_scores(digits.x[:1500], digits.x_test[:1500], n_near=500)
    noise = scores.digit_scores(torch.rand(500, 1, 28, 28) * 2 - 1, digits.x_test[:1500], n_near=500)
    zeros = scores.digit_scores(digits.x[digits.y == 0][:500], digits.x_test[:1500], n_near=500)
    assert real["fcd"] < zeros["fcd"] < noise["fcd"] and real["n_digits"] == 10
    assert real["kl"] < 0.1 < zeros["kl"] and zeros["n_digits"] < 6
    assert real["precision"] > 0.7 > noise["precision"] and zeros["recall"] < 0.3 < real["recall"]
    error = scores.label_error(digits.x_test[:300], digits.y_test[:300])
    assert error < 15 and scores.label_error(digits.x_test[:300], (digits.y_test[:300] + 1) % 10) > 80


def test_a_table_is_aligned_and_marks_what_is_missing(capsys):
    scores.print_table({"a GAN": {"fcd": 12.345, "n_digits": 9}, "noise": {"fcd": 1234.0}})
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["fcd", "n", "digits"] and rows[0].split() == ["a", "GAN", "12.3", "9"]
    assert rows[1].split() == ["noise", "1234", "–"] and len({len(row) for row in (head, *rows)}) == 1


def test_compare_prints_what_was_recorded_for_this_data_and_scale(noise, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(recorded, "EXPECTED", tmp_path / "scores.json")
    scores.compare("01 lab", noise, error=105.0)
    assert "–" in capsys.readouterr().out and not recorded.EXPECTED.exists()
    monkeypatch.setenv("COURSE_RECORD", "1")
    scores.compare("01 lab", noise, error=104.123456)
    assert json.loads(recorded.EXPECTED.read_text()) == {
        "noise, smoke scale": {"01 lab": {"error": 104.1235}},
        "devices": {"noise, smoke scale": {"01": "CPU"}},
    }
    monkeypatch.delenv("COURSE_RECORD")
    scores.compare("01 lab", noise, error=105.0)
    said = capsys.readouterr().out
    assert "105   104.1" in said and "(noise, smoke scale, CPU)" in said
