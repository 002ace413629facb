"""Pure functions from values to pictures: Figures to look at, PNG bytes for what is dragged."""

from .. import modules_of, public

globals().update(public(modules_of(__name__)))
