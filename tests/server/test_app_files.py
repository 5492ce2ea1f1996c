"""The app's files: served as a browser wants them, under a policy that lets nothing else in, and never over the API."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.api.app_files import HEADERS, AppFiles
from server.settings import BUILT, Rates, Settings, app_folder
from tests.server.house import OPEN, House, with_settings
from tests.server.process import Process

pytestmark = pytest.mark.anyio

PAGE = b"<!doctype html><html lang=ja><title>page</title></html>"
SCRIPT = b"export const words = 1\n" * 40
FILES = {
    "index.html": PAGE,
    "service_worker.js": b"self",
    "manifest.webmanifest": b"{}",
    "licences.md": b"# MIT",
    "assets/page-Ab12.js": SCRIPT,
    "assets/page-Ab12.css": b"a{}",
    "assets/argon-1.wasm": b"\0asm",
    "icons/engawa.svg": b"<svg/>",
    "icons/engawa-192.png": b"\x89PNG",
}
BROTLI = b"brotli of the script"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A build, with variants of one file; beside it, what nobody may read."""
    built = tmp_path / "dist"
    for name, body in FILES.items():
        (built / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).write_bytes(body)
    (built / "assets/page-Ab12.js.br").write_bytes(BROTLI)
    (built / "assets/page-Ab12.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "secret.md").write_text("secret")
    return built


@pytest.fixture
async def shown(folder: Path) -> AsyncIterator[House]:
    async with House(with_settings(OPEN, app=str(folder))) as opened:
        yield opened


async def raw(house: House, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Asked for without the encodings that httpx would name by itself."""
    return await house.http.request(method, path, headers={"Accept-Encoding": "identity"} | headers)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/service_worker.js", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/licences.md", "text/markdown; charset=utf-8"),
        ("/assets/page-Ab12.js", "text/javascript; charset=utf-8"),
        ("/assets/page-Ab12.css", "text/css; charset=utf-8"),
        ("/assets/argon-1.wasm", "application/wasm"),
        ("/icons/engawa.svg", "image/svg+xml"),
        ("/icons/engawa-192.png", "image/png"),
    ],
)
async def test_every_file_has_its_type_and_its_headers(shown: House, path: str, media_type: str) -> None:
    answer = await raw(shown, path)

    assert (200, media_type) == (answer.status_code, answer.headers["Content-Type"])
    assert FILES[path[1:] or "index.html"] == answer.content
    assert HEADERS == {name: answer.headers[name] for name in HEADERS}
    assert "Set-Cookie" not in answer.headers
    assert all(1 == len(answer.headers.get_list(name)) for name in (*HEADERS, "Cache-Control", "ETag"))


async def test_the_policy_lets_in_scripts_of_this_origin_only(shown: House) -> None:
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in (await raw(shown, "/")).headers["Content-Security-Policy"].split(";")
    )

    assert ("'none'", "'self' 'wasm-unsafe-eval'") == (policy["default-src"], policy["script-src"])
    assert ("'script'", "app-url") == (policy["require-trusted-types-for"], policy["trusted-types"])
    assert not [value for value in policy.values() if "unsafe-inline" in value or "http" in value or "*" in value]


async def test_a_page_may_ask_for_the_camera_and_for_nothing_else_of_the_device(shown: House) -> None:
    """Nor may a page of another origin that would frame it; and no answer of the API may ask for anything."""
    policy = dict(
        part.strip().partition("=")[::2] for part in (await raw(shown, "/")).headers["Permissions-Policy"].split(",")
    )

    assert "(self)" == policy.pop("camera")
    assert {"()"} == set(policy.values())
    assert {"clipboard-read", "display-capture", "geolocation", "microphone", "payment", "usb"} <= policy.keys()
    assert "camera=()" in (await raw(shown, "/health")).headers["Permissions-Policy"]


async def test_what_is_named_by_its_content_is_kept_for_ever_and_the_rest_asked_for_again(shown: House) -> None:
    kept = {path: (await raw(shown, path)).headers["Cache-Control"] for path in ("/assets/page-Ab12.js", "/")}
    worker = await raw(shown, "/service_worker.js")

    assert {"/assets/page-Ab12.js": "public, max-age=31536000, immutable", "/": "no-cache"} == kept
    assert "no-cache" == worker.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.1", "br"),
        ("BR; q=1.0", "br"),
        ("*", "br"),
        ("*, br;q=0", "gzip"),
        ("*;q=0", None),
        ("br;q=x", None),
        ("brotli, xgzip", None),
        ("", None),
    ],
)
async def test_a_variant_is_given_to_who_takes_it(shown: House, accepted: str, encoding: str | None) -> None:
    request = shown.http.build_request("GET", "/assets/page-Ab12.js", headers={"Accept-Encoding": accepted})
    answer = await shown.http.send(request, stream=True)
    body = b"".join([chunk async for chunk in answer.aiter_raw()])

    assert encoding == answer.headers.get("Content-Encoding")
    assert {"br": BROTLI, "gzip": gzip.compress(SCRIPT), None: SCRIPT}[encoding][10:] == body[10:]
    assert (len(body), "Accept-Encoding") == (int(answer.headers["Content-Length"]), answer.headers["Vary"])


async def test_who_has_it_already_is_told_so(shown: House) -> None:
    first = await raw(shown, "/")
    etag = first.headers["ETag"]
    for given in (etag, f"W/{etag}", f'"other", {etag}'):
        again = await raw(shown, "/", **{"If-None-Match": given})
        assert (304, b"", etag) == (again.status_code, again.content, again.headers["ETag"])
        assert HEADERS == {name: again.headers[name] for name in HEADERS}
        assert "Content-Length" not in again.headers
    changed = await raw(shown, "/", **{"If-None-Match": '"other"'})

    assert 200 == changed.status_code


async def test_each_encoding_has_an_etag_of_its_own(shown: House) -> None:
    etags = {
        (await raw(shown, "/assets/page-Ab12.js", "HEAD", **{"Accept-Encoding": accepted})).headers["ETag"]
        for accepted in ("br", "gzip", "identity")
    }

    assert 3 == len(etags)


async def test_head_is_get_without_a_body(shown: House) -> None:
    got, head = await raw(shown, "/assets/page-Ab12.js"), await raw(shown, "/assets/page-Ab12.js", "HEAD")
    own = {"engawa-request": ""}

    assert (200, b"") == (head.status_code, head.content)
    assert {**got.headers, **own} == {**head.headers, **own}


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/index.html",
        "/assets",
        "/assets/",
        "/assets/page-Ab13.js",
        "/assets/page-Ab12.js.br",
        "/assets/page-Ab12.js.gz",
        "/assets/page-Ab12.js/",
        "/ASSETS/page-Ab12.js",
        "/%2f",
        "/secret.md",
        "/assets/../../secret.md",
        "/assets/..%2f..%2fsecret.md",
        "/%2e%2e/secret.md",
        "/..%5csecret.md",
        "/%00",
        "/api",
        "/api/v1",
        "/api/v1/" + "00" * 16,
    ],
)
async def test_what_is_not_there_is_a_404_and_never_the_page(shown: House, path: str) -> None:
    """Nor anything beside the directory: a path is looked up, never followed."""
    answer = await raw(shown, path, Accept="text/html")

    assert (404, "not_found") == (answer.status_code, answer.json()["code"])
    assert "no-store" == answer.headers["Cache-Control"]
    assert b"secret" not in answer.content


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_the_app_is_only_read(shown: House, method: str) -> None:
    answer = await raw(shown, "/", method)

    assert 404 == answer.status_code


async def test_the_api_is_answered_as_if_there_were_no_app(shown: House) -> None:
    paths = ["/health", "/ready", "/api/v1/x/pull", "/schema/openapi.json"]
    async with House(with_settings(OPEN, app="")) as bare:
        without = [await raw(bare, path) for path in paths]
    with_app = [await raw(shown, path) for path in paths]

    assert [each.content for each in without] == [each.content for each in with_app]
    assert [each.headers["Cache-Control"] for each in without] == [each.headers["Cache-Control"] for each in with_app]


async def test_without_an_app_there_is_none() -> None:
    async with House(with_settings(OPEN, app="")) as bare:
        answer = await raw(bare, "/")

    assert (404, "not_found") == (answer.status_code, answer.json()["code"])


async def test_opening_the_app_uses_up_nobodys_requests(folder: Path) -> None:
    """Many people open it behind one address of an office, a file at a time."""
    settings = with_settings(OPEN, app=str(folder), rates=Rates(device=1, address=1))
    async with House(settings) as shown:
        files = [await raw(shown, path) for path in ("/", "/assets/page-Ab12.js", "/service_worker.js") * 5]
        others = [await raw(shown, "/nowhere") for _ in range(2)]

    assert {200} == {each.status_code for each in files}
    assert [404, 429] == [each.status_code for each in others]


def test_a_setting_that_names_no_app_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        app_folder(Settings(app=str(tmp_path)))


def test_a_file_that_would_hide_the_api_is_refused(folder: Path) -> None:
    (folder / "schema").mkdir()
    (folder / "schema" / "openapi.json").write_text("{}")

    with pytest.raises(ValueError, match="schema"):
        AppFiles(folder).load(["/health", "/schema/openapi.json"])


def test_a_file_of_an_unknown_type_is_refused(folder: Path) -> None:
    """Rather than served as something it is not."""
    (folder / "page.map").write_text("{}")

    with pytest.raises(KeyError):
        AppFiles(folder).load()


def test_the_built_app_is_served_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    assert (BUILT if (BUILT / "index.html").exists() else None) == app_folder(Settings())
    assert app_folder(Settings(app="")) is None
    (tmp_path / "index.html").touch()
    assert tmp_path == app_folder(Settings(app=str(tmp_path)))


async def test_a_process_serves_it_over_a_socket(folder: Path, tmp_path: Path) -> None:
    process = Process(tmp_path / "data", ENGAWA_APP=str(folder))
    try:
        async with httpx.AsyncClient(base_url=process.origin) as http:
            page = await http.get("/")
            again = await http.get("/", headers={"If-None-Match": page.headers["ETag"]})
    finally:
        process.stop()

    assert (200, PAGE, 304) == (page.status_code, page.content, again.status_code)
