"""Rubbish, which a device sends to a real server, or puts into what is sealed to the others."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx
import pytest

from crypto.encoding import pack
from sync.errors import ALL_CODES
from sync.statements import MemberEnd, statement_map
from sync.wire import push_body
from tests.hostile.census import census, settled, standing
from tests.hostile.reader import Reader, note, refused
from tests.hostile.test_device import outcomes, said
from tests.server.house import House
from tests.sync.centre import Centre, Device

NOBODY = bytes(16)
BROKEN = {
    "not the shortest form": b"\x91\x81\xd9\x04kind\xa1x",
    "a float": b"\x91\x81\xa4kind\xcb" + bytes(8),
    "an extension": b"\x91\x81\xa4kind\xd4\x01\x00",
    "a key twice": b"\x91\x82\xa4kind\xa1x\xa4kind\xa1x",
    "keys out of order": b"\x91\x82\xa4name\xa1x\xa4kind\xa1x",
    "a key that is no word": b"\x91\x81\xa4Kind\xa1x",
    "no text": b"\x91\x81\xa4kind\xa1\xff",
    "too deep": b"\x91\x81\xa4kind" + b"\x91" * 8 + b"\xc0",
    "depth without end": b"\x91" * 100_000,
    "bytes behind": b"\x91\x81\xa4kind\xa1x\x00",
    "bytes missing": b"\x91\x81\xa4kind",
    "a count of four thousand million": b"\xdd\xff\xff\xff\xff",
    "no array": b"\x81\xa4kind\xa1x",
    "no statement": b"\x90",
    "a digest too short": b"\x91\xc4\x1f" + bytes(31),
    "a number for a statement": b"\x91\x01",
}


def entry_of(c: Centre, author: Device, statements: bytes) -> bytes:
    """An entry with these bytes in the place of its statements, rightly signed."""
    whole = c.frame(author, [MemberEnd(NOBODY)])[0]
    body = whole[:93] + statements
    return body + author.signing.sign("entry", body)


def damaged(random: Random, good: bytes, times: int) -> Iterator[bytes]:
    """The bytes with one to three places changed, taken out or put in; never as they were."""
    while times:
        bad = bytearray(good)
        for _ in range(random.randint(1, 3)):
            at = random.randrange(len(bad))
            bad[at : at + random.randint(0, 2)] = random.randbytes(random.randint(0, 2))
        if bad != good:
            times -= 1
            yield bytes(bad)


@pytest.mark.anyio
async def test_malformed_messagepack(tmp_path: Path, seed: int) -> None:
    """An admin's own device signs what breaks each rule of the encoding, and hundreds of damaged statements."""
    random = Random(seed)
    good = pack([statement_map(MemberEnd(NOBODY))])
    async with standing(tmp_path) as house:
        c, *_ = await settled(house)
        before = await census(house, c)
        named = {name: said(await house.append(c, entry_of(c, c.admin, broken))) for name, broken in BROKEN.items()}
        answers = [await house.append(c, entry_of(c, c.admin, bad)) for bad in damaged(random, good, 300)]
        codes = {said(answer) for answer in answers}

        assert dict.fromkeys(BROKEN, (422, "malformed")) == named
        assert {(422, "malformed"), (404, "unknown_member")} <= codes <= refusals()
        assert (404, "unknown_member") == said(await house.append(c, entry_of(c, c.admin, good)))
        assert before == await census(house, c)


def refusals() -> set[tuple[int, str]]:
    """What may come of a damaged `member.end`."""
    codes = {"malformed": 422, "unknown_statement": 422, "unknown_member": 404, "not_entitled": 403, "truncated": 422}
    return {(status, code) for code, status in codes.items()}


@pytest.mark.anyio
async def test_damaged_runs_pushes_and_requests_change_nothing(tmp_path: Path, seed: int) -> None:
    """Whatever comes in over the routes that ask for no session is refused with a word, and never with a fault."""
    random = Random(seed)
    async with standing(tmp_path) as house:
        c, aiko, _, visit, *_ = await settled(house)
        run = c.write(aiko, visit, note("kitchen"))
        before = await census(house, c)
        one_run = [(await house.push(c, bad))[0] for bad in damaged(random, run.raw, 200)]
        unsigned = run.raw[:-64] + bytes(64)
        bodies = damaged(random, push_body([unsigned, unsigned]), 100)
        whole = [await house.post(c, "/push", body) for body in bodies]
        asked = [await post_json(house, c, body) for body in json_bodies(random)]

        assert {"refused"} == {result["status"] for result in one_run}
        assert {result["code"] for result in one_run} <= ALL_CODES - {"internal"}
        assert {200, 422} >= {answer.status_code for answer in whole}
        assert {"refused"} >= {each["status"] for answer in whole for each in answer.json().get("results", [])}
        assert {(400, "bad_request")} == {said(answer) for answer in asked}
        assert before == await census(house, c)
        assert [("accepted", None)] == await outcomes(house, c, run)


async def post_json(house: House, c: Centre, body: bytes) -> httpx.Response:
    path = house.base(c) + random_route(body)
    return await house.http.post(path, content=body, headers={"Content-Type": "application/json"})


def random_route(body: bytes) -> str:
    return "/session/challenge" if len(body) % 2 else "/session"


def json_bodies(random: Random) -> list[bytes]:
    good = b'{"key": "' + b"00" * 32 + b'"}'
    deep = b"[" * 10_000 + b"]" * 10_000
    return [
        b"",
        b"{",
        b"null",
        b"\xff",
        deep,
        b'{"key": 1e999}',
        good[:-2],
        *(good + random.randbytes(n) for n in (1, 2)),
    ]


@pytest.mark.anyio
async def test_an_unknown_suite_is_refused_and_never_guessed_at(tmp_path: Path) -> None:
    """Rightly signed runs and entries of a suite that this version does not know."""
    async with standing(tmp_path) as house:
        c, aiko, emi, visit, *_ = await settled(house)
        run = c.write(aiko, visit, note("kitchen"))
        newer = b"\x02" + run.raw[1:-64]
        entry = b"\x02" + c.frame(c.admin, [MemberEnd(NOBODY)])[0][1:-64]
        reader = Reader(c, emi)
        before = await census(house, c)
        signed_run = newer + aiko.signing.sign("run", newer)
        signed_entry = entry + c.admin.signing.sign("entry", entry)

        assert [("refused", "unknown_suite")] == await outcomes(house, c, signed_run)
        assert (422, "unknown_suite") == said(await house.append(c, signed_entry))
        assert "unknown_suite" == refused(reader, lambda: reader.take(signed_run))
        assert "unknown_suite" == refused(reader, lambda: reader.follow((signed_entry, ())))
        assert before == await census(house, c)


# Inside of what is sealed


def test_malformed_messagepack_inside_a_change_is_kept_aside_and_holds_up_nothing() -> None:
    """The server cannot see it; whoever opens it shows who sent rubbish, and goes on."""
    c = Centre.found(3)
    aiko, emi = c.join(), c.join()
    visit = c.open("dispatch", members=[aiko.member, emi.member])
    good = note("gate")
    texts = [*BROKEN.values(), good[:-1], good + b"\0", b"\xc0", b"{}"]
    rubbish = [c.write(aiko, visit, text) for text in texts]
    after = c.write(aiko, visit, note("garden"))
    reader = Reader(c, emi)
    reader.take(*rubbish, after)

    assert ["malformed"] * len(texts) == [reader.code(run) for run in rubbish]
    assert "garden" == reader.value(visit)
    assert len(texts) == len(list(reader.ledger.uncounted()))
