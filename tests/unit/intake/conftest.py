"""What tests of reading files share."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which permissions count, for root too. Not tmp_path: others may not look into what that lies in."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        monkeypatch.chdir(folder)
        user = os.geteuid()
        if user == 0:
            os.chown(folder, 65_534, -1)
            os.seteuid(65_534)
        yield folder
        os.seteuid(user)
        for path in sorted(folder.rglob("*")):
            path.chmod(0o755)
        monkeypatch.undo()
