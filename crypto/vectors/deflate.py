"""Raw DEFLATE (RFC 1951) put together by hand, so that the bytes do not depend on a compressor's version."""

LONGEST = 258  # bytes, of one copy


class Bits:
    """Bits in DEFLATE's order: the first one is the lowest of the first byte."""

    def __init__(self) -> None:
        self._bits: list[int] = []

    def number(self, value: int, size: int) -> None:
        """A plain number: lowest bit first."""
        self._bits += [value >> bit & 1 for bit in range(size)]

    def code(self, value: int, size: int) -> None:
        """A Huffman code: highest bit first."""
        self._bits += [value >> bit & 1 for bit in reversed(range(size))]

    def octets(self) -> bytes:
        ended = self._bits + [0] * (-len(self._bits) % 8)
        return bytes(sum(bit << at for at, bit in enumerate(ended[i : i + 8])) for i in range(0, len(ended), 8))


def symbol(bits: Bits, value: int) -> None:
    """A literal, the end (256) or a length, in the fixed codes of RFC 1951, 3.2.6."""
    if value < 144:
        bits.code(0b00110000 + value, 8)
    elif value < 256:
        bits.code(0b110010000 + value - 144, 9)
    elif value < 280:
        bits.code(value - 256, 7)
    else:
        bits.code(0b11000000 + value - 280, 8)


def fixed(data: bytes, last: bool = True, end: bool = True) -> bytes:
    """One block of literals in fixed codes."""
    bits = Bits()
    bits.number(last | 1 << 1, 3)
    for octet in data:
        symbol(bits, octet)
    if end:
        symbol(bits, 256)
    return bits.octets()


def repeated(octet: int, times: int) -> bytes:
    """One octet, very often: a literal and copies of the longest kind from one byte back."""
    copies, literals = divmod(times - 1, LONGEST)
    bits = Bits()
    bits.number(1 | 1 << 1, 3)
    for _ in range(1 + literals):
        symbol(bits, octet)
    for _ in range(copies):
        symbol(bits, 285)
        bits.code(0, 5)
    symbol(bits, 256)
    return bits.octets()


def too_far() -> bytes:
    """A literal, then a copy of three bytes from two bytes back."""
    bits = Bits()
    bits.number(1 | 1 << 1, 3)
    symbol(bits, ord("a"))
    symbol(bits, 257)
    bits.code(1, 5)
    symbol(bits, 256)
    return bits.octets()


def stored(data: bytes, last: bool = True) -> bytes:
    """One block as it is; at most 65,535 bytes."""
    size = len(data)
    return bytes([last]) + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + data
