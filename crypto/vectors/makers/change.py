"""Changes: header, id, content (6.1 to 6.5)."""

from dataclasses import dataclass, replace

from crypto.vectors.deflate import repeated
from crypto.vectors.folder import Folder, Given
from crypto.vectors.makers.cast import (
    CENTRE,
    CIRCLE,
    OTHER_CENTRE,
    OTHER_CIRCLE,
    OTHER_SECRET,
    PHONE,
    SECRET,
    TABLET,
)
from crypto.vectors.page import SUITE, aead, derive, digest, flip, padded, padme, place, u32
from crypto.vectors.seeded import Seeded

FOLDER = Folder("change")
NONCE = Seeded("change").take(12)
PLAINTEXT = "また来ます、とだけ伝えた".encode()


@dataclass(frozen=True)
class Header:
    centre: bytes = CENTRE
    circle: bytes = CIRCLE
    epoch: int = 1
    device: bytes = PHONE.name
    sequence: int = 1
    previous: bytes = bytes(32)

    def octets(self) -> bytes:
        return SUITE + self.centre + self.circle + u32(self.epoch) + self.device + u32(self.sequence) + self.previous

    def given(self) -> dict[str, Given]:
        return {
            "centre": self.centre,
            "circle": self.circle,
            "epoch": self.epoch,
            "device": self.device,
            "sequence": self.sequence,
            "previous": self.previous,
        }


FIRST = Header()
SECOND = Header(sequence=2, previous=digest("change", FIRST.octets()))


def change_id(header: Header, body: bytes) -> bytes:
    return digest("change", header.octets() + body)


def content_key(header: Header, secret: bytes = SECRET) -> bytes:
    return derive(secret, "content", place(header.centre, header.circle, header.epoch) + header.device)


def sealed(header: Header, plain: bytes, key: bytes | None = None, purpose: str = "change") -> bytes:
    """A body; `plain` is already padded."""
    return NONCE + aead(key or content_key(header), NONCE, purpose, header.octets(), plain)


BODY = sealed(SECOND, padded(0, PLAINTEXT))


def opening(body: bytes = BODY, secret: bytes = SECRET, header: Header = SECOND, **changed: Given) -> dict[str, Given]:
    return {**header.given(), "secret": secret, "body": body, **changed}


def make() -> Folder:
    _headers_and_ids()
    _opened()
    _not_opened()
    _badly_padded()
    return FOLDER


def _headers_and_ids() -> None:
    headers = {
        "first": FIRST,
        "second": SECOND,
        "largest": Header(epoch=2**32 - 1, sequence=2**32 - 1, previous=b"\xff" * 32),
    }
    for case, header in headers.items():
        FOLDER.gives(f"header_{case}", "6.1", "105 bytes", "header", header.given(), {"header": header.octets()})
    for case, comment, header, body in (
        ("id_of_acknowledgement", "an empty body", FIRST, b""),
        ("id", "header and body", SECOND, BODY),
        ("id_in_other_circle", "the same body under another header", replace(SECOND, circle=OTHER_CIRCLE), BODY),
        ("id_of_altered_body", "one bit of the body", SECOND, flip(BODY, -1)),
    ):
        FOLDER.gives(case, "6.3", comment, "id", {**header.given(), "body": body}, {"id": change_id(header, body)})


def _opened() -> None:
    FOLDER.gives(
        "acknowledgement", "6.5", "an empty body is an empty plaintext", "open", opening(b""), {"plaintext": b""}
    )
    FOLDER.gives(
        "acknowledgement_with_other_secret",
        "6.2",
        "it needs no key",
        "open",
        opening(b"", OTHER_SECRET),
        {"plaintext": b""},
    )
    FOLDER.gives("plain", "6.5", "a plaintext as it is", "open", opening(), {"plaintext": PLAINTEXT})
    packed = sealed(SECOND, padded(1, repeated(0x61, 5000)))
    FOLDER.gives("deflated", "6.5", "a plaintext packed", "open", opening(packed), {"plaintext": b"a" * 5000})
    FOLDER.gives(
        "empty_plaintext",
        "6.5",
        "a body that holds nothing is not an acknowledgement",
        "open",
        opening(sealed(SECOND, padded(0, b""))),
        {"plaintext": b""},
    )
    for case, plaintext in (("sealed", PLAINTEXT), ("sealed_empty", b""), ("sealed_long", PLAINTEXT * 200)):
        FOLDER.gives(
            case,
            "6.2",
            "what a device writes, it reads; the nonce is random",
            "seal",
            {**SECOND.given(), "secret": SECRET, "plaintext": plaintext},
            {"plaintext": plaintext},
        )
    FOLDER.gives(
        "sealed_size_hides_length",
        "6.4",
        "a padded length, a nonce and a tag; Latin letters in no order do not pack",
        "sealed_size",
        {**SECOND.given(), "secret": SECRET, "plaintext": Seeded("size").take(999)},
        {"size": 12 + padme(1001) + 16},
    )


