"""Formulas against independent oracles."""

import torch

from course_utils.losses import reconstruction


def test_reconstruction_against_torch_and_by_hand():
    x, x_rec = torch.randn(7, 1, 5, 3), torch.randn(7, 1, 5, 3)
    oracle = torch.nn.functional.mse_loss(x_rec, x, reduction="sum") / 7
    assert torch.allclose(reconstruction(x_rec, x), oracle)
    assert (
        reconstruction(torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)) == 4
    )  # four pixels, each off by one


def test_reconstruction_has_the_gradient_of_a_square():
    x, x_rec = torch.randn(4, 6), torch.randn(4, 6, requires_grad=True)
    reconstruction(x_rec, x).backward()
    assert torch.allclose(x_rec.grad, 2 * (x_rec.detach() - x) / 4)
