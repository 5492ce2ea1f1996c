"""Reminders: reading, verifying, opening one's own text (section 10)."""

from dataclasses import dataclass, replace

from crypto.vectors.folder import Folder, Given
from crypto.vectors.makers.cast import (
    CENTRE,
    CIRCLE,
    DESK_PC,
    LAPTOP,
    OTHER_CENTRE,
    OTHER_CIRCLE,
    PHONE,
    SMALL_ORDER_KEYS,
    TABLET,
    Device,
)
from crypto.vectors.page import SUITE, flip, hpke_seal, sign, u8, u16, u64
from crypto.vectors.seeded import Seeded

FOLDER = Folder("reminder")
SPEC = "10"
EPHEMERAL, NAME = Seeded("reminder").take(32), Seeded("reminder id").take(16)
TEXT = "明日14時、二人で".encode()
DUE = 1_763_960_400_000


def sealed(recipient: Device, text: bytes = TEXT, purpose: str = "reminder", name: bytes = NAME) -> bytes:
    binding = CENTRE + CIRCLE + name + recipient.name
    return hpke_seal(EPHEMERAL, recipient.seal_key, purpose, binding, text)


@dataclass(frozen=True)
class Reminder:
    """A reminder as its author means it; the count may be told wrong."""

    bodies: tuple[tuple[bytes, bytes], ...]
    suite: bytes = SUITE
    centre: bytes = CENTRE
    circle: bytes = CIRCLE
    name: bytes = NAME
    device: Device = DESK_PC
    due: int = DUE
    kind: int = 1
    count: int | None = None

    def body(self) -> bytes:
        fixed = self.suite + self.centre + self.circle + self.name + self.device.name + u64(self.due) + u8(self.kind)
        fixed += u16(len(self.bodies) if self.count is None else self.count)
        return fixed + b"".join(device + u16(len(text)) + text for device, text in self.bodies)

    def signature(self) -> bytes:
        return sign(self.device.sign_private, "reminder", self.body())

    def octets(self) -> bytes:
        return self.body() + self.signature()


PLAIN = Reminder(((PHONE.name, sealed(PHONE)),))
LADDER = Reminder(tuple((device.name, sealed(device)) for device in (LAPTOP, PHONE, TABLET)), kind=2)
CANCEL = Reminder((), kind=0)


def given_parts(reminder: Reminder) -> dict[str, Given]:
    return {
        "centre": reminder.centre,
        "circle": reminder.circle,
        "id": reminder.name,
        "device": reminder.device.name,
        "due": reminder.due,
        "kind": reminder.kind,
        "recipients": [{"device": device, "sealed": text} for device, text in reminder.bodies],
    }


def parses(case: str, comment: str, reminder: Reminder) -> None:
    out = {**given_parts(reminder), "signature": reminder.signature()}
    FOLDER.gives(case, SPEC, comment, "parse", {"reminder": reminder.octets()}, out)


def refused(case: str, code: str, comment: str, octets: bytes) -> None:
    FOLDER.fails(case, code, SPEC, comment, "parse", {"reminder": octets})


def make() -> Folder:
    parses("plain", "to one device", PLAIN)
    parses("ladder", "to three, in the order they are called, not in that of their keys", LADDER)
    parses("cancel", "kind 0 takes it back", CANCEL)
    parses("largest_due", "2^53 − 1", replace(PLAIN, due=2**53 - 1))
    parses("empty_text", "a sealed text of no length is for the recipient to judge", Reminder(((PHONE.name, b""),)))
    FOLDER.gives(
        "built",
        SPEC,
        "from its parts to the body that is signed",
        "build",
        given_parts(LADDER),
        {"body": LADDER.body()},
    )
    most = Reminder(((PHONE.name, b""),) * 500)
    FOLDER.gives("most_recipients", SPEC, "500", "parse_and_count", {"reminder": most.octets()}, {"recipients": 500})
    _fixed_part()
    _recipients()
    _verified()
    _opened()
    return FOLDER


