"""What our classifier says of images, scores beside the recorded ones, and the scoreboard of the course."""

from .. import modules_of, public
from . import scoreboard  # noqa: F401

globals().update(public(module for module in modules_of(__name__) if module is not scoreboard))
