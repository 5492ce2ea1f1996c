"""The plaintext of a change: vectors, and what is written can be read."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import pack
from crypto.errors import ProtocolError
from sync.canonical import value_json
from sync.edits import Edit, Plaintext, Write, decode_edits, encode_edits

VECTORS = sorted((Path(__file__).parents[2] / "sync" / "vectors" / "edits").glob("*.json"))
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,63}", fullmatch=True)
IDS = st.binary(min_size=32, max_size=32)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.sampled_from(["", "茶"]) | st.binary()
WRITES = st.builds(
    Write,
    field=NAMES,
    element=SCALARS,
    value=SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(NAMES, SCALARS, max_size=3),
    over=st.sets(IDS, max_size=5).map(lambda ids: tuple(sorted(ids))),
)
EDITS = st.builds(
    Edit,
    record=st.binary(min_size=16, max_size=16),
    type=NAMES,
    writes=st.lists(WRITES, min_size=1, max_size=4, unique_by=lambda write: write.field).map(tuple),
)


def test_there_are_vectors_of_both_sorts() -> None:
    expected = [json.loads(path.read_bytes())["expect"] for path in VECTORS]

    assert {"success": 11, "malformed": 36} == {code: expected.count(code) for code in set(expected)}


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vector(path: Path) -> None:
    vector = json.loads(path.read_bytes())
    plaintext = bytes.fromhex(vector["given"]["plaintext"])
    if vector["expect"] != "success":
        with pytest.raises(ProtocolError) as raised:
            decode_edits(plaintext)

        assert vector["expect"] == raised.value.code
        return
    read = decode_edits(plaintext)

    assert vector["gives"] == plaintext_json(read)
    assert plaintext == encode_edits(read.at, read.version, read.edits)


@given(
    at=st.integers(0, 2**53 - 1),
    version=st.integers(1, 2**53 - 1),
    edits=st.lists(EDITS, min_size=1, max_size=4, unique_by=lambda edit: edit.record),
)
def test_what_is_written_can_be_read(at: int, version: int, edits: list[Edit]) -> None:
    assert Plaintext(at, version, tuple(edits)) == decode_edits(encode_edits(at, version, edits))


def test_what_could_not_be_read_is_not_written() -> None:
    twice = Write("title", None, "茶", (bytes(32), bytes(32)))

    with pytest.raises(ProtocolError, match="malformed"):
        encode_edits(0, 1, [Edit(bytes(16), "sheet", (twice,))])


@given(st.binary(max_size=40) | st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4)).map(pack))
def test_whatever_comes_is_read_or_malformed(data: bytes) -> None:
    try:
        read = decode_edits(data)
    except ProtocolError as error:
        assert error.code == "malformed"
    else:
        assert data == encode_edits(read.at, read.version, read.edits)


def plaintext_json(plaintext: Plaintext) -> dict[str, Any]:
    edits = [[edit.record.hex(), edit.type, [_write_json(write) for write in edit.writes]] for edit in plaintext.edits]
    return {"at": plaintext.at, "edits": edits, "version": plaintext.version}


def _write_json(write: Write) -> list[Any]:
    return [write.field, value_json(write.element), value_json(write.value), [id_.hex() for id_ in write.over]]
