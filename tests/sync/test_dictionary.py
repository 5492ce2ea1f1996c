"""The data dictionary: what is declared is sound, both runtimes judge by it, what is generated is current."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import ProtocolError
from sync.dictionary import (
    ChangeKind,
    FieldRule,
    ListKind,
    StructKind,
    arrow,
    dictionary,
    is_more_careful,
    is_of_kind,
    rank,
    validate,
)
from sync.records import generate
from sync.records.describe import Data, annotations, describe, record_types
from sync.records.schema import CIRCLES, DUTIES, ROLES
from sync.writes import MAX_SEEN

DATA: Data = json.loads(generate.JSON.read_text(encoding="utf-8"))
RULES = [rule for about in dictionary().types.values() for rule in about.fields.values()]
CAREFUL = [rule for rule in RULES if rule.policy == "careful"]
STATES = [rule for rule in RULES if rule.policy == "state"]
OPEN_HOMES = ("door", "dispatch", "own")
"""Kinds of circle that a supporter is in."""


def place(rule: FieldRule) -> str:
    return f"{rule.type}.{rule.field}"


def rule_of(record_type: str, name: str) -> FieldRule:
    rule = dictionary().field(record_type, name)
    assert rule is not None
    return rule


def words(data: Data) -> Iterator[tuple[str, str, str]]:
    """(where, Japanese, English) of everything that is shown."""
    for name, form in data["forms"].items():
        yield name, form["ja"], form["en"]
        for field in form["fields"]:
            yield f"{name}.{field['name']}", field["ja"], field["en"]
            if "help" in field:
                yield f"{name}.{field['name']}", field["help"]["ja"], field["help"]["en"]
    for group in ("parts", "choices"):
        for name, lines in data[group].items():
            yield from ((name, line["ja"], line["en"]) for line in lines)


# Values


def read(value: Any) -> Any:
    """The file's words for bytes and for long values: see sync/records/vectors.py."""
    match value:
        case {"$octets": str(octets)}:
            return bytes.fromhex(octets)
        case {"$times": int(times), "of": of}:
            return of * times if isinstance(of, str) else [read(of)] * times
        case dict():
            return {name: read(one) for name, one in value.items()}
        case list():
            return [read(one) for one in value]
        case _:
            return value


def test_every_value_gets_the_verdict_that_its_declared_type_gives() -> None:
    cases = json.loads(generate.VECTORS.read_text(encoding="utf-8"))["cases"]
    wrong = [
        case
        for case in cases
        if is_of_kind(read(case["value"]), rule_of(case["type"], case["field"]).kind) != (case["expect"] == "success")
    ]

    assert [] == wrong
    assert {place(rule) for rule in RULES} == {f"{case['type']}.{case['field']}" for case in cases}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=60)
    | st.dates().map(str)
    | st.binary(max_size=40)
    | st.sampled_from([str(choice["value"]) for choices in DATA["choices"].values() for choice in choices]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(sorted({line["name"] for lines in DATA["parts"].values() for line in lines})),
            inner,
            max_size=5,
        )
    ),
    max_leaves=8,
)


@settings(derandomize=True, max_examples=300)
@given(rule=st.sampled_from([rule for rule in RULES if not rule.each]), value=VALUES)
def test_no_value_is_judged_otherwise_than_by_its_declared_type(rule: FieldRule, value: object) -> None:
    declared = annotations(record_types()[rule.type])[rule.field]
    try:
        msgspec.convert(value, declared, builtin_types=(bytes,))
        fits = True
    except msgspec.ValidationError:
        fits = False

    assert fits == is_of_kind(value, rule.kind)


def test_a_value_of_another_kind_is_bad_value() -> None:
    with pytest.raises(ProtocolError) as refused:
        validate("urgently", rule_of("risk_flag", "level").kind)
    validate("urgent", rule_of("risk_flag", "level").kind)

    assert "bad_value" == refused.value.code


def test_unknown_types_and_fields_have_no_rule() -> None:
    assert [None, None] == [dictionary().field("later_type", "label"), dictionary().field("household", "later_field")]


# What is more careful, and where states lead


def test_a_refusal_is_more_careful_than_every_kind_of_consent() -> None:
    state = rule_of("consent", "state")
    states = ["refused", "written", "not_asked", "by_behaviour", "withdrawn"]

    assert ["written", "by_behaviour", "not_asked", "withdrawn", "refused"] == sorted(
        states, key=lambda value: rank(state, value)
    )


def test_the_earlier_end_of_a_consent_is_the_more_careful() -> None:
    until = rule_of("consent", "valid_until")

    assert is_more_careful(until, "2026-12-31", "2027-01-01")
    assert not is_more_careful(until, "2027-01-01", "2026-12-31")
    assert not is_more_careful(until, "2027-01-01", "2027-01-01")


