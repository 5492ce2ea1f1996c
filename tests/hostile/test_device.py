"""A hostile device against a real server: each attempt gets its code over HTTP, and nothing else changes."""

import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from crypto.blob import MAX_BLOB
from crypto.contexts import ZERO_HASH
from crypto.entry import MAX_ENTRY, parse_entry, verify_entry
from crypto.keys import SigningKey
from crypto.run import MAX_RUN, Run
from server.settings import Rates
from sync.entitled import Proposed
from sync.statements import (
    CircleCutoff,
    CircleLetin,
    CircleOpen,
    CircleSeal,
    CircleShred,
    MemberAdd,
    Policy,
    Statement,
    statement_bytes,
)
from sync.transport import Transport
from sync.wire import BLOB_PIECE_BYTES, PUSH_BYTES, PUSH_RUNS, push_body, read_directory
from tests.hostile.census import census, follow, settled, standing
from tests.hostile.reader import note, with_piece
from tests.server.house import OPEN, Guest, House, with_settings
from tests.sync.centre import Centre, Device

pytestmark = pytest.mark.anyio

Said = tuple[int, str]
"""Status and code of an answer."""


def said(answer: httpx.Response) -> Said:
    return answer.status_code, answer.json()["code"]


def resigned(c: Centre, device: Device, run: Run, **changes: Any) -> Run:
    """The same bodies under another head, signed by the device."""
    return c.sign(device, replace(run.head, **changes), run.bodies)


async def outcomes(house: House, c: Centre, *runs: Run | bytes) -> list[tuple[str, str | None]]:
    """One push each, so that none stands in another's way."""
    results = [(await house.push(c, run))[0] for run in runs]
    return [(result["status"], result.get("code")) for result in results]


def not_kept(code: str, times: int = 1) -> list[tuple[str, str | None]]:
    return [("refused", code)] * times


# Places that are not its own


async def test_foreign_circle(tmp_path: Path) -> None:
    """A supporter writes in circles she is not in, asks for them, and speaks about them in the directory."""
    async with standing(tmp_path) as house:
        c, aiko, _, visit, own, case = await settled(house)
        guest = await house.sign_in(c, aiko)
        before = await census(house, c)
        runs = [c.write(aiko, circle, note("mine now")) for circle in (own, case, c.desk)]
        away = c.write(aiko, bytes(16), note("nowhere"), at=c.head)
        statements: list[Statement] = [CircleLetin(case, last(c, case), ZERO_HASH), CircleShred(own, last(c, own))]
        statements += [CircleCutoff(own, last(c, own), c.admin.key, None, deliberate=True)]
        statements += [CircleSeal(case, last(c, case), 1, (aiko.member,), (), ((aiko.sealing.public, bytes(80)),))]

        assert not_kept("not_principal", 3) == await outcomes(house, c, *runs)
        assert not_kept("unknown_circle") == await outcomes(house, c, away)
        assert [(403, "not_entitled")] * 4 == [await spoken(house, c, aiko, statement) for statement in statements]
        for circle in (own, case, bytes(16)):
            assert (404, "unknown_circle") == said(await guest.get(f"/directory/circles/{circle.hex()}"))
            assert (404, "unknown_circle") == said(await guest.get(f"/pull?after=9&backfill={circle.hex()}:0"))
        for path in (f"/heads?device={c.admin.key.hex()}", "/quarantine", "/refusals"):
            assert (403, "not_entitled") == said(await guest.get(path))
        assert before == await census(house, c)
        pulled, _ = await guest.pull()
        assert {visit} == {parse_circle(each.run) for each in pulled}
        assert [("accepted", None)] == await outcomes(house, c, c.write(aiko, visit, note("ours")))


def last(c: Centre, circle: bytes) -> bytes:
    return c.directory.last_statement(circle)


def parse_circle(run: bytes) -> bytes:
    return run[17:33]


async def spoken(house: House, c: Centre, author: Device, statement: Statement) -> Said:
    entry, given = c.frame(author, hashed=[statement])
    return said(await house.append(c, entry, given))


