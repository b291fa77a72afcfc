"""A journal with events in it, workers that die on it, and ways in which records kill."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tocsin.journal.local import LocalJournal
from tocsin.journal.log import Limits
from tocsin.model import received
from tocsin.model.place import Place
from tocsin.model.received import Context, Received
from tocsin.ports.journal import Frame, Topic
from tocsin.services.live.derive import Derived, Placed
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

    def __call__(self, frames: Sequence[Placed]) -> list[Derived]:
        return [self.one(*placed) for placed in frames]

    def one(self, place: Place, frame: Frame, without: frozenset[int]) -> Derived:
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
