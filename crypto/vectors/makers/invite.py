"""Invites: their keys (4.4), the link (8.1), the enrolment (8.2)."""

from base64 import urlsafe_b64encode

from crypto.vectors.folder import Folder, Given
from crypto.vectors.makers.cast import (
    CENTRE,
    INVITE_SECRET,
    OTHER_CENTRE,
    OTHER_INVITE_SECRET,
    OTHER_ROOT,
    PHONE,
    ROOT,
    SMALL_ORDER_KEYS,
    TABLET,
)
from crypto.vectors.page import derive, digest, flip, seal_public, sign, sign_public, u8, u32

FOLDER = Folder("invite")
ADDRESS = "https://engawa.example"
HEAD_INDEX, HEAD_HASH = 41, digest("entry", b"some entry")
SIGN = derive(INVITE_SECRET, "invite-sign", CENTRE)
INVITE = sign_public(SIGN)


def octets(version: int = 1, server: str = ADDRESS, length: int | None = None, centre: bytes = CENTRE) -> bytes:
    """A link's content without its check."""
    size = len(server) if length is None else length
    fixed = u8(version) + centre + ROOT.sign_key + ROOT.seal_key + u32(HEAD_INDEX) + HEAD_HASH + INVITE_SECRET
    return fixed + u8(size) + server.encode()


def checked(content: bytes) -> bytes:
    return content + digest("invite-check", content)[:4]


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def link(data: bytes) -> str:
    return f"{ADDRESS}/#i={text(data)}"


WHOLE = checked(octets())
LINK = link(WHOLE)
FIELDS: dict[str, Given] = {
    "centre": CENTRE,
    "root": ROOT.sign_key,
    "root_seal": ROOT.seal_key,
    "head_index": HEAD_INDEX,
    "head_hash": HEAD_HASH,
    "secret": INVITE_SECRET,
    "server": ADDRESS,
}


def refused(case: str, code: str, comment: str, given: str) -> None:
    FOLDER.fails(case, code, "8.1", comment, "read_link", {"link": given})


def make() -> Folder:
    _keys()
    _links_read()
    _links_malformed()
    _links_refused()
    _enrolment()
    return FOLDER


def _keys() -> None:
    for case, comment, secret, centre in (
        ("keys", "signing and sealing key of an invite", INVITE_SECRET, CENTRE),
        ("keys_in_other_centre", "the same secret gives other keys in another centre", INVITE_SECRET, OTHER_CENTRE),
    ):
        sign_key, seal_key = (derive(secret, purpose, centre) for purpose in ("invite-sign", "invite-seal"))
        FOLDER.gives(
            case,
            "4.4",
            comment,
            "keys",
            {"secret": secret, "centre": centre},
            {"invite": sign_public(sign_key), "seal_key": seal_public(seal_key)},
        )


def _links_read() -> None:
    FOLDER.gives("link_made", "8.1", "as the app makes it", "link", FIELDS, {"link": LINK})
    reads = {
        "link": LINK,
        "link_without_address": text(WHOLE),
        "link_with_only_fragment": f"#i={text(WHOLE)}",
        "link_with_other_address": f"https://engawa.invalid/somewhere#i={text(WHOLE)}",
    }
    for case, given in reads.items():
        FOLDER.gives(case, "8.1", "only what stands behind #i= is read", "read_link", {"link": given}, FIELDS)
    port = "http://192.168.0.10:8080"
    FOLDER.gives(
        "link_with_port",
        "8.1",
        "an origin may have a port",
        "read_link",
        {"link": link(checked(octets(server=port)))},
        {**FIELDS, "server": port},
    )
    long = "https://" + "a" * 247
    FOLDER.gives(
        "link_longest_address",
        "8.1",
        "255 characters",
        "read_link",
        {"link": link(checked(octets(server=long)))},
        {**FIELDS, "server": long},
    )


def _links_malformed() -> None:
    good = text(WHOLE)
    padded = urlsafe_b64encode(WHOLE).decode()
    if not padded.endswith("="):
        raise ValueError("this length needs no padding")
    bad = {
        "padded": f"{ADDRESS}/#i={padded}",
        "plus": f"{good[:80]}+{good[81:]}",
        "slash": f"{good[:80]}/{good[81:]}",
        "space_inside": f"{good[:80]} {good[80:]}",
        "line_at_end": LINK + "\n",
        "percent": f"{good[:80]}%41{good[83:]}",
        "full_width": f"{good[:80]}Ａ{good[81:]}",
        "one_character_left": good + "A" * (5 - len(good) % 4),
        "fragment_behind": LINK + "&lang=ja",
        "unused_bits": _unused_bits(),
        "address_only": ADDRESS,
        "short_and_not_base64": f"{ADDRESS}/#i=!",
    }
    for case, given in bad.items():
        refused(f"link_{case}", "malformed", "not strict base64url", given)
    foreign = octets().replace(b"engawa.example", "縁側.example".encode().ljust(14, b"x")[:14])
    refused("link_address_not_ascii", "malformed", "an address is ASCII", link(checked(foreign)))
    refused(
        "link_length_too_large",
        "malformed",
        "the address ends before its length",
        link(checked(octets(length=len(ADDRESS) + 1))),
    )
    refused(
        "link_length_too_small",
        "malformed",
        "something stands behind the address",
        link(checked(octets(length=len(ADDRESS) - 1))),
    )
    refused("link_byte_behind", "malformed", "something stands behind the check", link(WHOLE + b"\x00"))
    refused("link_last_byte_lacks", "malformed", "long enough, but shorter than its length says", link(WHOLE[:-1]))


