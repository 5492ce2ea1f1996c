"""Signing in and out: SPEC 8, crypto 11."""

from base64 import urlsafe_b64decode

import pytest

from crypto.entry import parse_entry, verify_entry
from crypto.errors import ProtocolError
from server.sessions import COOKIE, Sessions
from sync.statements import DeviceRevoke, Policy
from sync.wire import read_directory
from tests.server.house import House
from tests.sync.centre import Centre

pytestmark = pytest.mark.anyio


async def follow(house: House, centre: Centre) -> None:
    await house.follow(centre, (await house.store.centres())[centre.id].index + 1)


async def test_an_answer_gives_a_strict_cookie_for_a_quarter_of_an_hour(house: House, centre: Centre) -> None:
    answer = await house.answer_challenge(centre, centre.admin)
    cookie = answer.headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}

    assert cookie.startswith(f"{COOKIE}=")
    assert {"max-age=900", "path=/", "secure", "httponly", "samesite=strict"} == parts


async def test_reading_without_a_session_is_refused(house: House, centre: Centre) -> None:
    paths = ("/pull", "/live", "/directory", "/heads", "/quarantine", "/refusals", f"/blobs/{'00' * 32}")
    answers = [await house.http.get(house.base(centre) + path) for path in paths]

    assert {(401, "no_session")} == {(answer.status_code, answer.json()["code"]) for answer in answers}


async def test_a_session_ends_with_its_time(house: House, centre: Centre) -> None:
    guest = await house.sign_in(centre, centre.admin)
    house.clock.now += 899
    before = await guest.get("/heads")
    house.clock.now += 1
    after = await guest.get("/heads")

    assert [200, 401] == [before.status_code, after.status_code]


async def test_signing_out_ends_this_session_and_no_other(house: House, centre: Centre) -> None:
    guest, other = await house.sign_in(centre, centre.admin), await house.sign_in(centre, centre.admin)
    left = await guest.ask("DELETE", "/session")

    assert 204 == left.status_code
    assert "max-age=0" in left.headers["set-cookie"].lower()
    assert [401, 200] == [(await each.get("/heads")).status_code for each in (guest, other)]


async def test_a_session_of_one_centre_is_none_in_another(house: House, centre: Centre) -> None:
    other = Centre.found(seed=2)
    await house.follow(other)
    guest = await house.sign_in(centre, centre.admin)
    answer = await house.http.get(house.base(other) + "/heads", headers=guest.headers)

    assert (401, "no_session") == (answer.status_code, answer.json()["code"])


async def test_a_challenge_is_answered_once(house: House, centre: Centre) -> None:
    base = house.base(centre)
    asked = await house.http.post(base + "/session/challenge", json={"key": centre.admin.key.hex()})
    said = house.answer(centre, centre.admin, asked.json()["challenge"])
    answers = [await house.http.post(base + "/session", json=said) for _ in range(2)]

    assert [204, 401] == [answer.status_code for answer in answers]
    assert "bad_challenge" == answers[1].json()["code"]


async def test_a_challenge_is_for_one_key_one_centre_and_two_minutes(house: House, centre: Centre) -> None:
    yuki, other = centre.join(), Centre.found(seed=2)
    await follow(house, centre)
    await house.follow(other)
    asked = await house.http.post(house.base(centre) + "/session/challenge", json={"key": yuki.key.hex()})
    challenge = asked.json()["challenge"]
    for_another_key = house.answer(centre, centre.admin, challenge)
    for_another_centre = house.answer(other, yuki, challenge)
    in_time = house.answer(centre, yuki, challenge)
    answers = [
        await house.http.post(house.base(centre) + "/session", json=for_another_key),
        await house.http.post(house.base(other) + "/session", json=for_another_centre),
    ]
    house.clock.now += 120
    answers.append(await house.http.post(house.base(centre) + "/session", json=in_time))

    assert [(401, "bad_challenge")] * 3 == [(each.status_code, each.json()["code"]) for each in answers]


async def test_a_challenge_answered_for_another_address_is_refused(house: House, centre: Centre) -> None:
    """What a server in the middle passed on."""
    answer = await house.answer_challenge(centre, centre.admin, origin="https://other.example")

    assert (403, "wrong_origin") == (answer.status_code, answer.json()["code"])


