"""The vault: a wrapped secret and the values under it (section 12)."""

import unicodedata

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from crypto.vectors.folder import Folder, Given
from crypto.vectors.page import aead, derive, flip, u8, u32
from crypto.vectors.seeded import Seeded

FOLDER = Folder("vault")
SPEC = "12"
_stream = Seeded("vault")
SECRET, OTHER_SECRET, SALT, NONCE, PRF = (_stream.take(size) for size in (32, 32, 16, 12, 32))
PASSPHRASE = "縁側で 待っている 2026"  # noqa: S105 - of a vector


def parameters(memory: int = 8, passes: int = 1, prf: int = 0, version: int = 1) -> bytes:
    return u8(version) + u8(prf) + u32(memory) + u32(passes) + SALT


def wrapped(passphrase: str = PASSPHRASE, memory: int = 8, passes: int = 1, prf: bytes | None = None) -> bytes:
    head = parameters(memory, passes, prf is not None)
    kek = Argon2id(salt=SALT, length=32, iterations=passes, lanes=1, memory_cost=memory).derive(
        unicodedata.normalize("NFKC", passphrase).encode()
    )
    if prf is not None:
        kek = derive(kek + prf, "vault-prf", b"")
    return head + NONCE + aead(kek, NONCE, "vault-wrap", head, SECRET)


GOOD, WITH_PRF = wrapped(), wrapped(prf=PRF)


def given(octets: bytes = GOOD, passphrase: str = PASSPHRASE, prf: bytes | None = None) -> dict[str, Given]:
    return {"wrapped": octets, "passphrase": passphrase, "prf": prf}


def opens(case: str, comment: str, what: dict[str, Given]) -> None:
    FOLDER.gives(case, SPEC, comment, "unwrap", what, {"secret": SECRET})


def refused(case: str, code: str, comment: str, what: dict[str, Given]) -> None:
    FOLDER.fails(case, code, SPEC, comment, "unwrap", what)


def make() -> Folder:
    _unwrapped()
    _not_unwrapped()
    _passphrases()
    _values()
    return FOLDER


def _unwrapped() -> None:
    opens("unwrapped", "with a passphrase", given())
    opens("unwrapped_with_passkey", "with a passphrase and a passkey's output", given(WITH_PRF, prf=PRF))
    opens("more_memory_and_passes", "m = 256 KiB, t = 3", given(wrapped(memory=256, passes=3)))
    opens("memory_not_a_multiple_of_4", "m = 13 KiB", given(wrapped(memory=13)))
    opens("most_passes", "t = 16", given(wrapped(passes=16)))
    for case, prf in (("wrapped", None), ("wrapped_with_passkey", PRF)):
        FOLDER.gives(
            case,
            SPEC,
            "what is wrapped is unwrapped; salt and nonce are random",
            "wrap",
            {"secret": SECRET, "passphrase": PASSPHRASE, "prf": prf, "memory_kib": 8, "passes": 1},
            {"secret": SECRET, "size": 86, "flag": 0 if prf is None else 1},
        )
    FOLDER.gives("default_cost", SPEC, "64 MiB, three passes", "default_cost", {}, {"memory_kib": 65_536, "passes": 3})


def _not_unwrapped() -> None:
    body = GOOD[26:]
    for case, octets in (("empty", b""), ("85_bytes", GOOD[:-1]), ("87_bytes", GOOD + b"\x00")):
        refused(case, "truncated", "86 bytes, no more and no less", given(octets))
    for case, comment, head in (
        ("version_0", "version 1 is the first", parameters(version=0)),
        ("version_2", "made by a newer version", parameters(version=2)),
        ("flag_2", "0 or 1", parameters(prf=2)),
        ("memory_7", "8 KiB at least", parameters(7)),
        ("memory_0", "8 KiB at least", parameters(0)),
        ("memory_over_1_gib", "1,048,576 KiB at most: a bad file must not take all memory", parameters(1_048_577)),
        ("memory_largest", "2^32 − 1", parameters(2**32 - 1)),
        ("passes_0", "1 at least", parameters(passes=0)),
        ("passes_17", "16 at most: a bad file must not take all time", parameters(passes=17)),
    ):
        refused(case, "malformed", comment, given(head + body))
    refused(
        "87_bytes_and_version_2", "truncated", "length before version", given(parameters(version=2) + body + b"\x00")
    )
    refused("version_2_and_passkey", "malformed", "form before passkey", given(parameters(version=2) + body, prf=PRF))
    refused("passkey_lacks", "needs_passkey", "wrapped with a passkey, none given", given(WITH_PRF))
    refused("passkey_too_many", "needs_passkey", "wrapped without a passkey, one given", given(prf=PRF))
    refused(
        "passkey_lacks_and_wrong_passphrase", "needs_passkey", "the passkey is asked for first", given(WITH_PRF, "x")
    )
    refused("passkey_flag_cleared", "wrong_passphrase", "the parameters are bound", given(flip(WITH_PRF, 1)))
    refused("passkey_flag_set", "wrong_passphrase", "the parameters are bound", given(flip(GOOD, 1), prf=PRF))
    refused("other_passkey", "wrong_passphrase", "another passkey's output", given(WITH_PRF, prf=PRF[::-1]))
    for case, at in {
        "salt_altered": 10,
        "passes_altered": 9,
        "nonce_altered": 26,
        "secret_altered": 38,
        "tag_altered": -1,
    }.items():
        refused(case, "wrong_passphrase", "one bit", given(flip(GOOD, at, 2)))


