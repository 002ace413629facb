"""Images with something said about each pixel: how surprising it is, who looks at it."""

import numpy as np
import torch
from matplotlib.colors import to_rgb
from PIL import Image, ImageDraw, ImageFont

from .images import png
from .style import CODE, FAKE, encoded


def tinted(x, strength, colour=FAKE):
    """An image x (1, h, w) in pale grey, and over it, pixel by pixel, a colour of this strength. → (h, w, 3)

    strength  (h, w) in [0, 1]
    """
    paper = (1 - 0.35 * (x[0].detach().cpu() + 1) / 2)[..., None].numpy()
    s = strength.detach().cpu().clamp(0, 1)[..., None].numpy()
    return (1 - s) * paper + s * np.array(to_rgb(colour))


def side_by_side(pictures, scale=6, gap=2):
    """Arrays (h, w, 3) of equal height as one PNG. → bytes"""
    white = np.ones((pictures[0].shape[0], gap, 3))
    parts = [part for picture in pictures for part in (picture, white)]
    return png(np.concatenate(parts[:-1], 1), scale)


def surprise_png(x, nats, top=4.0, scale=6):
    """An image x (1, h, w), and beside it each pixel's surprise; `top` nats are full orange. → bytes"""
    return side_by_side([tinted(x, torch.where(x[0] > 0, 0.8, 0.0), "black"), tinted(x, nats / top)], scale)


def looks_png(x, strength, row, column, words="", scale=10):
    """What one pixel looks at, `strength` (h, w) in [0, 1], in green over x; the pixel is orange. → bytes

    words  a line below the picture
    """
    picture = tinted(x, strength, CODE)
    picture[row, column] = to_rgb(FAKE)
    size = picture.shape[1] * scale, picture.shape[0] * scale
    sheet = Image.new("RGB", (size[0], size[1] + 26), "white")
    sheet.paste(Image.fromarray((picture * 255).astype(np.uint8)).resize(size, Image.NEAREST))
    ImageDraw.Draw(sheet).text((4, size[1] + 5), words, "black", ImageFont.load_default(15))
    return encoded(sheet)
