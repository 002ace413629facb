"""Exercises of notebook 03."""

from ... import modules_of

modules_of(__name__)
