"""The store of events: what may be asked of it. All times are microseconds since 1970 UTC.

Whoever answers is one process; everybody else asks it over a socket, through the same Protocol. Questions come
from people and are bounded: in time, memory and rows. Methods raise QueryError for a question that cannot be
understood, DeliveryError when there is no answer (the store is not there; the question took too long).
"""

from collections.abc import Generator, Sequence
from typing import Protocol

from msgspec import Struct

from tocsin.model.received import EventId

MAX_ROWS = 1_000
"""Events of one page of a search, at most."""
MAX_GROUPS = 1_000
"""Groups of one answer, at most: the largest are answered."""
MAX_BARS = 1_000
"""Intervals of one histogram, at most."""
MAX_BY = 4
"""Fields to group by, at most."""


class Question(Struct, frozen=True):
    """Which events. query: in the language of docs/reference/search.md; empty: all. Event time: since <= time < until."""

    query: str = ""
    since: int | None = None
    until: int | None = None


class Cursor(Struct, frozen=True):
    """Where a page ended: the next one begins with the event before this one."""

    time: int
    id: EventId


class Row(Struct, frozen=True):
    r"""A stored event. time: its own, or of its arrival if it has none.

    values: normalised name -> text or number, only what it has. fields: the other names at the top level of a JSON
    record; nested ones as JSON text. Texts that are not UTF-8 have their odd bytes written out as `\xff`.
    """

    id: EventId
    time: int
    arrived: int
    source: str
    input: str
    retention: str
    refused: str
    values: dict[str, str | int]
    fields: dict[str, str]
    raw: bytes


class Page(Struct, frozen=True):
    """Events, newest first. after: to ask for the next page; None: this was the last."""

    rows: tuple[Row, ...]
    after: Cursor | None = None


class Bar(Struct, frozen=True):
    """Events of one interval, and of one value when asked by a field. Intervals without events are left out."""

    start: int
    value: str
    count: int


class Histogram(Struct, frozen=True):
    """interval: the length of every bar; bars are in order of time."""

    interval: int
    bars: tuple[Bar, ...]


class Group(Struct, frozen=True):
    """Events that have these values in common; "" stands for none."""

    values: tuple[str, ...]
    count: int


class Freshness(Struct, frozen=True):
    """How much there is, and when the latest of it arrived (0: nothing yet)."""

    rows: int
    arrived: int


class EventStore(Protocol):
    """Answers questions. May be asked from several threads at once."""

    def search(self, question: Question, *, limit: int = 100, after: Cursor | None = None) -> Page:
        """Return a page of events, newest first."""

    def count(self, question: Question) -> int:
        """Return how many events there are."""

    def histogram(self, question: Question, *, interval: int | None = None, by: str = "") -> Histogram:
        """Count by interval (None: chosen to give about 60 bars), and by the values of a field if one is named."""

    def group(self, question: Question, by: Sequence[str], *, limit: int = 10) -> tuple[Group, ...]:
        """Count by the values of fields, the most frequent first."""

    def export(
        self, question: Question, *, limit: int | None = None
    ) -> Generator[tuple[Row, ...], None, None]:
        """Yield all events, some at a time, in no particular order. Close it to stop early."""

    def get(self, event: EventId) -> Row | None:
        """Return one event, None if there is none of that id."""

    def rows(self, partition: int, below: int, since: int = 0) -> int:
        """Count the rows that were stored of frames of events from `since` to before `below`: for the ledger.

        From 0 on those that retention has dropped since count too, once all of a dropped day stands before the offset.
        """

    def freshness(self) -> Freshness:
        """Say how much there is, and how new."""
