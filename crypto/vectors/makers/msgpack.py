"""Strict MessagePack (2.3): bytes read to a value, and that value packed to the same bytes; or refused."""

from crypto.vectors.folder import Folder, Given
from crypto.vectors.messagepack import LARGEST, Value, pack

FOLDER = Folder("msgpack")
SPEC = "2.3"


def tagged(value: Value) -> Given:
    """The value as JSON can hold it: bytes stand as {"$octets": …}."""
    if isinstance(value, bytes):
        return {"$octets": value}
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dict):
        return {key: tagged(element) for key, element in value.items()}
    return [tagged(element) for element in value]


def reads(case: str, comment: str, value: Value) -> None:
    FOLDER.gives(
        case, SPEC, comment, "unpack", {"octets": pack(value)}, {"value": tagged(value), "packed": pack(value)}
    )


def repacks(case: str, comment: str, value: Value) -> None:
    """A value too long to be written down in JSON: read and packed again, it gives the same bytes."""
    FOLDER.gives(case, SPEC, comment, "repack", {"octets": pack(value)}, {"packed": pack(value)})


def refused(case: str, comment: str, octets: bytes | str) -> None:
    raw = bytes.fromhex(octets) if isinstance(octets, str) else octets
    FOLDER.fails(case, "malformed", SPEC, comment, "unpack", {"octets": raw})


def nested(levels: int, inner: bytes = b"\x90", each: bytes = b"\x91") -> bytes:
    return each * (levels - 1) + inner


def make() -> Folder:
    _integers()
    _texts_and_bytes()
    _arrays_and_maps()
    _refused_integers()
    _refused_lengths()
    _refused_texts()
    _refused_maps()
    _refused_shapes()
    return FOLDER


def _integers() -> None:
    for name, value in (("nil", None), ("false", False), ("true", True)):
        reads(name, f"{name} is one byte", value)
    edges: tuple[int, ...] = (0, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, LARGEST)
    edges += (-1, -32, -33, -128, -129, -32768, -32769, -(2**31), -(2**31) - 1, -LARGEST)
    for number in edges:
        name = f"minus_{-number}" if number < 0 else str(number)
        reads(f"integer_{name}", f"{number} in its shortest form", number)


def _texts_and_bytes() -> None:
    reads("text_empty", "a text may be empty", "")
    reads("text_japanese", "text in NFC, with a composed kana", "ひきこもり支援センター が")
    for size in (31, 32, 255, 256):
        reads(f"text_{size}", f"a text of {size} bytes in its shortest form", "a" * size)
    for size in (65535, 65536):
        repacks(f"text_{size}", f"a text of {size} bytes in its shortest form", "a" * size)
    reads(
        "text_not_nfc",
        "a combining mark: what is NFC depends on the version of Unicode",
        "か\u3099",
    )
    reads("text_of_a_later_unicode", "in NFC or not, as the platform is old or new", "\U000105d2\u0307")
    reads("text_of_compatibility_characters", "NFC, not NFKC: these stay as they are", "２０２６㍻①ﾊ")
    reads("text_with_nul", "U+0000 is a character like any other", "a\x00b")
    reads("text_of_four_byte_characters", "characters beyond the 16-bit plane", "𠮷野家😀")
    reads("text_begins_with_bom", "U+FEFF at the start is part of the text; some decoders eat it", "\ufeffa")
    reads("long_text_begins_with_bom", "the same where a decoder may take another path", "\ufeff" + "a" * 300)
    reads("text_noncharacter", "U+FFFF is valid UTF-8", "\uffff")
    reads("text_replacement_character", "U+FFFD may be meant", "\ufffd")
    for size in (0, 1, 255, 256, 65535, 65536):
        reads(f"bytes_{size}", f"{size} bytes in their shortest form", bytes(size))


def _arrays_and_maps() -> None:
    for size in (0, 15, 16):
        reads(f"array_{size}", f"an array of {size} elements", [1] * size)
        reads(f"map_{size}", f"a map of {size} keys", {f"k{number:02}": number for number in range(size)})
    repacks("array_65536", "an array that needs 32 bits for its count", [None] * 65536)
    reads("array_mixed", "every kind of value in one array", [None, True, -1, "a", b"\xff", [], {}])
    reads(
        "map_keys_ascend_by_bytes",
        "digits before underscore before letters; shorter before longer",
        dict.fromkeys(("a", "a0", "a_", "aa", "b"), 1),
    )
    reads("map_key_64", "a key of 64 characters", {"k" * 64: 1})
    reads("map_key_constructor", "a key that JavaScript objects have by themselves", {"constructor": 1})
    reads("map_key_like_a_number", "a key that JavaScript objects would not move", {"e5": 1, "e6": 2})
    for name, each, inner in (("arrays", b"\x91", b"\x90"), ("maps", b"\x81\xa1a", b"\x80")):
        FOLDER.gives(
            f"depth_8_{name}",
            SPEC,
            f"eight {name}, one inside the other",
            "unpack",
            {"octets": nested(8, inner, each)},
            {"value": _nest(8, name == "maps"), "packed": nested(8, inner, each)},
        )
    reads("depth_8_beside", "levels are counted inside each other, not beside", [_nest(7, keyed=False)] * 3)


def _nest(levels: int, keyed: bool) -> Value:
    value: Value = {} if keyed else []
    for _ in range(levels - 1):
        value = {"a": value} if keyed else [value]
    return value


