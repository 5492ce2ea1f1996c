"""Imports go one way, and nothing the server can reach opens, seals, signs or derives. Source: docs/architecture.md."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("crypto", "sync", "server")
DOORS = {"crypto": {"crypto"}, "sync": {"sync", "crypto"}, "server": {"server", "sync", "crypto"}}
"""Room to the rooms it may import from."""

DEVICE_ROOMS = {"server.demo"}
"""Modules in `server/` that are programs of a device, started beside the server, never part of it."""

KEYED = {
    "AESGCM",
    "Argon2id",
    "Ed25519PrivateKey",
    "HKDF",
    "HKDFExpand",
    "X25519PrivateKey",
    "X25519PublicKey",
    "hpke",
}
"""Names of the cryptography library with which one can open, seal, sign or derive."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_program(path: Path) -> bool:
    """Generators of vectors are programs of their own, not part of a room."""
    return "vectors" not in path.parts


MODULES = {
    module_name(path): path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if is_program(path)
}


@cache
def imported(module: str) -> frozenset[str]:
    """Every dotted name a module imports, wherever in the file, `from x import y` as both `x` and `x.y`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def reached(start: set[str]) -> set[str]:
    """All modules of ours that importing `start` loads, packages on the way included."""
    seen: set[str] = set()
    left = list(start)
    while left:
        name = left.pop()
        if name in MODULES and name not in seen:
            seen.add(name)
            left += [".".join(name.split(".")[:n]) for n in range(1, name.count(".") + 1)]
            left += list(imported(name))
    return seen


def server_modules() -> set[str]:
    return {name for name in MODULES if name.startswith("server") and name not in DEVICE_ROOMS}


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_one_way(room: str) -> None:
    modules = [name for name in MODULES if name.split(".")[0] == room]
    through_the_wrong_door = {
        (name, other)
        for name in modules
        for other in imported(name)
        if other.split(".")[0] in {*ROOMS, "pwa", "tests", "bench"} - DOORS[room]
    }

    assert len(modules) > 3
    assert through_the_wrong_door == set()


def test_nothing_the_server_can_reach_holds_a_key() -> None:
    """The server could not open anything if it wanted to."""
    modules = reached(server_modules())
    keyed = {(name, other) for name in modules for other in imported(name) if KEYED & set(other.split("."))}

    assert {"crypto.run", "crypto.entry", "sync.directory"} <= modules
    assert keyed == set()


def test_the_search_for_keys_would_find_one() -> None:
    """The control: a device's modules do hold keys, so the names looked for are the right ones."""
    found = {key for name in MODULES for other in imported(name) for key in KEYED & set(other.split("."))}

    assert {"AESGCM", "Ed25519PrivateKey", "hpke"} <= found
