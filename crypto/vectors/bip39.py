"""BIP-39 with the Japanese list, written out from the proposal.

Only the list itself is a package's file, known by its digest.
"""

import unicodedata
from hashlib import sha256
from pathlib import Path

import mnemonic

LIST = (Path(mnemonic.__file__).parent / "wordlist" / "japanese.txt").read_bytes()
if sha256(LIST).hexdigest() != "2eed0aef492291e061633d7ad8117f1a2b03eb80a29d0e4e3117ac2528d05ffd":
    raise ValueError("not the Japanese list of BIP-39")
WORDS = unicodedata.normalize("NFC", LIST.decode()).split()


def indexes(entropy: bytes) -> list[int]:
    """The entropy and its checksum (a bit for each four bytes) in groups of eleven bits."""
    checksum = len(entropy) // 4
    bits = int.from_bytes(entropy, "big") << checksum | sha256(entropy).digest()[0] >> 8 - checksum
    count = (len(entropy) * 8 + checksum) // 11
    return [bits >> 11 * place & 2047 for place in reversed(range(count))]


def words(entropy: bytes) -> str:
    """The words in NFC, joined by the ideographic space."""
    return "\u3000".join(WORDS[index] for index in indexes(entropy))
