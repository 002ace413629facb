"""The instructor's index and the links: every topic is there, every link works, the minutes add up."""

import re
from urllib.parse import unquote

import pytest

from course_utils import notebooks

BOOKS = {path: notebooks.read(path) for path in notebooks.paths()}
TEXTS = [notebooks.ROOT / name for name in ("README.md", "notebooks/README.md", "data/README.md")]

each = pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)


@each
def test_every_topic_of_the_curriculum_is_shown_and_no_other(path):
    curriculum = BOOKS[path].metadata.course.curriculum
    assert {id for cell in BOOKS[path].cells for id in notebooks.tagged(cell, "concept:")} == set(curriculum)
    for topic in curriculum.values():
        assert re.fullmatch(r"(\d{3}(, \d{3})*|beyond the decks): [^|]+", topic)


@each
def test_every_section_has_its_minutes_and_a_line_to_say(path):
    for cell in BOOKS[path].cells:
        is_section = cell.source.startswith("## ") or bool(notebooks.tagged(cell, "concept:"))
        assert is_section == ("course" in cell.metadata), cell.id
        if is_section:
            assert cell.cell_type == "markdown" and cell.source.startswith("#")
            assert cell.metadata.course.minutes > 0 and set(cell.metadata.course) == {"minutes", "say"}
            assert 0 < len(cell.metadata.course.say.split()) <= 20 and "|" not in cell.metadata.course.say


@each
def test_the_minutes_add_up(path):
    book = BOOKS[path]
    minutes = sum(cell.metadata.course.minutes for cell in book.cells if "course" in cell.metadata)
    assert f"About {minutes} minutes with the exercises." in book.cells[0].source


def links(text):
    """The targets of a text's links and pictures, without those in formulas and code. → list of str"""
    prose = re.sub(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$", "", text, flags=re.S)
    return re.findall(r"\]\(\s*([^)\s]+)", prose)


def anchors(path):
    """What may follow the # of a link to this file: a notebook's cells, a text's headings. → set of str"""
    if path.suffix == ".ipynb":
        return {f"cell-id={cell.id}" for cell in BOOKS[path].cells}
    headings = re.findall(r"^#+ (.*)", path.read_text(encoding="utf-8"), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [*TEXTS, *BOOKS], ids=lambda p: p.relative_to(notebooks.ROOT).as_posix())
def test_no_link_is_dead(path):
    if path in BOOKS:
        text = "\n\n".join(cell.source for cell in BOOKS[path].cells if cell.cell_type == "markdown")
    else:
        text = path.read_text(encoding="utf-8")
    for link in links(text):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        file, _, anchor = unquote(link).partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists() and target.is_relative_to(notebooks.ROOT), link
        assert not anchor or anchor in anchors(target), link
