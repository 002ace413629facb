"""Another view of the same images."""


def warped(x):
    """Images x (B, C, H, W) in [−1, 1], all changed alike by chance, as if by another hand.

    Turned and sheared by up to 15°, moved by up to 7 % of the width, stretched or shrunk by up to 15 %.
    """
    from torchvision.transforms import v2  # half a second that only this lesson needs

    bilinear = v2.InterpolationMode.BILINEAR
    return v2.RandomAffine(15, (0.07, 0.07), (0.85, 1.15), 15, interpolation=bilinear, fill=-1)(x)
