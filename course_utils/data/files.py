"""Files of data sets: how they are downloaded, and what is said when they are missing or damaged."""

import contextlib
import io
import socket
import tempfile
from pathlib import Path

from .. import session

PATIENCE = 5.0  # seconds without a byte from a server, then it is given up


class DataError(RuntimeError):
    """A data set is missing or damaged; the message names the file and says what to do."""


def damaged(file, how):
    """What is said of a damaged file. → DataError"""
    return DataError(
        f"{file} is damaged ({how}); it was left as it is: move it away to have it downloaded again"
    )


def scaled(pixels):
    """Pixels from 0 to 255 as float32 in [−1, 1]."""
    return pixels.float().div_(127.5).sub_(1)


@contextlib.contextmanager
def fresh_folder():
    """A folder for one download, removed at the end: an interrupted download leaves nothing half done.

    → the folder, and the data folder that it lies in: the first that can be written, or None
    """
    for home in (*session.data_dirs(), None):  # None: the system's folder for temporary files
        with contextlib.suppress(OSError):
            fresh = tempfile.TemporaryDirectory(dir=home, prefix=".download-", ignore_cleanup_errors=True)
            break
    else:
        raise DataError("nothing can be downloaded: no folder can be written")
    with fresh as folder:
        yield Path(folder), home


def fetch(name, folder):
    """Have torchvision download its data set `name` into `folder`."""
    from torchvision import datasets

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # its progress bars
            getattr(datasets, name)(folder, download=True)
    except Exception as problem:
        words = " ".join(str(problem).split())[:120]
        raise DataError(f"its download failed: {words} (data/README.md has other ways)") from problem
    finally:
        socket.setdefaulttimeout(before)
