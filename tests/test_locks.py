"""The lock files say exactly what is installed, and not where somebody got it from. Source: docs/decisions/002."""

import json
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
REQUIREMENTS = (ROOT / "requirements.lock").read_text()
PACKAGES = json.loads((ROOT / "package-lock.json").read_text())["packages"]


def pinned() -> dict[str, str]:
    """Version by name, of each Python package in the lock."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", REQUIREMENTS, re.MULTILINE))


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [Requirement(text) for text in project["project"]["dependencies"] + project["dependency-groups"]["dev"]]


def test_no_lock_file_names_an_address() -> None:
    for text in (REQUIREMENTS, (ROOT / "package-lock.json").read_text()):
        assert re.findall(r"\w+://\S+", text) == []
    assert [name for name, package in PACKAGES.items() if "resolved" in package] == []


def test_every_locked_package_is_pinned_by_a_hash() -> None:
    blocks = re.split(r"\n(?=\S)", REQUIREMENTS.strip())
    installed = {name: package for name, package in PACKAGES.items() if name and not package.get("link")}

    assert len(blocks) > 30
    assert [block.split()[0] for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []
    assert len(installed) > 20
    assert [name for name, package in installed.items() if "integrity" not in package] == []


def test_the_locks_hold_what_is_declared() -> None:
    """An edit of pyproject.toml or package.json without `make lock` would install something else than it says."""
    versions = pinned()
    python = {one.name: versions.get(canonicalize_name(one.name), "") for one in declared()}
    package = json.loads((ROOT / "package.json").read_text())

    assert [one.name for one in declared() if not (python[one.name] and one.specifier.contains(python[one.name]))] == []
    for kind in ("dependencies", "devDependencies"):
        assert package[kind] == PACKAGES[""][kind]
        assert package[kind] == {name: PACKAGES[f"node_modules/{name}"]["version"] for name in package[kind]}


def test_npm_packages_are_locked_for_every_platform() -> None:
    """npm leaves out an optional package that its registry lacks, and then `npm ci` refuses the lock."""
    optional = {name for package in PACKAGES.values() for name in package.get("optionalDependencies", {})}

    assert len(optional) > 10
    assert [name for name in sorted(optional) if f"node_modules/{name}" not in PACKAGES] == []


def test_npm_is_told_to_leave_addresses_out() -> None:
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text().splitlines()
