"""Limits on a student's code while it is judged: how much it may print, and how long it may run."""

import contextlib
import functools
import io
import sys
import time

PRINTED = 1000  # characters of a student's own output that are shown


class Clipped(io.StringIO):
    """What a student's code prints, up to PRINTED characters."""

    def write(self, text):
        room = PRINTED - self.tell()
        if 0 < room < len(text):
            super().write(text[:room] + " … (more was printed)")
        elif room > 0:
            super().write(text)
        return len(text)


class TooLong(BaseException):
    """Raised in the student's code when its time is over; `except Exception` does not catch it."""

    def __init__(self, on_freed=lambda: None):
        self.on_freed = on_freed

    def __del__(self):
        self.on_freed()


@contextlib.contextmanager
def time_limit(seconds, fn):
    """Raise TooLong when `seconds` are over: at the next line of code of fn's module, or else at the end.

    The code is traced: that needs no thread and no signal, and is the same on every system. Python stops
    tracing once the trace function raises an error. If a bare `except:` in the student's code catches it, the
    error is freed there, which starts tracing again: the next line, outside the `try`, raises once more.
    """
    while isinstance(fn, functools.partial):
        fn = fn.func
    module = getattr(fn, "__module__", None)
    end, before, running = time.monotonic() + seconds, sys.gettrace(), True

    def check(frame, event, arg):
        if frame.f_globals.get("__name__") != module:
            return None
        if time.monotonic() > end:
            raise TooLong(lambda: start(frame))
        frame.f_trace_opcodes = sys.version_info < (3, 12)  # there `while True: pass` counts as no new line
        return check

    def start(frame=None):
        if running:
            sys.settrace(check)
            if frame:
                frame.f_trace = check

    start()
    try:
        yield
    finally:
        running = False
        sys.settrace(before)
    if time.monotonic() > end:
        raise TooLong
