"""`engawa`: what an operator does at the server. Long commands show how far they are."""

import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from server.backup import BackupError, Manifest, Progress, back_up, leap
from server.backup import restore as put_back
from server.logs import configure
from server.serve import bind, make_server
from server.settings import GIB, Settings, load
from server.store.engine import UnsafeSqliteError, readable
from server.store.lock import InUseError, holding
from server.store.sqlite import FILE, all_centres, open_database
from server.store.writing import SqliteWriter
from server.vapid import public_key
from server.verify import Finding, verify

_CENTRE_SIZE = 16


class _Centre(click.ParamType[bytes]):
    name = "centre"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> bytes:
        try:
            centre = bytes.fromhex(value)
        except ValueError:
            centre = b""
        if len(centre) != _CENTRE_SIZE:
            self.fail("a centre is 32 hex digits", param, context)
        return centre


_PATH = click.Path(path_type=Path)
_CENTRE = _Centre()


@click.group()
@click.option("--config", type=_PATH, help="A TOML file of settings; see docs/operations.md.")
@click.option("--data", type=_PATH, help="The directory with everything in it.")
@click.version_option(package_name="engawa")
@click.pass_context
def main(context: click.Context, config: Path | None, data: Path | None) -> None:
    """Engawa's relay: keeps, hands on and refuses what it cannot read."""
    try:
        settings = load(config, os.environ)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise click.ClickException(f"settings: {error}") from error
    context.obj = msgspec.structs.replace(settings, data=str(data)) if data else settings


def _data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--data` also behind the command, where hands look for it."""

    def take(context: click.Context, _: click.Parameter, value: Path | None) -> None:
        if value:
            context.obj = msgspec.structs.replace(context.obj, data=str(value))

    return click.option("--data", type=_PATH, expose_value=False, callback=take, help="As above.")(command)


@main.command()
@_data_option
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen on; 0: any free one.")
@click.option("--founding", type=click.Choice(["open", "closed", "code"]), help="Who may found a centre here.")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None, founding: str | None) -> None:
    """Serve until told to stop (SIGTERM, SIGINT). Logs are JSON lines on standard output."""
    given = {"host": host, "port": port, "founding": founding}
    settings = msgspec.structs.replace(settings, **{name: it for name, it in given.items() if it is not None})
    try:
        with holding(Path(settings.data)):
            configure()
            listener, settings = bind(settings)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, _leave)  # uvicorn raises again what it was stopped by
            make_server(settings).run(sockets=[listener])
    except InUseError as error:
        raise click.ClickException(f"{settings.data} is served by another process") from error
    except (OSError, UnsafeSqliteError) as error:
        raise click.ClickException(str(error)) from error


@main.group(invoke_without_command=True)
@_data_option
@click.pass_context
def centres(context: click.Context) -> None:
    """List the centres kept here, with their sizes."""
    if context.invoked_subcommand:
        return
    connection = readable(_database(context.obj))
    for centre, state in all_centres(connection).items():
        size = (state.run_bytes + state.blob_bytes) / GIB
        waits = "  restoring" if state.restoring else ""
        [[runs]] = connection.execute("select count(*) from runs where centre = ?", (centre,))
        click.echo(f"{centre.hex()}  entries {state.index + 1}  runs {runs}  {size:.3f} GiB{waits}")
    connection.close()


@centres.command()
@_data_option
@click.argument("centre", type=_CENTRE)
@click.pass_obj
def allow(settings: Settings, centre: bytes) -> None:
    """Let one centre be founded here, whatever `founding` says."""
    Path(settings.data).mkdir(parents=True, exist_ok=True)
    database = open_database(Path(settings.data) / FILE)
    database.table("allowed").insert({"centre": centre}, pk="centre", ignore=True)
    database.close()


@centres.command("open")
@_data_option
@click.argument("centre", type=_CENTRE)
@click.pass_obj
def open_(settings: Settings, centre: bytes) -> None:
    """Let a restored centre take entries again, although not every admin's device was in contact."""
    _set_restoring(settings, centre, restoring=False)


@centres.command()
@_data_option
@click.argument("centre", type=_CENTRE)
@click.pass_obj
def restoring(settings: Settings, centre: bytes) -> None:
    """Take no entries for a centre until every admin's device was in contact: after a loss that no `restore` caused."""
    _set_restoring(settings, centre, restoring=True)


@main.command()
@_data_option
@click.argument("target", type=_PATH)
@click.pass_obj
def backup(settings: Settings, target: Path) -> None:
    """Copy everything into a new directory, while the server runs."""
    _database(settings)
    _say(_with_bar(lambda progress: back_up(Path(settings.data), target, progress)))


@main.command()
@_data_option
@click.argument("source", type=_PATH)
@click.pass_obj
def restore(settings: Settings, source: Path) -> None:
    """Put a backup into an empty data directory. The server must not run."""
    try:
        with holding(Path(settings.data)):
            _say(_with_bar(lambda progress: put_back(source, Path(settings.data), progress)))
    except InUseError as error:
        raise click.ClickException(f"{settings.data} is served by another process") from error


@main.command("verify")
@_data_option
@click.pass_obj
def verify_(settings: Settings) -> None:
    """Check every chain, signature, statement, run and attachment; name what is wrong, then exit with 1."""
    _database(settings)
    findings = 0
    with click.progressbar(length=1, label="verify", file=sys.stderr) as bar:
        for seen in verify(Path(settings.data)):
            if isinstance(seen, Finding):
                findings += 1
                click.echo(str(seen))
            else:
                bar.length, bar.pos = max(seen.of, 1), min(seen.done, seen.of)
                bar.update(0)
    click.echo(f"{findings} found", err=True)
    sys.exit(1 if findings else 0)


@main.command()
@_data_option
@click.option("--new", is_flag=True, help="Make a new key; devices must subscribe again.")
@click.pass_obj
def vapid(settings: Settings, new: bool) -> None:
    """Show the key by which push services know this server; it is made when there is none."""
    Path(settings.data).mkdir(parents=True, exist_ok=True)
    click.echo(public_key(Path(settings.data), renew=new))


def _leave(*_: object) -> None:
    raise SystemExit(0)


def _database(settings: Settings) -> Path:
    path = Path(settings.data) / FILE
    if not path.exists():
        raise click.ClickException(f"there is no {FILE} in {settings.data}")
    return path


def _set_restoring(settings: Settings, centre: bytes, *, restoring: bool) -> None:
    database = open_database(_database(settings))
    writer = SqliteWriter(database.conn, centre)
    if writer.state() is None:
        raise click.ClickException("no such centre here")
    with database.atomic(), writer.job():
        writer.set_restoring(restoring)
    if restoring:
        leap(database, time.time(), centre)
    database.close()


def _with_bar(job: Callable[[Progress], Manifest]) -> Manifest:
    with click.progressbar(length=1, file=sys.stderr) as bar:

        def progress(what: str, done: int, of: int) -> None:
            bar.label, bar.length, bar.pos = what, max(of, 1), done
            bar.update(0)

        try:
            return job(progress)
        except (BackupError, OSError) as error:
            raise click.ClickException(str(error)) from error


def _say(manifest: Manifest) -> None:
    click.echo(f"{len(manifest.centres)} centres, {manifest.blobs} blobs, made {manifest.made_at}")


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def demo(arguments: tuple[str, ...]) -> None:
    """A server with a fictional centre in it, filled by devices: a program of its own, for devices hold keys."""
    try:
        sys.exit(subprocess.call([sys.executable, "-m", "server.demo", *arguments]))  # noqa: S603 - our own program
    except KeyboardInterrupt:
        sys.exit(0)
