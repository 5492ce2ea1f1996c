"""Every number and choice of an operator: where, who may found, limits, quotas, rates, times.

Read once from a TOML file and from the environment; `ENGAWA_RATES_DEVICE=1200` is `device = 1200` under `[rates]`.
What the protocol itself fixes (64 runs a push, 10,000 devices a centre, …) stands in `sync/`. Source: sync/SPEC.md 9.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

KIB, MIB, GIB = 1024, 1024**2, 1024**3
PREFIX = "ENGAWA_"
BUILT = Path(__file__).parents[1] / "pwa" / "dist"
"""Where `make app` puts the app."""

Count = Annotated[int, Meta(ge=0)]
Some = Annotated[int, Meta(ge=1)]


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """Of one request, and of all that are open at one time. Sizes in bytes."""

    directory_bytes: Some = 16 * MIB  # of one POST of entries with their statements
    bodies_in_flight: Some = 256 * MIB  # of all requests being read or judged at one time
    json_bytes: Some = 64 * KIB
    streams_per_device: Some = 8  # of GET /live
    streams: Some = 5_000


class Quotas(Struct, frozen=True, forbid_unknown_fields=True):
    """What one centre may keep here; sizes in bytes."""

    runs: Count = 10 * GIB
    blobs: Count = 20 * GIB
    quarantine_per_device: Count = 64 * MIB
    quarantined_runs_per_device: Count = 1_000


class Rates(Struct, frozen=True, forbid_unknown_fields=True):
    """Requests a minute; a quiet minute is saved up."""

    device: Some = 600  # with a session
    address: Some = 60  # without one; an IPv6 address counts as its /64


class Times(Struct, frozen=True, forbid_unknown_fields=True):
    """In seconds."""

    challenge: Some = 120
    session: Some = 900
    live_comment: Annotated[float, Meta(gt=0)] = 20.0
    live_end: Annotated[float, Meta(gt=0)] = 600.0
    body: Annotated[float, Meta(gt=0)] = 120.0  # for a request to arrive whole
    shutdown: Some = 10
    collect_every: Some = 3_600
    blob_unreferenced: Some = 7 * 86_400  # before an attachment that no run refers to is dropped


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """data: the directory with everything in it. app: a directory with the app as it was built. origins: what clients
    may believe they talk to; without one, the bound address. founding: who may bring a new centre: anybody, nobody but
    those allowed at the console, or who knows the code. proxies: addresses whose word on the client's address is taken.
    metrics_token: what a scraper shows; without one, only this machine may read figures. demo: a file of invitations
    that anybody may take, to look around; never on a server with real people in it."""

    data: str = "data"
    app: str = str(BUILT)
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8080
    origins: tuple[str, ...] = ()
    founding: Literal["open", "closed", "code"] = "closed"
    founding_code: str = ""
    proxies: tuple[str, ...] = ()
    metrics_token: str = ""
    demo: str = ""
    log_addresses: bool = False
    limits: Limits = Limits()
    quotas: Quotas = Quotas()
    rates: Rates = Rates()
    times: Times = Times()


def bound_origin(settings: Settings) -> str:
    """What a client on this machine calls the server."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def app_folder(settings: Settings) -> Path | None:
    """The directory of the app to serve; none where it is set to nothing, or where nobody set it nor built one.

    Raises FileNotFoundError where it is set to a directory without an app.
    """
    folder = Path(settings.app)
    is_there = (folder / "index.html").exists()
    if not settings.app or (folder == BUILT and not is_there):
        return None
    if not is_there:
        raise FileNotFoundError(f"{folder} has no index.html: is that the app?")
    return folder


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Settings of a file (none: the defaults), then of the environment, which wins.

    Raises OSError, tomllib.TOMLDecodeError, msgspec.ValidationError: a wrong setting never starts a server.
    """
    values: dict[str, Any] = tomllib.loads(path.read_text("utf-8")) if path else {}
    _overlay(values, Settings, PREFIX, environ)
    return msgspec.convert(values, Settings, strict=False)


def _overlay(values: dict[str, Any], kind: type[Struct], prefix: str, environ: Mapping[str, str]) -> None:
    for field in msgspec.structs.fields(kind):
        name = prefix + field.name.upper()
        if isinstance(field.type, type) and issubclass(field.type, Struct):
            _overlay(values.setdefault(field.name, {}), field.type, name + "_", environ)
        elif name in environ:
            is_list = field.type == tuple[str, ...]
            values[field.name] = environ[name].split() if is_list else environ[name]
