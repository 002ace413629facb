"""Exercises of notebook 07."""

from . import penalties, steps  # noqa: F401  (each registers its exercises)
