"""Vectors on SPEC 8: frames between a device and a server. Uses neither twin: every length is packed here by hand.

python -m sync.vectors.frames           writes them
python -m sync.vectors.frames --check   changes nothing; exit status 1 if a file differs, lacks or is too many

A file is {"comment", "spec", "expect": "success" or a code, "do", "given", "gives"?}. Octets are hex, or a list of
pieces: hex and {"repeat": hex, "times": n}. A pull is given in parts, as they arrive; it gives the runs of each part.
"""

import sys
from pathlib import Path
from struct import pack
from typing import Any

from sync.vectors.folder_of_cases import check, write

Json = dict[str, Any]
FOLDER = Path(__file__).parent / "wire"
PUSH_BYTES, RUN_BYTES = 8_388_608, 4_194_304


def lengthed(data: bytes) -> bytes:
    return pack(">I", len(data)) + data


def pull(cursor: int, index: int, run: bytes) -> bytes:
    return pack(">QI", cursor, index) + lengthed(run)


def pulled(cursor: int, index: int, run: str) -> Json:
    return {"cursor": cursor, "index": index, "run": run}


def entry(data: bytes, *statements: bytes) -> bytes:
    return lengthed(data) + pack(">H", len(statements)) + b"".join(map(lengthed, statements))


def statement(index: int, data: bytes) -> bytes:
    return pack(">I", index) + lengthed(data)


def held(number: int, time: int, code: bytes, run: bytes) -> bytes:
    return pack(">QQB", number, time, len(code)) + code + lengthed(run)


TWO = lengthed(b"one") + lengthed(b"two!")
GOOD_PULL = pull(7, 3, b"abc") + pull(9, 4, b"d") + pull(12, 0, b"")
QUARANTINED = held(5, 1_790_000_000_000, b"cut_off", b"run")

SUCCESSES: dict[str, tuple[str, str, Any, Any]] = {
    # name: (comment, do, given, gives)
    "push_nothing": ("an empty push", "read_push", "", []),
    "push_two": ("in order", "read_push", TWO.hex(), [b"one".hex(), b"two!".hex()]),
    "push_an_empty_run": ("the relay refuses it, not the frame", "read_push", lengthed(b"").hex(), [""]),
    "push_64": ("as many as a push holds", "read_push", (lengthed(b"r") * 64).hex(), [b"r".hex()] * 64),
    "push_8_mib": (
        "as much as a push holds",
        "read_push",
        [pack(">I", PUSH_BYTES - 4).hex(), {"repeat": "00", "times": PUSH_BYTES - 4}],
        [[{"repeat": "00", "times": PUSH_BYTES - 4}]],
    ),
    "pull_whole": (
        "two runs and the end",
        "read_pull",
        [GOOD_PULL.hex()],
        {"runs": [[pulled(7, 3, b"abc".hex()), pulled(9, 4, b"d".hex())]], "complete": 12},
    ),
    "pull_in_two_parts": (
        "cut in the middle of a header",
        "read_pull",
        [GOOD_PULL[:25].hex(), GOOD_PULL[25:].hex()],
        {"runs": [[pulled(7, 3, b"abc".hex())], [pulled(9, 4, b"d".hex())]], "complete": 12},
    ),
    "pull_cut_in_a_run": (
        "the run comes with the next part",
        "read_pull",
        [GOOD_PULL[:18].hex(), GOOD_PULL[18:19].hex()],
        {"runs": [[], [pulled(7, 3, b"abc".hex())]], "complete": None},
    ),
    "pull_without_its_end": (
        "cut off: not complete",
        "read_pull",
        [GOOD_PULL[:36].hex()],
        {"runs": [[pulled(7, 3, b"abc".hex()), pulled(9, 4, b"d".hex())]], "complete": None},
    ),
    "pull_nothing": ("there is nothing new", "read_pull", [pull(12, 0, b"").hex()], {"runs": [[]], "complete": 12}),
    "pull_a_large_cursor": (
        "the largest number both languages count exactly",
        "read_pull",
        [pull(2**53 - 1, 2**32 - 1, b"").hex()],
        {"runs": [[]], "complete": 2**53 - 1},
    ),
    "directory_nothing": ("no entries", "read_directory", "", []),
    "directory_two": (
        "the first with two statements",
        "read_directory",
        (entry(b"e0", b"s", b"tt") + entry(b"e1")).hex(),
        [
            {"entry": b"e0".hex(), "statements": [b"s".hex(), b"tt".hex()]},
            {"entry": b"e1".hex(), "statements": []},
        ],
    ),
    "statements_two": (
        "of two entries",
        "read_statements",
        (statement(3, b"s") + statement(2**32 - 1, b"")).hex(),
        [{"index": 3, "statement": b"s".hex()}, {"index": 2**32 - 1, "statement": ""}],
    ),
    "quarantine_two": (
        "each with why and since when",
        "read_quarantine",
        (QUARANTINED + held(6, 0, b"revoked", b"")).hex(),
        [
            {"number": 5, "time": 1_790_000_000_000, "code": "cut_off", "run": b"run".hex()},
            {"number": 6, "time": 0, "code": "revoked", "run": ""},
        ],
    ),
}