def test_taking_a_channel_away_and_adding_a_topic_to_avoid_are_the_more_careful() -> None:
    assert is_more_careful(rule_of("contact_preference", "ok_channels"), False, True)
    assert is_more_careful(rule_of("contact_preference", "never_topics"), True, False)


def test_a_supporter_pauses_a_dispatch_and_only_the_coordination_resumes_it() -> None:
    state = rule_of("dispatch", "state")

    assert "supporter" in (arrow(state, "running", "paused") or ())
    assert ("staff", "admin", "coordinator") == arrow(state, "paused", "running")
    assert is_more_careful(state, "paused", "running")


def test_no_arrow_leads_out_of_an_end_and_staying_is_always_open() -> None:
    state = rule_of("dispatch", "state")

    assert [None, None, state.write] == [
        arrow(state, "ended", "running"),
        arrow(state, None, "running"),
        arrow(state, "ended", "ended"),
    ]


# The declarations are sound


def test_homes_writers_and_deciders_are_words_of_the_directory() -> None:
    who = {*ROLES, *DUTIES}
    named = [*(rule.write for rule in RULES), *(rule.decide for rule in CAREFUL)]
    named += [move.who for rule in STATES for move in rule.arrows]

    assert {rule.home for rule in RULES} <= set(CIRCLES)
    assert all(names and set(names) <= who for names in named)


def test_names_are_of_the_alphabet_of_the_wire() -> None:
    names = [*dictionary().types, *(rule.field for rule in RULES)]
    names += [line["name"] for lines in DATA["parts"].values() for line in lines]

    assert [] == [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name)]
    assert not {"id", "type"} & {rule.field for rule in RULES}


@pytest.mark.parametrize("rule", [rule for rule in CAREFUL if isinstance(rule.order, tuple)], ids=place)
def test_every_value_of_a_careful_field_has_its_place_in_the_order(rule: FieldRule) -> None:
    kind: Any = rule.kind
    values = (True, False) if rule.each else getattr(kind, "values", (True, False))

    assert sorted(values) == sorted(rule.order)


@pytest.mark.parametrize("rule", CAREFUL, ids=place)
def test_no_supporter_lowers_a_careful_value(rule: FieldRule) -> None:
    assert rule.decide
    assert "supporter" not in rule.decide


@pytest.mark.parametrize("rule", STATES, ids=place)
def test_arrows_lead_from_nothing_to_every_state_and_to_no_other(rule: FieldRule) -> None:
    kind: Any = rule.kind
    reached: set[str | None] = {None}
    for _ in kind.values:
        reached |= {move.after for move in rule.arrows if move.before in reached}

    assert {None, *kind.values} == reached | {move.before for move in rule.arrows}
    assert sorted(kind.values) == sorted(rule.stop_order)
    assert len({(move.before, move.after) for move in rule.arrows}) == len(rule.arrows)
    assert all(move.before != move.after for move in rule.arrows)


@pytest.mark.parametrize("rule", STATES, ids=place)
def test_whoever_an_arrow_names_may_write_the_state(rule: FieldRule) -> None:
    """A duty is held by somebody with a role."""
    movers = {who for move in rule.arrows for who in move.who} - set(DUTIES)

    assert movers <= set(rule.write)


def test_only_policies_that_need_them_have_orders_deciders_and_arrows() -> None:
    assert [] == [place(rule) for rule in RULES if rule.policy != "careful" and (rule.order or rule.decide)]
    assert [] == [place(rule) for rule in RULES if rule.policy != "state" and (rule.arrows or rule.stop_order)]
    assert [] == [place(rule) for rule in RULES if (rule.policy == "set") > rule.each]


def test_values_are_shallow_enough_for_a_change() -> None:
    """A value stands four levels deep in a change, which may have eight."""

    def depth(kind: Data) -> int:
        inner = [kind["of"]] if "of" in kind else list(kind.get("fields", {}).values())
        return (1 if inner else 0) + max(map(depth, inner), default=0)

    deep = [rule["kind"] for about in DATA["types"].values() for rule in about["fields"].values()]

    assert max(map(depth, deep)) <= 8 - 5


# Who may know and write what


def test_nothing_that_a_supporter_holds_has_a_place_for_an_address() -> None:
    asked = re.compile("address|住所|電話番号|phone_number")
    named = [
        (line["name"], line["ja"])
        for name, form in DATA["forms"].items()
        for line in form["fields"]
        if DATA["types"][name]["fields"][line["name"]]["home"] in OPEN_HOMES
    ]

    assert [] == [names for names in named if asked.search(" ".join(names))]
    assert "case" == rule_of("household", "address").home


def test_supporters_write_nothing_in_the_household_s_file() -> None:
    assert [] == [place(rule) for rule in RULES if rule.home in ("case", "desk") and "supporter" in rule.write]


