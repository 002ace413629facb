"""The real controls, driven without a browser: every change redraws, every error is seen."""

import io

import ipywidgets as w
import numpy as np
import pytest
import torch
from PIL import Image

from course_utils import models, plotting, widgets
from course_utils.train import History
from course_utils.widgets import panels


@pytest.fixture(autouse=True)
def no_picture_is_slow(monkeypatch):
    monkeypatch.setattr(panels, "QUICK", 60.0)  # the tests' machine may be


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.image.value)))


def parts(widget):
    """A widget and all widgets in it, from left to right and from above to below."""
    return [widget, *(part for child in getattr(widget, "children", ()) for part in parts(child))]


def decode(z):
    """An image whose columns are as dark as z, so that pictures differ when codes do."""
    return z.tanh().repeat(1, 28)[:1, :28].expand(1, 1, 28, 28)


def grey(value):
    return torch.full((1, 1, 4, 4), value)


def independent(u, v):
    return plotting.plan_png(u[:, None] * v, u, v)


@pytest.mark.parametrize("z_dim", [1, 3, 20])
def test_every_slider_redraws_from_end_to_end(z_dim):
    panel = widgets.latent_sliders(decode, z_dim)
    assert len(panel.sliders) == z_dim
    start = pixels(panel)
    for slider in panel.sliders:
        for value in (slider.min, slider.max):
            before = panel.image.value
            slider.value = value
            assert panel.image.value != before
    panel.reset.click()
    assert np.array_equal(pixels(panel), start) and all(s.value == 0 for s in panel.sliders)
    panel.random.click()
    assert not np.array_equal(pixels(panel), start)


def test_sliders_span_real_codes_and_random_takes_one_of_them():
    z_codes = torch.randn(500, 3) * torch.tensor([1.0, 10.0, 0.0]) + torch.tensor([0.0, 50.0, 2.0])
    panel = widgets.latent_sliders(models.VanillaAutoencoder().dec, z_codes=z_codes)
    assert [round(s.value) for s in panel.sliders] == [0, 50, 2]
    assert 20 < panel.sliders[1].min < 35 and panel.sliders[2].max > panel.sliders[2].min
    panel.random.click()
    z = torch.tensor([s.value for s in panel.sliders])
    assert (z_codes - z).abs().amin(0)[0] < 0.05


def test_playing_does_not_touch_the_random_numbers_of_training():
    before = torch.get_rng_state()
    widgets.latent_sliders(decode, 2).random.click()
    assert torch.equal(torch.get_rng_state(), before)


def test_further_controls_stand_above_the_sliders_and_redraw():
    more = w.IntSlider(0, 0, 9)
    panel = widgets.latent_sliders(lambda z: decode(z + more.value), 2, more=[more])
    before = panel.image.value
    more.value = 1
    assert panel.image.value != before
    assert parts(panel).index(more) < parts(panel).index(panel.sliders[0])


def test_an_error_is_shown_and_raised_and_goes_away():
    def fragile(z):
        if z[0, 0] > 2:
            raise RuntimeError("too far")
        return decode(z)

    panel = widgets.latent_sliders(fragile, 2)
    with pytest.raises(RuntimeError):
        panel.sliders[0].value = 2.5
    assert "RuntimeError: too far" in panel.error.value
    panel.sliders[0].value = 0.5
    assert panel.error.value == ""


def test_sliders_of_values_draw_what_they_point_at_once_each(monkeypatch):
    monkeypatch.setattr(panels, "QUICK", 60.0)
    seen = []

    def draw(shade, two_words):
        seen.append((shade, two_words))
        return grey(shade)

    panel = widgets.sliders(draw, shade=[-1.0, 1.0], two_words="ab")
    assert pixels(panel).min() == 255 and panel.sliders["two_words"].description == "two words"
    panel.sliders["shade"].value = 1.0
    assert pixels(panel).max() == 0
    panel.sliders["two_words"].value = "b"
    panel.sliders["two_words"].value = "a"
    assert seen == [(-1.0, "a"), (1.0, "a"), (1.0, "b")]
    begun = widgets.sliders(draw, start=[1.0, "b"], shade=[-1.0, 1.0], two_words="ab")
    assert seen[-1] == (1.0, "b") and begun.sliders["shade"].value == 1.0


def test_a_slow_picture_is_there_before_a_slider_first_asks_for_it(monkeypatch):
    monkeypatch.setattr(panels, "QUICK", -1.0)
    seen = []

    def draw(shade, letter):
        seen.append((shade, letter))
        assert letter != "c", "not here"
        return grey(shade + 0.1 * torch.randn(()).item())

    before = torch.get_rng_state()
    torch.randn(())
    after_one = torch.get_rng_state()
    torch.set_rng_state(before)
    panel = widgets.sliders(draw, shade=[-0.5, 0.5], letter="abc")
    assert seen == [(-0.5, "a"), (0.5, "a"), (-0.5, "b"), (-0.5, "c")]
    assert torch.equal(torch.get_rng_state(), after_one)  # those drawn ahead took no random number
    panel.sliders["shade"].value = 0.5
    assert len(seen) == 4 and pixels(panel).max() < 128
    panel.sliders["letter"].value = "b"  # two moves away: drawn now
    assert seen[4:] == [(0.5, "b")]
    with pytest.raises(AssertionError):
        panel.sliders["letter"].value = "c"
    assert "not here" in panel.error.value


def test_a_slider_may_draw_a_figure():
    panel = widgets.sliders(lambda height: plotting.axes(height=height)[0], height=[1, 2])
    assert pixels(panel).shape[:2] == (100, 1000)
    panel.sliders["height"].value = 2
    assert pixels(panel).shape[:2] == (200, 1000)


