"""Strict MessagePack: one byte string for each value, no floats, no surprises. Holds no keys.

Source: SPEC 2.3.  Twin: encoding.ts.
"""

import re
from typing import Any, Final

import msgspec

from crypto.errors import ProtocolError

MAX_DEPTH: Final = 8
MAX_INTEGER: Final = 2**53 - 1

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")

_encoder = msgspec.msgpack.Encoder(order="sorted")
_decoder = msgspec.msgpack.Decoder()


def pack(value: Any) -> bytes:
    """The one strict encoding of nil, bool, int, str, bytes, list and dict; keys are put in order.

    Raises ProtocolError: "malformed" for a value that has none.
    """
    _check(value, 0)
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:  # half a surrogate pair is not text
        raise ProtocolError("malformed") from None


def unpack(data: bytes | memoryview) -> Any:
    """The value of strictly encoded bytes.

    Raises ProtocolError: "malformed".
    """
    try:
        value = _decoder.decode(data)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise ProtocolError("malformed") from None
    _check(value, 0)
    if _encoder.encode(value) != data:
        raise ProtocolError("malformed")
    return value


def _check(value: object, depth: int) -> None:
    match value:
        case None | bool() | bytes() | str():
            return
        case int():
            if not -MAX_INTEGER <= value <= MAX_INTEGER:
                raise ProtocolError("malformed")
        case list() | tuple():
            if depth == MAX_DEPTH:
                raise ProtocolError("malformed")
            for item in value:
                _check(item, depth + 1)
        case dict():
            if depth == MAX_DEPTH:
                raise ProtocolError("malformed")
            for key, item in value.items():
                if not (isinstance(key, str) and KEY.fullmatch(key)):
                    raise ProtocolError("malformed")
                _check(item, depth + 1)
        case _:
            raise ProtocolError("malformed")
