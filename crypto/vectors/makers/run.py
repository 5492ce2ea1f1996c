"""Runs: reading (6.7), headers and ids that follow (6.6), verifying."""

from dataclasses import replace

from crypto.vectors.folder import Folder
from crypto.vectors.makers.author import BARE, BLOBS, GOOD, KNOWN, LATER, Known, Run
from crypto.vectors.makers.cast import OTHER_CENTRE, OTHER_CIRCLE, PHONE, SMALL_ORDER_KEYS, TABLET
from crypto.vectors.page import SUITE, flip, sign, u8, u24
from crypto.vectors.run_reading import LARGEST_BODY, LARGEST_RUN

FOLDER = Folder("run")


def parses(case: str, comment: str, run: Run) -> None:
    FOLDER.gives(case, "6.7", comment, "parse", {"run": run.octets()}, {**run.given(), "signature": run.signature()})


def refused(case: str, code: str, check: int, comment: str, octets: bytes) -> None:
    FOLDER.fails(case, code, f"6.7 check {check}", comment, "parse", {"run": octets})


def make() -> Folder:
    _parsed()
    _chained()
    _sizes_and_numbers()
    _lists()
    _bodies_refused()
    _order()
    _verified()
    return FOLDER


def _parsed() -> None:
    parses("smallest", "one acknowledgement: 145 + 3 + 64 bytes", BARE)
    parses("full", "known heads, blobs, three changes", GOOD)
    parses("later", "not the first of its chain", LATER)
    parses(
        "largest_numbers",
        "epoch, sequence and head at their largest",
        Run((b"",), epoch=2**32 - 1, first=2**32 - 1, previous=b"\xff" * 32, head_index=2**32 - 1),
    )
    parses(
        "last_sequence", "first + change_count − 1 is 2^32 − 1", Run((b"", b""), first=2**32 - 2, previous=b"\x01" * 32)
    )
    parses("largest_body", "262,144 bytes", Run((bytes(LARGEST_BODY),)))
    parses("smallest_body", "29 bytes", Run((bytes(29),)))
    many = tuple(Known(u8(number) * 32, 1, bytes(32)) for number in range(255))
    blobs = tuple(u8(number) * 32 for number in range(255))
    for case, comment, run in (
        ("thousand_changes", "as many changes as a run may hold", Run((b"",) * 1000)),
        ("most_known_and_blobs", "255 of each", Run((b"",), known=many, blobs=blobs)),
        ("largest_run", "4,194,304 bytes", _of_size(LARGEST_RUN)),
    ):
        FOLDER.gives(
            case,
            "6.7",
            comment,
            "parse_and_count",
            {"run": run.octets()},
            {"known": len(run.known), "blobs": len(run.blobs), "changes": len(run.bodies)},
        )
    FOLDER.gives(
        "built",
        "6.6",
        "from its parts to the bytes that are signed, and to the whole",
        "build",
        GOOD.given(),
        {"signed": GOOD.head() + GOOD.last(), "unsigned": GOOD.unsigned()},
    )


def _of_size(size: int) -> Run:
    rest = size - 145 - 64
    bodies = []
    while rest:
        length = min(LARGEST_BODY, rest - 3 if rest - 3 <= LARGEST_BODY else rest - 3 - 32)
        bodies.append(bytes(length))
        rest -= 3 + length
    return Run(tuple(bodies))


def _chained() -> None:
    for case, comment, run in (
        ("changes", "sequence counts up, previous is the id before", GOOD),
        ("changes_of_later", "the chain goes on from previous", LATER),
    ):
        chained = [{**header.given(), "id": known, "body": body} for header, known, body in run.changes()]
        FOLDER.gives(case, "6.6", comment, "changes", {"run": run.octets()}, {"changes": chained})


