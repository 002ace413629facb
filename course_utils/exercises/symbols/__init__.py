"""Exercises of notebook 12."""

from ... import modules_of

modules_of(__name__)