def _refused_integers() -> None:
    for case, octets in {
        "integer_127_in_u8": "cc7f",
        "integer_255_in_u16": "cd00ff",
        "integer_65535_in_u32": "ce0000ffff",
        "integer_4294967295_in_u64": "cf00000000ffffffff",
        "integer_0_in_u8": "cc00",
        "integer_minus_1_in_i8": "d0ff",
        "integer_minus_32_in_i8": "d0e0",
        "integer_minus_128_in_i16": "d1ff80",
        "integer_minus_32768_in_i32": "d2ffff8000",
        "integer_minus_2147483648_in_i64": "d3ffffffff80000000",
        "integer_1_in_i8": "d001",
        "integer_128_in_i16": "d10080",
        "integer_32768_in_i32": "d200008000",
        "integer_4294967296_in_i64": "d30000000100000000",
    }.items():
        refused(case, "not the shortest form", octets)
    refused("integer_2_53", "one more than the largest integer", pack(2**53))
    refused("integer_2_53_plus_1", "a double cannot hold it", pack(2**53 + 1))
    refused("integer_2_64_minus_1", "the largest a u64 holds", "cf" + "ff" * 8)
    refused("integer_minus_2_53", "one less than the smallest integer", pack(-(2**53)))
    refused("integer_minus_2_63", "the smallest an i64 holds", "d38000000000000000")
    refused("float_32", "there are no floats", "ca3f800000")
    refused("float_64", "there are no floats", "cb3ff0000000000000")
    refused("float_nan", "there are no floats", "cb7ff8000000000000")


def _refused_lengths() -> None:
    for case, octets in {
        "text_31_in_text_8": b"\xd9\x1f" + b"a" * 31,
        "text_255_in_text_16": b"\xda\x00\xff" + b"a" * 255,
        "text_256_in_text_32": b"\xdb\x00\x00\x01\x00" + b"a" * 256,
        "bytes_255_in_bytes_16": b"\xc5\x00\xff" + b"a" * 255,
        "bytes_0_in_bytes_16": b"\xc5\x00\x00",
        "bytes_256_in_bytes_32": b"\xc6\x00\x00\x01\x00" + b"a" * 256,
        "array_15_in_array_16": b"\xdc\x00\x0f" + b"\x01" * 15,
        "array_16_in_array_32": b"\xdd\x00\x00\x00\x10" + b"\x01" * 16,
        "array_0_in_array_16": b"\xdc\x00\x00",
        "map_1_in_map_16": b"\xde\x00\x01\xa1a\x01",
        "map_16_in_map_32": b"\xdf\x00\x00\x00\x10" + pack({f"k{n:02}": n for n in range(16)})[3:],
        "map_key_in_text_8": b"\x81\xd9\x01a\x01",
    }.items():
        refused(case, "not the shortest form", octets)


def _refused_texts() -> None:
    refused("text_latin_1", "not UTF-8", "a1e9")
    refused("text_cut_in_a_character", "UTF-8 ends inside a character", "a2e381")
    refused("text_overlong", "UTF-8 has one way to write U+0000", "a2c080")
    refused("text_surrogate", "half of a surrogate pair is no character", "a3eda080")
    refused("text_beyond_unicode", "U+110000 is no character", "a4f4908080")
    refused("long_text_latin_1", "the same where a decoder may take another path", b"\xda\x01\x2c" + b"\xe9" * 300)


def _refused_maps() -> None:
    refused("map_keys_descend", "b before a", "82a16201a16101")
    refused("map_keys_by_length", "ascending is by bytes, not by length: b stands before aa here", "82a16201a2616101")
    refused("map_key_twice", "the same key again", "82a16101a16102")
    refused("map_key_integer", "keys are texts", "810101")
    refused("map_key_bytes", "keys are texts", "81c4016101")
    refused("map_key_nil", "keys are texts", "81c001")
    refused("map_key_array", "keys are texts", "819001")
    for case, key in {
        "empty": "",
        "upper_case": "A",
        "digit_first": "0a",
        "underscore_first": "_a",
        "proto": "__proto__",
        "hyphen": "a-b",
        "space": "a b",
        "japanese": "か",
        "newline_at_end": "a\n",
        "65": "k" * 65,
    }.items():
        refused(f"map_key_{case}", "keys match [a-z][a-z0-9_]{0,63}", pack({key: 1}))


def _refused_shapes() -> None:
    refused("empty", "no value at all", b"")
    refused("byte_behind", "something behind the value", "c0c0")
    refused("never_used", "0xc1 means nothing", "c1")
    for case, octets in {
        "fixext_1": "d40100",
        "fixext_2": "d5010000",
        "fixext_16": "d801" + "00" * 16,
        "ext_8": "c70001",
        "timestamp": "d6ff00000000",
    }.items():
        refused(case, "there are no extension types", octets)
    for case, octets in {
        "text_cut": "a261",
        "bytes_cut": "c40201",
        "array_cut": "9201",
        "map_value_lacks": "81a161",
        "integer_cut": "cd01",
        "length_cut": "da01",
        "map_second_pair_lacks": "82a16101",
    }.items():
        refused(case, "ends too early", octets)
    refused("array_claims_4294967295", "a count must not make a reader reserve memory", "ddffffffff")
    refused("map_claims_4294967295", "a count must not make a reader reserve memory", "dfffffffff")
    refused("bytes_claim_4294967295", "a length must not make a reader reserve memory", "c6ffffffff")
    refused("depth_9_arrays", "nine arrays, one inside the other", nested(9))
    refused("depth_9_maps", "nine maps, one inside the other", nested(9, b"\x80", b"\x81\xa1a"))
    refused("depth_9_mixed", "arrays and maps are counted together", b"\x91\x81\xa1a" * 4 + b"\x90")
    refused("depth_100000", "a deep value must not exhaust the reader's stack", nested(100_000))
