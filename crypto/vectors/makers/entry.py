"""Directory entries and digests of statements (section 7)."""

from dataclasses import dataclass, replace

from crypto.vectors.folder import Folder, Given
from crypto.vectors.makers.cast import CENTRE, OTHER_CENTRE, PHONE, ROOT, SMALL_ORDER_KEYS, TABLET
from crypto.vectors.makers.msgpack import nested, tagged
from crypto.vectors.messagepack import Value, pack
from crypto.vectors.page import SUITE, digest, flip, sign, sign_public, u32, u64

FOLDER = Folder("entry")
LARGEST = 1_048_576
STATEMENT: dict[str, Value] = {"kind": "member.end", "member": bytes(range(16))}
HASHED = digest("statement", pack({"circle": bytes(16), "kind": "circle.close", "previous": bytes(32)}))


@dataclass(frozen=True)
class Entry:
    """An entry as its author means it; `statements` is MessagePack already."""

    statements: bytes
    suite: bytes = SUITE
    centre: bytes = CENTRE
    index: int = 41
    previous: bytes = digest("entry", b"entry 40")
    private: bytes = PHONE.sign_private
    time: int = 1_763_880_000_000

    def body(self) -> bytes:
        fixed = self.suite + self.centre + u32(self.index) + self.previous + sign_public(self.private) + u64(self.time)
        return fixed + self.statements

    def signature(self) -> bytes:
        return sign(self.private, "entry", self.body())

    def octets(self) -> bytes:
        return self.body() + self.signature()


GOOD = Entry(pack([STATEMENT, HASHED]))
FOUNDING = Entry(pack([{"kind": "centre.found"}]), index=0, previous=bytes(32), private=ROOT.sign_private)


def parses(case: str, comment: str, entry: Entry, statements: Value) -> None:
    out: dict[str, Given] = {
        "centre": entry.centre,
        "index": entry.index,
        "previous": entry.previous,
        "author": sign_public(entry.private),
        "time": entry.time,
        "statements": tagged(statements),
        "hash": digest("entry", entry.body()),
        "signature": entry.signature(),
    }
    FOLDER.gives(case, "7.3", comment, "parse", {"entry": entry.octets()}, out)


def refused(case: str, code: str, comment: str, octets: bytes) -> None:
    FOLDER.fails(case, code, "7.3", comment, "parse", {"entry": octets})


def make() -> Folder:
    _parsed()
    _built()
    _fixed_part()
    _statements()
    _order()
    _verified()
    return FOLDER


def _parsed() -> None:
    parses("in_full_and_hashed", "a statement in full and one as its digest", GOOD, [STATEMENT, HASHED])
    parses("founding", "entry 0, by the root", FOUNDING, [{"kind": "centre.found"}])
    parses(
        "largest_numbers",
        "index and time at their largest",
        replace(GOOD, index=2**32 - 1, time=2**53 - 1),
        [STATEMENT, HASHED],
    )
    parses("time_0", "the clock may be wrong", replace(GOOD, time=0), [STATEMENT, HASHED])
    deep: Value = {"a": {"a": {"a": {"a": {"a": {"a": []}}}}}}
    parses(
        "deepest",
        "eight levels, the array of statements being the first",
        replace(GOOD, statements=pack([deep])),
        [deep],
    )
    for case, comment, statements in (
        ("most_statements", "20,000", pack([HASHED] * 20_000)),
        ("largest", "1,048,576 bytes", _filled(LARGEST - 93 - 64)),
    ):
        entry = replace(GOOD, statements=statements)
        FOLDER.gives(
            case,
            "7.3",
            comment,
            "parse_and_count",
            {"entry": entry.octets()},
            {"statements": 20_000 if case == "most_statements" else 1, "hash": digest("entry", entry.body())},
        )


def _filled(size: int) -> bytes:
    """One statement so long that the array has this size."""
    return pack([{"a": bytes(size - len(pack([{"a": bytes(65536)}])) + 65536)}])


