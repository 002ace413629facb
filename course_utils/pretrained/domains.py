"""Translators between digits and their redrawings."""

from functools import partial

from .. import models
from .network import Network

NETWORKS = {
    "cyclegan": Network(models.Translators),
    "cyclegan_mlp": Network(partial(models.Translators, models.mlp_translator)),
}
