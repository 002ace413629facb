"""Notebook 13, section 2: five rows, each with another part drawn anew."""

from ..engine.tasks import Exercise

ROWS = {"P": "layer 3", "Q": "noise", "R": "layer 1", "S": "layer 4", "T": "layer 2"}


def unknown_parts():
    """The letter of each row, and the part that is drawn anew in it. → dict"""
    return dict(ROWS)


Exercise(
    "13.2",
    "Five rows",
    kind="read",
    reference="RSQ",
    hints=(
        "What can noise on single pixels change, if each layer's maps are normalized after it, and what not? "
        "What can a style of 28 × 28 maps still move?",
        "Styles at 7 × 7 pixels decide what lies where. In which rows do shapes change, in which only "
        "strokes, in "
        "which hardly anything?",
        "The row that can hardly be told from the top one is the noise; in the one whose shapes stay and "
        "whose "
        "strokes change, the last layer is new. Of the rows with new shapes, two are left out of the "
        "question.",
    ),
    mistakes=dict(
        noise_and_4=(
            "RQS",
            "noise and layer 4 are exchanged: which of the two can make all strokes bolder at once?",
        ),
        second=(
            "TSQ",
            "layer 4 and the noise are right. Of all rows with new shapes, which has the fewest left?",
        ),
        third=("PSQ", "layer 4 and the noise are right. The first layer's shapes pass through all others."),
        turned=("QSR", "noise changes the shapes least, not most."),
        fine_first=(
            "SRQ",
            "the noise is right. The first layer is the coarse one: 7 × 7 pixels decide what lies where.",
        ),
        third_as_4=(
            "RPQ",
            "layer 1 and the noise are right. Which row keeps each shape, and changes the stroke alone?",
        ),
    ),
    why="The earlier a layer, the more is built upon it: a new layer 1 changes shapes, a new layer 4 "
    "strokes, and the "
    "noise next to nothing.",
)