def _sizes_and_numbers() -> None:
    good = GOOD.octets()
    refused("over_the_limit", "too_large", 1, "4,194,305 bytes", _of_size(LARGEST_RUN + 1).octets())
    refused("over_the_limit_of_zeros", "too_large", 1, "4,194,305 zeros", bytes(LARGEST_RUN + 1))
    refused("empty", "truncated", 2, "no bytes", b"")
    refused("one_byte", "truncated", 2, "the suite alone", SUITE)
    refused("fixed_part_only", "truncated", 2, "145 bytes", good[:145])
    refused("one_byte_short_of_fixed_part_and_signature", "truncated", 2, "208 bytes", BARE.octets()[:208])
    refused("suite_0", "unknown_suite", 3, "no such suite", replace(GOOD, suite=b"\x00").octets())
    refused("suite_2", "unknown_suite", 3, "made by a newer version", replace(GOOD, suite=b"\x02").octets())
    for case, comment, run in (
        ("first_0", "sequences begin at 1", replace(GOOD, first=0)),
        ("first_0_with_previous", "the same, with a previous", replace(LATER, first=0)),
        ("epoch_0", "epochs begin at 1", replace(GOOD, epoch=0)),
        ("no_change", "a run holds one change at least", Run(())),
        ("change_count_1001", "a run holds 1,000 changes at most", Run((b"",) * 1001)),
        (
            "sequence_overflows",
            "the last sequence would be 2^32",
            Run((b"", b""), first=2**32 - 1, previous=b"\x01" * 32),
        ),
    ):
        refused(case, "malformed", 4, comment, run.octets())
    refused(
        "first_1_with_previous",
        "malformed",
        5,
        "the first change follows none",
        replace(GOOD, previous=b"\x01" + bytes(31)).octets(),
    )
    refused(
        "first_1_with_last_byte_of_previous",
        "malformed",
        5,
        "all 32 bytes are looked at",
        replace(GOOD, previous=bytes(31) + b"\x01").octets(),
    )
    refused(
        "later_without_previous",
        "malformed",
        5,
        "a later change follows one",
        replace(LATER, previous=bytes(32)).octets(),
    )


def _lists() -> None:
    good = GOOD.octets()
    for case, comment, octets in (
        ("signature_cut", "a byte of the signature lacks", good[:-1]),
        ("signature_lacks", "the signature lacks", good[:-64]),
        ("known_beyond_end", "more known heads than bytes", replace(BARE, known_count=2).octets()),
        ("blobs_beyond_end", "more blobs than bytes", replace(BARE, blob_count=3).octets()),
        ("changes_beyond_end", "more changes than bytes", replace(BARE, change_count=2).octets()),
        ("body_beyond_end", "a length that goes beyond the end", BARE.head() + u24(1) + BARE.signature()),
        (
            "body_takes_signature",
            "a length that would take the signature for a body",
            BARE.head() + u24(64) + BARE.signature(),
        ),
        ("body_length_largest", "a length of 2^24 − 1", BARE.head() + b"\xff" * 3 + BARE.signature()),
        ("length_cut", "two of a length's three bytes", BARE.head() + b"\x00\x00" + BARE.signature()),
        ("changes_lack", "as long as the fixed part and the signature, and no change", BARE.head() + BARE.signature()),
    ):
        refused(case, "truncated", 6, comment, octets)
    for case, comment, octets in (
        (
            "byte_left_over",
            "a byte between the changes and the signature",
            GOOD.unsigned() + b"\x00" + GOOD.signature(),
        ),
        ("byte_behind", "a byte behind the signature", good + b"\x00"),
        ("two_runs", "a second run behind the first", good + BARE.octets()),
        ("fewer_changes_told", "a change more than the count says", replace(GOOD, change_count=2).octets()),
    ):
        refused(case, "malformed", 6, comment, octets)
    for case, comment, run in (
        ("known_descends", "device keys ascend", replace(GOOD, known=KNOWN[::-1])),
        ("known_twice", "no device twice", replace(GOOD, known=(KNOWN[0], KNOWN[0]))),
        (
            "known_twice_with_other_sequence",
            "no device twice, whatever is said of it",
            replace(GOOD, known=(KNOWN[0], replace(KNOWN[0], sequence=99))),
        ),
        ("known_last_pair_descends", "all pairs are looked at", replace(GOOD, known=(KNOWN[0], KNOWN[2], KNOWN[1]))),
        ("blobs_descend", "blob ids ascend", replace(GOOD, blobs=BLOBS[::-1])),
        ("blob_twice", "no blob twice", replace(GOOD, blobs=(BLOBS[0], BLOBS[1], BLOBS[1]))),
        (
            "knows_itself",
            "a device's own head is the chain itself",
            replace(GOOD, known=(Known(PHONE.name, 1, bytes(32)), *KNOWN)),
        ),
        (
            "knows_only_itself",
            "a device's own head is the chain itself",
            replace(BARE, known=(Known(PHONE.name, 1, bytes(32)),)),
        ),
    ):
        refused(case, "malformed", 7, comment, run.octets())


