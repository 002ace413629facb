"""Pure functions from values to pictures: Figures to look at, PNG bytes for what is dragged.

One grammar of colour (Okabe–Ito, safe for colour-blind eyes): real data blue, generated orange, prior grey,
code green. Digits black on white.
"""

import io

import matplotlib
import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image

REAL, FAKE, PRIOR, CODE, INK = "#0072B2", "#D55E00", "#767676", "#007F5C", "#222222"
# Ten colours that colour-blind readers can tell apart best (Petroff 2021); digits also carry their numeral.
TEN = [
    "#3f90da",
    "#e8940a",
    "#bd1f01",
    "#6f7f7d",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#958a3c",
    "#494b57",
    "#2aa5ab",
]
# What a discriminator says of a place: from surely fake to surely real.
VERDICT = matplotlib.colors.LinearSegmentedColormap.from_list("verdict", ["#f2b48a", "white", "#8fc1e3"])
WIDTH = 10.0  # inches: every figure is as wide as the notebook's column

STYLE = {
    "font.size": 13,
    "axes.titlesize": 14,
    "axes.labelsize": 13,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": matplotlib.cycler(color=[REAL, FAKE, CODE, "#CC79A7", PRIOR, "#56B4E9", "#E69F00"]),
    "axes.grid": True,
    "grid.alpha": 0.25,
    "lines.linewidth": 2.2,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "figure.dpi": 100,
    "savefig.facecolor": "white",
    "image.cmap": "gray_r",
}


def use_style():
    """Set the course's look, and let notebooks show a Figure that was made without pyplot."""
    matplotlib.rcParams.update(STYLE)
    if in_notebook():
        formatter = _ipython().display_formatter.formatters["image/png"]
        formatter.for_type(Figure, _for_notebook)
        _ipython().display_formatter.formatters["text/plain"].for_type(Figure, lambda *_: None)


def _ipython():
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()


def in_notebook():
    """True in a Jupyter kernel, False in a script, a test or a terminal."""
    return _ipython() is not None and hasattr(_ipython(), "kernel")


def display(figure):
    """Show a Figure now, and return the handle whose `.update(figure)` replaces it."""
    from IPython.display import display as show

    return show(figure, display_id=True)


def figure_png(figure, sharper=1.0):
    """A Figure as PNG bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=sharper * figure.dpi)
    return buffer.getvalue()


def _for_notebook(figure):
    """A Figure with half as many pixels again as its width on the page, to stay sharp when it is projected."""
    return figure_png(figure, sharper=1.5), {"width": round(figure.get_figwidth() * figure.dpi)}


def axes(n_rows=1, n_cols=1, height=3.6, **kwargs):
    """An empty Figure in the course's look and its axes: `figure, ax = axes()`."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height * n_rows), layout="constrained")
        return figure, figure.subplots(n_rows, n_cols, **kwargs)


# ── images ───────────────────────────────────────────────────────────────────────────────────────


