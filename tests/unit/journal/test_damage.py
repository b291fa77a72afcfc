"""What is cut, what is an error, and what the error says; on real files."""

from pathlib import Path

import pytest

from journals import append, payloads
from tocsin.errors import ConfigError, DamageError, DeliveryError
from tocsin.journal.local import LocalJournal
from tocsin.journal.log import Limits
from tocsin.ports.journal import Topic

TOPICS = [Topic("events", consumers=("worker",))]
EXPECTED = [b"%d" % number * 100 for number in range(30)]


@pytest.fixture
def journal(tmp_path: Path) -> LocalJournal:
    made = LocalJournal(tmp_path, TOPICS, Limits(segment=1_300, reserve=0))
    appender = made.appender("events", 0)
    for payload in EXPECTED:
        append(appender, payload)
    appender.close()
    return made


@pytest.fixture
def segments(journal: LocalJournal, tmp_path: Path) -> list[Path]:
    found = sorted((tmp_path / "events" / "0").glob("*.log"))
    assert len(found) > 3
    return found


def spoil(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def reboot(segment: Path) -> None:
    """Make the marker one of an earlier start of the machine: as if it had never been."""
    (segment.parent / "end").unlink()


@pytest.mark.parametrize("tail", [b"\0" * 4_096, b"x", b"\xff" * 100, b"\x40\0\0\0" + b"y" * 10])
@pytest.mark.parametrize("rebooted", [False, True])
def test_a_torn_tail_is_cut(journal: LocalJournal, segments: list[Path], tail: bytes, rebooted: bool) -> None:
    size = segments[-1].stat().st_size
    with segments[-1].open("ab") as file:
        file.write(tail)
    if rebooted:
        reboot(segments[-1])
    appender = journal.appender("events", 0)
    assert segments[-1].stat().st_size == size
    assert append(appender, b"more") == (30,)
    assert payloads(journal, "events") == [*EXPECTED, b"more"]


def test_without_a_marker_the_first_bad_frame_of_the_last_segment_is_the_end(
    journal: LocalJournal, segments: list[Path]
) -> None:
    first = int(segments[-1].stem)
    spoil(segments[-1], -1)
    reboot(segments[-1])
    journal.appender("events", 0).close()
    assert payloads(journal, "events") == EXPECTED[:-1]
    assert first < 29


def test_a_bad_frame_that_was_durable_is_an_error(journal: LocalJournal, segments: list[Path]) -> None:
    spoil(segments[-1], -1)
    with pytest.raises(
        DamageError, match=r"journal damaged: .*\.log, byte [\d,]+: no whole frame 29; .*backup"
    ):
        journal.appender("events", 0)
    with pytest.raises(DamageError, match="no whole frame 29"):
        payloads(journal, "events")


@pytest.mark.parametrize("at", [0, 3, 9, 20, -1, -400])
def test_a_reader_never_skips_a_bad_place(journal: LocalJournal, segments: list[Path], at: int) -> None:
    spoil(segments[1], at)
    with pytest.raises(DamageError) as caught:
        payloads(journal, "events")
    assert str(segments[1]) in str(caught.value)
    assert caught.value.reason == "journal damaged"
    assert "backup" in str(caught.value)


def test_a_missing_segment_is_an_error(journal: LocalJournal, segments: list[Path]) -> None:
    segments[2].unlink()
    with pytest.raises(DamageError, match=str(segments[2])):
        payloads(journal, "events")
    for path in segments:
        path.unlink(missing_ok=True)
    with pytest.raises(DamageError, match="the file is gone"):
        journal.appender("events", 0)


def test_a_consumer_ahead_of_the_end_is_an_error(journal: LocalJournal, segments: list[Path]) -> None:
    journal.consumer("worker", "events", 0).commit(30)
    spoil(segments[-1], -1)
    reboot(segments[-1])
    with pytest.raises(DamageError, match="before 30 were there"):
        journal.appender("events", 0)


def test_a_newer_format_is_left_alone(journal: LocalJournal, segments: list[Path]) -> None:
    data = segments[-1].read_bytes()
    segments[-1].write_bytes(data[:7] + b"\x02" + data[8:])
    with pytest.raises(DamageError, match="has format 2, this Tocsin reads 1"):
        journal.appender("events", 0)


def test_progress_without_a_whole_slot_is_an_error(journal: LocalJournal, tmp_path: Path) -> None:
    consumer = journal.consumer("worker", "events", 0)
    consumer.commit(5)
    consumer.close()
    path = tmp_path / "events" / "0" / "worker.offset"
    data = path.read_bytes()
    path.write_bytes(bytes(len(data)))
    with pytest.raises(DamageError, match=r"worker\.offset: neither slot"):
        journal.consumer("worker", "events", 0)
    with pytest.raises(DamageError, match=r"worker\.offset"):
        journal.appender("events", 0)
    # After a loss of power, which may leave no note: the slots.
    path.write_bytes(data[:8_192] + bytes(4_096))
    assert journal.consumer("worker", "events", 0).offset == 5


def test_a_lock_is_let_go_when_opening_fails(journal: LocalJournal, segments: list[Path]) -> None:
    data = segments[-1].read_bytes()
    spoil(segments[-1], -1)
    with pytest.raises(DamageError):
        journal.appender("events", 0)
    segments[-1].write_bytes(data)
    assert append(journal.appender("events", 0), b"more") == (30,)


def test_a_disk_that_cannot_be_written_is_named(journal: LocalJournal, segments: list[Path]) -> None:
    end = segments[0].parent / "end"
    end.unlink()
    end.mkdir()
    with pytest.raises(DeliveryError, match="directory") as caught:
        journal.appender("events", 0)
    assert not caught.value.retryable


def test_the_number_of_partitions_is_for_good(journal: LocalJournal, tmp_path: Path) -> None:
    assert journal.topic("events").partitions == 1
    with pytest.raises(ConfigError, match="was made with 1 partitions"):
        LocalJournal(tmp_path, [Topic("events", partitions=2)])
