"""Settings: one place, a file, the environment. Each is documented."""

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from server.settings import Settings, load
from server.store.engine import is_safe

ROOT = Path(__file__).parents[2]


def names(kind: type[msgspec.Struct] = Settings, prefix: str = "") -> list[str]:
    found: list[str] = []
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            found += names(field.type, f"{prefix}{field.name}.")
        else:
            found.append(prefix + field.name)
    return found


def test_without_a_file_everything_has_a_default() -> None:
    assert Settings() == load(None, {})


def test_a_file_sets_and_the_environment_wins(tmp_path: Path) -> None:
    path = tmp_path / "engawa.toml"
    path.write_text('founding = "open"\norigins = ["https://a.example"]\n[rates]\ndevice = 7\naddress = 8\n')
    settings = load(path, {"ENGAWA_RATES_DEVICE": "9", "ENGAWA_ORIGINS": "https://b.example https://c.example"})

    assert ("open", ("https://b.example", "https://c.example")) == (settings.founding, settings.origins)
    assert (9, 8) == (settings.rates.device, settings.rates.address)


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("fuonding = 'open'", {}),
        ("[rates]\ndevice = 0", {}),
        ("[limits]\nmembres = 5", {}),
        ("port = 70000", {}),
        ("", {"ENGAWA_PORT": "eighty"}),
        ("", {"ENGAWA_QUOTAS_RUNS": "-1"}),
    ],
)
def test_a_misspelt_or_impossible_setting_is_refused(text: str, environ: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "engawa.toml"
    path.write_text(text)

    with pytest.raises(msgspec.ValidationError):
        load(path, environ)


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    documented = re.findall(r"^\| `([a-z_.]+)` \|", text, re.MULTILINE)

    assert names() == documented


def test_nothing_is_done_when_the_application_is_only_imported(tmp_path: Path) -> None:
    """No file, no thread, no socket, no line."""
    script = "import threading, server.app, server.console, server.serve; print(threading.active_count())"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {script}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ("1\n", "") == (done.stdout, done.stderr)
    assert [] == list(tmp_path.iterdir())


def test_a_sqlite_that_can_corrupt_its_log_is_not_used() -> None:
    affected = [(3, 7, 0), (3, 40, 1), (3, 51, 2)]
    sound = [(3, 51, 3), (3, 53, 4), (4, 0, 0)]

    assert [False] * 3 + [True] * 3 == [is_safe(version) for version in affected + sound]
