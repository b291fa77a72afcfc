"""What the machine does to the monitor: room on its disks, and its clock."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from tocsin.telemetry.status import Sample

STEP_SECONDS = 1.0
"""A clock that goes back by more is told: times of arrival are no order any more."""
TOLD_SECONDS = 3_600.0
"""For so long a step of the clock stays a problem."""


class Trouble(Struct, frozen=True):
    """Something that keeps the monitor from working. key: the same as long as it is the same. todo: for a person.

    lasts: it goes on until it is over; otherwise it has happened, and nothing of it can be over.
    """

    key: str
    what: str
    todo: str
    lasts: bool = True

    def __str__(self) -> str:
        return f"{self.what}; {self.todo}"


class Machine:
    """Looks at folders and at the clock. scarce: bytes that should be free on every disk."""

    def __init__(
        self,
        folders: Mapping[str, Path],
        scarce: int,
        *,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders, self._scarce = dict(folders), scarce
        self._clock, self._steady = clock, steady
        self._ahead = clock() - steady()
        self._back: tuple[float, float] | None = None
        self.steps = 0
        self.free: dict[str, int] = {}

    def look(self) -> None:
        """Look. A folder that cannot be asked has nothing free."""
        self.free = {name: free_of(folder) for name, folder in self._folders.items()}
        ahead = self._clock() - self._steady()
        if self._ahead - ahead > STEP_SECONDS:
            self.steps += 1
            self._back = (self._steady(), self._ahead - ahead)
        self._ahead = ahead

    def troubles(self) -> Iterator[Trouble]:
        """Yield what was wrong at the last look."""
        few = {name: free for name, free in self.free.items() if free < self._scarce}
        if few:
            name, free = min(few.items(), key=lambda one: one[1])
            yield Trouble(
                "disk",
                f"only {free / (1 << 20):,.0f} MiB are free for the folder of {name}, {self._folders[name]}",
                "make room, or shorten store.retention and journal.retention: at journal.reserve nothing is received",
            )
        if self._back and self._steady() - self._back[0] < TOLD_SECONDS:
            yield Trouble(
                "clock",
                f"the system clock was set back by {self._back[1]:.1f} s",
                "see that one time service slews it: what is timed by arrival is less exact until then",
                lasts=False,
            )

    def samples(self) -> Iterator[Sample]:
        """Yield it as metrics."""
        for name, free in self.free.items():
            yield Sample("disk_free_bytes", free, {"folder": name})
        yield Sample("clock_steps_back_total", self.steps, kind="counter")


def free_of(folder: Path) -> int:
    """Return the bytes that this user may still write there; 0 if nobody can tell."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return 0
    return found.f_bavail * found.f_frsize
