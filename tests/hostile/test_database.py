"""Whoever holds the disk rolls rows back, loses data, puts an old backup in place: devices notice, and mend it."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from server.backup import back_up, restore
from server.store.sqlite import FILE
from server.verify import Finding, verify
from sync.device import Device
from sync.transport import RefusedError
from tests.hostile.bridge import PASSPHRASE, VISIT, Town, alarms, pair, reads, server_at, town, write


def findings(data: Path) -> list[str]:
    """What a walk over everything that is kept finds wrong."""
    return [found.code for found in verify(data) if isinstance(found, Finding)]


def execute(data: Path, *statements: str) -> None:
    connection = sqlite3.connect(data / FILE)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def silent(_what: str, _done: int, _of: int) -> None:
    """Progress is for people."""


def test_rows_rolled_back_in_the_database(tmp_path: Path) -> None:
    """The newest note is taken out of the log, and every sum made to fit. Its writer hands it in again."""
    data = tmp_path / "server"
    with town(tmp_path) as place:
        with server_at(place, data):
            made = pair(place)
            write(made.aiko, made, "gate")
            assert made.aiko.sync().synced
            before = shutil.copytree(data, tmp_path / "before")
            write(made.aiko, made, "garden")
            assert made.aiko.sync().synced
        shutil.rmtree(data)
        shutil.copytree(before, data)
        with server_at(place, data):
            assert made.emi.sync().synced
            assert "gate" == reads(made.emi)
            assert made.aiko.sync().synced
            assert "garden" == reads(made.aiko)
            assert made.emi.sync().synced

        assert "garden" == reads(made.emi)
        assert [] == findings(data)


def test_a_row_put_back_to_older_bytes_shows_and_does_not_change_what_its_writer_reads(tmp_path: Path) -> None:
    """The newer note's row holds the older note's bytes. The walk names it, readers miss it, the writer keeps it."""
    data = tmp_path / "server"
    with town(tmp_path) as place:
        with server_at(place, data):
            made = pair(place)
            for text in ("gate", "garden"):
                write(made.aiko, made, text)
                assert made.aiko.sync().synced
            assert made.admin.sync().synced
            write(made.admin, made, "kitchen", bytes(16))
            assert made.admin.sync().synced
            assert [] == findings(data)
        newer = "cursor = (select max(cursor) - 1 from runs)"
        older = "select data from runs where cursor = (select max(cursor) - 2 from runs)"
        execute(data, f"update runs set data = ({older}) where {newer}")
        assert {"wrong_column", "ancestor_missing"} & set(findings(data))
        with server_at(place, data):
            report = made.emi.sync()
            made.aiko.sync()

        assert not report.synced
        assert {"missing", "pending"} & set(report.because)
        assert ["gate", "garden"] == [reads(made.emi), reads(made.aiko)]


def test_data_lost_and_healed_by_the_devices(tmp_path: Path) -> None:
    """The disk is gone, an empty server stands in its place; the devices give everything back, bytes as they were."""
    data = tmp_path / "server"
    with town(tmp_path) as place:
        with server_at(place, data):
            made = pair(place)
            for device, text in ((made.aiko, "gate"), (made.emi, "garden")):
                write(device, made, text, device.key[:16])
                assert device.sync().synced
            assert made.admin.sync().synced
        shutil.rmtree(data)
        write(made.emi, made, "kitchen", VISIT)
        with server_at(place, data):
            for device in (made.admin, made.aiko, made.emi, made.admin):
                device.sync()
            assert [True, True, True] == [device.sync().synced for device in made.devices]
            late = place.enrol(made.admin, made.emi.member)
            assert late.sync().synced

            for device in (*made.devices, late):
                assert ["gate", "garden", "kitchen"] == [
                    reads(device, record) for record in (made.aiko.key[:16], made.emi.key[:16], VISIT)
                ]
            assert [["rolled_back"], []] == [alarms(made.admin), alarms(late)]
        assert [] == findings(data)


def test_restore_then_stale_admin_appends(tmp_path: Path) -> None:
    """Last night's backup is put in place. An admin who was away since then cannot fork the directory on it."""
    data, backup = tmp_path / "server", tmp_path / "backup"
    with town(tmp_path) as place:
        with server_at(place, data):
            made = pair(place)
            second = place.enrol(made.admin, made.admin.people.add("admin"))
            made.admin.sync()
            back_up(data, backup, silent)
            made.admin.people.set_policy(idle_minutes=5)
            write(made.aiko, made, "gate")
            made.aiko.sync()
        shutil.rmtree(data)
        restore(backup, data, silent)
        with server_at(place, data):
            with pytest.raises(RefusedError, match="restoring"):
                second.people.set_policy(idle_minutes=60)
            with pytest.raises(RefusedError, match="restoring"):
                made.admin.sync()
            second.sync()
            made.admin.sync()
            second.people.set_policy(idle_minutes=60)
            assert made.aiko.sync().synced
            assert [True, True] == [device.sync().synced for device in (made.admin, made.emi)]

            heads = {device.core.held.directory.head for device in (second, *made.devices)}
            assert 1 == len(heads)
            assert "gate" == reads(made.emi)
            assert ["rolled_back"] == alarms(made.admin)


def test_a_phone_that_forgot_what_it_sent_raises_no_false_alarm(tmp_path: Path) -> None:
    """What was sent last is not on the phone when it starts again. Its next note has the same number: not a fork."""
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        made.aiko.close()
        folder = made.aiko.core.held.files.folder
        shutil.copytree(folder, tmp_path / "as it was")
        phone = reopened(place, folder)
        write(phone, made, "gate")
        assert phone.sync().synced
        phone.close()
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "as it was", folder)
        phone = reopened(place, folder)
        write(phone, made, "garden", bytes(16))
        assert phone.sync().synced
        assert made.emi.sync().synced

        for device in (phone, made.emi):
            assert ["gate", "garden"] == [reads(device), reads(device, bytes(16))]
            assert [] == alarms(device)
            assert [] == device.core.held.ledger.log.forks


def reopened(place: Town, folder: Path) -> Device:
    device = Device.open(folder, PASSPHRASE, place.means())
    place.devices.append(device)
    return device
