"""Which SQLite is used, and how a connection to it is set up.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when two connections write or checkpoint at once: a server
does not start on one of those. Neither pysqlite3 nor sqlcipher3 is typed, hence `Any`.
"""

import importlib
from pathlib import Path
from typing import Any

from sqlite_utils import Database

_FIRST_SAFE = (3, 51, 3)
_CANDIDATES = ("pysqlite3", "sqlcipher3", "sqlite3")
_PRAGMAS = (
    "page_size=16384",  # the largest free win for rows of 1 KB and more
    "journal_mode=wal",
    "synchronous=full",  # acknowledged means on disk, across power loss
    "foreign_keys=on",
    "busy_timeout=5000",
    "secure_delete=on",  # a shredded circle leaves no bytes in free pages
    "wal_autocheckpoint=2000",
    f"journal_size_limit={64 * 1024**2}",
)


class UnsafeSqliteError(Exception):
    """No SQLite without the WAL-reset bug is installed."""


def is_safe(version: tuple[int, ...]) -> bool:
    return version >= _FIRST_SAFE


def sqlite() -> Any:
    """The first DB-API module whose SQLite is safe. Raises UnsafeSqliteError, which names what was found."""
    found = []
    for name in _CANDIDATES:
        try:
            module: Any = importlib.import_module(name)
        except ImportError:
            continue
        if is_safe(module.sqlite_version_info):
            return module
        found.append(f"{name} {module.sqlite_version}")
    raise UnsafeSqliteError(
        f"SQLite 3.51.3 or newer is needed (older ones can corrupt a WAL); found: {', '.join(found)}"
    )


def writable(path: Path) -> Database:
    """The one connection that writes. Every statement commits at once unless a transaction was begun by hand."""
    connection = sqlite().connect(f"{path.absolute().as_uri()}?mode=rwc", uri=True, check_same_thread=False)
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"pragma {pragma}")
    return Database(connection)


def readable(path: Path) -> Any:
    """A connection that cannot write."""
    connection = sqlite().connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    connection.isolation_level = None
    connection.execute("pragma query_only=on")
    connection.execute("pragma busy_timeout=5000")
    return connection
