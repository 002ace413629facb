"""Notebook 10, section 6: four runs without names; and its prediction."""

from ..engine.tasks import Exercise, Prediction

RUNS = {"A": "E does not learn", "B": "D sees no image", "C": "whole", "D": "D sees no code"}
SHOWN = {
    "samples, Fréchet": "fcd",
    "codes to the prior": "codes to the prior",
    "misread, %": "misread",
}


def without_names(table, letters, shown):
    """Rows of a recorded table under letters, the mean of the seeds. → {letter: {what is shown: mean}}"""
    means = {}
    for letter, name in letters.items():
        of_seeds = [run for key, run in table["runs"].items() if key.startswith(f"{name}, ")]
        means[letter] = {
            said: sum(r[score] for r in of_seeds) / len(of_seeds) for said, score in shown.items()
        }
    return means


def unknown_pairs(table):
    """Four BiGANs, the mean of three seeds each, with letters in place of the names. → {letter: scores}"""
    return without_names(table, RUNS, SHOWN)


Exercise(
    "10.12",
    "Four runs without names",
    kind="read",
    reference="DBA",
    hints=(
        "Who sees the images only is an ordinary GAN for G. And E? Does D's opinion of a pair tell E "
        "anything, if D does not look at the code?",
        "Who sees the codes only draws E's codes to the prior, whatever the images. What becomes of G, whose "
        "images nobody looks at?",
        "Left are two. In one an encoder with random weights goes on giving codes that D knows at once. "
        "Three letters: no code, no image, E fixed.",
    ),
    mistakes=dict(
        whole_taken=(
            "CBA",
            "whose samples are good, and whose codes are nowhere near the prior? Not those of the whole one: "
            "its E had to please a D that sees codes.",
        ),
        code_and_fixed=(
            "ABD",
            "both have an E that learns nothing. In one of them D knows E's pairs by their codes: is that "
            "good for G's samples?",
        ),
        exchanged=(
            "BDA",
            "a D that sees no image teaches G nothing: whose samples are those?",
        ),
        all_turned=("BAD", "a D that sees no image teaches G nothing: whose samples are those?"),
        whole_fixed=(
            "DBC",
            "an E that does not learn cannot bring the right digit back more often than chance.",
        ),
        by_letters=("ABC", "which run brings digits back? Nothing is missing there."),
    ),
    why="B's codes come near the prior and its images are noise: only codes were looked at. D is an ordinary "
    "GAN with samples as good as C's, and an E that nobody taught. A's E did not learn either, but there D "
    "sees codes, knows each real pair by them, and G's lesson suffers.",
)

Prediction(
    "10.p7",
    "a",
    "The regressor is told the right code for each image; BiGAN's E has only a judge's word on whole pairs.",
)
