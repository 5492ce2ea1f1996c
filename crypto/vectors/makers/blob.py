"""Blobs: an attachment in pieces, each bound to its place (section 9)."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.vectors.folder import Folder, Given, Slices
from crypto.vectors.makers.cast import CENTRE, CIRCLE, OTHER_CENTRE, OTHER_CIRCLE
from crypto.vectors.page import SUITE, aead, digest, flip, padme, u8, u32, u64
from crypto.vectors.seeded import Seeded

FOLDER = Folder("blob")
SPEC = "9"
FILE = "three_chunks.hex"
PIECE, TAG, HEADER = 65_536, 16, 41
CHUNK = PIECE + TAG
KEY, OTHER_KEY = Seeded("blob").take(32), Seeded("other blob").take(32)
LARGEST_STREAM = padme(8 + 26_214_400)
PHOTO = "玄関の写真の代わり".encode()
LONG = b"photo " * 21_900  # two whole pieces and a shorter one


@dataclass(frozen=True)
class Blob:
    """A blob as its author means it."""

    stream: bytes
    suite: bytes = SUITE
    centre: bytes = CENTRE
    circle: bytes = CIRCLE
    told: int | None = None
    last: int | None = None
    from_index: int = 0

    def header(self) -> bytes:
        return self.suite + self.centre + self.circle + u64(len(self.stream) if self.told is None else self.told)

    def chunks(self) -> list[bytes]:
        pieces = [self.stream[at : at + PIECE] for at in range(0, len(self.stream), PIECE)]
        last = len(pieces) - 1 if self.last is None else self.last
        return [aead(KEY, self.nonce(place, last), "blob", self.header(), piece) for place, piece in enumerate(pieces)]

    def nonce(self, place: int, last: int) -> bytes:
        return bytes(7) + u32(place + self.from_index) + u8(place == last)

    def octets(self) -> bytes:
        return self.header() + b"".join(self.chunks())


def stream(content: bytes, length: int | None = None) -> bytes:
    whole = u64(len(content) if length is None else length) + content
    return whole + bytes(padme(len(whole)) - len(whole))


SMALL, THREE = Blob(stream(PHOTO)), Blob(stream(LONG))


def opening(blob: Given, **changed: Given) -> dict[str, Given]:
    return {"key": KEY, "centre": CENTRE, "circle": CIRCLE, "blob": blob, **changed}


def refused(case: str, code: str, comment: str, blob: Given, **changed: Given) -> None:
    FOLDER.fails(case, code, SPEC, comment, "open", opening(blob, **changed))


def pieces(*parts: tuple[int, int] | bytes) -> Slices:
    """A blob put together from the stored one of three chunks."""
    return Slices(FILE, parts)


def chunk(place: int) -> tuple[int, int]:
    start = HEADER + place * CHUNK
    return start, min(start + CHUNK, len(THREE.octets()))


HEAD = (0, HEADER)


def make() -> Folder:
    FOLDER.files[FILE] = THREE.octets().hex().encode()
    _sealed_and_opened()
    _headers()
    _sizes()
    _altered()
    _chunks_moved()
    _contents()
    return FOLDER


def _sealed_and_opened() -> None:
    for case, comment, content in (
        ("empty", "no content: a stream of eight bytes", b""),
        ("small", "one chunk", PHOTO),
        ("padded", "a stream with zeros at its end", bytes(range(203))),
        ("one_piece", "exactly one whole piece", bytes(PIECE - 8)),
        ("two_pieces", "exactly two whole pieces", bytes(2 * PIECE - 8)),
        ("three_chunks", "two whole pieces and a shorter one", LONG),
    ):
        octets = Blob(stream(content)).octets()
        FOLDER.gives(
            f"{case}_sealed",
            SPEC,
            comment,
            "seal",
            {"key": KEY, "centre": CENTRE, "circle": CIRCLE, "content": content},
            {"id": digest("blob", octets), "size": len(octets)},
        )
        if len(octets) < 1000:
            FOLDER.gives(f"{case}_opened", SPEC, comment, "open", opening(octets), {"content": content})
    FOLDER.gives(
        "three_chunks_opened",
        SPEC,
        "as it is stored beside the vectors",
        "open",
        opening(pieces((0, len(THREE.octets())))),
        {"content": LONG},
    )
    over = {"key": KEY, "centre": CENTRE, "circle": CIRCLE, "content": bytes(26_214_401)}
    FOLDER.fails("content_over_the_limit", "too_large", SPEC, "a byte more than 25 MiB", "seal", over)
    FOLDER.gives(
        "id", SPEC, "the digest of the whole", "id", {"blob": SMALL.octets()}, {"id": digest("blob", SMALL.octets())}
    )
    FOLDER.gives(
        "id_of_nothing", SPEC, "an id follows from any bytes", "id", {"blob": b""}, {"id": digest("blob", b"")}
    )


def _headers() -> None:
    good = SMALL.octets()
    refused("nothing", "truncated", "no bytes", b"")
    refused("header_cut", "truncated", "40 bytes", good[:40])
    refused("header_cut_and_suite_2", "truncated", "length before suite", b"\x02" + good[1:40])
    refused("suite_0", "unknown_suite", "no such suite", Blob(SMALL.stream, suite=b"\x00").octets())
    refused("suite_2", "unknown_suite", "made by a newer version", Blob(SMALL.stream, suite=b"\x02").octets())
    refused("suite_2_and_other_circle", "unknown_suite", "suite before place", b"\x02" + good[1:], circle=OTHER_CIRCLE)
    refused("other_centre", "wrong_place", "a blob of another centre", good, centre=OTHER_CENTRE)
    refused("other_circle", "wrong_place", "a blob of another circle", good, circle=OTHER_CIRCLE)
    refused("centre_altered", "wrong_place", "one bit of the header", flip(good, 1))
    refused("circle_altered", "wrong_place", "one bit of the header", flip(good, 17))
    refused(
        "other_circle_and_stream_7", "wrong_place", "place before length", Blob(bytes(7)).octets(), circle=OTHER_CIRCLE
    )
    refused(
        "header_moved_to_other_circle",
        "wrong_key",
        "header made to fit: the chunks are bound to it",
        Blob(SMALL.stream, circle=OTHER_CIRCLE).header() + good[HEADER:],
        circle=OTHER_CIRCLE,
    )
    refused(
        "header_moved_to_other_centre",
        "wrong_key",
        "header made to fit: the chunks are bound to it",
        Blob(SMALL.stream, centre=OTHER_CENTRE).header() + good[HEADER:],
        centre=OTHER_CENTRE,
    )


def _sizes() -> None:
    good = SMALL.octets()
    refused("stream_0", "malformed", "a stream has a length", Blob(b"").octets())
    refused("stream_7", "malformed", "a stream has a length", Blob(bytes(7)).octets())
    refused(
        "stream_one_over_the_limit",
        "too_large",
        "more than 25 MiB can need",
        Blob(b"", told=LARGEST_STREAM + 1).header(),
    )
    refused("stream_2_53", "too_large", "more than JavaScript can count", Blob(b"", told=2**53).header())
    refused("stream_largest", "too_large", "2^64 − 1", Blob(b"", told=2**64 - 1).header())
    refused(
        "stream_at_the_limit",
        "truncated",
        "the length is allowed, the chunks lack",
        Blob(b"", told=LARGEST_STREAM).header(),
    )
    refused("header_only", "truncated", "no chunk", SMALL.header())
    refused("byte_lacks", "truncated", "a byte lacks", good[:-1])
    refused("byte_behind", "truncated", "the size is not what the header says", good + b"\x00")
    refused(
        "stream_told_longer",
        "truncated",
        "the size is not what the header says",
        Blob(SMALL.stream, told=len(SMALL.stream) + 1).octets(),
    )
    refused("last_chunk_lacks", "truncated", "the end cut off", pieces(HEAD, chunk(0), chunk(1)))
    refused("middle_chunk_lacks", "truncated", "the middle cut out", pieces(HEAD, chunk(0), chunk(2)))
    refused(
        "first_chunk_twice", "truncated", "one chunk too many", pieces(HEAD, chunk(0), chunk(0), chunk(1), chunk(2))
    )


def _altered() -> None:
    good = SMALL.octets()
    refused("other_key", "wrong_key", "another blob's key", good, key=OTHER_KEY)
    refused("ciphertext_altered", "wrong_key", "one bit of the first chunk", flip(good, HEADER))
    refused("tag_altered", "wrong_key", "one bit of the last tag", flip(good, -1))
    refused("zeros", "wrong_key", "a header and zeros", SMALL.header() + bytes(len(good) - HEADER))
    data = THREE.octets()
    at = HEADER + CHUNK + 500
    refused(
        "middle_chunk_altered",
        "wrong_key",
        "one bit of the second chunk: nothing is given out",
        pieces((0, at), flip(data[at : at + 1], 0), (at + 1, len(data))),
    )


def _chunks_moved() -> None:
    data = THREE.octets()
    refused(
        "chunks_swapped", "wrong_key", "each chunk is bound to its place", pieces(HEAD, chunk(1), chunk(0), chunk(2))
    )
    refused(
        "chunk_repeated", "wrong_key", "the first in place of the second", pieces(HEAD, chunk(0), chunk(0), chunk(2))
    )
    shorter = Blob(THREE.stream[: 2 * PIECE])
    refused(
        "cut_with_header_made_to_fit", "wrong_key", "the header is bound", pieces(shorter.header(), chunk(0), chunk(1))
    )
    flag = {
        "last_flag_lacks": Blob(SMALL.stream, last=-1),
        "first_index_1": Blob(SMALL.stream, from_index=1),
        "first_index_2_32_minus_1": Blob(SMALL.stream, from_index=2**32 - 1),
    }
    for case, blob in flag.items():
        refused(case, "wrong_key", "index and last flag are in the nonce", blob.octets())
    at = HEADER + CHUNK - TAG
    refused("purpose_lacks", "wrong_key", "associated data without the purpose", SMALL.header() + _without_purpose())
    refused("purpose_of_change", "wrong_key", "another purpose", SMALL.header() + _for_change())
    refused(
        "tags_swapped",
        "wrong_key",
        "a tag belongs to its chunk",
        pieces((0, at), (at + CHUNK, at + CHUNK + TAG), (at + TAG, len(data))),
    )


def _nonce() -> bytes:
    return bytes(11) + b"\x01"


def _without_purpose() -> bytes:
    return AESGCM(KEY).encrypt(_nonce(), SMALL.stream, SMALL.header())


def _for_change() -> bytes:
    return aead(KEY, _nonce(), "change", SMALL.header(), SMALL.stream)


def _contents() -> None:
    whole = stream(bytes(range(203)))
    for case, comment, inside in (
        ("length_beyond_stream", "more bytes told than there are", stream(PHOTO, len(SMALL.stream))),
        ("length_far_beyond_stream", "2^63", stream(PHOTO, 2**63)),
        ("length_largest", "2^64 − 1: eight more is zero again in 64 bits", stream(PHOTO, 2**64 - 1)),
        ("length_wraps", "2^64 − 8", stream(b"", 2**64 - 8)),
        ("length_too_small", "content shown shorter than its padding allows", stream(bytes(200), 100)),
        ("stream_not_padded", "no zeros where some are due", whole.rstrip(b"\x00")),
        ("stream_padded_too_far", "zeros beyond the padded length", whole + bytes(16)),
        ("last_zero_altered", "something in the padding", flip(whole, -1)),
        ("first_zero_altered", "something in the padding", flip(whole, 211)),
    ):
        refused(case, "bad_padding", comment, Blob(inside).octets())
