"""Group commit: a thread of its own writes all that waits with one sync, while more comes to wait.

Nobody lingers for a group to fill: while one sync runs (about a millisecond) the next group gathers by itself.
"""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import NamedTuple

from tocsin.errors import DeliveryError
from tocsin.journal.frames import Packed, pack
from tocsin.journal.log import Log
from tocsin.ports.journal import Frame, Offsets, Room, Stream


class _Waiting(NamedTuple):
    frames: list[Packed]
    size: int
    future: Future[Offsets]


class LocalAppender:
    """The writer of a partition, for any number of threads."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._pending = 0
        self._ended = False
        self._gate = threading.Lock()  # over _pending and _ended
        self._using = threading.Lock()  # over the log
        # A role that ends by an error must not be kept alive by this thread.
        self._thread = threading.Thread(target=self._run, name=f"journal {log.stream}", daemon=True)
        self._thread.start()

    def append(self, frames: Sequence[Frame]) -> Future[Offsets]:
        """Queue frames; see the port."""
        packed = [pack(frame) for frame in frames]
        waiting = _Waiting(packed, sum(one.size for one in packed), Future())
        with self._gate:
            refusal = self._refusal(waiting.size)
            if refusal is None:
                self._pending += waiting.size
                self._queue.put(waiting)
        if refusal:
            waiting.future.set_exception(refusal)
        return waiting.future

    def _refusal(self, size: int) -> DeliveryError | None:
        if self._ended:
            return DeliveryError(f"{self._log.folder}: its writer is at its end", retryable=False)
        if self._pending and self._pending + size > self._log.limits.pending:
            return DeliveryError(
                f"{self._log.folder}: {self._pending:,} bytes wait to be written", retryable=True
            )
        return None

    def origins(self) -> Mapping[Stream, int]:
        """Return a copy, as it is between two groups."""
        with self._using:
            return dict(self._log.origins)

    def room(self) -> Room:
        """Say whether there is room."""
        return self._log.room()

    def retain(self) -> int:
        """Delete what may go, between two groups."""
        with self._using:
            return self._log.retain()

    def close(self) -> None:
        """Write what waits, then let go."""
        with self._gate:
            if not self._ended:
                self._ended = True
                self._queue.put(None)
        self._thread.join()
        self._log.close()

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._gather()
            going = self._commit(group) and going
        with self._gate:
            self._ended = True
        self._log.close()
        while not self._queue.empty():
            left = self._queue.get()
            if left and left.future.set_running_or_notify_cancel():
                left.future.set_exception(
                    DeliveryError(f"{self._log.folder}: its writer ended before", retryable=False)
                )

    def _gather(self) -> tuple[list[_Waiting], bool]:
        """Return what waits, up to the size of a group, and whether more may come."""
        group: list[_Waiting] = []
        size = 0
        while size < self._log.limits.group and not (group and self._queue.empty()):
            one = self._queue.get()
            if one is None:
                return group, False
            size += one.size
            if one.future.set_running_or_notify_cancel():
                group.append(one)
            else:
                self._settled(one.size)
        return group, True

    def _commit(self, group: list[_Waiting]) -> bool:
        """Write a group and answer; return False when the log is at its end."""
        try:
            with self._using:
                offsets = self._log.write([frame for one in group for frame in one.frames])
        except BaseException as error:  # noqa: BLE001 (a mistake in the code, too, is for those who wait here)
            self._answer_error(group, error)
            return isinstance(error, DeliveryError) and error.retryable
        at = 0
        for one in group:
            self._settled(one.size)
            one.future.set_result(offsets[at : at + len(one.frames)])
            at += len(one.frames)
        return True

    def _answer_error(self, group: list[_Waiting], error: BaseException) -> None:
        for one in group:
            self._settled(one.size)
            one.future.set_exception(error)

    def _settled(self, size: int) -> None:
        with self._gate:
            self._pending -= size
