"""What a worker does with a unit: read, recognise, run the line, say what came of every record."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct, field, structs

from tocsin.detect.engine import Engine
from tocsin.intake.files import Origin, Progress, Unit, printable, read
from tocsin.intake.lines import Loss, Record
from tocsin.line import Outcome, Work
from tocsin.model.event import Value
from tocsin.model.match import Match
from tocsin.model.moment import to_epoch
from tocsin.model.observation import Observation
from tocsin.model.summary import Reject
from tocsin.services.hunt.setup import Options, Setup
from tocsin.services.matching.parts import Part, parts, second_chance
from tocsin.services.matching.seen import Where, moved_place, place_of
from tocsin.services.matching.teller import Teller
from tocsin.sources import catalog
from tocsin.sources.recognise import why_none

BATCH = 2_000
SAMPLES = 2
"""Rejected records of a file and a reason that are shown; all are counted."""
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
        self.teller = Teller(setup.reported, setup.needs)

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
        step = Step(bytes=taken)
        for part in parts(batch, catalog().get(origin.source) or self.setup.source):
            step.records += len(part.records)
            self._work(part, origin, step)
        return step

    def _work(self, part: Part, origin: Origin, step: Step) -> None:
        if part.source is None:
            for piece in part.pieces:
                _reject(step, origin, piece, why_none(piece.content))
            return
        name = part.source.name
        outcome = self.work(part.source, part.records)
        step.events += outcome.events
        step.outside += len(part.records) - outcome.events - len(outcome.refused)
        if outcome.events:
            step.by_source[name] = step.by_source.get(name, 0) + outcome.events
        self._tell(part, origin, outcome, step)
        for row, error in outcome.refused:
            other = None if self.setup.source else second_chance(part, row)
            if other is None:
                _reject(step, origin, part.pieces[row], error.reason)
            else:
                step.records += len(other.records) - 1
                self._work(other, origin, step)

    def _tell(self, part: Part, origin: Origin, outcome: Outcome, step: Step) -> None:
        def where(piece: Record) -> Where:
            return Where(place_of(origin.name, piece.line, piece.part), origin.name, piece.line)

        for told in self.teller.tell(part, outcome, where):
            if told.match:
                step.matches.append(told.match)
            if told.observation:
                step.observations.append(told.observation)
            step.timeless += told.timeless


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
