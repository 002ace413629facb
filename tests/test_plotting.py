"""Every drawing function draws; what is drawn by hand has the sizes and shades of its numbers."""

import io

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from PIL import Image

from course_utils import plotting
from course_utils.train import train


def pixels(png, mode=None):
    return np.asarray(Image.open(io.BytesIO(png)).convert(mode)).astype(int)


def images(n, channels=1):
    return torch.rand(n, channels, 28, 28)


def points(n=9):
    return torch.randn(n, 2)


def first(x):
    return x[:, :1]


def history(n=300, film=None):
    losses = (dict(L_rec=torch.tensor(100 / (1 + i)), other=torch.tensor(float(i))) for i in range(n))
    done = train(lambda batches: next(losses), iter(()), n, quiet=True)
    done.film = [film] * (film is not None)
    return done


def test_tile_puts_ink_black_on_white_in_rows():
    x = torch.full((3, 1, 4, 4), -1.0)
    x[1] = 1
    sheet = plotting.tile(x, n_cols=2, gap=1)
    assert sheet.shape == (9, 9)
    assert sheet[:4, :4].min() == 1 and sheet[:4, 5:].max() == 0 and sheet[5:].min() == 1
    assert np.array_equal(plotting.tile(x.flatten(1), 2, 1), sheet)
    for other in (torch.zeros(2, 2, 4, 4), torch.zeros(9, 10), torch.zeros(0, 1, 4, 4)):
        with pytest.raises(ValueError, match=r"images are \(n, 1, H, W\)"):
            plotting.tile(other)


def test_colour_images_keep_their_colours():
    red = torch.tensor([1.0, -1.0, -1.0])[None, :, None, None].expand(2, 3, 4, 4)
    sheet = plotting.tile(red, n_cols=2, gap=1)
    assert sheet.shape == (4, 9, 3)
    assert sheet[0, 0].tolist() == [1, 0, 0] and sheet[0, 4].tolist() == [1, 1, 1]
    assert pixels(plotting.png(sheet, 2)).shape == (8, 18, 3)


def test_png_is_the_array_enlarged():
    big = pixels(plotting.png(np.array([[0.0, 1.0], [0.5, np.nan]]), 3))
    assert big.shape == (6, 6) and big[::5, ::5].tolist() == [[0, 255], [127, 0]]


def test_pictures_stand_beside_each_other_in_the_middle_of_the_height():
    row = pixels(plotting.beside(plotting.png(np.zeros((9, 2))), plotting.png(np.zeros((3, 4))), gap=5), "L")
    assert row.shape == (9, 11)
    assert row[:, :2].max() == row[3:6, 7:].max() == 0 and row[:, 2:7].min() == row[:3].T[7:].min() == 255


def test_above_interleaves_rows():
    x = torch.arange(5.0).reshape(5, 1, 1, 1)
    assert plotting.above(x, x + 10, 2).flatten().tolist() == [0, 1, 10, 11, 2, 3, 12, 13, 4, -1, 14, -1]
    with pytest.raises(ValueError, match="no images to show"):
        plotting.above(x[:0], x[:0])


def test_a_sheet_is_the_same_after_it_was_text():
    x = torch.rand(6, 1, 9, 9) * 2 - 1
    again = plotting.sheet_light(plotting.sheet_text(x, 3))
    assert again == pytest.approx(plotting.tile(x, 3), abs=1 / 255)


def test_piles_are_as_high_as_their_bars():
    u, v = torch.tensor([0.0, 1.0]), torch.tensor([0.5, 0.5])
    piles = pixels(plotting.histograms_png(u, v, top=2.0, width=100, height=80), "RGB")
    orange, blue = (
        abs(piles - np.multiply(255, to_rgb(c))).sum(2) < 9 for c in (plotting.FAKE, plotting.REAL)
    )
    assert orange[:, 150].sum() == pytest.approx(40, abs=2) and blue[:, 150].sum() == pytest.approx(20, abs=2)
    assert orange[78, 50] == 0 and blue[85:95, 50].all() and not orange[85:, 150].any()


