"""One server on one directory: the lock is the operating system's, and ends with the process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InUseError(Exception):
    """Another process serves this directory."""


@contextmanager
def holding(data: Path) -> Iterator[None]:
    """Raises InUseError."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUseError from None
        yield
