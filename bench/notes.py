"""A centre with many visit notes in it, on a real server, and invitations for whoever is to read them.

The notes are what the app saves of a visit: fourteen fields, three segments, about a kilobyte when sealed.
"""

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from sync.device import Device
from tests.server.process import Process

NOTES_A_RUN = 20
RUNS_A_PUSH = 25
LETTERS = 80  # of each segment, three bytes each
PASSPHRASE = "縁側 の 猫"
FAR = 32_503_680_000_000  # ms

Told = Callable[[int], None]


class Notes:
    """folder: of the server, of the writer's device, and what is noted of both. Filled once; found filled after that.

    count: of the notes. sizes: of their bodies, bytes. app: the build of the app that the server serves.
    """

    def __init__(self, folder: Path, app: Path, count: int, told: Told = lambda _: None) -> None:
        self._folder = folder
        self._app = app
        noted = folder / f"{count}.json"
        if noted.exists():
            known = json.loads(noted.read_text())
            self._port: int = known["port"]
            self._member, self.sizes = bytes.fromhex(known["member"]), known["sizes"]
            self.start()
            self._writer = Device.open(folder / "writer", PASSPHRASE)
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._port = _free_port()
        self.start()
        self._found(count, told)
        noted.write_text(json.dumps({"port": self._port, "member": self._member.hex(), "sizes": self.sizes}))

    @property
    def origin(self) -> str:
        return f"http://localhost:{self._port}"

    def link(self) -> str:
        """An invitation of the reader, for one device."""
        return self._writer.people.invite(self._member, FAR)

    def start(self) -> None:
        settings = {"ENGAWA_ORIGINS": self.origin, "ENGAWA_APP": str(self._app), "ENGAWA_QUOTAS_RUNS": str(2**40)}
        self._server: Process | None = Process(self._folder / "server", self._port, **settings)

    def stop(self) -> None:
        """The server is gone."""
        if self._server:
            self._server.kill()
        self._server = None

    def close(self) -> None:
        self._writer.close()
        self.stop()

    def _found(self, count: int, told: Told) -> None:
        folder, duties = self._folder / "writer", ("coordinator", "privacy", "reviewer")
        self._writer, _ = Device.found(folder, PASSPHRASE, self.origin, duties=duties)
        self._writer.sync()
        circles = self._writer.circles
        self._member = self._writer.people.add("supporter", name="三枝")
        opened = circles.open_case(circles.of_kind("desk")[0].id)
        dispatch = circles.dispatch(opened.id, [self._member])
        self._write(opened.id, dispatch, count, told)
        log = self._writer.core.held.ledger.log
        self.sizes = [len(change.body) for change in log.counting(dispatch)]

    def _write(self, case: bytes, dispatch: bytes, count: int, told: Told) -> None:
        book, core, random = self._writer.book, self._writer.core, Random(9)
        where = book.where(case, dispatch)
        for number in range(1, count + 1):
            book.writing(where).put(book.new_id(), "visit_note", **_note(random, f"{number}回目の訪問")).save()
            if number % NOTES_A_RUN == 0 or number == count:
                core.chains.close(core.held.chain(dispatch))
            if number % (NOTES_A_RUN * RUNS_A_PUSH) == 0 or number == count:
                self._writer.sync()
                told(number)


def _note(random: Random, title: str) -> dict[str, Any]:
    """As `pwa/store/visit_form.ts` has it saved."""
    end = 1_790_000_000_000 + random.randrange(10**10)
    return {
        "visit": random.randbytes(16),
        "mode": "home_visit",
        "person_contact_level": "via_family",
        "family_contact_level": "doorstep",
        "door_result": "opened",
        "actions": ["called_out"],
        "met_persons": [{"person": random.randbytes(16)}],
        "start": end - 1_800_000,
        "end": end,
        "next_step": "wait",
        "person_agreed_next": "not_asked",
        "risk_quick": "none_seen",
        "title": title,
        "segments": [_segment(random, kind) for kind in ("seen_heard", "words", "done")],
    }


def _segment(random: Random, kind: str) -> dict[str, Any]:
    """Its text compresses as badly as text can."""
    return {
        "kind": kind,
        "about": [random.randbytes(16)],
        "source": "self_observed",
        "certainty": "saw",
        "share_class": "shareable",
        "text": "".join(chr(0x4E00 + random.randrange(0x5000)) for _ in range(LETTERS)),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
