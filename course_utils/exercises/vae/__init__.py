"""Exercises of notebook 02."""

from ... import modules_of

modules_of(__name__)
