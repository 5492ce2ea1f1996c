"""Frames, there and back: SPEC 8. Cut anywhere, and with anything after them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import ProtocolError
from sync.wire import (
    PUSH_BYTES,
    PUSH_RUNS,
    RUN_BYTES,
    GivenEntry,
    GivenStatement,
    PulledRun,
    PullReader,
    QuarantinedRun,
    directory_frame,
    pull_frame,
    pull_header,
    push_body,
    quarantine_frame,
    read_directory,
    read_push,
    read_quarantine,
    read_statements,
    statement_frame,
)

runs = st.binary(min_size=1, max_size=40)
u32, u53 = st.integers(0, 2**32 - 1), st.integers(0, 2**53 - 1)
pulled = st.lists(st.builds(PulledRun, u53, u32, runs), max_size=6)
entries = st.lists(st.builds(GivenEntry, runs, st.lists(runs, max_size=3).map(tuple)), max_size=4)
statements = st.lists(st.builds(GivenStatement, u32, runs), max_size=4)
codes = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz_"), max_size=20)
quarantined = st.lists(st.builds(QuarantinedRun, u53, u53, codes, runs), max_size=4)


@given(st.lists(runs, max_size=PUSH_RUNS))
def test_a_push_reads_back_as_it_was(pushed: list[bytes]) -> None:
    assert pushed == read_push(push_body(pushed))


@given(entries, statements, quarantined)
def test_frames_read_back_as_they_were(
    given_entries: list[GivenEntry], given_statements: list[GivenStatement], held: list[QuarantinedRun]
) -> None:
    assert given_entries == read_directory(b"".join(map(directory_frame, given_entries)))
    assert given_statements == read_statements(b"".join(map(statement_frame, given_statements)))
    assert held == read_quarantine(b"".join(map(quarantine_frame, held)))


@given(pulled, u53, st.data())
def test_a_pull_reads_back_however_it_is_cut(sent: list[PulledRun], complete: int, data: st.DataObject) -> None:
    whole = b"".join(map(pull_frame, sent)) + pull_header(complete, 0, 0)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    reader = PullReader()
    got: list[PulledRun] = []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        got += reader.feed(whole[start:end])

    assert (sent, complete) == (got, reader.complete)


@given(pulled, u53, st.data())
def test_a_pull_that_was_cut_off_is_not_complete(sent: list[PulledRun], complete: int, data: st.DataObject) -> None:
    whole = b"".join(map(pull_frame, sent)) + pull_header(complete, 0, 0)
    reader = PullReader()
    got = reader.feed(whole[: data.draw(st.integers(0, len(whole) - 1))])

    assert reader.complete is None
    assert got == sent[: len(got)]


def test_nothing_may_follow_the_last_frame_of_a_pull() -> None:
    reader = PullReader()
    reader.feed(pull_header(7, 0, 0))

    with pytest.raises(ProtocolError, match="malformed"):
        reader.feed(b"\0")


def test_a_pull_with_a_run_beyond_the_limit_is_refused_before_it_arrives() -> None:
    with pytest.raises(ProtocolError, match="too_large"):
        PullReader().feed(pull_header(1, 0, RUN_BYTES + 1))


@pytest.mark.parametrize("read", [read_push, read_directory, read_statements, read_quarantine])
def test_a_frame_that_is_cut_is_truncated(read: object) -> None:
    whole = {
        read_push: push_body([b"run"]),
        read_directory: directory_frame(GivenEntry(b"entry", (b"one", b"two"))),
        read_statements: statement_frame(GivenStatement(3, b"one")),
        read_quarantine: quarantine_frame(QuarantinedRun(1, 2, "revoked", b"run")),
    }[read]  # type: ignore[index]
    for length in range(1, len(whole)):
        with pytest.raises(ProtocolError, match="truncated"):
            read(whole[:length])  # type: ignore[operator]


def test_a_push_over_a_limit_is_too_large() -> None:
    for body in (bytes(PUSH_BYTES + 1), push_body([b"run"] * (PUSH_RUNS + 1))):
        with pytest.raises(ProtocolError, match="too_large"):
            read_push(body)


def test_a_code_that_is_not_ascii_is_malformed() -> None:
    frame = quarantine_frame(QuarantinedRun(1, 2, "x", b"run")).replace(b"x", b"\xff")

    with pytest.raises(ProtocolError, match="malformed"):
        read_quarantine(frame)


def test_the_layout_is_that_of_the_spec() -> None:
    assert "00000003" + b"run".hex() == push_body([b"run"]).hex()
    assert "0000000000000005" + "00000002" + "00000003" + b"run".hex() == pull_frame(PulledRun(5, 2, b"run")).hex()
    assert (
        "00000001" + b"e".hex() + "0001" + "00000002" + b"st".hex() == directory_frame(GivenEntry(b"e", (b"st",))).hex()
    )
    assert "00000009" + "00000002" + b"st".hex() == statement_frame(GivenStatement(9, b"st")).hex()
    assert (
        "0000000000000001" + "0000000000000002" + "03" + b"abc".hex() + "00000001" + b"r".hex()
        == quarantine_frame(QuarantinedRun(1, 2, "abc", b"r")).hex()
    )