def tile(images, n_cols=None, gap=2):
    """Images (n, 1, H, W) or (n, H·W) in [−1, 1] → one array (rows, columns) in [0, 1], ink dark, white between."""
    images = torch.as_tensor(images).detach().float().cpu()
    if images.dim() == 2:
        side = int(images.shape[1] ** 0.5)
        images = images.reshape(-1, 1, side, side)
    if images.dim() != 4 or images.shape[1] != 1:
        raise ValueError(f"images are (n, 1, H, W), but these are {tuple(images.shape)}.")
    n, _, high, wide = images.shape
    n_cols = min(n_cols or n, n)
    n_rows = -(-n // n_cols)
    sheet = np.ones((n_rows * (high + gap) - gap, n_cols * (wide + gap) - gap), np.float32)
    for i, image in enumerate(images[:, 0].clamp(-1, 1).numpy()):
        top, left = i // n_cols * (high + gap), i % n_cols * (wide + gap)
        sheet[top : top + high, left : left + wide] = (1 - image) / 2
    return sheet


def png(array, scale=1):
    """An array (H, W) in [0, 1] → PNG bytes, enlarged `scale` times without blur; fast enough to be dragged."""
    picture = Image.fromarray((np.clip(np.nan_to_num(array), 0, 1) * 255).astype(np.uint8))
    picture = picture.resize((picture.width * scale, picture.height * scale), Image.NEAREST)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


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
    high, wide = sheet.shape
    label_room = 1.6 if row_labels else 0.0
    width = min(WIDTH, 0.9 * min(n_cols, len(images)) + label_room)
    height = (width - label_room) * high / wide + (0.45 if title else 0.1)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        ax = figure.subplots()
        _show_sheet(ax, sheet)
        if title:
            ax.set_title(title)
        if row_labels:
            step = (high + 2) / len(row_labels)
            ax.set_yticks([step * (i + 0.5) - 1 for i in range(len(row_labels))], row_labels)
    return figure


def _show_sheet(ax, sheet):
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


# ── curves ───────────────────────────────────────────────────────────────────────────────────────


def _curve(ax, values, label):
    """A noisy curve, faint, under its mean over fifty stretches."""
    steps = np.arange(1, len(values) + 1)
    parts = [part for part in np.array_split(np.arange(len(values)), 50) if len(part)]
    (line,) = ax.plot([steps[p].mean() for p in parts], [values[p].mean() for p in parts], label=label)
    if len(values) > 50:
        thin = slice(None, None, -(-len(values) // 2000))
        ax.plot(steps[thin], values[thin], color=line.get_color(), alpha=0.2, linewidth=0.8, zorder=1)


def _curves(ax, history, n_steps):
    losses = {name: history[name] for name in history}
    for name, values in losses.items():
        _curve(ax, values, name)
    ax.set_xlim(0, n_steps)
    ax.set_xlabel("step")
    ax.set_ylabel("loss")
    ax.legend(loc="upper right")
    values = np.concatenate(list(losses.values()))
    values = values[np.isfinite(values)]
    if len(values) > 100:  # the first steps' high losses would flatten the rest
        low, high = values.min(), np.quantile(values, 0.995)
        ax.set_ylim(low - 0.05 * (high - low) - 1e-9, high + 0.05 * (high - low) + 1e-9)


def curves(history, title="Losses during training"):
    """The losses of a History against the step. → Figure"""
    figure, ax = axes()
    _curves(ax, history, history.n_steps)
    ax.set_title(title)
    return figure


def training(history, n_steps, note):
    """The live picture: losses, and beside them what `watch` saw last. → Figure"""
    if history.film:
        figure, (left, right) = axes(1, 2, height=3.3, width_ratios=(3, 2))
        frame(right, history.film[-1])
    else:
        figure, left = axes(height=2.5)
    _curves(left, history, n_steps)
    title = f"step {history.n_steps:,} of {n_steps:,} · {note}\n{history.latest()}"
    left.set_title(title, loc="left", fontsize=13)
    return figure


def panels(at, contents, xlabel="x", height=3.2, mark=None):
    """One small plot for each title, side by side: `{title: {label: values}}`. → Figure

    Values of the length of `at` are a curve over it; under the labels `real` and `fake` they are
    data, and drawn as a histogram. `mark` is a place on the axis, such as a slider's value.
    """
    at = torch.as_tensor(at).cpu()
    figure, row = axes(1, len(contents), height=height, squeeze=False)
    for ax, (title, lines) in zip(row[0], contents.items(), strict=True):
        styles = iter(("-", "--", ":", "-."))
        for label, values in lines.items():
            values = torch.as_tensor(values).detach().cpu()
            if label in ("real", "fake"):
                colour, span = {"real": REAL, "fake": FAKE}[label], (float(at[0]), float(at[-1]))
                ax.hist(values, 50, range=span, density=True, color=colour, alpha=0.5)
            else:
                ax.plot(at, values, next(styles), label=label, color=PRIOR if label == "prior" else None)
        if mark is not None:
            ax.axvline(mark, color=PRIOR, lw=1.5, ls=":")
        ax.set(title=title, xlabel=xlabel)
        if ax.get_legend_handles_labels()[0]:
            ax.legend()
    return figure


def paths(lines, title=None, start=None):
    """Where two numbers went, step by step: `{label: points (n, 2)}`. → Figure"""
    figure, ax = axes(height=5.6)
    styles = iter(("-", "--", "-.", ":"))
    for label, points in lines.items():
        ax.plot(*torch.as_tensor(points).T, next(styles), label=label)
    if start is not None:
        ax.plot(*start, "o", color=INK, ms=8, label="start")
    ax.plot(0, 0, "+", color=INK, ms=14, mew=2, label="equilibrium")
    ax.set(title=title, xlabel="x", ylabel="y", aspect="equal")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def frame(ax, seen):
    """Draw what `watch` returned, images (n, 1, H, W) or points (n, 2), into `ax`."""
    if seen.dim() == 2 and seen.shape[1] == 2:
        ax.scatter(*seen.T, s=6, color=INK)
        ax.set_aspect("equal")
    else:
        fitting = [n for n in (10, 8) if len(seen) % n == 0]  # the rows of `above` stay rows
        _show_sheet(ax, tile(seen, fitting[0] if fitting else round((len(seen) * 1.2) ** 0.5)))


# ── codes ────────────────────────────────────────────────────────────────────────────────────────


def _digits_scatter(ax, xy, y, size=34):
    for digit in range(10):
        ax.scatter(*xy[y == digit].T, s=size, color=TEN[digit], marker=f"${digit}$", linewidths=0)


def latent_scatter(z, y, title=None, prior=None):
    """Codes (n, 2) drawn as their digits, over draws (m, 2) of a prior in grey. → Figure"""
    figure, ax = axes(height=6.5)
    _codes_over(ax, z, y, prior, size=34)
    ax.set_title(title)
    return figure


def latent_scatters(codes, y, prior=None):
    """The same for several codes of the same images, side by side: `{title: z}`. → Figure"""
    figure, row = axes(1, len(codes), height=10.6 / len(codes), squeeze=False, sharex=True, sharey=True)
    for ax, (title, z) in zip(row[0], codes.items(), strict=True):
        _codes_over(ax, z, y, prior, size=24)
        ax.set_title(title)
    return figure


def _codes_over(ax, z, y, prior, size):
    if prior is not None:
        _draws(ax, prior)
    _digits_scatter(ax, torch.as_tensor(z).cpu().numpy(), torch.as_tensor(y).cpu().numpy(), size)
    ax.set(xlabel="z1", ylabel="z2", aspect="equal")


def _draws(ax, prior):
    ax.scatter(*torch.as_tensor(prior).cpu().T, s=18, color=PRIOR, marker="x", linewidths=1, alpha=0.4)


def judged(D, real, fake, slopes=None, span=3.5, n=81):
    """What a discriminator of points thinks of each place, with real (n, 2) and fake (m, 2) points on it. → Figure

    D       (k, 2) → logits (k, 1); its probability of real is the map, blue = real, orange = fake
    slopes  (m, 2), drawn as an arrow at each fake point
    """
    real, fake = (torch.as_tensor(v).detach() for v in (real, fake))
    at = torch.linspace(-span, span, n, device=fake.device)
    x, y = torch.meshgrid(at, at, indexing="xy")
    with torch.no_grad():
        p = D(torch.stack([x.flatten(), y.flatten()], 1)).sigmoid().reshape(n, n).cpu()
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8, 6.2), layout="constrained")
        ax = figure.subplots()
        shown = ax.imshow(p, cmap=VERDICT, vmin=0, vmax=1, origin="lower", extent=(-span, span) * 2)
        figure.colorbar(shown, ax=ax, label="D: probability of real")
        ax.scatter(*real.cpu().T, s=26, color=PRIOR, marker="x", linewidths=1.2, label="prior (real)")
        ax.scatter(*fake.cpu().T, s=16, color=CODE, label="codes (fake)")
        if slopes is not None:
            arrows = torch.as_tensor(slopes).detach().cpu()
            ax.quiver(*fake.cpu().T, *arrows.T, color=INK, width=0.004, angles="xy")
        ax.set(xlabel="z1", ylabel="z2", xlim=(-span, span), ylim=(-span, span), aspect="equal")
        ax.grid(False)
        ax.legend(loc="upper right", frameon=True)
    return figure


def map_png(xy, y=None, x_range=(-3, 3), y_range=(-3, 3), width=420, height=420, prior=None, sharper=1.5):
    """Points (n, 2), as their digits where y is given, as PNG bytes that fill exactly `x_range` × `y_range`."""
    figure = Figure(figsize=(width / 100, height / 100), dpi=100)
    ax = figure.add_axes([0, 0, 1, 1], xlim=x_range, ylim=y_range)
    ax.axis("off")
    xy = torch.as_tensor(xy).cpu().numpy()
    if prior is not None:
        _draws(ax, prior)
    if y is None:
        ax.scatter(*xy.T, s=6, color=INK)
    else:
        _digits_scatter(ax, xy, torch.as_tensor(y).cpu().numpy(), size=22)
    return figure_png(figure, sharper)


def value_surface(f, x_range, y_range, names=("x", "y", "value"), n=121, levels=24, v_max=None):
    """A function of two numbers seen from the side and from above. f: (n, n), (n, n) → (n, n). → Figure"""
    x, y = np.meshgrid(np.linspace(*x_range, n), np.linspace(*y_range, n))
    value = np.asarray(f(x, y))
    shown = value if v_max is None else np.minimum(value, v_max)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 4.4), layout="constrained")
        side, top = figure.add_subplot(1, 2, 1, projection="3d"), figure.add_subplot(1, 2, 2)
        side.plot_surface(x, y, shown, cmap="viridis", rcount=60, ccount=60, linewidth=0)
        side.set(xlabel=names[0], ylabel=names[1], zlabel=names[2])
        side.view_init(elev=35, azim=-60)
        colours = top.contourf(x, y, shown, levels=levels, cmap="viridis")
        figure.colorbar(colours, ax=top, label=names[2])
        top.set(xlabel=names[0], ylabel=names[1], aspect="equal")
        top.grid(False)
    return figure
