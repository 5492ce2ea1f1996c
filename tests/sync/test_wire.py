"""Frames between a device and a server: vectors shared with TypeScript, and what is written can be read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import ProtocolError
from sync.wire import (
    GivenEntry,
    GivenStatement,
    PulledRun,
    PullReader,
    QuarantinedRun,
    directory_frame,
    pull_frame,
    push_body,
    quarantine_frame,
    read_directory,
    read_push,
    read_quarantine,
    read_statements,
    statement_frame,
)

VECTORS = sorted((Path(__file__).parents[2] / "sync" / "vectors" / "wire").glob("*.json"))
U32, CURSOR = st.integers(0, 2**32 - 1), st.integers(0, 2**53 - 1)
DATA = st.binary(max_size=40)


def octets(given: Any) -> bytes:
    pieces = [given] if isinstance(given, str) else given
    return b"".join(
        bytes.fromhex(piece) if isinstance(piece, str) else bytes.fromhex(piece["repeat"]) * piece["times"]
        for piece in pieces
    )


def pull_in_parts(parts: list[bytes]) -> dict[str, Any]:
    reader = PullReader()
    runs = [[_pulled_json(pulled) for pulled in reader.feed(part)] for part in parts]
    return {"runs": runs, "complete": reader.complete}


def _pulled_json(pulled: PulledRun) -> dict[str, Any]:
    return {"cursor": pulled.cursor, "index": pulled.index, "run": pulled.run.hex()}


READERS: dict[str, Callable[[Any], Any]] = {
    "read_push": lambda given: read_push(octets(given)),
    "read_pull": lambda given: pull_in_parts([octets(part) for part in given]),
    "read_directory": lambda given: [
        {"entry": each.entry.hex(), "statements": [one.hex() for one in each.statements]}
        for each in read_directory(octets(given))
    ],
    "read_statements": lambda given: [
        {"index": each.index, "statement": each.statement.hex()} for each in read_statements(octets(given))
    ],
    "read_quarantine": lambda given: [
        {"number": each.number, "time": each.time, "code": each.code, "run": each.run.hex()}
        for each in read_quarantine(octets(given))
    ],
}


def test_there_are_vectors_of_all_sorts() -> None:
    expected = [json.loads(path.read_bytes())["expect"] for path in VECTORS]

    assert {"success": 15, "too_large": 4, "truncated": 12, "malformed": 3} == {
        code: expected.count(code) for code in set(expected)
    }


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vector(path: Path) -> None:
    vector = json.loads(path.read_bytes())
    read = READERS[vector["do"]]
    if vector["expect"] != "success":
        with pytest.raises(ProtocolError) as raised:
            read(vector["given"])

        assert vector["expect"] == raised.value.code
        return
    gives = [octets(run) for run in vector["gives"]] if vector["do"] == "read_push" else vector["gives"]

    assert gives == read(vector["given"])


@given(st.lists(DATA, max_size=64))
def test_a_push_is_read_as_it_was_written(runs: list[bytes]) -> None:
    assert runs == read_push(push_body(runs))


@given(st.lists(st.tuples(CURSOR, U32, st.binary(min_size=1, max_size=40))), CURSOR, st.data())
def test_a_pull_is_read_the_same_wherever_it_is_cut(
    frames: list[tuple[int, int, bytes]], end: int, data: st.DataObject
) -> None:
    runs = [PulledRun(*frame) for frame in frames]
    whole = b"".join(map(pull_frame, runs)) + pull_frame(PulledRun(end, 0, b""))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    reader = PullReader()
    read = [
        pulled
        for start, stop in zip([0, *cuts], [*cuts, len(whole)], strict=True)
        for pulled in reader.feed(whole[start:stop])
    ]

    assert (runs, end) == (read, reader.complete)


@given(st.lists(st.builds(GivenEntry, DATA, st.lists(DATA, max_size=4).map(tuple)), max_size=4))
def test_entries_are_read_as_they_were_written(given_entries: list[GivenEntry]) -> None:
    assert given_entries == read_directory(b"".join(map(directory_frame, given_entries)))


@given(st.lists(st.builds(GivenStatement, U32, DATA), max_size=4))
def test_statements_are_read_as_they_were_written(statements: list[GivenStatement]) -> None:
    assert statements == read_statements(b"".join(map(statement_frame, statements)))


@given(st.lists(st.builds(QuarantinedRun, CURSOR, CURSOR, st.sampled_from(["cut_off", "revoked"]), DATA), max_size=4))
def test_a_quarantine_is_read_as_it_was_written(held: list[QuarantinedRun]) -> None:
    assert held == read_quarantine(b"".join(map(quarantine_frame, held)))
