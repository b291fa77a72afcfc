"""The secrets of an installation are made once, are private, and are whole or refused."""

import stat
from pathlib import Path

import pytest

from tocsin.app.layout import KEY_BYTES, Layout
from tocsin.errors import ConfigError


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "data")
    made.make()
    return made


def test_a_key_is_made_once_for_its_owner_only(layout: Layout) -> None:
    key = layout.key("redaction")
    assert len(key) == KEY_BYTES
    assert layout.key("redaction") == key
    assert layout.key("canary") != key
    assert stat.S_IMODE((layout.data / "redaction.key").stat().st_mode) == 0o600
    assert list(layout.run.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"short", b"x" * (KEY_BYTES + 1)])
def test_a_key_that_is_not_whole_is_refused(layout: Layout, content: bytes) -> None:
    (layout.data / "canary.key").write_bytes(content)
    with pytest.raises(ConfigError, match="damaged"):
        layout.key("canary")
