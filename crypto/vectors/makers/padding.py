"""Padding of a change's plaintext (6.4)."""

from crypto.vectors.deflate import fixed, repeated, stored, too_far
from crypto.vectors.folder import Folder
from crypto.vectors.page import padded, padme
from crypto.vectors.seeded import Seeded

FOLDER = Folder("padding")
SPEC = "6.4"
LIMIT = 262_144
TEXT = "玄関先で五分ほど話せた。次は来週の水曜。".encode() * 8
NOISE = Seeded("noise").take(300)


VISITS = "".join(f"visit {number}; " for number in range(60)).encode()
VISITS_DEFLATED = bytes.fromhex(  # zlib's work; kept, because it has a block of dynamic codes
    "45d1c90d02311045c1540881de58444473064dfc2024976feff4cb729fc7fbf85caeafcbf98f58912b6a45af9815b715f7158f154f837bda76180f"
    "eb613eec0720088108463272bf9f918c64242319c94846328a518cda9fc42846318a518c6214a319cd6846ef4b309ad18c6634a319c318c6308631"
    "fbdc8c610c6318f333be"
)


def opens(case: str, comment: str, octets: bytes, plaintext: bytes) -> None:
    FOLDER.gives(case, SPEC, comment, "unpad", {"padded": octets}, {"plaintext": plaintext})


def refused(case: str, comment: str, octets: bytes, code: str = "bad_padding") -> None:
    FOLDER.fails(case, code, SPEC, comment, "unpad", {"padded": octets})


def make() -> Folder:
    for length in (
        0,
        1,
        2,
        3,
        7,
        8,
        9,
        15,
        16,
        17,
        31,
        33,
        63,
        65,
        100,
        255,
        257,
        1000,
        65_537,
        262_144,
        262_145,
        2**31,
        2**32 + 1,
    ):
        FOLDER.gives(
            f"padme_{length}",
            SPEC,
            f"the padded length of {length} bytes",
            "padme",
            {"length": length},
            {"padded_length": padme(length)},
        )
    _written()
    _opened()
    _badly_padded()
    _badly_packed()
    return FOLDER


def _written() -> None:
    FOLDER.gives(
        "pad_empty", SPEC, "nothing cannot get shorter: method 0", "pad", {"plaintext": b""}, {"padded": padded(0, b"")}
    )
    FOLDER.gives(
        "pad_one_byte",
        SPEC,
        "one byte cannot get shorter: method 0",
        "pad",
        {"plaintext": b"a"},
        {"padded": padded(0, b"a")},
    )
    FOLDER.gives(
        "pad_noise",
        SPEC,
        "what does not compress is written with method 0",
        "pad",
        {"plaintext": NOISE},
        {"padded": padded(0, NOISE)},
    )
    FOLDER.gives(
        "pad_text",
        SPEC,
        "what compresses is written with method 1; compressors may differ, so the bytes are not fixed",
        "pad_and_unpad",
        {"plaintext": TEXT},
        {"method": 1, "plaintext": TEXT},
    )
    FOLDER.gives(
        "pad_limit",
        SPEC,
        "the largest plaintext",
        "pad_and_unpad",
        {"plaintext": b"a" * LIMIT},
        {"method": 1, "plaintext": b"a" * LIMIT},
    )

    over = {"plaintext": b"a" * (LIMIT + 1)}
    FOLDER.fails("pad_over_the_limit", "too_large", SPEC, "more than a reader would unpack", "pad", over)


