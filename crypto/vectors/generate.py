"""Writes the vectors of crypto/SPEC.md, or says which are not what this program would write.

python -m crypto.vectors.generate           writes them, and deletes what is no vector of ours any more
python -m crypto.vectors.generate --check   changes nothing; exit status 1 if a file differs, lacks or is too many
"""

import sys
from pathlib import Path

from crypto.vectors.folder import Folder
from crypto.vectors.makers import (
    accumulated,
    blob,
    change,
    circle,
    digest,
    entry,
    invite,
    msgpack,
    padding,
    published,
    recovery,
    reminder,
    run,
    session,
    signature,
    vault,
)

HERE = Path(__file__).parent


def folders() -> list[Folder]:
    one_folder = (msgpack, padding, signature, recovery, invite, circle, change, run, entry, session, blob, reminder)
    return [*digest.make(), *(maker.make() for maker in (*one_folder, vault, published, accumulated))]


def made() -> dict[Path, bytes]:
    """Every file of every folder, by path."""
    return {HERE / folder.name / name: data for folder in folders() for name, data in folder.files.items()}


def found() -> set[Path]:
    """Every file that stands where only vectors stand."""
    return {path for path in HERE.glob("*/*") if path.suffix in {".json", ".hex"}}


def differences(files: dict[Path, bytes]) -> list[Path]:
    wrong = {path for path, data in files.items() if not path.exists() or path.read_bytes() != data}
    return sorted(wrong | (found() - set(files)))


def write(files: dict[Path, bytes]) -> None:
    for path in found() - set(files):
        path.unlink()
    for path, data in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


def main(arguments: list[str]) -> int:
    files = made()
    if arguments == ["--check"]:
        wrong = differences(files)
        for path in wrong:
            print(path.relative_to(HERE))
        return 1 if wrong else 0
    write(files)
    print(f"{len(files)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