def _not_opened() -> None:
    for length in (1, 12, 27, 28):
        FOLDER.fails(
            f"body_{length}",
            "truncated",
            "6.5",
            f"{length} bytes are not enough for nonce, tag and a padded byte",
            "open",
            opening(BODY[:length]),
        )
    for length in (1, 28):
        FOLDER.fails(
            f"check_body_{length}",
            "truncated",
            "6.2",
            "a server can see that bytes are missing",
            "check_body",
            {"body": BODY[:length]},
        )
    for length in (0, 29):
        FOLDER.gives(
            f"check_body_{length}", "6.2", "no body, or enough of one", "check_body", {"body": BODY[:length]}, {}
        )
    largest = bytes(262_144)
    FOLDER.gives("check_body_262144", "6.7", "as large as a body may be", "check_body", {"body": largest}, {})
    over = {"body": largest + b"\x00"}
    FOLDER.fails("check_body_262145", "too_large", "6.7", "a byte more than a body may have", "check_body", over)
    moved = {
        "centre": replace(SECOND, centre=OTHER_CENTRE),
        "circle": replace(SECOND, circle=OTHER_CIRCLE),
        "epoch": replace(SECOND, epoch=2),
        "device": replace(SECOND, device=TABLET.name),
        "sequence": replace(SECOND, sequence=3),
        "previous": replace(SECOND, previous=flip(SECOND.previous, 31)),
    }
    for field, header in moved.items():
        FOLDER.fails(
            f"moved_to_other_{field}", "wrong_key", "6.5", "all of the header is bound", "open", opening(header=header)
        )
        again = sealed(SECOND, padded(0, PLAINTEXT), content_key(header))
        FOLDER.fails(
            f"moved_to_other_{field}_by_who_has_the_key",
            "wrong_key",
            "6.5",
            "the header is bound, whatever the key",
            "open",
            opening(again, header=header),
        )
    for case, comment, body in (
        ("nonce_altered", "one bit of the nonce", flip(BODY, 0)),
        ("ciphertext_altered", "one bit of the ciphertext", flip(BODY, 12)),
        ("tag_altered", "one bit of the tag", flip(BODY, -1)),
        ("body_cut", "a byte lacks", BODY[:-1]),
        ("body_longer", "a byte too many", BODY + b"\x00"),
        ("body_29_noise", "long enough, but nothing", bytes(29)),
        ("under_bare_secret", "the secret itself is not the key", sealed(SECOND, padded(0, PLAINTEXT), SECRET)),
        (
            "under_other_device",
            "each device has its own key",
            sealed(SECOND, padded(0, PLAINTEXT), content_key(moved["device"])),
        ),
        ("for_other_purpose", "bound to another purpose", sealed(SECOND, padded(0, PLAINTEXT), purpose="blob")),
    ):
        FOLDER.fails(case, "wrong_key", "6.5", comment, "open", opening(body))
    FOLDER.fails("other_secret", "wrong_key", "6.5", "another epoch's secret", "open", opening(secret=OTHER_SECRET))
    FOLDER.fails(
        "wrong_key_and_short",
        "truncated",
        "2.4",
        "the length is looked at first",
        "open",
        opening(BODY[:28], OTHER_SECRET),
    )


def _badly_padded() -> None:
    whole = padded(0, PLAINTEXT)
    for case, code, comment, plain in (
        ("padding_without_mark", "bad_padding", "no mark", bytes(len(whole))),
        ("padding_of_other_length", "bad_padding", "a zero too many", whole + b"\x00"),
        ("padding_lacks", "bad_padding", "the length of the note would show", whole.rstrip(b"\x00")),
        ("padding_method_2", "bad_padding", "a method nobody knows", padded(2, PLAINTEXT)),
        ("padding_only_mark", "bad_padding", "29 bytes: no method", b"\x80"),
        ("deflate_incomplete", "bad_padding", "packed, and cut", padded(1, repeated(0x61, 5000)[:-1])),
        ("bomb", "too_large", "262,145 bytes out", padded(1, repeated(0x61, 262_145))),
    ):
        FOLDER.fails(case, code, "6.5", comment, "open", opening(sealed(SECOND, plain)))
