"""sync/SPEC.md 4.3 and 5 once more, word by word and without a thought for speed: what the twins are measured against.

Works on the JSON of the vectors (see `merge.py`) and uses nothing of ours.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import msgspec

Json = dict[str, Any]
PLACES = ("record", "type", "field", "element", "value", "over")


@dataclass(eq=False)
class Written:
    """One write, with its change and its rule."""

    change: Json
    record: str
    type: str
    field: str
    element: Any
    value: Any
    over: list[str]
    rule: Json

    def has(self, who: list[str]) -> bool:
        """Was its author one of these, in a capacity in which she may write the field?"""
        return any(set(who) & set(each["who"]) for each in self.capacities)

    @property
    def capacities(self) -> list[Json]:
        """Those in which its author may write the field."""
        return [each for each in self.change["capacities"] if set(each["who"]) & set(self.writers(each["rights"]))]

    def writers(self, rights: list[Any]) -> list[str]:
        """Who may write the field, by policy or by the dictionary."""
        granted = [who for type_, field, who in rights if (type_, field) == (self.type, self.field)]
        return list(granted[-1] if granted else self.rule["write"])

    @cached_property
    def packed(self) -> bytes:
        return packed(self.value)

    @property
    def register(self) -> tuple[str, str, str, str, str, str]:
        member = self.change["member"] if self.rule["policy"] == "once" else ""
        element = packed(self.element).hex() if self.rule["each"] else ""
        return (self.change["circle"], self.record, self.type, self.field, element, member)


def state(dictionary: Json, changes: list[Json]) -> Json:
    """What Merge.to_json() must say of these changes, as an object. The ids in them are whole."""
    counting: dict[tuple[str, ...], list[Written]] = {}
    aside: dict[str, list[Json]] = {"refused": [], "unjudged": []}
    for change in sorted(changes, key=lambda change: str(change["id"])):
        for record, type_, writes in change["edits"]:
            for field, element, value, over in writes:
                rule = dictionary["types"].get(type_, {"fields": {}})["fields"].get(field, {})
                write = Written(change, record, type_, field, element, value, over, rule)
                if code := judge(write, dictionary["version"]):
                    aside["unjudged" if code == "unjudged" else "refused"].append(set_aside(write, code))
                else:
                    counting.setdefault(write.register, []).append(write)
    return {
        "deleted": sorted(deleted_parts(counting)),
        "refused": aside["refused"],
        "registers": [register(counting[key]) for key in sorted(counting, key="/".join)],
        "unjudged": aside["unjudged"],
    }


def judge(write: Written, version: int) -> str | None:
    """SPEC 4.3. version: of the reader's dictionary."""
    rule, change = write.rule, write.change
    if not rule:
        return "unjudged"
    if change["kind"] != rule["home"]:
        return "not_home"
    if not fits(write):
        return "unjudged" if change["version"] > version else "bad_value"
    is_hers = rule["policy"] != "author" or write.record[:16] == change["member"][:16]
    return None if is_hers and write.capacities else "not_entitled"


def fits(write: Written) -> bool:
    if write.rule["each"]:
        return (
            write.element is not None and isinstance(write.value, bool) and of_kind(write.element, write.rule["kind"])
        )
    if write.element is not None:
        return False
    if write.value is None:
        return write.rule["policy"] in ("ask", "text", "latest")
    is_right = of_kind(write.value, write.rule["kind"])
    return is_right and (write.field != "deleted" or is_ascending(write.value["seen"]))


def is_ascending(octets: list[Json]) -> bool:
    ids = [each["$octets"] for each in octets]
    return ids == sorted(set(ids))


def of_kind(value: Any, kind: Json) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    checks: dict[str, Callable[[], bool]] = {
        "text": lambda: isinstance(value, str) and len(value) <= kind["max"],
        "int": lambda: whole and kind["min"] <= value <= kind["max"],
        "bool": lambda: isinstance(value, bool),
        "enum": lambda: isinstance(value, str) and value in kind["values"],
        "date": lambda: isinstance(value, str) and is_date(value),
        "moment": lambda: whole and 0 <= value < 2**53,
        "id": lambda: is_octets(value, 16),
        "change": lambda: is_octets(value, 32),
        "list": lambda: (
            isinstance(value, list) and len(value) <= kind["max"] and all(of_kind(each, kind["of"]) for each in value)
        ),
        "struct": lambda: (
            isinstance(value, dict)
            and set(kind["required"]) <= set(value) <= set(kind["fields"])
            and all(of_kind(value[name], kind["fields"][name]) for name in value)
        ),
    }
    return checks[kind["kind"]]()


def is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def is_octets(value: Any, size: int) -> bool:
    return isinstance(value, dict) and list(value) == ["$octets"] and len(value["$octets"]) == 2 * size


