"""The event to explain: the only one of a file, or the one on a line; anything else is said."""

from pathlib import Path

import pytest

from tocsin.errors import ConfigError
from tocsin.services.rules_event import read_event

LINES = b'{"a":1}\n\n{"a":2}\n'


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        (b'{"a":1}\n', 0, b'{"a":1}'),
        (b'\n{\n "a": 1\n}\n', 0, b'{\n "a": 1\n}'),
        (b'[{"a":1}]', 0, b'{"a":1}'),
        (LINES, 3, b'{"a":2}'),
        (b"Mar  2 09:15:01 gate sudo: x\n", 0, b"Mar  2 09:15:01 gate sudo: x"),
    ],
)
def test_one_event(content: bytes, line: int, found: bytes, tmp_path: Path) -> None:
    (tmp_path / "e").write_bytes(content)
    assert read_event(str(tmp_path / "e"), line) == (found, "")


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (LINES, 0, "more than one event; say with --line N"),
        (LINES, 2, "no event that starts there"),
        (b'[{"a":1},{"a":2}]', 1, "more than one event; keep one"),
        (b"\n", 0, "no event in it"),
        (b"a\nb\n", 0, "more than one event"),
        (b'{\n"a":', 0, "document cut short"),
        (None, 0, "cannot be read"),
    ],
)
def test_no_event_or_several(content: bytes | None, line: int, said: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "e").write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        read_event(str(tmp_path / "e"), line)
