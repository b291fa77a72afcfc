"""Frames of one input on their way through the line together, and what each of them has given so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.intake.lines import Record
from tocsin.model import received, signals
from tocsin.model.canary import SOURCE as CANARY
from tocsin.model.canary import Canary
from tocsin.model.event import Value
from tocsin.model.match import Match
from tocsin.model.observation import Observation
from tocsin.model.received import EventId, Received
from tocsin.model.signals import Count, Heard, Refused, Signals
from tocsin.normalise.columns import Rows, Spot, streams
from tocsin.ports.journal import Frame
from tocsin.services.live.derive import Derived, Placed
from tocsin.services.matching.seen import NOTHING, Where, own_time


@dataclass(slots=True, eq=False)
class Made:
    """What one frame gives. number: its own in its group. first: the row of its first record there.

    records: out of their wrappings, and without their secrets; said: what these say of each; empty: of none anything.
    wrapped: row -> why a record could not be taken out.
    """

    placed: Placed
    batch: Received
    records: Sequence[bytes]
    redacted: int
    canaries: Mapping[int, Canary]
    said: Sequence[Mapping[str, Value]] = ()
    wrapped: Mapping[int, str] = field(default_factory=dict)
    number: int = 0
    first: int = 0
    matches: list[Match] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    counts: dict[str, Count] = field(default_factory=dict)
    refused: dict[tuple[str, str], Refused] = field(default_factory=dict)
    heard: tuple[Heard, ...] = ()
    clamped: int = 0
    timeless: int = 0
    cut: int = 0

    @property
    def arrived(self) -> float:
        """Seconds since 1970."""
        return self.placed.frame.arrived / 1e9

    def id_of(self, piece: Record) -> str:
        """Return the identity of an event of this frame."""
        place = self.placed.place
        return str(EventId(place.partition, place.offset, piece.line - self.first, piece.part - 1))

    def count(self, source: str, *, events: int = 0, refused: int = 0, times: Sequence[float] = ()) -> None:
        """Count events of a source, and note between which times they are."""
        old = self.counts.get(source, Count(source, 0))
        stamps = [*times, *(time for time in (old.first, old.last) if time)]
        bounds = (min(stamps), max(stamps)) if stamps else (0.0, 0.0)
        self.counts[source] = Count(source, old.events + events, old.refused + refused, *bounds)

    def refuse(self, source: str, reason: str, piece: Record) -> None:
        """Count a record that nobody can read."""
        old = self.refused.get((source, reason))
        event, count = (old.event, old.count) if old else (self.id_of(piece), 0)
        self.refused[source, reason] = Refused(source, reason, count + 1, event)
        self.count(source, refused=1)

    def derived(self, columns: bytes | None, rules: str) -> Derived:
        """Return its two frames. rules: the digest of those that looked at it."""
        place, frame, _ = self.placed
        said = Signals(
            input=self.batch.context.input,
            received=len(self.batch.records),
            arrived=self.arrived,
            rules=rules,
            counts=tuple(self.counts.values()),
            refused=tuple(self.refused.values()),
            matches=tuple(self.matches),
            observations=tuple(self.observations),
            clamped=self.clamped,
            timeless=self.timeless,
            redacted=self.redacted,
            cut=self.cut,
            canaries=self.heard,
        )
        derived = Frame(signals.dump(said), len(self.records), frame.arrived, place, frame.meta)
        if columns is None:
            return None, derived
        rows = sum(one.events + one.refused for one in self.counts.values())
        return Frame(columns, rows, frame.arrived, place, frame.meta), derived


class Group:
    """Frames that are worked together: of one input, and of one source if the settings force one.

    A row is a record's number among all of them; pieces have it as their line.
    """

    def __init__(self, made: Sequence[Made]) -> None:
        self.made = made
        first = 0
        for number, one in enumerate(made):
            one.number, one.first = number, first
            first += len(one.records)
        self.owners = [one for one in made for _ in one.records]
        self.rows: list[Rows] = []
        self._refused: dict[tuple[str, str], list[tuple[Record, bytes]]] = {}

    @property
    def context(self) -> received.Context:
        """Of all its frames; they may differ in retention."""
        return self.made[0].batch.context

    def pieces(self) -> list[Record]:
        """Return the records that rules look at."""
        return [
            Record(one.first + index, record)
            for one in self.made
            for apart in [one.placed.without | one.canaries.keys() | one.wrapped.keys()]
            for index, record in enumerate(one.records)
            if index not in apart
        ]

    def where(self, piece: Record) -> Where:
        """Say where a piece stands."""
        owner = self.owners[piece.line]
        row = piece.line - owner.first
        return Where(
            owner.id_of(piece), owner.batch.context.input, row, owner.arrived, self.said(piece) or NOTHING
        )

    def said(self, piece: Record) -> Mapping[str, Value]:
        """Return what its protocol says of a record."""
        owner = self.owners[piece.line]
        return owner.said[piece.line - owner.first] if owner.said else NOTHING

    def keep(
        self,
        source: str,
        pieces: Sequence[Record],
        raw: Sequence[bytes],
        own: Sequence[float | None],
        columns: Mapping[str, Sequence[object]],
    ) -> None:
        """Keep events of a source; none of them is later than its arrival. own: their own times."""
        times: list[float | None] = []
        stamps: dict[int, list[float | None]] = {}
        said = [self.said(piece) for piece in pieces] if any(one.said for one in self.made) else []
        for row, (piece, time) in enumerate(zip(pieces, own, strict=True)):
            owner = self.owners[piece.line]
            if said:
                time = own_time(time, said[row])
            if time is not None and time > owner.arrived:
                owner.clamped += 1
                time = owner.arrived
            times.append(time)
            stamps.setdefault(owner.number, []).append(time)
        for number, some in stamps.items():
            self.made[number].count(source, events=len(some), times=[time for time in some if time])
        self.rows.append(Rows(source, self._spots(pieces), raw, times, columns, said=said))

    def refuse(self, source: str, reason: str, piece: Record, record: bytes) -> None:
        """Keep a record that nobody can read, as it came."""
        self.owners[piece.line].refuse(source, reason, piece)
        self._refused.setdefault((source, reason), []).append((piece, record))

    def keep_canaries(self) -> None:
        """Keep those that are not to be left unread, and say which were heard."""
        for one in self.made:
            heard = {row: canary for row, canary in one.canaries.items() if row not in one.placed.without}
            if not heard:
                continue
            pieces = [Record(one.first + row, one.records[row]) for row in heard]
            sent = [canary.sent / 1000 for canary in heard.values()]
            times = [min(time, one.arrived) for time in sent]
            one.count(CANARY, events=len(pieces), times=times)
            one.heard = tuple(
                Heard(one.id_of(piece), canary.way, canary.sent)
                for piece, canary in zip(pieces, heard.values(), strict=True)
            )
            self.rows.append(
                Rows(CANARY, self._spots(pieces), [piece.content for piece in pieces], times, {})
            )

    def columns(self) -> list[bytes | None]:
        """Return the payload of each frame's columns."""
        for (source, reason), found in self._refused.items():
            pieces, raw = [piece for piece, _ in found], [record for _, record in found]
            self.rows.append(Rows(source, self._spots(pieces), raw, [None] * len(found), {}, reason))
        return streams(self.rows, len(self.made))

    def _spots(self, pieces: Sequence[Record]) -> list[Spot]:
        found = ((self.owners[line], line, part) for line, _, part in pieces)
        return [Spot(owner.number, line - owner.first, part - 1) for owner, line, part in found]
