"""Writes runs as a device would, or as no device should: counts may be told wrong, and nothing is checked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from crypto.vectors.folder import Given
from crypto.vectors.makers.cast import CENTRE, CIRCLE, DESK_PC, LAPTOP, PHONE, TABLET, Device
from crypto.vectors.makers.change import Header, change_id, sealed
from crypto.vectors.page import SUITE, digest, padded, sign, u8, u16, u24, u32

HEAD_HASH = digest("entry", b"head of the directory")


@dataclass(frozen=True)
class Known:
    device: bytes
    sequence: int
    id: bytes

    def octets(self) -> bytes:
        return self.device + u32(self.sequence) + self.id

    def given(self) -> dict[str, Given]:
        return {"device": self.device, "sequence": self.sequence, "id": self.id}


@dataclass(frozen=True)
class Run:
    """A run as its author means it; counts may be told wrong."""

    bodies: tuple[bytes, ...]
    suite: bytes = SUITE
    centre: bytes = CENTRE
    circle: bytes = CIRCLE
    epoch: int = 1
    author: Device = PHONE
    first: int = 1
    previous: bytes = bytes(32)
    head_index: int = 7
    head_hash: bytes = HEAD_HASH
    known: tuple[Known, ...] = ()
    blobs: tuple[bytes, ...] = ()
    known_count: int | None = None
    blob_count: int | None = None
    change_count: int | None = None

    def head(self) -> bytes:
        """From suite to the end of blobs."""
        fixed = (
            self.suite
            + self.centre
            + self.circle
            + u32(self.epoch)
            + self.author.name
            + u32(self.first)
            + self.previous
        )
        fixed += u32(self.head_index) + self.head_hash
        counts = (
            (self.known_count, len(self.known)),
            (self.blob_count, len(self.blobs)),
            (self.change_count, len(self.bodies)),
        )
        known, blobs, changes = (real if told is None else told for told, real in counts)
        return (
            fixed
            + u8(known)
            + u8(blobs)
            + u16(changes)
            + b"".join(k.octets() for k in self.known)
            + b"".join(self.blobs)
        )

    def changes(self) -> Iterator[tuple[Header, bytes, bytes]]:
        """Header, id and body of each change."""
        previous = self.previous
        for place, body in enumerate(self.bodies):
            header = Header(
                self.centre, self.circle, self.epoch, self.author.name, (self.first + place) % 2**32, previous
            )
            previous = change_id(header, body)
            yield header, previous, body

    def last(self) -> bytes:
        return [known for _, known, _ in self.changes()][-1] if self.bodies else self.previous

    def signature(self) -> bytes:
        return sign(self.author.sign_private, "run", self.head() + self.last())

    def unsigned(self) -> bytes:
        return self.head() + b"".join(u24(len(body)) + body for body in self.bodies)

    def octets(self) -> bytes:
        return self.unsigned() + self.signature()

    def given(self) -> dict[str, Given]:
        return {
            "centre": self.centre,
            "circle": self.circle,
            "epoch": self.epoch,
            "device": self.author.name,
            "first": self.first,
            "previous": self.previous,
            "head_index": self.head_index,
            "head_hash": self.head_hash,
            "known": [known.given() for known in self.known],
            "blobs": list(self.blobs),
            "bodies": list(self.bodies),
        }


def _bodies() -> tuple[bytes, ...]:
    """Three changes of the phone: a note, an acknowledgement, a note."""
    texts: tuple[bytes, ...] = ("雨戸が開いていた".encode(), b"", "手紙を置いてきた".encode())
    previous, bodies = bytes(32), list[bytes]()
    for place, text in enumerate(texts):
        header = Header(sequence=place + 1, previous=previous)
        bodies.append(sealed(header, padded(0, text)) if text else b"")
        previous = change_id(header, bodies[-1])
    return tuple(bodies)


KNOWN = tuple(
    Known(device.name, 40 + place, digest("change", device.name))
    for place, device in enumerate((TABLET, DESK_PC, LAPTOP))
)
BLOBS = tuple(sorted(digest("blob", u8(number)) for number in range(3)))
GOOD = Run(_bodies(), known=KNOWN, blobs=BLOBS)
BARE = Run((b"",))
LATER = replace(GOOD, first=12, previous=digest("change", b"the eleventh"))