def test_a_plan_is_as_dark_as_what_moves():
    plan = torch.tensor([[0.0, 0.0], [0.25, 0.75]])
    grey = pixels(plotting.plan_png(plan, plan.sum(1), plan.sum(0), "a plan"), "L")
    left, top, cell = 0.24 * 720, 60 + 0.24 * 720, 0.38 * 720  # below the title, beside the piles
    rows, columns = (
        [int(top + (i + 0.4) * cell) for i in (0, 1)],
        [int(left + (j + 0.6) * cell) for j in (0, 1)],
    )
    shade = grey[np.ix_(rows, columns)]
    assert shade[0].tolist() == [255, 255] and shade[1, 1] < shade[1, 0] < 255


DIGITS = torch.arange(30) % 10
SAMPLES = plotting.sheet_text(torch.rand(4, 1, 9, 9), 2)
WAY = [("z", torch.randn(5)), "G", ("x", torch.rand(1, 28, 28)), "D", ("D", torch.tensor(-0.3))]
X = torch.arange(5.0)
CRITICS = {"one": dict.fromkeys("ab", first), "two": dict.fromkeys("ab", first)}
CURVE = {0.5: dict(precision=0.9, recall=0.1), 1.0: dict(precision=0.6, recall=0.5)}
FIGURES = {
    "layers": lambda: plotting.layers(torch.rand(90), {"a": [1.0, 2.0, 3.0], "b": [1e-9, 1.0, 1e9]}, "b"),
    "sheets": lambda: plotting.sheets(
        dict.fromkeys("xy", {"long name": (SAMPLES, "a"), "b": (SAMPLES, "c")})
    ),
    "flow": lambda: plotting.flow([WAY] * 2),
    "image grid": lambda: plotting.image_grid(images(7), 3, "title"),
    "image grid, one": lambda: plotting.image_grid(images(1)),
    "image grid, colours": lambda: plotting.image_grid(images(7, 3), 3, "title", ["a", "b", "c"]),
    "reconstructions": lambda: plotting.reconstructions(images(4), "t", a_b=images(4)),
    "spreads": lambda: plotting.spreads({"a setting": [1.0, 2.0], "another": [3.0]}, "score", "title"),
    "bands": lambda: plotting.bands({"a": {"plain": [1, 2], "b": [3]}, "c": {"plain": [0.5], "b": None}}),
    "maps": lambda: plotting.maps({"a": torch.rand(4, 4), "b": torch.rand(5, 3)}),
    "maps from 0": lambda: plotting.maps({"a": torch.rand(4, 4)}, v_min=0),
    "maps of both signs": lambda: plotting.maps({"a": torch.randn(4, 4)}, v_min=-2, v_max=2),
    "between": lambda: plotting.between(points(), points(), {"a": points(), "b": points()}),
    "surfaces": lambda: plotting.surfaces(CRITICS, *[dict.fromkeys("ab", points())] * 2),
    "seeds": lambda: plotting.seeds(torch.randn(3, 50, 2), points(), ["a", "b", "c"], "caption"),
    "curves": lambda: plotting.curves(history()),
    "curves of one step": lambda: plotting.curves(history(1)),
    "training": lambda: plotting.training(history(), 600, "3 s left"),
    "training, one step": lambda: plotting.training(history(1), 10, "x"),
    "training, images": lambda: plotting.training(history(film=images(20)), 600, "3 s left"),
    "training, points": lambda: plotting.training(history(film=points(20)), 600, "3 s left"),
    "scatter": lambda: plotting.latent_scatter(points(30), DIGITS, "map"),
    "scatter, prior": lambda: plotting.latent_scatter(points(30), DIGITS, prior=points()),
    "scatters": lambda: plotting.latent_scatters({"a": points(30), "b": points(30)}, DIGITS, points()),
    "judged": lambda: plotting.discriminator_map(first, points(), points(5)),
    "judged, slopes": lambda: plotting.discriminator_map(first, points(), points(5), points(5)),
    "panels": lambda: plotting.panels(X, {"a": {"f": torch.rand(5)}, "b": {"real": torch.rand(40)}}),
    "panels, mark": lambda: plotting.panels(X, {"a": {"f": torch.rand(5)}}, mark=2.0),
    "paths": lambda: plotting.paths({"a": points(), "b": points(3)}, "title", (1, 0)),
    "surface": lambda: plotting.value_surface(lambda x, y: x * y, (-1, 1), (-1, 1)),
    "lake": lambda: plotting.lake(
        {"a walk": (torch.rand(2, 3), torch.rand(2, 3, 4))},
        torch.eye(2, 3) > 0,
        torch.eye(2, 3).flip(1) > 0,
        (1, 0),
    ),
    "shares": lambda: plotting.shaded(
        {"a": {"x": 0.1, "y": 0.9}, "b": {"x": float("nan"), "y": 0.0}}, "share"
    ),
    "truncation": lambda: plotting.tradeoff(CURVE, 0.5, "mark"),
    "truncation, no mark": lambda: plotting.tradeoff(CURVE),
    "axes": lambda: plotting.axes(2, 3)[0],
}


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("sharper", [1, 1.5])
def test_every_figure_draws_as_matplotlib_saves_it(name, sharper, recwarn):
    buffer, states = io.BytesIO(), torch.get_rng_state()
    quick = pixels(plotting.figure_png(FIGURES[name](), sharper), "RGB")
    torch.set_rng_state(states)
    figure = FIGURES[name]()
    figure.savefig(buffer, dpi=sharper * figure.dpi)
    assert quick.std() > 1  # not blank
    np.testing.assert_array_equal(quick, pixels(buffer.getvalue(), "RGB"))
    assert not [w for w in recwarn if "Glyph" in str(w.message) or "layout" in str(w.message)]


