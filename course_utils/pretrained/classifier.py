"""The classifiers behind the scores."""

from .. import models
from .network import Network

NETWORKS = {
    "classifier": Network(models.Classifier),
    "second_classifier": Network(models.SecondClassifier),
}