async def test_another_centres_ids(tmp_path: Path) -> None:
    """Two centres on one server: keys, runs, entries, circles and sessions of one are worth nothing in the other."""
    async with standing(tmp_path) as house:
        ours, aiko, _, visit, *_ = await settled(house, 1)
        theirs, _, _, their_visit, *_ = await settled(house, 2)
        guest = await house.sign_in(ours, aiko)
        before = await census(house, ours, theirs)
        run = ours.write(aiko, visit, note("one step over"))
        head = theirs.directory.head
        placed = resigned(
            ours, aiko, run, centre=theirs.id, circle=their_visit, head_index=head.index, head_hash=head.hash
        )
        mixed = resigned(ours, aiko, run, circle=their_visit)
        there = Guest(house.http, house.base(theirs), guest.headers["Cookie"].partition("=")[2])
        policy = Policy({"idle_minutes": 1})

        assert not_kept("wrong_place") == await outcomes(house, theirs, run)
        assert not_kept("unknown_device") == await outcomes(house, theirs, placed)
        assert not_kept("unknown_circle") == await outcomes(house, ours, mixed)
        for path in ("/pull", "/heads", "/directory", f"/directory/circles/{their_visit.hex()}", "/live"):
            assert (401, "no_session") == said(await there.get(path))
        assert (404, "unknown_device") == said(await house.answer_challenge(theirs, aiko))
        assert (404, "unknown_circle") == said(await guest.get(f"/directory/circles/{their_visit.hex()}"))
        assert (422, "wrong_place") == said(await house.append(theirs, *ours.frame(ours.admin, [policy])))
        assert (403, "unknown_author") == said(await house.append(theirs, *theirs.frame(ours.admin, [policy])))
        assert before == await census(house, ours, theirs)
        assert [("accepted", None)] == await outcomes(house, ours, run)


async def test_a_circle_cannot_be_opened_over_anothers_id_or_case(tmp_path: Path) -> None:
    async with standing(tmp_path) as house:
        c, *_, case = await settled(house)
        before = await census(house, c)
        view = c.directory.circle(case, c.head)
        assert view is not None
        cover = c.directory.entitled_after(c.admin.key, [], Proposed("case", c.desk, (), ()))
        seals = tuple((key, bytes(80)) for key in sorted(cover))
        again = CircleOpen(case, None, "case", c.random(16), c.desk, (), (), bytes(32), bytes(32), seals)

        assert (409, "exists") == await spoken(house, c, c.admin, again)
        second = replace(again, circle=c.random(16), case=view.case)
        assert (409, "case_taken") == await spoken(house, c, c.admin, second)
        assert before == await census(house, c)


# Numbers


async def test_wrong_sequence_number(tmp_path: Path) -> None:
    """It jumps ahead, repeats a number, follows what is not there, goes back to an older head, names one to come."""
    async with standing(tmp_path) as house:
        c, aiko, emi, visit, *_ = await settled(house)
        behind = await two_more(house, c, aiko, visit)
        newest, older = c.chains[aiko.key, visit], c.head - 1
        before = await census(house, c)
        true = c.write(aiko, visit, note("kitchen"))
        attempts: list[tuple[str, Run | bytes]] = [
            ("chain_gap", resigned(c, aiko, true, first=true.head.first + 1)),
            ("chain_gap", resigned(c, aiko, true, first=2**32 - 1)),
            ("chain_gap", resigned(c, aiko, true, previous=bytes([1]) * 32)),
            ("chain_gap", resigned(c, aiko, true, previous=c.chains[emi.key, visit][1])),
            ("fork", c.write(aiko, visit, note("other"), behind=(0, ZERO_HASH))),
            ("fork", resigned(c, aiko, true, first=newest[0], previous=behind)),
            ("head_went_back", resigned(c, aiko, true, **head_of(c, older))),
            ("head_unknown", resigned(c, aiko, true, head_index=c.head + 1)),
            ("head_unknown", resigned(c, aiko, true, head_hash=c.directory.entry(older).hash)),
            ("epoch_unknown", resigned(c, aiko, true, epoch=2)),
            ("malformed", with_piece(true, "first", bytes(4))),
            ("bad_signature", with_piece(true, "first", (true.head.first + 1).to_bytes(4))),
        ]

        assert [not_kept(code) for code, _ in attempts] == [await outcomes(house, c, run) for _, run in attempts]
        assert before == await census(house, c)
        assert [("accepted", None)] == await outcomes(house, c, true)


