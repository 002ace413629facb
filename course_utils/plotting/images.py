"""Images in rows, black on white; and what is dragged, as PNG bytes."""

import base64
import io
import textwrap

import matplotlib
import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image

from .style import CODE, FAKE, INK, PRIOR, REAL, STYLE, WIDTH, axes


def tile(images, n_cols=None, gap=2):
    """Images (n, 1, H, W) or (n, H·W) in [−1, 1] → one array (rows, columns) in [0, 1], ink dark, white between.

    Colour images (n, 3, H, W) → (rows, columns, 3), as they are.
    """
    images = torch.as_tensor(images).detach().float().cpu()
    if images.dim() == 2:
        side = int(images.shape[1] ** 0.5)
        images = images.reshape(-1, 1, side, side)
    if images.dim() != 4 or images.shape[1] not in (1, 3):
        raise ValueError(f"images are (n, 1, H, W), but these are {tuple(images.shape)}.")
    n, channels, high, wide = images.shape
    light = (1 + images.clamp(-1, 1) * (1 if channels == 3 else -1)) / 2
    n_cols = min(n_cols or n, n)
    n_rows = -(-n // n_cols)
    sheet = np.ones((n_rows * (high + gap) - gap, n_cols * (wide + gap) - gap, channels), np.float32)
    for i, image in enumerate(light.permute(0, 2, 3, 1).numpy()):
        top, left = i // n_cols * (high + gap), i % n_cols * (wide + gap)
        sheet[top : top + high, left : left + wide] = image
    return sheet if channels == 3 else sheet[..., 0]


def png(array, scale=1):
    """An array (H, W) or (H, W, 3) in [0, 1] → PNG bytes, enlarged `scale` times without blur; fast enough to be dragged."""
    picture = Image.fromarray((np.clip(np.nan_to_num(array), 0, 1) * 255).astype(np.uint8))
    picture = picture.resize((picture.width * scale, picture.height * scale), Image.NEAREST)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def sheet_text(images, n_cols, gap=2):
    """Images (n, 1, H, W) as one sheet, a PNG in base64, which a JSON file can hold: for `sheets` and `sheet_light`. → str"""
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
    buffer = io.BytesIO()
    row.save(buffer, "PNG")
    return buffer.getvalue()


def image_grid(images, n_cols=10, title=None, row_labels=None):
    """Images (n, 1, H, W) in rows of `n_cols`, black on white. → Figure"""
    sheet = tile(images, n_cols)
    high, wide = sheet.shape[:2]
    label_room = 1.6 if row_labels else 0.0
    width = min(WIDTH, 0.9 * min(n_cols, len(images)) + label_room)
    height = (width - label_room) * high / wide + (0.45 if title else 0.1)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        ax = figure.subplots()
        show_sheet(ax, sheet)
        if title:
            ax.set_title(title)
        if row_labels:
            step = (high + 2) / len(row_labels)
            ax.set_yticks([step * (i + 0.5) - 1 for i in range(len(row_labels))], row_labels)
    return figure


def sheets(rows):
    """Sheets of samples in a table: `{row: {column: (text of a sheet, caption)}}`. → Figure"""
    n_columns = len(next(iter(rows.values())))
    figure, table = axes(len(rows), n_columns, height=1.3, squeeze=False)
    for i, (line, (row, cells)) in enumerate(zip(table, rows.items(), strict=True)):
        for ax, (column, (sheet, caption)) in zip(line, cells.items(), strict=True):
            show_sheet(ax, sheet_light(sheet))
            ax.set_title(f"{textwrap.fill(column, 17)}\n{caption}" if i == 0 else caption, fontsize=11)
        line[0].set_ylabel(row, fontsize=13)
    return figure


def flow(rows):
    """What happens to items on their way through networks: `[[(name, value), network, (name, value), …], …]`. → Figure

    A value is an image (1, H, W), a code (d,), drawn as bars (grey if it is named z), or one number. All rows end at the
    same place.
    """
    wide, gap, high = {3: 1.2, 1: 1.6, 0: 0.7}, 0.7, 1.75
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, high * len(rows)))
        ax = figure.add_axes([0, 0, 1, 1], xlim=(0, WIDTH), ylim=(-high * len(rows), 0), aspect="equal")
    ax.axis("off")
    for i, row in enumerate(rows):
        right, middle = WIDTH - 0.2, -high * (i + 0.56)
        for k in range(len(row) - 1, -1, -2):
            (name, value), width = row[k], wide[row[k][1].dim()]
            _flowing(ax, name, value.detach().float().cpu(), right - width, right, middle)
            ax.text(right - width / 2, middle + 0.68, name, ha="center", fontsize=14)
            right -= width + gap
            if k:
                arrow = dict(
                    arrowstyle="-|>,head_width=0.35,head_length=0.6", color=INK, lw=2, shrinkA=0, shrinkB=0
                )
                ax.annotate("", (right + gap - 0.08, middle), (right + 0.08, middle), arrowprops=arrow)
                ax.text(
                    right + gap / 2, middle + 0.16, row[k - 1], ha="center", fontsize=17, fontweight="bold"
                )
    return figure


