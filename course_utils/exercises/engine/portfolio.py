"""A student's tries and pages: in `portfolio` beside the notebooks, where they survive the kernel."""

import contextlib
import inspect
import json
import math
import time

from ... import plotting, session

BEST = 5  # tries that are shown


def folder():
    return session.own_folder() / "portfolio"


def tries(id):
    """All tries so far, the oldest first. → list of dict"""
    try:
        return json.loads((folder() / f"{id}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as problem:
        file, aside = folder() / f"{id}.json", folder() / f"{id}.unreadable"
        with contextlib.suppress(OSError):
            file.replace(aside)
        print(f"{file} cannot be read ({problem}); your tries are counted anew. It is {aside.name} now.")
        return []


def add(id, one):
    """Keep a try: words and numbers as they are, of functions their source, of all else its text."""
    one = {"when": time.strftime("%Y-%m-%d %H:%M"), **one}
    every = json.dumps([*tries(id), one], indent=1, ensure_ascii=False, default=_in_words)
    try:
        session.keep({folder() / f"{id}.json": every + "\n"})
    except OSError as problem:
        print(f"This try is not kept: {problem}")


def _in_words(thing):
    with contextlib.suppress(TypeError, OSError):
        return inspect.getsource(thing)
    return getattr(thing, "__name__", None) or repr(thing)[:200]


def show_tries(id, contest):
    """Print your best tries beside the bar and what shall not reach it."""
    rows = [(_mean(one["scores"]), " ".join(str(one["what"]).split())[:60]) for one in tries(id)]
    sign = 1 if contest.lower_is_better else -1
    rows = sorted(rows, key=lambda row: (math.isnan(row[0]), sign * row[0]))[:BEST]
    better = "lower" if contest.lower_is_better else "higher"
    print(f"{contest.score}, mean of {contest.seeds} seeds ({better} is better)")
    for score, what in rows:
        print(f"{score:9.3g}  yours: {what}")
    print(f"{contest.bar:9.3g}  the bar")
    for name, score in contest.controls.items():
        print(f"{score:9.3g}  {name}")


def _mean(scores):
    return sum(scores) / len(scores)


def page(project, words, scores, settings, figure):
    """Write the page of a project: its words, the last figure, a table of all tries. → the file"""
    files = {}
    if figure is not None:
        png = figure if isinstance(figure, bytes) else plotting.figure_png(figure)
        files[folder() / f"{project.id}_project.png"] = png
    add(f"{project.id}_project", {"settings": settings, "scores": scores})
    every = tries(f"{project.id}_project")
    heads = list(dict.fromkeys(key for one in every for key in (*one["settings"], *one["scores"])))
    text = f"# {project.title}\n\n{words.strip()}\n"
    if files:
        text += f"\n![the figure]({project.id}_project.png)\n"
    if heads:
        text += "\n| when | " + " | ".join(heads) + " |\n|" + "---|" * (len(heads) + 1) + "\n"
        for one in every:
            cells = [str((one["settings"] | one["scores"]).get(head, "")) for head in heads]
            text += f"| {one['when']} | " + " | ".join(cells) + " |\n"
    file = folder() / f"{project.id}_project.md"
    session.keep({file: text, **files})
    return file
