"""The plaintext of a change: edits of records, field by field. Knows no dictionary: what fields mean is judged later.

Source: sync/SPEC.md 4.2.  Twin: sync/edits.ts.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from crypto.contexts import HASH_SIZE
from crypto.encoding import pack, unpack
from crypto.errors import ProtocolError

MAX_EDITS = 64  # in a change
MAX_WRITES = 256  # in an edit
MAX_OVER = 256  # ids in a write
RECORD_SIZE = 16  # bytes
Value = None | bool | int | str | bytes | list["Value"] | dict[str, "Value"]
"""Of strict MessagePack."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Write:
    """One field of one record.

    element: of a set field, whose value then says whether it is there; nil elsewhere.
    over: ids of the changes whose values of this register it replaces, ascending.
    """

    field: str
    element: Value
    value: Value
    over: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """What a change writes in one record."""

    record: bytes
    type: str
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class Plaintext:
    """What a change says. at: device time, ms; version: of the writer's dictionary."""

    at: int
    version: int
    edits: tuple[Edit, ...]


def encode_edits(at: int, version: int, edits: Sequence[Edit]) -> bytes:
    """Plaintext of a change. Raises ProtocolError "malformed" exactly where `decode_edits` would."""
    plaintext = pack({"at": at, "edits": [_edit_value(edit) for edit in edits], "version": version})
    decode_edits(plaintext)
    return plaintext


def decode_edits(plaintext: bytes) -> Plaintext:
    """Plaintext of a change, read strictly. Raises ProtocolError: "malformed"."""
    whole: Value = unpack(plaintext)
    if not isinstance(whole, dict) or whole.keys() != {"at", "edits", "version"}:
        raise ProtocolError("malformed")
    edits = tuple(_read_edit(edit) for edit in _array(whole["edits"], 1, MAX_EDITS))
    _check_no_register_twice(edits)
    return Plaintext(_integer(whole["at"], 0), _integer(whole["version"], 1), edits)


def ascends(ids: Sequence[bytes]) -> bool:
    """Whether each id is greater than the one before, so that none stands twice."""
    return all(former < latter for former, latter in pairwise(ids))


def _edit_value(edit: Edit) -> Value:
    writes: list[Value] = [[write.field, write.element, write.value, list(write.over)] for write in edit.writes]
    return [edit.record, edit.type, writes]


def _read_edit(value: Value) -> Edit:
    record, type_, writes = _array(value, 3, 3)
    return Edit(
        _bytes(record, RECORD_SIZE), _name(type_), tuple(_read_write(write) for write in _array(writes, 1, MAX_WRITES))
    )


def _read_write(value: Value) -> Write:
    field, element, written, over = _array(value, 4, 4)
    ids = tuple(_bytes(id_, HASH_SIZE) for id_ in _array(over, 0, MAX_OVER))
    if not ascends(ids):
        raise ProtocolError("malformed")
    return Write(_name(field), element, written, ids)


def _check_no_register_twice(edits: Sequence[Edit]) -> None:
    seen = set()
    for edit in edits:
        for write in edit.writes:
            register = (edit.record, edit.type, write.field, pack(write.element))
            if register in seen:
                raise ProtocolError("malformed")
            seen.add(register)


def _array(value: Value, least: int, most: int) -> list[Value]:
    if isinstance(value, list) and least <= len(value) <= most:
        return value
    raise ProtocolError("malformed")


def _bytes(value: Value, size: int) -> bytes:
    if isinstance(value, bytes) and len(value) == size:
        return value
    raise ProtocolError("malformed")


def _integer(value: Value, least: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= least:
        return value
    raise ProtocolError("malformed")


def _name(value: Value) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise ProtocolError("malformed")


def in_nfc(value: Value) -> Value:
    """A value with its texts in Unicode normal form NFC: as people type them, so that the same word is the same."""
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case list():
            return [in_nfc(each) for each in value]
        case dict():
            return {name: in_nfc(each) for name, each in value.items()}
        case _:
            return value
