"""The root voids, a circle is shredded, a door is closed: a phone that wrote there still syncs and can be shut out."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sync.device import Device
from sync.draft import Draft
from sync.keyring import Keyring
from sync.statements import Void
from tests.devices import Office, settled
from tests.server.process import Process


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


def test_a_phone_goes_on_and_can_be_shut_out_after_a_circle_of_its_own_was_voided(office: Office) -> None:
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    visit = yuki.book.new_id()
    yuki.book.writing(yuki.book.where(case.id, dispatch)).put(visit, "visit", status="planned").save()
    settled(yuki.sync())
    settled(office.admin.sync())
    directory = office.admin.core.held.directory
    opening = next(index for index in range(directory.head.index + 1) if _opens(directory.statements(index), dispatch))
    draft = Draft(Keyring(directory, office.recovery.sealing), office.recovery.signing.public, office.random.randbytes)
    draft.say(Void((directory.entry(opening).hash,)))
    office.admin.core.server.append(draft.frame(office.recovery.signing, office.tick()))
    for device in (office.admin, yuki):
        assert None is device.sync().alarm
    exposure = office.admin.people.revoke(yuki.core.held.key)

    assert dispatch not in exposure.circles
    assert not is_active(office.admin, yuki)


def is_active(admin: Device, device: Device) -> bool:
    held = admin.core.held
    return held.directory.is_active(device.core.held.key, held.head)


def _opens(statements: Sequence[bytes], circle: bytes) -> bool:
    return any(b"circle.open" in said and circle in said for said in statements)


def test_a_phone_can_be_shut_out_after_a_circle_it_wrote_in_was_shredded(office: Office) -> None:
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    visit = yuki.book.new_id()
    yuki.book.writing(yuki.book.where(case.id, dispatch)).put(visit, "visit", status="planned").save()
    settled(yuki.sync())
    settled(office.admin.sync())
    office.admin.circles.shred(dispatch)
    settled(yuki.sync())

    assert [True, True] == [device.circles.view(dispatch).shredded for device in (office.admin, yuki)]
    office.admin.people.revoke(yuki.core.held.key)
    assert not is_active(office.admin, yuki)


def test_ending_a_dispatch_opens_no_door_that_was_closed(office: Office) -> None:
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    settled(office.admin.sync())
    office.admin.circles.close(case.door)
    office.admin.circles.end_dispatch(dispatch)

    assert office.admin.circles.view(case.door).closed
    assert () == office.admin.circles.view(dispatch).members
