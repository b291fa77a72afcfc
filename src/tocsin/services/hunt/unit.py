"""What a worker does with a unit: read, recognise, run the line, say what came of every record."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from msgspec import Struct, field, structs

from tocsin.detect.engine import Engine
from tocsin.errors import DataError
from tocsin.intake.files import Origin, Progress, Unit, printable, read
from tocsin.intake.lines import Loss, Record
from tocsin.line import Outcome, Signal, Work
from tocsin.model.event import Value
from tocsin.model.match import Match
from tocsin.model.moment import to_epoch
from tocsin.model.observation import Observation
from tocsin.model.summary import Reject
from tocsin.ports.source import Route, Source
from tocsin.services.hunt.matches import Places, Seen, moved_place, place_of, places
from tocsin.services.hunt.setup import Options, Setup
from tocsin.sources import catalog
from tocsin.sources.recognise import recognise, sort_out, why_none

BATCH = 2_000
SAMPLES = 2
"""Rejected records of a file and a reason that are shown; all are counted."""
MAX_PLACES = 4_096
"""Of rules and routes: for so many it is remembered where fields are."""
_HEAD = 80
_PART = re.compile(r"[0-9]{1,9}")


class Lost(Struct, frozen=True):
    """What of a file could not be read, and from which line on; 0: none of it."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


class Step(Struct):
    """What one batch of a unit gave. records = events + rejected + outside."""

    matches: list[Match] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    records: int = 0
    events: int = 0
    outside: int = 0
    by_source: dict[str, int] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)
    damage: list[Lost] = field(default_factory=list)
    timeless: int = 0
    """Matches of correlated rules whose events have no readable time."""
    bytes: int = 0
    lines: int = 0
    """In the last step of a range: how many lines end in it."""
    cut_values: int = 0

    def moved(self, by: int) -> "Step":
        """Return the step of a piece of a file, with its lines counted from the file's start."""
        return structs.replace(
            self,
            matches=[
                structs.replace(match, line=match.line + by, event_id=_moved_id(match, by))
                for match in self.matches
            ],
            rejects=[structs.replace(reject, line=reject.line + by) for reject in self.rejects],
            damage=[
                structs.replace(lost, line=lost.line + by) if lost.line else lost for lost in self.damage
            ],
            observations=[
                structs.replace(one, event=moved_place(one.event, by)) for one in self.observations
            ],
        )


def _moved_id(match: Match, by: int) -> str:
    """Move an id that is the event's place; one of the event's own stays."""
    part = match.event_id.rpartition("#")[2]
    number = int(part) if _PART.fullmatch(part) else 1
    is_place = match.event_id in {place_of(match.file, match.line, one) for one in (1, number)}
    return moved_place(match.event_id, by) if is_place else match.event_id


