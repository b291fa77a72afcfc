"""A worker that dies anywhere loses nothing and doubles nothing; a record that kills does not stop the line."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.journal.local import LocalJournal
from tocsin.journal.log import Limits
from tocsin.model import received
from tocsin.model.place import Place
from tocsin.model.received import Context, Received
from tocsin.ports.journal import Frame, Topic
from tocsin.services.live.poison import culprits
from tocsin.services.live.worker import Worker

PARTITIONS = 2
TOPICS = [
    Topic("events", PARTITIONS, ("worker",)),
    Topic("columns", PARTITIONS, ("store",)),
    Topic("signals", PARTITIONS, ("hub",)),
]


class Killed(Exception):  # noqa: N818 (it stands for a kill, not for an error)
    """Stands for the end of the process."""


class Line:
    """Derives frames that say what they were made of; dies when it is told to."""

    def __init__(self, die: Callable[[Sequence[bytes]], bool] = lambda _: False) -> None:
        self.die = die

    def __call__(
        self, place: Place, frame: Frame, without: frozenset[int] = frozenset()
    ) -> tuple[Frame | None, Frame]:
        batch = received.load(frame.payload, frame.meta)
        read = [one for index, one in enumerate(batch.records) if index not in without]
        if self.die(read):
            raise Killed
        signals = Frame(b"signals of " + b" ".join(read), origin=place)
        return (Frame(b"columns of " + b" ".join(batch.records), origin=place) if read else None), signals


def after(frames: int) -> Callable[[Sequence[bytes]], bool]:
    """Die at the frame behind so many."""
    left = iter(range(frames))
    return lambda _: next(left, None) is None


class Desk:
    """A journal with events in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = LocalJournal(folder / "journal", TOPICS, Limits(reserve=0, scarce=0))

    def put(self, partition: int, batches: Sequence[Sequence[bytes]]) -> None:
        appender = self.journal.appender("events", partition)
        dumped = [received.dump(Received(Context("web"), list(one))) for one in batches]
        appender.append([Frame(payload, 1, 7, None, meta) for payload, meta in dumped]).result()
        appender.close()

    def worker(self, line: Line) -> Worker:
        return Worker(self.journal, range(PARTITIONS), line, self.folder, self.folder / "dead")

    def live(self, line: Line) -> bool:
        """Run a worker until there is nothing to do, or it dies."""
        try:
            with self.worker(line) as worker:
                while worker.step():
                    pass
        except Killed:
            return False
        return True

    def derived(self, topic: str, partition: int) -> list[tuple[int, bytes]]:
        found = self.journal.reader(topic, partition).read()
        return [(one.frame.origin.offset, one.frame.payload) for one in found if one.frame.origin]


@given(
    st.lists(st.lists(st.binary(min_size=1, max_size=3), max_size=3), max_size=12),
    st.lists(st.integers(0, 6), max_size=5),
)
@settings(deadline=None, max_examples=10)
def test_every_frame_gives_its_results_once_whenever_workers_die(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[bytes]], lives: list[int]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.put(0, batches)
    desk.put(1, batches[::-1])
    for life in lives:
        desk.live(Line(after(life)))
    while not desk.live(Line()):
        pass
    for partition, sent in ((0, batches), (1, batches[::-1])):
        expected = [(at, b"signals of " + b" ".join(one)) for at, one in enumerate(sent)]
        assert desk.derived("signals", partition) == expected
        columns = [(at, b"columns of " + b" ".join(one)) for at, one in enumerate(sent) if one]
        assert desk.derived("columns", partition) == columns
        consumer = desk.journal.consumer("worker", "events", partition)
        assert consumer.offset == len(sent)
        consumer.close()


def test_a_record_that_kills_is_set_aside_at_the_second_death(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.put(0, [[b"good"], [b"fine", b"evil", b"also fine"], [b"better"]])
    line = Line(lambda read: b"evil" in read)
    assert [desk.live(line) for _ in range(3)] == [False, False, True]
    assert [payload for _, payload in desk.derived("signals", 0)] == [
        b"signals of good",
        b"signals of fine also fine",
        b"signals of better",
    ]
    assert (tmp_path / "dead" / "0-1-1.record").read_bytes() == b"evil"
    assert "Killed" in (tmp_path / "dead" / "0-1-1.txt").read_text()


def test_a_worker_that_dies_of_something_else_twice_sets_nothing_aside(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.put(0, [[b"innocent"]])
    deaths = iter([True, True])
    for _ in range(3):
        desk.live(Line(lambda _: next(deaths, False)))
    assert [payload for _, payload in desk.derived("signals", 0)] == [b"signals of innocent"]
    assert not (tmp_path / "dead").exists() or not list((tmp_path / "dead").iterdir())


@pytest.mark.parametrize(
    ("way", "seen"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGSEGV), "SIGSEGV"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "SIGKILL"),
        (lambda: os._exit(7), "exit code 7"),
        (lambda: 1 // 0, "ZeroDivisionError"),
    ],
)
def test_every_way_to_die_is_found_and_told(way: Callable[[], object], seen: str) -> None:
    def work(records: Sequence[bytes]) -> None:
        if b"evil" in records:
            way()

    found = culprits([b"a", b"evil", b"b", b"c", b"evil"], work)
    assert [(one.index, one.record) for one in found] == [(1, b"evil"), (4, b"evil")]
    assert all(seen in one.seen for one in found)
