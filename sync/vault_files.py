"""A device's state as a directory of files, every value sealed under its own name by the vault.

A value is there whole or as it was before, whatever moment the process or the machine is killed in: it is written
beside, flushed, put in place in one step, and the directory is flushed. One process at a time.

Never imported by the server.  Source: crypto/SPEC.md 12.  Twin: sync/vault_files.ts.
"""

import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from crypto.errors import EngawaError
from crypto.keys import Random
from crypto.vault import Cost, open_value, seal_value, unwrap, value_key, wrap

_WRAPPED = "vault"  # the vault's secret under the passphrase
_LOCK = "lock"
_PENDING = "pending"  # several values that are put in one step, until each has its place
_BESIDE = "~"  # no name ends so
_NAME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)*")
SECRET_SIZE = 32


class VaultInUseError(EngawaError):
    """Another process holds this state."""


class NoVaultError(EngawaError):
    """There is no state in this directory, or already one where there should be none."""


class VaultFiles:
    """Use `make` or `open`, and `close` it in the end. Names are of the form `word.word`, in lower case."""

    def __init__(self, folder: Path, key: bytes, random: Random, lock: int) -> None:
        self.folder = folder
        self._key = key
        self._random = random
        self._lock = lock

    @classmethod
    def make(cls, folder: Path, passphrase: str, random: Random, cost: Cost) -> "VaultFiles":
        """An empty vault in a directory that has none.

        Raises NoVaultError when there is one, VaultInUseError.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _take_lock(folder)
        if (folder / _WRAPPED).exists():
            os.close(lock)
            raise NoVaultError(str(folder))
        secret = random(SECRET_SIZE)
        _put(folder, _WRAPPED, wrap(secret, passphrase, cost=cost, random=random))
        return cls(folder, value_key(secret), random, lock)

    @classmethod
    def open(cls, folder: Path, passphrase: str, random: Random) -> "VaultFiles":
        """The vault in a directory.

        Raises NoVaultError, VaultInUseError; ProtocolError: those of `crypto.vault.unwrap`.
        """
        if not (folder / _WRAPPED).exists():
            raise NoVaultError(str(folder))
        lock = _take_lock(folder)
        try:
            secret = unwrap((folder / _WRAPPED).read_bytes(), passphrase)
        except EngawaError:
            os.close(lock)
            raise
        for leftover in folder.glob(f"*{_BESIDE}"):
            leftover.unlink()
        files = cls(folder, value_key(secret), random, lock)
        files._settle()
        return files

    @property
    def is_open(self) -> bool:
        return self._lock >= 0

    def close(self) -> None:
        """Another process may open it now. Values cannot be read through this one any more."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock, self._key = -1, b""

    def names(self, prefix: str) -> Iterator[str]:
        """Names of the values that begin with a prefix, ascending."""
        return iter(sorted(path.name for path in self.folder.glob(f"{prefix}*") if not path.name.endswith(_BESIDE)))

    def get(self, name: str) -> bytes | None:
        """A value; None if there is none.

        Raises ProtocolError: "truncated", "wrong_key" (altered, or another value's).
        """
        try:
            sealed = (self.folder / _checked(name)).read_bytes()
        except FileNotFoundError:
            return None
        return open_value(self._key, name, sealed)

    def put(self, name: str, value: bytes) -> None:
        """On disk when this returns."""
        _put(self.folder, _checked(name), self._sealed(name, value))

    def put_all(self, values: Sequence[tuple[str, bytes]]) -> None:
        """All of them or none, on disk when this returns; of one name the last.

        Raises OSError, and nothing has changed; or everything has, and the vault is closed and to be opened anew.
        """
        if len(values) == 1:
            self.put(*values[0])
            return
        sealed = [(_checked(name), self._sealed(name, value)) for name, value in values]
        pending = msgspec.msgpack.encode(sealed)
        _put(self.folder, _PENDING, self._sealed(_PENDING, pending))
        try:
            self._settle()
        except OSError:
            self.close()
            raise

    def drop(self, name: str) -> None:
        """Gone when this returns; nothing happens if there is no such value."""
        (self.folder / _checked(name)).unlink(missing_ok=True)
        _flush(self.folder)

    def erase(self) -> None:
        """The secret first: what may be left of the rest opens never again."""
        for path in [self.folder / _WRAPPED, *sorted(self.folder.iterdir())]:
            if path.name != _LOCK:
                path.unlink(missing_ok=True)
        _flush(self.folder)
        self.close()

    def _sealed(self, name: str, value: bytes) -> bytes:
        return seal_value(self._key, name, value, self._random)

    def _settle(self) -> None:
        """Give each of the values that were put in one step its place."""
        path = self.folder / _PENDING
        if not path.exists():
            return
        pending = open_value(self._key, _PENDING, path.read_bytes())
        for name, sealed in msgspec.msgpack.decode(pending, type=list[tuple[str, bytes]]):
            _put(self.folder, name, sealed)
        path.unlink()
        _flush(self.folder)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or name in (_WRAPPED, _LOCK, _PENDING):
        raise ValueError(name)
    return name


def _put(folder: Path, name: str, data: bytes) -> None:
    beside = folder / (name + _BESIDE)
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / name)
    _flush(folder)


def _flush(folder: Path) -> None:
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _take_lock(folder: Path) -> int:
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise VaultInUseError(str(folder)) from None
    return lock
