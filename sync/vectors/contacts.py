"""Vectors on SPEC 7: what a device does next, and what an event changes. Uses neither twin.

python -m sync.vectors.contacts           writes them
python -m sync.vectors.contacts --check   changes nothing; exit status 1 if a file differs, lacks or is too many

A file is {"comment", "spec", "do": "decide", "given": contact, "gives": actions}, or {…, "do": event, "given": contact,
"with": arguments, "gives": contact}. What a contact does not name is as in a contact that begins now.
"""

import sys
from pathlib import Path

from sync.vectors.contact_case import Json
from sync.vectors.contact_decisions import DECISIONS
from sync.vectors.contact_events import EVENTS
from sync.vectors.folder_of_cases import check, write

FOLDER = Path(__file__).parent / "client"


def made() -> dict[str, Json]:
    """Every case by its name."""
    cases: dict[str, Json] = {}
    for name, (number, comment, contact, actions) in DECISIONS.items():
        cases[name] = {"comment": comment, "spec": f"7.{number}", "do": "decide", "given": contact, "gives": actions}
    for name, (number, comment, event, contact, arguments, changes) in EVENTS.items():
        given = {"comment": comment, "spec": f"7.{number}", "do": event, "given": contact, "with": arguments}
        cases[name] = given | {"gives": contact | changes}
    return cases


def main(arguments: list[str]) -> int:
    return check(FOLDER, made()) if arguments == ["--check"] else write(FOLDER, made())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