def test_piles_are_dragged_bar_by_bar():
    seen = []

    def draw(u, v, power):
        seen.append((u, v, power))
        return independent(u, v)

    panel = widgets.histograms(
        draw, torch.tensor([0.5, 0.5, 0.0]), torch.tensor([0.0, 0.0, 1.0]), power=[1, 2]
    )
    background, picture = panel.plane.background, panel.image.value
    panel.plane.value = (1.9, 1.0)  # the third bar of u, as high as the other two
    u, v, power = seen[-1]
    assert torch.allclose(u, torch.tensor([0.25, 0.25, 0.5])) and v.tolist() == [0, 0, 1] and power == 1
    assert panel.plane.background != background and panel.image.value != picture
    panel.plane.value = (-0.4, -1.0)  # below the line: the first bar of v
    assert torch.allclose(seen[-1][1], torch.tensor([0.5, 0, 0.5]))
    panel.plane.value = (1.0, -1.0)  # an arrow key to the right
    assert torch.allclose(seen[-1][1], torch.tensor([0.5, 0, 0.5]))
    panel.sliders["power"].value = 2
    assert seen[-1][2] == 2 and torch.allclose(seen[-1][0], torch.tensor([0.25, 0.25, 0.5]))


def test_piles_that_are_all_gone_are_told():
    panel = widgets.histograms(independent, [1.0], [1.0])
    with pytest.raises(ValueError, match="nothing is left of u"):
        panel.plane.value = (0.0, 0.0)
    assert "nothing is left of u" in panel.error.value


def film_of(*frames):
    history = History()
    history.film, history.film_steps = list(frames), [10 * i for i in range(len(frames))]
    return history


def test_film_shows_frame_and_step():
    history = film_of(grey(-1.0), grey(0.0), grey(1.0))
    panel = widgets.film(history)
    assert pixels(panel).max() == 0 and panel.play.max == 2
    panel.slider.value = 0
    assert pixels(panel).min() == 255
    assert "after 0 steps" in [part.value for part in parts(panel) if isinstance(part, w.Label)]
    drawn = []
    panel = widgets.film(history, lambda seen: drawn.append(seen) or plotting.axes()[0])
    for i in (1, 2, 1):
        panel.slider.value = i
    assert [seen.mean().item() for seen in drawn] == [1, 0]  # once each
    with pytest.raises(ValueError, match="watch"):
        widgets.film(film_of())


def test_all_frames_of_a_slow_film_are_there_before_it_is_played(monkeypatch):
    history, drawn = film_of(grey(-1.0), grey(1.0)), []
    draw = lambda seen: drawn.append(seen) or seen  # noqa: E731
    widgets.film(history, draw)
    assert len(drawn) == 1  # the last
    monkeypatch.setattr(panels, "QUICK", -1.0)
    panel = widgets.film(history, draw)
    assert len(drawn) == 3 and pixels(panel).max() == 0
    panel.slider.value = 0
    assert len(drawn) == 3 and pixels(panel).min() == 255


def test_film_of_points():
    history = film_of(torch.randn(50, 2))
    near = widgets.film(history)
    far = widgets.film(film_of(torch.randn(50, 2), 9 + torch.rand(50, 2)))
    assert pixels(near).std() > 1 and pixels(far).std() > 1
    coloured = widgets.film(history, lambda z: plotting.map_png(z, torch.arange(50) % 10, prior=z))
    assert pixels(coloured).std() > 1


def test_picker_finds_the_image_under_the_click():
    images = torch.stack([torch.full((1, 28, 28), v) for v in torch.linspace(-1, 1, 7)])
    panel = widgets.picker(images, lambda i: images[i : i + 1], n_cols=3)
    clicks = {(0.5, -0.5): 0, (2.9, -0.1): 2, (0.1, -1.5): 3, (0.5, -2.5): 6, (2.5, -2.9): 6, (3, -3): 6}
    for at, i in clicks.items():
        panel.plane.value = at
        assert panel.chosen() == i
        assert abs(pixels(panel).mean() / 255 - (1 - images[i].mean().item()) / 2) < 0.02
    # an arrow key goes on by one image, in both directions
    spans = [high - low for low, high in (panel.plane.x_range, panel.plane.y_range)]
    assert [stride * span for stride, span in zip(panel.plane.stride, spans, strict=True)] == [1, 1]


def test_point_map_takes_the_nearest_point_and_latent_plane_the_very_point():
    xy, y = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]]), torch.tensor([0, 1, 2])
    panel = widgets.point_map(xy, y, lambda i: grey(i - 1.0), size=100)
    panel.plane.value = (0.2, 1.8)
    assert panel.chosen() == 2 and pixels(panel).max() == 0
    assert panel.plane.x_range[0] < 0 < 1 < panel.plane.x_range[1]
    seen = []
    panel = widgets.latent_plane(lambda z: seen.append(z.tolist()) or decode(z), xy, y, size=100)
    panel.plane.value = (0.25, -0.05)
    assert np.allclose(seen[-1], [[0.25, -0.05]])
    low, high = widgets.point_map(xy[:1], y[:1], grey, size=100).plane.x_range
    assert low < 0 < high
    for make in (widgets.latent_plane, lambda decode, z, y: widgets.latent_sliders(decode, z_codes=z)):
        with pytest.raises(ValueError, match="not finite"):
            make(decode, xy.log(), y)


def test_a_page_without_a_kernel_shows_the_still_picture():
    data, _ = widgets.latent_sliders(decode, 2)._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"} <= set(data)
    assert "0x" not in data["text/plain"]
    data, _ = widgets.Plane(background=plotting.png(np.ones((2, 2))))._repr_mimebundle_()
    assert "image/png" in data
