"""A device of either twin as one thing to tell a story to: Python's here, TypeScript's in a process of Node's."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from crypto.errors import ProtocolError
from sync.device import Device
from sync.exchange import Report
from sync.transport import OfflineError, PushAnswer
from tests.devices import FAR, PASSPHRASE, Office, line, state

ROOT = Path(__file__).parents[2]
DUTIES = ["coordinator", "privacy", "reviewer"]
NOTE = {
    "mode": "home_visit",
    "person_contact_level": "none",
    "family_contact_level": "doorstep",
    "met_persons": [],
    "next_step": "wait",
    "person_agreed_next": "not_asked",
    "risk_quick": "none_seen",
}
Fields = Mapping[str, object]
Places = tuple[bytes, bytes] | Mapping[str, bytes]
"""A case and a dispatch, or circles by kind."""


class Hand(Protocol):
    """A device of either twin."""

    key: bytes
    member: bytes

    def sync(self) -> Report: ...
    def put(self, places: Places, record: bytes | None, type_: str, fields: Fields) -> tuple[bytes, bytes | None]:
        """A record, new if none is given, and the change that says it; None: it waits."""

    def call(self, path: str, *given: object) -> Any:
        """A method, by its name in Python. Bytes and texts come back; of a struct, its fields."""

    def resolve(self, value: object) -> None: ...
    def state(self) -> str: ...
    def cut(self, is_cut: bool) -> None: ...
    def deaf(self) -> None: ...
    def refuse(self, code: str | None) -> None: ...
    def lie(self, is_lying: bool) -> None:
        """The server says that this device is revoked."""

    def unsent(self, circle: bytes) -> list[bytes]: ...
    def restart(self) -> None: ...
    def copy(self) -> "Hand": ...
    def enrol(self, link: str) -> "Hand":
        """Another device of the same twin."""


class Ours:
    """A Python device."""

    def __init__(self, office: Office, device: Device) -> None:
        self._office = office
        self._take(device)

    @classmethod
    def found(cls, office: Office) -> "tuple[Ours, str]":
        means = office.means
        device, recovery = Device.found(office.new_folder(), PASSPHRASE, office.origin, means, duties=DUTIES)
        return cls(office, device), recovery.words()

    def enrol(self, link: str) -> "Ours":
        return self.enrol_by(self._office, link)

    @classmethod
    def enrol_by(cls, office: Office, link: str) -> "Ours":
        return cls(office, Device.enrol(office.new_folder(), PASSPHRASE, link, office.means))

    def sync(self) -> Report:
        return self.device.sync()

    def put(self, places: Places, record: bytes | None, type_: str, fields: Fields) -> tuple[bytes, bytes | None]:
        book = self.device.book
        record = record or book.new_id()
        where = book.where(*places) if isinstance(places, tuple) else places
        saved = book.writing(where).put(record, type_, **fields).save()
        return record, saved[0].change

    def call(self, path: str, *given: object) -> Any:
        *parts, name = path.split(".")
        owner = getattr(self.device, parts[0]) if parts else self.device
        return shown(getattr(owner, name)(*given))

    def resolve(self, value: object) -> None:
        self.device.book.resolve(self.device.book.conflicts()[0], value)  # type: ignore[arg-type]

    def state(self) -> str:
        return state(self.device)

    def cut(self, is_cut: bool) -> None:
        line(self.device).is_cut = is_cut

    def deaf(self) -> None:
        line(self.device).is_deaf = True

    def refuse(self, code: str | None) -> None:
        line(self.device).answer = lambda _: PushAnswer("refused", code, None) if code else None

    def lie(self, is_lying: bool) -> None:
        line(self.device).is_lying = is_lying

    def unsent(self, circle: bytes) -> list[bytes]:
        return [change.id for change in self.device.core.held.chain(circle).unsent]

    def restart(self) -> None:
        self._take(self._office.restart(self.device))

    def copy(self) -> "Ours":
        return Ours(self._office, self._office.open(self._office.copy(self.device)))

    def _take(self, device: Device) -> None:
        self._office.devices.append(device)
        self.device, self.key, self.member = device, device.key, device.member


def bundled(folder: Path) -> Path:
    """The program of the process, as one file."""
    file = folder / "device_pipe.mjs"
    build = ["node_modules/.bin/rolldown", "tests/sync/device_pipe.ts", "--platform", "node", "--file", str(file)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return file


class Pipe:
    """A process of Node's with TypeScript devices."""

    def __init__(self, bundle: Path, seed: str, office: Office) -> None:
        command = ["node", str(bundle), seed]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.office = office
        self._count = 0

    def new_name(self) -> str:
        self._count += 1
        return f"device {self._count}"

    def ask(self, on: str, do: str, *given: object) -> Any:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps({"on": on, "do": do, "with": [packed(each) for each in given]}) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline())
        if "error" not in answer:
            return unpacked(answer["ok"])
        if answer["error"].startswith("OfflineError"):
            raise OfflineError("there")
        raise ProtocolError(answer["error"])

    def stop(self) -> None:
        self._process.communicate()


