"""Values that fit a field and values that do not, for both runtimes.

The verdicts are msgspec's, from the declared Python types: no runtime takes part. In the file, bytes are
{"$octets": hex}, and {"$times": n, "of": x} is the text or the list of n times x.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

import msgspec

from sync.records.describe import Data, annotations, record_types
from sync.records.typescript import literal

SEED = 20260401
WRONG: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    0.5,
    "",
    "x",
    "2026-04-01",
    bytes(16),
    bytes(31),
    [],
    ["x"],
    {},
    {"constructor": 0},
)
"""Of every kind, so that each fits few fields."""
WRONG_PER_FIELD = 3
DAYS = ("2024-02-29", "2026-02-29", "2026-4-1", "20260401", "2026-04-01T00", "0000-01-01", "２０２６-04-01")


@dataclass(frozen=True)
class Times:
    """A text or a list too long to write down."""

    times: int
    of: Any


def vectors(data: Data) -> str:
    """The text of sync/records/vectors.json."""
    dice = random.Random(SEED)  # noqa: S311 (no secret)
    cases = [case for name, about in data["types"].items() for case in _cases(name, about["fields"], dice)]
    return literal({"comment": __doc__, "spec": "sync 4.3", "seed": SEED, "cases": cases}) + "\n"


def _cases(name: str, rules: Data, dice: random.Random) -> Iterator[Data]:
    declared = annotations(record_types()[name])
    for field, rule in rules.items():
        fits = _element(declared[field]) if rule["each"] else declared[field]
        for value in [*_around(rule["kind"], dice), *dice.sample(WRONG, WRONG_PER_FIELD)]:
            expect = "success" if _is_allowed(_whole(value), fits) else "bad_value"
            yield {"type": name, "field": field, "value": _written(value), "expect": expect}


def _element(annotation: Any) -> Any:
    """X of Annotated[set[X], …]."""
    return get_args(get_args(annotation)[0])[0]


def _is_allowed(value: Any, annotation: Any) -> bool:
    try:
        msgspec.convert(value, annotation, builtin_types=(bytes,))
    except msgspec.ValidationError:
        return False
    return True


def _around(kind: Data, dice: random.Random) -> list[Any]:
    """Values at the limits of a kind, and just beyond."""
    match kind:
        case {"kind": "text", "max": most}:
            return ["ひと言", Times(most, "あ"), Times(most, "😀"), Times(most + 1, "x")]
        case {"kind": "int", "min": least, "max": most}:
            return [least, most, least - 1, most + 1, True]
        case {"kind": "enum", "values": values}:
            return [values[0], values[-1], dice.choice(values), values[-1].upper(), "no_such_choice"]
        case {"kind": "list", "of": of, "max": most}:
            return [
                [],
                [_fitting(of, dice)],
                Times(most, _fitting(of, dice)),
                Times(most + 1, _fitting(of, dice)),
                [None],
            ]
        case {"kind": "struct"}:
            return _around_struct(kind, dice)
        case _:
            return list(PLAIN[kind["kind"]])


PLAIN: dict[str, tuple[Any, ...]] = {
    "bool": (True, False, 1),
    "date": DAYS,
    "moment": (0, 2**53 - 1, 2**53, -1),
    "id": (bytes(16), bytes(15), bytes(17)),
    "change": (bytes(32), bytes(31), bytes(33)),
    "key": (bytes(32), bytes(31), bytes(33)),
}


def _around_struct(kind: Data, dice: random.Random) -> list[Any]:
    whole = _fitting(kind, dice)
    least = {name: whole[name] for name in kind["required"]}
    broken = [{**whole, name: dice.choice(_around(of, dice))} for name, of in kind["fields"].items()]
    lacking = [{name: one for name, one in least.items() if name != left_out} for left_out in kind["required"]]
    return [whole, least, {**whole, "later": 1}, {**whole, "constructor": whole}, *broken, *lacking]


def _fitting(kind: Data, dice: random.Random) -> Any:
    """A value of the kind."""
    match kind:
        case {"kind": "int", "min": least, "max": most}:
            return dice.randint(least, most)
        case {"kind": "enum", "values": values}:
            return dice.choice(values)
        case {"kind": "list", "of": of}:
            return [_fitting(of, dice)]
        case {"kind": "struct", "fields": fields}:
            return {name: _fitting(of, dice) for name, of in fields.items()}
        case _:
            return _around(kind, dice)[0]


def _whole(value: Any) -> Any:
    match value:
        case Times(times=times, of=of):
            return of * times if isinstance(of, str) else [_whole(of)] * times
        case list():
            return [_whole(one) for one in value]
        case dict():
            return {name: _whole(one) for name, one in value.items()}
        case _:
            return value


def _written(value: Any) -> Any:
    match value:
        case bytes():
            return {"$octets": value.hex()}
        case Times(times=times, of=of):
            return {"$times": times, "of": _written(of)}
        case list():
            return [_written(one) for one in value]
        case dict():
            return {name: _written(one) for name, one in value.items()}
        case _:
            return value
