"""Exercises with a verdict at once that never stop "Run All"; `EXERCISES` maps each id to its content."""

from . import aae, autoencoder, gan, tricks, vae  # noqa: F401  (each registers its exercises)
from .core import EXERCISES, answer, exercise, grade, hint, progress, solution, verdict

__all__ = [
    "EXERCISES",
    "answer",
    "exercise",
    "grade",
    "hint",
    "progress",
    "solution",
    "verdict",
]
