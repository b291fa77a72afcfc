"""What a worker asks of the line: frames of events -> for each its frame of columns and its frame of signals."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeAlias

from tocsin.model.place import Place
from tocsin.ports.journal import Frame


class Placed(NamedTuple):
    """A frame of events and where it stands. without: its records that are stored unread, because they kill."""

    place: Place
    frame: Frame
    without: frozenset[int] = frozenset()


Derived: TypeAlias = tuple[Frame | None, Frame]
"""What a frame of events gives: its frame of columns, if it has any record, and its frame of signals."""


class Derive(Protocol):
    """What makes it. What a frame gives does not depend on those that are worked with it; together they take half as long."""

    def __call__(self, frames: Sequence[Placed]) -> list[Derived]:
        """Derive, in the order of the frames. Raises DataError when one is none of events."""
