"""A record that rules matched, read once: what it says as a match, and as an observation for correlation."""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from msgspec import structs

from tocsin.alert.about import completed
from tocsin.errors import DataError
from tocsin.line import Signal
from tocsin.model.event import ABSENT, Fields, Path, Value, first
from tocsin.model.match import Entities, Match, MatchedField, RuleRef
from tocsin.model.moment import to_epoch
from tocsin.model.observation import Correlated, Observation, about
from tocsin.normalise.entities import entities
from tocsin.ports.source import Route, Source
from tocsin.services.matching.plain import plain, plain_fields
from tocsin.sigma.rule import Meta

_SHOWN_CHARS = 500
"""A keyword may be found in a whole line: so many characters of it are shown."""
_SHOWN_VALUES = 20
NOTHING: Mapping[str, Value] = MappingProxyType({})
_LONGEST_STAMP = 64

Places: TypeAlias = tuple[tuple[str, tuple[Path, ...]], ...]
"""The fields that correlations ask of a rule's matches, and where an event of one route has them."""


def place_of(stream: str, line: int, part: int) -> str:
    """Write where a record stands: `auth.log:12`, or `auth.log:12#2` for the second that starts on that line."""
    return f"{stream}:{line}#{part}" if part > 1 else f"{stream}:{line}"


def moved_place(place: str, by: int) -> str:
    """Return a place as place_of wrote it, so many lines further on."""
    stream, _, rest = place.rpartition(":")
    line, _, part = rest.partition("#")
    return place_of(stream, int(line) + by, int(part or 1))


def reference(meta: Meta) -> RuleRef:
    """Return a rule as a match names it."""
    return RuleRef(meta.id, meta.title, meta.level.value, meta.tags)


def places(names: Iterable[str], source: Source, route: Route) -> Places:
    """Return where events of a route have these fields."""
    return tuple((name, source.paths(name, route)) for name in names)


class Where(NamedTuple):
    """Where a record stands: its place is its id unless its source gives it one. file and line: for people.

    arrived: seconds since 1970; stands for the event's time where that is missing, or later. said: what the protocol that
    brought it says of it.
    """

    place: str
    file: str
    line: int
    arrived: float | None = None
    said: Mapping[str, Value] = NOTHING


class Seen:
    """One record that rules matched: read once and no further than asked, however many rules there are."""

    def __init__(self, source: Source, record: bytes, where: Where, fields: Fields | None = None) -> None:
        self.source = source
        self.where = where
        self._fields = _all_fields(source, record) if fields is None else fields
        self.fields = plain_fields(self._fields)
        own = epoch(first(self.fields, source.time)) if self.fields else None
        own = own_time(own, where.said)
        self.timeless = own is None
        self.time = clamped(own, where.arrived)

    @cached_property
    def event_id(self) -> str:
        """The source's own id of the event, or where it stands."""
        own = first(self.fields, self.source.id) if self.source.id else ABSENT
        return str(own) if isinstance(own, str | int) and own else self.where.place

    @cached_property
    def entities(self) -> Entities:
        """Who and what the event is about."""
        found, host = entities(self.source, self._fields), self.where.said.get("host.name")
        return structs.replace(found, host=(host,)) if isinstance(host, str) and not found.host else found

    def match(self, signal: Signal) -> Match:
        """Say that a rule was true of this record."""
        meta = signal.hit.rule.meta
        return Match(
            time=self.time,
            rule=reference(meta),
            source=self.source.name,
            event_id=self.event_id,
            event=self.fields,
            fields=tuple(
                MatchedField(name, plain(_shown(value)))
                for name, value in zip(signal.hit.fields, signal.values, strict=True)
            ),
            entities=self.entities,
            attack=meta.attack,
            file=self.where.file,
            line=self.where.line,
        )

    def observation(self, signal: Signal, wanted: Places) -> Observation | None:
        """Return what correlations want of this match; None without a time, which they cannot place."""
        if self.time is None:
            return None
        fields = self.fields
        present = {name: value for name, paths in wanted if (value := first(fields, paths)) is not ABSENT}
        rule = signal.hit.rule.meta.id
        return Observation(rule, self.time, self.where.place, present, about(self.source.name, self.entities))


def _all_fields(source: Source, record: bytes) -> Fields:
    try:
        return source.parse(record)
    except DataError:  # projection read enough of it to match; the rest cannot be shown
        return {}


def own_time(own: float | None, said: Mapping[str, Value]) -> float | None:
    """Return the time that an event names, or its protocol."""
    return epoch(said.get("@timestamp", ABSENT)) if own is None and said else own


def clamped(time: float | None, arrived: float | None) -> float | None:
    """Return a time that is not after the arrival; the arrival when there is none."""
    if arrived is None:
        return time
    return arrived if time is None else min(time, arrived)


def epoch(value: Value) -> float | None:
    """Read a time; a busy log has many events a second, so that a text is read once."""
    if isinstance(value, str) and len(value) <= _LONGEST_STAMP:
        return _epoch_of_text(value)
    return to_epoch(value)


_epoch_of_text = lru_cache(maxsize=4096)(to_epoch)


def _shown(value: Value) -> Value:
    if isinstance(value, tuple):  # keywords: the texts of the event; or the two fields that were compared
        return [_shown(inner) for inner in value if inner is not ABSENT][:_SHOWN_VALUES]
    if isinstance(value, str) and len(value) > _SHOWN_CHARS:
        return value[:_SHOWN_CHARS] + "…"
    return None if value is ABSENT else value


def of_correlation(one: Correlated, meta: Meta, kinds: Mapping[str, str]) -> Match:
    """Say that a correlation was true of a group of events. kinds: a group-by's name -> kind of entity."""
    return Match(
        time=one.first,
        rule=reference(meta),
        source="correlation",
        event_id=f"{meta.id}:{one.first}:{'|'.join(str(value) for value in one.group.values())}",
        event={
            "group": one.group,
            "value": one.value,
            "first": one.first,
            "last": one.last,
            "count": one.total,
            "sources": list(one.sources),
        },
        fields=tuple(MatchedField(name, value) for name, value in one.group.items()),
        entities=completed(one.entities, one.group, kinds),
        attack=meta.attack,
        file="",
        line=0,
        events=one.events,
    )
