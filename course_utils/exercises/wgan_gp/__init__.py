"""Exercises of notebook 07."""

from ... import modules_of

modules_of(__name__)
