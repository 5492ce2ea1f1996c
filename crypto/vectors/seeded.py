"""Bytes that look random and are the same each time.

The stream of a seed is SHA-256(seed || u32(0)) || SHA-256(seed || u32(1)) || …, read from its start.
The harnesses of both twins read the same stream for the accumulated vectors.
"""

from hashlib import sha256


class Seeded:
    """A stream of bytes that follows from its seed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._blocks = 0
        self._ahead = b""

    def take(self, size: int) -> bytes:
        """The next bytes of the stream."""
        while len(self._ahead) < size:
            self._ahead += sha256(self._seed + self._blocks.to_bytes(4, "big")).digest()
            self._blocks += 1
        taken, self._ahead = self._ahead[:size], self._ahead[size:]
        return taken

    def below(self, limit: int) -> int:
        """The next four bytes as a number, modulo limit."""
        return int.from_bytes(self.take(4), "big") % limit
