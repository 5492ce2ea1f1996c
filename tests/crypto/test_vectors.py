"""Every vector of crypto/vectors, run through the Python twin's public names. Twin: crypto/vectors.test.ts."""

import json
from pathlib import Path

import pytest

from crypto.errors import CODES, ProtocolError
from tests.crypto import keyed, keyless, published
from tests.crypto.vector import RUNNERS, VECTORS, call, like

FILES = sorted(VECTORS.glob("*/*.json"))
PROGRAMS = {"makers", "__pycache__"}
COUNTS = {
    "accumulated": 3,
    "blob": 62,
    "centre": 3,
    "change": 56,
    "circle": 72,
    "derive": 6,
    "digest": 7,
    "entry": 67,
    "invite": 56,
    "msgpack": 140,
    "padding": 68,
    "published": 45,
    "recovery": 69,
    "reminder": 70,
    "run": 105,
    "session": 19,
    "signature": 58,
    "vault": 55,
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_vector(path: Path) -> None:
    vector = json.loads(path.read_text())
    function = RUNNERS[path.parent.name, vector["do"]]
    form = {"comment", "spec", "expect", "do", "given"}
    if vector["expect"] != "success":
        with pytest.raises(ProtocolError) as caught:
            call(function, vector["given"], path.parent)

        assert form == set(vector)
        assert vector["expect"] == caught.value.code
        return
    actual = call(function, vector["given"], path.parent)

    assert form | {"gives"} == set(vector)
    assert like(actual, vector["gives"], path.parent) == actual


def test_no_folder_of_vectors_is_empty_or_unknown() -> None:
    folders = [path for path in VECTORS.iterdir() if path.is_dir() and path.name not in PROGRAMS]

    assert {folder.name: len(list(folder.glob("*.json"))) for folder in folders} == COUNTS


def test_most_vectors_expect_a_failure_and_every_code_is_expected_somewhere() -> None:
    expected = [json.loads(path.read_text())["expect"] for path in FILES]

    assert expected.count("success") * 2 < len(expected)
    assert set(expected) - {"success"} == CODES


def test_everything_that_can_be_tried_is_tried() -> None:
    tried = {(path.parent.name, json.loads(path.read_text())["do"]) for path in FILES}

    assert tried == set(RUNNERS)
    assert {module.__name__ for module in (keyed, keyless, published)} == {f.__module__ for f in RUNNERS.values()}
