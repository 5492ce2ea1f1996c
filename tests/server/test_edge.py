"""Whatever is asked, however wrongly: an answer of the right form. No route is left out."""

import asyncio
import json

import pytest

from server.edge import SECURITY_HEADERS
from server.rates import Buckets, network
from server.settings import Limits, Rates, Times
from sync.wire import push_body
from tests.server.house import BINARY, OPEN, House, with_settings
from tests.sync.centre import Centre

pytestmark = pytest.mark.anyio

READ = ("/pull", "/live", "/directory", "/heads", "/quarantine", "/refusals")


async def test_every_no_is_a_problem_with_a_word(house: House, centre: Centre) -> None:
    base = house.base(centre)
    asked = [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", base + "/nowhere", 404, "not_found"),
        ("PATCH", base + "/push", 405, "method_not_allowed"),
        ("GET", base + "/push", 405, "method_not_allowed"),
        ("POST", base + "/session", 415, "unsupported_media_type"),
        ("GET", "/api/v1/nothex/pull", 400, "bad_request"),
        ("GET", f"/api/v1/{centre.id.hex().upper()}/pull", 400, "bad_request"),
        ("GET", base + "/pull", 401, "no_session"),
        ("POST", f"/api/v1/{'00' * 16}/session/challenge", 415, "unsupported_media_type"),
    ]
    for method, path, status, code in asked:
        answer = await house.http.request(method, path)
        body = answer.json()
        assert (status, code, "about:blank", status) == (answer.status_code, body["code"], body["type"], body["status"])
        assert {"type", "title", "status", "code"} == body.keys()
        assert "application/problem+json" == answer.headers["Content-Type"]


async def test_a_405_names_what_is_allowed(house: House, centre: Centre) -> None:
    answer = await house.http.get(house.base(centre) + "/push")

    assert {"OPTIONS", "POST"} == set(answer.headers["Allow"].split(", "))


async def test_query_constraints_are_enforced(house: House, centre: Centre) -> None:
    """They would be ignored silently if they were declared in another way."""
    guest = await house.sign_in(centre, centre.admin)
    circle = centre.circle.hex()
    wrong = [
        "/pull?after=-1",
        "/pull?after=x",
        f"/pull?after={2**53}",
        "/pull?backfill=x",
        f"/pull?backfill={circle}",
        f"/pull?backfill={circle}:-1",
        f"/pull?backfill={circle}:0,",
        "/pull?backfill=" + ",".join([f"{circle}:0"] * 101),
        "/directory?after=-2",
        f"/directory?after={2**32}",
        "/heads?device=00",
        "/directory/circles/00",
        "/blobs/00",
    ]
    answers = [await guest.get(path) for path in wrong]
    put = await guest.ask("PUT", f"/blobs/{'00' * 32}?offset=-1&size=0", headers=BINARY, content=b"x")

    assert {(400, "bad_request")} == {(each.status_code, each.json()["code"]) for each in (*answers, put)}
    hundred = await guest.get("/pull?backfill=" + ",".join([f"{circle}:0"] * 100))
    assert 200 == hundred.status_code


async def test_deep_nesting_is_a_bad_request_and_not_a_fault(house: House, centre: Centre) -> None:
    path = house.base(centre) + "/session/challenge"
    headers = {"Content-Type": "application/json"}
    bodies = [b"[" * 30_000, b'{"key":' + b"[" * 30_000, b'{"more":' + b"[" * 30_000, b"[" * 500, b'{"key":"', b"\xff"]
    answers = [await house.http.post(path, content=body, headers=headers) for body in bodies]

    assert {(400, "bad_request")} == {(answer.status_code, answer.json()["code"]) for answer in answers}


async def test_deep_nesting_in_an_entry_is_malformed(house: House, centre: Centre) -> None:
    head = centre.frames[0][0][:93]
    answer = await house.append(centre, head + b"\x91" * 30_000 + bytes(64))

    assert (422, "malformed") == (answer.status_code, answer.json()["code"])


async def test_what_is_too_large_is_refused(centre: Centre) -> None:
    settings = with_settings(OPEN, limits=Limits(directory_bytes=1_000, json_bytes=500))
    async with House(settings) as small:
        large = await small.post(centre, "/directory", bytes(1_001))
        text = await small.http.post(small.base(centre) + "/session/challenge", json={"key": "0" * 1_000})

    assert [(413, "too_large")] * 2 == [(each.status_code, each.json()["code"]) for each in (large, text)]


async def test_a_body_that_never_ends_is_cut_at_its_limit(house: House, centre: Centre) -> None:
    sent = 0

    async def endless() -> object:
        nonlocal sent
        while True:
            sent += 2**20
            yield bytes(2**20)

    answer = await house.http.post(house.base(centre) + "/push", content=endless(), headers=BINARY)  # type: ignore[arg-type]

    assert (413, "too_large") == (answer.status_code, answer.json()["code"])
    assert sent < 2**24