def _unused_bits() -> str:
    """A link whose last character has bits no byte takes, one of them set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    good = text(WHOLE)
    return good[:-1] + alphabet[alphabet.index(good[-1]) + 1]


def _links_refused() -> None:
    refused("link_empty", "truncated", "nothing behind #i=", f"{ADDRESS}/#i=")
    refused("link_153_bytes", "truncated", "the fixed part lacks a byte", link(bytes(153)))
    refused("link_cut", "truncated", "half a link", f"{ADDRESS}/#i={text(WHOLE)[:100]}")
    refused(
        "link_cut_and_version_2", "truncated", "length is looked at before the version", link(checked(octets(2))[:100])
    )
    refused("link_version_0", "unknown_suite", "version 1 is the first", link(checked(octets(0))))
    refused("link_version_2", "unknown_suite", "made by a newer app", link(checked(octets(2))))
    refused(
        "link_version_2_and_length",
        "unknown_suite",
        "the version is looked at before the length",
        link(checked(octets(2, length=3))),
    )
    refused(
        "link_length_and_check",
        "malformed",
        "the length is looked at before the check",
        link(octets(length=3) + bytes(4)),
    )
    places = {
        "centre": 1,
        "root": 17,
        "root_seal": 49,
        "head_index": 84,
        "head_hash": 85,
        "secret": 117,
        "address": 150,
    }
    for name, at in places.items():
        refused(f"link_{name}_altered", "bad_check", "one bit, by a copying error", link(flip(WHOLE, at)))
    refused("link_check_altered", "bad_check", "one bit of the check itself", link(flip(WHOLE, -1)))
    refused(
        "link_check_of_recovery",
        "bad_check",
        "a check made for another purpose",
        link(octets() + digest("recovery-check", octets())[:4]),
    )
    refused(
        "link_other_centre",
        "wrong_centre",
        "check right, but the root did not found this centre",
        link(checked(octets(centre=OTHER_CENTRE))),
    )
    other_root = octets().replace(ROOT.sign_key, OTHER_ROOT.sign_key)
    refused("link_other_root", "wrong_centre", "check right, but another root", link(checked(other_root)))
    other_seal = octets().replace(ROOT.seal_key, OTHER_ROOT.seal_key)
    refused(
        "link_other_root_seal", "wrong_centre", "a root sealing key put in by a go-between", link(checked(other_seal))
    )
    refused(
        "link_other_centre_and_check",
        "bad_check",
        "the check is looked at first",
        link(octets(centre=OTHER_CENTRE) + bytes(4)),
    )


def _enrolment() -> None:
    message = CENTRE + INVITE + PHONE.name + PHONE.seal_key
    given = {
        "centre": CENTRE,
        "invite": INVITE,
        "device": PHONE.name,
        "seal_key": PHONE.seal_key,
        "signature": sign(SIGN, "enrol", message),
    }
    FOLDER.gives("enrolment", "8.2", "the invite vouches for the device", "verify_enrolment", given, {})
    other_invite = sign_public(derive(OTHER_INVITE_SECRET, "invite-sign", CENTRE))
    for case, comment, changed in (
        ("enrolment_in_other_centre", "moved to another centre", {"centre": OTHER_CENTRE}),
        ("enrolment_of_other_device", "another device", {"device": TABLET.name}),
        ("enrolment_with_other_seal_key", "another sealing key for the device", {"seal_key": TABLET.seal_key}),
        ("enrolment_by_other_invite", "another invite", {"invite": other_invite}),
        (
            "enrolment_signed_by_device",
            "the device cannot vouch for itself",
            {"signature": sign(PHONE.sign_private, "enrol", message)},
        ),
        ("enrolment_for_other_purpose", "a signature for a session", {"signature": sign(SIGN, "session", message)}),
        (
            "enrolment_keys_swapped",
            "device and sealing key change places",
            {"device": PHONE.seal_key, "seal_key": PHONE.name},
        ),
    ):
        FOLDER.fails(case, "bad_signature", "8.2", comment, "verify_enrolment", {**given, **changed})
    FOLDER.fails(
        "enrolment_by_bad_key",
        "bad_key",
        "2.5",
        "an invite of small order could be signed for by anybody",
        "verify_enrolment",
        {**given, "invite": SMALL_ORDER_KEYS["one"], "signature": SMALL_ORDER_KEYS["one"] + bytes(32)},
    )
