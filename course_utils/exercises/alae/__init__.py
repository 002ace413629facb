"""Exercises of notebook 08."""

from ... import modules_of

modules_of(__name__)