async def two_more(house: House, c: Centre, device: Device, circle: bytes) -> bytes:
    """Two more notes, the second under a newer head; the id of the first of them."""
    first = c.write(device, circle, note("fence"))
    c.say(c.admin, Policy({"idle_minutes": 5}))
    await follow(house, c)
    assert [("accepted", None)] * 2 == await outcomes(house, c, first, c.write(device, circle, note("path")))
    return first.last.id


def head_of(c: Centre, index: int) -> dict[str, Any]:
    return {"head_index": index, "head_hash": c.directory.entry(index).hash}


# Too much and too often


async def test_oversize(tmp_path: Path) -> None:
    """A byte over each limit: of runs, pushes, entries, statements, attachments and JSON."""
    async with standing(tmp_path) as house:
        c, aiko, *_, visit, _, _ = await settled(house)
        guest = await house.sign_in(c, aiko)
        before = await census(house, c)
        blob = c.random(32)
        big, piece = bytes(MAX_RUN + 1), bytes(BLOB_PIECE_BYTES + 1)
        large = MemberAdd(c.random(16), "supporter", ())
        entry = c.frame(c.admin, [large])[0]
        statement = statement_bytes(CircleShred(visit, None)) + bytes(262_144)

        assert not_kept("too_large") == await outcomes(house, c, big)
        assert (413, "too_large") == said(await house.post(c, "/push", bytes(PUSH_BYTES + 1)))
        assert (413, "too_large") == said(await house.post(c, "/push", push_body([b"x"] * (PUSH_RUNS + 1))))
        assert (413, "too_large") == said(await house.append(c, bytes(MAX_ENTRY + 1)))
        assert (413, "too_large") == said(await house.append(c, entry, [statement]))
        assert (413, "too_large") == said(await house.post(c, "/directory", bytes(OPEN.limits.directory_bytes + 1)))
        assert (413, "too_large") == said(await guest.put_blob(blob, 0, len(piece), piece))
        assert (400, "bad_request") == said(await guest.put_blob(blob, 0, MAX_BLOB + 1, b"x"))
        key = {"key": "0" * OPEN.limits.json_bytes}
        assert (413, "too_large") == said(await house.http.post(house.base(c) + "/session/challenge", json=key))
        assert before == await census(house, c)
        assert 200 == (await house.append(c, entry)).status_code


async def test_flood(tmp_path: Path) -> None:
    """One address and one device ask without end; they are told to wait, and nobody else is slowed down."""
    calm = with_settings(OPEN, rates=Rates(device=20, address=30))
    async with standing(tmp_path) as house:
        c, aiko, emi, visit, *_ = await settled(house)
    async with standing(tmp_path, calm) as house:
        guests = [await house.sign_in(c, device) for device in (aiko, emi)]
        before = await census(house, c)
        bodies = [push_body([c.write(c.device(aiko.member), visit, note("flood"), at=c.head).raw]) for _ in range(40)]
        flood = [await house.post(c, "/push", body) for body in bodies]
        asked = [await guests[0].get("/heads") for _ in range(30)]

        assert {200, 429} == {answer.status_code for answer in flood}
        assert 30 - 4 == sum(answer.status_code == 200 for answer in flood), "four went for signing in"
        assert 20 == sum(answer.status_code == 200 for answer in asked)
        assert (429, "rate_limited") == said(flood[-1]) == said(asked[-1])
        assert int(asked[-1].headers["Retry-After"]) > 0
        assert 200 == (await guests[1].get("/heads")).status_code
        assert before == await census(house, c)
        house.clock.now += 60
        assert [("accepted", None)] == await outcomes(house, c, c.write(aiko, visit, note("kitchen")))


# After a revocation


