"""Copies of everything: made while the server runs, consistent, on disk when done; and put back.

A backup is a directory: `engawa.db`, `blobs/`, and `manifest.json` with what should be in it. It holds only what the
server held: ciphertext, the public directory, and the server's own secrets.
"""

import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlite_utils import Database

from server.store.engine import readable, sqlite
from server.store.files import FOLDER, BlobDirectory, sync_folder
from server.store.sqlite import FILE, all_centres, open_database

MANIFEST = "manifest.json"
_PAGES = 1_000  # copied between two signs of progress
_CHUNK_BYTES = 1024**2
LEAP = 2**20
"""By so much at least a log's cursors jump when it was put back: `sync/exchange_log.py` knows it by that."""

Progress = Callable[[str, int, int], None]
"""Told of what is being done, how far, and of how much."""


class BackupError(Exception):
    """Said to the operator as it is."""


class CentreInBackup(msgspec.Struct, frozen=True):
    cursor: int
    index: int


class Manifest(msgspec.Struct, frozen=True):
    """digest: SHA-256 of the database file, hex. centres: by id, hex."""

    made_at: str
    digest: str
    blobs: int
    centres: dict[str, CentreInBackup]
    version: int = 1


def back_up(data: Path, target: Path, progress: Progress) -> Manifest:
    """Copy a directory that may be in use. Raises BackupError when the target is there already or nothing is here."""
    if not (data / FILE).exists():
        raise BackupError(f"there is no {FILE} in {data}")
    if target.exists():
        raise BackupError(f"{target} is there already")
    target.mkdir(parents=True)
    _copy_database(data / FILE, target / FILE, progress)
    blobs = _complete_blobs(target / FILE)
    _copy_blobs(blobs, data, target, progress)
    manifest = Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        digest=file_digest(target / FILE),
        blobs=len(blobs),
        centres=_centres(target / FILE),
    )
    _write(target / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    sync_folder(target)
    return manifest


def restore(backup: Path, data: Path, progress: Progress, clock: Callable[[], float] = time.time) -> Manifest:
    """Put a backup in place. Each centre then takes no entries until its admins' devices were in contact.

    The server's secret is made anew: what was signed out or spent since the backup stays so. clock: seconds since 1970.
    Raises BackupError: no backup, not whole, or something is there already.
    """
    manifest = read_manifest(backup)
    if file_digest(backup / FILE) != manifest.digest:
        raise BackupError(f"{backup / FILE} is not what was backed up")
    if (data / FILE).exists():
        raise BackupError(f"{data / FILE} is there already; move it away first")
    data.mkdir(parents=True, exist_ok=True)
    arriving = data / f"{FILE}.arriving"
    shutil.copyfile(backup / FILE, arriving)
    database = open_database(arriving)
    database.execute("update centres set restoring = 1")
    leap(database, clock())
    database.execute("delete from contacts")
    database.execute("update secrets set value = ? where name = 'server'", [secrets.token_bytes(32)])
    database.execute("pragma wal_checkpoint(truncate)")
    database.close()
    _copy_blobs(_complete_blobs(arriving), backup, data, progress)
    sync_file(arriving)
    arriving.rename(data / FILE)
    sync_folder(data)
    return manifest


def leap(database: Database, now: float, centre: bytes | None = None) -> None:
    """No cursor is given out twice: a device with a greater one than the log now has would miss what is stored next.

    now: seconds since 1970; after each loss it is greater, whatever backup is put back. centre: None for all.
    """
    sql = "update centres set cursor = max(cursor, ?) + ? where ? is null or centre = ?"
    database.execute(sql, [int(now) * LEAP, LEAP, centre, centre])


def read_manifest(backup: Path) -> Manifest:
    """Raises BackupError."""
    try:
        return msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError(f"{backup} is not a backup") from error


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _copy_database(source: Path, target: Path, progress: Progress) -> None:
    """As it is at one moment. Uploads that are not whole are left out: their bytes still change."""
    reader = readable(source)
    reader.execute("begin")  # one view for all steps: without it a busy server makes the copy start again and again
    reader.execute("select count(*) from centres").fetchone()
    copy = sqlite().connect(target)
    reader.backup(
        copy, pages=_PAGES, progress=lambda _, left, pages: progress("database", pages - left, pages), sleep=0
    )
    reader.execute("commit")
    reader.close()
    copy.execute("pragma journal_mode=delete")
    copy.execute("delete from blobs where complete = 0")
    kept = "select coalesce(sum(size), 0) from blobs where blobs.centre = centres.centre"
    copy.execute(f"update centres set blob_bytes = ({kept})")  # noqa: S608
    copy.commit()
    copy.close()
    sync_file(target)


def _complete_blobs(database: Path) -> list[tuple[bytes, bytes]]:
    reader = readable(database)
    rows: list[tuple[bytes, bytes]] = reader.execute("select centre, blob from blobs where complete = 1").fetchall()
    reader.close()
    return rows


def _copy_blobs(blobs: list[tuple[bytes, bytes]], source: Path, target: Path, progress: Progress) -> None:
    """A blob that is whole never changes, so on one disk both may be one file."""
    here, there = BlobDirectory(source / FOLDER), BlobDirectory(target / FOLDER)
    folders = set()
    for done, (centre, blob) in enumerate(blobs, 1):
        path = there.path(centre, blob)
        path.parent.mkdir(parents=True, exist_ok=True)
        folders |= {path.parent, path.parent.parent}
        _link(here.path(centre, blob), path)
        progress("blobs", done, len(blobs))
    for folder in folders:
        sync_folder(folder)


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except FileExistsError:
        return
    except FileNotFoundError:
        return  # collected since the database was copied: nothing referred to it
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, target)
        sync_file(target)


def _centres(database: Path) -> dict[str, CentreInBackup]:
    reader = readable(database)
    states = all_centres(reader)
    reader.close()
    return {centre.hex(): CentreInBackup(state.cursor, state.index) for centre, state in states.items()}


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
