"""A hostile server lies to real devices, over the whole client: each lie is shown by name, and costs nobody a word."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from crypto.entry import parse_entry
from crypto.errors import EngawaError, ProtocolError
from crypto.run import Run
from sync.device import Device
from sync.device_core import Saying
from sync.statements import Policy
from sync.wire import (
    GivenEntry,
    directory_frame,
    read_directory,
    read_push,
)
from tests.hostile.bridge import PASSPHRASE, Ask, Lie, Pair, Town, alarms, honest, pair, reads, server_at, town, write
from tests.hostile.liar import all_frames, chain_of, kept, on, pulls, saw

# The directory


def test_a_device_stops_and_keeps_its_notes_when_the_directory_is_rolled_back(tmp_path: Path) -> None:
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        write(made.emi, made, "gate")
        before = kept(made.emi)
        place.lie = chain_of(all_frames(made.emi)[:-1])
        paths = saw(place)
        report = made.emi.sync()

        assert ("rolled_back", ["rolled_back"]) == (report.alarm, alarms(made.emi))
        assert "push" not in paths
        assert before == kept(made.emi)
        place.lie = honest
        assert made.emi.sync().synced
        assert 0 == made.emi.unsent()


def test_a_device_stops_and_keeps_its_notes_when_the_directory_is_forked(tmp_path: Path) -> None:
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        held = made.admin.core.held
        draft = Saying(held.keyring, held.key, held.random)
        draft.say(Policy({"idle_minutes": 60}))
        other = [*all_frames(made.emi), draft.frame(held.signing, 0)]
        made.admin.people.set_policy(idle_minutes=5)
        assert made.emi.sync().synced
        write(made.emi, made, "gate")
        before = kept(made.emi)
        place.lie = chain_of(other)
        paths = saw(place)
        report = made.emi.sync()

        assert "forked" == report.alarm
        assert "push" not in paths
        assert before == kept(made.emi)
        place.lie = honest
        assert made.emi.sync().synced


def test_a_forged_entry_stops_a_device_before_it_takes_in_anything_of_it(tmp_path: Path) -> None:
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        made.admin.people.set_policy(idle_minutes=5)
        true = all_frames(made.admin)
        entry = true[-1][0]
        before = kept(made.emi)
        for forged in (entry[:-1] + bytes([entry[-1] ^ 1]), entry.replace(b"\x05", b"\x06")):
            place.lie = chain_of([*true[:-1], (forged, ())])
            assert "bad_signature" == made.emi.sync().alarm
        assert before == kept(made.emi)
        place.lie = honest
        assert made.emi.sync().synced


def test_an_invited_device_joins_the_inviters_chain_or_none(tmp_path: Path) -> None:
    """It has nothing of its own to compare with, but the link says which chain, and how far at least."""
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        link = made.admin.people.invite(made.emi.member)
        other, _ = place.found()
        true, theirs = all_frames(made.admin), all_frames(other)
        known = len(made.admin.people.devices())
        forged = (true[-1][0][:-1] + bytes([true[-1][0][-1] ^ 1]), true[-1][1])
        lies = [(true[:-1], "forked"), (theirs, "forked"), ([*true[:-1], forged], "bad_signature")]
        lies += [([*true[:-1], *theirs], "forked"), ([*true, *theirs], "wrong_place")]
        for number, (chain, code) in enumerate(lies):
            place.lie = chain_of(chain)
            with pytest.raises(ProtocolError, match=code):
                Device.enrol(tmp_path / f"invited {number}", PASSPHRASE, link, place.means())
        place.lie = honest
        made.admin.sync()
        assert known == len(made.admin.people.devices())
        joined = Device.open(tmp_path / "invited 0", PASSPHRASE, place.means())
        place.devices.append(joined)

        assert joined.sync().synced
        assert made.emi.member == joined.member


# The log


def test_a_change_dropped_in_the_middle_is_asked_for_until_it_comes(tmp_path: Path) -> None:
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        ids = [written(made.aiko, made, text) for text in ("gate", "garden", "kitchen")]
        place.lie = pulls(lambda run: [] if run.last.id == ids[1] else [run.raw])
        report = made.emi.sync()

        assert not report.synced
        assert "pending" in report.because
        assert "gate" == reads(made.emi)
        assert ["ancestor_missing"] == [each.code for each in made.emi.book.uncounted()]
        place.lie = honest
        assert made.emi.sync().synced
        assert "kitchen" == reads(made.emi)


def written(device: Device, made: Pair, text: str) -> bytes:
    """A note, in a run of its own, with the server."""
    change = write(device, made, text)
    assert device.sync().synced
    return change


def test_a_withheld_tail_shows_when_another_device_names_it(tmp_path: Path) -> None:
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        written(made.aiko, made, "gate")
        tail = written(made.aiko, made, "garden")
        assert made.admin.sync().synced
        place.lie = pulls(lambda run: [] if run.last.id == tail else [run.raw])
        assert made.emi.sync().synced, "nobody has spoken of it yet"
        written(made.admin, made, "kitchen")
        report = made.emi.sync()

        assert "missing" in report.because
        place.lie = honest
        assert made.emi.sync().synced
        assert "kitchen" == reads(made.emi)


def test_a_server_that_names_no_cursor_is_not_asked_without_end(tmp_path: Path) -> None:
    """It hands out a run that names a missing one, and says that its log ends at 0."""
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        tail = written(made.aiko, made, "gate")
        assert made.admin.sync().synced
        written(made.admin, made, "garden")
        dropped = pulls(lambda run: [] if run.last.id == tail else [run.raw])

        def lie(request: httpx.Request, ask: Ask) -> httpx.Response:
            answer = dropped(request, ask)
            is_pull = request.url.path.endswith("/pull") and answer.status_code == 200
            return httpx.Response(200, content=answer.content[:-16] + bytes(16)) if is_pull else answer

        place.lie = lie
        paths = saw(place)
        report = made.emi.sync()

        assert "missing" in report.because
        assert len(paths) < 20
        place.lie = honest
        assert made.emi.sync().synced


def test_a_run_handed_out_in_another_circle_or_altered_is_an_alarm_and_holds_up_nothing(tmp_path: Path) -> None:
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        id_ = written(made.aiko, made, "gate")
        centre = made.admin.circles.of_kind("centre")[0].id
        moved: list[Callable[[Run], bytes]] = [
            lambda run: run.raw[:17] + centre + run.raw[33:],
            lambda run: run.raw[:1] + bytes(16) + run.raw[17:],
            lambda run: run.raw[:-70] + bytes([run.raw[-70] ^ 1]) + run.raw[-69:],
        ]
        place.lie = pulls(lambda run: [*(move(run) for move in moved), run.raw] if run.last.id == id_ else [run.raw])

        assert made.emi.sync().synced
        assert ["bad_signature", "wrong_place"] == alarms(made.emi)
        assert "gate" == reads(made.emi)
        assert [] == list(made.emi.book.uncounted())


def test_a_run_accepted_and_thrown_away_is_handed_in_again(tmp_path: Path) -> None:
    """「受理しました」 is a word of the server's. Where one's chain ends there is asked anew each time."""
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)

        def lie(request: httpx.Request, ask: Ask) -> httpx.Response:
            if not request.url.path.endswith("/push"):
                return ask(request)
            results = [{"status": "accepted", "cursor": 99} for _ in read_push(request.content)]
            return httpx.Response(200, json={"results": results, "head": {"index": 0, "hash": "00" * 32}})

        place.lie = lie
        write(made.aiko, made, "gate")
        made.aiko.sync()
        place.lie = honest
        assert made.aiko.sync().synced
        assert made.emi.sync().synced
        assert "gate" == reads(made.emi)


# Who is shut out


def test_a_server_that_understates_what_a_lost_device_wrote_takes_nothing_away(tmp_path: Path) -> None:
    """The cut-off is drawn where the server says the chain ends. The desk holds more, and does not believe it."""
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        for text in ("gate", "garden"):
            written(made.aiko, made, text)
        assert made.admin.sync().synced
        place.lie = on("/heads", lambda request, true: forgetful(request, true, made.aiko.key))
        try:
            made.admin.people.revoke(made.aiko.key)
        except EngawaError:
            assert "garden" == reads(made.admin), "refusing to go on is as good"
            return
        place.lie = honest
        assert made.emi.sync().synced
        assert "garden" == reads(made.admin) == reads(made.emi)


def forgetful(request: httpx.Request, true: httpx.Response, device: bytes) -> httpx.Response:
    """The device asked after has written nothing."""
    return httpx.Response(200, json={"heads": []}) if request.url.params.get("device") == device.hex() else true


# Statements


def test_an_epoch_withheld_from_a_device_keeps_it_from_saying_that_all_is_well(tmp_path: Path) -> None:
    """A member has left the dispatch. Who is not told goes on writing to them, until somebody writes to her."""
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        known = len(all_frames(made.emi))
        member = made.emi.member
        made.admin.core.append(lambda draft: draft.renew(made.visit, members=[member]))
        written(made.admin, made, "gate")

        def withheld(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
            frames = [
                given if parse_entry(given.entry).index < known else GivenEntry(given.entry, ())
                for given in read_directory(answer.content)
            ]
            return httpx.Response(200, content=b"".join(map(directory_frame, frames)), headers=answer.headers)

        nothing = on(f"/circles/{made.visit.hex()}", lambda _request, _answer: httpx.Response(200, content=b""))
        place.lie = lambda request, ask: on("/directory", withheld)(request, lambda asked: nothing(asked, ask))
        report = made.emi.sync()

        assert not report.synced
        place.lie = honest
        assert made.emi.sync().synced
        assert "gate" == reads(made.emi)


# Rubbish


def test_rubbish_from_a_server_is_an_error_by_name_and_changes_nothing(tmp_path: Path, seed: int) -> None:
    """Every answer in turn is cut, altered, emptied, or something else altogether."""
    with town(tmp_path, seed) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        write(made.emi, made, "garden")
        before = kept(made.emi)
        words = [b"", b"\xff" * 40, b"[]", b"null", json.dumps({"heads": [1], "results": [{}]}).encode(), b"{" * 5_000]
        for route in ("/challenge", "/session", "/heads", "/directory", "/pull", "/push"):
            for word in [*words, None, None, None]:
                place.lie = spoilt(place, route, word)
                with suppress(EngawaError):
                    made.emi.sync()
                assert before[:2] == kept(made.emi)[:2]
                assert [] == made.emi.dead_letters()
        place.lie = honest
        assert made.emi.sync().synced
        assert made.aiko.sync().synced
        assert "garden" == reads(made.aiko)


def spoilt(place: Town, route: str, word: bytes | None) -> Lie:
    def change(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
        body = answer.content[: place.random.randrange(len(answer.content) + 1)] if word is None else word
        return httpx.Response(200, content=body, headers=answer.headers)

    return on(route, change)