async def test_revoked_session(tmp_path: Path) -> None:
    """Its cookie was good a moment ago. Every route shows it the signed revocation; one, the directory up to it."""
    async with standing(tmp_path) as house:
        c, aiko, emi, visit, *_ = await settled(house)
        guest, other = await house.sign_in(c, aiko), await house.sign_in(c, emi)
        assert 200 == (await guest.get("/heads")).status_code
        c.revoke(aiko)
        await follow(house, c)
        c.say(c.admin, Policy({"idle_minutes": 5}))
        await follow(house, c)
        before = await census(house, c)
        paths = ("/pull", "/heads", f"/directory/circles/{visit.hex()}", "/live", "/quarantine")
        answers = [await guest.get(path) for path in paths]
        answers += [await guest.put_blob(bytes(32), 0, 1, b"x")]
        chain = read_directory((await guest.get("/directory")).content)
        entries = {answer.json()["entry"] for answer in answers}
        late = c.write(aiko, visit, note("after"), behind=c.chains[aiko.key, visit])

        assert [(403, "revoked")] * len(answers) == [said(answer) for answer in answers]
        assert {"type", "title", "status", "code", "entry"} == {name for each in answers for name in each.json()}
        assert [c.directory.entry(c.head - 1).hash] == [shown_entry(entry) for entry in entries]
        assert [(entry, ()) for entry, _ in c.frames[:-1]] == [(each.entry, each.statements) for each in chain]
        assert 204 == (await house.answer_challenge(c, aiko)).status_code
        assert not_kept("not_enrolled") == await outcomes(house, c, late)
        assert (403, "revoked") == said(await house.append(c, *c.frame(aiko, [Policy({})])))
        assert before == await census(house, c)
        assert 200 == (await other.get("/heads")).status_code


def shown_entry(text: str) -> bytes:
    """The hash of the entry in an answer; its signature is right."""
    entry = parse_entry(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    verify_entry(entry)
    return entry.hash


# Signing in


async def test_a_challenge_cannot_be_passed_on(tmp_path: Path) -> None:
    """A server in the middle hands on the true one's challenge. The answer names whom the device meant to talk to."""
    async with standing(tmp_path) as house:
        c, aiko, *_ = await settled(house)
        asked = await house.http.post(house.base(c) + "/session/challenge", json={"key": aiko.key.hex()})
        heard = answer_to_impostor(c, aiko.signing, asked.json())

        assert "https://evil.example" == heard["origin"]
        assert (403, "wrong_origin") == said(await house.http.post(house.base(c) + "/session", json=heard))
        renamed = heard | {"origin": house.origin}
        assert (422, "bad_signature") == said(await house.http.post(house.base(c) + "/session", json=renamed))
        honest = house.answer(c, aiko, asked.json()["challenge"])
        assert 204 == (await house.http.post(house.base(c) + "/session", json=honest)).status_code
        assert (401, "bad_challenge") == said(await house.http.post(house.base(c) + "/session", json=honest))


def answer_to_impostor(c: Centre, key: SigningKey, challenge: dict[str, Any]) -> dict[str, Any]:
    """What a device sends to the impostor's address."""
    heard: list[dict[str, Any]] = []

    def impostor(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if request.url.path.endswith("/challenge"):
            return httpx.Response(200, json=challenge)
        heard.append(body)
        return httpx.Response(204, headers={"set-cookie": "__Host-engawa=x; Path=/"})

    client = httpx.Client(transport=httpx.MockTransport(impostor))
    Transport("https://evil.example", c.id, client).sign_in(key)
    return heard[0]


# What the server never says


async def test_clear_site_data_before_receipt(tmp_path: Path) -> None:
    """No answer on any route wipes a device, not even to one that was shut out with notes it had not handed in."""
    async with standing(tmp_path) as house:
        c, aiko, emi, visit, *_ = await settled(house)
        guests = [await house.sign_in(c, device) for device in (aiko, emi)]
        c.revoke(aiko)
        await follow(house, c)
        asked = [(method, path) for path, methods in routes(house, visit).items() for method in sorted(methods)]
        asked.remove(("GET", "/live"))  # it would not end; HEAD has its headers
        answers = [await guest.ask(method, path) for guest in guests for method, path in asked]
        answers += [await house.answer_challenge(c, aiko), await house.post(c, "/push", b"\xff")]

        assert {200, 401, 403} <= {answer.status_code for answer in answers}
        assert len(asked) > 15
        assert [] == [answer.url.path for answer in answers if "clear-site-data" in answer.headers]


def routes(house: House, circle: bytes) -> dict[str, set[str]]:
    """Every route of a centre, below its address, with its methods."""
    ids = {"{circle:str}": circle.hex(), "{blob:str}": "00" * 32}
    found: dict[str, set[str]] = {}
    for route in house.app.routes:
        base, _, path = route.path.partition("{centre:str}")
        if base == "/api/v1/":
            for name, id_ in ids.items():
                path = path.replace(name, id_)
            found[path] = set(route.methods)
    return found
