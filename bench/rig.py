"""A server process of its own, a centre with real keys, and a client that costs next to nothing."""

import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from crypto.run import RunHead, close_run, run_message
from crypto.session import session_message
from server.sessions import COOKIE
from sync.statements import DeviceAdd, MemberAdd
from sync.wire import GivenEntry, directory_frame, push_body
from tests.sync.centre import Centre, Device

_SERVE = ("-c", "from server.console import main; main()", "serve", "--port", "0", "--data")
BODY_BYTES = 1024 - 3  # a change of 1 KB on the wire: u24 length and body
_SETTINGS = {
    "ENGAWA_FOUNDING": "open",
    "ENGAWA_RATES_DEVICE": "1000000000",
    "ENGAWA_RATES_ADDRESS": "1000000000",
    "ENGAWA_QUOTAS_RUNS": str(2**40),
}


class Connection:
    """One kept-alive HTTP/1.1 connection, by hand: what it costs is not what is measured."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def ask(self, method: str, path: str, body: bytes = b"", headers: Sequence[str] = ()) -> tuple[int, bytes]:
        """Status and body."""
        self._send(method, path, body, headers)
        status, size, _ = self._head()
        while len(self._rest) < size:
            self._rest += self._socket.recv(1 << 20)
        content, self._rest = self._rest[:size], self._rest[size:]
        return status, content

    def drain(self, path: str, headers: Sequence[str], buffer: bytearray) -> int:
        """GET, and throw the body away as it comes; bytes received, framing of chunks included."""
        self._send("GET", path, b"", [*headers, "Connection: close"])
        total = 0
        while received := self._socket.recv_into(buffer):
            total += received
        return total

    def cookie(self, path: str, body: bytes) -> str:
        self._send("POST", path, body, ["Content-Type: application/json"])
        _, _, head = self._head()
        found = re.search(rb"set-cookie: [^=]+=([^;]+)", head)
        assert found, head
        return found[1].decode()

    def _send(self, method: str, path: str, body: bytes, headers: Sequence[str]) -> None:
        lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}", *headers, "", ""]
        self._socket.sendall("\r\n".join(lines).encode() + body)

    def _head(self) -> tuple[int, int, bytes]:
        while b"\r\n\r\n" not in self._rest:
            data = self._socket.recv(1 << 16)
            assert data, self._rest
            self._rest += data
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        return int(head.split()[1]), int(length[1]) if length else 0, head

    def close(self) -> None:
        self._socket.close()


class Server:
    """`engawa serve`, or another program that takes a directory, in a process of its own."""

    def __init__(self, data: Path, program: Sequence[str] = (), *more: str) -> None:
        command = [sys.executable, *(program or _SERVE), str(data), *more]
        environ = {**os.environ, **_SETTINGS}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environ)
        assert self.process.stdout
        self.port: int = json.loads(self.process.stdout.readline())["port"]
        self._log = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL)
        self.process.stdout.close()
        self.origin = f"http://127.0.0.1:{self.port}"

    def rss(self) -> int:
        """Bytes of memory now."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self._log.wait(30)


@contextmanager
def serving(data: Path, program: Sequence[str] = (), *more: str) -> Iterator[Server]:
    server = Server(data, program, *more)
    try:
        yield server
    finally:
        server.stop()


class Writers:
    """A centre whose devices write runs of random bytes, each into a chain of its own."""

    def __init__(self, devices: int, seed: int = 1) -> None:
        self.centre = Centre.found(seed)
        self.random = Random(seed).randbytes
        self.devices = [self._join() for _ in range(devices)]
        self.base = f"/api/v1/{self.centre.id.hex()}"

    def _join(self) -> Device:
        """By the root, without an invitation."""
        device = self.centre.device(self.centre.random(16))
        add = DeviceAdd(device.member, device.key, device.sealing.public)
        self.centre.say(self.centre.root, MemberAdd(device.member, "supporter", ()), add)
        return device

    def found(self, server: Server) -> None:
        connection = Connection(server.port)
        for entry, statements in self.centre.frames:
            frame = directory_frame(GivenEntry(entry, tuple(statements)))
            status, answer = connection.ask("POST", f"{self.base}/directory", frame, [BINARY])
            assert status == 200, answer
        connection.close()

    def push(self, device: Device, count: int) -> bytes:
        """The body of a push of one run of `count` changes, next in the chain."""
        circle = self.centre.circle
        view = self.centre.directory.circle(circle, self.centre.head)
        assert view
        sequence, previous = self.centre.chains.get((device.key, circle), (0, bytes(32)))
        entry = self.centre.directory.entry(self.centre.head)
        head = RunHead(self.centre.id, circle, view.epoch, device.key, sequence + 1, previous, entry.index, entry.hash)
        bodies = [self.random(BODY_BYTES) for _ in range(count)]
        message = run_message(head, bodies)
        self.centre.chains[device.key, circle] = (sequence + count, message[-32:])
        return push_body([close_run(head, bodies, device.signing.sign("run", message))])

    def sign_in(self, server: Server, device: Device) -> str:
        """A Cookie header."""
        connection = Connection(server.port)
        asked = json.dumps({"key": device.key.hex()}).encode()
        _, answer = connection.ask("POST", f"{self.base}/session/challenge", asked, ["Content-Type: application/json"])
        challenge = json.loads(answer)["challenge"]
        message = session_message(self.centre.id, device.key, bytes.fromhex(challenge), server.origin)
        said = {"key": device.key.hex(), "challenge": challenge, "origin": server.origin}
        said["signature"] = device.signing.sign("session", message).hex()
        cookie = connection.cookie(f"{self.base}/session", json.dumps(said).encode())
        connection.close()
        return f"Cookie: {COOKIE}={cookie}"


BINARY = "Content-Type: application/octet-stream"


def show(name: str, values: Sequence[float], unit: str) -> float:
    """Print the median and the range; the median."""
    middle = statistics.median(values)
    print(f"{name:<58} {middle:>12,.0f} {unit}   [{min(values):,.0f} – {max(values):,.0f}]", flush=True)
    return middle


def show_ratio(name: str, values: Sequence[float], goal: float) -> bool:
    """Print the median of the ratios of each round, beside the goal; whether it is met."""
    middle = statistics.median(values)
    word = "met" if middle >= goal else "MISSED"
    print(f"{name:<58} {middle:>12.2f} ×   [{min(values):.2f} – {max(values):.2f}]   goal {goal}: {word}", flush=True)
    return middle >= goal
