"""One function per algorithm: the body of the slide's `while not converged`; `train` is the `while`."""

from .. import modules_of, public

globals().update(public(modules_of(__name__)))
