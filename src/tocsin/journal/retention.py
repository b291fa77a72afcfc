"""Which segments may go: those that all consumers have passed, oldest first."""

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tocsin.journal.disk import Disk
from tocsin.journal.progress import committed
from tocsin.journal.segment import path_of, read_head
from tocsin.ports.journal import Topic


@dataclass
class Keeper:
    """Knows the sealed segments of a partition, which its writer alone deletes."""

    disk: Disk
    folder: Path
    topic: Topic
    sealed: int = 0
    """Bytes in sealed segments."""
    _sizes: dict[int, int] = field(default_factory=dict)

    def load(self, firsts: list[int]) -> None:
        """Learn what is on the disk; the last one is being written, so not sealed."""
        for first in firsts[:-1]:
            file = self.disk.open(path_of(self.folder, first))
            self.seal(first, file.size())
            file.close()

    def seal(self, first: int, size: int) -> None:
        """Learn of a segment that is complete."""
        self._sizes[first] = size
        self.sealed += size

    def committed(self) -> int:
        """Return the highest offset that a consumer has committed."""
        return max(self._offsets(), default=0)

    def passed(self) -> int:
        """Return the offset that all consumers have committed; 0 if there are none."""
        return min(self._offsets(), default=0)

    def _offsets(self) -> list[int]:
        return [committed(self.disk, self.folder, name) for name in self.topic.consumers]

    def retain(self, active: int, active_size: int, now: int, *, pressed: bool) -> int:
        """Delete what may go, return its bytes. active: first offset of the segment that is written.

        A segment that was passed and is kept for replays only gives way to new frames (pressed).
        """
        passed = self.passed()
        before = self.sealed
        firsts = [*sorted(self._sizes), active]
        for first, following in pairwise(firsts):
            if following > passed or not (pressed or self._old(first, following, active_size, now)):
                break
            self._delete(first)
        return before - self.sealed

    def _old(self, first: int, following: int, active_size: int, now: int) -> bool:
        """Tell whether a segment is kept long enough, and enough is kept without it."""
        if self.sealed - self._sizes[first] + active_size < self.topic.keep_bytes:
            return False
        if not self.topic.keep_seconds:
            return True
        # It was sealed when the following one was made.
        path = path_of(self.folder, following)
        file = self.disk.open(path)
        try:
            head, _ = read_head(file, path)
        finally:
            file.close()
        return now - head.created >= self.topic.keep_seconds * 1e9

    def _delete(self, first: int) -> None:
        self.disk.unlink(path_of(self.folder, first))
        # One by one: a loss of power must not bring an older one back behind a gap.
        self.disk.sync_folder(self.folder)
        self.sealed -= self._sizes.pop(first)
