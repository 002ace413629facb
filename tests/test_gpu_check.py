"""What `python -m course_utils gpu-check` does where there is no GPU, and its parts on a small notebook."""

import json

import nbformat
import pytest
from speed import gpu

from course_utils import notebooks

SETUP = """
import torch
from course_utils import data
from course_utils.scores import compare
x = torch.zeros(100, 1, 28, 28)
digits = data.Digits(x, torch.arange(100) % 10, x, torch.arange(100) % 10, "noise")
"""
ENDLESS = """
try:
    while True:
        pass
except KeyboardInterrupt:
    share = 0.25
"""
SCORES = {"01 parts: share": ["0.25", "–"]}


def test_without_a_cuda_device_it_says_what_is_missing(capsys):
    assert gpu.main([]) == 2
    assert "needs a CUDA device" in capsys.readouterr().out


def test_a_cell_runs_with_what_it_needs_and_a_long_one_is_stopped(tmp_path):
    sources = [SETUP, "share = 1", ENDLESS, "raise ValueError", 'compare("01 parts", digits, share=share)']
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "01_x.ipynb")
    before = gpu.recorded.EXPECTED.read_bytes()
    result = gpu.at_full_scale(tmp_path / "01_x.ipynb", "cell-4", seconds=20)
    assert result.get("error") is None and result["interrupted"] == 1 and result["scores"] == SCORES
    assert gpu.recorded.EXPECTED.read_bytes() == before


def test_scores_stand_beside_the_recorded_ones():
    title, row = next(iter(json.loads(gpu.recorded.EXPECTED.read_text())["MNIST, full scale"].items()))
    name, value = next(iter(row.items()))
    here = {"devices": {}, "MNIST, full scale": {title: {name: 12.3456, "another one": 1.0}}}
    (_, expected), other = gpu.beside_the_recorded(here).values()
    assert float(expected) == pytest.approx(value, rel=1e-3) and other == ["1", "–"]


def test_each_notebook_has_a_cell_that_records():
    for path, id in zip(notebooks.paths(), gpu.SCORED, strict=True):
        cells = [cell for cell in notebooks.read(path).cells if cell.cell_type == "code"]
        *_, last = gpu.needed(cells, id)
        assert last.id == id and ("compare(" in last.source or "print_table(" in last.source)


def test_the_table_stands_in_the_readme():
    report = {
        "machine": "a GPU",
        "data": "MNIST",
        "when": "today",
        "tests": {"status": 0, "said": ["", "800 passed in 100 s"]},
        "images/s": {name: {"images/s": 100_000, "MB": 80} for name in gpu.LECTURED},
        "images/s, CPU": {name: {"images/s": 5_000} for name in gpu.LECTURED},
        "notebooks": {"01_x": {"scores": SCORES, "interrupted": 0, "s": 12}},
    }
    text = gpu.in_readme("a <!-- gpu --> old <!-- end of gpu --> z", report)
    assert text.startswith("a <!-- gpu -->") and text.endswith("<!-- end of gpu --> z")
    assert "| `gan_step` | 100,000 | 20.0 | 80 |" in text and "old" not in text
    assert "| 01 parts: share 0.25 (–) | 12 |" in text and "800 passed" in text
