"""Guards around a student's code while it is judged: it may print, but not flood; it may loop, but not for ever."""

import contextlib
import ctypes
import io
import threading
import time

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
    """Raise TooLong in this thread after `seconds`; needs no signals, so it works on every system."""
    thread, lock, state = threading.get_ident(), threading.Lock(), {"over": False, "fired": False}

    def ring():
        with lock:
            if not state["over"]:
                state["fired"] = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TooLong))

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            state["over"] = True
        with contextlib.suppress(TooLong):  # it may have rung just now
            while state["fired"]:
                state["fired"] = False
                time.sleep(0.01)
