"""Frames of events -> frames of columns and of signals. The worker's straight line."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import structs

from tocsin.detect.engine import Engine
from tocsin.intake.lines import Record
from tocsin.line import EVENT_TIME, Outcome, Work
from tocsin.model import received
from tocsin.model.canary import PREFIX, Canary, Marker, is_timely
from tocsin.model.columns import NORMALISED
from tocsin.model.match import Match
from tocsin.model.observation import Observation
from tocsin.model.received import Received
from tocsin.ports.source import Source
from tocsin.services.live import poison
from tocsin.services.live.derive import Derived, Placed
from tocsin.services.live.made import Group, Made
from tocsin.services.live.rules import LiveRules
from tocsin.services.matching.parts import Part, parts, second_chance
from tocsin.services.matching.seen import epoch
from tocsin.services.matching.teller import Teller
from tocsin.sources import catalog
from tocsin.sources.recognise import why_none

Redact = Callable[[Sequence[bytes]], tuple[Sequence[bytes], int]]
"""Records -> the same without the secrets in them, and how many there were."""


class FrameWork:
    """Works frames with one set of rules. Holds what is compiled: make one a process."""

    def __init__(self, rules: LiveRules, redact: Redact, marker: Marker) -> None:
        self.rules = rules
        self.engine = Engine(rules.setup.rules)
        self.work = Work(self.engine, (EVENT_TIME, *NORMALISED))
        self.teller = Teller(rules.setup.reported, rules.setup.needs)
        self.redact = redact
        self.marker = marker

    def __call__(self, frames: Sequence[Placed]) -> list[Derived]:
        """Return the frame of columns (None when there is no record: a tick) and that of signals of each.

        Frames of one input are worked together. Raises DataError when one is no frame of events.
        """
        made = [self._begun(one) for one in frames]
        groups: dict[tuple[str, str], list[Made]] = {}
        for one in made:
            context = one.batch.context
            groups.setdefault((context.input, context.source), []).append(one)
        columns: dict[int, bytes | None] = {}
        for some in groups.values():
            columns |= zip(map(id, some), self._columns(Group(some)), strict=True)
        return [one.derived(columns[id(one)], self.rules.digest) for one in made]

    def _begun(self, placed: Placed) -> Made:
        batch = received.load(placed.frame.payload, placed.frame.meta)
        records, redacted = self.redact(batch.records)
        return Made(placed, batch, records, redacted, self._canaries(batch, placed.frame.arrived / 1e9))

    def _canaries(self, batch: Received, arrived: float) -> Mapping[int, Canary]:
        """Return row -> canary. One that is of another input, or too late, is an event like any other."""
        marked = [row for row, record in enumerate(batch.records) if record.startswith(PREFIX)]
        found = ((row, self.marker.read(batch.records[row])) for row in marked)
        name = batch.context.input
        return {row: one for row, one in found if one and one.input == name and is_timely(one, arrived)}

    def _columns(self, group: Group) -> list[bytes | None]:
        """Work a group; what it says is noted with its frames, their columns are returned."""
        cut = self.engine.counters()["cut_values"]
        for one in group.made:
            for index in sorted(one.placed.without):
                record = one.records[index]
                group.refuse("", poison.REASON, Record(one.first + index, record), record)
        group.keep_canaries()
        pieces, source = group.pieces(), group.context.source
        for part in parts(pieces, catalog().get(source)) if pieces else ():
            self._part(part, group, forced=bool(source))
        group.made[0].cut = self.engine.counters()["cut_values"] - cut
        return group.columns()

    def _part(self, part: Part, group: Group, *, forced: bool) -> None:
        if part.source is None:
            for piece in part.pieces:
                group.refuse("", why_none(piece.content), piece, piece.content)
            return
        outcome = self.work(part.source, part.records)
        if outcome.rows:
            _keep(part, part.source, outcome, group)
        for told in self.teller.tell(part, outcome, group.where):
            made = group.owners[told.piece.line]
            if told.match:
                place = made.id_of(told.piece)
                made.matches.append(self._kept(told.match, place, part.source.accounts))
            if told.observation:
                made.observations.append(self._with_people(told.observation, part.source.accounts))
            made.timeless += told.timeless
        for row, error in outcome.refused:
            other = None if forced else second_chance(part, row)
            if other is None:
                group.refuse(part.source.name, error.reason, part.pieces[row], part.records[row])
            else:
                self._part(other, group, forced=forced)

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


def _keep(part: Part, source: Source, outcome: Outcome, group: Group) -> None:
    own = [epoch(value) for value in outcome.columns.pop(EVENT_TIME)]
    pieces = [part.pieces[row] for row in outcome.rows]
    raw = [part.records[row] for row in outcome.rows]
    group.keep(source.name, pieces, raw, own, outcome.columns)
