"""Sessions (section 11)."""

from crypto.vectors.folder import Folder, Given
from crypto.vectors.makers.cast import CENTRE, INVITE_SECRET, OTHER_CENTRE, PHONE, SMALL_ORDER_KEYS, TABLET
from crypto.vectors.page import derive, digest, flip, sign, sign_public, u16

FOLDER = Folder("session")
SPEC = "11"
ORIGIN = "https://engawa.example"
CHALLENGE = digest("session", b"a challenge")


def message(key: bytes, origin: str = ORIGIN, centre: bytes = CENTRE, challenge: bytes = CHALLENGE) -> bytes:
    return centre + key + challenge + u16(len(origin)) + origin.encode("ascii")


def signed(key: bytes, private: bytes, origin: str = ORIGIN) -> dict[str, Given]:
    signature = sign(private, "session", message(key, origin))
    return {"centre": CENTRE, "key": key, "challenge": CHALLENGE, "origin": origin, "signature": signature}


def make() -> Folder:
    for case, origin in (
        ("message", ORIGIN),
        ("message_with_port", "http://localhost:8080"),
        ("message_long_origin", "https://" + "a" * 300),
    ):
        FOLDER.gives(
            case,
            SPEC,
            "what is signed",
            "message",
            {"centre": CENTRE, "key": PHONE.name, "challenge": CHALLENGE, "origin": origin},
            {"message": message(PHONE.name, origin)},
        )
    good = signed(PHONE.name, PHONE.sign_private)
    invite = derive(INVITE_SECRET, "invite-sign", CENTRE)
    FOLDER.gives("verified", SPEC, "by a device", "verify", good, {})
    FOLDER.gives("verified_invite", SPEC, "by an open invite", "verify", signed(sign_public(invite), invite), {})
    for case, comment, changed in (
        ("other_centre", "a session of another centre", {"centre": OTHER_CENTRE}),
        ("other_key", "somebody else's session", {"key": TABLET.name}),
        ("other_challenge", "an old answer to a new challenge", {"challenge": flip(CHALLENGE, 31)}),
        ("other_origin", "an answer passed on by another server", {"origin": "https://engawa.invalid"}),
        ("other_port", "the port belongs to the origin", {"origin": ORIGIN + ":8443"}),
        ("other_scheme", "so does the scheme", {"origin": ORIGIN.replace("https", "http")}),
        ("slash_behind", "an origin has no slash at its end", {"origin": ORIGIN + "/"}),
        ("capital", "an origin is in small letters", {"origin": ORIGIN.replace("engawa", "Engawa")}),
        (
            "signature_altered",
            "one bit",
            {"signature": flip(sign(PHONE.sign_private, "session", message(PHONE.name)), 63)},
        ),
        (
            "by_other_key",
            "signed by another device",
            {"signature": sign(TABLET.sign_private, "session", message(PHONE.name))},
        ),
        (
            "for_other_purpose",
            "an enrolment is no session",
            {"signature": sign(PHONE.sign_private, "enrol", message(PHONE.name))},
        ),
        ("challenge_alone", "the bare challenge signed", {"signature": sign(PHONE.sign_private, "session", CHALLENGE)}),
    ):
        FOLDER.fails(case, "bad_signature", SPEC, comment, "verify", {**good, **changed})
    for name in ("zero", "one"):
        FOLDER.fails(
            f"key_{name}",
            "bad_key",
            SPEC,
            "anybody could sign in under such a key",
            "verify",
            {**good, "key": SMALL_ORDER_KEYS[name], "signature": SMALL_ORDER_KEYS["one"] + bytes(32)},
        )
    return FOLDER
