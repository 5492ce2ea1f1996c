"""A device whose disk is full: nothing counts as held that is not there; when there is room again, nothing is lost."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from crypto.vault import Cost
from sync import vault_files
from sync.vault_files import VaultFiles
from tests.devices import Office, settled, state
from tests.server.process import Process

CHEAP = Cost(memory_kib=8, passes=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process(tmp_path_factory.mktemp("server"))
    yield process
    process.stop()


@pytest.fixture
def office(server: Process, tmp_path: Path) -> Iterator[Office]:
    office = Office.found(server, tmp_path)
    yield office
    office.close()


@contextmanager
def no_room_after(puts: int) -> Iterator[None]:
    """The disk takes this many more values."""
    left = puts
    put = vault_files._put

    def refuse(folder: Path, name: str, data: bytes) -> None:
        nonlocal left
        if left == 0:
            raise OSError(errno.ENOSPC, "no room")
        left -= 1
        put(folder, name, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vault_files, "_put", refuse)
        yield


def test_what_could_not_be_kept_is_pulled_again(office: Office) -> None:
    nao, yuki = office.join(), office.join()
    case = office.open_case()
    dispatch = office.send(case, nao, yuki)
    settled(nao.sync())
    settled(yuki.sync())
    visit = nao.book.new_id()
    nao.book.writing(nao.book.where(case.id, dispatch)).put(visit, "visit", status="planned").save()
    settled(nao.sync())
    with no_room_after(0), pytest.raises(OSError, match="no room"):
        yuki.sync()

    assert None is yuki.book.value(visit, "visit", "status")
    settled(yuki.sync())
    assert "planned" == yuki.book.value(visit, "visit", "status")
    assert state(nao) == state(yuki)


def test_a_write_that_found_no_room_is_not_there_and_the_next_takes_its_number(office: Office) -> None:
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    settled(yuki.sync())
    where, visit = yuki.book.where(case.id, dispatch), yuki.book.new_id()
    with no_room_after(0), pytest.raises(OSError, match="no room"):
        yuki.book.writing(where).put(visit, "visit", status="planned").save()

    assert None is yuki.book.value(visit, "visit", "status")
    assert 0 == yuki.unsent()
    [saved] = yuki.book.writing(where).put(visit, "visit", status="arrived").save()
    sent = [(change.id, change.header.sequence) for change in yuki.core.held.chain(dispatch).unsent]
    settled(yuki.sync())
    settled(office.admin.sync())
    assert "arrived" == office.admin.book.value(visit, "visit", "status")
    assert [(saved.change, 1)] == sent


@pytest.mark.parametrize("puts", range(5))
def test_several_values_are_put_all_or_none(tmp_path: Path, puts: int) -> None:
    """Cut off before they are all written down, nothing has changed; afterwards, everything has."""
    random = Random(puts).randbytes
    vault = VaultFiles.make(tmp_path / "state", "p", random, CHEAP)
    vault.put("chain.aa", b"before")
    values = [("chain.aa", b"after"), ("chain.bb", b"new"), ("standing", b"2")]
    with no_room_after(puts):
        try:
            vault.put_all(values)
        except OSError:
            assert puts < 4
        else:
            assert 4 == puts
    is_written_down = puts > 0

    assert vault.is_open == (puts in (0, 4))
    vault.close()
    again = VaultFiles.open(tmp_path / "state", "p", random)
    assert [b"after", b"new", b"2"] == [again.get(name) for name, _ in values] or not is_written_down
    assert [b"before", None, None] == [again.get(name) for name, _ in values] or is_written_down
    assert [] == list(again.names("pending"))
