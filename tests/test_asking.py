"""Predictions, designs, self-tests and projects: what a student calls, and what is kept."""

import json
import math
import re

import pytest

from course_utils import notebooks, session
from course_utils.exercises import (
    EXERCISES,
    PREDICTIONS,
    PROJECTS,
    SELF_TESTS,
    attempt,
    grade,
    hand_in,
    predict,
    progress,
    reveal,
    self_test,
    solution,
    verdict,
)
from course_utils.exercises.engine.tasks import Contest, Exercise, Prediction, Project, SelfTest, Wrong


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """One of each kind, of a notebook 99 that does not exist. → the folder of the student"""
    monkeypatch.setattr(session, "own_folder", lambda: tmp_path)
    Prediction("99.p1", "b", "Because it does.")

    def run(rate, seed):
        if rate > 10:
            raise Wrong("at most 10.")
        return rate + seed / 100

    contest = Contest(run, bar=2.01, score="error", controls={"plain": 3.0})
    Exercise("99.1", "Tune", 1.5, ("Lower.",), dict(high=(5.0, "")), contest=contest, why="It is.")

    def broken(x):
        return -x

    def right(x):
        return x

    cases = [(3.0,), (4.0,)]
    Exercise("99.2", "Mend", right, ("One sign.",), dict(given=(broken, "")), lambda: cases, kind="debug")
    Project("99", "A question", ((2, "the question"), (3, "the figure")))
    SelfTest("99", (("a", "1", "So."), ("b", "2", "Thus.")))
    yield tmp_path
    for register in (EXERCISES, PREDICTIONS, PROJECTS, SELF_TESTS):
        for id in [id for id in register if id.startswith("99")]:
            del register[id]


def test_a_prediction_is_held_against_what_happened(asked, capsys, monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "class")
    predict("99.p1", ...)
    reveal("99.p1")
    assert "○ 99.p1: no prediction; it is b. Because" in capsys.readouterr().out
    predict("99.p1", "B ")
    reveal("99.p1")
    assert "✓ 99.p1: you expected b; it is b. Because it does." in capsys.readouterr().out
    predict("99.p1", "d")  # no such letter: the last guess stays
    assert "○ 99.p1: one of the three letters is asked" in capsys.readouterr().out
    predict("99.p1", "a")
    reveal("99.p1", "c")
    assert "✗ 99.p1: you expected a; it is c. (In a full run on MNIST it is b.)" in capsys.readouterr().out
    verdict("99.2", EXERCISES["99.2"].reference)
    monkeypatch.setenv("COURSE_SCALE", "smoke")
    reveal("99.p1", "c")  # there nothing is learned, so that nothing is measured
    assert "✗ 99.p1: you expected a; it is b. Because it does." in capsys.readouterr().out
    progress()
    assert "0 of 1 predictions came true" in capsys.readouterr().out
    with pytest.raises(KeyError, match="no prediction '99.p2'"):
        predict("99.p2", "a")


def test_a_design_is_run_with_several_seeds_held_against_its_bar_and_kept(asked, capsys):
    assert attempt("99.1", ...) is None and "○ 99.1" in capsys.readouterr().out
    assert attempt("99.1", 3.0) == [3.0, 3.01, 3.02]
    assert "0 of 3 reach the bar of 2.01" in (said := capsys.readouterr().out) and "3  plain" in said
    attempt("99.1", 2.0)
    said = capsys.readouterr().out
    assert "✓ 99.1" in said and said.index("yours: 2.0") < said.index("yours: 3.0")  # the best first
    file = asked / "portfolio" / "99.1.json"
    kept = json.loads(file.read_text())
    assert [one["what"] for one in kept] == [3.0, 2.0] and [one["reached"] for one in kept] == [False, True]
    attempt("99.1", 11)
    assert "at most 10." in capsys.readouterr().out
    attempt("99.1", "fast")
    assert "✗ 99.1: not right yet: it stops with TypeError" in (said := capsys.readouterr().out)
    assert "yours" not in said and len(json.loads(file.read_text())) == 2  # what has no scores is no try
    attempt("99.1", math.nan)
    said = capsys.readouterr().out
    assert said.index("yours: 2.0") < said.index("nan  yours")
    file.write_text("<<<<<<< HEAD")
    attempt("99.1", 3.0)
    assert "It is 99.1.unreadable now." in capsys.readouterr().out
    assert (file.parent / "99.1.unreadable").read_text() == "<<<<<<< HEAD"
    solution("99.1")
    assert capsys.readouterr().out == "1.5: It is.\n"


def test_what_is_shown_to_be_mended_is_open_until_it_is_changed(asked):
    assert verdict("99.2", lambda x: -x)[0] == "open"
    assert verdict("99.2", lambda x: x)[0] == "correct" and verdict("99.2", lambda x: 2 * x)[0] == "wrong"


