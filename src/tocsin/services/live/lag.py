"""How far a consumer is behind the end of what it reads."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tocsin.errors import DataError
from tocsin.ports.journal import Journal
from tocsin.telemetry.status import Sample

LATE_SECONDS = 60.0
"""A consumer so far behind is told as a problem."""
_MOST = 1_000
_NANO = 1e9


class Behind(NamedTuple):
    """One partition. frames: durable ones that are not passed. seconds: since the oldest of them was there."""

    partition: int
    frames: int
    seconds: float


class Lag:
    """Looks at some partitions of a topic for one consumer. clock: seconds since 1970."""

    def __init__(
        self,
        journal: Journal,
        name: str,
        topic: str,
        partitions: Sequence[int] | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._journal, self._name, self._topic = journal, name, topic
        wanted = range(journal.topic(topic).partitions) if partitions is None else partitions
        # What the end was at each look: how old the oldest frame is, without a walk through its segment.
        self._ends: dict[int, list[tuple[float, int]] | None] = dict.fromkeys(wanted)
        self._clock = clock
        self.last: tuple[Behind, ...] = ()

    def look(self) -> tuple[Behind, ...]:
        """Return how far it is behind now."""
        self.last = tuple(self._behind(number) for number in self._ends)
        return self.last

    def samples(self) -> Iterator[Sample]:
        """Look, and yield it as metrics."""
        for one in self.look():
            labels = {"consumer": self._name, "topic": self._topic, "partition": str(one.partition)}
            yield Sample("consumer_lag_frames", one.frames, labels)
            yield Sample("consumer_lag_seconds", one.seconds, labels)

    def problems(self) -> Iterator[str]:
        """Yield what a person should know, as of the last look."""
        late = [one for one in self.last if one.seconds > LATE_SECONDS]
        if late:
            frames, seconds = sum(one.frames for one in late), max(one.seconds for one in late)
            yield (
                f"{self._name} is {seconds:.0f} s and {frames:,} frames behind in {self._topic} "
                f"(partitions {[one.partition for one in late]}): more arrives than it works off, or it hangs"
            )

    def _behind(self, number: int) -> Behind:
        passed = self._journal.passed(self._name, self._topic, number)
        end, now = self._journal.kept(self._topic, number).stop, self._clock()
        ends = self._ends[number]
        if ends is None:
            ends = [(self._arrival(number, passed), end)] if passed < end else []
        ends = [one for one in ends if one[1] > passed]
        if passed < end and (not ends or ends[-1][1] < end):
            ends.append((now, end))
        if len(ends) > _MOST:
            del ends[1::2]
        self._ends[number] = ends
        return Behind(number, max(0, end - passed), max(0.0, now - ends[0][0]) if ends else 0.0)

    def _arrival(self, number: int, offset: int) -> float:
        """Return when the frame at an offset arrived: once, at the first look."""
        reader = self._journal.reader(self._topic, number, offset)
        try:
            found = reader.read(max_frames=1)
        except DataError:  # it is gone or damaged: for those who read it to say
            found = ()
        finally:
            reader.close()
        return found[0].frame.arrived / _NANO if found else self._clock()
