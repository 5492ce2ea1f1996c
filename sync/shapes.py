"""Forms of the values in statements. A shape takes a MessagePack value and gives it back, arrays as tuples.

Every shape raises ProtocolError "malformed" for what is not of its form.
Source: sync/SPEC.md 3.  Twin: sync/shapes.ts.
"""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeAlias

from crypto.contexts import CIRCLE_KINDS
from crypto.errors import ProtocolError

ROLES = ("supporter", "professional", "staff", "admin")
SEAL_REASONS = frozenset({"truncated", "wrong_key", "malformed", "bad_commitment", "bad_circle_key", "bad_lock"})
MAX_SEALS = 2_000
MARK_SIZE = 8
"""Bytes of a member's id, with which the ids of its records begin."""
MAX_VOID = 1_000  # entries a void names
_MAX_TIME = 2**53 - 1  # ms
_MAX_EPOCH = 2**32 - 1
_SEALED_SIZE = 80
_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")

Shape: TypeAlias = Callable[[Any], Any]


def _refuse() -> ProtocolError:
    return ProtocolError("malformed")


def _sized(size: int) -> Shape:
    def shape(value: Any) -> bytes:
        if not isinstance(value, bytes) or len(value) != size:
            raise _refuse()
        return value

    return shape


def _integer(least: int, most: int) -> Shape:
    def shape(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _refuse()
        return value

    return shape


def _text(pattern: re.Pattern[str]) -> Shape:
    def shape(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise _refuse()
        return value

    return shape


def _among(words: frozenset[str]) -> Shape:
    def shape(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise _refuse()
        return value

    return shape


def _array(of: Shape, least: int, most: int | None) -> Shape:
    def shape(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) < least or (most is not None and len(value) > most):
            raise _refuse()
        return tuple(of(element) for element in value)

    return shape


def optional(of: Shape) -> Shape:
    """nil, or of the shape."""
    return lambda value: None if value is None else of(value)


def ascending(of: Shape) -> Shape:
    """An array in ascending order, none twice."""
    array = _array(of, 0, None)

    def shape(value: Any) -> tuple[Any, ...]:
        elements: tuple[Any, ...] = array(value)
        if any(former >= latter for former, latter in pairwise(elements)):
            raise _refuse()
        return elements

    return shape


id16 = _sized(16)
bytes32 = _sized(32)
bytes64 = _sized(64)
lock = _sized(60)
epoch = _integer(1, _MAX_EPOCH)
milliseconds = _integer(0, _MAX_TIME)
role = _among(frozenset(ROLES))
circle_kind = _among(frozenset(CIRCLE_KINDS))
seal_reason = _among(SEAL_REASONS)
words = _array(_text(_WORD), 0, None)
hashes = _array(bytes32, 1, MAX_VOID)
_name = _text(_NAME)
_sealed = _sized(_SEALED_SIZE)


def boolean(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise _refuse()
    return value


def _pair(value: Any) -> tuple[bytes, bytes]:
    if not isinstance(value, list) or len(value) != 2:
        raise _refuse()
    return bytes32(value[0]), _sealed(value[1])


def seals(value: Any) -> tuple[tuple[bytes, bytes], ...]:
    """Recipient's key and what is sealed to it, ascending by key, none twice, at most 2,000."""
    pairs: tuple[tuple[bytes, bytes], ...] = _array(_pair, 0, MAX_SEALS)(value)
    if any(former[0] >= latter[0] for former, latter in pairwise(pairs)):
        raise _refuse()
    return pairs


def _right(value: Any) -> tuple[str, str, tuple[str, ...]]:
    if not isinstance(value, list) or len(value) != 3:
        raise _refuse()
    return _name(value[0]), _name(value[1]), words(value[2])


def rights(value: Any) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(type, field, (who…)) for each field whose writers a policy changes."""
    read: tuple[tuple[str, str, tuple[str, ...]], ...] = _array(_right, 0, None)(value)
    return read


def policy(value: Any) -> dict[str, Any]:
    """Settings by name: ints, bools, text; `rights` of the form above."""
    if not isinstance(value, dict):
        raise _refuse()
    for name, setting in value.items():
        if name == "rights":
            rights(setting)
        elif not isinstance(setting, int | str):
            raise _refuse()
    return value


def plain(value: Any) -> Any:
    """What a shape gave, as MessagePack takes it: tuples are arrays."""
    return [plain(element) for element in value] if isinstance(value, tuple) else value
