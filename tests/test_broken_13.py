"""Notebook 13: what is to be mended does harm, numbers by hand are right, bars are where they should be."""

import itertools
from functools import partial

import pytest
import torch
from conftest import broken_and_right
from torch import no_grad

from course_utils import data, influence, models, pretrained, session
from course_utils.exercises import EXERCISES
from course_utils.exercises.domains.parts import unknown_parts
from course_utils.priors import gaussian
from course_utils.train import adam, train


def test_with_a_cut_cycle_it_is_the_same_to_the_first_translator_whether_it_can_be_undone():
    """AB may flatten its points (D_B says nothing of one number): only the right step hears of it."""
    left = []
    for step in broken_and_right("13.7"):
        session.seed_all(0)
        AB, BA = models.mlp(2, 2, 16), models.mlp(2, 2, 16)
        D_A, D_B = models.mlp(2, 1, 8), models.mlp(2, 1, 8)
        opt = adam(G=[AB], D=[D_A, D_B], lr=5e-3, betas=(0.5, 0.9))  # BA stays: what does AB alone hear?
        batches = data.Domains(torch.randn(1_000, 2), torch.randn(1_000, 2), 64)
        game = dict(AB=AB, BA=BA, D_A=D_A, D_B=D_B, opt=opt, cycle_weight=50.0)
        history = train(step, batches, 200, quiet=True, **game)
        with no_grad():
            a = torch.randn(1_000, 2)
            left.append((BA(AB(a)) - a).abs().mean().item())
        assert history["L_cycle"][-1] > 0
    assert left[0] > 1.3 * left[1], left


def test_the_middle_of_the_broken_truncation_is_another_one_each_time_and_the_right_one_is_not():
    net, apart = pretrained.load("stylegan"), []
    for truncated in broken_and_right("13.4"):
        with no_grad():
            centres = torch.cat(
                [truncated(net.F, gaussian(50)(1), 0.0, gaussian(50)(5_000)) for _ in range(8)]
            )
            spread = net.F(gaussian(50)(2_000)).var(0).sum()
        apart.append((centres.var(0).sum() / spread).item())
    assert apart[0] > 0.5 and apart[1] < 0.01, apart


def test_the_rows_differ_as_the_question_says():
    net, read = pretrained.load("stylegan"), pretrained.load("classifier")
    with no_grad():
        w, w_new = (net.F(gaussian(50)(2_400)).view(-1, 4, 50) for _ in "12")
        changed, pixels = {}, {}

        def drawn(part):
            styles = w.clone()
            if part.startswith("layer"):
                styles[:, int(part[-1]) - 1] = w_new[:, int(part[-1]) - 1]
            with session.seeded(2 if part == "noise" else 1):
                return net.G(styles)

        before = drawn("")
        for letter, part in unknown_parts().items():
            after = drawn(part)
            changed[letter] = (read(after).argmax(1) != read(before).argmax(1)).float().mean().item()
            pixels[letter] = influence.share_decided(before, after).item()
    third, last, noise = EXERCISES["13.2"].reference
    assert [unknown_parts()[letter] for letter in (third, last, noise)] == ["layer 3", "layer 4", "noise"]
    order = sorted(pixels, key=pixels.get)
    assert order[:3] == [noise, last, third] and changed[third] > 2 * changed[last] > 2 * changed[noise]
    assert min(pixels[letter] for letter in order[3:]) > 1.3 * pixels[third]


def test_the_number_of_dictionaries_is_that_of_all_tables_that_keep_every_frequency():
    frequency, right = [40, 20, 20, 10, 10], 0
    for table in itertools.product(range(5), repeat=5):
        drawn = [sum(f for f, to in zip(frequency, table, strict=True) if to == kind) for kind in range(5)]
        right += drawn == frequency and len(set(table)) == 5
    assert right == EXERCISES["13.8"].reference


def test_black_stays_black_from_the_k_on_that_was_asked():
    v = torch.linspace(-1, 1, 201)
    for k, best in ((0.2, -1), (0.3, 1)):
        loss = 0.2 * (v + 1).abs() + k * 0.8 * (v - 1).abs()
        assert v[loss.argmin()].item() == best
    assert EXERCISES["13.10"].reference == 0.25


def contest(make, seeds):
    task, found = EXERCISES["13.9"], []
    for seed in seeds:
        with session.seeded(seed):
            found.append(task.contest.run(make, seed))
    return found


@pytest.mark.slow
def test_what_is_known_reaches_the_bar_and_a_network_that_can_do_all_does_not():
    task = EXERCISES["13.9"]
    assert sum(map(task.contest.reached, contest(task.reference, range(5)))) >= 4
    for make in (partial(models.mlp, 2, 2, 64), partial(models.mlp, 2, 2, 256)):
        assert sum(map(task.contest.reached, contest(make, range(3)))) == 0
