"""The recovery key on paper: its keys, its words, its QR text (4.2)."""

import unicodedata
from base64 import b32encode

from crypto.vectors import bip39
from crypto.vectors.folder import Folder
from crypto.vectors.makers.cast import ROOT
from crypto.vectors.page import digest, flip

FOLDER = Folder("recovery")
SPEC = "4.2"
SEED = ROOT.seed
PREFIX = "ENGAWA-RECOVERY-1:"


def check(seed: bytes) -> bytes:
    return digest("recovery-check", seed)[:4]


def qr(data: bytes) -> str:
    return PREFIX + b32encode(data).decode().rstrip("=")


WORDS = bip39.words(SEED + check(SEED))
QR = qr(SEED + check(SEED))


def reads(case: str, comment: str, text: str, how: str = "read_words", seed: bytes = SEED) -> None:
    FOLDER.gives(case, SPEC, comment, how, {"text": text}, {"seed": seed})


def refused(case: str, code: str, comment: str, text: str, how: str = "read_words") -> None:
    FOLDER.fails(case, code, SPEC, comment, how, {"text": text})


def make() -> Folder:
    _keys()
    _words_read()
    _words_refused()
    _qr_read()
    _qr_refused()
    return FOLDER


def _keys() -> None:
    for case, seed in (("keys", SEED), ("keys_of_zero_seed", bytes(24))):
        root = type(ROOT)(seed)
        FOLDER.gives(
            case,
            SPEC,
            "root, root sealing key and centre follow from the seed",
            "keys",
            {"seed": seed},
            {"root": root.sign_key, "root_seal": root.seal_key, "centre": root.centre},
        )
    for case, seed in (("words", SEED), ("words_of_zero_seed", bytes(24)), ("words_of_ff_seed", b"\xff" * 24)):
        FOLDER.gives(
            case,
            SPEC,
            "21 words in NFC, joined by U+3000",
            "words",
            {"seed": seed},
            {"words": bip39.words(seed + check(seed))},
        )
        FOLDER.gives(
            case.replace("words", "qr"),
            SPEC,
            "prefix and 45 characters",
            "qr",
            {"seed": seed},
            {"text": qr(seed + check(seed))},
        )


def _words_read() -> None:
    reads("words_as_written", "as the app writes them", WORDS)
    reads("words_nfd", "kana and marks apart", unicodedata.normalize("NFD", WORDS))
    reads("words_with_spaces", "U+0020 instead of U+3000", WORDS.replace("\u3000", " "))
    reads("words_on_lines", "a word a line, as people write them down", WORDS.replace("\u3000", "\n") + "\n")
    reads("words_with_windows_lines", "the same from another system", WORDS.replace("\u3000", "\r\n"))
    reads("words_with_tabs_and_more", "several spaces, tabs, a no-break space", WORDS.replace("\u3000", " \t\u00a0", 5))
    reads("words_with_space_around", "white space before and behind", f"\u3000 {WORDS}\n ")
    reads(
        "words_zero_seed",
        "the first word of the list, many times",
        bip39.words(bytes(24) + check(bytes(24))),
        seed=bytes(24),
    )


def _words_refused() -> None:
    words = WORDS.split("\u3000")
    join = "\u3000".join
    other = bip39.WORDS[(bip39.WORDS.index(words[4]) + 1) % 2048]
    refused("words_none", "bad_length", "no word", "")
    refused("words_blank", "bad_length", "white space only", "\u3000 \n")
    refused("words_20", "bad_length", "the last word lacks", join(words[:-1]))
    refused("words_22", "bad_length", "a word too many", join([*words, words[0]]))
    refused("words_24", "bad_length", "a good phrase of 24 words", bip39.words(SEED + check(SEED) + bytes(4)))
    refused("words_18", "bad_length", "the seed alone, a good phrase of 18 words", bip39.words(SEED))
    refused("words_not_parted", "bad_length", "no spaces", "".join(words))
    refused("words_20_and_unknown", "bad_length", "the number is looked at first", join([*words[:19], "えんがわ"]))
    refused("word_1_unknown", "bad_word", "not in the list", join(["えんがわ", *words[1:]]))
    refused("word_21_unknown", "bad_word", "not in the list", join([*words[:-1], "えんがわ"]))
    refused(
        "word_in_katakana",
        "bad_word",
        "NFKD does not turn katakana into hiragana",
        join(["".join(chr(ord(kana) + 0x60) for kana in words[0]), *words[1:]]),
    )
    refused("word_english", "bad_word", "the list is the Japanese one", join(["abandon", *words[1:]]))
    refused("word_shortened", "bad_word", "words are not completed", join([words[0][:-1], *words[1:]]))
    refused("word_without_its_mark", "bad_word", "か is not が", _without_a_mark())
    refused(
        "word_unknown_and_bad_check",
        "bad_word",
        "the list is looked at before the check",
        join([*words[:3], "えんがわ", other, *words[5:]]),
    )
    refused("words_two_swapped", "bad_check", "the first two change places", join([words[1], words[0], *words[2:]]))
    refused("word_replaced", "bad_check", "its neighbour in the list", join([*words[:4], other, *words[5:]]))
    refused("words_reversed", "bad_check", "read from the end", join(reversed(words)))
    refused("words_bip39_checksum_wrong", "bad_check", "seed and check are right", _wrong_checksum())
    for case, data in (
        ("words_check_wrong", SEED + flip(check(SEED), 0)),
        ("words_check_last_bit_wrong", SEED + flip(check(SEED), 3)),
        ("words_seed_altered", flip(SEED, 23) + check(SEED)),
        ("words_check_of_another_purpose", SEED + digest("invite-check", SEED)[:4]),
    ):
        refused(case, "bad_check", "BIP-39's own checksum is right", bip39.words(data))


