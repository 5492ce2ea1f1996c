"""Strict MessagePack (crypto/SPEC.md 2.3), written out from the page.

A packer, and a reader that only says yes or no.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from crypto.vectors.page import u8, u16, u32, u64

Value: TypeAlias = "None | bool | int | str | bytes | Sequence[Value] | Mapping[str, Value]"

LARGEST = 2**53 - 1
DEEPEST = 8
_KEY = re.compile(rb"[a-z][a-z0-9_]{0,63}")


class Malformed(Exception):
    """The bytes are not strict MessagePack."""


def pack(value: Value) -> bytes:
    """The one way to write a value. Keys are written in ascending order; limits are not checked."""
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, str):
        return sized(value.encode(), {31: 0xA0, 0xFF: 0xD9, 0xFFFF: 0xDA, 0xFFFFFFFF: 0xDB})
    if isinstance(value, bytes):
        return sized(value, {0xFF: 0xC4, 0xFFFF: 0xC5, 0xFFFFFFFF: 0xC6})
    if isinstance(value, Mapping):
        pairs = b"".join(pack(key) + pack(value[key]) for key in sorted(value, key=str.encode))
        return counted(len(value), {15: 0x80, 0xFFFF: 0xDE, 0xFFFFFFFF: 0xDF}) + pairs
    return counted(len(value), {15: 0x90, 0xFFFF: 0xDC, 0xFFFFFFFF: 0xDD}) + b"".join(map(pack, value))


def counted(count: int, heads: dict[int, int]) -> bytes:
    """The shortest head for a count, `heads` giving each head's first byte by the largest count it holds."""
    largest = min(limit for limit in heads if count <= limit)
    if largest < 0xFF:
        return u8(heads[largest] | count)
    return u8(heads[largest]) + {0xFF: u8, 0xFFFF: u16, 0xFFFFFFFF: u32}[largest](count)


def sized(data: bytes, heads: dict[int, int]) -> bytes:
    return counted(len(data), heads) + data


def _integer(number: int) -> bytes:
    if -32 <= number < 128:
        return number.to_bytes(1, "big", signed=number < 0)
    for head, size in ((0xCC, 1), (0xCD, 2), (0xCE, 4), (0xCF, 8)) if number > 0 else ():
        if number < 1 << 8 * size:
            return u8(head) + number.to_bytes(size, "big")
    for head, size in ((0xD0, 1), (0xD1, 2), (0xD2, 4), (0xD3, 8)):
        if -number <= 1 << 8 * size - 1:
            return u8(head) + number.to_bytes(size, "big", signed=True)
    return u8(0xCF) + u64(number)


def is_strict(data: bytes) -> bool:
    """Whether the bytes are one strict value and nothing behind it."""
    try:
        return _skip(data, 0, 1) == len(data)
    except Malformed:
        return False


def _take(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise Malformed
    return data[at : at + size]


def _number(data: bytes, at: int, size: int, signed: bool = False) -> int:
    return int.from_bytes(_take(data, at, size), "big", signed=signed)


def _skip(data: bytes, at: int, level: int) -> int:
    """Where the value that begins at `at` ends; `level` is the level an array or map here would be."""
    head = _number(data, at, 1)
    at += 1
    if head < 0x80 or head >= 0xE0 or head in (0xC0, 0xC2, 0xC3):
        return at
    if 0xCC <= head <= 0xCF or 0xD0 <= head <= 0xD3:
        return _skip_integer(data, at, head)
    if 0xA0 <= head <= 0xBF or 0xD9 <= head <= 0xDB:
        at, size = _length(data, at, head, 0xA0, 0xD8, (31, 1))
        return _text(data, at, size)
    if 0xC4 <= head <= 0xC6:
        at, size = _length(data, at, head, 0, 0xC3, (-1, 1))
        return at + len(_take(data, at, size))
    if 0x90 <= head <= 0x9F or 0xDC <= head <= 0xDD:
        at, count = _length(data, at, head, 0x90, 0xDA, (15, 2))
        return _skip_elements(data, at, count, level, keyed=False)
    if 0x80 <= head <= 0x8F or 0xDE <= head <= 0xDF:
        at, count = _length(data, at, head, 0x80, 0xDC, (15, 2))
        return _skip_elements(data, at, count, level, keyed=True)
    raise Malformed


def _length(data: bytes, at: int, head: int, fixed: int, base: int, smallest: tuple[int, int]) -> tuple[int, int]:
    """Length or count behind a head. Heads base+1, +2, +3 take 1, 2, 4 bytes and must need them."""
    in_head, shortest = smallest
    if fixed and fixed <= head <= fixed + in_head:
        return at, head - fixed
    size = 1 << head - base - 1
    count = _number(data, at, size)
    if count <= (in_head if size == shortest else (1 << 4 * size) - 1):
        raise Malformed
    return at + size, count


def _skip_integer(data: bytes, at: int, head: int) -> int:
    size = 1 << (head & 3)
    number = _number(data, at, size, signed=head >= 0xD0)
    if abs(number) > LARGEST or u8(head) + data[at : at + size] != _integer(number):
        raise Malformed
    return at + size


def _text(data: bytes, at: int, size: int) -> int:
    try:
        text = _take(data, at, size).decode()
    except UnicodeDecodeError:
        raise Malformed from None
    if not unicodedata.is_normalized("NFC", text):
        raise Malformed
    return at + size


def _skip_elements(data: bytes, at: int, count: int, level: int, keyed: bool) -> int:
    if level > DEEPEST:
        raise Malformed
    before = b""
    for _ in range(count):
        if keyed:
            at, before = _skip_key(data, at, before)
        at = _skip(data, at, level + 1)
    return at


def _skip_key(data: bytes, at: int, before: bytes) -> tuple[int, bytes]:
    head = _number(data, at, 1)
    end = _skip(data, at, DEEPEST + 1)
    key = data[at + 1 + (head == 0xD9) : end]
    if not (0xA0 <= head <= 0xBF or head == 0xD9) or not _KEY.fullmatch(key) or key <= before:
        raise Malformed
    return end, key
