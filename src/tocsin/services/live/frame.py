"""Frames of events -> frames of columns and of signals. The worker's straight line."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import orjson
from msgspec import structs

from tocsin.detect.engine import Engine
from tocsin.errors import DataError
from tocsin.intake.lines import Record
from tocsin.line import EVENT_TIME, Outcome, Work
from tocsin.model import received
from tocsin.model.canary import PREFIX, Canary, Marker, is_timely
from tocsin.model.columns import NORMALISED
from tocsin.model.event import Value
from tocsin.model.match import Match
from tocsin.model.observation import Observation
from tocsin.model.received import Received
from tocsin.ports.source import Carried, Source
from tocsin.services.live import poison
from tocsin.services.live.derive import Derived, Placed
from tocsin.services.live.made import Group, Made
from tocsin.services.live.rules import LiveRules
from tocsin.services.matching.parts import Part, parts, second_chance
from tocsin.services.matching.seen import NOTHING, epoch
from tocsin.services.matching.teller import Teller
from tocsin.sources import catalog
from tocsin.sources.carriers import carriers
from tocsin.sources.recognise import why_none

_dump = partial(orjson.dumps, default=str)
Said: TypeAlias = Mapping[str, Value]
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
        inner, said, wrapped = unwrapped(batch)
        records, redacted = self.redact(inner)
        said, more = self._without_secrets(said)
        canaries = self._canaries(inner, batch.context.input, placed.frame.arrived / 1e9)
        return Made(placed, batch, records, redacted + more, canaries, said, wrapped)

    def _without_secrets(self, said: Sequence[Said]) -> tuple[Sequence[Said], int]:
        """Return what protocols say, redacted. Many records of a batch have the same said of them: each is looked at once."""
        different = {id(one): one for one in said if one}
        texts, found = self.redact([_dump(one) for one in different.values()])
        if not found:
            return said, 0
        clean = dict(zip(different, map(orjson.loads, texts), strict=True))
        return [clean.get(id(one), one) for one in said], found

    def _canaries(self, records: Sequence[bytes], name: str, arrived: float) -> Mapping[int, Canary]:
        """Return row -> canary. One that is of another input, or too late, is an event like any other."""
        marked = [row for row, record in enumerate(records) if record.startswith(PREFIX)]
        found = ((row, self.marker.read(records[row])) for row in marked)
        return {row: one for row, one in found if one and one.input == name and is_timely(one, arrived)}

    def _columns(self, group: Group) -> list[bytes | None]:
        """Work a group; what it says is noted with its frames, their columns are returned."""
        cut = self.engine.counters()["cut_values"]
        for one in group.made:
            for index in sorted(one.placed.without):
                record = one.records[index]
                group.refuse("", poison.REASON, Record(one.first + index, record), record)
            for index in sorted(one.wrapped.keys() - one.placed.without):
                record = one.records[index]
                group.refuse("", one.wrapped[index], Record(one.first + index, record), record)
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


def unwrapped(batch: Received) -> tuple[Sequence[bytes], Sequence[Said], Mapping[int, str]]:
    """Return the records, what their protocol says of each, and row -> reason of those that stay in their wrapping."""
    if not batch.context.carrier:
        return batch.records, (), {}
    carried = carriers()[batch.context.carrier]
    records: list[bytes] = []
    said: list[Said] = []
    wrapped: dict[int, str] = {}
    for row, record in enumerate(batch.records):
        try:
            one = carried(record)
        except DataError as error:
            wrapped[row] = error.reason
            one = Carried(record, NOTHING)
        records.append(one.record)
        said.append(one.said)
    return records, said, wrapped


def _keep(part: Part, source: Source, outcome: Outcome, group: Group) -> None:
    own = [epoch(value) for value in outcome.columns.pop(EVENT_TIME)]
    pieces = [part.pieces[row] for row in outcome.rows]
    raw = [part.records[row] for row in outcome.rows]
    group.keep(source.name, pieces, raw, own, outcome.columns)
