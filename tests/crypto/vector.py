"""How a vector is read: its octets, its MessagePack values, and the register of what can be tried.

Form: crypto/vectors/folder.py.  Twin: the first half of crypto/vectors.test.ts.
"""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[2] / "crypto" / "vectors"

Gives = Mapping[str, Any]
Runner = Callable[..., Gives]
RUNNERS: dict[tuple[str, str], Runner] = {}
"""By folder and `do`. A runner's parameters are exactly what `given` holds, what it returns is exactly `gives`."""


def runner(folder: str, do: str) -> Callable[[Runner], Runner]:
    def keep(function: Runner) -> Runner:
        assert (folder, do) not in RUNNERS
        RUNNERS[folder, do] = function
        return function

    return keep


def octets(written: Any, folder: Path) -> bytes:
    """The bytes of a hex string or a list of pieces."""
    if isinstance(written, str):
        return bytes.fromhex(written)
    if isinstance(written, list):
        return b"".join(octets(piece, folder) for piece in written)
    if set(written) == {"repeat", "times"}:
        return bytes.fromhex(written["repeat"]) * int(written["times"])
    assert set(written) == {"of", "from", "to"}
    whole = bytes.fromhex((folder / written["of"]).read_text())
    return whole[int(written["from"]) : int(written["to"])]


def decoded(written: Any, type_: Any, folder: Path) -> Any:
    """What is written, in the type a runner's parameter has."""
    if type_ in (bytes, bytes | None) and written is not None:
        return octets(written, folder)
    if type_ == list[bytes]:
        return [octets(element, folder) for element in written]
    return written


def like(actual: Any, written: Any, folder: Path) -> Any:
    """What is written, read the way the actual value asks for: octets where it has bytes."""
    if isinstance(actual, bytes):
        return octets(written, folder)
    if isinstance(actual, Mapping) and isinstance(written, dict):
        return {key: like(actual.get(key), value, folder) for key, value in written.items()}
    if isinstance(actual, list) and isinstance(written, list) and len(actual) == len(written):
        return [like(*pair, folder) for pair in zip(actual, written, strict=True)]
    return written


def call(function: Runner, given: dict[str, Any], folder: Path) -> Gives:
    """Call a runner with what is given: all of it and nothing else."""
    types = {name: parameter.annotation for name, parameter in inspect.signature(function).parameters.items()}

    assert set(types) == set(given)
    return function(**{name: decoded(given[name], type_, folder) for name, type_ in types.items()})


def tagged(value: Any) -> Any:
    """A MessagePack value as vectors write it."""
    if isinstance(value, bytes):
        return {"$octets": value}
    if isinstance(value, list | tuple):
        return [tagged(element) for element in value]
    return {key: tagged(element) for key, element in value.items()} if isinstance(value, dict) else value


def untagged(written: Any) -> Any:
    """The MessagePack value a vector has written."""
    if isinstance(written, list):
        return [untagged(element) for element in written]
    if not isinstance(written, dict):
        return written
    if set(written) == {"$octets"}:
        return octets(written["$octets"], VECTORS)
    return {key: untagged(element) for key, element in written.items()}
