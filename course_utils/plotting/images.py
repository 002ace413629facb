"""Images in rows, black on white; and what is dragged, as PNG bytes."""

import base64
import io
import textwrap

import matplotlib
import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from .canvas import axes, bare, dots, in_plane
from .style import CODE, FAKE, INK, PRIOR, REAL, STYLE, WIDTH, encoded, styled


def tile(images, n_cols=None, gap=2, shade=1.0):
    """Images (n, 1, H, W) or (n, H·W) in [−1, 1] → one array (rows, columns) in [0, 1], ink dark.

    `shade` is that of the gaps, white at 1.
    Colour images (n, 3, H, W) → (rows, columns, 3), as they are.
    """
    images = torch.as_tensor(images).detach().float().cpu()
    if images.dim() == 2:
        side = int(images.shape[1] ** 0.5)
        images = images.reshape(-1, 1, side, side) if side**2 == images.shape[1] else images
    if images.dim() != 4 or images.shape[1] not in (1, 3) or not len(images):
        raise ValueError(f"images are (n, 1, H, W), one at least, but these are {tuple(images.shape)}.")
    n, channels, high, wide = images.shape
    light = (1 + images.clamp(-1, 1) * (1 if channels == 3 else -1)) / 2
    n_cols = min(n_cols or n, n)
    n_rows = -(-n // n_cols)
    sheet = np.full((n_rows * (high + gap) - gap, n_cols * (wide + gap) - gap, channels), shade, np.float32)
    for i, image in enumerate(light.permute(0, 2, 3, 1).numpy()):
        top, left = i // n_cols * (high + gap), i % n_cols * (wide + gap)
        sheet[top : top + high, left : left + wide] = image
    return sheet if channels == 3 else sheet[..., 0]


def png(array, scale=1):
    """An array (H, W) or (H, W, 3) in [0, 1] as PNG bytes, enlarged `scale` times without blur. Fast."""
    picture = Image.fromarray((np.clip(np.nan_to_num(array), 0, 1) * 255).astype(np.uint8))
    picture = picture.resize((picture.width * scale, picture.height * scale), Image.NEAREST)
    return encoded(picture, compress_level=1)


def sheet_text(images, n_cols, gap=2):
    """Images (n, 1, H, W) as a PNG in base64, for JSON files; `sheets` and `sheet_light` read it. → str"""
    return base64.b64encode(png(tile(images, n_cols, gap))).decode()


def sheet_light(text):
    """What `sheet_text` wrote, as an array (rows, columns) in [0, 1], ink dark."""
    picture = Image.open(io.BytesIO(base64.b64decode(text))).convert("L")
    return np.asarray(picture, np.float32) / 255


def beside(*pngs, gap=20):
    """Pictures (PNG bytes) in one row, each in the middle of its height. → PNG bytes"""
    pictures = [Image.open(io.BytesIO(png)).convert("RGB") for png in pngs]
    height = max(p.height for p in pictures)
    row = Image.new("RGB", (sum(p.width for p in pictures) + gap * (len(pictures) - 1), height), "white")
    left = 0
    for p in pictures:
        row.paste(p, (left, (height - p.height) // 2))
        left += p.width + gap
    return encoded(row)


@styled
def image_grid(images, n_cols=10, title=None, row_labels=None, shade=1.0):
    """Images (n, 1, H, W) in rows of `n_cols`, black on white, with gaps of this `shade`. → Figure"""
    sheet = tile(images, n_cols, shade=shade)
    high, wide = sheet.shape[:2]
    label_room = 1.6 if row_labels else 0.0
    width = min(WIDTH, 0.9 * min(n_cols, len(images)) + label_room)
    height = (width - label_room) * high / wide + (0.45 if title else 0.1)
    figure, ax = axes(height=height, width=width)
    _show_sheet(ax, sheet)
    if title:
        ax.set_title(title)
    if row_labels:
        step = (high + 2) / len(row_labels)
        ax.set_yticks([step * (i + 0.5) - 1 for i in range(len(row_labels))], row_labels)
    return figure


def sheets(rows, width=118):
    """Sheets of samples in a table: `{row: {column: (text of a sheet, caption)}}`. → Figure

    width  pixels of a sheet that are shown, from the left: 118 for four digits, legible when projected
    """
    n_columns = len(next(iter(rows.values())))
    figure, table = axes(len(rows), n_columns, height=2.0, squeeze=False)
    for i, (line, (row, cells)) in enumerate(zip(table, rows.items(), strict=True)):
        for ax, (column, (sheet, caption)) in zip(line, cells.items(), strict=True):
            _show_sheet(ax, sheet_light(sheet)[:, :width])
            ax.set_title(f"{textwrap.fill(column, 17)}\n{caption}" if i == 0 else caption, fontsize=13)
        line[0].set_ylabel(row, fontsize=14)
    return figure


def flow(rows):
    """Values on their way through networks: `[[(name, value), network, (name, value), …], …]`. → Figure

    A value is an image (1, H, W), a code (d,), drawn as bars (grey if it is named z), or one number.
    All rows end at the same place.
    """
    widths, gap, high = {3: 1.2, 1: 1.6, 0: 0.7}, 0.7, 1.75  # inches; an image, a code, a number
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, high * len(rows)))
        ax = figure.add_axes([0, 0, 1, 1], xlim=(0, WIDTH), ylim=(-high * len(rows), 0), aspect="equal")
    ax.axis("off")
    head = "-|>,head_width=0.35,head_length=0.6"
    arrow = dict(arrowstyle=head, color=INK, lw=2, shrinkA=0, shrinkB=0)
    for i, row in enumerate(rows):
        right, middle = WIDTH - 0.2, -high * (i + 0.56)
        for k in range(len(row) - 1, -1, -2):
            name, value = row[k]
            left = right - widths[value.dim()]
            _item(ax, name, value.detach().float().cpu(), left, right, middle)
            if k:
                ax.annotate("", (left - 0.08, middle), (left - gap + 0.08, middle), arrowprops=arrow)
                words = dict(ha="center", fontsize=17, fontweight="bold")
                ax.text(left - gap / 2, middle + 0.16, row[k - 1], **words)
            right = left - gap
    return figure


def _item(ax, name, value, left, right, middle):
    centre, width = (left + right) / 2, right - left
    ax.text(centre, middle + 0.68, name, ha="center", fontsize=14)
    if value.dim() == 3:
        low, high = middle - width / 2, middle + width / 2
        ax.imshow(tile(value[None]), cmap="gray", vmin=0, vmax=1, extent=(left, right, low, high), zorder=1)
        ax.add_patch(Rectangle((left, low), width, width, fill=False, ec=PRIOR, lw=1))
    elif value.dim() == 1:
        at = left + width * (torch.arange(len(value)) + 0.5) / len(value)
        bars = 0.5 * value / value.abs().max().clamp_min(1e-9)
        ax.bar(at, bars, width / len(value), bottom=middle, color=PRIOR if name == "z" else CODE)
        ax.plot([left, right], [middle, middle], color=INK, lw=0.8)
    else:
        colour = REAL if value > 0 else FAKE
        words = f"{round(value.item(), 2) + 0:+.2f}"  # + 0: no −0.00
        ax.text(centre, middle, words, ha="center", va="center", fontsize=17, color=colour)


def _show_sheet(ax, sheet):
    ax.imshow(sheet, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    bare(ax)
    ax.tick_params(length=0)


def above(x, x_rec, n_cols=10):
    """Originals with their reconstructions below, as rows of `n_cols`: (n, …), (n, …) → (2m, …)

    m is n, or what fills the last row with blank images.
    """
    if not len(x):
        raise ValueError("there are no images to show: x is empty.")
    n_cols = min(n_cols, len(x))
    blank = torch.full_like(x[:1].cpu(), -1.0).expand(-len(x) % n_cols, *x.shape[1:])
    rows, rows_rec = (torch.cat([part.cpu(), blank]).split(n_cols) for part in (x, x_rec))
    return torch.cat([row for pair in zip(rows, rows_rec, strict=True) for row in pair])


def reconstructions(x, title=None, **x_recs):
    """One row of originals, one row for each named reconstruction of them. → Figure"""
    rows = [x, *x_recs.values()]
    labels = ["original", *(name.replace("_", " ") for name in x_recs)]
    return image_grid(torch.cat([row.detach().cpu() for row in rows]), len(x), title, labels)


def frame(ax, seen):
    """Draw what `watch` returned, images (n, 1, H, W) or points (n, 2), into `ax`."""
    if in_plane(seen):
        dots(ax, seen, 6, INK)
        spans = (seen.amax(0) - seen.amin(0)).tolist()
        if max(spans) < 5 * min(spans):  # a cloud keeps its shape; a curve over an axis fills the frame
            ax.set_aspect("equal")
    else:
        fitting = [n for n in (10, 8) if len(seen) % n == 0]  # the rows of `above` stay rows
        _show_sheet(ax, tile(seen, fitting[0] if fitting else round((len(seen) * 1.2) ** 0.5)))