FAILURES: dict[str, tuple[str, str, str, Any]] = {
    # name: (code, comment, do, given)
    "push_65": ("too_large", "one more than a push holds", "read_push", (lengthed(b"r") * 65).hex()),
    "push_8_mib_and_1": (
        "too_large",
        "looked at before the runs",
        "read_push",
        [{"repeat": "ff", "times": PUSH_BYTES + 1}],
    ),
    "push_length_cut": ("truncated", "three bytes of a length", "read_push", TWO.hex() + "000000"),
    "push_run_cut": ("truncated", "a byte is missing", "read_push", TWO[:-1].hex()),
    "push_too_many_and_cut": (
        "too_large",
        "the 65th is not looked at",
        "read_push",
        (lengthed(b"r") * 64 + b"\0").hex(),
    ),
    "pull_a_run_too_large": (
        "too_large",
        "said before it came",
        "read_pull",
        [pack(">QII", 1, 1, RUN_BYTES + 1).hex()],
    ),
    "pull_bytes_behind_the_end": ("malformed", "in the same part", "read_pull", [(GOOD_PULL + b"\0").hex()]),
    "pull_a_part_behind_the_end": ("malformed", "in a later part", "read_pull", [GOOD_PULL.hex(), "00"]),
    "directory_length_cut": ("truncated", "of the entry", "read_directory", "0000"),
    "directory_entry_cut": ("truncated", "a byte is missing", "read_directory", lengthed(b"e0")[:-1].hex()),
    "directory_without_a_count": ("truncated", "of statements", "read_directory", lengthed(b"e0").hex()),
    "directory_statement_missing": (
        "truncated",
        "two were promised",
        "read_directory",
        entry(b"e0", b"s", b"tt")[:-6].hex(),
    ),
    "directory_statement_cut": (
        "truncated",
        "a byte is missing",
        "read_directory",
        entry(b"e0", b"s", b"tt")[:-1].hex(),
    ),
    "statements_header_cut": ("truncated", "seven of eight bytes", "read_statements", statement(3, b"s")[:7].hex()),
    "statements_statement_cut": ("truncated", "a byte is missing", "read_statements", statement(3, b"s")[:-1].hex()),
    "quarantine_header_cut": ("truncated", "no length of the code", "read_quarantine", QUARANTINED[:16].hex()),
    "quarantine_code_cut": ("truncated", "in its middle", "read_quarantine", QUARANTINED[:20].hex()),
    "quarantine_run_cut": ("truncated", "a byte is missing", "read_quarantine", QUARANTINED[:-1].hex()),
    "quarantine_code_not_ascii": (
        "malformed",
        "a word of our tables is",
        "read_quarantine",
        held(5, 0, b"\xc3\xa9", b"").hex(),
    ),
}


def made() -> dict[str, Json]:
    """Every case by its name."""
    cases = {
        name: {"comment": comment, "spec": "8", "expect": "success", "do": do, "given": given, "gives": gives}
        for name, (comment, do, given, gives) in SUCCESSES.items()
    }
    return cases | {
        name: {"comment": comment, "spec": "8", "expect": code, "do": do, "given": given}
        for name, (code, comment, do, given) in FAILURES.items()
    }


def main(arguments: list[str]) -> int:
    return check(FOLDER, made()) if arguments == ["--check"] else write(FOLDER, made())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
