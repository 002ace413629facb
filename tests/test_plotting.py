import io

import matplotlib
import numpy as np
import pytest
import torch
from PIL import Image

from course_utils import plotting
from course_utils.train import History


def test_tile_puts_ink_black_on_white_in_rows():
    x = torch.full((3, 1, 4, 4), -1.0)
    x[1] = 1
    sheet = plotting.tile(x, n_cols=2, gap=1)
    assert sheet.shape == (9, 9)
    assert sheet[:4, :4].min() == 1 and sheet[:4, 5:].max() == 0 and sheet[5:].min() == 1
    assert np.array_equal(plotting.tile(x.flatten(1), 2, 1), sheet)
    with pytest.raises(ValueError, match=r"images are \(n, 1, H, W\)"):
        plotting.tile(torch.zeros(2, 2, 4, 4))


def test_colour_images_keep_their_colours():
    red = torch.tensor([1.0, -1.0, -1.0])[None, :, None, None].expand(2, 3, 4, 4)
    sheet = plotting.tile(red, n_cols=2, gap=1)
    assert (
        sheet.shape == (4, 9, 3) and sheet[0, 0].tolist() == [1, 0, 0] and sheet[0, 4].tolist() == [1, 1, 1]
    )
    assert np.asarray(Image.open(io.BytesIO(plotting.png(sheet, 2)))).shape == (8, 18, 3)


def test_png_is_the_array_enlarged():
    a = np.array([[0.0, 1.0], [0.5, np.nan]])
    back = np.asarray(Image.open(io.BytesIO(plotting.png(a, 3))))
    assert (
        back.shape == (6, 6)
        and back[0, 0] == 0
        and back[0, 5] == 255
        and back[5, 0] == 127
        and back[5, 5] == 0
    )


def test_above_interleaves_rows():
    x = torch.arange(5.0).reshape(5, 1, 1, 1)
    assert plotting.above(x, x + 10, 2).flatten().tolist() == [0, 1, 10, 11, 2, 3, 12, 13, 4, 14]


def history(n=300, film=None):
    h = History()
    for i in range(n):
        h._add(dict(L_rec=torch.tensor(100 / (1 + i)), other=torch.tensor(float(i))))
    if film is not None:
        h.film.append(film)
    return h


def test_piles_are_as_high_as_their_bars_and_a_plan_as_dark_as_what_moves():
    u, v = torch.tensor([0.0, 1.0]), torch.tensor([0.5, 0.5])
    piles = np.asarray(
        Image.open(io.BytesIO(plotting.piles_png(u, v, top=2.0, width=100, height=80))).convert("RGB")
    ).astype(int)
    orange, blue = (
        np.abs(piles - np.array(matplotlib.colors.to_rgb(c)) * 255).sum(2) < 9
        for c in (plotting.FAKE, plotting.REAL)
    )
    assert orange[:, 150].sum() == pytest.approx(40, abs=2) and blue[:, 150].sum() == pytest.approx(20, abs=2)
    assert orange[78, 50] == 0 and blue[85:95, 50].all() and not orange[85:, 150].any()
    plan = torch.tensor([[0.0, 0.0], [0.25, 0.75]])
    grey = np.asarray(
        Image.open(io.BytesIO(plotting.plan_png(plan, plan.sum(1), plan.sum(0), "a plan"))).convert("L")
    )
    corner = 60 + 0.24 * 720, 0.24 * 720  # of the matrix: below the title, beside the piles
    cell = 0.76 * 720 / 2
    shade = [
        [grey[int(corner[0] + (i + 0.4) * cell), int(corner[1] + (j + 0.6) * cell)] for j in range(2)]
        for i in range(2)
    ]
    assert shade[0] == [255, 255] and shade[1][1] < shade[1][0] < 255


