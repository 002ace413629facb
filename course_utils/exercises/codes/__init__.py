"""Exercises of notebook 10."""

from ... import modules_of

modules_of(__name__)
