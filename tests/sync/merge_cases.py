"""Reads the changes of merge vectors and of random logs.

Ids are hex and may be short: they are filled up with zero bytes. Bytes in a value are {"$octets": hex}.

Twin: merge_cases.ts.
"""

from pathlib import Path
from typing import Any

import msgspec

from sync.capacity import Capacity
from sync.dictionary import Dictionary
from sync.edits import Edit, Value, Write
from sync.writes import Judged

VECTORS = Path(__file__).parents[2] / "sync" / "vectors"


def small_dictionary(version: int) -> Dictionary:
    """The dictionary of the merge vectors."""
    return msgspec.json.decode((VECTORS / f"merge_dictionary_{version}.json").read_bytes(), type=Dictionary)


def read_change(given: dict[str, Any]) -> Judged:
    return Judged(
        id=filled(given["id"], 32),
        circle=filled(given["circle"], 16),
        circle_kind=given["kind"],
        device=filled(given["device"], 32),
        member=filled(given["member"], 16),
        capacities=tuple(_capacity(**each) for each in given["capacities"]),
        at=given["at"],
        version=given["version"],
        edits=tuple(_edit(*edit) for edit in given["edits"]),
    )


def filled(short: str, size: int) -> bytes:
    return bytes.fromhex(short).ljust(size, b"\0")


def read_value(given: Any) -> Value:
    if isinstance(given, list):
        return [read_value(each) for each in given]
    if isinstance(given, dict):
        if "$octets" in given:
            return bytes.fromhex(given["$octets"])
        return {name: read_value(each) for name, each in given.items()}
    return given  # type: ignore[no-any-return]


def _capacity(who: list[str], rights: list[tuple[str, str, list[str]]]) -> Capacity:
    granted = {(type_, field): tuple(writers) for type_, field, writers in rights}
    return Capacity(frozenset(who), lambda type_, field: granted.get((type_, field)))


def _edit(record: str, type_: str, writes: list[Any]) -> Edit:
    return Edit(filled(record, 16), type_, tuple(_write(*write) for write in writes))


def _write(field: str, element: Any, value: Any, over: list[str]) -> Write:
    return Write(field, read_value(element), read_value(value), tuple(filled(id_, 32) for id_ in over))
