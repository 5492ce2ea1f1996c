"""An attachment's name. Holds no keys.

Source: SPEC 9.  Twin: blob.ts.
"""

from typing import Final

from crypto.contexts import digest
from crypto.padding import padme

MAX_CONTENT: Final = 26_214_400  # bytes
PIECE_SIZE: Final = 65_536
HEADER_SIZE: Final = 41
MAX_STREAM: Final = padme(8 + MAX_CONTENT)


def blob_size(stream: int) -> int:
    """Bytes of a blob whose padded stream has `stream` bytes: header, stream, and a tag for each piece."""
    return HEADER_SIZE + stream + 16 * -(-stream // PIECE_SIZE)


MAX_BLOB: Final = blob_size(MAX_STREAM)


def blob_id(blob: bytes) -> bytes:
    """The name under which the server keeps an encrypted attachment, 32 bytes."""
    return digest("blob", blob)
