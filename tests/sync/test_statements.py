"""Every statement of sync/SPEC.md 3 has one form, and nothing else passes for it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import pack
from crypto.errors import ProtocolError
from sync.statements import (
    KINDS,
    MAX_STATEMENT,
    Policy,
    circle_named,
    digest_of,
    is_on_circle,
    parse_statement,
    statement_bytes,
    statement_map,
)

ID = bytes(16)
KEY = bytes(range(32))
SEALS = [[bytes(32), bytes(80)], [KEY, bytes(80)]]
ON_CIRCLE = {"circle": ID, "previous": KEY}
LISTS = {"members": [ID, b"\x01" * 16], "devices": [KEY]}
SECRET = {"commitment": KEY, "circle_key": KEY}

MAPS: dict[str, dict[str, Any]] = {
    "centre.found": {"root": KEY, "root_seal": KEY},
    "root.replace": {"root": KEY, "root_seal": KEY},
    "void": {"entries": [KEY, bytes(32)]},
    "member.add": {"member": ID, "role": "staff", "duties": ["reviewer", "coordinator"]},
    "member.role": {"member": ID, "role": "supporter", "duties": []},
    "member.end": {"member": ID},
    "invite.open": {"invite": KEY, "seal_key": KEY, "member": ID, "expires": 1_790_000_000_000},
    "invite.cancel": {"invite": KEY},
    "device.enrol": {"invite": KEY, "device": KEY, "seal_key": KEY, "signature": bytes(64)},
    "device.add": {"member": ID, "device": KEY, "seal_key": KEY},
    "device.revoke": {"device": KEY},
    "policy": {"values": {"idle_minutes": 5, "wipe": True, "note": "あ", "rights": [["visit", "due", ["staff"]]]}},
    "circle.open": {
        "circle": ID,
        "previous": None,
        "circle_kind": "case",
        "case": ID,
        "desk": ID,
        **LISTS,
        **SECRET,
        "seals": SEALS,
    },
    "circle.epoch": {**ON_CIRCLE, "epoch": 2, "after": 1, **LISTS, **SECRET, "lock": bytes(60), "seals": SEALS},
    "circle.seal": {**ON_CIRCLE, "epoch": 1, **LISTS, "seals": SEALS},
    "circle.close": ON_CIRCLE,
    "circle.cutoff": {**ON_CIRCLE, "device": KEY, "last": None, "deliberate": False},
    "circle.letin": {**ON_CIRCLE, "change": KEY},
    "circle.shred": ON_CIRCLE,
    "seal.bad": {**ON_CIRCLE, "epoch": 1, "reason": "bad_lock"},
}

WRONG: list[tuple[str, str, Any]] = [
    ("centre.found", "root", bytes(31)),
    ("void", "entries", []),
    ("void", "entries", [bytes(32)] * 1_001),
    ("void", "entries", [bytes(31)]),
    ("member.add", "member", bytes(17)),
    ("member.add", "role", "head"),
    ("member.add", "duties", ["Reviewer"]),
    ("member.add", "duties", ["a" * 33]),
    ("invite.open", "expires", -1),
    ("invite.open", "expires", True),
    ("device.enrol", "signature", bytes(63)),
    ("policy", "values", []),
    ("policy", "values", {"idle": None}),
    ("policy", "values", {"rights": [["visit", "due"]]}),
    ("policy", "values", {"rights": [["visit", "due", "staff"]]}),
    ("policy", "values", {"rights": [["Visit", "due", ["staff"]]]}),
    ("circle.open", "circle_kind", "team"),
    ("circle.open", "case", b""),
    ("circle.open", "members", [b"\x01" * 16, ID]),
    ("circle.open", "members", [ID, ID]),
    ("circle.open", "seals", SEALS[::-1]),
    ("circle.open", "seals", [SEALS[0], SEALS[0]]),
    ("circle.open", "seals", [[KEY, bytes(79)]]),
    ("circle.open", "seals", [[KEY, bytes(80), None]]),
    ("circle.open", "seals", [[i.to_bytes(32), bytes(80)] for i in range(2_001)]),
    ("circle.epoch", "epoch", 0),
    ("circle.epoch", "epoch", 2**32),
    ("circle.epoch", "after", "1"),
    ("circle.epoch", "lock", None),
    ("circle.epoch", "devices", [KEY, KEY]),
    ("circle.seal", "previous", bytes(31)),
    ("circle.cutoff", "last", bytes(31)),
    ("circle.cutoff", "deliberate", 1),
    ("seal.bad", "reason", "no_reason"),
]


def code_of(value: Any) -> str | None:
    try:
        parse_statement(value)
    except ProtocolError as error:
        return error.code
    return None


def test_every_kind_of_the_spec_is_known() -> None:
    assert MAPS.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", MAPS)
def test_a_statement_survives_being_read_and_written(kind: str) -> None:
    whole = {"kind": kind, **MAPS[kind]}

    statement = parse_statement(whole)

    assert whole == statement_map(statement)
    assert pack(whole) == statement_bytes(statement)
    assert statement == parse_statement(statement_bytes(statement))
    assert is_on_circle(statement) == ("circle" in whole)


@pytest.mark.parametrize("kind", MAPS)
def test_a_field_too_few_or_too_many_is_malformed(kind: str) -> None:
    whole = {"kind": kind, **MAPS[kind]}

    assert "malformed" == code_of({**whole, "more": 1})
    for name in MAPS[kind]:
        assert "malformed" == code_of({key: value for key, value in whole.items() if key != name})


@pytest.mark.parametrize(("kind", "field", "value"), WRONG)
def test_a_field_of_another_form_is_malformed(kind: str, field: str, value: Any) -> None:
    assert "malformed" == code_of({"kind": kind, **MAPS[kind], field: value})


@pytest.mark.parametrize("value", [None, [], 1, {}, {"kind": 1}, {"kind": None, "member": ID}])
def test_what_has_no_kind_is_malformed(value: Any) -> None:
    assert "malformed" == code_of(value)


def test_a_kind_from_a_newer_version_is_unknown_whatever_else_it_holds() -> None:
    assert "unknown_statement" == code_of({"kind": "circle.merge", "more": [1]})


def test_bytes_over_the_limit_are_too_large_before_they_are_read() -> None:
    assert "too_large" == code_of(bytes(MAX_STATEMENT + 1))
    assert "malformed" == code_of(bytes(MAX_STATEMENT))


def test_bytes_that_are_not_strict_are_malformed() -> None:
    data = statement_bytes(parse_statement({"kind": "member.end", "member": ID}))

    assert "malformed" == code_of(data + b"\0")
    assert "malformed" == code_of(data[:-1])


def test_the_circle_of_an_unknown_statement_can_be_named() -> None:
    assert ID == circle_named(pack({"kind": "circle.merge", "circle": ID}))
    assert circle_named(pack({"kind": "circle.merge", "circle": bytes(15)})) is None
    assert circle_named(b"\xc1") is None


def test_no_two_kinds_share_a_digest() -> None:
    digests = {digest_of(parse_statement({"kind": kind, **fields})) for kind, fields in MAPS.items()}

    assert len(MAPS) == len(digests)


def test_the_rights_of_a_policy_are_read_apart_from_its_settings() -> None:
    policy = parse_statement({"kind": "policy", **MAPS["policy"]})

    assert isinstance(policy, Policy)
    assert (("visit", "due", ("staff",)),) == policy.rights
    assert () == Policy({"idle_minutes": 1}).rights


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**33) | st.text(max_size=3) | st.binary(max_size=33),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kind", "circle", "a"]), inner),
    max_leaves=8,
)


@given(kind=st.sampled_from(sorted(MAPS)), field=st.integers(0, 9), value=anything)
def test_whatever_stands_in_a_field_the_answer_is_a_statement_or_a_code(kind: str, field: int, value: Any) -> None:
    names = list(MAPS[kind])
    whole = {"kind": kind, **MAPS[kind], names[field % len(names)]: value}

    assert code_of(whole) in (None, "malformed")
