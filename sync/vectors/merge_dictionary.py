"""The small dictionary of the merge vectors: every policy and every kind of value, as JSON of `sync.dictionary`.

Version 1 is what an old app knows. Version 2 has grown by a field, a type and a choice.
"""

from typing import Any

EVERYONE = ["supporter", "professional", "staff", "admin"]
DESK = ["staff", "admin"]
REVIEWERS = ["reviewer"]
DELETION = {
    "kind": "struct",
    "name": "Deletion",
    "fields": {
        "reason": {"kind": "text", "max": 200},
        "seen": {"kind": "list", "of": {"kind": "change"}, "max": 256},
    },
    "required": ["reason", "seen"],
}
HOURS = {
    "kind": "struct",
    "name": "Hours",
    "fields": {
        "days": {"kind": "list", "of": {"kind": "text", "max": 3}, "max": 7},
        "note": {"kind": "text", "max": 9},
    },
    "required": ["days"],
}
LEVELS = ["cleared", "notice", "urgent"]
ARROWS = [
    [None, "planned", EVERYONE],
    ["planned", "running", EVERYONE],
    ["running", "paused", EVERYONE],
    ["paused", "running", ["staff", "coordinator"]],
    ["running", "ended", DESK],
    ["paused", "ended", DESK],
]
STATES = ["planned", "running", "paused", "ended"]


def text(most: int) -> dict[str, Any]:
    """The kind of text of at most so many code points."""
    return {"kind": "text", "max": most}


def enum(*values: str) -> dict[str, Any]:
    """The kind of one of these words."""
    return {"kind": "enum", "name": "Choice", "values": list(values)}


def dictionary(version: int) -> dict[str, Any]:
    """The whole dictionary of version 1 or 2."""
    types = {"sheet": ("case", sheet(version)), "door_card": ("door", door_card()), "visit": ("dispatch", visit())}
    if version == 2:
        types["letter"] = ("case", {"body": rule("text", text(20))})
    return {
        "version": version,
        "types": {
            name: {"introduced": 1, "home": home, "fields": _fields(name, home, fields)}
            for name, (home, fields) in types.items()
        },
    }


def rule(policy: str, kind: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """What differs from the ordinary: whoever is there writes it, and its home is the type's."""
    return {"policy": policy, "kind": kind, **rest}


def sheet(version: int) -> dict[str, Any]:
    """A record in the case circle."""
    fields = {
        "title": rule("latest", text(20)),
        "plan": rule("text", text(40)),
        "due": rule("ask", {"kind": "date"}),
        "count": rule("ask", {"kind": "int", "min": 0, "max": 9}),
        "met_at": rule("ask", {"kind": "moment"}),
        "person": rule("ask", {"kind": "id"}),
        "copied_from": rule("ask", {"kind": "change"}),
        "opening": rule("ask", HOURS),
        "answers": rule("ask", {"kind": "list", "of": enum("yes", "no", *["perhaps"][: version - 1]), "max": 3}),
        "decision": rule("ask", text(20), write=DESK),
        "verdict": rule("ask", text(20), write=REVIEWERS),
        "valid_from": rule("careful", {"kind": "date"}, order="max", decide=DESK),
        "valid_until": rule("careful", {"kind": "date"}, order="min", decide=DESK),
        "limit": rule("careful", {"kind": "int", "min": -5, "max": 5}, order="min", decide=DESK),
        "tags": rule("set", text(10), each=True),
        "people": rule("set", {"kind": "id"}, each=True),
        "hours": rule("set", HOURS, each=True),
        "impression": rule("once", text(20)),
        "state": rule("state", enum(*STATES), arrows=ARROWS, stop_order=STATES),
        "notice": rule("ask", text(20), home="door"),
    }
    return fields if version == 1 else fields | {"mood": rule("ask", enum("good", "bad"))}


def door_card() -> dict[str, Any]:
    """A record in the door circle."""
    return {
        "level": rule("careful", enum(*LEVELS), order=LEVELS, decide=REVIEWERS),
        "card_ok": rule("careful", {"kind": "bool"}, order=[True, False], decide=DESK),
        "channels": rule("careful", enum("sms", "letter"), each=True, order=[True, False], decide=DESK),
        "dangers": rule("careful", text(10), each=True, order=[False, True], decide=DESK),
    }


def visit() -> dict[str, Any]:
    """A record in the dispatch circle."""
    return {
        "words": rule("once", text(20)),
        "report": rule("author", text(20)),
        "helpers": rule("set", {"kind": "id"}, each=True),
    }


def _fields(type_: str, home: str, fields: dict[str, Any]) -> dict[str, Any]:
    ordinary = {"introduced": 1, "each": False, "home": home, "write": EVERYONE}
    empty: dict[str, Any] = {"order": [], "decide": [], "arrows": [], "stop_order": []}
    whole = fields | {"deleted": rule("ask", DELETION, write=DESK)}
    return {name: {"type": type_, "field": name} | ordinary | empty | words for name, words in whole.items()}
