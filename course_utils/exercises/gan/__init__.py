"""Exercises of notebook 04."""

from ... import modules_of

modules_of(__name__)
