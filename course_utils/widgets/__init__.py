"""Sliders, players and maps: each is controls around exactly one drawing function."""

from .. import modules_of, public

globals().update(public(modules_of(__name__)))
