"""What a vector is, and how it is written down.

A file is {"comment", "spec", "expect", "do", "given", "gives"}: `do` names what is tried, `given` is all it is given,
`expect` is "success" or a code of the SPEC, and `gives` (only on success) is all that comes out.

Octets are a string of lower-case hex, or a list of pieces: hex, {"repeat": hex, "times": n}, or {"of": hex file beside
the vector, "from": n, "to": n}. MessagePack values are JSON, with bytes as {"$octets": hex}.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
Given: TypeAlias = "Json | bytes | Slices | Sequence[Given] | Mapping[str, Given]"

_LONG = 256  # octets; shorter strings are written out
_REPEATED = re.compile(rb"(.{1,36}?)\1{15,}", re.DOTALL)


@dataclass(frozen=True)
class Slices:
    """Octets put together from pieces of a file that stands beside the vector, and of others in between."""

    file: str
    pieces: tuple[tuple[int, int] | bytes, ...]

    def written(self) -> Json:
        return [
            piece.hex() if isinstance(piece, bytes) else {"of": self.file, "from": piece[0], "to": piece[1]}
            for piece in self.pieces
        ]


@dataclass
class Folder:
    """All vectors of one object, by case."""

    name: str
    files: dict[str, bytes] = field(default_factory=dict)

    def gives(
        self, case: str, spec: str, comment: str, do: str, given: Mapping[str, Given], out: Mapping[str, Given]
    ) -> None:
        """A case that must succeed and come to `out`."""
        self._add(case, spec, comment, "success", {"do": do, "given": written(given), "gives": written(out)})

    def fails(self, case: str, code: str, spec: str, comment: str, do: str, given: Mapping[str, Given]) -> None:
        """A case that must fail with `code`."""
        self._add(case, spec, comment, code, {"do": do, "given": written(given)})

    def _add(self, case: str, spec: str, comment: str, expect: str, rest: dict[str, Json]) -> None:
        file = f"{case}.json"
        if file in self.files:
            raise ValueError(f"{self.name}/{file} is there twice")
        vector = {"comment": comment, "spec": spec, "expect": expect, **rest}
        self.files[file] = (json.dumps(vector, ensure_ascii=False, indent=2) + "\n").encode()


def written(value: Given) -> Json:
    """The JSON form of what a vector is given or gives."""
    if isinstance(value, Slices):
        return value.written()
    if isinstance(value, bytes):
        return value.hex() if len(value) <= _LONG else _pieces(value)
    if isinstance(value, Mapping):
        return {key: written(element) for key, element in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [written(element) for element in value]
    return value


def _pieces(data: bytes) -> Json:
    pieces = list(_runs(data))
    return pieces[0] if len(pieces) == 1 and isinstance(pieces[0], str) else pieces


def _runs(data: bytes) -> Iterator[Json]:
    """Hex, with each long repetition of the same few octets shortened."""
    behind = 0
    for match in _REPEATED.finditer(data):
        if match.start() > behind:
            yield data[behind : match.start()].hex()
        yield {"repeat": match[1].hex(), "times": len(match[0]) // len(match[1])}
        behind = match.end()
    if behind < len(data):
        yield data[behind:].hex()
