"""One centre in SQLite, as the jobs of the relay see it. Hand-written SQL; the centre is a parameter of every query."""

import json
from collections.abc import Iterator, Sequence
from itertools import starmap
from typing import Any

from server.store.protocol import (
    Apart,
    BlobRow,
    CentreState,
    HeldEntry,
    HeldRun,
    HeldStatement,
    QuarantinedRun,
    Refusal,
    Tail,
)

_MOST_CHANGES = 1_000  # in a run: how far back one that reaches a sequence number can begin


class SqliteReader:
    """`protocol.Reader` on a connection inside a transaction."""

    def __init__(self, connection: Any, centre: bytes) -> None:
        self._connection = connection
        self.centre = centre

    def _rows(self, sql: str, *values: object) -> Any:
        return self._connection.execute(sql, (self.centre, *values))

    def state(self) -> CentreState | None:
        row = self._rows(
            "select cursor, head, run_bytes, blob_bytes, restoring from centres where centre = ?"
        ).fetchone()
        return CentreState(row[0], row[1], row[2], row[3], bool(row[4])) if row else None

    def entries(self, after: int) -> Iterator[HeldEntry]:
        sql = 'select "index", hash, data from entries where centre = ? and "index" > ? order by "index"'
        return starmap(HeldEntry, self._rows(sql, after))

    def statements(self, index: int) -> list[HeldStatement]:
        return list(self._statements('"index" = ? order by position', index))

    def circle_statements(self, circle: bytes, after: int) -> Iterator[HeldStatement]:
        return self._statements('circle = ? and "index" > ? order by "index", position', circle, after)

    def _statements(self, where: str, *values: object) -> Iterator[HeldStatement]:
        sql = 'select "index", position, circle, data from statements where centre = ? and length(data) > 0 and '
        return starmap(HeldStatement, self._rows(sql + where, *values))

    def tail(self, circle: bytes, device: bytes) -> Tail | None:
        sql = (
            "select circle, device, sequence, id, head_index from chains where centre = ? and device = ? and circle = ?"
        )
        row = self._rows(sql, device, circle).fetchone()
        return Tail(*row) if row else None

    def tails(self, device: bytes) -> list[Tail]:
        return list(self._tails("device = ? order by circle", device))

    def _tails(self, where: str, *values: object) -> Iterator[Tail]:
        sql = f"select circle, device, sequence, id, head_index from chains where centre = ? and {where}"  # noqa: S608
        return starmap(Tail, self._rows(sql, *values))

    def runs_of(self, circle: bytes, device: bytes, first: int, last: int) -> list[bytes]:
        sql = (
            "select data from runs where centre = ? and device = ? and circle = ? and first between ? and ?"
            " and first + count > ? order by first, cursor"
        )
        return [data for (data,) in self._rows(sql, device, circle, first - _MOST_CHANGES, last, first)]

    def runs(self, circles: Sequence[bytes], after: int, until: int) -> Iterator[HeldRun]:
        # One JSON text, because a device of a large desk reads more circles than a statement takes parameters.
        sql = (
            "select cursor, arrived, circle, device, data from runs where centre = ? and cursor > ? and cursor <= ?"
            " and circle in (select unhex(value) from json_each(?)) order by cursor"
        )
        return starmap(HeldRun, self._rows(sql, after, until, json.dumps([circle.hex() for circle in circles])))

    def quarantine(self, after: int) -> Iterator[QuarantinedRun]:
        return self._quarantine("number > ? order by number", after)

    def quarantine_of(self, circle: bytes, device: bytes) -> list[QuarantinedRun]:
        return list(self._quarantine("circle = ? and device = ? order by first, number", circle, device))

    def quarantined_chains(self) -> list[tuple[bytes, bytes]]:
        return list(self._rows("select distinct circle, device from quarantine where centre = ? order by 1, 2"))

    def _quarantine(self, where: str, *values: object) -> Iterator[QuarantinedRun]:
        sql = f"select number, time, code, data from quarantine where centre = ? and {where}"  # noqa: S608
        return starmap(QuarantinedRun, self._rows(sql, *values))

    def held_apart(self, circle: bytes, device: bytes, id_: bytes) -> list[Apart]:
        sql = (
            "select first, first + count - 1, head_index from quarantine"
            " where centre = ? and device = ? and circle = ? and last_id = ? order by number"
        )
        return list(starmap(Apart, self._rows(sql, device, circle, id_)))

    def quarantine_size(self, device: bytes) -> tuple[int, int]:
        sql = "select count(*), coalesce(sum(length(data)), 0) from quarantine where centre = ? and device = ?"
        runs, size = self._rows(sql, device).fetchone()
        return runs, size

    def refusals(self) -> list[Refusal]:
        sql = "select device, circle, code, count, last from refusals where centre = ? order by device, circle, code"
        return [Refusal(*row) for row in self._rows(sql)]

    def is_spent(self, token: bytes) -> bool:
        return self._rows("select 1 from spent where centre = ? and token = ?", token).fetchone() is not None

    def is_shredded(self, circle: bytes) -> bool:
        return self._rows("select 1 from shredded where centre = ? and circle = ?", circle).fetchone() is not None

    def contacts(self) -> frozenset[bytes]:
        return frozenset(device for (device,) in self._rows("select device from contacts where centre = ?"))

    def blob(self, blob: bytes) -> BlobRow | None:
        sql = "select size, received, complete, touched from blobs where centre = ? and blob = ?"
        row = self._rows(sql, blob).fetchone()
        return BlobRow(row[0], row[1], bool(row[2]), row[3]) if row else None

    def blob_uses(self, blob: bytes) -> list[tuple[bytes, int]]:
        return list(self._rows("select circle, arrived from blob_uses where centre = ? and blob = ?", blob))

    def blobs_unused(self, before: int) -> list[bytes]:
        sql = (
            "select blob from blobs where centre = ? and touched < ? and not exists"
            " (select 1 from blob_uses where blob_uses.centre = blobs.centre and blob_uses.blob = blobs.blob)"
        )
        return [blob for (blob,) in self._rows(sql, before)]