def _bodies_refused() -> None:
    refused("body_over_the_limit", "too_large", 8, "262,145 bytes", Run((bytes(LARGEST_BODY + 1),)).octets())
    refused(
        "second_body_over_the_limit",
        "too_large",
        8,
        "every body is looked at",
        Run((b"", bytes(LARGEST_BODY + 1))).octets(),
    )
    for length in (1, 28):
        refused(f"body_of_{length}", "truncated", 8, "neither empty nor long enough", Run((bytes(length),)).octets())
    refused("last_body_of_28", "truncated", 8, "every body is looked at", Run((b"", bytes(29), bytes(28))).octets())


def _order() -> None:
    """Two faults at once: the earlier check gives the code."""
    over = bytes(LARGEST_RUN + 1)
    short_body = Run((bytes(28),))
    for case, code, check, comment, octets in (
        ("too_large_and_unknown_suite", "too_large", 1, "size before suite", b"\x02" + over[1:]),
        ("truncated_and_unknown_suite", "truncated", 2, "length before suite", b"\x02" + bytes(100)),
        (
            "unknown_suite_and_first_0",
            "unknown_suite",
            3,
            "suite before numbers",
            replace(GOOD, suite=b"\x02", first=0).octets(),
        ),
        (
            "unknown_suite_and_left_over",
            "unknown_suite",
            3,
            "a newer suite may be laid out otherwise",
            replace(GOOD, suite=b"\x02").octets() + b"\x00",
        ),
        (
            "epoch_0_and_body_beyond_end",
            "malformed",
            4,
            "numbers before lists",
            replace(BARE, epoch=0, change_count=2).octets(),
        ),
        (
            "no_change_and_known_beyond_end",
            "malformed",
            4,
            "numbers before lists",
            replace(Run(()), known_count=9).octets(),
        ),
        (
            "previous_and_known_beyond_end",
            "malformed",
            5,
            "previous before lists",
            replace(BARE, previous=b"\x01" * 32, known_count=9).octets(),
        ),
        (
            "known_descends_and_changes_beyond_end",
            "truncated",
            6,
            "lists lie within before they ascend",
            replace(GOOD, known=KNOWN[::-1], change_count=4).octets(),
        ),
        (
            "body_over_the_limit_and_beyond_end",
            "truncated",
            6,
            "lengths are followed before they are judged",
            BARE.head() + u24(LARGEST_BODY + 1) + BARE.signature(),
        ),
        (
            "known_descends_and_body_of_28",
            "malformed",
            7,
            "lists before bodies",
            replace(short_body, known=KNOWN[::-1]).octets(),
        ),
        (
            "blob_twice_and_body_over_the_limit",
            "malformed",
            7,
            "lists before bodies",
            Run((bytes(LARGEST_BODY + 1),), blobs=(BLOBS[0],) * 2).octets(),
        ),
        ("left_over_and_body_of_28", "malformed", 6, "nothing left over before bodies", short_body.octets() + b"\x00"),
        (
            "body_of_28_then_over_the_limit",
            "too_large",
            8,
            "all sizes are looked at before what lacks",
            Run((bytes(28), bytes(LARGEST_BODY + 1))).octets(),
        ),
    ):
        refused(case, code, check, comment, octets)


