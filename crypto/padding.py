"""Packing and padding of what is encrypted, so that sizes tell little. Holds no keys.

Source: SPEC 6.4.  Twin: padding.ts.
"""

import zlib
from typing import Final

from crypto.errors import ProtocolError

MAX_PLAINTEXT: Final = 262_144  # bytes, after unpacking
STORED: Final = 0
DEFLATED: Final = 1
END: Final = 0x80
_RAW: Final = -15  # zlib's window size for DEFLATE without a header


def padme(length: int) -> int:
    """The length to pad to: at most 12 % more, so that only O(log log) bits of it show."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    kept = exponent.bit_length()
    mask = (1 << (exponent - kept)) - 1
    return (length + mask) & ~mask


def pad(plaintext: bytes) -> bytes:
    """Method byte, plaintext (deflated exactly when that is shorter), 0x80, zeros up to `padme`.

    Raises ProtocolError: "too_large" above 262,144 bytes.
    """
    if len(plaintext) > MAX_PLAINTEXT:
        raise ProtocolError("too_large")
    packer = zlib.compressobj(wbits=_RAW)
    deflated = packer.compress(plaintext) + packer.flush()
    method, data = (DEFLATED, deflated) if len(deflated) < len(plaintext) else (STORED, plaintext)
    return (bytes([method]) + data + bytes([END])).ljust(padme(len(data) + 2), b"\0")


def unpad(padded: bytes) -> bytes:
    """The plaintext.

    Raises ProtocolError: "bad_padding", "too_large".
    """
    stripped = padded.rstrip(b"\0")
    if not stripped or stripped[-1] != END or padme(len(stripped)) != len(padded) or len(stripped) < 2:
        raise ProtocolError("bad_padding")
    data = stripped[1:-1]
    if stripped[0] == STORED:
        if len(data) > MAX_PLAINTEXT:
            raise ProtocolError("too_large")
        return data
    if stripped[0] != DEFLATED:
        raise ProtocolError("bad_padding")
    unpacker = zlib.decompressobj(wbits=_RAW)
    try:
        plaintext = unpacker.decompress(data, MAX_PLAINTEXT + 1)
    except zlib.error:
        raise ProtocolError("bad_padding") from None
    if len(plaintext) > MAX_PLAINTEXT:
        raise ProtocolError("too_large")
    if not unpacker.eof or unpacker.unused_data:
        raise ProtocolError("bad_padding")
    return plaintext
