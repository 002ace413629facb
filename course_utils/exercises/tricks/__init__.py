"""Exercises of notebook 05."""

from ... import modules_of

modules_of(__name__)
