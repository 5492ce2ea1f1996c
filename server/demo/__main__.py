"""`engawa demo`: a server with a fictional centre in it, filled by real devices; three invitations to go on with.
`engawa demo look DIRECTORY`: what one of its devices holds.

Everything is invented. The devices talk HTTP to a server process of its own; their state is kept beside its data.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from threading import Thread

from server.demo import look
from server.demo.attendant import attend
from server.demo.newcomers import NEWCOMERS, send
from server.demo.story import live
from server.demo.town import LATER, PASSPHRASE, Town, moment
from server.demo.view import counts, differences, heading, timeline

_READY = 5  # invitations for each role
_SERVE = "from server.console import main; main()"


def main(arguments: list[str]) -> int:
    """Exit status: 0, or the server's."""
    if arguments[:1] == ["look"]:
        return look.main(arguments[1:])
    given = _parser().parse_args(arguments)
    folder: Path = given.data
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "demo").exists():
            print(f"{folder} has something else in it; give another --data", file=sys.stderr)
            return 2
        rmtree(folder)
    (folder / "demo").mkdir(parents=True)
    server, origin = _serve(folder / "server", given.port, folder / "roles.json")
    try:
        town = Town(origin, folder / "demo", PASSPHRASE)
        _fill(town)
        _show(town)
        _invite(town, folder / "roles.json")
        attend(town)
        print(f"\n端末をのぞくには · to look into a device: engawa demo look {folder / 'demo' / 'shiranami'}")
        if given.once:
            return 0
        print(f"\n{origin} で動いています。終わるには Ctrl-C · Serving; Ctrl-C to end", flush=True)
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engawa demo", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data/demo"), help="made anew each time (data/demo)")
    parser.add_argument("--port", type=int, default=8200, help="0: any free one (8200)")
    parser.add_argument("--once", action="store_true", help="fill, show, and end")
    return parser


def _serve(folder: Path, port: int, roles: Path) -> tuple[subprocess.Popen[str], str]:
    """The server and its address. What it logs goes to a file beside its data."""
    folder.mkdir()
    quick = {"ENGAWA_FOUNDING": "open", "ENGAWA_RATES_DEVICE": "100000", "ENGAWA_RATES_ADDRESS": "100000"}
    quick["ENGAWA_DEMO"] = str(roles.absolute())
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVE, "serve", "--data", str(folder), "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **quick},
        start_new_session=True,
    )
    assert server.stdout
    first = server.stdout.readline()
    if not first.startswith("{"):
        raise SystemExit(server.wait())
    log = (folder.parent / "server.log").open("w")
    log.write(first)
    Thread(target=lambda: log.writelines(server.stdout or ()), daemon=True).start()
    return server, f"http://127.0.0.1:{json.loads(first)['port']}"


def _fill(town: Town) -> None:
    print("稲穂野市（架空の町）のセンターをつくっています · filling an invented town's centre\n")
    steps = iter(range(1, 99))
    live(town, lambda what: print(f"  {next(steps)}. {what}", flush=True))


def _show(town: Town) -> None:
    head, phone = town.devices["白波"], town.devices["梶浦"]
    print(heading("センターの机から", "from the centre's desk (白波)"))
    print(f"  {counts(head)}\n")
    print("\n".join(timeline(town, head)))
    print(heading("相違", "what differs, for a person to decide"))
    print("\n".join(differences(town, head)) or "  ありません · none")
    print(heading("梶浦の端末から", "from the visitor's device: only what the dispatch lets her know"))
    print(f"  {counts(phone)}")


def _invite(town: Town, ready: Path) -> None:
    """ready: where the app finds more of them, for those who look around."""
    head = town.devices["白波"]
    town.clock.now = moment(12, 4)
    print(heading("招待", "three invitations, each for one device"))
    roles = []
    for role, ja, name in NEWCOMERS:
        member = head.people.add(role, name=name, duties=["reviewer", "coordinator"] if role != "supporter" else [])
        if role == "supporter":
            send(town, member)
        first, *more = [head.people.invite(member, LATER) for _ in range(_READY)]
        print(f"  {ja} · {role}\n    {first}\n")
        roles.append({"role": role, "links": more})
    ready.write_text(json.dumps(roles))
    assert town.recovery is not None
    print(heading("回復キー", "recovery key: on paper, once"))
    words = town.recovery.words().split("\u3000")
    print("\n".join("  " + "　".join(words[at : at + 7]) for at in range(0, len(words), 7)))
    head.sync()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
