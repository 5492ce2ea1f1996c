"""docs/threat-model.md is true: its tests are there, its codes are words of the SPECs and of the tests of their row."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from sync.statements import KINDS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
SPECS = [(ROOT / room / "SPEC.md").read_text("utf-8") for room in ("crypto", "sync")]
WORD = re.compile(r"`([^`]+)`")
ROWS = [line for line in PAGE.splitlines() if line.startswith("|") and "`test_" in line]


@cache
def defined() -> dict[str, list[ast.AST]]:
    """Test functions by name, wherever they stand under tests/."""
    found: dict[str, list[ast.AST]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found.setdefault(node.name, []).append(node)
    return found


def hostile_tests() -> set[str]:
    paths = (ROOT / "tests" / "hostile").glob("test_*.py")
    nodes = [node for path in paths for node in ast.parse(path.read_text("utf-8")).body]
    functions = (node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {function.name for function in functions if function.name.startswith("test_")}


def words(text: str) -> list[str]:
    return WORD.findall(text)


def named_tests(text: str) -> list[str]:
    return [word for word in words(text) if word.startswith("test_")]


def codes() -> set[str]:
    """First cells of the tables of codes."""
    sections = [spec[spec.index("Codes\n") :] for spec in SPECS]
    rows = (line.split("|")[1] for section in sections for line in section.splitlines() if line.startswith("| `"))
    return {code for row in rows for code in words(row)}


def said_in(name: str) -> set[str]:
    """Every text in a test."""
    nodes = (node for function in defined()[name] for node in ast.walk(function))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_test_that_the_threat_model_names_is_there() -> None:
    assert [] == [name for name in named_tests(PAGE) if name not in defined()]
    assert len(named_tests(PAGE)) > 80, "the page was read"


def test_the_threat_model_names_every_attack_that_is_tried() -> None:
    assert set() == hostile_tests() - set(named_tests(PAGE))


def test_every_word_in_code_is_a_code_or_a_statement_of_the_specs() -> None:
    known = codes() | KINDS.keys()

    assert [] == [word for word in words(PAGE) if not word.startswith("test_") and word not in known]
    assert {"bad_signature", "rolled_back"} <= codes(), "the tables were found"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: named_tests(row)[0])
def test_a_rows_codes_are_what_its_tests_look_for(row: str) -> None:
    said = set().union(*(said_in(name) for name in named_tests(row)))

    assert set() == {word for word in words(row) if word in codes()} - said
