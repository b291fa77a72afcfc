"""Group commit on the simulated disk, where syncs can be counted, held up and made to fail."""

import threading
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from journals import PATIENCE, SMALL, append, frames, payloads
from simulated_disk import SimulatedDisk
from tocsin.errors import DeliveryError
from tocsin.journal.local import LocalJournal
from tocsin.journal.log import Limits
from tocsin.ports.journal import MAX_FRAME, Topic

TOPICS = [Topic("events", consumers=("worker",))]


@dataclass
class SlowDisk(SimulatedDisk):
    """Asks for free bytes, which each group does first, wait until they are let through."""

    through: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)

    def free(self, folder: Path) -> int:
        if folder != Path():
            self.reached.set()
            assert self.through.wait(PATIENCE)
        return super().free(folder)


def on(disk: SimulatedDisk, limits: Limits = SMALL) -> LocalJournal:
    return LocalJournal(Path("/j"), TOPICS, limits, disk=disk)


def test_those_who_wait_share_a_sync() -> None:
    disk = SlowDisk()
    appender = on(disk, Limits(reserve=0)).appender("events", 0)
    first = appender.append(frames(b"first"))
    assert disk.reached.wait(PATIENCE)
    before = disk.syncs
    others = [appender.append(frames(b"%d" % number, b"and")) for number in range(50)]
    disk.through.set()
    assert first.result(PATIENCE) == (0,)
    assert [one.result(PATIENCE) for one in others] == [(at, at + 1) for at in range(1, 101, 2)]
    assert disk.syncs - before == 2


def test_too_much_waiting_is_refused() -> None:
    disk = SlowDisk()
    appender = on(disk, Limits(reserve=0, pending=1_000)).appender("events", 0)
    large = appender.append(frames(b"x" * 5_000))
    assert disk.reached.wait(PATIENCE)
    error = appender.append(frames(b"y")).exception(0)
    assert isinstance(error, DeliveryError)
    assert error.retryable
    disk.through.set()
    assert large.result(PATIENCE) == (0,)
    assert append(appender, b"z") == (1,)


def test_what_is_taken_back_in_time_is_not_written() -> None:
    disk = SlowDisk()
    journal = on(disk)
    appender = journal.appender("events", 0)
    first = appender.append(frames(b"a"))
    assert disk.reached.wait(PATIENCE)
    second, third = appender.append(frames(b"b")), appender.append(frames(b"c"))
    assert second.cancel()
    assert not first.cancel()
    disk.through.set()
    assert third.result(PATIENCE) == (1,)
    with pytest.raises(CancelledError):
        second.result(0)
    assert payloads(journal, "events") == [b"a", b"c"]


def test_a_failed_sync_is_the_end_of_a_writer_and_not_of_the_log() -> None:
    disk = SimulatedDisk()
    journal = on(disk)
    appender = journal.appender("events", 0)
    append(appender, b"a")
    disk.failing_syncs = 1
    for _ in range(2):
        error = appender.append(frames(b"lost")).exception(PATIENCE)
        assert isinstance(error, DeliveryError)
        assert not error.retryable
    assert payloads(journal, "events") == [b"a"]
    again = journal.appender("events", 0)
    assert append(again, b"b") == (1,)
    # Not to the file whose sync failed.
    assert sorted(name for name in disk.names(Path("/j/events/0")) if name.endswith(".log")) == [
        f"{first:020d}.log" for first in (0, 1)
    ]
    assert payloads(journal, "events") == [b"a", b"b"]


def test_a_mistake_in_the_code_is_told_to_those_who_wait() -> None:
    class Wrong(SimulatedDisk):
        def free(self, folder: Path) -> int:
            return super().free(folder) // int(folder == Path())

    appender = on(Wrong()).appender("events", 0)
    with pytest.raises(ZeroDivisionError):
        append(appender, b"a")
    with pytest.raises(DeliveryError):
        append(appender, b"b")
    appender.close()


def test_the_largest_frame(tmp_path: Path) -> None:
    journal = LocalJournal(tmp_path, TOPICS, Limits(reserve=0))
    payload = b"x" * MAX_FRAME
    appender = journal.appender("events", 0)
    append(appender, b"before", payload, b"after")
    assert payloads(journal, "events") == [b"before", payload, b"after"]