def _fixed_part() -> None:
    good = PLAIN.octets()
    refused("over_the_limit", "too_large", "1,048,577 bytes", bytes(1_048_577))
    refused("empty", "truncated", "no bytes", b"")
    refused("fixed_part_only", "truncated", "92 bytes", good[:92])
    refused("155_bytes", "truncated", "a byte less than the smallest", CANCEL.octets()[:155])
    refused("suite_0", "unknown_suite", "no such suite", replace(PLAIN, suite=b"\x00").octets())
    refused("suite_2", "unknown_suite", "made by a newer version", replace(PLAIN, suite=b"\x02").octets())
    for case, comment, reminder in (
        ("kind_3", "no such kind", replace(PLAIN, kind=3)),
        ("kind_255", "no such kind", replace(PLAIN, kind=255)),
        ("due_2_53", "more than JavaScript can count", replace(PLAIN, due=2**53)),
        ("due_largest", "2^64 − 1", replace(PLAIN, due=2**64 - 1)),
        ("cancel_with_recipient", "who takes back says nothing", replace(PLAIN, kind=0)),
        ("plain_without_recipient", "nobody to remind", replace(CANCEL, kind=1)),
        ("ladder_without_recipient", "nobody to remind", replace(CANCEL, kind=2)),
        ("501_recipients", "500 at most", Reminder(((PHONE.name, b""),) * 501)),
    ):
        refused(case, "malformed", comment, reminder.octets())
    refused("too_large_and_unknown_suite", "too_large", "size before suite", b"\x02" + bytes(1_048_576))
    refused("truncated_and_unknown_suite", "truncated", "length before suite", b"\x02" + bytes(154))
    later = replace(PLAIN, suite=b"\x02", kind=9)
    refused("unknown_suite_and_kind", "unknown_suite", "suite before kind", later.octets())


def _recipients() -> None:
    good = PLAIN.octets()
    for case, comment, octets in (
        ("signature_cut", "a byte of the signature lacks", good[:-1]),
        ("recipients_lack", "two told, one there", replace(PLAIN, count=2).octets()),
        (
            "recipient_cut",
            "a device without a length",
            replace(CANCEL, kind=1, count=1).body() + PHONE.name + bytes(64),
        ),
        ("length_beyond_end", "a text longer than the bytes", good[:124] + u16(65_535) + good[126:]),
        (
            "text_takes_signature",
            "the signature taken for a text",
            good[:124] + u16(len(sealed(PHONE)) + 64) + good[126:],
        ),
    ):
        refused(case, "truncated", comment, octets)
    for case, comment, octets in (
        (
            "byte_left_over",
            "a byte between the recipients and the signature",
            PLAIN.body() + b"\x00" + PLAIN.signature(),
        ),
        ("byte_behind", "a byte behind the signature", good + b"\x00"),
        ("fewer_recipients_told", "one more than the count says", replace(LADDER, count=2).octets()),
        ("cancel_with_bytes", "nothing is told, something is there", CANCEL.body() + bytes(34) + CANCEL.signature()),
    ):
        refused(case, "malformed", comment, octets)
    refused(
        "501_and_recipients_lack",
        "malformed",
        "the count is looked at before the recipients",
        replace(PLAIN, count=501).octets(),
    )


def _verified() -> None:
    for case, reminder in (("verified", PLAIN), ("verified_ladder", LADDER), ("verified_cancel", CANCEL)):
        FOLDER.gives(case, SPEC, "the signature is right", "verify", {"reminder": reminder.octets()}, {})
    good = PLAIN.octets()
    parts = {
        "centre": 1,
        "circle": 17,
        "id": 33,
        "device": 49,
        "due": 88,
        "recipient": 92,
        "text": 130,
        "signature": -1,
    }
    for part, at in parts.items():
        _forged(f"{part}_altered", "one bit, on the way", flip(good, at))
    _forged("plain_shown_as_ladder", "another kind", replace(PLAIN, kind=2).body() + PLAIN.signature())
    _forged(
        "ladder_reordered",
        "the order of those called",
        replace(LADDER, bodies=LADDER.bodies[::-1]).body() + LADDER.signature(),
    )
    _forged("recipient_dropped", "one fewer", replace(LADDER, bodies=LADDER.bodies[:2]).body() + LADDER.signature())
    _forged("cancelled_by_nobody", "a cancel that nobody signed", CANCEL.body() + bytes(64))
    _forged(
        "moved_to_other_centre",
        "shown in another centre",
        replace(PLAIN, centre=OTHER_CENTRE).body() + PLAIN.signature(),
    )
    _forged(
        "moved_to_other_circle",
        "shown in another circle",
        replace(PLAIN, circle=OTHER_CIRCLE).body() + PLAIN.signature(),
    )
    _forged("shown_as_another_device", "shown as another's", replace(PLAIN, device=LAPTOP).body() + PLAIN.signature())
    _forged(
        "signed_for_run",
        "a signature for another purpose",
        PLAIN.body() + sign(DESK_PC.sign_private, "run", PLAIN.body()),
    )
    for name in ("zero", "one"):
        octets = good.replace(DESK_PC.name, SMALL_ORDER_KEYS[name])[:-64] + SMALL_ORDER_KEYS["one"] + bytes(32)
        FOLDER.fails(f"device_key_{name}", "bad_key", SPEC, "anybody could sign", "verify", {"reminder": octets})


