"""Exercises of notebook 09."""

from ... import modules_of

modules_of(__name__)
