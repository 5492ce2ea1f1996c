"""Signatures and the keys nobody may use (2.2, 2.5)."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crypto.vectors.folder import Folder
from crypto.vectors.makers.cast import LAPTOP, PHONE, SMALL_ORDER_KEYS, SMALL_ORDER_SEALING_KEYS
from crypto.vectors.page import context, flip, sign

FOLDER = Folder("signature")
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
DATA = "帰りに窓の灯りが見えた".encode()
SIGNATURE = sign(PHONE.sign_private, "run", DATA)


def given(**changed: bytes | str) -> dict[str, bytes | str]:
    return {"key": PHONE.name, "purpose": "run", "data": DATA, "signature": SIGNATURE, **changed}


def make() -> Folder:
    FOLDER.gives("right", "2.2", "signed over context and data", "verify", given(), {})
    empty = sign(PHONE.sign_private, "session", b"")
    FOLDER.gives(
        "of_nothing",
        "2.2",
        "no data but the context",
        "verify",
        given(purpose="session", data=b"", signature=empty),
        {},
    )
    FOLDER.gives(
        "signs",
        "2.2",
        "what a key signs, it verifies; the bytes of a signature are not fixed",
        "sign",
        {"private": PHONE.sign_private, "purpose": "run", "data": DATA},
        {"key": PHONE.name},
    )
    _altered()
    _bad_keys()
    return FOLDER


def _altered() -> None:
    scalar = int.from_bytes(SIGNATURE[32:], "little")
    for case, comment, changed in (
        ("data_altered", "one bit of the data", given(data=flip(DATA, 0))),
        ("data_longer", "a byte more", given(data=DATA + b"\x00")),
        ("data_shorter", "a byte less", given(data=DATA[:-1])),
        ("other_purpose", "a signature cannot be carried to another purpose", given(purpose="entry")),
        (
            "purpose_moved_into_data",
            "nor by putting the purpose into the data",
            given(purpose="entry", data=context("run") + DATA),
        ),
        ("without_context", "signed over the bare data", given(signature=_bare())),
        ("other_key", "another device's key", given(key=LAPTOP.name)),
        ("by_other_key", "another device's signature", given(signature=sign(LAPTOP.sign_private, "run", DATA))),
        ("first_half_altered", "one bit of R", given(signature=flip(SIGNATURE, 0))),
        ("second_half_altered", "one bit of S", given(signature=flip(SIGNATURE, 32))),
        (
            "s_plus_group_order",
            "S must be below the group's order, or signatures could be altered by anybody",
            given(signature=SIGNATURE[:32] + (scalar + GROUP_ORDER).to_bytes(32, "little")),
        ),
        ("zeros", "no signature", given(signature=bytes(64))),
        ("empty", "no bytes", given(signature=b"")),
        ("one_byte_short", "63 bytes", given(signature=SIGNATURE[:-1])),
        ("one_byte_long", "65 bytes", given(signature=SIGNATURE + b"\x00")),
        (
            "key_off_the_curve",
            "32 bytes that are no point and not on the list: nothing verifies under it",
            given(key=b"\x02" + bytes(31)),
        ),
    ):
        FOLDER.fails(case, "bad_signature", "2.5", comment, "verify", changed)


def _bare() -> bytes:
    return Ed25519PrivateKey.from_private_bytes(PHONE.sign_private).sign(DATA)


def _bad_sealing_keys() -> None:
    check, comment = "check_sealing_key", "a point of small order"
    for name, key in SMALL_ORDER_SEALING_KEYS.items():
        FOLDER.fails(f"sealing_key_{name}", "bad_key", "2.5", comment, check, {"key": key})
        high = {"key": flip(key, 31, 0x80)}
        FOLDER.fails(f"sealing_key_{name}_high_bit", "bad_key", "2.5", "the same, highest bit set", check, high)
    FOLDER.fails("sealing_key_31_bytes", "bad_key", "2.5", "a key is 32 bytes", check, {"key": PHONE.name[:-1]})
    FOLDER.gives("sealing_key_allowed", "2.5", "a device's key", check, {"key": PHONE.seal_key}, {})
    signing = SMALL_ORDER_KEYS["order_8"]
    FOLDER.gives("sealing_key_of_the_other_list", "2.5", "small only as a signing key", check, {"key": signing}, {})


def _bad_keys() -> None:
    for name, key in SMALL_ORDER_KEYS.items():
        FOLDER.fails(f"key_{name}", "bad_key", "2.5", "a point of small order", "check_signing_key", {"key": key})
        FOLDER.fails(
            f"key_{name}_high_bit",
            "bad_key",
            "2.5",
            "the same with the highest bit set",
            "check_signing_key",
            {"key": flip(key, 31, 0x80)},
        )
    FOLDER.gives("key_allowed", "2.5", "a device's key", "check_signing_key", {"key": PHONE.name}, {})
    FOLDER.gives(
        "key_p_plus_two",
        "2.5",
        "not in the list, so not refused here",
        "check_signing_key",
        {"key": b"\xef" + b"\xff" * 30 + b"\x7f"},
        {},
    )
    FOLDER.gives(
        "key_nearly_small",
        "2.5",
        "one bit beside a key of the list",
        "check_signing_key",
        {"key": b"\x02" + bytes(31)},
        {},
    )
    for case, comment, key in (
        ("key_31_bytes", "a key is 32 bytes", PHONE.name[:-1]),
        ("key_33_bytes", "a key is 32 bytes", PHONE.name + b"\x00"),
        ("key_empty", "a key is 32 bytes", b""),
    ):
        FOLDER.fails(case, "bad_key", "2.5", comment, "check_signing_key", {"key": key})
    _bad_sealing_keys()
    zero = SMALL_ORDER_KEYS["one"]
    forged = zero + bytes(32)
    FOLDER.fails(
        "forged_under_small_key",
        "bad_key",
        "2.5",
        "S = 0, R = the neutral point: right under this key for any data",
        "verify",
        given(key=zero, signature=forged),
    )
    FOLDER.fails(
        "bad_key_and_bad_signature",
        "bad_key",
        "2.4",
        "the key is looked at first",
        "verify",
        given(key=zero, signature=SIGNATURE),
    )
