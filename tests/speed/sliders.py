"""How long a reader waits between a slider's new value and the new picture, for every widget."""

import gc
import json
import statistics
import time
from pathlib import Path

import ipywidgets

from course_utils import widgets

ASK = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import sliders; sliders.tell()"


def measure():
    """Run each notebook at the smoke scale (networks have full size); move every control. → {name: dict}"""
    import nbclient
    import nbformat

    from course_utils import notebooks

    found = {}
    for path in notebooks.paths():
        book = nbformat.read(path, as_version=4)
        book.cells.append(nbformat.v4.new_code_cell(ASK))
        where = {"metadata": {"path": str(path.parent)}}
        nbclient.NotebookClient(book, timeout=600, resources=where).execute()
        printed = "".join(out.text for out in book.cells[-1].outputs if out.get("name") == "stdout")
        found[path.stem] = json.loads(printed.splitlines()[-1])  # a widget may have printed before
        print(path.stem, found[path.stem], flush=True)
    return found


def tell():
    """Print as JSON: ms of each panel's slowest control, first and again."""
    panels = [thing for thing in gc.get_objects() if isinstance(thing, widgets.Panel)]
    slowest = [[round(max(column), 1) for column in zip(*waits(panel), strict=True)] for panel in panels]
    print(json.dumps({"ms": slowest}))


def waits(panel):
    """For each control of a panel: ms from a new value to its picture, and from the same again. → list"""
    return [moves for moves in map(_moves, _controls(panel)) if moves]


def _controls(widget):
    if isinstance(widget, ipywidgets.Box):
        return [control for child in widget.children for control in _controls(child)]
    return [widget]


def _moves(control, n=4):
    """→ (median ms of the first visits to up to n values, of the second), or None"""
    here, *others = _values(control)[: n + 1] or [None]
    rounds = []
    for _ in range(2 if others else 0):
        rounds.append(statistics.median(_seconds(control, value) for value in others))
        control.value = here
    return [1000 * seconds for seconds in rounds]


def _seconds(control, value):
    begin = time.perf_counter()
    control.value = value
    return time.perf_counter() - begin


def _values(control):
    if isinstance(control, widgets.Plane):
        (x, y), (low, high) = control.value, control.x_range
        return [(x, y), ((x + high) / 2, y), ((x + low) / 2, y)]
    if isinstance(control, ipywidgets.SelectionSlider):
        return [control.value, *(v for _, v in control._options_full if v is not control.value)]
    if isinstance(control, ipywidgets.FloatSlider | ipywidgets.IntSlider):
        return [control.value, *(v for v in (control.min, control.max) if v != control.value)]
    return []
