"""What the logs hold: ids of centres, sizes, times, codes. And nothing else, whatever happens."""

import io
import json
import logging
import socket
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest

from crypto.blob import blob_id
from server.logs import JsonFormatter, configure
from tests.server.process import serving
from tests.server.test_crash import add_devices
from tests.sync.centre import Centre

pytestmark = pytest.mark.anyio

BLOB = b"ciphertext of an attachment" * 10


def spellings(secret: bytes) -> list[str]:
    return [secret.hex(), b64encode(secret).decode()[:40], urlsafe_b64encode(secret).decode()[:40]]


async def test_no_key_cookie_body_or_address_is_in_the_logs(tmp_path: Path) -> None:
    centre = Centre.found()
    [device] = add_devices(centre, 1)
    run = centre.write(device, centre.circle, b"note")
    async with serving(tmp_path) as (process, visitors):
        await visitors.follow(centre)
        await visitors.push(centre, run, b"rubbish")
        guest = await visitors.sign_in(centre, device)
        await guest.pull()
        await guest.directory()
        await guest.put_blob(blob_id(BLOB), 0, len(BLOB), BLOB)
        await guest.get(f"/heads?device={centre.admin.key.hex()}")
        await guest.get("/quarantine")
        await visitors.answer_challenge(centre, centre.root)
        await visitors.http.get("/nowhere/Tanaka?name=Tanaka")
        await visitors.http.post(visitors.base(centre) + "/session", json={"key": "Tanaka"})
        await visitors.post(centre, "/push", b"\xff" * 100)
    log = "".join(process.lines[1:])
    cookie = guest.headers["Cookie"].partition("=")[2]
    secrets = [device.key, centre.admin.key, centre.root.key, device.sealing.public, run.raw[:60], BLOB[:30]]
    words = [spelling for secret in secrets for spelling in spellings(secret)]

    assert [] == [word for word in (*words, cookie, cookie[:20], "Tanaka", "127.0.0.1", "Cookie") if word in log]
    assert centre.id.hex() in log
    for line in process.lines:
        assert {"time", "level", "event"} <= json.loads(line).keys()


async def test_the_operator_may_log_addresses(tmp_path: Path) -> None:
    async with serving(tmp_path, ENGAWA_LOG_ADDRESSES="true") as (process, visitors):
        await visitors.http.get("/nowhere")
        await visitors.http.get("/health")
    requests = [json.loads(line) for line in process.lines if '"event": "request"' in line]

    assert [(404, "not_found", "127.0.0.1")] == [(each["status"], each["code"], each["address"]) for each in requests]


async def test_a_client_that_goes_away_is_no_fault_of_the_server(tmp_path: Path) -> None:
    centre = Centre.found()
    async with serving(tmp_path) as (process, visitors):
        await visitors.follow(centre)
        for path, kind in (("/session/challenge", "application/json"), ("/push", "application/octet-stream")):
            lines = [f"POST {visitors.base(centre)}{path} HTTP/1.1", "Host: x", f"Content-Type: {kind}"]
            with socket.create_connection(("127.0.0.1", process.port)) as connection:
                connection.sendall("\r\n".join([*lines, "Content-Length: 100", "", "{"]).encode())
        while sum("bad_request" in line for line in process.lines) < 2:
            await visitors.http.get("/health")
    events = {json.loads(line)["event"] for line in process.lines}

    assert {"listening", "request", "stopped"} == events


@pytest.mark.parametrize(("proxies", "address"), [("127.0.0.1", "192.0.2.9"), ("192.0.2.1", "127.0.0.1")])
async def test_only_a_trusted_proxy_says_who_asked(proxies: str, address: str, tmp_path: Path) -> None:
    async with serving(tmp_path, ENGAWA_LOG_ADDRESSES="true", ENGAWA_PROXIES=proxies) as (process, visitors):
        await visitors.http.get("/nowhere", headers={"X-Forwarded-For": "192.0.2.9"})
    requests = [json.loads(line) for line in process.lines if '"event": "request"' in line]

    assert [address] == [each["address"] for each in requests]


def test_of_an_exception_its_class_and_place_are_logged_and_not_its_words() -> None:
    def fail() -> None:
        raise ValueError("what somebody wrote")

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.Logger("uvicorn.error")
    logger.addHandler(handler)
    try:
        fail()
    except ValueError:
        logger.exception("Exception in %s", "what somebody wrote")
    line = json.loads(stream.getvalue())

    assert {"time", "level", "event", "error", "at"} == line.keys()
    assert ("uvicorn.error", "ValueError") == (line["event"], line["error"])
    assert "what somebody wrote" not in stream.getvalue()
    assert any("fail" in frame for frame in line["at"])


def test_libraries_log_through_the_same_gate() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        configure(stream)
        logging.getLogger("some.library").warning("a cookie")
        logging.getLogger("some.library").info("chatter")
    finally:
        root.handlers[:] = before
        root.setLevel(level)

    assert "a cookie" not in stream.getvalue()
    assert ["some.library"] == [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
