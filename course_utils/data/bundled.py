"""The bundled digits: scikit-learn's 1,797 real digits of 8×8, redrawn as 28×28. They need no network."""

import torch
import torch.nn.functional as F


def bundled_digits(n_train=20_000, n_test=2_000, n_test_originals=360):
    """Real 8×8 digits redrawn like MNIST's: a 20×20 box, thin strokes, a little motion each time.

    The split is by original image, so no test digit has a twin in training. The same for every seed.
    → x (n_train, 1, 28, 28) in [−1, 1], y (n_train,), x_test, y_test
    """
    from sklearn.datasets import load_digits  # here: its import takes a second, and MNIST does not need it

    pixels, labels = (torch.from_numpy(array) for array in load_digits(return_X_y=True))
    small, labels = pixels.float().view(-1, 1, 8, 8) / 16, labels.long()
    generator = torch.Generator().manual_seed(0)
    order = torch.randperm(len(small), generator=generator)
    parts = []
    for originals, n in ((order[n_test_originals:], n_train), (order[:n_test_originals], n_test)):
        pick = originals[torch.arange(n) % len(originals)]
        parts += [_redraw(small, pick, generator), labels[pick]]
    return parts


def _redraw(small, pick, generator):
    n = len(pick)

    def vary(*shape):
        return torch.rand(n, *shape, generator=generator) * 2 - 1

    turn, slant, shift = 0.2 * vary(), 0.15 * vary(), 0.1 * vary(2)
    stretch, zoom = 1 + 0.1 * vary(), (1 + 0.1 * vary()) * (20 / 28)  # 20 of 28 pixels are ink
    linear = [turn.cos() * stretch, slant - turn.sin(), turn.sin(), turn.cos() / stretch]
    affine = torch.cat([(torch.stack(linear, 1) / zoom.unsqueeze(1)).view(n, 2, 2), shift.unsqueeze(2)], 2)
    bend = F.interpolate(0.07 * torch.randn(n, 2, 4, 4, generator=generator), size=28, mode="bicubic")
    where = F.affine_grid(affine, (n, 1, 28, 28), align_corners=False) + bend.permute(0, 2, 3, 1)
    smooth = F.interpolate(small, scale_factor=4, mode="bicubic")  # 8×8 → 32×32 once, then a cheap look-up
    grey = F.grid_sample(smooth[pick], where, mode="bilinear", align_corners=False)
    low, ink, high = (torch.sigmoid(10 * (v - 0.5)) for v in (torch.tensor(0.0), grey, torch.tensor(1.0)))
    return ((ink - low) / (high - low)).clamp_(0, 1).mul_(2).sub_(1)
