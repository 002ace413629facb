"""The networks, layer for layer as on the slides. Images are (B, 1, 28, 28) in [−1, 1]."""

from .. import modules_of, public

globals().update(public(modules_of(__name__)))
