"""Exercises of notebook 06."""

from ... import modules_of

modules_of(__name__)
