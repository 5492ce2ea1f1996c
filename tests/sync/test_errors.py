"""The words of the SPEC's table, of Python and of TypeScript are the same, and so are their HTTP statuses."""

import re
from pathlib import Path

from crypto.errors import CODES as CRYPTO_CODES
from sync.errors import ALL_CODES, CODES, STATUS

ROOT = Path(__file__).parent.parent.parent


def rows() -> list[str]:
    """First cells of the table in SPEC 10."""
    section = (ROOT / "sync" / "SPEC.md").read_text().split("## 10. Codes")[1].split("\n## ")[0]
    return [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]


def test_the_codes_are_those_of_the_spec() -> None:
    assert {code for row in rows() for code in re.findall(r"`(\w+)`", row)} == CODES


def test_the_statuses_are_those_of_the_spec() -> None:
    """A number behind several codes is that of all of them."""
    stated: dict[str, int] = {}
    for row in rows():
        for codes, status in re.findall(r"((?:`\w+`\s*)+)\((\d{3})\)", row):
            stated |= dict.fromkeys(re.findall(r"`(\w+)`", codes), int(status))

    assert stated == STATUS


def test_the_typescript_twin_has_the_same_table() -> None:
    text = (ROOT / "sync" / "errors.ts").read_text()
    statuses = {code: int(status) for code, status in re.findall(r'\["(\w+)", (\d{3})\]', text)}
    words = set(re.findall(r'"([a-z_]+)"', text.split("export const STATUS")[1]))

    assert statuses == STATUS
    assert words == CODES


def test_no_code_stands_in_both_specs() -> None:
    assert CODES.isdisjoint(CRYPTO_CODES)
    assert CODES | CRYPTO_CODES == ALL_CODES
