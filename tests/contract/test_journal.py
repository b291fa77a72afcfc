"""What every journal promises (ports/journal.py), of each implementation that tests/journals.py lists."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from journals import HARNESSES, PATIENCE, Harness, append, frames, payloads, read_all
from tocsin.errors import ConfigError, DeliveryError, GoneError
from tocsin.model.place import Place
from tocsin.ports.journal import MAX_FRAME, Appender, Frame, Journal, Room, Stream, Topic

EVENTS = Topic("events", partitions=2, consumers=("worker",))
SIGNALS = Topic("signals", consumers=("hub", "store"))


@pytest.fixture(params=HARNESSES)
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
    made = HARNESSES[request.param](tmp_path / "journal")
    yield made
    made.restart()


@pytest.fixture
def journal(harness: Harness) -> Journal:
    return harness.journal(EVENTS, SIGNALS)


def test_offsets_count_from_nothing_in_each_partition(journal: Journal) -> None:
    first, second = journal.appender("events", 0), journal.appender("events", 1)
    assert append(first, b"a", b"b") == (0, 1)
    assert append(first, b"c") == (2,)
    assert append(second, b"d") == (0,)
    assert payloads(journal, "events", 0) == [b"a", b"b", b"c"]
    assert payloads(journal, "events", 1) == [b"d"]
    assert payloads(journal, "signals") == []


def test_a_frame_comes_back_as_it_was(journal: Journal) -> None:
    given = [
        Frame(b"", 0, 0, None, b""),
        Frame(b"\0" * 5_000, 4_000_000_000, -1, Place("events", 7, 1 << 60), b"m" * 65_535),
        Frame(b"payload", 3, 1 << 62, Place("é" * 100, 0, 0), b"\xff"),
    ]
    journal.appender("events", 0).append(given).result(PATIENCE)
    assert [one.frame for one in read_all(journal, "events")] == given


@pytest.mark.parametrize(
    "frame",
    [
        Frame(b"", events=-1),
        Frame(b"", events=1 << 32),
        Frame(b"", arrived=1 << 63),
        Frame(b"", meta=b"m" * 65_536),
        Frame(b"", origin=Place("t", -1, 0)),
        Frame(b"", origin=Place("t" * 256, 0, 0)),
        Frame(b"", origin=Place("", 0, 0)),
        Frame(bytes(MAX_FRAME + 1)),
    ],
    ids=range(8),
)
def test_a_frame_that_cannot_be_held_is_refused_at_once(journal: Journal, frame: Frame) -> None:
    appender = journal.appender("events", 0)
    with pytest.raises(ValueError, match=r"."):
        appender.append([Frame(b"fine"), frame])
    assert append(appender, b"after") == (0,)


def test_nothing_to_append_is_answered(journal: Journal) -> None:
    assert append(journal.appender("events", 0)) == ()
    assert list(journal.kept("events", 0)) == []


def test_what_was_answered_outlives_a_restart(harness: Harness, journal: Journal) -> None:
    expected = [b"%d" % number * 100 for number in range(60)]
    appender = journal.appender("events", 0)
    for payload in expected[:30]:
        append(appender, payload)
    harness.restart()
    again = harness.journal(EVENTS, SIGNALS)
    appender = again.appender("events", 0)
    assert payloads(again, "events") == expected[:30]
    for number, payload in enumerate(expected[30:], 30):
        assert append(appender, payload) == (number,)
    assert payloads(again, "events") == expected
    assert again.kept("events", 0) == range(60)


def test_one_writer_at_a_time(harness: Harness, journal: Journal) -> None:
    first = journal.appender("events", 0)
    other = harness.journal(EVENTS, SIGNALS)
    with pytest.raises(DeliveryError) as caught:
        other.appender("events", 0)
    assert caught.value.retryable
    append(first, b"a")
    first.close()
    first.close()
    assert append(other.appender("events", 0), b"b") == (1,)
    with pytest.raises(DeliveryError) as ended:
        append(first, b"c")
    assert not ended.value.retryable


def test_others_see_how_far_a_consumer_is(harness: Harness, journal: Journal) -> None:
    (name,) = journal.topic("signals").consumers[:1]
    append(journal.appender("signals", 0), b"a", b"b", b"c")
    other = harness.journal(EVENTS, SIGNALS)
    assert other.passed(name, "signals", 0) == 0
    consumer = journal.consumer(name, "signals", 0)
    consumer.commit(2)
    assert other.passed(name, "signals", 0) == 2
    consumer.close()
    assert other.passed(name, "signals", 0) == 2


def test_close_writes_what_waits(journal: Journal) -> None:
    appender = journal.appender("events", 0)
    futures = [appender.append(frames(b"%d" % number)) for number in range(200)]
    appender.close()
    assert [future.result(0) for future in futures] == [(number,) for number in range(200)]
    assert len(payloads(journal, "events")) == 200


def test_many_threads_append_at_once(journal: Journal) -> None:
    appender = journal.appender("events", 0)

    def work(thread: int) -> list[int | None]:
        return [append(appender, b"%d:%d" % (thread, number))[0] for number in range(50)]

    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(work, range(8)))
    stored = {one.offset: one.frame.payload for one in read_all(journal, "events")}
    assert sorted(stored) == list(range(400))
    for thread, offsets in enumerate(given):
        assert [stored[offset or 0] for offset in offsets] == [b"%d:%d" % (thread, n) for n in range(50)]


def test_appends_can_be_awaited(journal: Journal) -> None:
    appender = journal.appender("events", 0)

    async def work() -> list[tuple[int | None, ...]]:
        waiting = [asyncio.wrap_future(appender.append(frames(b"%d" % number))) for number in range(20)]
        return await asyncio.gather(*waiting)

    assert asyncio.run(work()) == [(number,) for number in range(20)]


def test_a_reader_takes_as_much_as_it_is_told_to(journal: Journal) -> None:
    append(journal.appender("events", 0), *[b"x" * 100 for _ in range(50)])
    reader = journal.reader("events", 0)
    assert [one.offset for one in reader.read(max_frames=3)] == [0, 1, 2]
    assert [one.offset for one in reader.read(max_bytes=250)] == [3, 4, 5]
    assert [one.offset for one in reader.read(max_bytes=1)] == [6]
    assert reader.offset == 7
    assert len(reader.read()) == 43
    assert reader.read() == []
    reader.close()


@pytest.mark.parametrize("offset", [0, 1, 17, 49, 50])
def test_a_reader_starts_where_it_is_told_to(journal: Journal, offset: int) -> None:
    append(journal.appender("events", 0), *[b"%d" % number * 90 for number in range(50)])
    assert payloads(journal, "events", 0, offset) == [b"%d" % number * 90 for number in range(offset, 50)]


def test_a_reader_may_come_before_the_writer(journal: Journal) -> None:
    reader = journal.reader("events", 0)
    assert reader.read() == []
    append(journal.appender("events", 0), b"a")
    assert [one.frame.payload for one in reader.read()] == [b"a"]


def test_a_reader_is_woken(journal: Journal) -> None:
    appender, reader = journal.appender("events", 0), journal.reader("events", 0)
    found: list[bytes] = []

    def wait() -> None:
        found.extend(one.frame.payload for one in reader.read(wait=PATIENCE))

    thread = threading.Thread(target=wait)
    thread.start()
    append(appender, b"a")
    thread.join(PATIENCE / 2)
    assert found == [b"a"]
    assert reader.read(wait=0.01) == []


def test_readers_follow_a_writer_through_segments(journal: Journal) -> None:
    appender = journal.appender("events", 0)
    readers = [journal.reader("events", 0) for _ in range(3)]
    seen: list[list[int]] = [[], [], []]
    for number in range(120):
        append(appender, b"x" * (number % 7) * 100)
        if number % 10 == 0:
            for reader, offsets in zip(readers, seen, strict=True):
                offsets += [one.offset for one in reader.read(max_frames=6)]
    for reader, offsets in zip(readers, seen, strict=True):
        while more := reader.read():
            offsets += [one.offset for one in more]
    assert seen == [list(range(120))] * 3


def test_a_consumer_goes_on_where_it_was(harness: Harness, journal: Journal) -> None:
    append(journal.appender("events", 0), *[b"x"] * 10)
    consumer = journal.consumer("worker", "events", 0)
    assert consumer.offset == 0
    for offset in (3, 4, 4, 9):
        consumer.commit(offset)
        assert consumer.offset == offset
    assert journal.consumer("worker", "events", 1).offset == 0
    consumer.close()
    consumer.close()
    harness.restart()
    again = harness.journal(EVENTS, SIGNALS)
    again.appender("events", 0)
    consumer = again.consumer("worker", "events", 0)
    assert consumer.offset == 9
    consumer.commit(10)
    assert [one.offset for one in read_all(again, "events", 0, 9)] == [9]


@pytest.mark.parametrize("offset", [2, -1, 11])
def test_a_consumer_never_goes_back_nor_ahead_of_what_is_durable(journal: Journal, offset: int) -> None:
    append(journal.appender("events", 0), *[b"x"] * 10)
    consumer = journal.consumer("worker", "events", 0)
    consumer.commit(3)
    with pytest.raises(ValueError, match="durable end"):
        consumer.commit(offset)
    assert consumer.offset == 3


def test_one_consumer_of_a_name_at_a_time(harness: Harness, journal: Journal) -> None:
    held = journal.consumer("hub", "signals", 0)
    other = harness.journal(EVENTS, SIGNALS)
    with pytest.raises(DeliveryError) as caught:
        other.consumer("hub", "signals", 0)
    assert caught.value.retryable
    other.consumer("store", "signals", 0)
    held.close()
    assert other.consumer("hub", "signals", 0).offset == 0
    with pytest.raises(DeliveryError):
        held.commit(0)


def test_what_is_not_settled_is_refused(harness: Harness, journal: Journal) -> None:
    with pytest.raises(ConfigError, match="no topic 'columns'"):
        journal.appender("columns", 0)
    with pytest.raises(ConfigError, match="no partition 2"):
        journal.reader("events", 2)
    with pytest.raises(ConfigError, match="no consumer 'hub'"):
        journal.consumer("hub", "events", 0)
    for topic in (Topic("events", partitions=3), Topic("../events"), Topic("none", partitions=0)):
        with pytest.raises(ConfigError):
            harness.journal(topic)
    assert journal.topic("signals") == SIGNALS


def derived(*offsets: int, partition: int = 0) -> list[Frame]:
    return [Frame(b"%d" % offset, origin=Place("events", partition, offset)) for offset in offsets]


def test_the_first_frame_of_an_origin_wins(harness: Harness, journal: Journal) -> None:
    appender = journal.appender("signals", 0)
    assert appender.append(derived(0, 1)).result(PATIENCE) == (0, 1)
    assert appender.append(derived(1, 2, 2)).result(PATIENCE) == (None, 2, None)
    assert appender.append(derived(0, partition=1)).result(PATIENCE) == (3,)
    harness.restart()
    again = harness.journal(EVENTS, SIGNALS)
    appender = again.appender("signals", 0)
    expected = {Stream("events", 0): 2, Stream("events", 1): 0}
    assert appender.origins() == again.origins("signals", 0) == expected
    assert appender.append(derived(2, 3)).result(PATIENCE) == (None, 4)
    assert payloads(again, "signals") == [b"0", b"1", b"2", b"0", b"3"]


def test_origins_are_known_when_their_frames_are_deleted(harness: Harness, journal: Journal) -> None:
    appender = journal.appender("signals", 0)
    appender.append(derived(5, partition=3)).result(PATIENCE)
    for number in range(40):
        append(appender, b"x" * 500 + b"%d" % number)
    for name in ("hub", "store"):
        journal.consumer(name, "signals", 0).commit(41)
    assert appender.retain() > 0
    assert journal.kept("signals", 0).start > 0
    assert journal.origins("signals", 0) == {Stream("events", 3): 5}
    harness.restart()
    appender = harness.journal(EVENTS, SIGNALS).appender("signals", 0)
    assert appender.origins() == {Stream("events", 3): 5}
    assert appender.append(derived(5, partition=3)).result(PATIENCE) == (None,)


def test_no_origins_before_there_is_a_frame(journal: Journal) -> None:
    assert journal.origins("signals", 0) == {}
    journal.appender("signals", 0)
    assert journal.origins("signals", 0) == {}


def fill(journal: Journal, topic: str = "signals", count: int = 60) -> None:
    appender = journal.appender(topic, 0)
    for _ in range(count):
        append(appender, b"x" * 500)
    appender.close()


def test_a_slow_consumer_keeps_frames(journal: Journal) -> None:
    fill(journal)
    hub, store = journal.consumer("hub", "signals", 0), journal.consumer("store", "signals", 0)
    appender = journal.appender("signals", 0)
    hub.commit(60)
    assert appender.retain() == 0
    store.commit(30)
    assert appender.retain() > 0
    kept = journal.kept("signals", 0)
    assert 0 < kept.start <= 30
    assert len(payloads(journal, "signals", 0, 30)) == 30
    with pytest.raises(GoneError, match="not kept"):
        read_all(journal, "signals")


def test_frames_are_deleted_while_others_come(harness: Harness) -> None:
    journal = harness.journal(SIGNALS)
    appender = journal.appender("signals", 0)
    consumers = [journal.consumer(name, "signals", 0) for name in SIGNALS.consumers]
    for number in range(100):
        append(appender, b"x" * 500)
        for consumer in consumers:
            consumer.commit(number + 1)
    assert len(journal.kept("signals", 0)) < 20


def test_without_consumers_nothing_is_deleted(harness: Harness) -> None:
    journal = harness.journal(Topic("audit"))
    fill(journal, "audit")
    assert journal.appender("audit", 0).retain() == 0
    assert journal.kept("audit", 0) == range(60)


def test_frames_are_kept_for_replays(harness: Harness) -> None:
    topic = Topic("events", consumers=("worker",), keep_seconds=60)
    journal = harness.journal(topic)
    fill(journal, "events")
    appender = journal.appender("events", 0)
    journal.consumer("worker", "events", 0).commit(60)
    harness.pass_time(59)
    assert appender.retain() == 0
    harness.pass_time(1)
    assert appender.retain() > 0


def test_so_many_bytes_are_kept_for_replays(harness: Harness) -> None:
    journal = harness.journal(Topic("events", consumers=("worker",), keep_bytes=10_000))
    fill(journal, "events")
    journal.consumer("worker", "events", 0).commit(60)
    assert journal.appender("events", 0).retain() > 0
    size = sum(len(payload) for payload in payloads(journal, "events", 0, journal.kept("events", 0).start))
    assert 10_000 - 1_000 <= size < 14_000


def append_until_refused(appender: Appender) -> tuple[int, DeliveryError]:
    for number in range(100):
        error = appender.append(frames(b"x" * 500)).exception(PATIENCE)
        if isinstance(error, DeliveryError):
            return number, error
    raise AssertionError("never refused")


@pytest.mark.parametrize("keep_seconds", [0, 3600])
def test_full_is_a_state_that_ends_when_consumers_move_on(harness: Harness, keep_seconds: int) -> None:
    topic = Topic("events", consumers=("worker",), max_bytes=10_000, keep_seconds=keep_seconds)
    journal = harness.journal(topic)
    appender = journal.appender("events", 0)
    written, error = append_until_refused(appender)
    assert error.retryable
    assert "consumers" in str(error)
    assert 10 < written < 20
    assert journal.kept("events", 0) == range(written)
    journal.consumer("worker", "events", 0).commit(written)
    assert append(appender, b"y" * 500) == (written,)
    assert appender.room() is Room.FREE
    assert payloads(journal, "events", 0, written) == [b"y" * 500]


def test_one_segment_that_nobody_wants_does_not_fill_a_topic_for_good(harness: Harness) -> None:
    journal = harness.journal(Topic("events", consumers=("worker",), max_bytes=1_500))
    appender, consumer = journal.appender("events", 0), journal.consumer("worker", "events", 0)
    for number in range(20):
        assert append(appender, b"x" * 500) == (number,)
        consumer.commit(number + 1)