FIGURES = {
    "layers": lambda: plotting.layers(torch.rand(90), {"a": [1.0, 2.0, 3.0], "b": [1e-9, 1.0, 1e9]}, "b"),
    "sheets": lambda: plotting.sheets({row: {c: (plotting.sheet_text(torch.rand(4, 1, 9, 9), 2), "a caption") for c in ("a long name", "b")} for row in "xy"}),
    "flow": lambda: plotting.flow(
        [[("z", torch.randn(5)), "F", ("w", torch.randn(9)), "G", ("x", torch.rand(1, 28, 28)), "D", ("D", torch.tensor(-0.3))]] * 2
    ),
    "image grid": lambda: plotting.image_grid(torch.rand(7, 1, 28, 28), 3, "title"),
    "one image": lambda: plotting.image_grid(torch.rand(1, 1, 28, 28)),
    "reconstructions": lambda: plotting.reconstructions(torch.rand(4, 1, 28, 28), "t", **{"a b": torch.rand(4, 1, 28, 28)}),
    "colours": lambda: plotting.image_grid(torch.rand(7, 3, 32, 32), 3, "title", ["a", "b", "c"]),
    "spreads": lambda: plotting.spreads({"a setting": [1.0, 2.0], "another": [3.0]}, "score", "title"),
    "bands": lambda: plotting.bands({"a": {"plain": [1, 2], "b": [3]}, "c": {"plain": [0.5], "b": None}}),
    "maps": lambda: plotting.maps({"a": torch.rand(4, 4), "b": torch.rand(5, 3)}),
    "between": lambda: plotting.between(torch.randn(9, 2), torch.randn(9, 2), {"a": torch.randn(9, 2), "b": torch.randn(9, 2)}),
    "surfaces": lambda: plotting.surfaces(
        {row: {column: lambda x: x[:, :1] for column in "abc"} for row in ("one", "two")}, *[dict.fromkeys("abc", torch.randn(9, 2))] * 2
    ),
    "seeds": lambda: plotting.seeds(torch.randn(3, 50, 2), torch.randn(20, 2), ["a", "b", "c"], "caption"),
    "curves": lambda: plotting.curves(history()),
    "curves of one step": lambda: plotting.curves(history(1)),
    "curves with nan": lambda: plotting.training(history(1), 10, "x"),
    "training": lambda: plotting.training(history(), 600, "3 s left"),
    "training, images": lambda: plotting.training(history(film=torch.rand(20, 1, 28, 28)), 600, "3 s left"),
    "training, points": lambda: plotting.training(history(film=torch.rand(20, 2)), 600, "3 s left"),
    "scatter": lambda: plotting.latent_scatter(torch.rand(30, 2), torch.arange(30) % 10, "map"),
    "scatter, prior": lambda: plotting.latent_scatter(torch.rand(30, 2), torch.arange(30) % 10, prior=torch.rand(9, 2)),
    "scatters": lambda: plotting.latent_scatters({"a": torch.rand(30, 2), "b": torch.rand(30, 2)}, torch.arange(30) % 10, torch.rand(9, 2)),
    "judged": lambda: plotting.judged(lambda z: z[:, :1], torch.rand(9, 2), torch.rand(5, 2)),
    "judged, slopes": lambda: plotting.judged(lambda z: z[:, :1], torch.rand(9, 2), torch.rand(5, 2), torch.rand(5, 2)),
    "panels": lambda: plotting.panels(torch.arange(5.0), {"a": {"f": torch.rand(5)}, "b": {"real": torch.rand(40)}}),
    "panels, mark": lambda: plotting.panels(torch.arange(5.0), {"a": {"f": torch.rand(5)}}, mark=2.0),
    "paths": lambda: plotting.paths({"a": torch.rand(9, 2), "b": torch.rand(3, 2)}, "title", (1, 0)),
    "surface": lambda: plotting.value_surface(lambda x, y: x * y, (-1, 1), (-1, 1)),
    "axes": lambda: plotting.axes(2, 3)[0],
}  # fmt: skip


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws(name, recwarn):
    png = plotting.figure_png(FIGURES[name]())
    assert np.asarray(Image.open(io.BytesIO(png)).convert("L")).std() > 1  # not blank
    assert not [w for w in recwarn if "Glyph" in str(w.message) or "layout" in str(w.message)]


def test_the_live_picture_spans_what_is_planned_and_of_a_stopped_training_what_was_done():
    stopped = history(70)
    spans = []
    for stopped.stopped in ("", "interrupted"):
        figure = plotting.training(stopped, 600, "a note")
        spans.append(figure.axes[0].get_xlim())
        assert figure.axes[0].get_title(loc="left").startswith("step 70 of 600 · a note")
    assert spans == [(0, 600), (0, 70)]


def test_a_sheet_is_the_same_after_it_was_text():
    x = torch.rand(6, 1, 9, 9) * 2 - 1
    again = plotting.sheet_light(plotting.sheet_text(x, 3))
    assert again == pytest.approx(plotting.tile(x, 3), abs=1 / 255)


def contrast(a, b):
    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [plotting.REAL, plotting.PRIOR, plotting.CODE, plotting.INK])
def test_colours_that_carry_text_or_lines_stand_out_on_white(colour):
    assert contrast(colour, "#FFFFFF") >= 4.5
