"""Whether a dictionary keeps what a published one promised: it may only have grown."""

from collections.abc import Iterator

from sync.records.describe import Data


def breaks(published: Data, now: Data) -> list[str]:
    """What `published` promised and does not hold now, as type.field.what. Words are not promised and may improve."""
    lost = (
        place for name, old in published["types"].items() for place in _type_breaks(name, old, now["types"].get(name))
    )
    return [*_version_breaks(published, now), *lost]


def _version_breaks(published: Data, now: Data) -> Iterator[str]:
    """What is added comes in a higher version and says in which."""
    if now["version"] < published["version"] or (
        now["version"] == published["version"] and now["types"] != published["types"]
    ):
        yield "version"
    for name, about in now["types"].items():
        known = published["types"].get(name, {"fields": {}})["fields"]
        for field, rule in about["fields"].items():
            if field not in known and not published["version"] < rule["introduced"] <= now["version"]:
                yield f"{name}.{field}.introduced"


def _type_breaks(name: str, old: Data, new: Data | None) -> Iterator[str]:
    if new is None:
        yield name
        return
    yield from (f"{name}.{what}" for what in ("introduced", "home") if new[what] != old[what])
    for field, rule in old["fields"].items():
        yield from _field_breaks(f"{name}.{field}", rule, new["fields"].get(field))


def _field_breaks(place: str, old: Data, new: Data | None) -> Iterator[str]:
    if new is None:
        yield place
        return
    yield from (f"{place}.{what}" for what in old if what != "kind" and new[what] != old[what])
    if not _keeps(old["kind"], new["kind"], is_ordered=bool(old["order"] or old["arrows"])):
        yield f"{place}.kind"


def _keeps(old: object, new: object, *, is_ordered: bool) -> bool:
    """Nothing of a kind changes, but choices may be added behind the last where nothing orders them."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return old == new
    if old.get("kind") == "enum" and not is_ordered:
        values = new.get("values", [])[: len(old["values"])]
        return old == {**new, "values": values}
    return old.keys() == new.keys() and all(_keeps(old[name], new[name], is_ordered=is_ordered) for name in old)
