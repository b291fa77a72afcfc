"""Derived frames reach the disk in the order of their origins, whatever fails on the way."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import DeliveryError
from tocsin.model.place import Place
from tocsin.ports.journal import Frame, Offsets, Room, Stream
from tocsin.services.live.outlet import Outlet


class Answer(Future[Offsets]):
    """Comes at the latest when somebody waits for it."""

    def __init__(self, disk: "FullNowAndThen") -> None:
        super().__init__()
        self.disk = disk

    def exception(self, timeout: float | None = None) -> BaseException | None:
        self.disk.settle()
        return super().exception(timeout)


@dataclass
class FullNowAndThen:
    """An appender on a disk that is full now and then, and answers late."""

    random: Random
    written: list[int] = field(default_factory=list)
    waiting: list[tuple[list[Frame], Answer]] = field(default_factory=list)

    def append(self, frames: Sequence[Frame]) -> Future[Offsets]:
        future = Answer(self)
        self.waiting.append((list(frames), future))
        if self.random.random() < 0.5:
            self.settle()
        return future

    def origins(self) -> Mapping[Stream, int]:
        return {}

    def room(self) -> Room:
        return Room.SCARCE

    def retain(self) -> int:
        return 0

    def close(self) -> None:
        self.settle()

    def settle(self, _: float = 0) -> None:
        waiting, self.waiting = self.waiting, []
        for frames, future in waiting:
            if self.random.random() < 0.4:
                future.set_exception(DeliveryError("the disk is full", retryable=True))
                continue
            fresh = [one.origin.offset for one in frames if one.origin]
            self.written += [offset for offset in fresh if offset > max(self.written, default=-1)]
            future.set_result(tuple(range(len(frames))))


def frame(offset: int) -> Frame:
    return Frame(b"", origin=Place("events", 0, offset))


@given(st.integers(0, 10_000), st.lists(st.booleans(), max_size=40))
def test_no_frame_overtakes_one_that_found_no_room(seed: int, gives: list[bool]) -> None:
    disk = FullNowAndThen(Random(seed))  # noqa: S311 (not a secret)
    outlet = Outlet(disk, 0, disk.settle)
    for offset, something in enumerate(gives):
        outlet.put(offset, frame(offset) if something else None)
        assert disk.written == [at for at in range(offset + 1) if gives[at]][: len(disk.written)]
        durable = {at for at in range(outlet.done) if gives[at]}
        assert durable <= set(disk.written)
    outlet.drain()
    assert disk.written == [at for at, something in enumerate(gives) if something]
    assert outlet.done == len(gives)