def test_what_must_be_the_same_for_everybody_is_at_the_door() -> None:
    at_the_door = {place(rule) for rule in RULES if rule.home == "door" and rule.type != "contact_preference"}

    assert {
        "person.alive",
        "consent.subject",
        "consent.matter",
        "consent.state",
        "risk_flag.level",
        "risk_flag.visit_rule",
    } == at_the_door
    assert {"door"} == {rule.home for rule in dictionary().types["contact_preference"].fields.values()}
    assert all("supporter" in rule.write for rule in RULES if rule.home == "door" and rule.policy == "careful")


def test_impressions_and_third_party_information_are_for_the_author_and_the_desk() -> None:
    facts: Any = rule_of("visit_note", "segments").kind
    own: Any = rule_of("visit_note", "own_segments").kind

    assert ("seen_heard", "words", "done", "plan") == facts.of.fields["kind"].values
    assert ("impression", "third_party") == own.of.fields["kind"].values
    assert ("dispatch", "own") == (rule_of("visit_note", "segments").home, rule_of("visit_note", "own_segments").home)


def test_a_submitted_note_never_changes() -> None:
    """But for the risk, which anybody may raise, and the crossing out, which the desk may do."""
    notes = [rule for rule in RULES if rule.type in ("visit_note", "addendum")]

    assert {"visit_note.risk_quick", "visit_note.deleted", "addendum.deleted"} == {
        place(rule) for rule in notes if rule.policy != "author"
    }


def test_every_record_can_be_crossed_out_by_the_desk_in_the_home_of_its_type() -> None:
    crossed_out = {name: about.fields["deleted"] for name, about in dictionary().types.items()}

    assert {name: about.home for name, about in dictionary().types.items()} == {
        name: rule.home for name, rule in crossed_out.items()
    }
    assert {("staff", "admin")} == {rule.write for rule in crossed_out.values()}
    kinds = [rule.kind for rule in crossed_out.values() if isinstance(rule.kind, StructKind)]
    assert [ListKind(ChangeKind(), MAX_SEEN)] * len(crossed_out) == [kind.fields["seen"] for kind in kinds]


# Words


def test_everything_shown_has_words_in_both_languages() -> None:
    shown = list(words(DATA))

    assert [] == [where for where, ja, en in shown if not ja.strip() or not en.strip()]
    assert len(shown) > 500


def test_no_label_blames_or_names_people_by_what_they_lack() -> None:
    never = re.compile("引きこもり者|社会復帰|自立させる|失敗|非稼働|差戻し|対象者|問題")

    assert [] == [(where, ja) for where, ja, _ in words(DATA) if never.search(ja)]


def test_the_quick_part_of_a_note_is_what_thirty_seconds_allow() -> None:
    quick = [line["name"] for line in DATA["forms"]["visit_note"]["fields"] if line["quick"]]

    assert [
        "mode",
        "person_contact_level",
        "family_contact_level",
        "door_result",
        "actions",
        "met_persons",
        "start",
        "end",
        "duration_min",
        "travel_min",
        "next_step",
        "next_on",
        "person_agreed_next",
        "risk_quick",
    ] == quick


# Generated and published


def test_generated_files_are_current() -> None:
    assert [] == generate.stale(generate.render(describe()))


def test_what_is_generated_reads_back_as_it_was_described() -> None:
    """A long text is one text, in JSON and in TypeScript."""
    described = describe()
    module = generate.TYPESCRIPT.read_text(encoding="utf-8")
    constants = dict(
        re.findall(r"^export const (\w+) = (.*?) as const(?: satisfies \w+)?$", module, re.MULTILINE | re.DOTALL)
    )
    judged = {name: described[name] for name in ("version", "types")}

    assert json.loads(json.dumps(described)) == DATA
    assert {"DICTIONARY", "FORMS", "PARTS", "CHOICES"} == set(constants)
    assert json.loads(json.dumps(judged)) == json.loads(constants["DICTIONARY"])
    for name in ("forms", "parts", "choices"):
        assert DATA[name] == json.loads(constants[name.upper()])


def test_every_form_says_in_a_sentence_what_it_is_about() -> None:
    abouts = [form["about"] for form in DATA["forms"].values()]

    assert {str} == {type(about) for about in abouts}
    assert [] == [about for about in abouts if not re.fullmatch(r"[A-Z].+\.", about)]
    assert max(map(len, abouts)) > 100, "long ones are among them"


def test_a_file_that_is_not_current_is_named(tmp_path: Path) -> None:
    old, missing = tmp_path / "old.json", tmp_path / "missing.json"
    old.write_text("{}", encoding="utf-8")

    assert [old, missing] == generate.stale({old: "{ }", missing: ""})


def test_importing_the_dictionary_reads_and_builds_nothing() -> None:
    script = (
        "import sys, sync.dictionary as d; "
        "sys.exit(d.dictionary.cache_info().currsize or any(m.startswith('sync.records') for m in sys.modules))"
    )

    assert 0 == subprocess.run([sys.executable, "-c", script], check=False).returncode
