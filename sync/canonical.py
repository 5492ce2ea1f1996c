"""The state of a merge as JSON in which equal states are equal texts: for vectors, for comparing twins and devices.

Keys ascend, nothing stands between tokens, ids are lower-case hex. Within a value, bytes are {"$octets": "..."}: no map
of strict MessagePack has such a key.

Source: sync/SPEC.md 5.  Twin: sync/canonical.ts.
"""

import json
from collections.abc import Sequence
from typing import Any

from crypto.encoding import unpack
from sync.edits import Value
from sync.register import StandingValue, View
from sync.writes import SetAside


def canonical(state: Any) -> str:
    """JSON text of what the functions below give."""
    return json.dumps(state, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def view_json(view: View) -> dict[str, Any]:
    """shown: place among the values, null where none is the value."""
    key = view.key
    return {
        "circle": key.circle.hex(),
        "record": key.record.hex(),
        "type": key.type,
        "field": key.field,
        "element": None if key.element is None else value_json(unpack(key.element)),
        "member": None if key.member is None else key.member.hex(),
        "status": view.status,
        "shown": None if view.shown is None else view.values.index(view.shown),
        "values": _standing_json(view.values),
        "requests": _standing_json(view.requests),
    }


def set_aside_json(change: bytes, aside: SetAside) -> dict[str, Any]:
    """A write that does not count, whole."""
    return {
        "change": change.hex(),
        "code": aside.code,
        "record": aside.record.hex(),
        "type": aside.type,
        "field": aside.write.field,
        "element": value_json(aside.write.element),
        "value": value_json(aside.write.value),
        "over": [id_.hex() for id_ in aside.write.over],
    }


def value_json(value: Value) -> Any:
    """A value of strict MessagePack; what are equal bytes there is equal JSON here, and the other way round."""
    if isinstance(value, bytes):
        return {"$octets": value.hex()}
    if isinstance(value, list):
        return [value_json(item) for item in value]
    if isinstance(value, dict):
        return {name: value_json(item) for name, item in value.items()}
    return value


def _standing_json(values: Sequence[StandingValue]) -> list[dict[str, Any]]:
    return [{"value": value_json(one.value), "changes": [id_.hex() for id_ in one.changes]} for one in values]