class Theirs:
    """A TypeScript device."""

    def __init__(self, pipe: Pipe, name: str) -> None:
        self._pipe = pipe
        self.name = name
        self.key, self.member = pipe.ask(name, "who")

    @classmethod
    def found(cls, pipe: Pipe) -> "tuple[Theirs, str]":
        name = pipe.new_name()
        words = pipe.ask(name, "found", pipe.office.origin, DUTIES)
        return cls(pipe, name), words

    def enrol(self, link: str) -> "Theirs":
        return self.enrol_by(self._pipe, link)

    @classmethod
    def enrol_by(cls, pipe: Pipe, link: str) -> "Theirs":
        name = pipe.new_name()
        pipe.ask(name, "enrol", link)
        return cls(pipe, name)

    def sync(self) -> Report:
        return report(self.call("sync"))

    def put(self, places: Places, record: bytes | None, type_: str, fields: Fields) -> tuple[bytes, bytes | None]:
        record, change = self.ask("put", places, record, type_, fields)
        return record, change

    def call(self, path: str, *given: object) -> Any:
        first, *words = path.split("_")
        return self.ask("call", first + "".join(word.capitalize() for word in words), *given)

    def resolve(self, value: object) -> None:
        self.ask("resolve", value)

    def state(self) -> str:
        text: str = self.ask("state")
        return text

    def cut(self, is_cut: bool) -> None:
        self.ask("line", {"isCut": is_cut})

    def deaf(self) -> None:
        self.ask("line", {"isDeaf": True})

    def refuse(self, code: str | None) -> None:
        self.ask("line", {"refuse": code})

    def lie(self, is_lying: bool) -> None:
        self.ask("line", {"isLying": is_lying})

    def unsent(self, circle: bytes) -> list[bytes]:
        unsent: list[bytes] = self.ask("unsent", circle)
        return unsent

    def restart(self) -> None:
        self.ask("restart")

    def copy(self) -> "Theirs":
        name = self._pipe.new_name()
        self.ask("copy", name)
        return Theirs(self._pipe, name)

    def ask(self, do: str, *given: object) -> Any:
        return self._pipe.ask(self.name, do, *given)


def shown(value: object) -> Any:
    """As a TypeScript device would tell it."""
    for fields in ("__struct_fields__", "__dataclass_fields__", "_fields"):
        if hasattr(value, fields):
            return {name: shown(getattr(value, name)) for name in getattr(value, fields)}
    if isinstance(value, list | tuple):
        return [shown(each) for each in value]
    return value


def packed(value: object) -> object:
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, list | tuple):
        return [packed(each) for each in value]
    if isinstance(value, Mapping):
        return {name: packed(each) for name, each in value.items()}
    return value


def unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [unpacked(each) for each in value]
    if isinstance(value, dict):
        if set(value) == {"bytes"}:
            return bytes.fromhex(value["bytes"])
        return {name: unpacked(each) for name, each in value.items()}
    return value


def report(told: dict[str, Any]) -> Report:
    return Report(tuple(told["because"]), told["alarm"])


def settle(*hands: Hand) -> None:
    for hand in hands:
        told = hand.sync()
        assert told.synced, told


class Stage:
    """A centre founded by one twin, one supporter of the other, and where she is sent."""

    def __init__(self, desk: Hand, words: str, join: Callable[[str], Hand]) -> None:
        self.desk = desk
        self.words = words
        settle(desk)
        self.member = desk.call("people.add", "supporter")
        self.case = desk.call("circles.open_case", self.home, [])["id"]
        self.dispatch = desk.call("circles.dispatch", self.case, [self.member])
        self.phone = join(self.invite())
        self.places = self.case, self.dispatch
        settle(self.phone, desk)

    @property
    def home(self) -> bytes:
        desk: bytes = self.desk.call("circles.of_kind", "desk")[0]["id"]
        return desk

    def invite(self) -> str:
        link: str = self.desk.call("people.invite", self.member, FAR)
        return link

    def visit(self, hand: Hand, text: str, record: bytes | None = None) -> bytes:
        return hand.put(self.places, record, "visit", {"place_text": text})[0]

    def texts(self, hand: Hand) -> set[str]:
        views = [
            view
            for record in hand.call("book.records", "visit")
            for view in hand.call("book.views", record, "visit")
            if view["key"]["field"] == "place_text"
        ]
        return {value["value"] for view in views for value in view["values"]}


FOUNDERS = ["python founds", "typescript founds"]


def set_by(founder: str, office: Office, pipe: Pipe) -> Stage:
    if founder == FOUNDERS[0]:
        return Stage(*Ours.found(office), lambda link: Theirs.enrol_by(pipe, link))
    return Stage(*Theirs.found(pipe), lambda link: Ours.enrol_by(office, link))
