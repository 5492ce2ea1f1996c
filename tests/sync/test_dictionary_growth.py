"""What is published of the data dictionary only grows."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync.dictionary import Dictionary
from sync.records import generate
from sync.records.describe import Data
from sync.records.growth import breaks

DATA: Data = json.loads(generate.JSON.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(generate.PUBLISHED.glob("*.json")), ids=lambda path: f"version {path.stem}")
def test_the_dictionary_only_grows(path: Path) -> None:
    published = json.loads(path.read_text(encoding="utf-8"))

    assert int(path.stem) == published["version"]
    assert [] == breaks(published, DATA)


def test_version_1_is_published() -> None:
    assert "1" in {path.stem for path in generate.PUBLISHED.glob("*.json")}


def changed(edit: Callable[[Data], object]) -> Data:
    """The dictionary as somebody might make it in the next version."""
    data = copy.deepcopy(DATA)
    data["version"] += 1
    edit(data)
    return data


def rule_in(data: Data, name: str) -> Any:
    record_type, _, field = name.partition(".")
    return data["types"][record_type]["fields"][field]


@pytest.mark.parametrize(
    ("place", "edit"),
    [
        ("risk_flag", lambda data: data["types"].pop("risk_flag")),
        ("visit.home", lambda data: data["types"]["visit"].update(home="case")),
        ("visit.announced", lambda data: data["types"]["visit"]["fields"].pop("announced")),
        ("visit.status.policy", lambda data: rule_in(data, "visit.status").update(policy="ask")),
        ("visit.purpose.each", lambda data: rule_in(data, "visit.purpose").update(each=False)),
        ("household.address.home", lambda data: rule_in(data, "household.address").update(home="dispatch")),
        ("follow_up.assignee.write", lambda data: rule_in(data, "follow_up.assignee")["write"].append("supporter")),
        ("risk_flag.level.decide", lambda data: rule_in(data, "risk_flag.level")["decide"].append("staff")),
        ("risk_flag.level.order", lambda data: rule_in(data, "risk_flag.level")["order"].reverse()),
        ("risk_flag.level.kind", lambda data: rule_in(data, "risk_flag.level")["kind"]["values"].append("worst")),
        ("dispatch.state.arrows", lambda data: rule_in(data, "dispatch.state")["arrows"].pop()),
        ("visit.status.stop_order", lambda data: rule_in(data, "visit.status")["stop_order"].reverse()),
        ("household.label.kind", lambda data: rule_in(data, "household.label")["kind"].update(max=999)),
        ("household.housing.kind", lambda data: rule_in(data, "household.housing")["kind"]["values"].reverse()),
        ("household.housing.kind", lambda data: rule_in(data, "household.housing")["kind"]["values"].pop()),
        (
            "follow_up.due.kind",
            lambda data: rule_in(data, "follow_up.due")["kind"]["fields"].update(new={"kind": "id"}),
        ),
        ("follow_up.due.kind", lambda data: rule_in(data, "follow_up.due")["kind"]["required"].append("until")),
        (
            "visit.late.introduced",
            lambda data: data["types"]["visit"]["fields"].update(late=rule_in(data, "visit.went")),
        ),
        ("version", lambda data: data.update(version=0)),
        ("version", lambda data: data.update(version=1, types=growth(data)["types"])),
    ],
)
def test_a_published_promise_cannot_be_taken_back(place: str, edit: Callable[[Data], object]) -> None:
    assert place in breaks(DATA, changed(edit))


def growth(data: Data) -> Data:
    """A new choice, a new field and a new type, as they may come."""
    rule_in(data, "household.housing")["kind"]["values"].append("hotel")
    data["types"]["visit"]["fields"]["late"] = {**rule_in(data, "visit.went"), "field": "late", "introduced": 2}
    data["types"]["debrief"] = {"introduced": 2, "home": "private", "fields": {}}
    return data


def test_new_choices_fields_types_and_better_words_are_growth() -> None:
    def reworded(data: Data) -> None:
        data["forms"]["visit"]["ja"] = "ご訪問"

    assert [] == breaks(DATA, changed(growth))
    assert [] == breaks(DATA, changed(reworded))


def test_a_dictionary_of_another_version_is_read_the_same_way() -> None:
    later = msgspec.json.decode(msgspec.json.encode(changed(growth)), type=Dictionary)

    assert 2 == later.version
    assert later.field("visit", "late") is not None
