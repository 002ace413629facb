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
    reference="PSQ",
    hints=(
        "What can noise on single pixels change, if each layer's maps are normalized after it, and what not? "
        "What can a style of 28 × 28 maps still move?",
        "Styles at 7 × 7 pixels decide what lies where. In which rows do whole shapes change, in which only "
        "strokes, in which hardly anything?",
        "The row that can hardly be told from the top one is the noise; in the one whose shapes stay and "
        "whose strokes get bolder or finer, the last layer is new. Of the other three, layer 3 comes last: "
        "it moves shapes least.",
    ),
    mistakes=dict(
        noise_and_4=(
            "PQS",
            "noise and layer 4 are exchanged: which of the two can make all strokes bolder at once?",
        ),
        first=("RSQ", "layer 4 and the noise are right. Of the three other rows, which keeps most shapes?"),
        second=("TSQ", "layer 4 and the noise are right. Of the three other rows, which keeps most shapes?"),
        turned=("QSP", "noise changes the shapes least, not most."),
        fine_first=("SPQ", "the noise is right. Layer 4 comes last: after it no shape can change any more."),
        other_way=("SQP", "which row can hardly be told from the top one? That is the noise."),
    ),
    why="On early layers more is built: new layers 1 and 2 change whole shapes, layer 3 some, layer 4 "
    "strokes, and the noise next to nothing.",
)
