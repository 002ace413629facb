"""What a sweep is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sweep:
    """`runs` maps a run's name to () → dict of scores; `settings` says in words and numbers how they were made."""

    settings: dict
    runs: dict