def _without_a_mark() -> str:
    """The words with the first voiced kana made unvoiced, where that gives no other word of the list."""
    words = WORDS.split("\u3000")
    for at, word in enumerate(words):
        bare = unicodedata.normalize("NFD", word).replace("\u3099", "").replace("\u309a", "")
        if bare != unicodedata.normalize("NFD", word) and bare not in bip39.WORDS:
            return "\u3000".join([*words[:at], bare, *words[at + 1 :]])
    raise ValueError("this seed has no such word")


def _wrong_checksum() -> str:
    indexes = bip39.indexes(SEED + check(SEED))
    indexes[-1] ^= 1
    return "\u3000".join(bip39.WORDS[index] for index in indexes)


def _qr_read() -> None:
    reads("qr_as_written", "as the app draws it", QR, "read_qr")
    reads("qr_lower_case", "a reader may give small letters", QR.lower(), "read_qr")
    reads("qr_mixed_case", "or both", PREFIX.title() + QR[18:].swapcase(), "read_qr")
    reads("qr_with_space_around", "white space around it", f" \t{QR}\r\n", "read_qr")


def _qr_refused() -> None:
    body = QR[len(PREFIX) :]
    bad = {
        "nothing": "",
        "only_prefix": PREFIX,
        "no_prefix": body,
        "prefix_of_version_2": "ENGAWA-RECOVERY-2:" + body,
        "prefix_without_colon": PREFIX[:-1] + body,
        "a_web_address": "https://engawa.example/",
        "44_characters": QR[:-1],
        "46_characters": QR + "A",
        "padded": QR + "===",
        "space_inside": QR[:30] + " " + QR[31:],
        "line_inside": QR[:30] + "\n" + QR[30:],
        "digit_1": PREFIX + "1" + body[1:],
        "digit_0": PREFIX + "0" + body[1:],
        "digit_8": PREFIX + "8" + body[1:],
        "hyphen": PREFIX + "-" + body[1:],
        "full_width": PREFIX + "Ａ" + body[1:],
        "long_s": PREFIX + "\u017f" + body[1:],
        "dotless_i": PREFIX + "\u0131" + body[1:],
        "kelvin_sign": PREFIX + "\u212a" + body[1:],
        "sharp_s_for_two": PREFIX + "ß" + body[2:],
    }
    for case, text in bad.items():
        refused(f"qr_{case}", "malformed", "another prefix, character or length", text, "read_qr")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    unused = last[last.index(body[-1]) | 1]
    refused("qr_unused_bit_set", "malformed", "the bit behind the 28 bytes is not zero", QR[:-1] + unused, "read_qr")
    refused(
        "qr_unused_bit_and_bad_check",
        "malformed",
        "the form is looked at before the check",
        qr(SEED + flip(check(SEED), 0))[:-1] + unused,
        "read_qr",
    )
    for case, data in (
        ("seed_altered", flip(SEED, 0) + check(SEED)),
        ("check_wrong", SEED + flip(check(SEED), 3)),
        ("all_zero", bytes(28)),
    ):
        refused(f"qr_{case}", "bad_check", "a copying error", qr(data), "read_qr")
    swapped = PREFIX + body[1] + body[0] + body[2:]
    refused("qr_two_characters_swapped", "bad_check", "a typing error", swapped, "read_qr")
