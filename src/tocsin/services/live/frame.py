"""One frame of events -> its frame of columns and its frame of signals. The worker's straight line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import structs

from tocsin.detect.engine import Engine
from tocsin.intake.lines import Record
from tocsin.line import EVENT_TIME, Outcome, Work
from tocsin.model import received, signals
from tocsin.model.canary import PREFIX, Canary, Marker, is_timely
from tocsin.model.canary import SOURCE as CANARY
from tocsin.model.columns import NORMALISED
from tocsin.model.match import Match
from tocsin.model.observation import Observation
from tocsin.model.place import Place
from tocsin.model.received import EventId, Received
from tocsin.model.signals import Count, Heard, Refused, Signals
from tocsin.normalise.columns import Rows, stream
from tocsin.ports.journal import Frame
from tocsin.services.live import poison
from tocsin.services.live.rules import LiveRules
from tocsin.services.matching.parts import Part, parts, second_chance
from tocsin.services.matching.seen import Where, clamped, epoch
from tocsin.services.matching.teller import Teller
from tocsin.sources import catalog
from tocsin.sources.recognise import why_none

Redact = Callable[[Sequence[bytes]], tuple[Sequence[bytes], int]]
"""Records -> the same without the secrets in them, and how many there were."""


@dataclass(slots=True)
class _Made:
    """What a frame has given so far."""

    place: Place
    input: str
    arrived: float
    rows: list[Rows] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    counts: dict[str, Count] = field(default_factory=dict)
    refused: dict[tuple[str, str], list[tuple[Record, bytes]]] = field(default_factory=dict)
    """(source, reason) -> the records that nobody can read, and where they stand: they are stored as they came."""
    clamped: int = 0
    timeless: int = 0

    def where(self, piece: Record) -> Where:
        return Where(self.id_of(piece), self.input, piece.line)

    def id_of(self, piece: Record) -> str:
        return str(EventId(self.place.partition, self.place.offset, piece.line, piece.part - 1))

    def refuse(self, source: str, reason: str, piece: Record, record: bytes) -> None:
        self.refused.setdefault((source, reason), []).append((piece, record))

    def count(self, source: str, *, events: int = 0, refused: int = 0, times: Sequence[float] = ()) -> None:
        old = self.counts.get(source, Count(source, 0))
        stamps = [*times, *(time for time in (old.first, old.last) if time)]
        bounds = (min(stamps), max(stamps)) if stamps else (0.0, 0.0)
        self.counts[source] = Count(source, old.events + events, old.refused + refused, *bounds)


class FrameWork:
    """Works frames with one set of rules. Holds what is compiled: make one a process."""

    def __init__(self, rules: LiveRules, redact: Redact, marker: Marker) -> None:
        self.rules = rules
        self.engine = Engine(rules.setup.rules)
        self.work = Work(self.engine, (EVENT_TIME, *NORMALISED))
        self.teller = Teller(rules.setup.reported, rules.setup.needs)
        self.redact = redact
        self.marker = marker

    def __call__(
        self, place: Place, frame: Frame, without: frozenset[int] = frozenset()
    ) -> tuple[Frame | None, Frame]:
        """Return the frame of columns (None when there is no record: a tick) and that of signals.

        without: records that are stored unread, because they kill. Raises DataError when the frame is none of events.
        """
        batch = received.load(frame.payload, frame.meta)
        arrived = frame.arrived / 1e9
        made = _Made(place, batch.context.input, arrived)
        canaries = self._canaries(batch, arrived)
        records, redacted = self.redact(batch.records)
        cut = self.engine.counters()["cut_values"]
        apart = without | canaries.keys()
        pieces = [Record(index, record) for index, record in enumerate(records) if index not in apart]
        for index in sorted(without):
            made.refuse("", poison.REASON, Record(index, records[index]), records[index])
        heard = _kept({row: one for row, one in canaries.items() if row not in without}, records, made)
        for part in parts(pieces, catalog().get(batch.context.source)) if pieces else ():
            self._part(part, made, forced=bool(batch.context.source))
        refused = _settled(made)
        said = Signals(
            input=batch.context.input,
            received=len(batch.records),
            arrived=arrived,
            rules=self.rules.digest,
            counts=tuple(made.counts.values()),
            refused=refused,
            matches=tuple(made.matches),
            observations=tuple(made.observations),
            clamped=made.clamped,
            timeless=made.timeless,
            redacted=redacted,
            cut=self.engine.counters()["cut_values"] - cut,
            canaries=heard,
        )
        derived = Frame(signals.dump(said), len(records), frame.arrived, place, frame.meta)
        if not made.rows:
            return None, derived
        rows = sum(len(one.places) for one in made.rows)
        return Frame(stream(made.rows), rows, frame.arrived, place, frame.meta), derived

    def _canaries(self, batch: Received, arrived: float) -> dict[int, Canary]:
        """Return row -> canary. One that is of another input, or too late, is an event like any other."""
        marked = [row for row, record in enumerate(batch.records) if record.startswith(PREFIX)]
        found = ((row, self.marker.read(batch.records[row])) for row in marked)
        name = batch.context.input
        return {row: one for row, one in found if one and one.input == name and is_timely(one, arrived)}

    def _part(self, part: Part, made: _Made, *, forced: bool) -> None:
        if part.source is None:
            for piece in part.pieces:
                made.refuse("", why_none(piece.content), piece, piece.content)
            return
        outcome = self.work(part.source, part.records)
        self._keep(part, part.source.name, outcome, made)
        for told in self.teller.tell(part, outcome, made.where, made.arrived):
            if told.match:
                made.matches.append(self._kept(told.match, told.place, part.source.accounts))
            if told.observation:
                made.observations.append(self._with_people(told.observation, part.source.accounts))
            made.timeless += told.timeless
        for row, error in outcome.refused:
            other = None if forced else second_chance(part, row)
            if other is None:
                made.refuse(part.source.name, error.reason, part.pieces[row], part.records[row])
            else:
                self._part(other, made, forced=forced)

    def _kept(self, match: Match, place: str, accounts: str) -> Match:
        """Return a match with the people behind its users. The store has the event itself, and finds it by its place."""
        people = self.rules.identities.people(accounts, match.entities.user)
        entities = match.entities
        if people:
            entities = structs.replace(entities, person=tuple(sorted({person for _, person in people})))
        return structs.replace(match, event={}, event_id=place, entities=entities, people=people)

    def _with_people(self, one: Observation, accounts: str) -> Observation:
        """Return an observation with the people behind its users."""
        if not self.rules.identities.accounts:
            return one
        users = [text.removeprefix("user:") for text in one.about if text.startswith("user:")]
        people = sorted({person for _, person in self.rules.identities.people(accounts, users)})
        return structs.replace(one, about=(*one.about, *(f"person:{name}" for name in people)))

    def _keep(self, part: Part, source: str, outcome: Outcome, made: _Made) -> None:
        """Leave the columns of a part's events, with times that are not after their arrival."""
        if not outcome.rows:
            return
        own = [epoch(value) for value in outcome.columns.pop(EVENT_TIME)]
        times = [None if time is None else clamped(time, made.arrived) for time in own]
        made.clamped += sum(time is not None and time > made.arrived for time in own)
        pieces = [part.pieces[row] for row in outcome.rows]
        places = [(piece.line, piece.part - 1) for piece in pieces]
        raw = [part.records[row] for row in outcome.rows]
        made.rows.append(Rows(source, places, raw, times, outcome.columns))
        made.count(source, events=len(places), times=[time for time in times if time])


def _kept(canaries: Mapping[int, Canary], records: Sequence[bytes], made: _Made) -> tuple[Heard, ...]:
    """Leave the rows of canaries."""
    if not canaries:
        return ()
    times = [min(one.sent / 1000, made.arrived) for one in canaries.values()]
    places, raw = [(row, 0) for row in canaries], [records[row] for row in canaries]
    made.rows.append(Rows(CANARY, places, raw, times, {}))
    made.count(CANARY, events=len(places), times=times)
    return tuple(
        Heard(made.id_of(Record(row, records[row])), one.way, one.sent) for row, one in canaries.items()
    )


def _settled(made: _Made) -> tuple[Refused, ...]:
    """Leave the rows of refused records, and say why there are any."""
    said = []
    for (source, reason), found in made.refused.items():
        places = [(piece.line, piece.part - 1) for piece, _ in found]
        made.rows.append(
            Rows(source, places, [record for _, record in found], [None] * len(found), {}, reason)
        )
        made.count(source, refused=len(found))
        said.append(Refused(source, reason, len(found), made.id_of(found[0][0])))
    return tuple(said)
