"""A hostile server says "revoked" to a real device: followed when the directory says so, else an alarm by name."""

from base64 import urlsafe_b64encode
from pathlib import Path

import httpx

from crypto.entry import close_entry, entry_body, parse_entry
from sync.chain import Frame
from sync.device import Device
from sync.device_core import Saying
from sync.statements import Policy
from tests.hostile.bridge import Ask, Lie, alarms, honest, pair, server_at, town, write
from tests.hostile.liar import all_frames, chain_of, kept, saw


def test_you_are_revoked_without_a_signature_changes_nothing(tmp_path: Path) -> None:
    """No entry, a made-up one, one of another device, one she signed herself: none is asked of, all are an alarm."""
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        third = place.enrol(made.admin, made.admin.people.add("supporter"))
        made.admin.sync()
        made.admin.people.revoke(third.key)
        of_another = all_frames(made.admin)[-1][0]
        held = made.aiko.core.held
        by_herself = Saying(held.keyring, held.key, held.random)
        by_herself.say(Policy({}))
        write(made.emi, made, "gate")
        before = kept(made.emi)
        for entry in (None, b"", b"x" * 300, of_another, by_herself.frame(held.signing, 0)[0]):
            place.lie = shut_out(entry)
            paths = saw(place)
            assert "false_revocation" == made.emi.sync().alarm
            assert "push" not in paths
            assert before == kept(made.emi)
        assert ["false_revocation"] == alarms(made.emi)
        place.lie = honest
        assert made.emi.sync().synced
        made.admin.people.revoke(made.emi.key)
        assert "revoked" == made.emi.sync().alarm


def test_a_revocation_that_is_no_part_of_the_directory_is_an_alarm_and_changes_nothing(tmp_path: Path) -> None:
    """Signed by a former admin, by a supporter, in another centre, on the other side of a fork, or by nobody."""
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        rogue = place.enrol(made.admin, made.admin.people.add("admin"))
        made.admin.sync()
        made.admin.people.change(rogue.member, "staff")
        common = all_frames(made.admin)
        made.admin.people.set_policy(idle_minutes=5)
        ours = all_frames(made.admin)
        elsewhere, _ = place.found()
        theirs = all_frames(elsewhere)
        signers = {"former admin": rogue, "supporter": made.aiko, "centre": elsewhere, "fork": made.admin}
        true = {name: revoking(signer, made.emi.key, ours) for name, signer in signers.items()}
        unsigned = true["fork"][0][:-64] + bytes(64), true["fork"][1]
        forked = revoking(made.admin, made.emi.key, common)
        behind_a_gap = revoking(made.admin, made.emi.key, [*ours, true["supporter"]])
        lies = {
            "not_entitled": [[*ours, true["former admin"]], [*ours, true["supporter"]]],
            "wrong_place": [[*ours, true["centre"]]],
            "forked": [[*common, forked], [*theirs, revoking(elsewhere, made.emi.key, theirs)]],
            "bad_signature": [[*ours, unsigned]],
            "head_moved": [[*ours, behind_a_gap]],
            "false_revocation": [ours],
            "rolled_back": [common],
        }
        assert made.emi.sync().synced
        write(made.emi, made, "gate")
        before = kept(made.emi)
        for code, chains in lies.items():
            for chain in chains:
                place.lie = shut_out_by(chain)
                paths = saw(place)
                assert code == made.emi.sync().alarm
                assert "push" not in paths
                assert before == kept(made.emi)
        place.lie = honest
        assert made.emi.sync().synced
        assert 0 == made.emi.unsent()


def test_a_revocation_is_followed_when_the_directory_says_so_and_the_appointment_came_with_it(tmp_path: Path) -> None:
    """By an admin of whom the device hears in the same breath: all between its head and the revocation is shown."""
    with town(tmp_path) as place, server_at(place, tmp_path / "server"):
        made = pair(place)
        new = place.enrol(made.admin, made.admin.people.add("admin"))
        made.admin.sync()
        assert new.sync().synced
        write(made.emi, made, "gate")
        new.people.revoke(made.emi.key)
        made.admin.people.set_policy(idle_minutes=5)
        assert "revoked" == made.emi.sync().alarm
        own = made.emi.core.held

        assert ["revoked"] == alarms(made.emi)
        assert 0 == made.emi.unsent()
        assert 5 not in own.directory.policy(own.head).values()
        assert [made.emi.key] == [held.device for held in made.admin.circles.quarantine()]


def revoking(author: Device, device: bytes, chain: list[Frame]) -> Frame:
    """A revocation behind a chain, by whoever it may be."""
    newest, key = parse_entry(chain[-1][0]), author.core.held.signing
    said = [{"kind": "device.revoke", "device": device}]
    body = entry_body(author.core.held.identity.centre, newest.index + 1, newest.hash, key.public, 0, said)
    return close_entry(body, key.sign("entry", body)), ()


def shut_out_by(chain: list[Frame]) -> Lie:
    """ "revoked" on every route but those that a revoked device may ask."""
    served, refused = chain_of(chain), shut_out(chain[-1][0])

    def lie(request: httpx.Request, ask: Ask) -> httpx.Response:
        is_open = "/session" in request.url.path or request.url.path.endswith("/directory")
        return (served if is_open else refused)(request, ask)

    return lie


def shut_out(entry: bytes | None) -> Lie:
    body = {"type": "about:blank", "title": "Forbidden", "status": 403, "code": "revoked"}
    if entry is not None:
        body["entry"] = urlsafe_b64encode(entry).decode().rstrip("=")
    return lambda _request, _ask: httpx.Response(403, json=body)
