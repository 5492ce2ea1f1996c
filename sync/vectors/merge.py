"""Writes the vectors of sync/SPEC.md 4.2, 4.3 and 5, or says which are not what this program would write.

python -m sync.vectors.merge           writes them
python -m sync.vectors.merge --check   changes nothing; exit status 1 if a file differs, lacks or is too many

merge/*.json and edits/*.json: one fact a file. merge_dictionary_*.json: the dictionaries they name. merge_logs.json:
random logs with the SHA-256 of the canonical JSON of what they come to, by `merge_model`. Uses neither twin.
"""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from sync.vectors.edits import edit_vectors
from sync.vectors.merge_careful import add_careful
from sync.vectors.merge_case import Cases
from sync.vectors.merge_clearing import add_clearing
from sync.vectors.merge_counting import add_counting
from sync.vectors.merge_dictionary import dictionary
from sync.vectors.merge_logs import random_log
from sync.vectors.merge_model import state
from sync.vectors.merge_policies import add_policies
from sync.vectors.merge_states import add_states

HERE = Path(__file__).parent
LOGS = 60
CHANGES = 10  # in a log


def made() -> dict[Path, bytes]:
    """Every file by its path."""
    cases = Cases()
    add_counting(cases)
    add_policies(cases)
    add_careful(cases)
    add_states(cases)
    add_clearing(cases)
    pretty = {HERE / "merge" / name: case for name, case in cases.files.items()}
    pretty |= {HERE / "edits" / name: case for name, case in edit_vectors().items()}
    files = {path: _lines(case) for path, case in pretty.items()}
    files |= {HERE / f"merge_dictionary_{version}.json": _lines(dictionary(version)) for version in (1, 2)}
    logs = ",\n".join(log_vector(seed) for seed in range(LOGS))
    files[HERE / "merge_logs.json"] = f"[\n{logs}\n]\n".encode()
    return files


def log_vector(seed: int) -> str:
    """One log on one line."""
    version, changes = 1 + seed % 2, random_log(seed, CHANGES)
    digest = sha256(canonical(state(dictionary(version), whole(changes))).encode()).hexdigest()
    return canonical({"dictionary": version, "changes": changes, "sha256": digest})


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def whole(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes of a log with their ids filled up."""
    return [
        change
        | {name: change[name].ljust(2 * size, "0") for name, size in {"id": 32, "circle": 16, "member": 16}.items()}
        | {"edits": [[record.ljust(32, "0"), type_, _whole(writes)] for record, type_, writes in change["edits"]]}
        for change in changes
    ]


def _whole(writes: list[Any]) -> list[Any]:
    return [[field, element, value, [id_.ljust(64, "0") for id_ in over]] for field, element, value, over in writes]


def _lines(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def found() -> set[Path]:
    """Every file that stands where only these stand."""
    return {*HERE.glob("merge/*"), *HERE.glob("edits/*"), *HERE.glob("merge_*.json")}


def main(arguments: list[str]) -> int:
    files = made()
    if arguments == ["--check"]:
        wrong = {path for path, data in files.items() if not path.exists() or path.read_bytes() != data}
        for path in sorted(wrong | (found() - set(files))):
            print(path.relative_to(HERE))
        return 1 if wrong or found() - set(files) else 0
    for path in found() - set(files):
        path.unlink()
    for path, data in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    print(f"{len(files)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
