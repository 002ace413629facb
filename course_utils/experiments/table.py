"""What a table of experiments is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """`runs` maps a run's name to () → dict of scores; `settings` says how they are made."""

    settings: dict
    runs: dict


def rounded(scores, digits=4):
    """Scores as they are written to the file. → dict"""
    return {name: round(value, digits) for name, value in scores.items()}