def _flowing(ax, name, value, left, right, middle):
    if value.dim() == 3:
        half = (right - left) / 2
        ax.imshow(
            tile(value[None]),
            cmap="gray",
            vmin=0,
            vmax=1,
            extent=(left, right, middle - half, middle + half),
            zorder=1,
        )
        ax.add_patch(
            matplotlib.patches.Rectangle(
                (left, middle - half), 2 * half, 2 * half, fill=False, ec=PRIOR, lw=1
            )
        )
    elif value.dim() == 1:
        at = left + (right - left) * (torch.arange(len(value)) + 0.5) / len(value)
        bars = 0.5 * value / value.abs().max().clamp_min(1e-9)
        ax.bar(at, bars, (right - left) / len(value), bottom=middle, color=PRIOR if name == "z" else CODE)
        ax.plot([left, right], [middle, middle], color=INK, lw=0.8)
    else:
        ax.text(
            (left + right) / 2,
            middle,
            f"{value.item():+.2f}",
            ha="center",
            va="center",
            fontsize=17,
            color=REAL if value > 0 else FAKE,
        )


def show_sheet(ax, sheet):
    ax.imshow(sheet, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.grid(False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def above(x, x_rec, n_cols=10):
    """Originals with their reconstructions below, as rows of `n_cols`: (n, …), (n, …) → (2n, …)"""
    n_cols = min(n_cols, len(x))
    rows = [
        part for start in range(0, len(x), n_cols) for part in (x[start:][:n_cols], x_rec[start:][:n_cols])
    ]
    return torch.cat([row.cpu() for row in rows])


def reconstructions(x, title=None, **x_recs):
    """One row of originals, one row for each named reconstruction of them. → Figure"""
    rows = [x, *x_recs.values()]
    labels = ["original", *(name.replace("_", " ") for name in x_recs)]
    return image_grid(torch.cat([row.detach().cpu() for row in rows]), len(x), title, labels)


def frame(ax, seen):
    """Draw what `watch` returned, images (n, 1, H, W) or points (n, 2), into `ax`."""
    if seen.dim() == 2 and seen.shape[1] == 2:
        ax.scatter(*seen.T, s=6, color=INK)
        spans = (seen.amax(0) - seen.amin(0)).tolist()
        if max(spans) < 5 * min(spans):  # a cloud keeps its shape; a curve over an axis fills the frame
            ax.set_aspect("equal")
    else:
        fitting = [n for n in (10, 8) if len(seen) % n == 0]  # the rows of `above` stay rows
        show_sheet(ax, tile(seen, fitting[0] if fitting else round((len(seen) * 1.2) ** 0.5)))
