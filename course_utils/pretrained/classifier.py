"""The classifier behind the scores."""

from .. import models
from .network import Network

NETWORKS = {"classifier": Network(models.Classifier)}