async def test_a_forged_answer_is_refused(house: House, centre: Centre) -> None:
    base = house.base(centre)
    asked = await house.http.post(base + "/session/challenge", json={"key": centre.admin.key.hex()})
    said = house.answer(centre, centre.admin, asked.json()["challenge"])
    answer = await house.http.post(base + "/session", json=said | {"signature": "00" * 64})

    assert (422, "bad_signature") == (answer.status_code, answer.json()["code"])


async def test_who_is_not_in_the_directory_gets_no_session(house: House, centre: Centre) -> None:
    answer = await house.answer_challenge(centre, centre.device(bytes(16)))

    assert (404, "unknown_device") == (answer.status_code, answer.json()["code"])


async def test_a_revoked_device_is_answered_with_the_signed_revocation(house: House, centre: Centre) -> None:
    """And with the directory up to it, without what others say on circles: so it can see for itself."""
    yuki = centre.join()
    await follow(house, centre)
    guest = await house.sign_in(centre, yuki)
    centre.say(centre.admin, DeviceRevoke(yuki.key))
    await follow(house, centre)
    revoked = centre.directory.head
    centre.say(centre.admin, Policy({"idle_minutes": 5}))
    await follow(house, centre)
    answers = [await guest.get("/pull"), await guest.get("/heads")]
    padded = answers[0].json()["entry"] + "=="
    entry = parse_entry(urlsafe_b64decode(padded))
    verify_entry(entry)
    again = await house.sign_in(centre, yuki)
    chain = await again.get("/directory?after=0")
    frames = read_directory(chain.content)

    assert f"{revoked.index} {revoked.hash.hex()}" == chain.headers["engawa-head"]
    assert [frame.entry for frame in frames] == [entry for entry, _ in centre.frames[1 : revoked.index + 1]]
    assert {()} == {frame.statements for frame in frames}
    answers.append(await again.get(f"/directory/circles/{centre.circle.hex()}"))
    assert [(403, "revoked")] * 3 == [(each.status_code, each.json()["code"]) for each in answers]
    assert {"kind": "device.revoke", "device": yuki.key} in entry.statements


async def test_an_invitation_signs_in_until_it_is_used(house: House, centre: Centre) -> None:
    invite = centre.invite(centre.member())
    await follow(house, centre)
    guest = await house.sign_in(centre, invite)
    before = await guest.get("/directory")
    centre.enrol(invite)
    await follow(house, centre)
    after = await guest.get("/directory")

    assert 200 == before.status_code
    assert (410, "invite_closed") == (after.status_code, after.json()["code"])


async def test_a_made_up_cookie_is_no_session(house: House, centre: Centre) -> None:
    for cookie in (b"", b"x", b"A" * 92, "é".encode(), b'"', b"\xff", b"A" * 4_000):
        headers = [(b"Cookie", COOKIE.encode() + b"=" + cookie)]
        answer = await house.http.get(house.base(centre) + "/heads", headers=headers)
        assert (401, "no_session") == (answer.status_code, answer.json()["code"])


async def test_what_is_asked_of_the_session_routes_is_read_strictly(house: House, centre: Centre) -> None:
    bodies: list[object] = [{}, {"key": "00"}, {"key": "AA" * 32}, {"key": "00" * 32, "more": 1}, [], "text", 1]
    answers = [await house.http.post(house.base(centre) + "/session/challenge", json=body) for body in bodies]

    assert {(400, "bad_request")} == {(answer.status_code, answer.json()["code"]) for answer in answers}


def test_a_token_altered_anywhere_is_no_token() -> None:
    sessions = Sessions(b"s" * 32, lambda: 1_000.0, 120, 900)
    token = sessions.make_token(b"c" * 16, b"k" * 32)
    session = sessions.read_token(b"c" * 16, token)
    for at in range(0, len(token), 7):
        altered = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(ProtocolError, match="no_session"):
            sessions.read_token(b"c" * 16, altered)

    assert (b"c" * 16, b"k" * 32, 1_900) == (session.centre, session.key, session.expires)


def test_a_token_of_another_server_is_no_token() -> None:
    ours, theirs = (Sessions(secret * 32, lambda: 1_000.0, 120, 900) for secret in (b"a", b"b"))

    with pytest.raises(ProtocolError, match="no_session"):
        ours.read_token(b"c" * 16, theirs.make_token(b"c" * 16, b"k" * 32))
