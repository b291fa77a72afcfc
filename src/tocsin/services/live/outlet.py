"""Derived frames on their way to the disk: in the order of their origins, whatever fails on the way.

An appender takes no frame whose origin it has passed. So a frame must not overtake one before it that found no room:
one append at a time, which writes a beginning of its frames or nothing, and is tried again as it was.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future

from tocsin.errors import DeliveryError
from tocsin.ports.journal import Appender, Frame, Offsets

PATIENCE = 0.2
"""Seconds between two attempts to write where there is no room."""


class Outlet:
    """Feeds one appender. Offsets here are those of the origins."""

    def __init__(self, appender: Appender, done: int, pause: Callable[[float], None] = time.sleep) -> None:
        self.appender = appender
        self.done = done
        """The origin before which all frames are durable."""
        self._pause = pause
        self._next: list[Frame] = []
        self._upto = done
        self._writing: tuple[list[Frame], int, Future[Offsets]] | None = None

    @property
    def waiting(self) -> int:
        """How many frames wait, those that are being written not counted."""
        return len(self._next)

    def put(self, offset: int, frame: Frame | None) -> None:
        """Take what was made of the frame at `offset`; None when it gave nothing, or is there already."""
        if frame is not None:
            self._next.append(frame)
        self._upto = offset + 1
        self.push()

    def push(self) -> None:
        """Go on with what waits, without waiting for the disk unless there is no room."""
        if self._writing and self._writing[2].done():
            self._finish()
        if self._writing is None:
            self._begin()

    def drain(self) -> None:
        """Return when all is durable. Raises DeliveryError when the writer is at its end."""
        while self._writing or self.done < self._upto:
            if self._writing:
                self._finish()
            self._begin()

    def _begin(self) -> None:
        if self._next:
            frames, self._next = self._next, []
            self._writing = (frames, self._upto, self.appender.append(frames))
        else:
            self.done = self._upto

    def _finish(self) -> None:
        """Wait for what is being written; where there is no room, for that."""
        if self._writing is None:
            return
        frames, upto, future = self._writing
        while error := future.exception():
            if not isinstance(error, DeliveryError) or not error.retryable:
                raise error
            self._pause(PATIENCE)
            future = self.appender.append(frames)
        self._writing = None
        self.done = upto
