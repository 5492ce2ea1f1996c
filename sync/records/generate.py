"""Write what is generated from the declarations, or say whether it is current.

python -m sync.records.generate             write the files
python -m sync.records.generate --check     exit 1 and name them if they are not current
python -m sync.records.generate --publish   freeze this version: it may only grow from now on
"""

import argparse
import sys
from pathlib import Path

from sync.records.describe import Data, describe
from sync.records.markdown import markdown
from sync.records.schema import VERSION
from sync.records.typescript import literal, typescript
from sync.records.vectors import vectors

HERE = Path(__file__).parent
JSON = HERE / "dictionary.json"
TYPESCRIPT = HERE / "dictionary.ts"
VECTORS = HERE / "vectors.json"
PAGE = HERE.parents[1] / "docs" / "data-dictionary.md"
PUBLISHED = HERE / "published"


def main() -> int:
    args = _arguments()
    data = describe()
    texts = render(data)
    if args.check:
        return _report(stale(texts))
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return _publish(data) if args.publish else 0


def render(data: Data) -> dict[Path, str]:
    """The text of each generated file."""
    return {JSON: literal(data) + "\n", TYPESCRIPT: typescript(data), PAGE: markdown(data), VECTORS: vectors(data)}


def stale(texts: dict[Path, str]) -> list[Path]:
    """The files that are missing or hold another text."""
    return [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def _report(paths: list[Path]) -> int:
    for path in paths:
        sys.stderr.write(f"{path.name} is not current: run python -m sync.records.generate\n")
    return 1 if paths else 0


def _publish(data: Data) -> int:
    """Freezes what is promised, not the words."""
    frozen = PUBLISHED / f"{VERSION}.json"
    if frozen.exists():
        sys.stderr.write(f"version {VERSION} is published already: raise VERSION in schema.py\n")
        return 1
    PUBLISHED.mkdir(exist_ok=True)
    frozen.write_text(literal({"version": VERSION, "types": data["types"]}) + "\n", encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is not current")
    choice.add_argument("--publish", action="store_true", help="freeze this version")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
