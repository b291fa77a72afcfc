"""A real disk, or a real limit, that takes no more: appends fail, nothing is spoiled, and it goes on."""

import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from journals import PATIENCE, append, frames, payloads
from tocsin.errors import DeliveryError
from tocsin.journal.local import LocalJournal
from tocsin.journal.log import Limits
from tocsin.ports.journal import Appender, Room, Topic

TOPICS = [Topic("events", consumers=("worker",))]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


@pytest.fixture
def short_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def until_refused(appender: Appender) -> int:
    """Append until it is refused, in groups of several frames; return how many frames were taken."""
    for taken in range(0, 3_000, 3):
        error = appender.append(frames(*[b"%d" % (taken + more) * 700 for more in range(3)])).exception(
            PATIENCE
        )
        if error:
            assert isinstance(error, DeliveryError)
            assert error.retryable
            return taken
    raise AssertionError("never full")


def test_a_full_disk(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(300_000))
    journal = LocalJournal(small_disk / "journal", TOPICS, Limits(segment=100_000, reserve=0, scarce=0))
    appender, consumer = journal.appender("events", 0), journal.consumer("worker", "events", 0)
    taken = until_refused(appender)
    assert taken > 100
    assert appender.room() is Room.FULL
    expected = [b"%d" % number * 700 for number in range(taken)]
    assert payloads(journal, "events") == expected
    consumer.commit(1)  # consumers need no room
    ballast.unlink()
    assert append(appender, b"again") == (taken,)
    assert appender.room() is Room.FREE
    assert payloads(journal, "events") == [*expected, b"again"]
    taken = until_refused(appender)
    consumer.commit(journal.kept("events", 0).stop)
    assert append(appender, b"once more") == (journal.kept("events", 0).stop - 1,)
    appender.close()
    journal.appender("events", 0).close()
    assert payloads(journal, "events", 0, journal.kept("events", 0).stop - 1) == [b"once more"]


def test_a_writer_can_be_opened_on_a_full_disk(small_disk: Path) -> None:
    journal = LocalJournal(small_disk / "journal", TOPICS, Limits(segment=100_000, reserve=0, scarce=0))
    appender, consumer = journal.appender("events", 0), journal.consumer("worker", "events", 0)
    taken = until_refused(appender)
    appender.close()
    (small_disk / "ballast").touch()
    appender = journal.appender("events", 0)
    consumer.commit(taken)
    assert append(appender, b"again") == (taken,)


@pytest.mark.usefixtures("short_files")
def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    journal = LocalJournal(tmp_path, TOPICS, Limits(segment=1 << 20, reserve=0, scarce=0))
    appender = journal.appender("events", 0)
    taken = until_refused(appender)
    assert taken > 20
    assert appender.room() is Room.FULL
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit[1], limit[1]))
    assert append(appender, b"again") == (taken,)
    assert appender.room() is Room.FREE
    assert payloads(journal, "events") == [*[b"%d" % number * 700 for number in range(taken)], b"again"]


def test_a_nearly_full_disk_is_told_and_then_kept_free(tmp_path: Path) -> None:
    def room(limits: Limits) -> Room:
        appender = LocalJournal(tmp_path, TOPICS, limits).appender("events", 0)
        found = appender.room()
        error = appender.append(frames(b"x")).exception(PATIENCE)
        assert (error is not None) == (found is Room.FULL)
        appender.close()
        return found

    assert room(Limits(reserve=0, scarce=0)) is Room.FREE
    assert room(Limits(reserve=0, scarce=1 << 60)) is Room.SCARCE
    assert room(Limits(reserve=1 << 60)) is Room.FULL
