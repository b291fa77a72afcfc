"""What inputs hand over is in the journal, in order, before they hear of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tocsin.errors import DeliveryError
from tocsin.journal.local import LocalJournal
from tocsin.journal.log import Limits
from tocsin.model import received
from tocsin.model.received import Context, Received
from tocsin.ports.input import Refusal
from tocsin.ports.journal import Appender, Topic
from tocsin.services.live.reception import (
    FRAME_BYTES,
    FRAME_RECORDS,
    QUIET_SECONDS,
    QUIET_TICK,
    Reception,
)

PARTITIONS = 3
TOPICS = [Topic("events", PARTITIONS, ("worker",))]
ROOMY = Limits(reserve=0, scarce=0)


class Place:
    """A journal, and receptions on it, one after another."""

    def __init__(self, folder: Path, limits: Limits = ROOMY) -> None:
        self.journal = LocalJournal(folder / "journal", TOPICS, limits)
        self.folder = folder
        self.appenders: list[Appender] = []

    def reception(self) -> Reception:
        self.close()
        self.appenders = [self.journal.appender("events", number) for number in range(PARTITIONS)]
        return Reception(self.journal, self.appenders, self.folder / "inputs")

    def close(self) -> None:
        for one in self.appenders:
            one.close()

    def frames(self) -> list[Received]:
        readers = [self.journal.reader("events", number) for number in range(PARTITIONS)]
        frames = [stored.frame for reader in readers for some in iter(reader.read, []) for stored in some]
        return [received.load(one.payload, one.meta) for one in frames]

    def records(self) -> list[bytes]:
        return [record for one in self.frames() for record in one.records]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await work()

    asyncio.run(main())


def batch(*records: bytes, name: str = "web", redo: bytes = b"") -> Received:
    return Received(Context(name, redo=redo), list(records))


def test_many_small_batches_make_few_frames(place: Place) -> None:
    reception = place.reception()

    async def work() -> None:
        await asyncio.gather(*(reception.take(batch(b"%d" % number)) for number in range(500)))

    run(work)
    assert sorted(place.records()) == sorted(b"%d" % number for number in range(500))
    assert len(place.frames()) < 20
    assert reception.records["web"] == 500


def test_batches_of_different_inputs_are_never_joined(place: Place) -> None:
    reception = place.reception()

    async def work() -> None:
        await asyncio.gather(*(reception.take(batch(b"x", name=f"input-{at % 3}")) for at in range(30)))

    run(work)
    assert sorted({one.context.input for one in place.frames()}) == ["input-0", "input-1", "input-2"]
    assert sum(len(one.records) for one in place.frames()) == 30


@pytest.mark.parametrize(
    "records",
    [
        [b"a"] * (FRAME_RECORDS * 2 + 1),
        [b"b" * (FRAME_BYTES // 2 + 1)] * 3,
        [b"c" * (FRAME_BYTES * 2)] + [b"d"] * 600,
    ],
    ids=["many", "large", "one that is larger than a frame"],
)
def test_a_large_batch_is_split(place: Place, records: list[bytes]) -> None:
    reception = place.reception()
    run(lambda: reception.take(batch(*records)))
    frames = place.frames()
    assert [record for one in frames for record in one.records] == records
    for one in frames:
        assert len(one.records) <= FRAME_RECORDS
        assert len(one.records) == 1 or sum(map(len, one.records)) <= FRAME_BYTES


def test_who_waits_hears_of_a_full_disk_and_may_try_again(tmp_path: Path) -> None:
    place = Place(tmp_path, Limits(reserve=1 << 60, scarce=1 << 60))
    reception = place.reception()

    async def work() -> None:
        answers = await asyncio.gather(
            *(reception.take(batch(b"x")) for _ in range(3)), return_exceptions=True
        )
        assert [isinstance(one, DeliveryError) and one.retryable for one in answers] == [True] * 3
        await reception.tick()  # no room is a state, not an end

    run(work)
    assert not place.records()
    assert not reception.records
    place.close()


def test_a_tick_reaches_every_partition_and_arrivals_never_go_back(place: Place) -> None:
    clock = iter([5_000, 3_000, 4_000])
    reception = place.reception()
    reception.clock = lambda: next(clock)

    async def work() -> None:
        await reception.tick()
        await reception.tick()

    run(work)
    for number in range(PARTITIONS):
        arrived = [one.frame.arrived for one in place.journal.reader("events", number).read()]
        assert arrived == [5_000, 5_000]


def test_ticks_are_further_apart_while_nothing_arrives(place: Place) -> None:
    reception = place.reception()
    now = reception.steady()
    reception.steady = lambda: now

    def ticks() -> int:
        return place.journal.kept("events", 0).stop

    async def work() -> None:
        nonlocal now
        for expected in (1, 2, 3):
            await reception.beat()
            assert ticks() == expected
        now += QUIET_SECONDS + 1
        for _ in range(2 * QUIET_TICK):
            await reception.beat()
        assert ticks() == 5
        await reception.take(batch(b"x"))
        before = ticks()
        await reception.beat()
        assert ticks() == before + 1

    run(work)


def test_arrivals_follow_a_clock_that_was_far_ahead(place: Place) -> None:
    hour = 3_600 * 10**9
    clock = iter([5 * hour, hour, hour - 10**9])
    reception = place.reception()
    reception.clock = lambda: next(clock)

    async def work() -> None:
        for _ in range(3):
            await reception.tick()

    run(work)
    arrived = [one.frame.arrived for one in place.journal.reader("events", 0).read()]
    assert arrived == [5 * hour, hour, hour]


def test_redo_tells_of_what_is_durable_and_not_saved(place: Place) -> None:
    first = place.reception()

    async def work() -> None:
        await first.take(batch(b"1", name="log", redo=b"one"))
        first.saved("log")
        await first.take(batch(*[b"2"] * (FRAME_RECORDS + 5), name="log", redo=b"two"))
        await first.take(batch(b"3", name="other", redo=b"not mine"))
        await first.take(batch(b"4", name="log", redo=b"three"))

    run(work)
    again = place.reception()
    assert list(again.redo("log")) == [b"two", b"three"]
    assert list(again.redo("other")) == [b"not mine"]
    assert list(again.redo("new")) == []


def test_a_damaged_note_of_what_was_saved_costs_a_longer_search(place: Place) -> None:
    first = place.reception()

    async def work() -> None:
        await first.take(batch(b"1", name="log", redo=b"one"))
        first.saved("log")

    run(work)
    (place.folder / "inputs" / "log.offset").write_bytes(b"\xc1")
    assert list(place.reception().redo("log")) == [b"one"]


def test_refusals_are_counted_by_reason(place: Place) -> None:
    reception = place.reception()
    reception.refused("web", Refusal.TOKEN)
    reception.refused("web", Refusal.TOO_LARGE, 3)
    reception.connections("web", 7)
    assert reception.refusals == {("web", Refusal.TOKEN): 1, ("web", Refusal.TOO_LARGE): 3}
    assert reception.open == {"web": 7}
