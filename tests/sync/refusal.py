"""What it is to be refused."""

import pytest

from crypto.errors import ProtocolError
from sync.chain import Frame
from sync.directory import Directory
from tests.sync.snapshot import snapshot


def refusal(directory: Directory, frame: Frame, *, complete: bool = False) -> str:
    """The code of a refusal that changed nothing."""
    before = snapshot(directory)
    with pytest.raises(ProtocolError) as error:
        directory.apply(*frame, complete=complete)
    assert before == snapshot(directory)
    return error.value.code
