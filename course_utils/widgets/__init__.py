"""Sliders, players and maps: each is controls around exactly one drawing function."""

from .panels import (
    Panel,
    Picture,
    alert,
    dials,
    film,
    latent_plane,
    latent_sliders,
    picker,
    piles,
    point_map,
)
from .plane import Plane, with_still

__all__ = [
    "Panel", "Picture", "Plane", "alert", "dials", "film", "latent_plane", "latent_sliders", "picker", "piles", "point_map", "with_still",
]  # fmt: skip