def _built() -> None:
    FOLDER.gives(
        "built",
        "7.1",
        "from its parts to the body that is signed",
        "build",
        {
            "centre": GOOD.centre,
            "index": GOOD.index,
            "previous": GOOD.previous,
            "author": PHONE.name,
            "time": GOOD.time,
            "statements": tagged([STATEMENT, HASHED]),
        },
        {"body": GOOD.body()},
    )
    statement = pack(STATEMENT)
    FOLDER.gives(
        "statement_digest",
        "7.2",
        "the digest that stands for a statement",
        "statement_digest",
        {"statement": statement},
        {"digest": digest("statement", statement)},
    )
    size = 262_144 - len(pack({"a": bytes(65_536)})) + 65_536
    largest, over = (pack({"a": bytes(length)}) for length in (size, size + 1))
    out = {"digest": digest("statement", largest)}
    FOLDER.gives("statement_largest", "7.2", "262,144 bytes", "statement_digest", {"statement": largest}, out)
    FOLDER.fails(
        "statement_over_the_limit", "too_large", "7.2", "262,145 bytes", "statement_digest", {"statement": over}
    )
    other = replace(GOOD, private=TABLET.sign_private)
    FOLDER.gives(
        "hash_without_signature",
        "7.1",
        "the hash is that of the body, whatever the signature's bytes",
        "hash",
        {"entry": other.body() + bytes(64)},
        {"hash": digest("entry", other.body())},
    )


def _fixed_part() -> None:
    good = GOOD.octets()
    refused(
        "over_the_limit", "too_large", "1,048,577 bytes", replace(GOOD, statements=_filled(LARGEST - 93 - 63)).octets()
    )
    refused("empty", "truncated", "no bytes", b"")
    refused("fixed_part_only", "truncated", "93 bytes", good[:93])
    refused("157_bytes", "truncated", "no room for the statements", good[:157])
    refused("suite_0", "unknown_suite", "no such suite", replace(GOOD, suite=b"\x00").octets())
    refused("suite_2", "unknown_suite", "made by a newer version", replace(GOOD, suite=b"\x02").octets())
    refused("time_2_53", "malformed", "more than JavaScript can count", replace(GOOD, time=2**53).octets())
    refused("time_largest", "malformed", "2^64 − 1", replace(GOOD, time=2**64 - 1).octets())
    refused(
        "first_with_previous",
        "malformed",
        "entry 0 follows none",
        replace(FOUNDING, previous=bytes(31) + b"\x01").octets(),
    )
    refused(
        "later_without_previous", "malformed", "a later entry follows one", replace(GOOD, previous=bytes(32)).octets()
    )


def _statements() -> None:
    for case, comment, statements in (
        ("no_statement", "an entry says something", b"\x90"),
        ("20001_statements", "20,000 at most", pack([{}] * 20_001)),
        ("map_instead", "not an array", pack(STATEMENT)),
        ("nil_instead", "not an array", b"\xc0"),
        ("digest_instead", "not an array", pack(HASHED)),
        ("digest_of_31", "a digest is 32 bytes", pack([HASHED[:-1]])),
        ("digest_of_33", "a digest is 32 bytes", pack([HASHED + b"\x00"])),
        ("digest_empty", "a digest is 32 bytes", pack([b""])),
        ("text_as_statement", "a map or a digest", pack(["a" * 32])),
        ("integer_as_statement", "a map or a digest", pack([1])),
        ("nil_as_statement", "a map or a digest", pack([None])),
        ("array_as_statement", "a map or a digest", pack([[STATEMENT]])),
        ("second_statement_wrong", "every element is looked at", pack([STATEMENT, 1])),
        ("keys_descend", "strict MessagePack", b"\x91\x82\xa1b\x01\xa1a\x01"),
        ("long_form", "strict MessagePack", b"\xdc\x00\x01" + pack(STATEMENT)),
        ("float_inside", "strict MessagePack", b"\x91\x81\xa1a\xca\x3f\x80\x00\x00"),
        ("nine_levels", "strict MessagePack", nested(9)),
        ("byte_behind", "something between the statements and the signature", pack([STATEMENT]) + b"\x00"),
        ("statements_cut", "a byte lacks before the signature", GOOD.statements[:-1]),
    ):
        refused(case, "malformed", comment, replace(GOOD, statements=statements).octets())
    refused("signature_cut", "malformed", "the last 64 bytes are taken for the signature", GOOD.octets()[:-1])
    refused(
        "byte_behind_signature", "malformed", "the last 64 bytes are taken for the signature", GOOD.octets() + b"\x00"
    )