def _forged(case: str, comment: str, octets: bytes) -> None:
    FOLDER.fails(case, "bad_signature", SPEC, comment, "verify", {"reminder": octets})


def _opened() -> None:
    def given(reminder: Reminder, device: Device = PHONE, private: bytes = PHONE.seal_private) -> dict[str, bytes]:
        return {"reminder": reminder.octets(), "recipient": device.name, "private": private}

    FOLDER.gives("opened", SPEC, "the text for this device", "open", given(PLAIN), {"text": TEXT})
    FOLDER.gives("opened_in_ladder", SPEC, "the second of three", "open", given(LADDER), {"text": TEXT})
    FOLDER.gives(
        "opened_longest",
        SPEC,
        "2,048 bytes",
        "open",
        given(Reminder(((PHONE.name, sealed(PHONE, b"a" * 2048)),))),
        {"text": b"a" * 2048},
    )
    sealing: dict[str, Given] = {
        "centre": CENTRE,
        "circle": CIRCLE,
        "id": NAME,
        "recipient": PHONE.name,
        "private": PHONE.seal_private,
        "text": TEXT,
    }
    out: dict[str, Given] = {"text": TEXT, "size": 48 + len(TEXT)}
    FOLDER.gives("sealed", SPEC, "what is sealed to a device, it opens", "seal", sealing, out)
    too_long = {**sealing, "text": b"a" * 2049}
    FOLDER.fails("text_over_the_limit", "too_large", SPEC, "2,049 bytes", "seal", too_long)
    text = sealed(PHONE)
    for case, comment, reminder in (
        ("text_of_other_centre", "moved to another centre, signed anew", replace(PLAIN, centre=OTHER_CENTRE)),
        ("text_of_other_circle", "moved to another circle, signed anew", replace(PLAIN, circle=OTHER_CIRCLE)),
        ("text_of_other_reminder", "moved to another reminder, signed anew", replace(PLAIN, name=NAME[::-1])),
        ("text_of_other_recipient", "another device's text", Reminder(((PHONE.name, sealed(TABLET)),))),
        (
            "text_bound_to_other_recipient",
            "sealed to this key, bound to another device",
            Reminder(((PHONE.name, _bound_to_other()),)),
        ),
        (
            "text_for_other_purpose",
            "a circle's seal is no reminder",
            Reminder(((PHONE.name, sealed(PHONE, purpose="seal")),)),
        ),
        ("text_ciphertext_altered", "one bit, signed anew", Reminder(((PHONE.name, flip(text, 40)),))),
        ("text_enc_altered", "one bit, signed anew", Reminder(((PHONE.name, flip(text, 0)),))),
    ):
        FOLDER.fails(case, "wrong_key", SPEC, comment, "open", given(reminder))
    FOLDER.fails(
        "text_opened_with_other_key",
        "wrong_key",
        SPEC,
        "another device's key",
        "open",
        given(PLAIN, private=TABLET.seal_private),
    )
    unsigned = {**given(PLAIN), "reminder": PLAIN.body() + bytes(64)}
    FOLDER.fails(
        "text_without_signature",
        "bad_signature",
        SPEC,
        "a text is never shown before its signature is checked",
        "open",
        unsigned,
    )


def _bound_to_other() -> bytes:
    return hpke_seal(EPHEMERAL, PHONE.seal_key, "reminder", CENTRE + CIRCLE + NAME + TABLET.name, TEXT)