def _verified() -> None:
    for case, run in (("verified", GOOD), ("verified_smallest", BARE), ("verified_later", LATER)):
        FOLDER.gives(case, "6.7", "the signature is right", "verify", {"run": run.octets()}, {})
    good, signature = GOOD.octets(), GOOD.signature()
    at = {
        "centre": 1,
        "circle": 17,
        "epoch": 36,
        "device": 37,
        "head_index": 108,
        "head_hash": 109,
        "known_sequence": 145 + 35,
        "known_id": 145 + 36,
        "last_blob": 145 + 3 * 68 + 95,
        "signature": len(good) - 1,
        "signature_r": len(good) - 64,
    }
    for part, place in at.items():
        _forged(f"{part}_altered", "one bit, on the way", flip(good, place, 2))
    _forged(
        "first_altered",
        "the same changes at another place of the chain",
        replace(LATER, first=13).unsigned() + LATER.signature(),
    )
    _forged(
        "previous_altered",
        "the same changes behind another one",
        replace(LATER, previous=b"\x01" * 32).unsigned() + LATER.signature(),
    )
    for name, place in (("first_body", 0), ("last_body", 2)):
        bodies = tuple(flip(body, 20) if n == place else body for n, body in enumerate(GOOD.bodies))
        _forged(
            f"{name}_altered",
            "the last id covers every body through the chain",
            replace(GOOD, bodies=bodies).unsigned() + signature,
        )
    for case, comment, bodies in (
        ("middle_body_put_in", "an acknowledgement replaced by a body", (GOOD.bodies[0], bytes(29), GOOD.bodies[2])),
        ("middle_body_dropped", "a change taken out", (GOOD.bodies[0], GOOD.bodies[2])),
        ("last_body_dropped", "the tail taken off", GOOD.bodies[:2]),
        ("bodies_swapped", "two changes change places", GOOD.bodies[::-1]),
        ("body_added", "an acknowledgement put behind", (*GOOD.bodies, b"")),
    ):
        _forged(case, comment, replace(GOOD, bodies=bodies).unsigned() + signature)
    _forged("known_dropped", "a known head taken out", replace(GOOD, known=KNOWN[:2]).unsigned() + signature)
    _forged("blob_added", "a blob put in", replace(GOOD, blobs=(*BLOBS, b"\xff" * 32)).unsigned() + signature)
    _forged(
        "moved_to_other_centre", "shown in another centre", replace(GOOD, centre=OTHER_CENTRE).unsigned() + signature
    )
    _forged(
        "moved_to_other_circle", "shown in another circle", replace(GOOD, circle=OTHER_CIRCLE).unsigned() + signature
    )
    _forged(
        "moved_to_other_device",
        "shown as another's",
        replace(GOOD, author=TABLET, known=KNOWN[1:]).unsigned() + signature,
    )
    _forged(
        "signature_over_all_bytes",
        "the signature is over the last id, not over the bodies",
        GOOD.unsigned() + sign(PHONE.sign_private, "run", GOOD.unsigned()),
    )
    _forged(
        "signature_over_head_alone",
        "the signature is over the last id too",
        GOOD.unsigned() + sign(PHONE.sign_private, "run", GOOD.head()),
    )
    _forged(
        "signature_for_entry",
        "a signature for another purpose",
        GOOD.unsigned() + sign(PHONE.sign_private, "entry", GOOD.head() + GOOD.last()),
    )
    _forged("signature_of_zeros", "no signature", GOOD.unsigned() + bytes(64))
    for name in ("zero", "one", "order_8"):
        key = SMALL_ORDER_KEYS[name]
        octets = BARE.octets().replace(PHONE.name, key)[:-64] + SMALL_ORDER_KEYS["one"] + bytes(32)
        FOLDER.fails(
            f"device_key_{name}",
            "bad_key",
            "6.7",
            "anybody could sign for such a device; the key is looked at before the signature",
            "verify",
            {"run": octets},
        )


def _forged(case: str, comment: str, octets: bytes) -> None:
    FOLDER.fails(case, "bad_signature", "6.7", comment, "verify", {"run": octets})
