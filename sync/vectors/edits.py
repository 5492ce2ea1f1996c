"""Vectors on SPEC 4.2: the plaintext of a change, read.

A file is {"comment", "spec", "expect", "do": "decode_edits", "given": {"plaintext": hex}, "gives": {"at", "version",
"edits"}}; an edit is [record, type, [[field, element, value, [id…]]…]].
"""

from typing import Any

import msgspec

from sync.vectors.merge_model import octets

Json = dict[str, Any]
RECORD = {"$octets": "01" * 16}
WRITE: list[Any] = ["title", None, "茶", []]


def plaintext(**rest: Any) -> bytes:
    """A good one, but for `rest`. Keys in order."""
    whole = {"at": 1_700_000_000_000, "edits": [[RECORD, "sheet", [WRITE]]], "version": 1} | rest
    return msgspec.msgpack.encode(octets(whole), order="sorted")


def with_edit(*edit: Any) -> bytes:
    return plaintext(edits=[list(edit)])


def with_write(*write: Any) -> bytes:
    return with_edit(RECORD, "sheet", [list(write)])


def ids(*numbers: int) -> list[Json]:
    return [{"$octets": f"{number:064x}"} for number in numbers]


def other(number: int) -> Json:
    return {"$octets": f"{number:032x}"}