def _opened() -> None:
    opens("empty", "the smallest: method 0, the mark", padded(0, b""), b"")
    opens("plain", "method 0", padded(0, NOISE), NOISE)
    opens("plain_that_would_compress", "a reader does not ask which method is shorter", padded(0, TEXT), TEXT)
    opens("plain_ends_like_padding", "only the last mark is the mark", padded(0, b"a\x80\x00\x00"), b"a\x80\x00\x00")
    opens("plain_of_zeros", "zeros before the mark belong to the data", padded(0, bytes(40)), bytes(40))
    opens("deflated", "method 1, dynamic Huffman codes", padded(1, VISITS_DEFLATED), VISITS)
    opens("deflated_fixed_codes", "method 1, fixed Huffman codes", padded(1, fixed(TEXT)), TEXT)
    opens("deflated_stored", "method 1, a stored block", padded(1, stored(NOISE)), NOISE)
    two_blocks = stored(NOISE, last=False) + fixed(TEXT)
    opens(
        "deflated_two_blocks",
        "method 1, a block that is not the last and one that is",
        padded(1, two_blocks),
        NOISE + TEXT,
    )
    opens("deflated_empty", "method 1 may hold nothing", padded(1, fixed(b"")), b"")
    opens("deflated_limit", "262,144 bytes out", padded(1, repeated(0x61, LIMIT)), b"a" * LIMIT)


def _badly_padded() -> None:
    whole = padded(0, NOISE)
    refused("nothing", "no mark", b"")
    refused("only_zeros", "no mark", bytes(16))
    refused(
        "no_mark",
        "the last byte that is not zero is 0x81",
        whole.rstrip(b"\x00")[:-1] + b"\x81" + bytes(len(whole) - 302),
    )
    refused("only_mark", "no method", b"\x80")
    refused("mark_as_method", "0x80 is the mark, and no method is left", b"\x80\x00")
    refused("one_zero_less", "not the padded length", whole[:-1])
    refused("one_zero_more", "not the padded length", whole + b"\x00")
    refused("not_padded", "no zeros where some are due", whole.rstrip(b"\x00"))
    refused(
        "next_padded_length",
        "a padded length, but not that of this data",
        whole + bytes(padme(len(whole) + 1) - len(whole)),
    )
    refused("method_2", "only 0 and 1 are known", padded(2, NOISE))
    refused("method_255", "only 0 and 1 are known", padded(255, b""))


def _badly_packed() -> None:
    packed = VISITS_DEFLATED
    for case, comment, data in (
        ("deflate_nothing", "no DEFLATE at all", b""),
        ("deflate_incomplete", "the last byte lacks", packed[:-1]),
        ("deflate_without_end", "fixed codes without the end of the block", fixed(TEXT, end=False)),
        ("deflate_without_last_block", "no block says it is the last", stored(NOISE, last=False)),
        ("deflate_zero_behind", "a zero behind the end, before the mark", packed + b"\x00"),
        ("deflate_other_behind", "a second stream behind the end", packed + fixed(b"a")),
        ("deflate_block_type_3", "a block of a kind that does not exist", b"\x07" + packed[1:]),
        ("deflate_stored_length_wrong", "a stored length and its complement disagree", b"\x01\x04\x00\xfb\xfeabcd"),
        ("deflate_stored_too_short", "a stored block that ends before its length", stored(NOISE)[:-1]),
        ("deflate_distance_too_far", "copies from before the start", too_far()),
        ("deflate_noise", "no DEFLATE", b"\xff" * 20),
        ("zlib_instead", "zlib has a head and a checksum", b"\x78\x9c" + fixed(b"a") + bytes.fromhex("00620062")),
        (
            "gzip_instead",
            "gzip has a head and a checksum",
            bytes.fromhex("1f8b08000000000000ff") + fixed(b"") + bytes(8),
        ),
    ):
        refused(case, comment, padded(1, data))
    for case, comment, data in (
        ("bomb_by_one_byte", "262,145 bytes out", repeated(0x61, LIMIT + 1)),
        ("bomb", "16 MiB out of 16 KiB need not be unpacked to be refused", repeated(0, 16 << 20)),
        ("bomb_incomplete", "over the limit before its end lacks", repeated(0x61, LIMIT * 2)[:-1]),
        (
            "bomb_with_zero_behind",
            "over the limit before something stands behind it",
            repeated(0x61, LIMIT * 2) + b"\x00",
        ),
    ):
        refused(case, comment, padded(1, data), "too_large")
