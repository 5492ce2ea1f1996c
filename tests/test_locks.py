"""The lock files say exactly what is installed, and not where somebody got it from. Source: docs/decisions/002."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_no_lock_file_names_an_address() -> None:
    requirements = (ROOT / "requirements.lock").read_text()
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    assert re.findall(r"https?://\S+", requirements) == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_every_locked_package_is_pinned_by_a_hash() -> None:
    requirements = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"\n(?=\S)", requirements.strip())
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name and not package.get("link")}

    assert len(blocks) > 30
    assert [block.split()[0] for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []
    assert len(installed) > 20
    assert [name for name, package in installed.items() if "integrity" not in package] == []


def test_npm_is_told_to_leave_addresses_out() -> None:
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text().splitlines()