def test_a_self_test_leads_back_and_explains_at_the_end(asked, capsys):
    self_test("99", ...)
    self_test("99", "? ?")
    assert capsys.readouterr().out.count("not answered yet") == 2
    self_test("99", "a ?")
    assert "✓ 1: a. So." in (said := capsys.readouterr().out) and "Thus" not in said
    self_test("99", "aa")
    said = capsys.readouterr().out
    assert "✗ 2: not a: look at section 2 again. Thus." in said and "99 self-test: 1 of 2" in said
    self_test("99", ["A", "a"])
    assert "99 self-test: 1 of 2" in capsys.readouterr().out
    self_test("99", "a")
    assert "2 letters are asked" in capsys.readouterr().out


def test_a_project_is_a_page_with_all_tries(asked, capsys, monkeypatch):
    assert hand_in("99", words=...) is None and "not handed in yet" in capsys.readouterr().out
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(AssertionError, match="not handed in"):
        grade("99")
    hand_in("99", words="First.", scores=dict(fcd=9.5), settings=dict(rate=1e-3), figure=b"png")
    page = hand_in("99", words="I asked, did and found.", scores=dict(fcd=8.5), settings=dict(rate=1e-4))
    grade("99")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# A question\n\nI asked") and "0.001 | 9.5" in text and "0.0001 | 8.5" in text
    assert (asked / "portfolio" / "99_project.png").read_bytes() == b"png"
    with pytest.raises(TypeError, match="are dicts"):
        hand_in("99", words="w", scores=[0.1, 0.2])
    assert hand_in("99", words="w", scores=dict(fcd=7.5)).read_text(encoding="utf-8").count("| 20") == 3


# ── every notebook that has been turned into one that asks ───────────────────────────────────────


asking = pytest.mark.parametrize(
    "path", [path for path in notebooks.paths() if path.name[:2] in PROJECTS], ids=lambda p: p.stem
)


def asked_of(path):
    """What a notebook asks, in its order: (section, kind, id). → list; the numbers of its sections → list"""
    told, sections, section = [], [], ""
    for cell in notebooks.read(path).cells:
        if heading := re.match(r"## (\d+) ", cell.source):
            section = heading[1]
            sections.append(section)
        told += [(section, EXERCISES[id].kind, id) for id in notebooks.tagged(cell, "exercise:")]
        if cell.cell_type == "code":
            told += [(section, "predict", id) for id in re.findall(r"^predict\(\"(.*?)\"", cell.source, re.M)]
    return told, sections


@asking
def test_every_section_asks_something_and_no_kind_comes_three_times_in_a_row(path):
    told, sections = asked_of(path)
    assert not set(sections) - {section for section, *_ in told}
    kinds = [kind for _, kind, _ in told]
    assert not [i for i in range(len(kinds) - 2) if len(set(kinds[i : i + 3])) == 1], kinds
    assert len(kinds) >= 15 and {"debug", "read", "design"} <= set(kinds)


def test_the_course_asks_a_hundred_and_twenty_things_of_six_kinds():
    kinds = [kind for path in notebooks.paths() for _, kind, _ in asked_of(path)[0]]
    tasks = [kind for kind in kinds if kind != "predict"]
    assert len(kinds) >= 120 and len(kinds) - len(tasks) >= 40
    assert sum(kind in ("debug", "read", "design") for kind in tasks) >= len(tasks) / 3
    letters = [prediction.expected for prediction in PREDICTIONS.values()]
    assert min(letters.count(letter) for letter in "abc") >= len(letters) / 4  # no letter is a good guess


@asking
def test_every_prediction_is_asked_before_it_is_revealed(path):
    text = "\n".join(c.source for c in notebooks.read(path).cells if c.cell_type == "code")
    of_it = [id for id in PREDICTIONS if id.startswith(path.name[:2])]
    assert of_it and len(of_it) >= 5
    for id in of_it:
        shown = re.search(rf'reveal\(\s*"{id}"', text)
        assert shown and text.index(f'predict("{id}", ...)') < shown.start()
        assert PREDICTIONS[id].why and len(PREDICTIONS[id].expected) == 1


@asking
def test_it_has_a_project_and_a_self_test_of_eight(path):
    number = path.name[:2]
    cells = {cell.id: cell for cell in notebooks.read(path).cells}
    assert f'hand_in("{number}"' in cells["project"].source and number in PROJECTS
    assert notebooks.tagged(cells["project-text"], "project:") == [number]
    assert sum(points for points, _ in PROJECTS[number].rubric) == 10
    answers = SELF_TESTS[number].answers
    assert len(answers) == 8 and all(letter in "abcd" and why for letter, _, why in answers)
    assert len(re.findall(r"^\d\. ", cells["self-test-text"].source, re.M)) == 8
