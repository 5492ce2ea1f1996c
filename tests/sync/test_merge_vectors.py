"""Merge vectors: what is expected by hand, and what the slow model says of random logs."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from sync.canonical import canonical
from sync.merge import Merge
from sync.vectors import merge as maker
from tests.sync.merge_cases import VECTORS, read_change, small_dictionary

CASES = sorted((VECTORS / "merge").glob("*.json"))
POLICIES = ("ask", "author", "careful", "latest", "once", "set", "state", "text")


def test_there_are_vectors_for_every_policy_and_for_deleting() -> None:
    names = [path.stem for path in CASES]

    assert len(names) == 174
    assert all(sum(name.startswith(policy) for name in names) >= 4 for policy in (*POLICIES, "deleted"))


def test_vectors_are_what_their_maker_writes() -> None:
    files = maker.made()

    assert maker.found() == set(files)
    assert [path.name for path, data in files.items() if path.read_bytes() != data] == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_vector(path: Path) -> None:
    vector = json.loads(path.read_bytes())
    given = vector["given"]
    merge = Merge(small_dictionary(given["dictionary"]), map(read_change, given["changes"]))

    assert {"comment", "spec", "expect", "do", "given", "gives"} == set(vector)
    assert ("success", "merge", {"dictionary", "changes"}) == (vector["expect"], vector["do"], set(given))
    assert vector["gives"] == json.loads(merge.to_json())
    assert canonical(vector["gives"]) == merge.to_json()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_any_change_of_a_vector_comes_late_or_is_cut_off_without_a_trace(path: Path) -> None:
    given = json.loads(path.read_bytes())["given"]
    dictionary, changes = small_dictionary(given["dictionary"]), list(map(read_change, given["changes"]))
    whole = Merge(dictionary, changes)
    for change in changes:
        others = Merge(dictionary, (other for other in changes if other is not change)).to_json()
        state = whole.to_json()
        whole.remove(change.id)

        assert others == whole.to_json()
        whole.add(change)
        assert state == whole.to_json()


def test_random_logs_come_to_what_the_model_says() -> None:
    logs = json.loads((VECTORS / "merge_logs.json").read_bytes())
    states = [Merge(small_dictionary(log["dictionary"]), map(read_change, log["changes"])).to_json() for log in logs]

    assert len(logs) == 60
    assert [log["sha256"] for log in logs] == [sha256(state.encode()).hexdigest() for state in states]
