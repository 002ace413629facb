"""Guards around a student's code while it is judged: it may print, but not flood; it may loop, but not for ever."""

import contextlib
import ctypes
import functools
import io
import threading

PRINTED = 1000  # characters of a student's own output that are shown


class TooLong(BaseException):
    """Raised in the student's code by the clock; no `except Exception` of theirs can swallow it."""


class Clipped(io.StringIO):
    """What a student's code prints, up to a bound."""

    def write(self, text):
        room = PRINTED - self.tell()
        if 0 < room < len(text):
            super().write(text[:room] + " … (more was printed)")
        elif room > 0:
            super().write(text)
        return len(text)


@contextlib.contextmanager
def time_limit(seconds):
    """Raise TooLong in this thread after `seconds`; needs no signals, so it works on every system.

    A bare `except:` swallows it and may loop on, so it is raised again whenever it is swallowed; and once more at the
    end, if all of them were.
    """
    lock, state = threading.Lock(), {"over": False, "rang": False}
    thread, raise_in = ctypes.c_ulong(threading.get_ident()), ctypes.pythonapi.PyThreadState_SetAsyncExc

    class Ring(TooLong):
        """Python frees what was swallowed at the end of its `except:`, so the next one strikes outside of that `try`."""

    # Not a Python function: it would be the first to be struck.
    Ring.__del__ = staticmethod(functools.partial(raise_in, thread, ctypes.py_object(Ring)))

    def ring():
        with lock:
            if not state["over"]:
                state["rang"] = True
                raise_in(thread, ctypes.py_object(Ring))

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    try:
        timer.start()
        yield
    finally:
        del Ring.__del__  # first of all: from here on none follows another
        for _ in range(2):
            with contextlib.suppress(TooLong):  # it may ring just now
                timer.cancel()
                with lock:
                    state["over"] = True
                    raise_in(thread, None)
    if state["rang"]:
        raise TooLong
