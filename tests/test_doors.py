"""Imports go one way, and nothing the server can reach opens, seals, signs or derives. Source: docs/architecture.md."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("crypto", "sync", "server")
DOORS = {"crypto": {"crypto"}, "sync": {"sync", "crypto"}, "server": {"server", "sync", "crypto"}}
"""Room to the rooms it may import from."""

DEVICE_ROOMS = {"server.demo"}
"""Modules in `server/` that are programs of a device, started beside the server, never part of it."""

KEYLESS = {
    "crypto.blob",
    "crypto.change",
    "crypto.contexts",
    "crypto.encoding",
    "crypto.entry",
    "crypto.errors",
    "crypto.reminder",
    "crypto.run",
    "crypto.session",
    "crypto.signature",
    "sync.circles",
    "sync.directory",
    "sync.entitled",
    "sync.entries",
    "sync.errors",
    "sync.statements",
    "sync.validity",
    "sync.wire",
}
"""All that the server may name of the other rooms. They, and what they reach, verify, parse and hash."""

KEYED = {
    "AESCCM",
    "AESGCM",
    "AESGCMSIV",
    "AESOCB3",
    "AESSIV",
    "Argon2id",
    "ChaCha20Poly1305",
    "Cipher",
    "Ed25519PrivateKey",
    "Fernet",
    "HKDF",
    "HKDFExpand",
    "PBKDF2HMAC",
    "Scrypt",
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
def nodes(module: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(MODULES[module].read_text())))


@cache
def imported(module: str) -> frozenset[str]:
    """Every dotted name a module imports, wherever in the file, `from x import y` as both `x` and `x.y`."""
    names: set[str] = set()
    for node in nodes(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def named(module: str) -> set[str]:
    """Every word a module uses: what it imports, its variables and their attributes."""
    words = {part for name in imported(module) for part in name.split(".")}
    words |= {node.id for node in nodes(module) if isinstance(node, ast.Name)}
    return words | {node.attr for node in nodes(module) if isinstance(node, ast.Attribute)}


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
    in_the_room = {name for name in MODULES if name.split(".")[0] == "server"}
    return {name for name in in_the_room if not any(f"{name}.".startswith(f"{other}.") for other in DEVICE_ROOMS)}


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


def test_the_server_names_only_keyless_modules_of_other_rooms() -> None:
    used = {other for name in server_modules() for other in imported(name) if other in MODULES}
    from_other_rooms = {name for name in used if name.split(".")[0] != "server"}

    assert {"crypto.run", "sync.directory"} <= from_other_rooms
    assert from_other_rooms - KEYLESS == set()


def test_nothing_the_server_can_reach_holds_a_key() -> None:
    """The server could not open anything if it wanted to."""
    modules = reached(server_modules())
    keyed = {(name, word) for name in modules for word in KEYED & named(name)}

    assert {"crypto.run", "crypto.entry", "sync.directory"} <= modules
    assert keyed == set()


def test_a_loaded_server_has_loaded_nothing_else_of_ours() -> None:
    """Reading the source misses what is imported by a computed name; loading does not."""
    program = "import importlib, sys; [importlib.import_module(n) for n in sys.argv[1:]]; print(*sys.modules)"
    command = [sys.executable, "-c", program, *sorted(server_modules())]
    loaded = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    ours = {name for name in loaded if name.split(".")[0] in ROOMS}

    assert server_modules() <= ours
    assert ours - reached(server_modules()) == set()


def test_the_search_for_keys_would_find_one() -> None:
    """The control: a device's modules do hold keys, so the names looked for are the right ones."""
    found = {word for name in MODULES for word in KEYED & named(name)}

    assert {"AESGCM", "Ed25519PrivateKey", "HKDF", "X25519PrivateKey", "hpke"} <= found
