"""Contexts, digests and derivations (2.2, 13), and the id of a centre (4.3). Nothing here can fail."""

from crypto.vectors.folder import Folder, Given
from crypto.vectors.makers.cast import PLACE, ROOT, SECRET
from crypto.vectors.page import CIRCLE_KINDS, centre_id, context, derive, digest, place

PURPOSES = [
    "centre",
    "root-sign",
    "root-seal",
    "recovery-check",
    "invite-sign",
    "invite-seal",
    "invite-check",
    "enrol",
    "content",
    "circle-key",
    "lock",
    "commitment",
    "seal",
    "change",
    "run",
    "entry",
    "statement",
    "blob",
    "reminder",
    "session",
    "vault-prf",
    "vault-wrap",
    "vault-value",
]


def make() -> list[Folder]:
    return [_digest(), _derive(), _centre()]


def _digest() -> Folder:
    folder = Folder("digest")
    contexts = {purpose: context(purpose) for purpose in PURPOSES}
    folder.gives(
        "contexts", "13", "every purpose, and its context", "contexts", {"purposes": PURPOSES}, {"contexts": contexts}
    )
    for case, comment, purpose, data in (
        ("nothing", "the digest of no bytes is that of the context", "entry", b""),
        ("bytes", "the context stands before the data", "change", b"abc"),
        ("other_purpose", "the same data under another purpose", "entry", b"abc"),
        ("data_like_a_context", "data cannot pass for a longer purpose", "run", context("entry")),
    ):
        folder.gives(
            case, "2.2", comment, "digest", {"purpose": purpose, "data": data}, {"digest": digest(purpose, data)}
        )
    folder.gives(
        "place",
        "5.1",
        "centre, circle, epoch",
        "place",
        {"centre": ROOT.centre, "circle": SECRET[:16], "epoch": 2**32 - 1},
        {"place": place(ROOT.centre, SECRET[:16], 2**32 - 1)},
    )
    folder.gives("circle_kinds", "5.1", "the numbers of the kinds", "circle_kinds", {}, {"circle_kinds": CIRCLE_KINDS})
    return folder


def _derive() -> Folder:
    folder = Folder("derive")
    for case, comment, secret, purpose, binding, size in (
        ("no_binding", "an empty binding", ROOT.seed, "root-sign", b"", 32),
        ("binding", "a place as binding", SECRET, "lock", PLACE, 32),
        ("other_purpose", "the same secret and binding for another purpose", SECRET, "commitment", PLACE, 32),
        ("other_binding", "the same secret and purpose in another place", SECRET, "lock", PLACE[::-1], 32),
        ("one_byte", "L = 1", SECRET, "content", b"", 1),
        ("two_blocks", "L = 64 takes two blocks of HKDF", SECRET, "content", b"", 64),
    ):
        given: dict[str, Given] = {"secret": secret, "purpose": purpose, "binding": binding, "size": size}
        folder.gives(case, "2.2", comment, "derive", given, {"derived": derive(secret, purpose, binding, size)})
    return folder


def _centre() -> Folder:
    folder = Folder("centre")
    root, seal = ROOT.sign_key, ROOT.seal_key
    for case, comment, first, second in (
        ("centre_id", "the first 16 bytes of the digest of both root keys", root, seal),
        ("keys_swapped", "the other way round it is another centre", seal, root),
        (
            "keys_of_zeros",
            "an id follows from any 64 bytes; whether the keys may be used is asked elsewhere",
            bytes(32),
            bytes(32),
        ),
    ):
        folder.gives(
            case,
            "4.3",
            comment,
            "centre_id",
            {"root": first, "root_seal": second},
            {"centre": centre_id(first, second)},
        )
    return folder
