"""Exercises of notebook 01."""

from ... import modules_of

modules_of(__name__)