def _passphrases() -> None:
    opens(
        "passphrase_full_width",
        "NFKC: full-width digits and spaces are the plain ones",
        given(GOOD, "縁側で\u3000待っている\u3000２０２６"),
    )
    opens(
        "passphrase_marks_apart",
        "NFKC: kana and marks apart are one",
        given(passphrase=unicodedata.normalize("NFD", PASSPHRASE)),
    )
    for case, comment, passphrase in (
        ("passphrase_wrong", "another one", "縁側で 待っている 2025"),
        ("passphrase_empty_given", "nothing given", ""),
        ("passphrase_empty", "no vault is open to nothing", ""),
        ("passphrase_with_space_behind", "spaces count", PASSPHRASE + " "),
        ("passphrase_in_capitals", "capitals count", "ENGAWA"),
    ):
        wraps = {"passphrase_in_capitals": wrapped("engawa"), "passphrase_empty": wrapped("")}
        octets = wraps.get(case, GOOD)
        refused(case, "wrong_passphrase", comment, given(octets, passphrase))


def _values() -> None:
    def sealed(name: str, value: bytes, secret: bytes = SECRET, purpose: str = "vault-value") -> bytes:
        return NONCE + aead(derive(secret, "vault-value", b""), NONCE, purpose, name.encode(), value)

    def opening(octets: bytes, name: str = "drafts/1", secret: bytes = SECRET) -> dict[str, Given]:
        return {"secret": secret, "name": name, "sealed": octets}

    good = sealed("drafts/1", b"value")
    FOLDER.gives("value", SPEC, "opens under its name", "open_value", opening(good), {"value": b"value"})
    FOLDER.gives("value_empty", SPEC, "28 bytes", "open_value", opening(sealed("drafts/1", b"")), {"value": b""})
    FOLDER.gives(
        "value_named_in_japanese",
        SPEC,
        "names are UTF-8",
        "open_value",
        opening(sealed("下書き", b"value"), "下書き"),
        {"value": b"value"},
    )
    FOLDER.gives(
        "value_sealed",
        SPEC,
        "what is sealed under a name opens under it",
        "seal_value",
        {"secret": SECRET, "name": "drafts/1", "value": b"value"},
        {"value": b"value", "size": 33},
    )
    for length in (0, 12, 27):
        FOLDER.fails(f"value_of_{length}", "truncated", SPEC, "28 bytes at least", "open_value", opening(good[:length]))
    for case, comment, what in (
        ("value_under_other_name", "moved to another name", opening(good, "drafts/2")),
        ("value_under_longer_name", "a name is bound whole", opening(good, "drafts/11")),
        ("value_under_other_secret", "another device's vault", opening(good, secret=OTHER_SECRET)),
        ("value_for_other_purpose", "another purpose", opening(sealed("drafts/1", b"value", purpose="vault-wrap"))),
        ("value_nonce_altered", "one bit", opening(flip(good, 0))),
        ("value_altered", "one bit", opening(flip(good, 12))),
        ("value_tag_altered", "one bit", opening(flip(good, -1))),
        ("value_cut", "a byte lacks", opening(good[:-1])),
    ):
        FOLDER.fails(case, "wrong_key", SPEC, comment, "open_value", what)