class Hunter:
    """Runs units. One a process: it holds the compiled rules."""

    def __init__(self, setup: Setup, options: Options) -> None:
        self.setup = setup
        self.engine = Engine(setup.rules)
        self.work = Work(self.engine, keep=_window(options))
        self.sources = list(catalog().values())
        self._cut = 0
        self._places: dict[tuple[str, int], tuple[Route, Places]] = {}

    def run(self, unit: Unit) -> Iterator[Step]:
        """Yield the steps of a unit; positions are of its first line on."""
        progress = Progress()
        taken = 0
        batch: list[Record] = []
        origin = Origin(printable(unit.path), "")
        for current, piece in read(unit, self.sources, progress):
            if batch and (current != origin or len(batch) >= BATCH):
                yield self._step(origin, batch, progress.taken - taken)
                taken, batch = progress.taken, []
            origin = current
            if isinstance(piece, Loss):
                yield _loss_of(origin, piece)
            else:
                batch.append(piece)
        last = self._step(origin, batch, progress.taken - taken)
        last.cut_values = self.engine.counters()["cut_values"] - self._cut
        self._cut += last.cut_values
        last.lines = progress.lines
        yield last

    def _step(self, origin: Origin, batch: list[Record], taken: int) -> Step:
        step = Step(records=len(batch), bytes=taken)
        records = [piece.content for piece in batch]
        for source, rows in self._sorted(origin, records):
            chosen = records if len(rows) == len(records) else [records[row] for row in rows]
            pieces = [batch[row] for row in rows]
            if source is None:
                for piece in pieces:
                    _reject(step, origin, piece, why_none(piece.content))
            else:
                self._work(_Part(source, chosen, pieces, origin), step)
        return step

    def _sorted(self, origin: Origin, records: Sequence[bytes]) -> list[tuple[Source | None, list[int]]]:
        known = catalog().get(origin.source) or self.setup.source
        return [(known, list(range(len(records))))] if known else sort_out(records)

    def _work(self, part: "_Part", step: Step) -> None:
        if part.source.expand:
            step.records -= len(part.records)
            part = part.expanded()
            step.records += len(part.records)
        name = part.source.name
        outcome = self.work(part.source, part.records)
        step.events += outcome.events
        step.outside += len(part.records) - outcome.events - len(outcome.refused)
        if outcome.events:
            step.by_source[name] = step.by_source.get(name, 0) + outcome.events
        self._tell(part, outcome, step)
        for row, error in outcome.refused:
            self._second_chance(part, row, error.reason, step)

    def _second_chance(self, part: "_Part", row: int, reason: str, step: Step) -> None:
        """A line among others of another kind: another source may know it."""
        record, piece = part.records[row], part.pieces[row]
        other = None if part.second or self.setup.source else recognise(record)
        if other is None or other is part.source:
            _reject(step, part.origin, piece, reason)
        else:
            self._work(_Part(other, [record], [piece], part.origin, second=True), step)

    def _tell(self, part: "_Part", outcome: Outcome, step: Step) -> None:
        for row, signals in groupby(sorted(outcome.signals, key=_row), key=_row):
            seen = Seen(
                part.source, part.records[row], part.origin.name, part.pieces[row], outcome.parsed.get(row)
            )
            for signal in signals:
                self._tell_one(seen, signal, step)

    def _tell_one(self, seen: Seen, signal: Signal, step: Step) -> None:
        rule = signal.hit.rule.meta.id
        if rule in self.setup.reported:
            step.matches.append(seen.match(signal))
        if rule in self.setup.needs:
            observation = seen.observation(signal, self._places_of(rule, seen.source, signal.route))
            if observation:
                step.observations.append(observation)
            else:
                step.timeless += 1

    def _places_of(self, rule: str, source: Source, route: Route) -> Places:
        # By identity: routes live as long as their lanes, and what is held here is not freed under its key.
        held, found = self._places.get(key := (rule, id(route)), (None, ()))
        if held is not route:
            if len(self._places) >= MAX_PLACES:
                self._places.clear()
            found = places(self.setup.needs[rule], source, route)
            self._places[key] = (route, found)
        return found


class _Part(NamedTuple):
    """Records of a batch that are of one source. second: tried after their first source refused them."""

    source: Source
    records: Sequence[bytes]
    pieces: Sequence[Record]
    origin: Origin
    second: bool = False

    def expanded(self) -> "_Part":
        """Take records apart that hold several events."""
        opened = [
            (inner, piece._replace(part=piece.part + number))
            for record, piece in zip(self.records, self.pieces, strict=True)
            for number, inner in enumerate(self._safely(record))
        ]
        return self._replace(records=[inner for inner, _ in opened], pieces=[piece for _, piece in opened])

    def _safely(self, record: bytes) -> list[bytes]:
        try:
            return list(self.source.expand(record)) if self.source.expand else []
        except DataError:
            return [record]  # parse will refuse it, and say why


def _row(signal: Signal) -> int:
    return signal.row


class _Window:
    """--since and --until, on the events' own times."""

    def __init__(self, since: float, until: float) -> None:
        self.since = since
        self.until = until

    def __call__(self, times: Sequence[Value]) -> list[bool]:
        return [self._keeps(to_epoch(time)) for time in times]

    def _keeps(self, time: float | None) -> bool:
        return time is None or self.since <= time < self.until


def _window(options: Options) -> _Window | None:
    if options.since is None and options.until is None:
        return None
    return _Window(
        float("-inf") if options.since is None else options.since,
        float("inf") if options.until is None else options.until,
    )


def _reject(step: Step, origin: Origin, piece: Record, reason: str) -> None:
    count = step.reasons.get(reason, 0)
    step.reasons[reason] = count + 1
    if count < SAMPLES:
        head = repr(piece.content[:_HEAD])[2:-1]
        step.rejects.append(Reject(origin.name, piece.line, reason, head))


def _loss_of(origin: Origin, loss: Loss) -> Step:
    return Step(damage=[Lost(origin.name, loss.line, str(loss.error))])
