"""Exercises of notebook 13."""

from ... import modules_of

modules_of(__name__)
