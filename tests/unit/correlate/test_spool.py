"""The spool gives back what it took, in order, keeps little in memory and leaves nothing on disk."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.correlate.spool import Spool
from tocsin.model.event import ABSENT
from tocsin.model.observation import Observation


def make(time: float, event: str = "e") -> Observation:
    return Observation("rule", time, event, {"user": "root", "n": 1})


@given(
    times=st.lists(st.tuples(st.floats(-1e9, 1e10), st.text(max_size=3)), max_size=200),
    limit=st.integers(1, 50),
)
def test_gives_everything_back_in_order(times: list[tuple[float, str]], limit: int) -> None:
    with Spool(limit) as spool:
        spool.extend(make(time, event) for time, event in times)
        assert spool.count == len(times)
        assert [(one.time, one.event) for one in spool] == sorted(times)


def test_can_be_read_twice_and_filled_in_between() -> None:
    with Spool(3) as spool:
        spool.extend(make(time) for time in (5, 4, 3, 2))
        assert [one.time for one in spool] == [2, 3, 4, 5]
        spool.add(make(1))
        assert [one.time for one in spool] == [1, 2, 3, 4, 5]


def test_more_runs_than_are_merged_at_once() -> None:
    with Spool(2) as spool:
        spool.extend(make(number * 7 % 500) for number in range(500))
        assert [one.time for one in spool] == list(range(500))


def test_leaves_nothing_on_disk(tmp_path: Path) -> None:
    with Spool(1, folder=tmp_path) as spool:
        spool.extend(make(time) for time in (2, 1))
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_deletes_its_files_after_an_error(tmp_path: Path) -> None:
    def fail(spool: Spool) -> None:
        spool.add(make(1))
        raise KeyError

    with pytest.raises(KeyError), Spool(1, folder=tmp_path) as spool:
        fail(spool)
    assert list(tmp_path.iterdir()) == []


def test_small_hunts_do_not_touch_the_disk(tmp_path: Path) -> None:
    with Spool(10, folder=tmp_path) as spool:
        spool.add(make(1))
        assert [one.time for one in spool] == [1]
        assert list(tmp_path.iterdir()) == []


def test_values_that_cannot_be_written_become_what_an_alert_would_show() -> None:
    hostile = {"big": 1 << 80, "text": "a\ud800", "list": [1 << 80], "missing": ABSENT, "fine": "é"}
    with Spool(1) as spool:
        spool.add(Observation("rule", 1.0, "\ud800", hostile))
        (one,) = spool
    assert one.event == "?"
    assert one.values == {
        "big": hex(1 << 80),
        "text": "a?",
        "list": "[1208925819614629174706176]",
        "fine": "é",
    }


def test_refuses_a_limit_of_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Spool(0)


MILLION = """
import resource
from tocsin.correlate.spool import Spool
from tocsin.model.observation import Observation

def some():
    for number in range(1_000_000):
        time = float(number * 7919 % 1_000_003)
        yield Observation("rule", time, str(number), {"user": f"user-{number % 1000}", "path": "x" * 200})

resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))
with Spool(50_000) as spool:
    spool.extend(some())
    before, count = -1.0, 0
    for one in spool:
        assert one.time > before
        before, count = one.time, count + 1
assert count == 1_000_000
# Not getrusage: its ru_maxrss starts from that of the process that started this one.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
"""


@pytest.mark.slow
def test_a_million_observations_in_a_fraction_of_their_size() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MILLION], capture_output=True, text=True, check=True, timeout=300
    )
    assert int(done.stdout) < 150, "MB; all of them at once take over 600"
