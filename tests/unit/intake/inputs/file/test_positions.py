"""Positions survive a crash at any moment, and any bytes are read or refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import ConfigError, DataError
from tocsin.intake.inputs.file import positions
from tocsin.intake.inputs.file.positions import Part, Position

ONE = Position(1, 2, b"/a\xff.log", 3, 3, b"d" * 16)


def test_positions_come_back(tmp_path: Path) -> None:
    path = tmp_path / "folder/positions"
    assert positions.read(path) is None
    positions.write(path, [ONE])
    assert positions.read(path) == {(1, 2): ONE}
    positions.write(path, [])
    assert positions.read(path) == {}
    assert [one.name for one in path.parent.iterdir()] == ["positions"]


def test_parts_come_back() -> None:
    assert positions.load(positions.dump([Part(0, ONE)])) == [Part(0, ONE)]


@given(st.binary(max_size=100))
def test_any_bytes_are_parts_or_refused(data: bytes) -> None:
    try:
        assert isinstance(positions.load(data), list)
    except DataError:
        return


@pytest.mark.parametrize("size", range(1, 40))
def test_a_file_that_is_cut_is_damaged(size: int, tmp_path: Path) -> None:
    path = tmp_path / "positions"
    positions.write(path, [ONE])
    path.write_bytes(path.read_bytes()[:-size] if size < path.stat().st_size else b"")
    with pytest.raises(ConfigError, match="damaged"):
        positions.read(path)
