"""Laplacian pyramids: an image as a small one, and the details that each doubling of its size adds."""

from torch.nn.functional import avg_pool2d, interpolate


def smaller(x):
    """Half as high, half as wide: the mean of each 2×2 pixels. (B, c, h, w) → (B, c, h/2, w/2)"""
    return avg_pool2d(x, 2)


def larger(x):
    """Twice as high, twice as wide: each pixel four times. (B, c, h, w) → (B, c, 2h, 2w)"""
    return interpolate(x, scale_factor=2)


def sizes(x, n_levels=2):
    """Images x (B, c, h, w), halved again and again, the smallest first. → list of n_levels + 1"""
    images = [x]
    for _ in range(n_levels):
        images.insert(0, smaller(images[0]))
    return images


def pyramid(x, n_levels=2):
    """A Laplacian pyramid: the image n_levels halvings on, then the details of each doubling. → list

    detail = x − larger(smaller(x)),  images x (B, c, h, w) with h and w multiples of 2^n_levels

    Source: Burt & Adelson 1983, who blur before they halve; Denton et al. 2015; deck 001.
    """
    details = []
    for _ in range(n_levels):
        small = smaller(x)
        details.insert(0, x - larger(small))
        x = small
    return [x, *details]


def image_of(levels):
    """The image of a pyramid: enlarge, add the details, enlarge … (B, c, h, w)"""
    x, *details = levels
    for detail in details:
        x = larger(x) + detail
    return x
