"""How a verdict is shown: sign, colour and words, in a notebook and in plain text."""

import html

from ...plotting import in_notebook

WORDS = {"open": "not answered yet", "wrong": "not right yet", "correct": "correct"}
SIGNS = {"open": ("○", "#5f6b76"), "wrong": ("✗", "#a34700"), "correct": ("✓", "#1a7f37")}


def show(state, id, message):
    sign, colour = SIGNS[state]
    text = f"{sign} {id}: {message}"
    if not in_notebook():
        print(text)
        return
    from IPython.display import display

    block = f"border-left:4px solid {colour};padding:.35em .8em;font-size:110%"
    rich = f"<div style='{block}'><b>{sign} {id}</b>&ensp;{html.escape(message)}</div>"
    display({"text/plain": text, "text/html": rich}, raw=True)
