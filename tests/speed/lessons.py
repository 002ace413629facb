"""Run All as a student does it, on the class scale: how long it takes, and what it needs.

Nothing else may run on the machine: two threads that wait for each other are slowed by a third one threefold.
"""

import datetime
import os

# At the end of a notebook: the most memory that its kernel ever held, in MB (macOS counts bytes).
ASK = (
    "import resource, sys; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> "
    "(20 if sys.platform == 'darwin' else 10))"
)


def measure():
    """Minutes and peak memory of each notebook, and its slowest cell. → {name: dict}"""
    import nbclient
    import nbformat

    from course_utils import notebooks

    found = {}
    for path in notebooks.paths():
        book = nbformat.read(path, as_version=4)
        book.cells.append(nbformat.v4.new_code_cell(ASK))
        client = nbclient.NotebookClient(book, timeout=1200, record_timing=True)
        client.execute(cwd=str(path.parent), env={**os.environ, "COURSE_SCALE": "class"})
        seconds = {
            cell.id: _seconds(cell.metadata.execution) for cell in book.cells if "execution" in cell.metadata
        }
        slowest = max(seconds, key=seconds.get)
        found[path.stem] = {
            "minutes": round(sum(seconds.values()) / 60, 1),
            "slowest cell": [slowest, round(seconds[slowest])],
            "MB at most": int(book.cells[-1].outputs[-1].text),
        }
        print(path.stem, found[path.stem], flush=True)
    return found


def _seconds(times):
    begin, end = (
        datetime.datetime.fromisoformat(times[name].replace("Z", "+00:00"))
        for name in ("iopub.execute_input", "shell.execute_reply")
    )
    return (end - begin).total_seconds()
