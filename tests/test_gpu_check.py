"""What `python -m course_utils gpu-check` does where there is no GPU, and its parts on a small notebook."""

import nbformat
from speed import gpu

COMPARED = """
try:
    while True:
        pass
except KeyboardInterrupt:
    print("lab 1                  yours   expected (MNIST, full scale)")
    print("reconstruction error   103.4   99.6")
    print("share                 0.1234   –")
"""
SCORES = {"reconstruction error": ["103.4", "99.6"], "share": ["0.1234", "–"]}


def test_without_a_cuda_device_it_says_what_is_missing(capsys):
    assert gpu.main([]) == 2
    assert "needs a CUDA device" in capsys.readouterr().out


def test_a_notebook_runs_to_its_first_scores_and_a_long_cell_is_stopped(tmp_path):
    cells = [nbformat.v4.new_code_cell(source) for source in ("a = 1", COMPARED, "raise ValueError")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "01_x.ipynb")
    result = gpu.first_scores(tmp_path / "01_x.ipynb", seconds=3)
    assert result.get("error") is None and result["interrupted"] == 1
    # what comes after the interrupt may be lost; a cell that is not stopped is read whole
    assert result["scores"] in ({}, SCORES)


def test_the_table_stands_in_the_readme():
    report = {
        "machine": "a GPU",
        "data": "MNIST",
        "when": "today",
        "tests": {"status": 0},
        "images/s": {"gan_step": {"images/s": 100_000, "MB": 80}},
        "images/s, CPU": {"gan_step": {"images/s": 5_000}},
        "notebooks": {"01_x": {"scores": SCORES, "interrupted": 0, "s": 12}},
    }
    text = gpu.in_readme("a <!-- gpu --> old <!-- end of gpu --> z", report)
    assert text.startswith("a <!-- gpu -->") and text.endswith("<!-- end of gpu --> z")
    assert "| `gan_step` | 100,000 | 20.0 | 80 |" in text and "old" not in text
    assert "| 01_x: share | 0.1234 | – | 12 |" in text and "all tests pass" in text
