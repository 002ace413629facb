"""Another view of the same images."""

import torch


def warped(x, n_parts=1):
    """Images x (B, C, H, W) in [−1, 1], changed by chance, as if by another hand; all of one part alike.

    Turned and sheared by up to 15°, moved by up to 7 % of the width, stretched or shrunk by up to 15 %.
    """
    from torchvision.transforms import v2  # half a second that only this lesson needs

    bilinear = v2.InterpolationMode.BILINEAR
    warp = v2.RandomAffine(15, (0.07, 0.07), (0.85, 1.15), 15, interpolation=bilinear, fill=-1)
    return torch.cat([warp(part) for part in x.chunk(n_parts)])
