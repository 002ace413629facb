"""Networks that give each pixel a probability, given those before it."""

from course_utils import models, steps

from . import group

PLAYERS = {steps.pixelcnn_step: group({"net": "net"}, lambda: dict(net=models.PixelCNN()))}
