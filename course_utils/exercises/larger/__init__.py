"""Exercises of notebook 11."""

from ... import modules_of

modules_of(__name__)
