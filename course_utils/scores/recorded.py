"""Printed scores: beside those of a recorded run, or of several models in one table."""

import json

from .. import session

EXPECTED = session.ROOT / "notebooks" / "expected" / "scores.json"


def compare(what, digits, **scores):
    """Print the scores of `what`, such as "03 style", beside the expected ones.

    Expected are those of a recorded run on the same data set at the same scale (`python -m course_utils
    figures`), on the device that is named. At the smoke scale nothing is learned, so nothing is expected.
    """
    setting = f"{digits.name}, {session.scale()} scale"
    if session.recording():
        _record(setting, what, scores)
    expected = _recorded().get(setting, {}).get(what, {})
    made_on = _recorded().get("devices", {}).get(setting, {}).get(what[:2])
    setting += f", {made_on}" if expected and made_on else ""
    title = what[3:]  # without the notebook's number
    width = max(map(len, [title, *scores]))
    print(f"{title:{width}}   yours   expected ({setting})")
    for name, value in scores.items():
        beside = f"{expected[name]:.4g}" if name in expected else "–"
        print(f"{name.replace('_', ' '):{width}} {value:7.4g}   {beside}")


def _recorded():
    return json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}


def _record(setting, what, scores):
    recorded = _recorded()
    recorded.setdefault(setting, {})[what] = {name: round(float(value), 4) for name, value in scores.items()}
    recorded.setdefault("devices", {}).setdefault(setting, {})[what[:2]] = session.device_name()
    session.keep({EXPECTED: json.dumps(recorded, indent=1, sort_keys=True) + "\n"})


def print_table(rows, what="", digits=None):
    """Print scores of several models, {name: {score: number}}, as one table, no wider than its words.

    With `what`, such as "05 rescue", a recorded run keeps them as "NAME: SCORE", to hold the text against.
    """
    if what and session.recording():
        scores = {f"{name}: {score}": value for name, row in rows.items() for score, value in row.items()}
        _record(f"{digits.name}, {session.scale()} scale", what, scores)
    heads = list(dict.fromkeys(score for row in rows.values() for score in row))

    def cell(row, head):
        if head not in row:
            return "–"
        return f"{row[head]:.0f}" if abs(row[head]) >= 100 else f"{row[head]:.3g}"

    columns = [[head.replace("_", " "), *(cell(row, head) for row in rows.values())] for head in heads]
    widths = [max(map(len, column)) for column in columns]
    side = max(map(len, rows))
    for name, *cells in zip(["", *rows], *columns, strict=True):
        print(f"{name:{side}}", *(f"{v:>{w}}" for v, w in zip(cells, widths, strict=True)), sep="  ")
