"""The tables, as migrations. Applied when a store is opened; each runs once, in a transaction with its record.

Every row of a centre carries the centre. Runs, entries and statements are the bytes as they came.
"""

from collections.abc import Mapping

from sqlite_utils import Database, Migrations

migrations = Migrations("engawa")


@migrations()
def m001_centres(db: Database) -> None:
    """head: index of the newest entry. quarantined: numbers given out so far, none is used twice. blob_bytes: as
    announced. secrets: the server's own, not a centre's."""
    columns = {"cursor": int, "head": int, "quarantined": int, "run_bytes": int, "blob_bytes": int, "restoring": int}
    _table(db, "centres", columns, pk=("centre",))
    _table(db, "allowed", {}, pk=("centre",))
    _table(db, "contacts", {"device": bytes}, pk=("centre", "device"))
    _table(db, "spent", {"token": bytes, "expires": int}, pk=("centre", "token"))
    db.table("secrets").create({"name": str, "value": bytes}, pk="name", not_null=("name", "value"), strict=True)


@migrations()
def m002_directory(db: Database) -> None:
    _table(db, "entries", {"index": int, "hash": bytes, "data": bytes}, pk=("centre", "index"))
    columns = {"index": int, "position": int, "circle": bytes, "data": bytes}
    _table(db, "statements", columns, pk=("centre", "index", "position"))
    db.table("statements").create_index(["centre", "circle", "index", "position"])
    _table(db, "shredded", {"circle": bytes}, pk=("centre", "circle"))


@migrations()
def m003_log(db: Database) -> None:
    """arrived: index of the newest entry when the run was stored. The index by cursor answers which runs a device
    may have without touching their bytes."""
    columns = {"cursor": int, "circle": bytes, "arrived": int, "device": bytes, "first": int, "count": int}
    columns |= {"last_id": bytes, "head_index": int, "data": bytes}
    _table(db, "runs", columns)
    db.table("runs").create_index(["centre", "cursor", "circle", "arrived"], unique=True)
    db.table("runs").create_index(["centre", "device", "circle", "first"])
    columns = {"device": bytes, "circle": bytes, "sequence": int, "id": bytes, "head_index": int}
    _table(db, "chains", columns, pk=("centre", "device", "circle"))


@migrations()
def m004_refused(db: Database) -> None:
    """time, last: ms."""
    columns = {"number": int, "time": int, "code": str, "circle": bytes, "device": bytes, "first": int, "count": int}
    columns |= {"last_id": bytes, "head_index": int, "data": bytes}
    _table(db, "quarantine", columns, pk=("centre", "number"))
    db.table("quarantine").create_index(["centre", "device", "circle", "first"])
    db.table("quarantine").create_index(["centre", "device", "circle", "last_id"])
    columns = {"device": bytes, "circle": bytes, "code": str, "count": int, "last": int}
    _table(db, "refusals", columns, pk=("centre", "device", "circle", "code"))


@migrations()
def m005_blobs(db: Database) -> None:
    """size: announced. received: on disk. touched: ms. arrived: of the first run that refers to the blob."""
    columns = {"blob": bytes, "size": int, "received": int, "complete": int, "touched": int}
    _table(db, "blobs", columns, pk=("centre", "blob"))
    _table(db, "blob_uses", {"blob": bytes, "circle": bytes, "arrived": int}, pk=("centre", "blob", "circle"))


def _table(db: Database, name: str, columns: Mapping[str, type], pk: tuple[str, ...] | None = None) -> None:
    columns = {"centre": bytes, **columns}
    db.table(name).create(columns, pk=pk, not_null=columns.keys(), strict=True)