async def test_more_bodies_than_fit_wait_for_their_turn(centre: Centre) -> None:
    async with House(with_settings(OPEN, limits=Limits(bodies_in_flight=1_000))) as house:
        answer = await house.post(centre, "/push", bytes(2_000))
        afterwards = await house.post(centre, "/push", b"")

    assert (429, "rate_limited", "60") == (answer.status_code, answer.json()["code"], answer.headers["Retry-After"])
    assert 404 == afterwards.status_code


async def test_a_body_that_does_not_come_is_not_waited_for(centre: Centre) -> None:
    async def stuck() -> object:
        yield b"\0"
        await asyncio.Event().wait()

    async with House(with_settings(OPEN, times=Times(body=0.01))) as house:
        answer = await house.http.post(house.base(centre) + "/push", content=stuck(), headers=BINARY)  # type: ignore[arg-type]

    assert (400, "bad_request") == (answer.status_code, answer.json()["code"])


async def test_head_is_answered_like_get_without_a_body(house: House, centre: Centre) -> None:
    await house.push(centre, centre.write(centre.admin, centre.circle))
    guest = await house.sign_in(centre, centre.admin)
    for path in READ:
        answer = await guest.ask("HEAD", path)
        assert (200, b"") == (answer.status_code, answer.content), path
    for path in ("/health", "/ready"):
        assert 200 == (await house.http.head(path)).status_code


async def test_everything_carries_strict_headers(house: House, centre: Centre) -> None:
    guest = await house.sign_in(centre, centre.admin)
    answers = [
        await house.http.get("/health"),
        await house.http.get("/nowhere"),
        await house.http.get(house.base(centre) + "/push"),
        await guest.get("/pull"),
        await house.post(centre, "/push", b""),
        await house.http.get("/schema/openapi.json"),
    ]

    for answer in answers:
        assert SECURITY_HEADERS.items() <= {name: answer.headers.get(name) for name in SECURITY_HEADERS}.items()
        assert "server" not in answer.headers


async def test_a_fault_is_internal_and_says_nothing_else(
    house: House, centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret")

    house.app.state.relay.store.write = fail
    with caplog.at_level("INFO", "engawa"):
        answer = await house.post(centre, "/push", push_body([centre.write(centre.admin, centre.circle).raw]))
    [fault] = [record for record in caplog.records if record.message == "internal"]

    assert (500, "internal") == (answer.status_code, answer.json()["code"])
    assert "RuntimeError" == fault.fields["error"]  # type: ignore[attr-defined]
    assert "a secret" not in json.dumps(fault.fields)  # type: ignore[attr-defined]


async def test_a_flood_from_one_address_is_told_when_to_come_back(centre: Centre) -> None:
    async with House(with_settings(OPEN, rates=Rates(device=5, address=3))) as house:
        answers = [await house.post(centre, "/push", b"") for _ in range(4)]
        health = await house.http.get("/health")
        house.clock.now += 20
        later = await house.post(centre, "/push", b"")

    assert [404, 404, 404, 429] == [answer.status_code for answer in answers]
    assert ("rate_limited", "20") == (answers[3].json()["code"], answers[3].headers["Retry-After"])
    assert "application/problem+json" == answers[3].headers["Content-Type"]
    assert "default-src 'none'" in answers[3].headers["Content-Security-Policy"]
    assert [200, 404] == [health.status_code, later.status_code]


async def test_a_device_with_a_session_has_a_rate_of_its_own(centre: Centre) -> None:
    async with House(with_settings(OPEN, rates=Rates(device=2, address=4))) as house:
        await house.follow(centre)
        guests = [await house.sign_in(centre, centre.admin)]
        answers = [await guests[0].get("/heads") for _ in range(3)]
        stranger = await house.http.get(house.base(centre) + "/heads")
        flooded = await house.http.get(house.base(centre) + "/heads")

    assert [200, 200, 429] == [answer.status_code for answer in answers]
    assert "30" == answers[2].headers["Retry-After"]
    assert [401, 429] == [stranger.status_code, flooded.status_code]


def test_a_bucket_fills_steadily_and_never_over() -> None:
    now = [0.0]
    bucket = Buckets(6, lambda: now[0])
    first = [bucket.take("a") for _ in range(7)]
    now[0] = 10.0
    second = [bucket.take("a") for _ in range(2)]
    now[0] = 1_000.0
    third = [bucket.take("a") for _ in range(7)]

    assert [0] * 6 + [10] == first == third
    assert [0, 10] == second
    assert 0 == bucket.take("b")


def test_buckets_of_the_longest_quiet_are_forgotten() -> None:
    bucket = Buckets(1, lambda: 0.0)
    for number in range(100_001):
        bucket.take(number)

    assert 0 == bucket.take(0)
    assert 0 < bucket.take(100_000)


def test_an_ipv6_household_counts_as_one() -> None:
    assert "2001:db8:1:2::/64" == network("2001:db8:1:2:3:4:5:6")
    assert "192.0.2.7" == network("192.0.2.7")
    assert "somewhere" == network("somewhere")
