"""Published vectors. Numbers and sources are in facts.json; nothing is computed here but what is said to be."""

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.vectors import bip39
from crypto.vectors.folder import Folder
from crypto.vectors.page import hpke, hpke_key_and_nonce, hpke_shared_secret

FOLDER = Folder("published")
FACTS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "facts.json").read_text())


def facts(name: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Case, source and numbers."""
    return [
        (f"{name}_{fact['case']}", FACTS[name]["source"], {key: value for key, value in fact.items() if key != "case"})
        for fact in FACTS[name]["cases"]
    ]


def part(fact: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: fact[name] for name in names}


def make() -> Folder:
    for case, source, fact in facts("ed25519"):
        FOLDER.gives(case, "2.2", source, "ed25519_verify", part(fact, "public", "message", "signature"), {})
        FOLDER.gives(f"{case}_public", "2.2", source, "ed25519_public", part(fact, "secret"), part(fact, "public"))
    for case, source, fact in facts("ed25519_edges"):
        given = part(fact, "public", "message", "signature")
        if fact["expect"] == "success":
            FOLDER.gives(case, "2.5", source, "ed25519_verify", given, {})
        else:
            FOLDER.fails(case, fact["expect"], "2.5", source, "ed25519_verify", given)
    for case, source, fact in facts("hkdf"):
        given = part(fact, "secret", "salt", "info") | {"size": len(fact["derived"]) // 2}
        FOLDER.gives(case, "2.2", source, "hkdf", given, part(fact, "derived"))
    for case, source, fact in facts("aes_256_gcm"):
        FOLDER.gives(
            case, "2.2", source, "aes_256_gcm", part(fact, "key", "nonce", "aad", "plaintext"), part(fact, "sealed")
        )
    for name in ("argon2id", "argon2id_plain"):
        for case, source, fact in facts(name):
            given = {key: value for key, value in fact.items() if key != "derived"}
            FOLDER.gives(case, "12", source, name, given, part(fact, "derived"))
    for case, source, fact in facts("bip39_japanese"):
        if bip39.words(bytes.fromhex(fact["entropy"])) != fact["words"]:
            raise ValueError(f"{case}: our own BIP-39 is wrong")
        FOLDER.gives(case, "4.2", source, "bip39_japanese", part(fact, "entropy"), part(fact, "words"))
    _hpke()
    return FOLDER


def _hpke() -> None:
    """The published encryption has associated data, ours has none: the second is computed with the published key."""
    case, source, fact = facts("hpke")[0]
    number = {name: bytes.fromhex(value) for name, value in fact.items()}
    shared = hpke_shared_secret(number["ephemeral"], number["public"])
    sealed = hpke(number["ephemeral"], number["public"], number["info"], number["aad"], number["plaintext"])
    if (shared, hpke_key_and_nonce(shared, number["info"]), sealed) != (
        number["shared_secret"],
        (number["key"], number["base_nonce"]),
        number["enc"] + number["ciphertext"],
    ):
        raise ValueError("our own HPKE is wrong")
    FOLDER.gives(
        case,
        "2.2",
        source,
        "hpke_open_with_aad",
        part(fact, "private", "enc", "info", "aad", "ciphertext"),
        part(fact, "plaintext"),
    )
    bare = AESGCM(number["key"]).encrypt(number["base_nonce"], number["plaintext"], b"")
    given = part(fact, "private", "info") | {"sealed": number["enc"] + bare}
    FOLDER.gives(
        f"{case}_without_aad",
        "2.2",
        f"computed with the key and nonce of {source}",
        "hpke_open",
        given,
        part(fact, "plaintext"),
    )
