"""What is built to be installed runs by itself: the command, and all that is read while it runs."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ("crypto", "sync", "server", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a wheel holds, built offline from a copy of the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source, copy = ROOT / name, folder / "source" / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    offline = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    build = [sys.executable, "-m", "pip", "wheel", *offline, str(folder / "source")]
    subprocess.run(build, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "installed")
    return folder / "installed"


def run(installed: Path, script: str, *arguments: str) -> str:
    """What a program says that sees the installed packages instead of the sources."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(installed)!r}); {script}", *arguments]
    ran = subprocess.run(command, cwd=installed, check=True, capture_output=True, text=True, encoding="utf-8")
    return ran.stdout


def test_the_command_runs(installed: Path) -> None:
    said = run(installed, "from server.console import main; main()", "--help")

    assert "serve" in said


def test_the_dictionary_is_there(installed: Path) -> None:
    script = "import sync.dictionary as d; print(d.__file__, len(d.dictionary().types) > 9)"

    assert f"{installed / 'sync' / 'dictionary.py'} True\n" == run(installed, script)


def test_the_words_of_the_demo_are_there(installed: Path) -> None:
    script = "import server.demo.view as v; print(v.__file__, len(v._form('visit')['fields']) > 9)"

    assert f"{installed / 'server' / 'demo' / 'view.py'} True\n" == run(installed, script)


def test_nothing_but_code_specs_and_data_is_in_it(installed: Path) -> None:
    kinds = {
        path.suffix or path.name for path in installed.rglob("*") if path.is_file() and ".dist-info" not in str(path)
    }

    assert {".py", ".json", ".md"} == kinds
