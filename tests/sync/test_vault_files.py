"""A device's state at rest: sealed, whole, one process at a time."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from crypto.errors import ProtocolError
from crypto.vault import Cost
from sync.vault_files import NoVaultError, VaultFiles, VaultInUseError

CHEAP = Cost(memory_kib=8, passes=1)
RANDOM = Random(5).randbytes
WORD = "縁側の記録".encode()


@pytest.fixture
def vault(tmp_path: Path) -> VaultFiles:
    return VaultFiles.make(tmp_path / "state", "合言葉", RANDOM, CHEAP)


def test_a_value_is_there_after_opening_again(vault: VaultFiles) -> None:
    vault.put("chain.aa", WORD)
    vault.close()
    again = VaultFiles.open(vault.folder, "合言葉", RANDOM)

    assert WORD == again.get("chain.aa")
    assert None is again.get("chain.bb")
    assert ["chain.aa"] == list(again.names("chain."))


def test_no_file_holds_a_word_in_the_clear(vault: VaultFiles) -> None:
    vault.put("chain.aa", WORD)

    assert [] == [path.name for path in vault.folder.iterdir() if WORD in path.read_bytes()]
    assert WORD == vault.get("chain.aa")


def test_a_wrong_passphrase_opens_nothing_and_leaves_the_lock(vault: VaultFiles) -> None:
    vault.close()
    with pytest.raises(ProtocolError) as raised:
        VaultFiles.open(vault.folder, "合言", RANDOM)

    assert "wrong_passphrase" == raised.value.code
    VaultFiles.open(vault.folder, "合言葉", RANDOM).close()


def test_a_value_moved_to_another_name_does_not_open(vault: VaultFiles) -> None:
    vault.put("chain.aa", WORD)
    shutil.copy(vault.folder / "chain.aa", vault.folder / "chain.bb")
    with pytest.raises(ProtocolError) as raised:
        vault.get("chain.bb")

    assert "wrong_key" == raised.value.code


def test_two_processes_never_hold_one_state(vault: VaultFiles) -> None:
    with pytest.raises(VaultInUseError):
        VaultFiles.open(vault.folder, "合言葉", RANDOM)


def test_a_state_is_never_made_over_another(vault: VaultFiles, tmp_path: Path) -> None:
    vault.close()
    with pytest.raises(NoVaultError):
        VaultFiles.make(vault.folder, "合言葉", RANDOM, CHEAP)
    with pytest.raises(NoVaultError):
        VaultFiles.open(tmp_path / "nowhere", "合言葉", RANDOM)


def test_a_value_half_written_is_as_it_was(vault: VaultFiles) -> None:
    """What is left when the power goes after writing beside, before putting in place."""
    vault.put("chain.aa", b"before")
    (vault.folder / "chain.aa~").write_bytes(b"aft")
    vault.close()
    again = VaultFiles.open(vault.folder, "合言葉", RANDOM)

    assert b"before" == again.get("chain.aa")
    assert ["chain.aa", "lock", "vault"] == sorted(path.name for path in vault.folder.iterdir())


def test_a_value_is_replaced_in_one_step_and_never_written_over(vault: VaultFiles) -> None:
    """Whoever reads while it is put, or after a power cut in the middle, sees one of the two, whole."""
    vault.put("chain.aa", b"before")
    reading = (vault.folder / "chain.aa").open("rb")
    sealed = (vault.folder / "chain.aa").read_bytes()
    vault.put("chain.aa", b"after")
    with reading:
        assert sealed == reading.read()

    assert b"after" == vault.get("chain.aa")


def test_what_was_put_survives_sigkill(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from random import Random\n"
        "from crypto.vault import Cost; from sync.vault_files import VaultFiles\n"
        "vault = VaultFiles.make(Path(sys.argv[1]), 'p', Random(1).randbytes, Cost(8, 1))\n"
        "vault.put('chain.aa', b'kept'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "state")], check=False)

    assert -signal.SIGKILL == done.returncode
    assert b"kept" == VaultFiles.open(tmp_path / "state", "p", RANDOM).get("chain.aa")


def test_an_erased_state_holds_nothing(vault: VaultFiles) -> None:
    vault.put("chain.aa", WORD)
    vault.erase()

    assert ["lock"] == [path.name for path in vault.folder.iterdir()]
    with pytest.raises(NoVaultError):
        VaultFiles.open(vault.folder, "合言葉", RANDOM)


@pytest.mark.parametrize("name", ["", "vault", "lock", "../chain", "chain/aa", "Chain", "chain.aa~", "chain."])
def test_a_name_never_leaves_the_directory(vault: VaultFiles, name: str) -> None:
    with pytest.raises(ValueError, match="^" + name.replace(".", r"\.") + "$"):
        vault.put(name, b"")