def standing(writes: list[Written]) -> tuple[list[Written], list[Written]]:
    """Writes of one register: those that stand, and the requests that none reaches. SPEC 5."""
    by_id = {write.change["id"]: write for write in writes}
    named = {
        id_: [by_id[other] for other in write.over if other in by_id and other != id_] for id_, write in by_id.items()
    }
    legal: dict[str, bool] = {}

    def is_legal(id_: str) -> bool:
        if id_ not in legal:
            origins = [other.value for other in named[id_] if is_legal(other.change["id"])]
            legal[id_] = all(leads(by_id[id_], origin) for origin in origins or [None])
        return legal[id_]

    def reaches(id_: str) -> list[Written]:
        write, others = by_id[id_], named[id_]
        match write.rule["policy"]:
            case "careful" if not write.has(write.rule["decide"]):
                return [other for other in others if rank(other) <= rank(write)]
            case "once" | "author":
                return others if len(others) >= 2 else []
            case "state":
                return others if is_legal(id_) else []
            case _:
                return others

    reached = {other.change["id"] for id_ in by_id for other in reaches(id_)}
    left = [by_id[id_] for id_ in sorted(by_id) if id_ not in reached]
    return [w for w in left if is_legal(w.change["id"])], [w for w in left if not is_legal(w.change["id"])]


def leads(write: Written, origin: Any) -> bool:
    if write.rule["policy"] != "state" or origin == write.value:
        return True
    return any(
        [before, after] == [origin, write.value] and write.has(who) for before, after, who in write.rule["arrows"]
    )


def rank(write: Written) -> int:
    order = write.rule["order"]
    if order in ("min", "max"):
        number = write.value if isinstance(write.value, int) else date.fromisoformat(write.value).toordinal()
        return number if order == "max" else -number
    return list(order or write.rule["stop_order"]).index(write.value)


def register(writes: list[Written]) -> Json:
    """A register as the twins must show it."""
    left, requests = standing(writes)
    values, policy, shown = grouped(left), writes[0].rule["policy"], 0
    chosen = {
        "careful": lambda: max(left, key=rank),
        "state": lambda: max(left, key=rank),
        "latest": lambda: max(left, key=lambda write: (write.change["at"], write.change["id"])),
        "set": lambda: next(write for write in left if write.value is True),
    }
    if len(values) > 1 and policy in chosen:
        shown = [each["value"] for each in values].index(chosen[policy]().value)
    is_conflict = len(values) > 1 and policy not in chosen
    is_empty = not values or (not is_conflict and values[shown]["value"] is None)
    status = "settled" if len(values) == 1 or policy == "latest" else "decided"
    circle, record, type_, field, _, member = writes[0].register
    return {
        "circle": circle,
        "record": record,
        "type": type_,
        "field": field,
        "element": writes[0].element,
        "member": member or None,
        "status": "conflict" if is_conflict else "empty" if is_empty else status,
        "shown": None if is_conflict or is_empty else shown,
        "values": values,
        "requests": grouped(requests),
    }


def grouped(writes: list[Written]) -> list[Json]:
    """Equal values as one, by their smallest change id."""
    groups: dict[bytes, Json] = {}
    for write in writes:
        groups.setdefault(write.packed, {"value": write.value, "changes": []})["changes"].append(write.change["id"])
    return list(groups.values())


def deleted_parts(counting: dict[tuple[str, ...], list[Written]]) -> list[list[str]]:
    """(circle, record, type) of the parts that count as deleted. SPEC 5."""
    parts: dict[tuple[str, ...], list[Written]] = {}
    for key, writes in counting.items():
        parts.setdefault(key[:3], []).extend(standing(writes)[0])
    return [
        list(part) for part, left in parts.items() if is_deleted(left, counting.get((*part, "deleted", "", ""), []))
    ]


def is_deleted(left: list[Written], crossed_out: list[Written]) -> bool:
    """left: what stands of a part. crossed_out: every write of its `deleted`."""
    others = {write.change["id"] for write in left if write.field != "deleted"}
    deletions = {write.change["id"]: write for write in crossed_out if write.value is not None}

    def seen(id_: str) -> set[str]:
        own = {id_} | {each["$octets"] for each in deletions[id_].value["seen"]}
        return own.union(*(seen(other) for other in deletions[id_].over if other in deletions and other != id_))

    standing_ids = {write.change["id"] for write in left if write.field == "deleted"}
    return any(others <= seen(id_) for id_ in standing_ids & set(deletions))


def set_aside(write: Written, code: str) -> Json:
    return {"change": write.change["id"], "code": code, **{name: getattr(write, name) for name in PLACES}}


def packed(value: Any) -> bytes:
    """Strict MessagePack of a value in JSON."""
    return msgspec.msgpack.encode(octets(value), order="sorted")


def octets(value: Any) -> Any:
    if isinstance(value, list):
        return [octets(each) for each in value]
    if isinstance(value, dict):
        return bytes.fromhex(value["$octets"]) if "$octets" in value else {key: octets(value[key]) for key in value}
    return value
