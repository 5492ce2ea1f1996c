"""Everything a directory holds, in a form in which two can be compared."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from sync.circles import Circle
from sync.directory import Directory
from sync.timeline import Timeline


def snapshot(directory: Directory) -> dict[str, Any]:
    """What the directory would answer to every question, and the alarms it raised."""
    state = {name: plain(value) for name, value in vars(directory._state).items() if name != "journal"}
    return {
        **state,
        "head": directory.head,
        "void": [index for index in range(directory.head.index + 1) if directory.is_void(index)],
        "alarms": sorted(map(repr, directory.alarms)),
    }


def plain(value: Any) -> Any:
    """Values only: maps by sorted key, objects by their fields; what is only remembered is left out."""
    if isinstance(value, Timeline):
        return [(start, plain(held)) for start, _, held in value.spans()]
    if isinstance(value, Circle):
        return {name: plain(held) for name, held in vars(value).items() if name != "stale_at"}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(held) for key, held in sorted(value.items()) if not is_empty(held)}
    if isinstance(value, set):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    return value


def is_empty(value: Any) -> bool:
    """A timeline or list that was made ready for a value that was then refused says nothing."""
    return (isinstance(value, Timeline) and not list(value.spans())) or value == []
