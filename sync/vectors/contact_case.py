"""Pieces of which contacts in the cases of SPEC 7 are put together."""

from typing import Any

Json = dict[str, Any]
A, B = "a" * 32, "b" * 32
ZERO = "00" * 32


def id_(number: int) -> str:
    return f"{number:064x}"


def tip(number: int) -> Json:
    return {"sequence": number, "id": id_(number)}


def run(number: int, size: int = 400) -> Json:
    return {"id": id_(number), "size": size}


def own(circle: str = A, **rest: Any) -> Json:
    """Up to number 5 the server has everything."""
    return {"circle": circle, "sent": tip(5)} | rest


def closed(*numbers: int, circle: str = A, **rest: Any) -> Json:
    """Closed runs behind number 5."""
    return own(circle, behind=id_(5), closed=[run(number) for number in numbers], **rest)


def held(*circles: Json, **rest: Any) -> Json:
    return {"head": 7, "cursor": 50, "own": list(circles)} | rest


def known(*circles: Json, **rest: Any) -> Json:
    """A contact in which everything is known and taken in, and the server's log ends where ours does."""
    heads = {each["circle"]: each["sent"] for each in circles}
    inner = {name: rest.pop(name) for name in HELD if name in rest}
    return {
        "held": held(*circles, **inner),
        "session": "open",
        "heads": heads,
        "directory": "current",
        "server": 7,
        "log": "current",
    } | rest


HELD = ("head", "cursor", "fresh", "lacking", "missing", "pending", "lost", "revoked")
REST: list[Json] = [{"do": "rest", "because": []}]


def waits(*because: str) -> list[Json]:
    return [{"do": "rest", "because": list(because)}]


def act(do: str, **rest: Any) -> Json:
    return {"do": do} | rest
