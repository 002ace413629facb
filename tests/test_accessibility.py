"""Readable for everybody: enough contrast (WCAG 2.2), signs beside colours, words beside pictures."""

import re

import IPython.display
import pytest
import torch
from matplotlib.colors import to_rgb

from course_utils import widgets
from course_utils.exercises.engine import display
from course_utils.game.view import GanGame
from course_utils.plotting import style

PAGES = {"light": "#ffffff", "dark": "#111111"}  # what outputs stand on in JupyterLab's two themes
TEXT, MARK = 4.5, 3.0  # the least contrast of words; of large letters, lines and dots


def contrast(a, b):
    """WCAG 2.2's contrast of two colours: 1 is none, 21 black on white."""

    def luminance(colour):
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in to_rgb(colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture
def blocks(monkeypatch):
    """All HTML that the course writes: the verdicts on answers, and alerts."""
    shown = []
    monkeypatch.setattr(display, "in_notebook", lambda: True)
    monkeypatch.setattr(IPython.display, "display", lambda data, **_: shown.append(data["text/html"]))
    for state in display.SIGNS:
        display.show(state, "01.1", "some words")
    return [*shown, widgets.alert(ValueError("some words"))]


@pytest.mark.parametrize("page", PAGES)
def test_words_have_enough_contrast(blocks, page):
    assert len(blocks) == 4
    for block in blocks:
        assert "background" not in block  # the theme's background, and the theme's colour for words …
        for colour in re.findall(r"(?<!-)\bcolor: *([^;'\"]+)", block):  # … or one that fits both themes
            assert contrast(colour, PAGES[page]) >= TEXT, block
        for colour in re.findall(r"#[0-9a-fA-F]{6}", block):
            assert contrast(colour, PAGES[page]) >= MARK, block


def test_verdicts_differ_by_sign_and_word_not_only_by_colour(blocks):
    signs = [re.search(r"[○✗✓]", block)[0] for block in blocks]
    assert signs == ["○", "✗", "✓", "✗"] and len(set(display.WORDS.values())) == 3


def test_colours_of_pictures_have_enough_contrast():
    assert contrast("#767676", "white") > 4.5 > contrast("#777777", "white")  # known from the standard
    for colour in (style.INK, style.REAL, style.CODE, style.PRIOR):
        assert contrast(colour, "white") >= TEXT
    assert all(contrast(colour, "white") >= MARK for colour in style.TEN)
    assert contrast(style.FAKE, "white") >= MARK  # dots, lines, large letters; not for small words
    for light in style.VERDICT([0.0, 0.5, 1.0]):
        assert contrast(style.INK, light) >= TEXT


# How colour-blind eyes mix red, green and blue light (Machado et al. 2009, severity 1).
EYES = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "deutan": [[.367322, .860646, -.227968], [.280085, .672501, .047413], [-.01182, .04294, .968881]],
    "protan": [[.152286, 1.052583, -.204868], [.114503, .786281, .099216], [-.003882, -.048116, 1.051998]],
    "tritan": [[1.255528, -.076749, -.178779], [-.078411, .930809, .147602], [.004733, .691367, .3039]],
}  # fmt: skip


def nearest(colours, eyes):
    """The smallest distance between two of the colours, as these eyes see them, in CIELAB (maximum 100)."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    rgb = torch.tensor([to_rgb(colour) for colour in colours])
    light = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = (light @ torch.tensor(EYES[eyes], dtype=torch.float).T).clamp(0, 1)
    xyz = seen @ torch.tensor(to_xyz).T / torch.tensor([0.9505, 1.0, 1.089])
    f = torch.where(xyz > 0.008856, xyz.pow(1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = f.T
    return torch.pdist(torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 1)).min().item()


@pytest.mark.parametrize("eyes", EYES)
def test_the_ten_colours_of_digits_differ_for_all_eyes(eyes):
    assert nearest(["#000", "#fff"], eyes) == pytest.approx(100, abs=0.1)
    assert nearest(style.TEN, eyes) > 14  # two of Petroff's own: 9.4 for tritan eyes


def test_every_picture_of_a_widget_has_words():
    points, images = torch.randn(9, 2), torch.zeros(9, 1, 4, 4)
    panels = [
        widgets.latent_sliders(lambda z: images[:1], 2),
        widgets.picker(images, lambda i: images[:1]),
        widgets.point_map(points, torch.arange(9), lambda i: images[:1], size=50),
        widgets.histograms(lambda u, v: images[:1], [1.0], [1.0]),
    ]
    game = GanGame(key="words")
    for picture in [panel.image for panel in panels] + [game.curves]:
        state = picture.get_state(["tooltip", "description"])
        assert len(state["tooltip"].split()) > 4 and state["description"] == ""
    for plane in [panel.plane for panel in panels[1:]] + [game.plane]:
        assert len(plane.alt.split()) > 4
