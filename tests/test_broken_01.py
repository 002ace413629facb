"""What notebook 01 gives to be mended fails as its text says; mended it works. Its design's bar is fair."""

import pytest
import torch

from course_utils.exercises import EXERCISES, verdict
from course_utils.exercises.autoencoder.budget import small_digits
from course_utils.losses import reconstruction


def both(id):
    return EXERCISES[id].mistakes["given"].wrong, EXERCISES[id].reference


@pytest.mark.parametrize("k", [3, 10])
def test_the_broken_pca_keeps_too_little(k):
    x, x_test = small_digits()
    mean = x.mean(0)
    errors = []
    for components in (f(x, k) for f in both("01.8")):
        centred = x_test - mean
        errors.append(reconstruction(mean + centred @ components @ components.T, x_test))
    assert errors[0] > 1.4 * errors[1]


def test_the_broken_agreement_counts_half_of_all_twins_as_their_own_neighbours():
    torch.manual_seed(0)
    codes, labels = torch.randn(500, 16), torch.randint(10, (500,))
    twins, their_labels = codes.repeat(2, 1), torch.cat([labels, (labels + 1) % 10])
    broken, mended = both("01.12")
    assert broken(codes, labels) == mended(codes, labels) < 0.2
    assert broken(twins, their_labels) == pytest.approx(0.5, abs=0.05) and mended(twins, their_labels) == 0


@pytest.mark.parametrize(("spread", "makes"), [(0.1, 0.1), (10.0, 10.0)])
def test_broken_random_codes_are_alike_or_far_out(spread, makes):
    torch.manual_seed(0)
    codes = spread * torch.randn(2000, 4) + 3
    broken, mended = (f(codes, 2000).std() / codes.std() for f in both("01.13"))
    assert broken == pytest.approx(makes, rel=0.2) and mended == pytest.approx(1, rel=0.1)


def reached(make, seeds):
    contest = EXERCISES["01.11"].contest
    runs = []
    for seed in seeds:
        torch.manual_seed(seed)
        runs.append(contest.reached(contest.run(make, seed)))
    return sum(runs)


@pytest.mark.slow  # ten trainings of a second each
def test_the_bar_of_the_design_is_reached_by_the_reference_and_not_by_the_plain_network():
    def plain():
        return _dense(64, 24, 12, 3), torch.nn.Sequential(*_dense(3, 12, 24, 64), torch.nn.Tanh())

    assert reached(EXERCISES["01.11"].reference, range(5)) >= 4
    assert reached(plain, range(5)) == 0


def test_the_controls_of_the_design_lose():
    contest = EXERCISES["01.11"].contest
    assert not any(map(contest.reached, contest.controls.values()))


def _dense(*widths):
    layers = []
    for a, b in zip(widths[:-1], widths[1:], strict=True):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


@pytest.mark.parametrize("id", ["01.8", "01.12", "01.13"])
def test_as_shown_it_is_not_answered_yet(id):
    broken, mended = both(id)
    assert verdict(id, broken)[0] == "open" and verdict(id, mended)[0] == "correct"
