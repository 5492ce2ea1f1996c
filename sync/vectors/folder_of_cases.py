"""A folder of cases, one a file: written anew, or checked to be what would be written."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(folder: Path, cases: Mapping[str, Any]) -> int:
    """Write every case, and delete what is none any more. Gives an exit status."""
    folder.mkdir(exist_ok=True)
    for path in set(folder.glob("*.json")) - _paths(folder, cases):
        path.unlink()
    for name, case in cases.items():
        (folder / f"{name}.json").write_bytes(_lines(case))
    print(f"{folder.name}: {len(cases)} files")
    return 0


def check(folder: Path, cases: Mapping[str, Any]) -> int:
    """Name what differs, lacks or is too many. Gives an exit status."""
    wrong = {
        path for path in _paths(folder, cases) if not path.exists() or path.read_bytes() != _lines(cases[path.stem])
    }
    wrong |= set(folder.glob("*.json")) - _paths(folder, cases)
    for path in sorted(wrong):
        print(path.relative_to(folder.parent))
    return 1 if wrong else 0


def _paths(folder: Path, cases: Mapping[str, Any]) -> set[Path]:
    return {folder / f"{name}.json" for name in cases}


def _lines(case: Any) -> bytes:
    return (json.dumps(case, ensure_ascii=False, indent=2) + "\n").encode()