BAD = {
    "nothing": (b"", "an acknowledgement has no plaintext, and this is not read for one"),
    "no_map": (b"\x90", "an empty array"),
    "a_key_missing": (msgspec.msgpack.encode({"at": 1, "version": 1}), "without `edits`"),
    "a_key_too_many": (plaintext(who="me"), "exactly three keys"),
    "keys_out_of_order": (msgspec.msgpack.encode({"version": 1, "edits": [], "at": 1}), "strict MessagePack"),
    "a_byte_behind": (plaintext() + b"\0", "nothing behind the value"),
    "number_not_in_its_shortest_form": (
        plaintext().replace(b"\xa7version\x01", b"\xa7version\xcc\x01"),
        "strict MessagePack",
    ),
    "time_before_1970": (plaintext(at=-1), "milliseconds since 1970"),
    "time_as_text": (plaintext(at="now"), "a number"),
    "time_true": (plaintext(at=True), "a bool is no number"),
    "version_0": (plaintext(version=0), "counts from 1"),
    "no_edits": (plaintext(edits=[]), "1 to 64"),
    "65_edits": (plaintext(edits=[[other(n), "sheet", [WRITE]] for n in range(65)]), "1 to 64"),
    "edits_as_map": (plaintext(edits={}), "an array"),
    "edit_of_two": (with_edit(RECORD, "sheet"), "record, type, writes"),
    "edit_of_four": (with_edit(RECORD, "sheet", [WRITE], 0), "record, type, writes"),
    "record_of_15_bytes": (with_edit({"$octets": "01" * 15}, "sheet", [WRITE]), "16 bytes"),
    "record_as_text": (with_edit("0123456789abcdef", "sheet", [WRITE]), "bytes"),
    "type_in_capitals": (with_edit(RECORD, "Sheet", [WRITE]), "[a-z][a-z0-9_]{0,63}"),
    "type_empty": (with_edit(RECORD, "", [WRITE]), "[a-z][a-z0-9_]{0,63}"),
    "type_of_65_letters": (with_edit(RECORD, "a" * 65, [WRITE]), "[a-z][a-z0-9_]{0,63}"),
    "type_with_a_line_break": (with_edit(RECORD, "sheet\n", [WRITE]), "the whole text, not the line"),
    "no_writes": (with_edit(RECORD, "sheet", []), "1 to 256"),
    "257_writes": (with_edit(RECORD, "sheet", [[f"f{n}", None, 1, []] for n in range(257)]), "1 to 256"),
    "write_of_three": (with_write("title", None, "茶"), "field, element, value, over"),
    "field_beginning_with_a_digit": (with_write("1title", None, "茶", []), "[a-z][a-z0-9_]{0,63}"),
    "field_as_bytes": (with_write({"$octets": "61"}, None, "茶", []), "text"),
    "over_nil": (with_write("title", None, "茶", None), "an array, be it empty"),
    "over_of_31_bytes": (with_write("title", None, "茶", [{"$octets": "01" * 31}]), "32 bytes"),
    "over_descending": (with_write("title", None, "茶", ids(2, 1)), "ascending"),
    "over_one_twice": (with_write("title", None, "茶", ids(1, 1)), "none twice"),
    "over_257": (with_write("title", None, "茶", ids(*range(257))), "at most 256"),
    "register_twice_in_an_edit": (with_edit(RECORD, "sheet", [WRITE, ["title", None, "水", []]]), "5: one register"),
    "register_twice_in_two_edits": (plaintext(edits=[[RECORD, "sheet", [WRITE]]] * 2), "5: one register"),
    "element_twice": (
        with_edit(RECORD, "sheet", [["hours", {"a": 1, "b": 2}, True, []], ["hours", {"b": 2, "a": 1}, False, []]]),
        "equal elements are the same strict MessagePack",
    ),
    "too_deep": (with_write("title", None, [[[[1]]]], []), "9 levels: a value may have 3"),
}
GOOD = {
    "one_write": (plaintext(), "the smallest change"),
    "limits": (
        plaintext(at=2**53 - 1, version=2**53 - 1, edits=[[RECORD, "a" * 64, [["z_9", None, 1, ids(*range(256))]]]]),
        "each number at its greatest",
    ),
    "time_0": (plaintext(at=0), "a device with no clock"),
    "64_edits": (plaintext(edits=[[other(n), "sheet", [WRITE]] for n in range(64)]), "64 records"),
    "256_writes": (with_edit(RECORD, "sheet", [[f"f{n}", None, 1, []] for n in range(256)]), "256 fields"),
    "two_types_under_one_id": (
        plaintext(edits=[[RECORD, "sheet", [WRITE]], [RECORD, "visit", [WRITE]]]),
        "a record is named by id and type",
    ),
    "one_record_in_two_edits": (
        plaintext(edits=[[RECORD, "sheet", [WRITE]], [RECORD, "sheet", [["plan", None, "茶", []]]]]),
        "other registers of it",
    ),
    "two_elements": (
        with_edit(RECORD, "sheet", [["tags", "猫", True, []], ["tags", "犬", True, []]]),
        "an element is a register",
    ),
    "unheard_of_values": (with_write("title", [[1]], {"a": [None]}, []), "what fields mean is judged later"),
    "as_deep_as_may_be": (with_write("title", None, [[[1]]], []), "8 levels"),
    "set_value_that_is_no_bool": (with_write("tags", "猫", 1, []), "judged later, as a bad value"),
}


def edit_vectors() -> dict[str, Json]:
    """Every case by its file's name."""
    bad = {f"{name}.json": _case(comment, "malformed", data) for name, (data, comment) in BAD.items()}
    good = {
        f"{name}.json": _case(comment, "success", data, gives=_read(data)) for name, (data, comment) in GOOD.items()
    }
    return bad | good


def _case(comment: str, expect: str, data: bytes, **rest: Any) -> Json:
    about = {"comment": comment, "spec": "4.2", "expect": expect, "do": "decode_edits"}
    return about | {"given": {"plaintext": data.hex()}} | rest


def _read(data: bytes) -> Any:
    whole = _as_json(msgspec.msgpack.decode(data))
    for edit in whole["edits"]:
        edit[0] = edit[0]["$octets"]
        for write in edit[2]:
            write[3] = [id_["$octets"] for id_ in write[3]]
    return whole


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"$octets": value.hex()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    return {key: _as_json(each) for key, each in value.items()} if isinstance(value, dict) else value
