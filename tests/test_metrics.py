"""Metrics against closed forms, SciPy and small cases by hand."""

import pytest
import torch
from scipy.linalg import sqrtm
from scipy.stats import energy_distance

from course_utils import metrics, priors


def test_reconstruction_error_is_a_mean_over_all_images_not_over_parts():
    x = torch.randn(4_500, 1, 2, 2)  # two parts and a half
    assert abs(metrics.reconstruction_error(lambda v: 0 * v, x) - x.square().flatten(1).sum(1).mean()) < 1e-4
    assert metrics.reconstruction_error(lambda v: v, x) == 0


def test_still_read_is_the_accuracy_of_the_nearest_neighbour():
    known, y_known = torch.eye(4).reshape(4, 1, 2, 2), torch.arange(4)
    x_rec = known[[2, 1, 0]] + 0.1 * torch.randn(3, 1, 2, 2)
    assert metrics.still_read(x_rec, torch.tensor([2, 1, 0]), known, y_known) == 1
    assert metrics.still_read(x_rec, torch.tensor([2, 1, 3]), known, y_known) == torch.tensor(2 / 3).item()


def test_latent_error_is_a_share_of_the_spread():
    w = torch.randn(4_500, 3) * torch.tensor([1.0, 2.0, 3.0]) + 5
    assert metrics.latent_error(lambda x: x, lambda w: w, w) == 0
    constant = metrics.latent_error(lambda x: w.mean(0).expand_as(x), lambda w: w, w)
    assert constant == pytest.approx(1, rel=1e-3)
    # Half of the third number is lost: a quarter of its variance 9, out of 1 + 4 + 9.
    lost = metrics.latent_error(lambda x: x, lambda w: w * torch.tensor([1, 1, 0.5]), w - w.mean(0))
    assert lost == pytest.approx(9 / 4 / 14, rel=0.05)


def test_a_linear_probe_reads_only_what_is_linear():
    x = torch.randn(500, 1, 2, 2)
    halves = x.flatten(1)[:, 0] > 0
    rings = x.flatten(1)[:, :2].norm(dim=1) > 1.2  # not separable by a line
    for y, low, high in ((halves, 95, 100), (rings, 30, 75)):
        pair = (x, y.long())
        assert low < metrics.linear_probe(lambda v: 100 * v.flatten(1) + 7, pair, pair) <= high
    assert metrics.linear_probe(lambda v: v.flatten(1).square(), (x, rings.long()), (x, rings.long())) > 90


def test_reading_error_counts_wrong_labels_in_percent():
    logits = torch.tensor([[3.0, 1], [0, 2], [5, -5], [0, 1]])
    assert metrics.reading_error(logits, torch.tensor([0, 1, 1, 1])) == 25


def test_energy_distance_against_scipy_and_by_hand():
    a, b = torch.randn(300, 1), 1 + 2 * torch.randn(2_500, 1)  # more than one part
    assert metrics.energy_distance(a, b) == pytest.approx(energy_distance(a[:, 0], b[:, 0]) ** 2, rel=1e-3)
    assert metrics.energy_distance(torch.zeros(1, 2), torch.tensor([[3.0, 4.0]])) == 10
    assert abs(metrics.energy_distance(a, a)) < 1e-6


def test_prior_match_is_at_the_sampling_floor_for_the_prior_only():
    prior = priors.gaussian(2)
    match, floor = metrics.prior_match(prior(5000), prior)
    assert 0.6 < match / floor < 1.6
    assert metrics.prior_match(prior(5000) + 0.5, prior)[0] > 5 * floor
    metrics.prior_match(prior(30), prior)  # fewer points than in a sample of the prior


def test_purity_counts_the_most_frequent_label_of_each_component():
    y = torch.tensor([0, 0, 1, 1, 1, 2])
    assert metrics.purity(torch.tensor([5, 5, 5, 7, 7, 7]), y) == pytest.approx(4 / 6)
    assert metrics.purity(y, y) == 1


# ── generated digits ─────────────────────────────────────────────────────────────────────────────


def test_frechet_distance_of_normals_with_diagonal_covariance():
    """Closed form: Σ (μ_a − μ_b)² + (σ_a − σ_b)², and 0 for the same sample."""
    sigma_a, sigma_b, mu = torch.tensor([[1.0, 2.0, 0.5], [1.5, 1.0, 0.5], [0.0, 3.0, -1.0]])
    a, b = sigma_a * torch.randn(200_000, 3), mu + sigma_b * torch.randn(200_000, 3)
    expected = (mu.square() + (sigma_a - sigma_b).square()).sum().item()
    assert metrics.frechet_distance(a, b) == pytest.approx(expected, rel=0.01)
    assert metrics.frechet_distance(a, a) < 1e-6
    flat = torch.cat([a, torch.zeros(len(a), 1)], 1)  # a feature that is always zero
    assert metrics.frechet_distance(flat, flat) < 1e-6


def test_frechet_distance_with_correlations_against_scipy():
    a, b = torch.randn(500, 4) @ torch.randn(4, 4), torch.randn(500, 4) @ torch.randn(4, 4) + 1
    cov_a, cov_b = a.double().T.cov(), b.double().T.cov()
    root = torch.as_tensor(sqrtm((cov_a @ cov_b).numpy()).real)
    expected = (a.double().mean(0) - b.double().mean(0)).square().sum() + (cov_a + cov_b - 2 * root).trace()
    assert metrics.frechet_distance(a, b) == pytest.approx(expected.item(), rel=1e-4)


def test_precision_and_recall_distinguish_mode_collapse_from_noise():
    real = torch.randn(600, 2)
    same = metrics.precision_and_recall(real, torch.randn(600, 2))
    collapsed = metrics.precision_and_recall(real, 0.05 * torch.randn(600, 2))
    far = metrics.precision_and_recall(real, 50 + torch.randn(600, 2))
    assert min(same) > 0.85 and collapsed[0] > 0.95 and collapsed[1] < 0.2 and far == (0, 0)


def test_precision_by_hand():
    """Balls of k = 1: radius 1 around 0 and 1, radius 9 around 10."""
    real = torch.tensor([[0.0], [1.0], [10.0]])
    assert metrics.precision_and_recall(real, torch.tensor([[0.5], [-1.5], [19.5], [5.0]]), k=1)[0] == 0.5


def test_class_balance():
    assert metrics.class_balance(torch.arange(10).repeat(5)) == (pytest.approx(0, abs=1e-6), 10)
    kl, n_digits = metrics.class_balance(torch.full((50,), 3))
    assert kl == pytest.approx(2.302585) and n_digits == 1


def test_nearest_image():
    known = torch.randn(30, 1, 4, 4)
    assert torch.equal(metrics.nearest_image(known[[4, 9]] + 0.01, known), known[[4, 9]])


def test_layer_gradients_are_products_of_the_weights_that_follow():
    net = torch.nn.Sequential(*(torch.nn.Linear(1, 1) for _ in range(3)))
    for layer, weight in zip(net, (5.0, -3.0, 2.0), strict=True):
        torch.nn.init.constant_(layer.weight, weight)
    assert metrics.layer_gradients(net, torch.randn(4, 1)) == pytest.approx([30.0, 6.0, 2.0])


def test_modes_are_counted_as_in_pacgan():
    centres = torch.tensor([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
    x_fake = torch.tensor([[0.1, 0.0], [0.0, -0.2], [5.0, 0.29], [2.0, 2.0]])
    assert metrics.modes_covered(x_fake, centres, std=0.1) == (2, 0.75)
    assert metrics.modes_covered(x_fake + 100, centres, std=0.1) == (0, 0.0)
