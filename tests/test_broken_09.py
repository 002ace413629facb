"""Notebook 09: what is shown to be mended does harm, and the bar is where it is said to be."""

import itertools

import pytest
import torch
from conftest import broken_and_right

from course_utils import losses, models, session
from course_utils.exercises import EXERCISES
from course_utils.exercises.likelihood.writing import nats_by_design, unknown_table


def small_net():
    net = models.PixelCNN(6, 1, 3, (1, 3, 3))
    for p in net.parameters():
        torch.nn.init.normal_(p, std=0.5)
    return net


def probabilities(net):
    """p of all 512 images of 3×3. → images, p"""
    x = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=9))).view(-1, 1, 3, 3)
    with torch.no_grad():
        return x, (-losses.surprise(net(x), x).flatten(1).sum(1)).exp()


def test_with_the_broken_masks_probabilities_do_not_add_up_to_one():
    totals = []
    for mask in broken_and_right("09.4"):
        net = small_net()
        net.first.mask.copy_(mask("A", 5)[:3])
        net.layers[0].mask.copy_(mask("B", 3)[:2])
        totals.append(probabilities(net)[1].sum().item())
    assert abs(totals[0] - 1) > 0.02 and totals[1] == pytest.approx(1, abs=1e-4)


def test_the_broken_writer_writes_other_images_than_the_network_means():
    net = small_net()
    _, p = probabilities(net)
    errors = []
    for write in broken_and_right("09.6"):
        x = write(net, torch.rand(20_000, 3, 3))
        place = ((x.flatten(1) + 1) / 2 @ (2.0 ** torch.arange(8, -1, -1))).long()
        errors.append((place.bincount(minlength=512) / 20_000 - p).abs().sum().item() / 2)
    assert errors[0] > 0.1 and errors[1] < 0.08  # total variation; sampling alone costs about 0.05


@pytest.mark.slow
def test_the_three_models_differ_as_the_question_says():
    nats = {letter: list(row.values()) for letter, row in unknown_table().items()}
    (a_seen, a), (b_seen, b), (c_seen, c) = nats.values()
    assert a > a_seen + 5 and abs(b - b_seen) < 0.5 and c < 0.8 * b and abs(c - c_seen) < 0.5


@pytest.mark.slow
def test_the_bar_is_reached_by_the_reference_and_not_by_the_plain_settings():
    task = EXERCISES["09.8"]

    def nats(settings, seeds):
        found = []
        for seed in range(seeds):
            with session.seeded(seed):
                found.append(nats_by_design(settings, seed))
        return found

    assert sum(value <= task.contest.bar for value in nats(task.reference, 5)) >= 4
    plain, faster = nats({}, 1)[0], nats(dict(lr=5e-3), 1)[0]
    assert plain > faster > task.contest.bar
    told = task.contest.controls
    assert [plain, faster] == pytest.approx(list(told.values()), abs=0.1)