def test_the_live_picture_spans_what_is_planned_and_of_a_stopped_training_what_was_done():
    stopped = history(70)
    spans = []
    for stopped.stopped in ("", "interrupted"):
        figure = plotting.training(stopped, 600, "a note")
        spans.append(figure.axes[0].get_xlim())
        assert figure.axes[0].get_title(loc="left").startswith("step 70 of 600 · a note")
    assert spans == [(0, 600), (0, 70)]


def test_spreads_show_every_run_on_both_sides_of_0():
    (ax,) = plotting.spreads({"a": [-0.6, 0.9], "b": [-0.8]}, "correlation").axes
    low, high = ax.get_xlim()
    assert low < -0.8 and high > 0.9
    assert plotting.spreads({"a": [1.0, 2.0]}, "score").axes[0].get_xlim()[0] == 0
    (ax,) = plotting.bands({"rewards": {"plain": [-3.0, 1.0], "b": [2.0]}}).axes
    low, high = ax.get_xlim()
    assert low < -3 and high > 2


def test_a_histogram_beside_a_density_counts_what_lies_outside():
    fake = torch.cat([torch.linspace(-0.9, 0.9, 50), torch.full((950,), 7.0)])
    at = torch.linspace(-1, 1, 9)
    (ax,) = plotting.panels(at, {"title": {"fake": fake, **{name: at for name in "abcde"}}}).axes
    area = sum(bar.get_height() * bar.get_width() for bar in ax.patches)
    assert area == pytest.approx(0.05) and len(ax.lines) == 5


def test_points_that_are_not_in_a_plane_are_told():
    for z in (torch.zeros(9, 1), torch.zeros(9, 3)):
        with pytest.raises(ValueError, match=r"points \(n, 2\)"):
            plotting.latent_scatter(z, torch.zeros(9))
    assert plotting.latent_scatter(torch.rand(9, 2), torch.zeros(9)).axes  # labels may be of any kind
