"""What else notebook 11 asks: predictions; the project and the self-test of the whole."""

from ..engine.tasks import Prediction, Project, SelfTest

Prediction("11.p2", "a", "TODO")
Prediction("11.p3", "b", "TODO")
Prediction("11.p5", "c", "TODO")
Prediction("11.p6", "b", "TODO")

Project(
    "11",
    "TODO",
    rubric=((10, "TODO"),),
)

SelfTest("11", (("a", "1", "TODO"),) * 8)