def _order() -> None:
    """Two faults at once: the earlier check gives the code."""
    for case, code, comment, octets in (
        ("too_large_and_unknown_suite", "too_large", "size before suite", b"\x02" + bytes(LARGEST)),
        ("truncated_and_unknown_suite", "truncated", "length before suite", b"\x02" + bytes(156)),
        (
            "unknown_suite_and_time",
            "unknown_suite",
            "suite before time",
            replace(GOOD, suite=b"\x02", time=2**53).octets(),
        ),
        (
            "unknown_suite_and_statements",
            "unknown_suite",
            "a newer suite may be laid out otherwise",
            replace(GOOD, suite=b"\x02", statements=b"\xc1").octets(),
        ),
    ):
        refused(case, code, comment, octets)


def _verified() -> None:
    for case, entry in (("verified", GOOD), ("verified_founding", FOUNDING)):
        FOLDER.gives(case, "7.3", "the signature is right", "verify", {"entry": entry.octets()}, {})
    good = GOOD.octets()
    for part, place in {
        "centre": 1,
        "index": 20,
        "previous": 21,
        "author": 53,
        "time": 92,
        "signature": len(good) - 1,
    }.items():
        _forged(f"{part}_altered", "one bit, on the way", flip(good, place, 2))
    _forged("member_altered", "one bit of a statement", good.replace(bytes(range(16)), bytes(range(1, 17))))
    _forged("digest_altered", "one bit of a digest", good.replace(HASHED, flip(HASHED, 0)))
    _forged(
        "statement_dropped",
        "a statement taken out",
        replace(GOOD, statements=pack([STATEMENT])).body() + GOOD.signature(),
    )
    _forged(
        "statements_swapped",
        "their order counts",
        replace(GOOD, statements=pack([HASHED, STATEMENT])).body() + GOOD.signature(),
    )
    _forged(
        "moved_to_other_centre", "shown in another centre", replace(GOOD, centre=OTHER_CENTRE).body() + GOOD.signature()
    )
    _forged(
        "author_replaced", "shown as another's", replace(GOOD, private=TABLET.sign_private).body() + GOOD.signature()
    )
    _forged(
        "signed_for_run", "a signature for another purpose", GOOD.body() + sign(PHONE.sign_private, "run", GOOD.body())
    )
    _forged(
        "signed_hash",
        "a signature over the hash",
        GOOD.body() + sign(PHONE.sign_private, "entry", digest("entry", GOOD.body())),
    )
    _forged("signature_of_zeros", "no signature", GOOD.body() + bytes(64))
    for name in ("zero", "one", "order_8"):
        octets = good.replace(PHONE.name, SMALL_ORDER_KEYS[name])[:-64] + SMALL_ORDER_KEYS["one"] + bytes(32)
        FOLDER.fails(
            f"author_key_{name}", "bad_key", "7.3", "anybody could sign for such an author", "verify", {"entry": octets}
        )


def _forged(case: str, comment: str, octets: bytes) -> None:
    FOLDER.fails(case, "bad_signature", "7.3", comment, "verify", {"entry": octets})
