"""Bodies made beforehand, in a file: what is measured does not share its processors with the making of events."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from live_load.stream import Body, Stream


class Prepared(NamedTuple):
    """A file of bodies, all of `each` events, and where each ends."""

    path: Path
    each: int
    firsts: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def events(self) -> int:
        """Of all bodies."""
        return len(self.ends) * self.each

    @property
    def size(self) -> int:
        """Bytes of all events."""
        return self.ends[-1] if self.ends else 0

    def first(self, events: int) -> "Prepared":
        """Return those bodies that hold the first events."""
        bodies = max(events // self.each, 1)
        return self._replace(firsts=self.firsts[:bodies], ends=self.ends[:bodies])

    def bodies(self) -> Iterator[Body]:
        """Yield them in order."""
        with self.path.open("rb") as file:
            begin = 0
            for first, end in zip(self.firsts, self.ends, strict=True):
                yield Body(first, self.each, os.pread(file.fileno(), end - begin, begin))
                begin = end


def prepare(path: Path, stream: Stream, bodies: int, each: int, when: Callable[[int], float]) -> Prepared:
    """Write so many bodies of `each` events; when: number of a body -> when it will be sent, seconds since 1970."""
    firsts, ends, end = [], [], 0
    with path.open("wb") as file:
        for number in range(bodies):
            body = stream.body(each, when(number))
            file.write(body.data)
            end += len(body.data)
            firsts.append(body.first)
            ends.append(end)
    return Prepared(path, each, tuple(firsts), tuple(ends))
