"""What stands beside the monitor in its benchmark takes all events."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from live_load.corpora import from_samples
from live_load.floor import Floor, postgresql, rsyslog
from live_load.prepared import Prepared, prepare
from live_load.resources import size, use, used
from live_load.stream import Stream

SOURCES = Path(__file__).parents[3] / "src" / "tocsin" / "sources"


@pytest.mark.slow
@pytest.mark.parametrize("floor", [rsyslog, postgresql])
def test_a_floor_takes_all(floor: Callable[[Prepared], Floor | None], tmp_path: Path) -> None:
    load = prepare(tmp_path / "load", Stream(from_samples(SOURCES), 1), 4, 100, lambda _: 1_795_000_000.0)
    found = floor(load)
    if found is None:
        pytest.skip(f"{floor.__name__} is not installed")
    assert found.rate > 0
    assert found.disk > 0.5


def test_what_a_process_takes(tmp_path: Path) -> None:
    found = use(os.getpid())
    assert found is not None
    assert found.cpu > 0
    assert found.resident > 10 << 20
    assert found.files > 2
    assert used({"self": os.getpid(), "nobody": 2**22 + 1}).keys() == {"self"}
    (tmp_path / "kept").mkdir()
    (tmp_path / "left").mkdir()
    (tmp_path / "kept" / "a").write_bytes(b"x" * 10_000)
    (tmp_path / "left" / "b").write_bytes(b"x" * 10_000)
    assert 10_000 <= size(tmp_path, but=["left"]) < size(tmp_path)
